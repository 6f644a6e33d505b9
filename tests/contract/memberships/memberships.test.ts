/** Creators' clubs: access and its end on every database; and memberships paid through the emulator's Billing. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memberships } from '../../../server/money/memberships/memberships.schema.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { eq } from '../../../server/platform/db/sql.ts';
import { outbox } from '../../../server/platform/outbox/outbox.schema.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { AccessChanged } from '../../../server/rooms/room-facts.ts';
import { rooms } from '../../../server/rooms/rooms.schema.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay, sessionOf } from '../../support/houses/money-house.ts';
import { CARD } from '../../support/people/checkout.ts';
import { eventually } from '../../support/run/eventually.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const failure = (code: string) => expect.objectContaining({ code });
/** The emulator may lack Billing. */
const hasBilling = existsSync(new URL('../../../infra/stripe-emulator/billing/subscriptions.ts', import.meta.url));

async function openClub(house: MoneyHouse) {
  const { creator } = await house.createRoom({ kind: 'free' });
  const { clubs } = house.rooms;
  const silver = await clubs.createTier(creator.identity, {
    name: 'Silver',
    priceMinor: 500,
    interval: 'month',
    perks: ['Rehearsals'],
  });
  const gold = await clubs.createTier(creator.identity, { name: 'Gold', priceMinor: 1_500, interval: 'month' });
  return { creator: creator.identity, silver, gold };
}

