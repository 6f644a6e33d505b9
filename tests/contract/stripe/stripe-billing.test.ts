/** Subscriptions and their invoices, as memberships use them; the emulator's clock tests what needs time to pass. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultOf, type Target, targets } from './stripe-target.ts';

const HOUR_MS = 60 * 60 * 1000;

describe.each(Object.entries(targets))('%s', (_name, start) => {
  let target: Target;
  let stripe: Stripe;
  beforeAll(async () => {
    target = await start();
    stripe = target.stripe;
  });
  afterAll(() => target.close());

  async function member(payment_method = 'pm_card_visa'): Promise<string> {
    const { id } = await stripe.customers.create({ email: 'ada@example.com' });
    const card = await stripe.paymentMethods.attach(payment_method, { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: card.id } });
    return id;
  }

  async function tier(unit_amount: number): Promise<string> {
    const product_data = { name: `Club at ${unit_amount}` };
    const params = { currency: 'eur', unit_amount, recurring: { interval: 'month' }, product_data } as const;
    return (await stripe.prices.create(params)).id;
  }

  const expand = ['latest_invoice.payments'];

  test('start paid from the saved card; item, invoice and payment refer to each other', async () => {
    const customer = await member();
    const price = await tier(990);
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      metadata: { club: 'c1' },
      expand,
    });
    expect(subscription).toMatchObject({
      object: 'subscription',
      status: 'active',
      customer,
      metadata: { club: 'c1' },
    });
    const [item] = subscription.items.data;
    expect(item).toMatchObject({ price: { id: price, recurring: { interval: 'month' } }, quantity: 1 });
    expect(Number(item?.current_period_end) - Number(item?.current_period_start)).toBeGreaterThan(27 * 86_400);
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      object: 'invoice',
      status: 'paid',
      amount_paid: 990,
      billing_reason: 'subscription_create',
      parent: { subscription_details: { subscription: subscription.id } },
    });
    const paymentIntent = String(invoice.payments?.data[0]?.payment.payment_intent);
    expect(await stripe.paymentIntents.retrieve(paymentIntent)).toMatchObject({ status: 'succeeded', amount: 990 });
    expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);
  });

  test('start incomplete if the browser pays or the card is declined, or are not created', async () => {
    const customer = await member('pm_card_chargeCustomerFail');
    const items = [{ price: await tier(990) }];
    const waiting = await stripe.subscriptions.create({
      customer,
      items,
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret'],
    });
    expect(waiting.status).toBe('incomplete');
    expect((waiting.latest_invoice as Stripe.Invoice).confirmation_secret?.client_secret).toMatch(/_secret_/);
    expect((await stripe.subscriptions.create({ customer, items })).status).toBe('incomplete');
    const refused = stripe.subscriptions.create({ customer, items, payment_behavior: 'error_if_incomplete' });
    expect(await faultOf(refused)).toMatchObject({ statusCode: 402, code: 'card_declined' });
  });

  test('change the tier for the rest of the period, charged at once or with a credit', async () => {
    const customer = await member();
    const created = await stripe.subscriptions.create({ customer, items: [{ price: await tier(1_000) }] });
    const id = String(created.items.data[0]?.id);
    const items = [{ id, price: await tier(3_000) }];
    const proration_behavior = 'always_invoice';
    const raised = await stripe.subscriptions.update(created.id, { items, proration_behavior, expand });
    expect(raised.items.data).toMatchObject([{ id, price: { unit_amount: 3_000 } }]);
    const invoice = raised.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({ status: 'paid', billing_reason: 'subscription_update' });
    // A moment of the period may already have passed.
    expect(invoice.amount_paid).toBeGreaterThan(1_990);
    expect(invoice.amount_paid).toBeLessThanOrEqual(2_000);
    const lowered = [{ id, price: await tier(500) }];
    await stripe.subscriptions.update(created.id, { items: lowered, proration_behavior });
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBeLessThan(-2_400);
  });

  test('credit what was debited, also if the price was lowered without proration', async () => {
    const customer = await member();
    const created = await stripe.subscriptions.create({ customer, items: [{ price: await tier(1_500) }] });
    expect(created.billing_mode.type).toBe('flexible');
    const id = String(created.items.data[0]?.id);
    const lowered = [{ id, price: await tier(500) }];
    await stripe.subscriptions.update(created.id, { items: lowered, proration_behavior: 'none' });
    const items = [{ id, price: await tier(2_500) }];
    const proration_behavior = 'always_invoice';
    const raised = await stripe.subscriptions.update(created.id, { items, proration_behavior, expand });
    const { amount_paid } = raised.latest_invoice as Stripe.Invoice;
    expect(amount_paid).toBeGreaterThan(990);
    expect(amount_paid).toBeLessThanOrEqual(1_000);
  });

  test('keep the price if an upgrade cannot be paid', async () => {
    const customer = await member();
    const created = await stripe.subscriptions.create({ customer, items: [{ price: await tier(1_000) }] });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.subscriptions.update(created.id, { default_payment_method: bad.id });
    const refused = stripe.subscriptions.update(created.id, {
      items: [{ id: String(created.items.data[0]?.id), price: await tier(3_000) }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
    });
    expect(await faultOf(refused)).toMatchObject({ statusCode: 402, code: 'card_declined' });
    const kept = await stripe.subscriptions.retrieve(created.id);
    expect(kept).toMatchObject({ status: 'active', items: { data: [{ price: { unit_amount: 1_000 } }] } });
  });

  test('end with the period unless resumed, or at once', async () => {
    const customer = await member();
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: await tier(990) }] });
    const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: items.data[0]?.current_period_end,
      cancellation_details: { reason: 'cancellation_requested' },
    });
    const again = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(again).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
    const both = stripe.subscriptions.update(id, { cancel_at_period_end: false, cancel_at: '' });
    expect(await faultOf(both)).toMatchObject({ statusCode: 400, message: expect.stringContaining('Received both') });
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    const taken = await stripe.subscriptions.update(id, { cancel_at: '' });
    expect(taken).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
    expect(await stripe.subscriptions.cancel(id)).toMatchObject({ status: 'canceled' });
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
  });

  test('end at a fixed time, which a change of interval can move to the end of the new period', async () => {
    const customer = await member();
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: await tier(990) }] });
    const monthEnd = items.data[0]?.current_period_end;
    const ending = await stripe.subscriptions.update(id, { cancel_at: 'max_period_end' });
    expect(ending).toMatchObject({ cancel_at: monthEnd, cancel_at_period_end: false });
    const product_data = { name: 'Club by the year' };
    const yearly = { currency: 'eur', unit_amount: 9_900, recurring: { interval: 'year' }, product_data } as const;
    const moved = await stripe.subscriptions.update(id, {
      items: [{ id: String(items.data[0]?.id), price: (await stripe.prices.create(yearly)).id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
      cancel_at: 'max_period_end',
      expand,
    });
    const yearEnd = moved.items.data[0]?.current_period_end;
    expect(Number(yearEnd) - Number(monthEnd)).toBeGreaterThan(300 * 86_400);
    expect(moved).toMatchObject({ cancel_at: yearEnd, cancel_at_period_end: false });
    expect(moved.latest_invoice).toMatchObject({ status: 'paid' });
  });

  test('Checkout and the portal open pages for them', async () => {
    const customer = await member();
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      customer,
      line_items: [{ price: await tier(990), quantity: 1 }],
      subscription_data: { metadata: { club: 'c1' } },
      success_url: 'https://example.com/done',
    });
    expect(session).toMatchObject({ mode: 'subscription', status: 'open', subscription: null, amount_total: 990 });
    const features = { payment_method_update: { enabled: true }, invoice_history: { enabled: false } };
    const { id: configuration } = await stripe.billingPortal.configurations.create({ features });
    const returnUrl = 'https://example.com/club';
    const portal = await stripe.billingPortal.sessions.create({ configuration, customer, return_url: returnUrl });
    expect(portal).toMatchObject({ object: 'billing_portal.session', customer });
    expect(portal.url).toMatch(/^https?:/);
  });

  test('renew automatically, become past due when the card fails, and recover when paid', async ({ skip }) => {
    const { emulator } = target;
    if (emulator === undefined) return skip('Only the emulator’s clock can be advanced');
    const customer = await member();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: await tier(990) }] });
    // The invoice of a renewal is a draft for an hour.
    emulator.advanceClock(2 * HOUR_MS);
    const passPeriod = async () => {
      const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
      emulator.advanceClock((Number(item?.current_period_end) - Number(item?.current_period_start)) * 1_000);
    };
    await passPeriod();
    const renewed = (await stripe.subscriptions.retrieve(id, { expand })).latest_invoice as Stripe.Invoice;
    expect(renewed).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await passPeriod();
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const [open] = (await stripe.invoices.list({ subscription: id, status: 'open' })).data;
    await stripe.invoices.pay(String(open?.id), { payment_method: good.id });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
  });
});
