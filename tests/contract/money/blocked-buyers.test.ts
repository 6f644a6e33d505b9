/** A creator blocks a person while a purchase of theirs is under way, or the server dies while it handles the block. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

type Act = () => Promise<unknown>;

const failure = (code: string) => expect.objectContaining({ code });
/** Longer than the lease of a call to the provider. */
const PAST_LEASE_MS = 2 * 60_000;

describe.each(DATABASES)('purchases of blocked people on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let tier: Tier;
  /** Runs once, after the provider has answered and before the answer arrives. */
  let onSubscriptionFetched: Act | undefined;

  beforeAll(async () => {
    db = await open();
    const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
      const fetchSubscription = provider.billing.fetchSubscription.bind(provider.billing);
      provider.billing.fetchSubscription = async (subscription) => {
        const found = await fetchSubscription(subscription);
        const act = onSubscriptionFetched;
        onSubscriptionFetched = undefined;
        await act?.();
        return found;
      };
      return provider;
    };
    house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
    tier = await house.rooms.clubs.createTier(house.creator, { name: 'Club', priceMinor: 900, interval: 'month' });
  });

  afterAll(() => closeBalanced({ db, house }));

  const block = (identity: string) =>
    house.rooms.removals.block({ creator: house.creator, identity, by: house.creator, reason: 'Insults' });
  const unblock = (identity: string) =>
    house.rooms.removals.unblock({ creator: house.creator, identity, by: house.creator });
  const join = async (identity: string) =>
    (await house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' })).checkoutUrl;
  const membershipsOf = (identity: string) => house.money.memberships.list(identity);
  const subscriptionOf = async (identity: string) => {
    const [row] = await db.bulk<{ id: string }>('select id from memberships where identity = $1', [identity]);
    const { data } = await house.stripe.subscriptions.list({ status: 'all', limit: 100 });
    const found = data.find(({ metadata }) => metadata.membership === row?.id);
    if (!found) throw new Error('There is no subscription.');
    return found;
  };
  const paymentsOf = async (identity: string) =>
    (await house.money.desk.payments.search({ query: identity, limit: 10 })).payments;

  const suspend = (identity: string) =>
    house.rooms.suspensions.suspend(identity, { decision: `decision-${identity}`, reason: 'Insults', until: null });
  test.each([
    ['is blocked before the house knows of the payment', block, 'before'],
    ['is blocked while the house reads the payment', block, 'while'],
    ['is suspended before the house knows of the payment', suspend, 'before'],
  ])('a person who pays a page to join and %s gets the money back and no membership', async (_, refuse, when) => {
    const identity = await house.createFan();
    const session = await pay(await join(identity));
    if (when === 'while') onSubscriptionFetched = () => refuse(identity);
    else await refuse(identity);
    await house.money.confirmCheckout(session);
    await house.money.sweep();
    expect(await membershipsOf(identity)).toEqual([]);
    expect(await paymentsOf(identity)).toMatchObject([{ kind: 'membership', status: 'refunded', refundedMinor: 900 }]);
    expect((await subscriptionOf(identity)).status).toBe('canceled');
  });

  test('the subscription of a blocked person ends although the provider failed, and they can join once unblocked', async () => {
    const identity = await house.createFan();
    const session = await pay(await join(identity));
    await block(identity);
    house.emulator.addFault({ path: '/v1/subscriptions*', method: 'DELETE', kind: 'server_error', times: 1 });
    await expect(house.money.confirmCheckout(session)).rejects.toEqual(failure('provider_unavailable'));
    house.advance(PAST_LEASE_MS);
    await house.money.sweep();
    expect((await subscriptionOf(identity)).status).toBe('canceled');
    await unblock(identity);
    await house.money.confirmCheckout(await pay(await join(identity)));
    expect(await membershipsOf(identity)).toMatchObject([{ status: 'active' }]);
  });
});