describe.each(DATABASES)('clubs on $name', ({ open }) => {
  let db: Database & AsyncDisposable;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const accessOf = (house: MoneyHouse, room: Room, identity: string) =>
    house.rooms.decideAccess({ room, identity, role: 'fan' });

  test('creates and lists tiers, and refuses malformed ones and too many', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { clubs } = house.rooms;
    const { creator, silver, gold } = await openClub(house);
    expect(silver).toMatchObject({
      creator,
      priceMinor: 500,
      currency: 'eur',
      interval: 'month',
      perks: ['Rehearsals'],
      isActive: true,
    });
    expect((await clubs.listTiers(creator)).map(({ id }) => id)).toEqual([silver.id, gold.id]);
    const input = { name: 'X', priceMinor: 500, interval: 'month' } as const;
    await expect(clubs.createTier('nobody', input)).rejects.toEqual(failure('creator_not_found'));
    await expect(clubs.createTier(creator, { ...input, priceMinor: 1 })).rejects.toEqual(failure('amount_too_small'));
    await expect(clubs.createTier(creator, { ...input, priceMinor: 9_999_999 })).rejects.toEqual(
      failure('amount_too_large'),
    );
    for (let count = 2; count < 10; count += 1) await clubs.createTier(creator, input);
    await expect(clubs.createTier(creator, input)).rejects.toEqual(failure('tier_limit'));
    expect(await clubs.retireTier(creator, silver.id)).toMatchObject({ isActive: false });
    await expect(clubs.retireTier('nobody', silver.id)).rejects.toEqual(failure('tier_not_found'));
    await expect(house.money.memberships.join({ tier: silver.id, identity: 'lea', name: 'Léa' })).rejects.toEqual(
      failure('tier_retired'),
    );
  });

  test('the lobby of a room for members offers the cheapest tier that opens it', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver, gold } = await openClub(house);
    const any = await house.createRoom({ kind: 'members' });
    const high = await house.createRoom({ kind: 'members', minTier: gold.id });
    expect(high.access).toEqual({ kind: 'members', minTier: gold.id, currency: 'eur' });
    const offerOf = async (room: Room) => (await accessOf(house, room, 'lea')).offer;
    expect(await offerOf(any)).toEqual({ kind: 'members', priceMinor: silver.priceMinor, currency: 'eur' });
    expect(await offerOf(high)).toEqual({ kind: 'members', priceMinor: gold.priceMinor, currency: 'eur' });
    await expect(house.createRoom({ kind: 'members', minTier: createId('tier') })).rejects.toEqual(
      failure('tier_not_found'),
    );
    await expect(house.createRoom({ kind: 'members', priceMinor: 500 })).rejects.toEqual(failure('amount_invalid'));
    await expect(house.money.tickets.buy({ room: any, identity: 'lea', name: 'Léa', from: 'wallet' })).rejects.toEqual(
      failure('nothing_to_buy'),
    );
  });

  test('a grant opens the rooms of its tier and below, until it expires or is revoked', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { creator, silver, gold } = await openClub(house);
    const any = await house.createRoom({ kind: 'members' });
    const high = await house.createRoom({ kind: 'members', minTier: gold.id });
    const membership = createId('membership');
    const until = (ms: number) => new Date(Date.now() + ms).toISOString();
    const grant = (tier: Tier, ms: number) =>
      db.transaction((tx) =>
        house.rooms.clubs.grant(tx, {
          ...{ membership, creator, identity: 'lea', tier: tier.id, startedAt: until(0) },
          validUntil: until(ms),
        }),
      );
    await grant(silver, DAY_MS);
    expect(await accessOf(house, any, 'lea')).toMatchObject({
      state: 'granted',
      reason: 'membership',
      until: expect.any(String),
    });
    expect(await accessOf(house, high, 'lea')).toMatchObject({ state: 'required', offer: { priceMinor: 1_500 } });
    expect(await accessOf(house, any, 'tom')).toMatchObject({ state: 'required' });
    await grant(gold, DAY_MS);
    expect(await accessOf(house, high, 'lea')).toMatchObject({ state: 'granted' });

    house.advance(DAY_MS + 1_000);
    expect(await accessOf(house, any, 'lea')).toMatchObject({ state: 'required', reason: 'expired' });

    await grant(gold, 3 * DAY_MS);
    expect(await accessOf(house, any, 'lea')).toMatchObject({ state: 'granted' });
    await db.transaction((tx) => house.rooms.clubs.revoke(tx, membership, 'expired'));
    expect(await accessOf(house, any, 'lea')).toMatchObject({ state: 'required', reason: 'expired' });
  });

  // Regression: only the newest 200 rooms learned of it, so a member stayed in an older one after a refund.
  test('the end of a membership reaches all open rooms of a creator who has very many', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { creator, silver } = await openClub(house);
    const oldest = await house.createRoom({ kind: 'members' });
    const row = (n: number) => ({ id: `room_${creator}_${n}`, creator, title: 'Later', currency: 'eur' });
    const later = Array.from({ length: 200 }, (_, n) => ({ ...row(n), accessKind: 'members' as const }));
    await db.orm.insert(rooms).values(later);
    const membership = createId('membership');
    const validUntil = new Date(Date.now() + DAY_MS).toISOString();
    const grant = { membership, creator, identity: 'lea', tier: silver.id, validUntil, startedAt: validUntil };
    await db.transaction((tx) => house.rooms.clubs.grant(tx, grant));
    await db.transaction((tx) => house.rooms.clubs.revoke(tx, membership, 'refunded'));
    const facts = await db.orm.select().from(outbox).where(eq(outbox.room, oldest.id)).orderBy(outbox.seq);
    expect(facts.map(({ data }) => (data as AccessChanged).change.granted)).toEqual([true, false]);
  });

  test("refuses requests for an unknown membership or another person's", async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver, creator } = await openClub(house);
    const { memberships } = house.money;
    const id = createId('membership');
    await expect(memberships.cancel('lea', id)).rejects.toEqual(failure('membership_not_found'));
    await expect(memberships.resume('lea', id)).rejects.toEqual(failure('membership_not_found'));
    await expect(memberships.changeTier('lea', id, silver.id)).rejects.toEqual(failure('membership_not_found'));
    await expect(memberships.changeTier('lea', id, createId('tier'))).rejects.toEqual(failure('tier_not_found'));
    await expect(memberships.join({ tier: createId('tier'), identity: 'lea', name: 'Léa' })).rejects.toEqual(
      failure('tier_not_found'),
    );
    await expect(memberships.join({ tier: silver.id, identity: creator, name: 'Ada' })).rejects.toEqual(
      failure('already_entitled'),
    );
    const elsewhere = { tier: silver.id, identity: 'lea', name: 'Léa', returnUrl: 'https://evil.example/' };
    await expect(memberships.join(elsewhere)).rejects.toEqual(failure('origin_not_allowed'));
    expect(await memberships.list('lea')).toEqual([]);
  });
});

