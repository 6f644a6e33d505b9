/** Subscriptions over months of the emulator's clock: renewal, dunning, changes of tier, cancellation. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CARD, type Fixture, openPortal, startEmulator, submitForm } from '../testing/fixture.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-01-31T10:00:00Z');
let fixture: Fixture;
let stripe: Stripe;

beforeEach(async () => {
  fixture = await startEmulator({ settleDelayMs: 0, now: () => START_MS });
  stripe = fixture.stripe;
});
afterEach(async () => {
  expect(fixture.logged).toEqual([]);
  await fixture[Symbol.asyncDispose]();
});

const faultOf = (request: Promise<unknown>) =>
  request.then(
    () => expect.unreachable(),
    (error) => error,
  );
const day = (seconds: number | null | undefined) => new Date(Number(seconds) * 1000).toISOString().slice(0, 16);

async function newCustomer(payment_method = 'pm_card_visa'): Promise<string> {
  const { id } = await stripe.customers.create({ email: 'ada@example.com' });
  const card = await stripe.paymentMethods.attach(payment_method, { customer: id });
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: card.id } });
  return id;
}

async function tier(unit_amount: number, extra: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
  const recurring = { interval: 'month' } as const;
  const product_data = { name: `Club ${unit_amount}` };
  return (await stripe.prices.create({ currency: 'eur', unit_amount, recurring, product_data, ...extra })).id;
}

async function subscribe(customer: string, price: string, extra: Partial<Stripe.SubscriptionCreateParams> = {}) {
  return stripe.subscriptions.create({ customer, items: [{ price }], metadata: { club: 'ada' }, ...extra });
}

async function typesSince(created: number): Promise<string[]> {
  const { data } = await stripe.events.list({ created: { gt: created }, limit: 100 });
  return data.map(({ type }) => type).reverse();
}

const latestInvoice = async (subscription: string) => {
  const { latest_invoice } = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice.payments'] });
  return latest_invoice as Stripe.Invoice;
};

describe('beginning', () => {
  test('is paid at once from the saved card, and its objects refer to each other', async () => {
    const customer = await newCustomer();
    const subscription = await subscribe(customer, await tier(990));
    expect(subscription).toMatchObject({ status: 'active', customer, metadata: { club: 'ada' }, currency: 'eur' });
    const [item] = subscription.items.data;
    expect(item).toMatchObject({
      quantity: 1,
      plan: { interval: 'month', amount: 990 },
      subscription: subscription.id,
    });
    expect([day(item?.current_period_start), day(item?.current_period_end)]).toEqual([
      '2026-01-31T10:00',
      '2026-02-28T10:00',
    ]);
    const invoice = await latestInvoice(subscription.id);
    expect(invoice).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_due: 990,
      amount_paid: 990,
      amount_remaining: 0,
      parent: {
        type: 'subscription_details',
        subscription_details: { subscription: subscription.id, metadata: { club: 'ada' } },
      },
      lines: { data: [{ amount: 990, subscription: subscription.id, period: { start: item?.current_period_start } }] },
    });
    expect(invoice.number).toMatch(/^[0-9A-Z]{8}-0001$/);
    const [payment] = invoice.payments?.data ?? [];
    expect(payment).toMatchObject({ status: 'paid', amount_paid: 990, payment: { type: 'payment_intent' } });
    const paid = await stripe.paymentIntents.retrieve(String(payment?.payment.payment_intent));
    expect(paid).toMatchObject({ status: 'succeeded', amount: 990 });
    const { data } = await stripe.invoicePayments.list({ invoice: invoice.id });
    expect(data.map(({ id }) => id)).toEqual([payment?.id]);
    const types = await typesSince(0);
    for (const type of ['customer.subscription.created', 'invoice.created', 'invoice.finalized', 'invoice.paid']) {
      expect(types).toContain(type);
    }
    expect(types.indexOf('payment_intent.succeeded')).toBeLessThan(types.indexOf('invoice.paid'));
  });

  test('a declined card leaves it incomplete, and it expires within a day; with error_if_incomplete none is created', async () => {
    const customer = await newCustomer('pm_card_chargeCustomerFail');
    const price = await tier(990);
    const subscription = await subscribe(customer, price);
    expect(subscription.status).toBe('incomplete');
    expect(await latestInvoice(subscription.id)).toMatchObject({
      status: 'open',
      attempt_count: 1,
      next_payment_attempt: null,
    });
    const refused = await faultOf(subscribe(customer, price, { payment_behavior: 'error_if_incomplete' }));
    expect(refused).toMatchObject({ statusCode: 402, code: 'card_declined' });
    expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(1);
    fixture.emulator.advanceClock(DAY_MS);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('incomplete_expired');
    expect((await latestInvoice(subscription.id)).status).toBe('void');
  });

  test('default_incomplete waits for the browser, whose payment makes it active and saves the card', async () => {
    const { id: customer } = await stripe.customers.create({});
    const subscription = await subscribe(customer, await tier(990), {
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments'],
    });
    expect(subscription.status).toBe('incomplete');
    const { confirmation_secret, payments } = subscription.latest_invoice as Stripe.Invoice;
    expect(confirmation_secret?.client_secret).toMatch(/^pi_\w+_secret_/);
    const paymentIntent = String(payments?.data[0]?.payment.payment_intent);
    await stripe.paymentIntents.confirm(paymentIntent, { payment_method: 'pm_card_visa' });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
    expect((await stripe.paymentMethods.list({ customer })).data).toHaveLength(1);
  });

  test('a free price needs no card', async () => {
    const { id: customer } = await stripe.customers.create({});
    const subscription = await subscribe(customer, await tier(0));
    expect(subscription.status).toBe('active');
    expect(await latestInvoice(subscription.id)).toMatchObject({ status: 'paid', amount_due: 0 });
  });
});

describe('renewal', () => {
  test('an invoice is drafted at the end of the period, finalized an hour later and paid; a yearly one keeps its date', async () => {
    const { id, items } = await subscribe(await newCustomer(), await tier(990));
    const end = Number(items.data[0]?.current_period_end);
    fixture.emulator.advanceClock(end * 1000 - START_MS);
    expect(await latestInvoice(id)).toMatchObject({
      status: 'draft',
      billing_reason: 'subscription_cycle',
      number: null,
    });
    fixture.emulator.advanceClock(HOUR_MS);
    expect(await latestInvoice(id)).toMatchObject({ status: 'paid', amount_paid: 990, attempt_count: 1 });
    const types = await typesSince(end - 1);
    const order = [
      'invoice.created',
      'customer.subscription.updated',
      'invoice.finalized',
      'payment_intent.succeeded',
      'invoice.paid',
    ];
    const places = order.map((type) => types.indexOf(type));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    fixture.emulator.advanceClock(338 * DAY_MS);
    const { data } = await stripe.invoices.list({ subscription: id, limit: 100 });
    const paid = data.map(({ lines, status }) => [day(lines.data[0]?.period.start).slice(0, 10), status]).reverse();
    expect(paid).toEqual(
      ['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31']
        .map((date) => [`2026-${date}`, 'paid'])
        .concat([['2027-01-31', 'paid']]),
    );
    // Each renewal was charged on its own day, not when the clock was advanced.
    expect(data.map(({ created }) => day(created)).at(1)).toBe('2026-12-31T10:00');
    expect(new Set(data.map(({ number }) => number)).size).toBe(13);
  });

  test('a failed card is retried while the subscription is past due, which ends when it is paid', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(990));
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    const failed = await latestInvoice(id);
    expect(failed).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
    expect(day(failed.next_payment_attempt)).toBe('2026-03-03T11:00');
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ delinquent: true });
    fixture.emulator.advanceClock(3 * DAY_MS);
    expect((await latestInvoice(id)).attempt_count).toBe(2);
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect(await stripe.invoices.pay(failed.id, { payment_method: good.id })).toMatchObject({ status: 'paid' });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ delinquent: false });
  });

  test('when the last attempt has failed, it is canceled', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(990));
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    fixture.emulator.advanceClock((28 + 3 + 5) * DAY_MS + HOUR_MS);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    fixture.emulator.advanceClock(7 * DAY_MS);
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_failed' } });
    expect(await latestInvoice(id)).toMatchObject({ status: 'open', attempt_count: 4, next_payment_attempt: null });
    fixture.emulator.advanceClock(31 * DAY_MS);
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
  });

  test('a bank that asks for authentication: the invoice requires action, which the portal’s page completes', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(990));
    const strict = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: strict.id } });
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    const types = await typesSince(START_MS / 1000 + 27 * 24 * 3600);
    expect(types).toContain('invoice.payment_action_required');
    expect(types).toContain('invoice.payment_failed');
    const invoice = await latestInvoice(id);
    const portal = await openPortal(stripe, { customer, return_url: 'https://example.com/club' });
    const asked = await submitForm(portal.url, { action: 'pay', invoice: invoice.id });
    const challenge = new URL(String(asked.location), portal.url).href;
    const back = await submitForm(challenge, { verdict: 'complete' });
    expect(back.location).toContain(`${portal.url}?payment_intent=`);
    expect(await (await fetch(String(back.location))).text()).toContain('Done.');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
  });
});

describe('changes', () => {
  async function halfway() {
    const customer = await newCustomer();
    const subscription = await subscribe(customer, await tier(1_000));
    fixture.emulator.advanceClock(14 * DAY_MS);
    return { customer, id: subscription.id, item: String(subscription.items.data[0]?.id) };
  }

  test('an upgrade is charged for the rest of the period, at once with always_invoice', async () => {
    const { id, item } = await halfway();
    const price = await tier(3_000);
    const items = [{ id: item, price }];
    const changed = await stripe.subscriptions.update(id, { items, proration_behavior: 'always_invoice' });
    expect(changed.items.data).toMatchObject([{ id: item, price: { id: price }, plan: { amount: 3_000 } }]);
    const invoice = await latestInvoice(id);
    expect(invoice).toMatchObject({ status: 'paid', billing_reason: 'subscription_update', amount_paid: 1_000 });
    expect(invoice.lines.data.map(({ amount }) => amount)).toEqual([-500, 1_500]);
    expect(invoice.lines.data.every(({ parent }) => parent?.subscription_item_details?.proration)).toBe(true);
    fixture.emulator.advanceClock(14 * DAY_MS + HOUR_MS);
    expect(await latestInvoice(id)).toMatchObject({ status: 'paid', amount_paid: 3_000 });
  });

  test.each([
    ['create_prorations', 4_000, 3],
    ['none', 3_000, 1],
  ] as const)('with %s the next invoice is over %d', async (proration_behavior, amount, lines) => {
    const { id, item } = await halfway();
    await stripe.subscriptions.update(id, { items: [{ id: item, price: await tier(3_000) }], proration_behavior });
    expect((await latestInvoice(id)).billing_reason).toBe('subscription_create');
    fixture.emulator.advanceClock(14 * DAY_MS + HOUR_MS);
    const invoice = await latestInvoice(id);
    expect(invoice).toMatchObject({ status: 'paid', amount_paid: amount, billing_reason: 'subscription_cycle' });
    expect(invoice.lines.data).toHaveLength(lines);
  });

  test('a downgrade leaves a credit, which the next invoice uses', async () => {
    const { id, item, customer } = await halfway();
    const items = [{ id: item, price: await tier(200) }];
    await stripe.subscriptions.update(id, { items, proration_behavior: 'always_invoice' });
    expect(await latestInvoice(id)).toMatchObject({ status: 'paid', total: -400, amount_due: 0, ending_balance: -400 });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -400 });
    fixture.emulator.advanceClock(14 * DAY_MS + HOUR_MS);
    expect(await latestInvoice(id)).toMatchObject({
      total: 200,
      amount_due: 0,
      starting_balance: -400,
      ending_balance: -200,
    });
  });

  test('a credit is worth what was last debited, whichever price is set', async () => {
    const { id, item } = await halfway();
    type Proration = Stripe.SubscriptionUpdateParams.ProrationBehavior;
    const change = async (unitAmount: number, proration_behavior: Proration) => {
      const items = [{ id: item, price: await tier(unitAmount) }];
      await stripe.subscriptions.update(id, { items, proration_behavior });
      return (await latestInvoice(id)).lines.data.map(({ amount }) => amount);
    };
    await change(2_000, 'none');
    expect(await change(3_000, 'always_invoice')).toEqual([-500, 1_500]);
    fixture.emulator.advanceClock(7 * DAY_MS);
    await change(5_000, 'create_prorations');
    expect(await change(6_000, 'always_invoice')).toEqual([-750, 1_250, -1_250, 1_500]);
  });

  test('neither a void invoice nor one of another subscription is credited', async () => {
    const customer = await newCustomer();
    const { id, items } = await subscribe(customer, await tier(1_000));
    await subscribe(customer, await tier(700));
    fixture.emulator.advanceClock(14 * DAY_MS);
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.subscriptions.update(id, { default_payment_method: bad.id });
    const raise = async (unitAmount: number) => {
      const raised = [{ id: String(items.data[0]?.id), price: await tier(unitAmount) }];
      await stripe.subscriptions.update(id, { items: raised, proration_behavior: 'always_invoice' });
      return latestInvoice(id);
    };
    const unpaid = await raise(3_000);
    expect(unpaid.status).toBe('open');
    await stripe.invoices.voidInvoice(unpaid.id);
    expect((await raise(4_000)).lines.data.map(({ amount }) => amount)).toEqual([-500, 2_000]);
  });

  test('another interval begins a new period now', async () => {
    const { id, item } = await halfway();
    const price = await tier(9_000, { recurring: { interval: 'year' } });
    const changed = await stripe.subscriptions.update(id, { items: [{ id: item, price }] });
    expect(day(changed.items.data[0]?.current_period_end)).toBe('2027-02-14T10:00');
    expect(await latestInvoice(id)).toMatchObject({ status: 'paid', amount_paid: 8_500 });
  });

  test('a change whose payment fails is undone with pending_if_incomplete, and owed otherwise', async () => {
    const { id, item, customer } = await halfway();
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.subscriptions.update(id, { default_payment_method: bad.id });
    const price = await tier(3_000);
    const params = { items: [{ id: item, price }], proration_behavior: 'always_invoice' } as const;
    const refused = await faultOf(
      stripe.subscriptions.update(id, {
        ...params,
        items: [{ id: item, price }],
        payment_behavior: 'error_if_incomplete',
      }),
    );
    expect(refused).toMatchObject({ statusCode: 402, code: 'card_declined' });
    const before = await stripe.subscriptions.retrieve(id);
    expect(before).toMatchObject({ status: 'active', items: { data: [{ price: { unit_amount: 1_000 } }] } });
    const owed = await stripe.subscriptions.update(id, { ...params, items: [{ id: item, price }] });
    expect(owed).toMatchObject({ status: 'past_due', items: { data: [{ price: { unit_amount: 3_000 } }] } });
  });

  test('metadata, card', async () => {
    const { id, customer } = await halfway();
    const { id: default_payment_method } = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    const updated = await stripe.subscriptions.update(id, { metadata: { tier: 'gold' }, default_payment_method });
    expect(updated).toMatchObject({ metadata: { club: 'ada', tier: 'gold' }, default_payment_method });
    fixture.emulator.advanceClock(14 * DAY_MS + HOUR_MS);
    const [payment] = (await stripe.paymentIntents.list({ customer, limit: 1 })).data;
    expect(payment).toMatchObject({ status: 'succeeded', amount: 1_000, payment_method: default_payment_method });
  });
});

describe('the balance of a customer', () => {
  test('pays their next finalized invoice without asking', async () => {
    const customer = await newCustomer();
    await stripe.customers.createBalanceTransaction(customer, { amount: -1_500, currency: 'eur' });
    const other = await subscribe(customer, await tier(990));
    expect(await latestInvoice(other.id)).toMatchObject({
      status: 'paid',
      total: 990,
      amount_due: 0,
      amount_paid: 0,
      starting_balance: -1_500,
      ending_balance: -510,
    });
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    expect(await latestInvoice(other.id)).toMatchObject({ amount_paid: 480, ending_balance: 0 });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: 0 });
    const wrong = stripe.customers.createBalanceTransaction(customer, { amount: -1, currency: 'usd' });
    expect(await faultOf(wrong)).toMatchObject({ statusCode: 400, param: 'currency' });
  });

  test('is restored when an invoice is voided', async () => {
    const customer = await newCustomer('pm_card_chargeCustomerFail');
    await stripe.customers.createBalanceTransaction(customer, { amount: -300, currency: 'eur' });
    const { id } = await subscribe(customer, await tier(990));
    const open = await latestInvoice(id);
    expect(open).toMatchObject({ status: 'open', amount_due: 690, ending_balance: 0 });
    await stripe.invoices.voidInvoice(open.id);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -300 });
  });

  test('receives amounts below the minimum charge, which the next invoice collects', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(30));
    expect(await latestInvoice(id)).toMatchObject({
      status: 'paid',
      amount_due: 0,
      amount_paid: 0,
      ending_balance: 30,
    });
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    expect(await latestInvoice(id)).toMatchObject({ status: 'paid', amount_paid: 60, ending_balance: 0 });
  });
});

describe('ends', () => {
  test('at the end of the period, unless it is resumed', async () => {
    const { id, items } = await subscribe(await newCustomer(), await tier(990));
    const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: items.data[0]?.current_period_end,
      cancellation_details: { reason: 'cancellation_requested' },
    });
    await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    fixture.emulator.advanceClock(29 * DAY_MS);
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    fixture.emulator.advanceClock(31 * DAY_MS);
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'cancellation_requested' } });
    expect(day(ended.ended_at)).toBe('2026-03-31T10:00');
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
    expect((await stripe.events.list({ type: 'customer.subscription.deleted' })).data).toHaveLength(1);
  });

  /** What the customer does on the portal's page. */
  async function choose(subscription: Stripe.Subscription, action: 'cancel' | 'resume') {
    const { url } = await openPortal(stripe, { customer: String(subscription.customer) });
    await submitForm(url, { action, subscription: subscription.id });
  }

  test('at the time chosen in the portal', async () => {
    const subscription = await subscribe(await newCustomer(), await tier(990));
    await choose(subscription, 'cancel');
    fixture.emulator.advanceClock(29 * DAY_MS);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'cancellation_requested' } });
    expect(ended.ended_at).toBe(subscription.items.data[0]?.current_period_end);
    expect((await stripe.invoices.list({ subscription: ended.id })).data).toHaveLength(1);
  });

  test('at that time also if another interval has started a longer period', async () => {
    const subscription = await subscribe(await newCustomer(), await tier(990));
    await choose(subscription, 'cancel');
    const yearly = await tier(9_900, { recurring: { interval: 'year' } });
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(subscription.items.data[0]?.id), price: yearly }],
    });
    fixture.emulator.advanceClock(29 * DAY_MS);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({ status: 'canceled', ended_at: subscription.items.data[0]?.current_period_end });
  });

  test('at the end of the longer period, if the change of interval asks for that', async () => {
    const subscription = await subscribe(await newCustomer(), await tier(990));
    const { id } = subscription;
    await choose(subscription, 'cancel');
    const yearly = await tier(9_900, { recurring: { interval: 'year' } });
    const { cancel_at, cancel_at_period_end, items } = await stripe.subscriptions.update(id, {
      items: [{ id: String(subscription.items.data[0]?.id), price: yearly }],
      cancel_at: 'max_period_end',
    });
    expect([day(cancel_at), cancel_at_period_end]).toEqual(['2027-01-31T10:00', false]);
    expect(items.data[0]?.current_period_end).toBe(cancel_at);
    fixture.emulator.advanceClock(29 * DAY_MS);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    fixture.emulator.advanceClock(337 * DAY_MS);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: cancel_at });
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
  });

  test('not if cancel_at is cleared, which cancel_at_period_end does not do; both at once are refused', async () => {
    const subscription = await subscribe(await newCustomer(), await tier(990));
    const { id } = subscription;
    await choose(subscription, 'cancel');
    const both = stripe.subscriptions.update(id, { cancel_at_period_end: false, cancel_at: '' });
    expect(await faultOf(both)).toMatchObject({
      statusCode: 400,
      code: undefined,
      message: expect.stringContaining('Received both cancel_at_period_end and cancel_at parameters'),
    });
    const later = stripe.subscriptions.update(id, { cancel_at: Math.floor(START_MS / 1000) + 60 });
    expect(await faultOf(later)).toMatchObject({ statusCode: 400, param: 'cancel_at' });
    await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBe(subscription.items.data[0]?.current_period_end);
    await stripe.subscriptions.update(id, { cancel_at: '' });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
    fixture.emulator.advanceClock(29 * DAY_MS);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
  });

  test('when a payment is disputed, if the merchant’s settings say so', async () => {
    const { id } = await subscribe(await newCustomer(), await tier(990));
    const [payment] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    fixture.emulator.act('open_dispute', { paymentIntent: payment?.id, endsSubscription: true });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancellation_details: { reason: 'payment_disputed' },
    });
    fixture.emulator.advanceClock(29 * DAY_MS);
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_disputed' } });
  });

  test('at once, and later changes are refused', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(990));
    expect(await stripe.subscriptions.cancel(id)).toMatchObject({ status: 'canceled' });
    for (const request of [
      stripe.subscriptions.cancel(id),
      stripe.subscriptions.update(id, { metadata: { a: 'b' } }),
    ]) {
      expect(await faultOf(request)).toMatchObject({ statusCode: 400, code: 'resource_missing' });
    }
    fixture.emulator.advanceClock(60 * DAY_MS);
    expect((await stripe.invoices.list({ customer })).data).toHaveLength(1);
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
  });

  test('with its customer', async () => {
    const customer = await newCustomer();
    const { id } = await subscribe(customer, await tier(990));
    await stripe.customers.del(customer);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('canceled');
  });
});

