/**
 * A member decides at one gateway whether to leave, at the very moment at which another tells the provider that a disputed membership is to end, or to
 * go on. Whatever comes first, the provider ends up with what the member wants.
 */
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Money } from '../../server/money/money.ts';
import type { PaymentProvider } from '../../server/money/payment-provider.ts';
import type { Database } from '../../server/platform/db.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { createId } from '../../server/protocol/ids.ts';
import { DATABASES } from '../support/databases.ts';
import { openMoneyHouse, pay } from '../support/money-house.ts';

type Act = () => Promise<unknown>;

/** What happens, once each, while a call is on its way to the provider, and after its answer has left there. */
interface Meanwhile {
  continuing?: Act | undefined;
  cancelling?: Act | undefined;
  cancelled?: Act | undefined;
  looking?: Act | undefined;
  looked?: Act | undefined;
}

async function openClub(db: Database) {
  const meanwhile: Meanwhile = {};
  const take = async (what: keyof Meanwhile) => {
    const act = meanwhile[what];
    meanwhile[what] = undefined;
    await act?.();
  };
  const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
    const billing = over(provider.billing, {
      async setCancelAtPeriodEnd(subscription, isCancelled) {
        await take(isCancelled ? 'cancelling' : 'continuing');
        await provider.billing.setCancelAtPeriodEnd(subscription, isCancelled);
        if (isCancelled) await take('cancelled');
      },
      async fetchSubscription(subscription) {
        await take('looking');
        const found = await provider.billing.fetchSubscription(subscription);
        await take('looked');
        return found;
      },
    });
    return over(provider, { billing });
  };
  const house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
  const gateway: Money = await house.openGateway();
  const { port } = house.emulator;
  const stripe = new Stripe('sk_test_of_the_tests', { host: '127.0.0.1', port, protocol: 'http' });
  const input = { name: 'Backstage', priceMinor: 1_200, interval: 'month' } as const;
  const { id: tier } = await house.rooms.clubs.createTier(house.creator, input);
  const identity = `fan-${createId('event')}`;
  const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
  await house.money.confirmCheckout(await pay(checkoutUrl));
  const id = (await house.money.memberships.list(identity))[0]?.id ?? '';
  const subscription = (await stripe.subscriptions.list({ limit: 1 })).data[0]?.id ?? '';
  const { data: intents } = await stripe.paymentIntents.list({ limit: 1 });
  const act = (name: string, values: Record<string, string>) =>
    house.emulator.act(name as 'open_dispute', values as never) as { id: string };
  let dispute = '';
  return {
    meanwhile,
    /** What the member does, at the other gateway. */
    leave: () => gateway.memberships.cancel(identity, id),
    goOn: () => gateway.memberships.resume(identity, id),
    /** What the member chooses on the provider's page, of which the other gateway hears. */
    async choose(isCancelled: boolean) {
      await stripe.subscriptions.update(subscription, { cancel_at_period_end: isCancelled });
      await gateway.memberships.sync.handleSubscriptionChanged(subscription);
    },
    sweep: () => house.money.sweep(),
    openDispute() {
      dispute = act('open_dispute', { paymentIntent: intents[0]?.id ?? '' }).id;
    },
    winDispute() {
      act('close_dispute', { dispute, outcome: 'won' });
    },
    async isEnding() {
      await house.money.sweep();
      // What the house could not tell for sure it looks at again.
      house.advance(2 * 60_000);
      await house.money.sweep();
      const [subscription] = (await stripe.subscriptions.list({ limit: 1 })).data;
      const [membership] = await house.money.memberships.list(identity);
      expect(membership?.cancelAtPeriodEnd).toBe(subscription?.cancel_at_period_end);
      return subscription?.cancel_at_period_end;
    },
    async [Symbol.asyncDispose]() {
      expect(await house.money.checkInvariants()).toEqual([]);
      await house[Symbol.asyncDispose]();
    },
  };
}

/** The same object with some of its methods replaced. */
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