describe.runIf(hasBilling).each(DATABASES)('memberships at Billing on $name', ({ open }) => {
  let db: Database & AsyncDisposable;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  async function join(house: MoneyHouse, tier: Tier, card: string = CARD.accepted) {
    const identity = `fan-${createId('event')}`;
    const { checkoutUrl } = await house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' });
    const again = await house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' });
    expect(again).toEqual({ checkoutUrl });
    const session = await pay(checkoutUrl, card);
    expect(await house.money.confirmCheckout(session)).toMatchObject({ status: 'paid', purpose: 'membership' });
    const [membership] = await house.money.memberships.list(identity);
    if (!membership) throw new Error('no membership');
    return { identity, membership };
  }

  test('a failed payment page blocks neither another tier nor a retry', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver, gold } = await openClub(house);
    const identity = `fan-${createId('event')}`;
    const ask = (tier: Tier) => house.money.memberships.join({ tier: tier.id, identity, name: 'Léa' });
    // As often as the SDK retries.
    house.emulator.addFault({ path: '/v1/checkout/sessions', method: 'POST', kind: 'server_error', times: 2 });
    await expect(ask(silver)).rejects.toEqual(failure('provider_unavailable'));
    house.emulator.clearFaults();
    const other = await ask(gold);
    expect(await ask(gold)).toEqual(other);
    const back = await ask(silver);
    expect(await ask(silver)).toEqual(back);
    await pay(back.checkoutUrl);
    await eventually(async () => (await house.money.memberships.list(identity))[0]?.tier.id === silver.id);
  });

  test('after a failure the same tier gets a new page; concurrent requests get one page', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver } = await openClub(house);
    const identity = `fan-${createId('event')}`;
    const ask = () => house.money.memberships.join({ tier: silver.id, identity, name: 'Léa' });
    house.emulator.addFault({ path: '/v1/checkout/sessions', method: 'POST', kind: 'server_error', times: 2 });
    await expect(ask()).rejects.toEqual(failure('provider_unavailable'));
    house.emulator.clearFaults();
    const pages = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(pages.map(({ checkoutUrl }) => checkoutUrl)).size).toBe(1);
  });

  test('a failed payment page blocks no retry half an hour later', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver } = await openClub(house);
    const identity = `fan-${createId('event')}`;
    const ask = () => house.money.memberships.join({ tier: silver.id, identity, name: 'Léa' });
    house.emulator.addFault({ path: '/v1/checkout/sessions', method: 'POST', kind: 'server_error' });
    await expect(ask()).rejects.toEqual(failure('provider_unavailable'));
    house.advance(HOUR_MS / 2);
    expect(await ask()).toHaveProperty('checkoutUrl');
  });

  test('a join whose first payment fails for good can be repeated', async () => {
    let failed = '';
    await using house = await openMoneyHouse({
      db,
      isRunning: false,
      wrapProvider(provider) {
        // The page was completed, as with a method of payment that is decided later.
        provider.billing.fetchJoin = async (session) => ({
          session,
          status: 'complete',
          url: null,
          subscription: failed,
        });
        return provider;
      },
    });
    const { silver } = await openClub(house);
    const identity = `fan-${createId('event')}`;
    const ask = () => house.money.memberships.join({ tier: silver.id, identity, name: 'Léa' });
    const { checkoutUrl } = await ask();
    const { stripe } = house;
    const order = await stripe.checkout.sessions.retrieve(sessionOf(checkoutUrl), { expand: ['line_items'] });
    expect(order.allowed_payment_method_types).toEqual(['card']);
    const { id } = await stripe.subscriptions.create({
      customer: String(order.customer),
      items: [{ price: order.line_items?.data[0]?.price?.id ?? '' }],
      metadata: order.metadata ?? {},
      payment_behavior: 'default_incomplete',
    });
    failed = id;
    await expect(ask()).rejects.toEqual(failure('unavailable'));
    await stripe.subscriptions.cancel(id);
    expect((await ask()).checkoutUrl).not.toBe(checkoutUrl);
  });

  test('a renewal that is paid by credit at the provider keeps the membership', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver, gold } = await openClub(house);
    const room = await house.createRoom({ kind: 'members' });
    const { identity, membership } = await join(house, gold);
    await house.money.memberships.changeTier(identity, membership.id, silver.id);
    const { stripe } = house;
    const { data } = await stripe.subscriptions.list({ limit: 100 });
    const customer = String(data.find(({ metadata }) => metadata.membership === membership.id)?.customer);
    await stripe.customers.createBalanceTransaction(customer, { amount: -500, currency: 'eur' });
    house.advance(33 * DAY_MS);
    const renewed = await eventually(async () => {
      await house.money.sweep();
      const [found] = await house.money.memberships.list(identity);
      return found?.paidUntil !== membership.paidUntil && found;
    });
    expect(renewed).toMatchObject({ status: 'active', tier: { id: silver.id } });
    house.advance(6 * DAY_MS);
    await house.money.sweep();
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({ state: 'granted' });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('paid, renewed, cancelled and resumed, and the books balance', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver } = await openClub(house);
    const room = await house.createRoom({ kind: 'members' });
    const { identity, membership } = await join(house, silver);
    expect(membership).toMatchObject({ status: 'active', cancelAtPeriodEnd: false, tier: { id: silver.id } });
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({
      state: 'granted',
      reason: 'membership',
    });
    const twice = house.money.memberships.join({ tier: silver.id, identity, name: 'Léa' });
    await expect(twice).rejects.toEqual(failure('membership_exists'));

    house.advance(32 * DAY_MS);
    const renewed = await eventually(async () => {
      await house.money.sweep();
      const [found] = await house.money.memberships.list(identity);
      return found?.paidUntil !== membership.paidUntil && found;
    });
    expect(renewed.status).toBe('active');
    expect(await house.money.memberships.cancel(identity, membership.id)).toMatchObject({
      cancelAtPeriodEnd: true,
      accessUntil: renewed.paidUntil,
    });
    expect(await house.money.memberships.resume(identity, membership.id)).toMatchObject({ cancelAtPeriodEnd: false });
    await house.money.memberships.cancel(identity, membership.id);
    house.advance(32 * DAY_MS);
    await eventually(async () => {
      await house.money.sweep();
      return (await house.money.memberships.list(identity))[0]?.status === 'ended';
    });
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({
      state: 'required',
      reason: 'expired',
    });
    await expect(house.money.memberships.resume(identity, membership.id)).rejects.toEqual(failure('membership_ended'));
    const changes = house.facts.filter(
      ({ topic, identity: who }) => topic === 'membership.changed' && who === identity,
    );
    expect(changes.map(({ data }) => data.change)).toEqual(
      expect.arrayContaining(['started', 'renewed', 'updated', 'ended']),
    );
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('who cancels after the paid time, before the renewal is collected, is not charged', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver } = await openClub(house);
    const { memberships, desk } = house.money;
    const { identity, membership } = await join(house, silver);
    const { paidUntil } = membership;
    // The renewal's invoice is a draft for an hour.
    house.advance(Date.parse(paidUntil ?? '') - Date.now() + 60_000);
    expect(await memberships.cancel(identity, membership.id)).toMatchObject({ status: 'ended', paidUntil });
    house.advance(2 * HOUR_MS);
    await house.money.sweep();
    expect((await desk.payments.search({ query: identity, limit: 10 })).payments).toHaveLength(1);
    expect(await memberships.list(identity)).toMatchObject([{ status: 'ended', paidUntil }]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a suspended creator takes no money, and members are not charged again before the suspension is lifted', async () => {
    await using house = await openMoneyHouse({ db });
    const { creator, silver, gold } = await openClub(house);
    const { memberships } = house.money;
    const { identity, membership } = await join(house, silver);
    const late = `fan-${createId('event')}`;
    const ask = () => memberships.join({ tier: silver.id, identity: late, name: 'Malik' });
    const { checkoutUrl } = await ask();
    const decision = `decision-${creator}`;
    const later = new Date(Date.now() + 90 * DAY_MS).toISOString();
    await house.rooms.suspensions.suspend(creator, { decision, reason: 'Insults', until: later });
    const isEnding = async () => (await memberships.list(identity))[0]?.cancelAtPeriodEnd;
    await eventually(isEnding, 'the end of the renewals');
    const stopped = failure('live_stopped');
    await expect(ask()).rejects.toEqual(stopped);
    await expect(memberships.resume(identity, membership.id)).rejects.toEqual(stopped);
    await expect(memberships.changeTier(identity, membership.id, gold.id)).rejects.toEqual(stopped);
    // A page that was open already can be paid, and buys nothing.
    expect(await house.money.confirmCheckout(await pay(checkoutUrl))).toMatchObject({ status: 'returned' });
    expect(await memberships.list(late)).toEqual([]);
    await eventually(async () => {
      const { payments } = await house.money.desk.payments.search({ query: late, limit: 10 });
      return payments[0]?.status === 'refunded';
    }, 'the refund');
    await house.rooms.suspensions.lift({ decision, kind: 'suspension' });
    await eventually(async () => !(await isEnding()), 'the renewals to go on');
    // A suspension that ends by itself.
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    await house.rooms.suspensions.suspend(creator, { decision: `${decision}-2`, reason: 'Insults', until });
    await eventually(isEnding, 'the end of the renewals');
    house.advance(HOUR_MS + 1_000);
    await eventually(async () => !(await isEnding()), 'the renewals to go on after the hour');
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a suspended member pays for no more time in a club, and may leave it', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver, gold } = await openClub(house);
    const { memberships } = house.money;
    const { identity, membership } = await join(house, silver);
    const decision = `decision-${identity}`;
    const until = new Date(Date.now() + 90 * DAY_MS).toISOString();
    await house.rooms.suspensions.suspend(identity, { decision, reason: 'Insults', until });
    const suspended = failure('account_suspended');
    await expect(memberships.changeTier(identity, membership.id, gold.id)).rejects.toEqual(suspended);
    expect(await memberships.cancel(identity, membership.id)).toMatchObject({ cancelAtPeriodEnd: true });
    await expect(memberships.resume(identity, membership.id)).rejects.toEqual(suspended);
    await house.rooms.suspensions.lift({ decision, kind: 'suspension' });
    expect(await memberships.resume(identity, membership.id)).toMatchObject({ cancelAtPeriodEnd: false });
  });

  test('a process that starts asks the provider about no membership that is not due', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver } = await openClub(house);
    const { membership } = await join(house, silver);
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await house.money.idle();
    const dueAt = async () =>
      (await db.orm.select().from(memberships).where(eq(memberships.id, membership.id)))[0]?.dueAt;
    const before = await dueAt();
    const started = await house.openGateway();
    await started.idle();
    expect(await dueAt()).toBe(before);
  });

  test('a change of a membership that has ended at the provider without an event is refused', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { silver, gold } = await openClub(house);
    const { memberships } = house.money;
    const changes: ((identity: string, id: string) => Promise<unknown>)[] = [
      (identity, id) => memberships.cancel(identity, id),
      (identity, id) => memberships.resume(identity, id),
      (identity, id) => memberships.changeTier(identity, id, gold.id),
    ];
    const { stripe } = house;
    for (const change of changes) {
      const { identity, membership } = await join(house, silver);
      for (const { id, metadata } of (await stripe.subscriptions.list({ limit: 100 })).data)
        if (metadata.membership === membership.id) await stripe.subscriptions.cancel(id);
      await expect(change(identity, membership.id)).rejects.toEqual(failure('membership_ended'));
      expect(await memberships.list(identity)).toMatchObject([{ status: 'ended' }]);
    }
  });

  test('an upgrade is charged pro rata and applies at once; a downgrade waits for the renewal', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver, gold } = await openClub(house);
    const high = await house.createRoom({ kind: 'members', minTier: gold.id });
    const { identity, membership } = await join(house, silver);
    const access = () => house.rooms.decideAccess({ room: high, identity, role: 'fan' });
    expect((await access()).state).toBe('required');
    expect(await house.money.memberships.changeTier(identity, membership.id, gold.id)).toMatchObject({
      tier: { id: gold.id },
    });
    expect((await access()).state).toBe('granted');
    expect(await house.money.memberships.changeTier(identity, membership.id, silver.id)).toMatchObject({
      tier: { id: gold.id },
      nextTier: { id: silver.id },
    });
    expect((await access()).state).toBe('granted');
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a failed renewal leaves a grace period; then access ends without further attempts', async () => {
    await using house = await openMoneyHouse({ db });
    const { silver } = await openClub(house);
    const room = await house.createRoom({ kind: 'members' });
    const { identity, membership } = await join(house, silver);
    const { stripe } = house;
    const subscription = (await stripe.subscriptions.list({ limit: 100 })).data.find(
      (it) => it.metadata.membership === membership.id,
    );
    if (!subscription) throw new Error('no subscription');
    // The bank declines this card from now on.
    const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: String(subscription.customer),
    });
    await stripe.subscriptions.update(subscription.id, { default_payment_method: card.id });
    const standing = async () => {
      await house.money.sweep();
      return (await house.money.memberships.list(identity))[0];
    };
    const paidUntilMs = Date.parse(membership.paidUntil ?? '');
    house.advance(paidUntilMs - Date.now() + 2 * HOUR_MS);
    const late = await eventually(async () => {
      const found = await standing();
      return found?.status === 'past_due' && found;
    });
    expect(late).toMatchObject({ paidUntil: membership.paidUntil, accessUntil: membership.accessUntil });
    expect(Date.parse(late.accessUntil ?? '') - paidUntilMs).toBe(5 * DAY_MS);
    const access = () => house.rooms.decideAccess({ room, identity, role: 'fan' });
    expect((await access()).state).toBe('granted');
    house.advance(5 * DAY_MS);
    expect(await access()).toMatchObject({ state: 'required', reason: 'expired', offer: { kind: 'members' } });
    await eventually(async () => (await standing())?.status === 'ended');
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect(await house.money.checkInvariants()).toEqual([]);
    // Joining again after the end creates a new membership.
    expect(await house.money.memberships.join({ tier: silver.id, identity, name: 'Léa' })).toHaveProperty(
      'checkoutUrl',
    );
  });
});
