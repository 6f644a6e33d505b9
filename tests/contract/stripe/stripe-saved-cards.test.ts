/** Saved cards, as one-tap top-ups use them. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardOnly, faultOf, type Target, targets } from './stripe-target.ts';

const returnUrl = 'https://example.com/back';

describe.each(Object.entries(targets))('%s', (_name, start) => {
  let target: Target;
  let stripe: Stripe;
  beforeAll(async () => {
    target = await start();
    stripe = target.stripe;
  });
  afterAll(() => target.close());

  const newCustomer = async () => (await stripe.customers.create({ email: 'ada@example.com' })).id;

  const pay = (customer: string, payment_method: string, extra: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 1_000,
      currency: 'eur',
      customer,
      payment_method,
      confirm: true,
      automatic_payment_methods: cardOnly,
      ...extra,
    });

  test('an attached card is listed, pays off session, and can be detached', async () => {
    const customer = await newCustomer();
    const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const listed = await stripe.paymentMethods.list({ customer, type: 'card' });
    expect(listed.data.map(({ id }) => id)).toEqual([card]);
    expect(listed.data[0]).toMatchObject({ customer, type: 'card', card: { brand: 'visa', last4: '4242' } });
    const settings = { invoice_settings: { default_payment_method: card } };
    const updated = await stripe.customers.update(customer, {
      ...settings,
      expand: ['invoice_settings.default_payment_method'],
    });
    expect(updated.invoice_settings.default_payment_method).toMatchObject({ id: card });
    expect(await pay(customer, card, { off_session: true })).toMatchObject({
      status: 'succeeded',
      payment_method: card,
    });
    expect(await stripe.paymentMethods.detach(card)).toMatchObject({ customer: null });
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
    expect(await faultOf(pay(customer, card))).toMatchObject({ statusCode: 400 });
  });

  test('the card of another customer is refused', async () => {
    const [ada, bob] = [await newCustomer(), await newCustomer()];
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada });
    expect(await faultOf(pay(bob, id))).toMatchObject({ statusCode: 400 });
    expect(
      await faultOf(stripe.customers.update(bob, { invoice_settings: { default_payment_method: id } })),
    ).toMatchObject({ statusCode: 400 });
  });

  test('setup_future_usage saves the card of a payment', async () => {
    const customer = await newCustomer();
    const paid = await pay(customer, 'pm_card_visa', { setup_future_usage: 'off_session' });
    expect((await stripe.paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([paid.payment_method]);
  });

  test('required authentication off session is a decline with a PaymentIntent that can be confirmed on session', async () => {
    const customer = await newCustomer();
    const { id } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const declined = await faultOf(pay(customer, id, { off_session: true }));
    expect(declined).toMatchObject({ statusCode: 402, code: 'authentication_required' });
    const paymentIntent = declined.payment_intent as Stripe.PaymentIntent;
    expect(paymentIntent.status).toBe('requires_payment_method');
    const asked = await stripe.paymentIntents.confirm(paymentIntent.id, { payment_method: id, return_url: returnUrl });
    expect(asked).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    expect(asked.next_action?.redirect_to_url?.url).toMatch(/^https?:/);
    expect(await stripe.paymentIntents.cancel(paymentIntent.id)).toMatchObject({ status: 'canceled' });
  });

  test('Checkout opens a page that saves a card while paying', async () => {
    const customer = await newCustomer();
    const success_url = 'https://example.com/done';
    const priceData = { currency: 'eur', unit_amount: 2_000, product_data: { name: 'Top-up' } };
    const payment = await stripe.checkout.sessions.create({
      mode: 'payment',
      customer,
      success_url,
      line_items: [{ quantity: 1, price_data: priceData }],
      payment_intent_data: { setup_future_usage: 'off_session' },
      saved_payment_method_options: { allow_redisplay_filters: ['always', 'limited'] },
    });
    expect(payment.saved_payment_method_options).toMatchObject({ allow_redisplay_filters: ['always', 'limited'] });
  });
});
