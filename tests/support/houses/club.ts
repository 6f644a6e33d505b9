/**
 * One membership seen by two gateways: actions of the member, the bank and the provider's pages, and hooks that run
 * while a provider call is in flight.
 */
import { expect } from 'vitest';
import type { Money } from '../../../server/money/money.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { openMoneyHouse, pay } from './money-house.ts';

type Act = () => Promise<unknown>;

/**
 * One-time hooks around provider calls: before a call is sent, or after it took effect and before its answer arrives.
 */
interface Hooks {
  beforeResume?: Act | undefined;
  afterResume?: Act | undefined;
  beforeCancel?: Act | undefined;
  afterCancel?: Act | undefined;
  afterFetch?: Act | undefined;
}

export async function openClub(open: () => Promise<Database & AsyncDisposable>) {
  const db = await open();
  const hooks: Hooks = {};
  const runHook = async (name: keyof Hooks) => {
    const act = hooks[name];
    delete hooks[name];
    await act?.();
  };
  const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
    const billing = over(provider.billing, {
      async setCancelAtPeriodEnd(subscription, isCancelled) {
        await runHook(isCancelled ? 'beforeCancel' : 'beforeResume');
        await provider.billing.setCancelAtPeriodEnd(subscription, isCancelled);
        await runHook(isCancelled ? 'afterCancel' : 'afterResume');
      },
      async fetchSubscription(subscription) {
        const found = await provider.billing.fetchSubscription(subscription);
        await runHook('afterFetch');
        return found;
      },
    });
    return over(provider, { billing });
  };
  const house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
  const gateway: Money = await house.openGateway();
  const { stripe } = house;
  const input = { name: 'Backstage', priceMinor: 1_200, interval: 'month' } as const;
  const { id: tier } = await house.rooms.clubs.createTier(house.creator, input);
  const identity = `fan-${createId('event')}`;
  const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
  await house.money.confirmCheckout(await pay(checkoutUrl));
  const id = (await house.money.memberships.list(identity))[0]?.id ?? '';
  const subscription = (await stripe.subscriptions.list({ limit: 1 })).data[0]?.id ?? '';
  const { data: intents } = await stripe.paymentIntents.list({ limit: 1 });
  const act = (name: string, values: Record<string, unknown>) =>
    house.emulator.act(name as 'open_dispute', values as never) as { id: string };
  let dispute = '';
  /** Whether the provider will end the subscription, by either of its two fields. */
  const isEndingAtProvider = async () => {
    const { cancel_at, cancel_at_period_end } = await stripe.subscriptions.retrieve(subscription);
    return cancel_at_period_end || cancel_at !== null;
  };
  const decideInPortalSilently = async (isCancelled: boolean) => {
    const { url } = await gateway.memberships.openPortal(identity, id, {});
    const body = new URLSearchParams({ action: isCancelled ? 'cancel' : 'resume', subscription });
    const { status } = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    expect(status).toBe(303);
  };
  return {
    hooks,
    /** The member cancels or resumes through the other gateway. */
    cancel: () => gateway.memberships.cancel(identity, id),
    resume: () => gateway.memberships.resume(identity, id),
    /** Moves to a dearer tier that is paid by the year. */
    async moveToYear() {
      const { id: year } = await house.rooms.clubs.createTier(house.creator, {
        name: 'Backstage for a year',
        priceMinor: 10_000,
        interval: 'year',
      });
      return gateway.memberships.changeTier(identity, id, year);
    },
    /** The member decides on the provider's page, without a webhook. */
    decideInPortalSilently,
    /** The same with the webhook delivered to the other gateway. */
    async decideInPortal(isCancelled: boolean) {
      await decideInPortalSilently(isCancelled);
      await gateway.memberships.sync.handleSubscriptionChanged(subscription);
    },
    /** One sync with the provider: on this gateway, or on the other. */
    sync: () => house.money.memberships.sync.sync(id, subscription),
    syncThere: () => gateway.memberships.sync.sync(id, subscription),
    /** The membership as the member's wallet shows it. */
    async readWallet() {
      return (await house.money.memberships.list(identity))[0];
    },
    advance: (ms: number) => house.advance(ms),
    sweep: () => house.money.sweep(),
    sweepThere: () => gateway.sweep(),
    openDispute(more: { endsSubscription?: boolean } = {}) {
      dispute = act('open_dispute', { paymentIntent: intents[0]?.id ?? '', ...more }).id;
    },
    winDispute() {
      act('close_dispute', { dispute, outcome: 'won' });
    },
    isEndingAtProvider,
    /** The same after reconciliation; checks that every hook has run and that the wallet agrees. */
    async isEnding() {
      expect(hooks).toEqual({});
      await house.money.sweep();
      // Past the delay after which an uncertain state is checked again.
      house.advance(2 * 60_000);
      await house.money.sweep();
      const isEnding = await isEndingAtProvider();
      expect((await house.money.memberships.list(identity))[0]?.cancelAtPeriodEnd).toBe(isEnding);
      return isEnding;
    },
    async [Symbol.asyncDispose]() {
      expect(await house.money.checkInvariants()).toEqual([]);
      await house[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

/** The object with some methods replaced. */
function over<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      const own = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