const cutOff = () => Promise.reject(new AppError('provider_unavailable'));

describe.each(DATABASES)('a member and the house decide at once, on $name', ({ open }) => {
  test.each([
    ['goes on', 'goOn', false],
    ['leaves', 'leave', true],
  ] as const)(
    'a member who %s while the house takes its cancellation back has their way',
    async (_, what, isEnding) => {
      await using db = await open();
      await using club = await openClub(db);
      club.openDispute();
      await club.sweep();
      club.winDispute();
      club.meanwhile.continuing = club[what];
      await club.sweep();
      expect(club.meanwhile.continuing).toBeUndefined();
      expect(await club.isEnding()).toBe(isEnding);
    },
  );

  test('a member who leaves, and goes on while that is being restored, goes on', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    await club.sweep();
    club.winDispute();
    club.meanwhile.continuing = async () => {
      await club.leave();
      // The house is about to restore the cancellation that it has just overridden.
      club.meanwhile.cancelling = club.goOn;
    };
    await club.sweep();
    expect(club.meanwhile.cancelling).toBeUndefined();
    expect(await club.isEnding()).toBe(false);
  });

  test('who has left while the house looked at a disputed membership is not taken back when it is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.sweep();
    club.openDispute();
    club.meanwhile.looked = club.leave;
    await club.sweep();
    expect(club.meanwhile.looked).toBeUndefined();
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
  });

  test('who goes on while the house cancels a disputed membership goes on when it is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    const cancelled = Promise.withResolvers<void>();
    let goingOn: Promise<unknown> = Promise.resolve();
    club.meanwhile.cancelled = async () => cancelled.resolve();
    club.meanwhile.cancelling = () =>
      new Promise<void>((resolve) => {
        // The provider has heard the member; how it stands they read only after it has heard the house.
        club.meanwhile.looking = () => {
          resolve();
          return cancelled.promise;
        };
        goingOn = club.goOn();
      });
    await club.sweep();
    await goingOn;
    expect(club.meanwhile).toMatchObject({ cancelling: undefined, cancelled: undefined, looking: undefined });
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });

  test('who has left on the provider’s page while the house looked at a disputed membership is not taken back', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.sweep();
    club.openDispute();
    club.meanwhile.looked = () => club.choose(true);
    await club.sweep();
    expect(club.meanwhile.looked).toBeUndefined();
    club.winDispute();
    expect(await club.isEnding()).toBe(true);
  });

  test('who has left here and goes on on the provider’s page goes on when a dispute is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    await club.leave();
    await club.choose(false);
    expect(await club.isEnding()).toBe(false);
    club.openDispute();
    // The provider has heard the house, which does not hear of that.
    club.meanwhile.cancelled = cutOff;
    await club.sweep();
    expect(club.meanwhile.cancelled).toBeUndefined();
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });

  test('a member whom the house overrode as it was cut off has their way later', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    await club.sweep();
    club.winDispute();
    club.meanwhile.continuing = async () => {
      await club.leave();
      // The house is about to restore the cancellation that it has just overridden.
      club.meanwhile.cancelling = cutOff;
    };
    await club.sweep();
    expect(club.meanwhile.cancelling).toBeUndefined();
    expect(await club.isEnding()).toBe(true);
  });

  test('what a member decided, and the provider did not hear, it is told later', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.meanwhile.cancelling = cutOff;
    await expect(club.leave()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await club.isEnding()).toBe(true);
  });

  test('who goes on while the house is cut off cancelling a disputed membership goes on when it is won', async () => {
    await using db = await open();
    await using club = await openClub(db);
    club.openDispute();
    club.meanwhile.cancelling = club.goOn;
    club.meanwhile.cancelled = cutOff;
    await club.sweep();
    expect(club.meanwhile).toMatchObject({ cancelling: undefined, cancelled: undefined });
    expect(await club.isEnding()).toBe(true);
    club.winDispute();
    expect(await club.isEnding()).toBe(false);
  });
});
