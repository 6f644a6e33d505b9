/**
 * Unfinished top-ups by a saved card, and their events in any order: no payment stays open, gets lost or counts twice.
 */
import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { CardOrder, PaymentProvider, ProviderCheckout } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { CardTopup } from '../../../server/protocol/money/money.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, WEBHOOK_SECRET } from '../../support/houses/money-house.ts';

const HOUR_MS = 60 * 60_000;
const FIRST_MINOR = 1_000;
const CREDIT_MINOR = FIRST_MINOR + 2_000;
const failure = (code: string) => expect.objectContaining({ code });

/** Nothing runs in the background: the test controls the order. */
async function openCards(db: Database, method: string, around: Around = {}) {
  const house = await openMoneyHouse({ db, isRunning: false, wrapProvider: wrap(around) });
  const { stripe } = house;
  const identity = await house.createFan(FIRST_MINOR);
  const customers = await stripe.customers.list({ limit: 100 });
  const customer = customers.data.find(({ metadata }) => metadata.identity === identity)?.id ?? '';
  const { id: card } = await stripe.paymentMethods.attach(method, { customer });
  const idempotencyKey = createId('event');
  return {
    house,
    stripe,
    topUp: () => house.money.topups.createByCard({ identity, name: 'Léa', amountMinor: 2_000, card, idempotencyKey }),
    balance: async () => (await house.money.wallets.get(identity)).balanceMinor,
    latest: async () => (await stripe.paymentIntents.list({ customer, limit: 1 })).data[0],
    sweep: () => house.money.sweep(),
  };
}

const actionUrlOf = (answer: CardTopup) => {
  if (answer.status !== 'requires_action') throw new Error(`It was ${answer.status}.`);
  return answer.actionUrl;
};

async function answerBank(actionUrl: string): Promise<void> {
  const page = new URL(actionUrl);
  await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.origin },
    body: new URLSearchParams({ verdict: 'complete' }),
  });
}

