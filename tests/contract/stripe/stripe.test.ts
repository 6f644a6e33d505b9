/**
 * The part of Stripe's API that Loge uses, through the real SDK: always against the emulator, and against Stripe's test
 * mode when `STRIPE_TEST_SECRET_KEY` is set. Nothing here needs a browser or an incoming webhook; page and webhooks are
 * tested with the emulator.
 */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardOnly, faultOf, SETTLING_TIMEOUT_MS, targets } from './stripe-target.ts';

function sessionParams(extra: Stripe.Checkout.SessionCreateParams = {}): Stripe.Checkout.SessionCreateParams {
  const priceData = { currency: 'eur', unit_amount: 1_500, product_data: { name: 'Ticket' } };
  return {
    mode: 'payment',
    line_items: [{ quantity: 2, price_data: priceData }],
    success_url: 'https://example.com/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://example.com/back',
    ...extra,
  };
}

function paymentParams(extra: Partial<Stripe.PaymentIntentCreateParams> = {}): Stripe.PaymentIntentCreateParams {
  const payment_method = 'pm_card_visa';
  return {
    amount: 2_000,
    currency: 'eur',
    automatic_payment_methods: cardOnly,
    confirm: true,
    payment_method,
    ...extra,
  };
}

describe.each(Object.entries(targets))('%s', (_name, start) => {
  let stripe: Stripe;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ stripe, close } = await start());
  });
  afterAll(() => close());

  /** Capture is asynchronous: the balance transaction follows the charge after a while. */
  async function settledCharge(paymentIntent: Stripe.PaymentIntent): Promise<Stripe.Charge> {
    const look = () =>
      stripe.charges.retrieve(String(paymentIntent.latest_charge), { expand: ['balance_transaction'] });
    await expect.poll(async () => (await look()).balance_transaction, { timeout: SETTLING_TIMEOUT_MS }).not.toBeNull();
    return look();
  }

  describe('customers', () => {
    test('are created, read, changed, listed and deleted', async () => {
      const email = `${randomUUID()}@example.com`;
      const created = await stripe.customers.create({ email, name: 'Ada', metadata: { identity: 'fan-1', note: 'x' } });
      expect(created).toMatchObject({
        object: 'customer',
        email,
        livemode: false,
        metadata: { identity: 'fan-1', note: 'x' },
      });
      const changed = await stripe.customers.update(created.id, { name: 'Ada L.', metadata: { note: '', room: 'r' } });
      expect(changed).toMatchObject({ name: 'Ada L.', metadata: { identity: 'fan-1', room: 'r' } });
      expect(changed.metadata).not.toHaveProperty('note');
      expect((await stripe.customers.list({ email })).data.map(({ id }) => id)).toEqual([created.id]);
      expect(await stripe.customers.del(created.id)).toMatchObject({ id: created.id, deleted: true });
      expect(await stripe.customers.retrieve(created.id)).toMatchObject({ deleted: true });
      expect(await faultOf(stripe.customers.update(created.id, { name: 'x' }))).toMatchObject({
        code: 'resource_missing',
      });
    });

    test('pagination goes forward and back without gaps or duplicates', async () => {
      const email = `${randomUUID()}@example.com`;
      const made: string[] = [];
      for (let index = 0; index < 5; index += 1) made.unshift((await stripe.customers.create({ email })).id);
      const first = await stripe.customers.list({ email, limit: 2 });
      expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
      const second = await stripe.customers.list({ email, limit: 2, starting_after: made[1] });
      const back = await stripe.customers.list({ email, limit: 2, ending_before: made[2] });
      expect([first, second, back].map(({ data }) => data.map(({ id }) => id))).toEqual([
        made.slice(0, 2),
        made.slice(2, 4),
        made.slice(0, 2),
      ]);
      const all = await stripe.customers.list({ email, limit: 2 }).autoPagingToArray({ limit: 100 });
      expect(all.map(({ id }) => id)).toEqual(made);
      expect(await faultOf(stripe.customers.list({ starting_after: 'cus_nothing' }))).toMatchObject({
        code: 'resource_missing',
      });
    });
  });

  describe('payment intents', () => {
    test('a good card is charged, and the fee is known once the charge has settled', async () => {
      const paymentIntent = await stripe.paymentIntents.create(paymentParams({ metadata: { topup: 'topup_1' } }));
      expect(paymentIntent).toMatchObject({
        status: 'succeeded',
        amount_received: 2_000,
        metadata: { topup: 'topup_1' },
      });
      const charge = await settledCharge(paymentIntent);
      expect(charge).toMatchObject({
        object: 'charge',
        amount: 2_000,
        captured: true,
        paid: true,
        status: 'succeeded',
        payment_intent: paymentIntent.id,
        metadata: { topup: 'topup_1' },
        payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242' } },
      });
      const transaction = charge.balance_transaction as Stripe.BalanceTransaction;
      expect(transaction).toMatchObject({ object: 'balance_transaction', type: 'charge', source: charge.id });
      expect(transaction.fee).toBeGreaterThan(0);
      expect(transaction.net).toBe(transaction.amount - transaction.fee);
    });

    test('a declined card answers 402, charges nothing, and another card can be tried', async () => {
      const payment_method = 'pm_card_visa_chargeDeclined';
      const declined = await faultOf(stripe.paymentIntents.create(paymentParams({ payment_method })));
      expect(declined).toBeInstanceOf(Stripe.errors.StripeCardError);
      expect(declined).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' });
      const { id, status, amount_received } = declined.payment_intent as Stripe.PaymentIntent;
      expect({ status, amount_received }).toEqual({ status: 'requires_payment_method', amount_received: 0 });
      expect(await stripe.charges.retrieve(String(declined.charge))).toMatchObject({ status: 'failed', paid: false });
      expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
        status: 'succeeded',
      });
      const { data } = await stripe.charges.list({ payment_intent: id });
      expect(data.map((charge) => charge.status)).toEqual(['succeeded', 'failed']);
    });

    test('3-D Secure: on session an action is required, off session it is a decline', async () => {
      const payment_method = 'pm_card_authenticationRequired';
      const onSession = await stripe.paymentIntents.create(
        paymentParams({ payment_method, return_url: 'https://example.com/' }),
      );
      expect(onSession).toMatchObject({ status: 'requires_action', amount_received: 0 });
      expect(onSession.next_action?.type).toBe('redirect_to_url');
      const customer = (await stripe.customers.create({})).id;
      const offSession = await faultOf(
        stripe.paymentIntents.create(paymentParams({ payment_method, customer, off_session: true })),
      );
      expect(offSession).toMatchObject({ statusCode: 402, code: 'authentication_required' });
    });

    test('can be cancelled until paid, and then neither cancelled nor confirmed', async () => {
      const { id } = await stripe.paymentIntents.create(paymentParams({ confirm: false, payment_method: undefined }));
      const cancelled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'requested_by_customer' });
      expect(cancelled).toMatchObject({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
      const paid = await stripe.paymentIntents.create(paymentParams());
      for (const request of [
        stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }),
        stripe.paymentIntents.cancel(paid.id),
        stripe.paymentIntents.confirm(paid.id),
      ]) {
        expect(await faultOf(request)).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
      }
    });
  });

  describe('refunds', () => {
    test('in parts, up to the paid amount', async () => {
      const paymentIntent = await stripe.paymentIntents.create(paymentParams());
      await settledCharge(paymentIntent);
      const payment_intent = paymentIntent.id;
      const part = await stripe.refunds.create({
        payment_intent,
        amount: 500,
        reason: 'requested_by_customer',
        metadata: { a: 'b' },
      });
      expect(part).toMatchObject({
        object: 'refund',
        amount: 500,
        payment_intent,
        status: 'succeeded',
        metadata: { a: 'b' },
      });
      expect(await faultOf(stripe.refunds.create({ payment_intent, amount: 1_501 }))).toMatchObject({
        statusCode: 400,
        param: 'amount',
      });
      const rest = await stripe.refunds.create({ payment_intent });
      expect(rest.amount).toBe(1_500);
      expect(await faultOf(stripe.refunds.create({ payment_intent }))).toMatchObject({
        code: 'charge_already_refunded',
      });
      const charge = await stripe.charges.retrieve(String(paymentIntent.latest_charge), { expand: ['refunds'] });
      expect(charge).toMatchObject({ amount_refunded: 2_000, refunded: true, status: 'succeeded' });
      expect(charge.refunds?.data.map(({ id }) => id)).toEqual([rest.id, part.id]);
      expect((await stripe.refunds.list({ payment_intent })).data.map(({ id }) => id)).toEqual([rest.id, part.id]);
      const { balance_transaction: transaction } = await stripe.refunds.retrieve(part.id, {
        expand: ['balance_transaction'],
      });
      expect(transaction).toMatchObject({ amount: -500, type: 'refund', source: part.id });
    });
  });

  describe('checkout sessions', () => {
    test('open with a payment page, line items and the given reference', async () => {
      const customer = (await stripe.customers.create({ email: 'ada@example.com' })).id;
      const params = sessionParams({
        customer,
        client_reference_id: 'ticket_1',
        metadata: { ticket: 'ticket_1' },
        locale: 'fr',
      });
      const session = await stripe.checkout.sessions.create({ ...params, expand: ['line_items.data.price.product'] });
      expect(session).toMatchObject({
        object: 'checkout.session',
        amount_total: 3_000,
        client_reference_id: 'ticket_1',
        currency: 'eur',
        customer,
        locale: 'fr',
        metadata: { ticket: 'ticket_1' },
        mode: 'payment',
        payment_intent: null,
        payment_status: 'unpaid',
        status: 'open',
        ui_mode: 'hosted_page',
      });
      expect(session.url).toMatch(/^https?:\/\/.*\/c\/pay\/cs_test_/);
      expect(session.line_items?.data).toMatchObject([
        {
          object: 'item',
          quantity: 2,
          amount_total: 3_000,
          description: 'Ticket',
          price: { unit_amount: 1_500, product: { name: 'Ticket' } },
        },
      ]);
      const lines = await stripe.checkout.sessions.listLineItems(session.id);
      expect(lines.data.map(({ id }) => id)).toEqual(session.line_items?.data.map(({ id }) => id));
      expect((await stripe.checkout.sessions.list({ customer })).data.map(({ id }) => id)).toEqual([session.id]);
    });

    test('expire when asked to, once', async () => {
      const { id } = await stripe.checkout.sessions.create(sessionParams());
      expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
      expect(await faultOf(stripe.checkout.sessions.expire(id))).toMatchObject({ statusCode: 400 });
    });

    test('refuse invalid prices', async () => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const cheap = { currency: 'eur', unit_amount: 10, product_data: { name: 'x' } };
      const faults: [Stripe.Checkout.SessionCreateParams, object][] = [
        [sessionParams({ line_items: undefined }), { statusCode: 400 }],
        [sessionParams({ success_url: undefined }), { statusCode: 400 }],
        [sessionParams({ success_url: 'nowhere' }), { code: 'url_invalid' }],
        [sessionParams({ customer: 'cus_nobody' }), { code: 'resource_missing', param: 'customer' }],
        [sessionParams({ expires_at: nowSeconds + 60 }), { param: 'expires_at' }],
        [sessionParams({ expires_at: nowSeconds + 90_000 }), { param: 'expires_at' }],
        [sessionParams({ line_items: [{ quantity: 1, price_data: cheap }] }), { code: 'amount_too_small' }],
      ];
      for (const [params, fault] of faults)
        expect(await faultOf(stripe.checkout.sessions.create(params))).toMatchObject(fault);
    });
  });

  describe('events', () => {
    test('list a payment and a refund, newest first', async () => {
      const paymentIntent = await stripe.paymentIntents.create(paymentParams());
      await settledCharge(paymentIntent);
      const charge = String(paymentIntent.latest_charge);
      await stripe.refunds.create({ payment_intent: paymentIntent.id });
      const since = { gte: paymentIntent.created - 1 };
      const typesOf = async () => {
        const events = await stripe.events.list({ created: since, limit: 100 });
        const own = events.data.filter(({ data }) => {
          const { id, charge: owner } = data.object as { id?: string; charge?: string };
          return id === paymentIntent.id || id === charge || owner === charge;
        });
        return own.map(({ type }) => type);
      };
      const wanted = [
        'payment_intent.created',
        'charge.succeeded',
        'payment_intent.succeeded',
        'charge.updated',
        'refund.created',
        'charge.refunded',
      ];
      await expect.poll(typesOf, { timeout: SETTLING_TIMEOUT_MS }).toEqual(expect.arrayContaining(wanted));
      const { data } = await stripe.events.list({ type: 'payment_intent.succeeded', created: since, limit: 1 });
      expect(data[0]).toMatchObject({ object: 'event', type: 'payment_intent.succeeded', livemode: false });
      expect(await stripe.events.retrieve(String(data[0]?.id))).toMatchObject({ id: data[0]?.id });
      expect(
        (await stripe.events.list({ type: 'charge.*', created: since })).data.every(({ type }) =>
          type.startsWith('charge.'),
        ),
      ).toBe(true);
    });
  });

  describe('every request', () => {
    test('has an id, and runs once under an idempotency key', async () => {
      const idempotencyKey = randomUUID();
      const first = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey });
      const second = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey });
      expect(first.lastResponse.requestId).toMatch(/^req_/);
      expect(second.id).toBe(first.id);
      expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
      const misused = await faultOf(stripe.customers.create({ name: 'Bob' }, { idempotencyKey }));
      expect(misused).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    });

    test('is refused with an error in Stripe’s shape', async () => {
      const misspelt = { amout: 100, amount: 100, currency: 'eur' } as unknown as Stripe.PaymentIntentCreateParams;
      const oldType = { ...paymentParams(), payment_method_types: ['card'] } as Stripe.PaymentIntentCreateParams;
      const incomplete = { currency: 'eur' } as Stripe.PaymentIntentCreateParams;
      const refused: [Promise<unknown>, object][] = [
        [stripe.paymentIntents.create(misspelt), { statusCode: 400, code: 'parameter_unknown', param: 'amout' }],
        [stripe.paymentIntents.create(incomplete), { statusCode: 400, code: 'parameter_missing', param: 'amount' }],
        [
          stripe.paymentIntents.create(paymentParams({ amount: 1.5 })),
          { statusCode: 400, code: 'parameter_invalid_integer', param: 'amount' },
        ],
        [stripe.paymentIntents.create(oldType), { statusCode: 400, code: 'payment_method_types_no_longer_supported' }],
        [stripe.paymentIntents.create(paymentParams({ amount: 10 })), { statusCode: 400, code: 'amount_too_small' }],
        [stripe.paymentIntents.create(paymentParams({ currency: 'xyz' })), { statusCode: 400, param: 'currency' }],
        [
          stripe.paymentIntents.create(paymentParams({ payment_method: 'pm_nothing' })),
          { statusCode: 400, code: 'resource_missing' },
        ],
        [stripe.paymentIntents.retrieve('pi_nothing'), { statusCode: 404, code: 'resource_missing' }],
        [stripe.refunds.create({ payment_intent: 'pi_nothing' }), { code: 'resource_missing' }],
        [stripe.charges.list({ expand: ['data.nothing'] }), { statusCode: 400, type: 'StripeInvalidRequestError' }],
        [stripe.customers.list({}, { apiKey: 'sk_test_' }), { statusCode: 401 }],
      ];
      for (const [request, fault] of refused) expect(await faultOf(request)).toMatchObject(fault);
    });
  });
});
