/** Saved cards: charged on and off session, and shown on the page. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARD, type Fixture, startEmulator, submitForm, topupParams } from '../testing/fixture.ts';

let fixture: Fixture;
let stripe: Stripe;
beforeAll(async () => {
  fixture = await startEmulator();
  stripe = fixture.stripe;
});
afterAll(async () => {
  expect(fixture.logged).toEqual([]);
  await fixture[Symbol.asyncDispose]();
});

const newCustomer = async () => (await stripe.customers.create({ email: 'ada@example.com' })).id;
const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const returnUrl = 'https://example.com/back';
const faultOf = (request: Promise<unknown>) =>
  request.then(
    () => expect.unreachable(),
    (error) => error,
  );

async function charge(customer: string, payment_method: string, extra: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  const params = { amount: 1_000, currency: 'eur', customer, payment_method, confirm: true, ...extra };
  return stripe.paymentIntents.create({ automatic_payment_methods: cardOnly, ...params });
}

/** Passes the bank's page, as a browser without scripts. */
async function approve(
  intent: { next_action: { redirect_to_url?: { url: string | null } } | null },
  verdict = 'complete',
) {
  return submitForm(String(intent.next_action?.redirect_to_url?.url), { verdict });
}

describe('saving a card', () => {
  test('3-D Secure when the card is saved exempts later charges, with the test card for that', async () => {
    const customer = await newCustomer();
    const asked = await charge(customer, 'pm_card_authenticationRequiredOnSetup', {
      setup_future_usage: 'off_session',
      return_url: returnUrl,
    });
    expect(asked.status).toBe('requires_action');
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
    const { location } = await approve(asked);
    expect(location).toContain(`${returnUrl}?payment_intent=${asked.id}`);
    const saved = String((await stripe.paymentIntents.retrieve(asked.id)).payment_method);
    expect(await charge(customer, saved, { off_session: true })).toMatchObject({ status: 'succeeded' });
    const onSession = await charge(customer, saved, { return_url: returnUrl });
    expect(onSession.status).toBe('requires_action');
  });

  test('a card that always requires authentication is declined off session and works on session', async () => {
    const customer = await newCustomer();
    const { id } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const declined = await faultOf(charge(customer, id, { off_session: true }));
    expect(declined).toMatchObject({ statusCode: 402, code: 'authentication_required' });
    const paymentIntent = declined.payment_intent as Stripe.PaymentIntent;
    expect(paymentIntent).toMatchObject({ status: 'requires_payment_method', amount_received: 0 });
    const asked = await stripe.paymentIntents.confirm(paymentIntent.id, { payment_method: id, return_url: returnUrl });
    expect((await approve(asked)).location).toContain('redirect_status=succeeded');
    expect(await stripe.paymentIntents.retrieve(paymentIntent.id)).toMatchObject({
      status: 'succeeded',
      amount_received: 1_000,
    });
  });

  test('a payment can save the card', async () => {
    const customer = await newCustomer();
    const paid = await charge(customer, 'pm_card_visa', { setup_future_usage: 'off_session' });
    const { data } = await stripe.paymentMethods.list({ customer });
    expect(data.map(({ id }) => id)).toEqual([paid.payment_method]);
  });
});

describe('the owner of a card', () => {
  test('a card charges only its own customer, and can be detached for good', async () => {
    const [ada, bob] = [await newCustomer(), await newCustomer()];
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada });
    expect(await faultOf(charge(bob, id))).toMatchObject({ statusCode: 400, param: 'payment_method' });
    expect(await faultOf(stripe.paymentMethods.attach(id, { customer: bob }))).toMatchObject({ statusCode: 400 });
    const settings = { invoice_settings: { default_payment_method: id } };
    expect(await faultOf(stripe.customers.update(bob, settings))).toMatchObject({ code: 'resource_missing' });
    await stripe.customers.update(ada, settings);
    expect(await stripe.paymentMethods.detach(id)).toMatchObject({ customer: null });
    expect(await stripe.customers.retrieve(ada)).toMatchObject({ invoice_settings: { default_payment_method: null } });
    expect(await faultOf(charge(ada, id))).toMatchObject({ param: 'payment_method' });
    expect(await faultOf(stripe.paymentMethods.attach(id, { customer: ada }))).toMatchObject({ statusCode: 400 });
  });

  test('a card that was used without saving it cannot be used again', async () => {
    const customer = await newCustomer();
    const paid = await charge(customer, 'pm_card_visa');
    expect(paid.status).toBe('succeeded');
    expect(await faultOf(charge(customer, String(paid.payment_method)))).toMatchObject({ param: 'payment_method' });
  });

  test('a card that fails later charges can be saved; a declined one cannot', async () => {
    const customer = await newCustomer();
    const { id } = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    expect(await faultOf(charge(customer, id, { off_session: true }))).toMatchObject({ code: 'card_declined' });
    expect(await faultOf(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer }))).toMatchObject({
      statusCode: 402,
    });
  });
});

describe('on the page', () => {
  const cardsOnPage = async (url: string) =>
    [...(await (await fetch(url)).text()).matchAll(/name="paymentMethod" value="(pm_[^"]+)"/g)].map(([, id]) => id);

  test('setup_future_usage saves the card, and the next session offers it', async () => {
    const customer = await newCustomer();
    const options = { allow_redisplay_filters: ['always', 'limited'] } as const;
    const params = topupParams({
      customer,
      payment_intent_data: { setup_future_usage: 'off_session' },
      saved_payment_method_options: { allow_redisplay_filters: [...options.allow_redisplay_filters] },
    });
    const first = await stripe.checkout.sessions.create(params);
    expect(await cardsOnPage(String(first.url))).toEqual([]);
    expect((await submitForm(String(first.url), CARD)).status).toBe(303);
    const [saved] = (await stripe.paymentMethods.list({ customer })).data;
    expect(saved).toMatchObject({ allow_redisplay: 'limited', card: { last4: '4242' } });
    const second = await stripe.checkout.sessions.create(params);
    expect(await cardsOnPage(String(second.url))).toEqual([saved?.id]);
    expect((await submitForm(String(second.url), { paymentMethod: String(saved?.id) })).status).toBe(303);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(second.id, { expand: ['payment_intent'] });
    expect(payment_intent).toMatchObject({ status: 'succeeded', payment_method: saved?.id });
    // Another customer's card is refused, even if the form names it.
    const other = await stripe.checkout.sessions.create({ ...params, customer: await newCustomer() });
    expect((await submitForm(String(other.url), { paymentMethod: String(saved?.id) })).status).toBe(422);
  });

  test('the payer can choose to save the card', async () => {
    const customer = await newCustomer();
    const params = topupParams({ customer, saved_payment_method_options: { payment_method_save: 'enabled' } });
    const session = await stripe.checkout.sessions.create(params);
    expect(session.saved_payment_method_options).toMatchObject({ payment_method_save: 'enabled' });
    await submitForm(String(session.url), { ...CARD, savePaymentMethod: 'on' });
    const { data } = await stripe.paymentMethods.list({ customer });
    expect(data).toMatchObject([{ allow_redisplay: 'always' }]);
    expect(await cardsOnPage(String((await stripe.checkout.sessions.create(params)).url))).toEqual([data[0]?.id]);
  });
});
