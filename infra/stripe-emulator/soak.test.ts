/**
 * Random operations by a seed: payments, refunds, disputes, transfers, payouts, subscriptions, time, faults. In any
 * order, no answer or event violates Stripe's types, and the balances are the sums of the balance transactions.
 */
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { StripeEmulator } from './emulator.ts';
import { SeededRandom } from './random.ts';

/** Enough for every kind of operation to succeed. `npm test -- --long` sets the variable. */
const STEPS = process.env.LOGE_TEST_LONG === '1' ? 1_500 : 750;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-01-31T10:00:00Z');
const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const CARDS = [
  'pm_card_visa',
  'pm_card_bypassPending',
  'pm_card_bypassPending',
  'pm_card_chargeCustomerFail',
  'pm_card_authenticationRequired',
  'pm_card_authenticationRequiredSetupForOffSession',
  'pm_card_createDispute',
  'pm_card_createDisputeInquiry',
  'pm_card_pendingRefund',
  'pm_card_refundFail',
];

class Soak {
  readonly #emulator: StripeEmulator;
  readonly #stripe: Stripe;
  readonly #random: SeededRandom;
  readonly #ids: Record<string, string[]> = {};
  readonly counts: Record<string, number> = {};

  constructor(emulator: StripeEmulator, stripe: Stripe, seed: number) {
    this.#emulator = emulator;
    this.#stripe = stripe;
    this.#random = new SeededRandom(seed);
  }

  get accounts(): readonly string[] {
    return this.#ids.account ?? [];
  }

