/** A creator blocks a person while a purchase of theirs is under way, or the server dies while it handles the block. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MembershipsStore } from '../../../server/money/memberships/memberships.store.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

type Act = () => Promise<unknown>;

const failure = (code: string) => expect.objectContaining({ code });
/** Longer than the lease of a call to the provider. */
const PAST_LEASE_MS = 2 * 60_000;

describe.each(DATABASES)('purchases of blocked people on $name', ({ name, open }) => {
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

  /** Every listener has handled the fact of the block, and gets it no more. */
  const isDispatched = (identity: string) =>
    house.facts.some((fact) => fact.topic === 'participant.blocked' && fact.identity === identity);
  const untilDispatched = (identity: string) => eventually(() => isDispatched(identity));

  test('a block is handled again if the database fails while the membership is closed', async () => {
    const identity = await house.createFan();
    await house.money.confirmCheckout(await pay(await join(identity)));
    const lock = vi.spyOn(MembershipsStore.prototype, 'lock').mockRejectedValueOnce(new Error('Connection terminated'));
    await block(identity);
    await eventually(() => lock.mock.settledResults.some(({ type }) => type === 'rejected'));
    lock.mockRestore();
    expect(await membershipsOf(identity)).toMatchObject([{ status: 'active' }]);
    const change = { isBlocked: true, by: house.creator, reason: 'Insults' };
    const data = { creator: house.creator, identity, change };
    const fact = { id: '1', topic: 'participant.blocked', room: null, identity, data, createdAt: '' };
    await house.money.blockedBuyers.handleFacts([fact]);
    await house.money.sweep();
    expect(await membershipsOf(identity)).toMatchObject([{ status: 'ended' }]);
    expect((await subscriptionOf(identity)).status).toBe('canceled');
  });

  const buy = (room: Room, identity: string) =>
    house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const isWaitingForLock = async () =>
    (await db.bulk(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`, []))
      .length > 0;
  /** The block is committed and handled after the next access decision, before the sale that it allows. */
  const blockAfterDecision = (identity: string) => {
    const decideAccess = house.rooms.decideAccess.bind(house.rooms);
    return vi.spyOn(house.rooms, 'decideAccess').mockImplementationOnce(async (query) => {
      const access = await decideAccess(query);
      expect(access.state).toBe('required');
      await block(identity);
      await untilDispatched(identity);
      return access;
    });
  };

  test('a block between the access decision and a sale from the wallet refuses the sale', async () => {
    const [room, identity] = [await house.createRoom(), await house.createFan(500)];
    const decision = blockAfterDecision(identity);
    await expect(buy(room, identity)).rejects.toEqual(failure('access_removed'));
    decision.mockRestore();
    expect(await balanceOf(identity)).toBe(500);
    expect(await house.money.withdrawals.listTickets(identity)).toEqual([]);
  });

  test('a block between the access decision and the sale of a ticket paid by card returns the payment', async () => {
    const [room, identity] = [await house.createRoom(), await house.createFan()];
    const session = await pay(await house.buyByCard({ room, identity }));
    const decision = blockAfterDecision(identity);
    await house.money.confirmCheckout(session);
    decision.mockRestore();
    await house.money.sweep();
    expect(await house.money.withdrawals.listTickets(identity)).toMatchObject([{ status: 'refunded' }]);
    const [refund] = (await house.stripe.refunds.list({ limit: 1 })).data;
    expect(refund).toMatchObject({ amount: 500, status: 'succeeded' });
    expect(await paymentsOf(identity)).toMatchObject([{ status: 'refunded' }]);
  });

  // PGlite runs one transaction at a time.
  test.runIf(name === 'Postgres')('a block waits for a sale that is not committed yet, and returns it', async () => {
    const [room, identity] = [await house.createRoom(), await house.createFan(500)];
    const isBooked = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const add = vi.spyOn(Outbox.prototype, 'add').mockImplementationOnce(async function (this: Outbox, ...facts) {
      isBooked.resolve();
      await mayCommit.promise;
      return this.add(...facts);
    });
    const sale = buy(room, identity);
    await isBooked.promise;
    const blocked = block(identity);
    await eventually(async () => isDispatched(identity) || (await isWaitingForLock()), 'the block waits');
    mayCommit.resolve();
    add.mockRestore();
    await Promise.all([sale, blocked]);
    await untilDispatched(identity);
    expect(await balanceOf(identity)).toBe(500);
  });
});
