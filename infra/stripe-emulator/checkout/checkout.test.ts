import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CARD,
  type Fixture,
  startEmulator,
  submitForm,
  topupParams,
  until,
  WEBHOOK_SECRET,
  WebhookReceiver,
} from '../testing/fixture.ts';

let fixture: Fixture;
let receiver: WebhookReceiver;
let stripe: Stripe;

beforeAll(async () => {
  receiver = await WebhookReceiver.create();
  fixture = await startEmulator({ webhook: { url: receiver.url, secret: WEBHOOK_SECRET } });
  stripe = fixture.stripe;
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function openSession(extra: Stripe.Checkout.SessionCreateParams = {}): Promise<{ id: string; url: string }> {
  const { id, url } = await stripe.checkout.sessions.create(topupParams(extra));
  return { id, url: String(url) };
}

const paymentIntentOf = async (id: string) => {
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] });
  return session.payment_intent as Stripe.PaymentIntent;
};
const chargesOf = async (paymentIntent: Stripe.PaymentIntent) =>
  (await stripe.charges.list({ payment_intent: paymentIntent.id })).data;

describe('paying', () => {
  test('an accepted card is charged once and leads to the success page', async () => {
    const { id, url } = await openSession({ client_reference_id: 'topup_1', metadata: { topup: 'topup_1' } });
    const before = await stripe.checkout.sessions.retrieve(id);
    expect(before).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
      amount_total: 2_000,
    });
    const result = await submitForm(url, CARD);
    expect(result).toMatchObject({ status: 303, location: `http://localhost:3000/wallet?session=${id}` });
    const after = await stripe.checkout.sessions.retrieve(id);
    expect(after).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      metadata: { topup: 'topup_1' },
    });
    expect(after.customer_details?.name).toBe('Ada Lovelace');
    const paymentIntent = await paymentIntentOf(id);
    expect(paymentIntent).toMatchObject({ status: 'succeeded', amount_received: 2_000 });
    // They come in any order.
    const types = () => new Set([...receiver.typesOf(paymentIntent.id), ...receiver.typesOf(id)]);
    await until('the events of the payment came', () => types().size === 3);
    expect(types()).toEqual(
      new Set(['payment_intent.created', 'payment_intent.succeeded', 'checkout.session.completed']),
    );
    expect(receiver.rejected).toEqual([]);
  });

  test('pressing the button twice at once charges once', async () => {
    const { id, url } = await openSession();
    const results = await Promise.all([submitForm(url, CARD), submitForm(url, CARD), submitForm(url, CARD)]);
    for (const { status, location } of results) {
      expect(status).toBe(303);
      expect(location).toContain(id);
    }
    expect(await chargesOf(await paymentIntentOf(id))).toHaveLength(1);
    const again = await fetch(url);
    expect(await again.text()).toContain('You’re all done here');
  });

  test.each([
    ['4000 0000 0000 0002', 'card_declined', 'generic_decline', 'Your card was declined. Nothing was charged.'],
    ['4000 0000 0000 9995', 'card_declined', 'insufficient_funds', 'insufficient funds'],
    ['4000 0000 0000 0069', 'expired_card', 'expired_card', 'Your card has expired'],
    ['4000 0000 0000 0127', 'incorrect_cvc', 'incorrect_cvc', 'security code is incorrect'],
    ['4111 1111 1111 1111', 'card_declined', 'test_mode_live_card', 'not a test card'],
  ])(
    'card %s is declined, says so, charges nothing, and another card can be tried',
    async (cardNumber, code, declineCode, words) => {
      const { id, url } = await openSession();
      const declined = await submitForm(url, { ...CARD, cardNumber });
      expect(declined.status).toBe(402);
      expect(declined.alert?.replaceAll('&#39;', "'")).toContain(words);
      expect(declined.text).not.toContain(`value="${cardNumber.slice(0, 4)}`);
      const paymentIntent = await paymentIntentOf(id);
      expect(paymentIntent).toMatchObject({
        status: 'requires_payment_method',
        amount_received: 0,
        last_payment_error: { code, decline_code: declineCode, type: 'card_error' },
        latest_charge: { status: 'failed', paid: false, amount_captured: 0, balance_transaction: null },
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', payment_status: 'unpaid' });
      await until('the failure was told', () => {
        const failed = (paymentIntent.latest_charge as Stripe.Charge).id;
        return (
          receiver.typesOf(failed).includes('charge.failed') &&
          receiver.typesOf(paymentIntent.id).includes('payment_intent.payment_failed')
        );
      });
      expect((await submitForm(url, CARD)).status).toBe(303);
      const paid = await paymentIntentOf(id);
      expect(paid).toMatchObject({ id: paymentIntent.id, status: 'succeeded', last_payment_error: null });
      expect((await chargesOf(paid)).map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    },
  );

  test.each([
    [{ cardNumber: '4242 4242' }, 'incomplete'],
    [{ cardNumber: '4242 4242 4242 4241' }, 'card number is invalid'],
    [{ cardExpiry: '13/34' }, 'expiry date is incomplete'],
    [{ cardExpiry: '01/20' }, 'in the past'],
    [{ cardCvc: '12' }, 'security code is incomplete'],
    [{ billingName: ' ' }, 'name on the card'],
    [{ email: 'not an address' }, 'email address is not valid'],
  ])('fields %j are refused before anything is attempted', async (fields, words) => {
    const { id, url } = await openSession();
    const result = await submitForm(url, { ...CARD, ...fields });
    expect(result.status).toBe(422);
    expect(result.text).toContain(words);
    expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull();
  });
});

describe('3-D Secure', () => {
  test.each(['4000 0025 0000 3155', '4000 0000 0000 3220'])(
    'card %s asks the bank, and is charged after its yes',
    async (cardNumber) => {
      const { id, url } = await openSession();
      const asked = await submitForm(url, { ...CARD, cardNumber });
      const challenge = new URL(String(asked.location), url).href;
      expect((await paymentIntentOf(id)).status).toBe('requires_action');
      expect(await (await fetch(challenge)).text()).toContain('ending in');
      const done = await submitForm(challenge, { verdict: 'complete' });
      expect(done.location).toContain(id);
      const charge = (await paymentIntentOf(id)).latest_charge as Stripe.Charge;
      expect(charge.payment_method_details?.card?.three_d_secure?.result).toBe('authenticated');
      expect((await submitForm(challenge, { verdict: 'complete' })).status).toBe(409);
      expect(await chargesOf(await paymentIntentOf(id))).toHaveLength(1);
    },
  );

  test('a refusal by the bank leads back to the page without a charge', async () => {
    const { id, url } = await openSession();
    const asked = await submitForm(url, { ...CARD, cardNumber: '4000 0000 0000 3220' });
    const refused = await submitForm(new URL(String(asked.location), url).href, { verdict: 'fail' });
    expect(refused.location).toBe(`../pay/${id}?authentication=failed`);
    const page = await fetch(`${url}?authentication=failed`);
    expect(await page.text()).toContain('unable to authenticate');
    const paymentIntent = await paymentIntentOf(id);
    expect(paymentIntent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect(await chargesOf(paymentIntent)).toEqual([]);
    expect((await submitForm(url, CARD)).status).toBe(303);
  });

  test('a guessed address is not found', async () => {
    const { id, url } = await openSession();
    await submitForm(url, { ...CARD, cardNumber: '4000 0000 0000 3220' });
    const { id: paymentIntentId } = await paymentIntentOf(id);
    const guess = new URL(`/c/authenticate/${paymentIntentId}_secret_guess`, url).href;
    expect((await submitForm(guess, { verdict: 'complete' })).status).toBe(404);
    expect((await paymentIntentOf(id)).status).toBe('requires_action');
  });
});

describe('the end of a session', () => {
  test('an expired session cannot be paid, shows that, and sends an event', async () => {
    const { id, url } = await openSession();
    await submitForm(url, { ...CARD, cardNumber: '4000 0000 0000 0002' });
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    const result = await submitForm(url, CARD);
    expect(result.status).toBe(410);
    expect(result.text).toContain('http://localhost:3000/wallet');
    expect((await paymentIntentOf(id)).status).toBe('canceled');
    await until('the expiry was told', () => receiver.typesOf(id).includes('checkout.session.expired'));
    await expect(stripe.checkout.sessions.expire(id)).rejects.toThrow('status in ["open"]');
  });

  test('a session expires by time', async () => {
    await using own = await startEmulator();
    const { id } = await own.stripe.checkout.sessions.create(topupParams());
    own.emulator.advanceClock(24 * 60 * 60 * 1000);
    expect((await own.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    const { data } = await own.stripe.events.list({ type: 'checkout.session.expired' });
    expect(data).toHaveLength(1);
  });
});

describe('the page', () => {
  test('shows external text as text, never as markup', async () => {
    const name = '<img src=x onerror=alert(1)>"\'&';
    const priceData = { currency: 'eur', unit_amount: 500, product_data: { name } };
    const { url } = await openSession({
      line_items: [{ quantity: 3, price_data: priceData }],
      cancel_url: 'http://localhost:3000/?a="><script>alert(1)</script>',
    });
    const text = (await submitForm(url, { ...CARD, cardNumber: '1', billingName: '"><script>alert(2)</script>' })).text;
    expect(text).not.toMatch(/<img|<script>alert/);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
    expect(text).toContain('Qty 3');
  });

  test('the content security policy allows no foreign script, style, frame or form', async () => {
    const { url } = await openSession();
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("form-action 'self' http://localhost:3000");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test.each([
    ['fr', undefined, 'Payer par carte', '20,00'],
    ['auto', 'de, fr;q=0.8, en;q=0.5', 'Payer par carte', '20,00'],
    ['auto', 'en-GB', 'Pay with card', '€20.00'],
    ['ja', 'fr', 'Payer par carte', '20,00'],
  ] as const)('locale %s with a browser of %s', async (locale, acceptLanguage, words, amount) => {
    const { url } = await openSession({ locale });
    const headers: Record<string, string> = acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage };
    const text = await (await fetch(url, { headers })).text();
    expect(text).toContain(words);
    expect(text).toContain(amount);
  });

  test('refuses a form that another site submits', async () => {
    const { id, url } = await openSession();
    const foreign: Record<string, string>[] = [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }];
    for (const headers of foreign) {
      const body = new URLSearchParams(CARD);
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body,
      });
      expect(response.status).toBe(403);
    }
    expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull();
  });

  test('unknown addresses', async () => {
    const { url } = await openSession();
    expect((await fetch(new URL('/c/pay/cs_test_nothing', url))).status).toBe(404);
    expect((await fetch(new URL('/assets/checkout.css', url))).headers.get('content-type')).toContain('text/css');
    expect((await fetch(new URL('/assets/..%2Fpages.ts', url))).status).not.toBe(200);
  });
});