describe('on pages', () => {
  const page = async (price: string, extra: Stripe.Checkout.SessionCreateParams = {}) => {
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price, quantity: 1 }],
      subscription_data: { metadata: { club: 'ada', fan: 'bob' } },
      success_url: 'https://example.com/club?s={CHECKOUT_SESSION_ID}',
      ...extra,
    });
    return { id: session.id, url: String(session.url) };
  };

  test('Checkout: declined, then approved by the bank; creates the subscription with its card', async () => {
    const { id, url } = await page(await tier(990));
    expect(await (await fetch(url)).text()).toContain('Billed monthly');
    expect((await submitForm(url, { ...CARD, cardNumber: '4000 0000 0000 0002' })).status).toBe(402);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', subscription: null });
    const asked = await submitForm(url, { ...CARD, cardNumber: '4000 0025 0000 3155', email: 'bob@example.com' });
    const done = await submitForm(new URL(String(asked.location), url).href, { verdict: 'complete' });
    expect(done.location).toContain(id);
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription', 'invoice'] });
    expect(session).toMatchObject({ status: 'complete', payment_status: 'paid', payment_intent: null });
    const subscription = session.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({ status: 'active', metadata: { fan: 'bob' }, customer: session.customer });
    expect(session.invoice).toMatchObject({ status: 'paid', id: subscription.latest_invoice });
    const saved = await stripe.paymentMethods.list({ customer: String(session.customer) });
    expect(saved.data.map(({ id: card }) => card)).toEqual([subscription.default_payment_method]);
    const all = await stripe.subscriptions.list({ customer: String(session.customer), status: 'all' });
    expect(all.data).toHaveLength(1);
    // The card was set up for off-session use: it renews without authentication.
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    expect(await latestInvoice(subscription.id)).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_cycle',
    });
  });

  test('the portal shows and charges the card that a subscription has from Checkout', async () => {
    const { id: customer } = await stripe.customers.create({});
    const { url } = await page(await tier(990), { customer });
    await submitForm(url, { ...CARD, cardNumber: '4000 0000 0000 3220' }).then(({ location }) =>
      submitForm(new URL(String(location), url).href, { verdict: 'complete' }),
    );
    // Its bank wants the holder at each renewal.
    fixture.emulator.advanceClock(28 * DAY_MS + HOUR_MS);
    const [owed] = (await stripe.invoices.list({ customer, status: 'open' })).data;
    const portal = await openPortal(stripe, { customer });
    expect(await (await fetch(portal.url)).text()).toContain('•••• 3220');
    const asked = await submitForm(portal.url, { action: 'pay', invoice: String(owed?.id) });
    expect(asked.location).toContain('../authenticate/');
    // Without a card, it says so.
    const [card] = (await stripe.paymentMethods.list({ customer })).data;
    await stripe.paymentMethods.detach(String(card?.id));
    const other = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: other.id } });
    const refused = await submitForm(portal.url, { action: 'pay', invoice: String(owed?.id) });
    expect(refused).toMatchObject({ status: 402, alert: 'No card is saved.' });
  });

  test('Checkout refuses parameters of another mode', async () => {
    const price = await tier(990);
    const once = (await stripe.prices.create({ currency: 'eur', unit_amount: 500, product_data: { name: 'x' } })).id;
    expect(await faultOf(page(once))).toMatchObject({ param: 'line_items' });
    expect(await faultOf(page(price, { mode: 'payment', subscription_data: undefined }))).toMatchObject({
      param: 'line_items',
    });
    expect(await faultOf(page(price, { payment_intent_data: { description: 'x' } }))).toMatchObject({
      statusCode: 400,
    });
  });

  test('the portal: cancel, resume, change the card, only for its own customer', async () => {
    const [customer, other] = [await newCustomer(), await newCustomer()];
    const { id } = await subscribe(customer, await tier(990));
    const foreign = await subscribe(other, await tier(990));
    const { url } = await openPortal(stripe, {
      customer,
      return_url: 'https://example.com/club',
      locale: 'fr',
    });
    const text = await (await fetch(url)).text();
    expect(text).toContain('Club 990');
    expect(text).toContain('Renouvelé le 28 février 2026');
    expect(text).not.toContain(foreign.id);
    await submitForm(url, { action: 'cancel', subscription: foreign.id });
    expect((await stripe.subscriptions.retrieve(foreign.id)).cancel_at).toBeNull();
    expect((await submitForm(url, { action: 'cancel', subscription: id })).location).toBe(`${url}?done`);
    expect(await (await fetch(url)).text()).toContain('Prend fin le 28 février 2026');
    const ending = await stripe.subscriptions.retrieve(id);
    // As Stripe does in flexible billing mode: sets `cancel_at`, and not `cancel_at_period_end`.
    expect(ending).toMatchObject({ cancel_at_period_end: false, cancel_at: ending.items.data[0]?.current_period_end });
    expect(ending.cancellation_details?.reason).toBe('cancellation_requested');
    await submitForm(url, { action: 'resume', subscription: id });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at: null, canceled_at: null });
    expect(await (await fetch(url)).text()).toContain('Renouvelé le 28 février 2026');
    const declined = await submitForm(url, { ...CARD, action: 'save_card', cardNumber: '4000 0000 0000 0002' });
    expect(declined).toMatchObject({ status: 402 });
    expect(declined.alert).toContain('refusée');
    const asked = await submitForm(url, { ...CARD, action: 'save_card', cardNumber: '4000 0025 0000 3155' });
    const back = await submitForm(new URL(String(asked.location), url).href, { verdict: 'complete' });
    await fetch(String(back.location));
    const { default_payment_method } = await stripe.subscriptions.retrieve(id, { expand: ['default_payment_method'] });
    expect(default_payment_method).toMatchObject({ card: { last4: '3155' }, customer });
    fixture.emulator.advanceClock(2 * HOUR_MS);
    expect((await fetch(url)).status).toBe(410);
  });
});