async function deliver(house: MoneyHouse, event: Stripe.Event): Promise<void> {
  const payload = JSON.stringify(event);
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.${payload}`).digest('hex');
  await house.money.providerEvents.receive(Buffer.from(payload), `t=${at},v1=${signature}`);
  await house.money.idle();
}

describe.each(DATABASES)('unfinished top-ups by card on $name', ({ open }) => {
  test('unanswered authentication: the payment is cancelled at the provider before the top-up expires', async () => {
    await using db = await open();
    const { house, topUp, latest, sweep, balance } = await openCards(db, 'pm_card_authenticationRequired');
    await using _ = house;
    const actionUrl = actionUrlOf(await topUp());
    house.advance(HOUR_MS + 1_000);
    await sweep();
    expect((await latest())?.status).toBe('canceled');
    await expect(topUp()).rejects.toEqual(failure('card_declined'));
    await answerBank(actionUrl);
    await sweep();
    expect([(await latest())?.status, await balance()]).toEqual(['canceled', FIRST_MINOR]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a repeated request after the expiry, before the sweep, finds it expired', async () => {
    await using db = await open();
    const { house, topUp, latest } = await openCards(db, 'pm_card_authenticationRequired');
    await using _ = house;
    await topUp();
    house.advance(HOUR_MS + 1_000);
    await expect(topUp()).rejects.toEqual(failure('card_declined'));
    expect((await latest())?.status).toBe('canceled');
  });

  test('a completed authentication without an event yet is credited', async () => {
    await using db = await open();
    const { house, topUp, latest, sweep, balance } = await openCards(db, 'pm_card_authenticationRequired');
    await using _ = house;
    await answerBank(actionUrlOf(await topUp()));
    house.advance(HOUR_MS + 1_000);
    await sweep();
    expect([(await latest())?.status, await balance()]).toEqual(['succeeded', CREDIT_MINOR]);
    expect(await topUp()).toMatchObject({ status: 'succeeded' });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test.each([
    ['authentication required', 'pm_card_authenticationRequired', 'canceled', FIRST_MINOR],
    ['paid', 'pm_card_visa', 'succeeded', CREDIT_MINOR],
  ])('a payment whose answer was lost, %s, is found before it is abandoned', async (_case, method, status, minor) => {
    await using db = await open();
    const around: Around = { isSilent: true, pay: loseAnswer };
    const { house, topUp, latest, sweep, balance } = await openCards(db, method, around);
    await using _ = house;
    await expect(topUp()).rejects.toEqual(failure('provider_unavailable'));
    delete around.pay;
    house.advance(HOUR_MS / 2);
    await sweep();
    expect([(await latest())?.status, await balance()]).toEqual([status, minor]);
    await sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a payment that reaches the provider after it was abandoned is cancelled there', async () => {
    await using db = await open();
    const around: Around = {};
    const { house, topUp, latest, sweep } = await openCards(db, 'pm_card_authenticationRequired', around);
    await using _ = house;
    around.pay = async (place) => {
      house.advance(HOUR_MS / 2);
      await sweep();
      return place();
    };
    await expect(topUp()).rejects.toEqual(failure('card_declined'));
    expect((await latest())?.status).toBe('canceled');
  });

  test('a manual refund event before the answer to its card payment', async () => {
    await using db = await open();
    const around: Around = { isSilent: true, pay: loseAnswer };
    const { house, stripe, topUp, latest, balance, sweep } = await openCards(db, 'pm_card_visa', around);
    await using _ = house;
    await expect(topUp()).rejects.toEqual(failure('provider_unavailable'));
    delete around.pay;
    const { id: refund } = await stripe.refunds.create({ payment_intent: (await latest())?.id ?? '', amount: 800 });
    const { data } = await stripe.events.list({ type: 'refund.created', limit: 1 });
    if (data[0]) await deliver(house, data[0]);
    expect(refund).toMatch(/^re_/);
    expect(await balance()).toBe(CREDIT_MINOR - 800);
    await sweep();
    expect(await balance()).toBe(CREDIT_MINOR - 800);
    expect(await house.money.checkInvariants()).toEqual([]);
  });
});

/** Code that runs around the provider's calls. */
interface Around {
  pay?: (order: () => Promise<ProviderCheckout>) => Promise<ProviderCheckout>;
  see?: (found: ProviderCheckout) => ProviderCheckout;
  isSilent?: boolean;
}

const loseAnswer: NonNullable<Around['pay']> = async (place) => {
  await place();
  throw new AppError('provider_unavailable');
};

/** Wraps the provider with hooks that the test can still change. */
function wrap(around: Around) {
  return (provider: PaymentProvider): PaymentProvider => {
    const cards = bound(provider.cards, {
      pay: (order: CardOrder) => {
        const place = () => provider.cards.pay(order);
        return around.pay ? around.pay(place) : place();
      },
    });
    return bound(provider, {
      cards,
      fetchCheckout: async (session: string) => {
        const found = await provider.fetchCheckout(session);
        return found && around.see ? around.see(found) : found;
      },
      fetchEvents: (span: Parameters<PaymentProvider['fetchEvents']>[0]) =>
        around.isSilent ? Promise.resolve({ events: [], isWhole: true }) : provider.fetchEvents(span),
    });
  };
}

/** Replaces parts of an object; its methods keep their `this`. */
function bound<T extends object>(target: T, replaced: Partial<Record<keyof T, unknown>>): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (name in replaced) return replaced[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe.each(DATABASES)('events of a card payment while it is being created, on $name', ({ open }) => {
  /** A top-up whose payment event, seen through `see`, arrives before the answer to its request. */
  async function openTold(db: Database, method: string, see?: Around['see']) {
    const around: Around = {};
    const cards = await openCards(db, method, around);
    around.pay = async (place) => {
      const answer = await place().catch((error: unknown) => ({ error }));
      if (see) around.see = see;
      const { data } = await cards.stripe.events.list({ type: 'payment_intent.created', limit: 1 });
      if (data[0]) await deliver(cards.house, data[0]);
      delete around.see;
      if ('error' in answer) throw answer.error;
      return answer;
    };
    return cards;
  }

  test('paid: one credit, and the request is answered with it', async () => {
    await using db = await open();
    const { house, topUp, balance, sweep } = await openTold(db, 'pm_card_visa');
    await using _ = house;
    expect(await topUp()).toMatchObject({ status: 'succeeded', wallet: { balanceMinor: CREDIT_MINOR } });
    expect(await topUp()).toMatchObject({ status: 'succeeded' });
    await sweep();
    expect(await balance()).toBe(CREDIT_MINOR);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test("not confirmed yet: the person still gets the bank's page", async () => {
    await using db = await open();
    const { house, topUp, balance, sweep } = await openTold(db, 'pm_card_authenticationRequired', (found) => ({
      ...found,
      url: null,
    }));
    await using _ = house;
    const asked = await topUp();
    expect(await topUp()).toEqual(asked);
    await answerBank(actionUrlOf(asked));
    await sweep();
    expect(await balance()).toBe(CREDIT_MINOR);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('declined: nothing is credited, and the key stays declined', async () => {
    await using db = await open();
    const { house, topUp, balance, sweep } = await openTold(db, 'pm_card_chargeCustomerFail');
    await using _ = house;
    await expect(topUp()).rejects.toEqual(failure('card_declined'));
    await expect(topUp()).rejects.toEqual(failure('card_declined'));
    await sweep();
    expect(await balance()).toBe(FIRST_MINOR);
    expect(await house.money.checkInvariants()).toEqual([]);
  });
});