  async step(): Promise<void> {
    const acts = Object.entries(this.#acts());
    const [name, act] = acts[this.#upTo(acts.length)] ?? ['nothing', async () => {}];
    const outcome = await act().then(
      () => 'done',
      (error) => {
        // Refusals have Stripe's shape; a fault of the emulator would be an `api_error`.
        if (error instanceof Stripe.errors.StripeAPIError && !error.message.includes('was asked for')) throw error;
        const isRefusal = error instanceof Stripe.errors.StripeError || (error as Error).name === 'StripeApiError';
        if (!isRefusal) throw error;
        return 'refused';
      },
    );
    const key = `${name} ${outcome}`;
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }

  #upTo(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  #any(kind: string): string {
    const ids = this.#ids[kind] ?? [];
    return ids[this.#upTo(ids.length)] ?? 'none';
  }

  #know(kind: string, id: string): void {
    const known = this.#ids[kind] ?? [];
    known.push(id);
    this.#ids[kind] = known.slice(-30);
  }

  #acts(): Record<string, () => Promise<unknown>> {
    return { ...this.#paying(), ...this.#connecting(), ...this.#billing(), ...this.#time() };
  }

  #paying(): Record<string, () => Promise<unknown>> {
    const stripe = this.#stripe;
    return {
      customer: async () => {
        const { id } = await stripe.customers.create({ email: 'ada@example.com' });
        this.#know('customer', id);
        const card = await stripe.paymentMethods.attach(CARDS[this.#upTo(CARDS.length)] ?? '', { customer: id });
        this.#know('card', card.id);
        await stripe.customers.update(id, { invoice_settings: { default_payment_method: card.id } });
      },
      pay: async () => {
        const customer = this.#any('customer');
        const [card] = (await stripe.paymentMethods.list({ customer })).data;
        const { id } = await stripe.paymentIntents.create({
          amount: 500 + this.#upTo(5_000),
          currency: 'eur',
          customer,
          payment_method: card?.id ?? 'pm_card_visa',
          off_session: this.#upTo(2) === 0,
          automatic_payment_methods: cardOnly,
          confirm: true,
        });
        this.#know('payment', id);
      },
      fund: async () => {
        const { id } = await stripe.paymentIntents.create({
          amount: 20_000,
          currency: 'eur',
          payment_method: 'pm_card_bypassPending',
          capture_method: 'automatic',
          automatic_payment_methods: cardOnly,
          confirm: true,
        });
        this.#know('payment', id);
      },
      cancel: () => stripe.paymentIntents.cancel(this.#any('payment')),
      refund: () => stripe.refunds.create({ payment_intent: this.#any('payment'), amount: 1 + this.#upTo(2_000) }),
      dispute: async () => {
        const isInquiry = this.#upTo(3) === 0;
        this.#know(
          'dispute',
          this.#emulator.act('open_dispute', { paymentIntent: this.#any('payment'), isInquiry }).id,
        );
      },
      decide: async () => {
        const outcome = this.#upTo(2) === 0 ? 'won' : 'lost';
        this.#emulator.act('close_dispute', { dispute: this.#any('dispute'), outcome });
      },
      answer: () =>
        stripe.disputes.update(this.#any('dispute'), { evidence: { uncategorized_text: 'winning_evidence' } }),
      detach: () => stripe.paymentMethods.detach(this.#any('card')),
    };
  }

  #connecting(): Record<string, () => Promise<unknown>> {
    const stripe = this.#stripe;
    return {
      account: async () => {
        const interval = this.#upTo(2) === 0 ? 'daily' : 'manual';
        const capabilities = { transfers: { requested: true } };
        const settings = { payouts: { schedule: { interval } } } as const;
        const { id } = await stripe.accounts.create({ country: 'FR', capabilities, settings });
        this.#know('account', id);
        const iban = this.#upTo(4) === 0 ? 'FR3020041010050500013M02609' : 'FR1420041010050500013M02606';
        this.#emulator.act('onboard_account', { account: id, iban });
      },
      transfer: async () => {
        const params = { amount: 1 + this.#upTo(3_000), currency: 'eur', destination: this.#any('account') };
        this.#know('transfer', (await stripe.transfers.create(params)).id);
      },
      reverse: () => stripe.transfers.createReversal(this.#any('transfer'), { amount: 1 + this.#upTo(1_000) }),
      payout: async () => {
        const account = this.#any('account');
        const params = { amount: 1 + this.#upTo(2_000), currency: 'eur' };
        const { id } = await stripe.payouts.create(params, { stripeAccount: account });
        this.#know('payout', `${account} ${id}`);
      },
      'fail payout': async () => {
        const [account = '', payout = ''] = this.#any('payout').split(' ');
        this.#emulator.act('fail_payout', { account, payout });
      },
      repair: async () => this.#emulator.act('onboard_account', { account: this.#any('account') }),
    };
  }

  #billing(): Record<string, () => Promise<unknown>> {
    const stripe = this.#stripe;
    return {
      tier: async () => {
        const interval = this.#upTo(4) === 0 ? 'year' : 'month';
        const product_data = { name: `Club by the ${interval}` };
        const params = { currency: 'eur', unit_amount: 500 + this.#upTo(3_000), recurring: { interval }, product_data };
        this.#know('price', (await stripe.prices.create(params)).id);
      },
      subscribe: async () => {
        const params = { customer: this.#any('customer'), items: [{ price: this.#any('price') }] };
        this.#know('subscription', (await stripe.subscriptions.create(params)).id);
      },
      change: async () => {
        const subscription = await stripe.subscriptions.retrieve(this.#any('subscription'));
        const behaviors = ['create_prorations', 'always_invoice', 'none'] as const;
        await stripe.subscriptions.update(subscription.id, {
          items: [{ id: String(subscription.items.data[0]?.id), price: this.#any('price') }],
          proration_behavior: behaviors[this.#upTo(3)] ?? 'none',
        });
      },
      end: () => stripe.subscriptions.update(this.#any('subscription'), { cancel_at_period_end: this.#upTo(2) === 0 }),
      stop: () => (this.#upTo(4) === 0 ? stripe.subscriptions.cancel(this.#any('subscription')) : Promise.resolve()),
      'pay what is owed': async () => {
        const [invoice] = (await stripe.invoices.list({ status: 'open', limit: 1 })).data;
        if (invoice !== undefined) await stripe.invoices.pay(invoice.id, { off_session: this.#upTo(2) === 0 });
      },
    };
  }

  #time(): Record<string, () => Promise<unknown>> {
    return {
      hour: async () => this.#emulator.advanceClock(HOUR_MS),
      days: async () => this.#emulator.advanceClock(this.#upTo(4) * DAY_MS),
      flush: () => this.#emulator.flush(),
    };
  }
}

/** All pages of balance transactions, against the balance. */
async function assertBalanced(stripe: Stripe, options: Stripe.RequestOptions): Promise<void> {
  let sum = 0;
  for await (const { net } of stripe.balanceTransactions.list({ limit: 100 }, options)) sum += net;
  const { available, pending } = await stripe.balance.retrieve({}, options);
  const total = [...available, ...pending].reduce((all, { amount }) => all + amount, 0);
  expect(total, JSON.stringify(options)).toBe(sum);
}

test.each([1, 2])('seed %d', async (seed) => {
  const logged: string[] = [];
  let webhooks = 0;
  const emulator = await StripeEmulator.create({
    payoutInterval: 'manual',
    port: 0,
    seed,
    now: () => START_MS,
    webhook: { url: 'http://in.process/', secret: 'whsec_platform' },
    connectWebhook: { url: 'http://in.process/connect', secret: 'whsec_connect' },
    deliver: () => {
      webhooks += 1;
      return 200;
    },
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
  });
  const stripe = new Stripe('sk_test_soak', {
    host: '127.0.0.1',
    port: emulator.port,
    protocol: 'http',
    httpClient: Stripe.createFetchHttpClient(emulator.fetch),
    maxNetworkRetries: 0,
  });
  emulator.addFault({ path: '/v1/*', kind: 'server_error', share: 0.02, times: 1_000_000 });
  const soak = new Soak(emulator, stripe, seed);
  for (let step = 0; step < STEPS; step += 1) await soak.step();
  emulator.clearFaults();
  await emulator.flush();
  expect(logged).toEqual([]);
  expect(webhooks).toBeGreaterThan(STEPS);
  await assertBalanced(stripe, {});
  for (const stripeAccount of soak.accounts) await assertBalanced(stripe, { stripeAccount });
  // A run that only refuses would prove nothing.
  for (const act of ['pay', 'refund', 'dispute', 'transfer', 'reverse', 'payout', 'subscribe', 'change']) {
    expect(soak.counts[`${act} done`], `${act} was done`).toBeGreaterThan(0);
  }
  await emulator.close();
});
