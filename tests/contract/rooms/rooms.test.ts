/** How many rooms a creator has, and which ones everybody finds on the public list, in what order. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRooms } from '../../../server/domains.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import type { MembershipId, RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { RoomsStore } from '../../../server/rooms/rooms.store.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const START_MS = Date.parse('2026-05-04T18:00:00Z');
const HOUR_MS = 3_600_000;

describe.each(DATABASES)('rooms on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let rooms: ReturnType<typeof createRooms>['rooms'];
  const clock = new MovableClock(START_MS);

  beforeAll(async () => {
    db = await open();
    const log = createLog({ level: 'silent', pretty: false });
    const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
    const created = createRooms({ db, outbox, clock }, { currency: 'eur' });
    rooms = created.rooms;
    for (const identity of ['ada', 'eve', 'max', 'person_many', 'many'])
      await created.accounts.createCreator({ identity, name: identity, country: 'FR' });
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const create = (creator: string, title: string, hours?: number): Promise<Room> => {
    const date = hours === undefined ? {} : { startsAt: new Date(START_MS + hours * HOUR_MS).toISOString() };
    return rooms.createRoom({ creator, title, access: { kind: 'free' }, listed: true, ...date });
  };
  const titles = async (creator?: string) => (await rooms.listPublicRooms(creator)).map(({ title }) => title);

  test('the public list sorts live, then dated, then other rooms, and limits rooms per creator', async () => {
    const live = await create('ada', 'live');
    await rooms.startLive(live.id);
    await create('ada', 'in two hours', 2);
    await create('ada', 'without a date');
    await create('ada', 'never held', -8);
    await create('max', 'in an hour', 1);
    const before = ['live', 'in an hour', 'in two hours', 'never held', 'without a date'];
    expect(await titles()).toEqual(before);
    for (let n = 0; n < LIMITS.listPageItems; n += 1) await create('eve', `flood ${n}`, 0.5);
    const after = await titles();
    expect(after.filter((title) => !title.startsWith('flood'))).toEqual(before);
    expect(after).toHaveLength(before.length + LIMITS.publicRoomsPerCreator);
    expect(await titles('eve')).toHaveLength(LIMITS.listPageItems);
  });

  test('many who ask for the public list at once share its reads', async () => {
    const reads = vi.spyOn(RoomsStore.prototype, 'listPublic');
    await Promise.all(Array.from({ length: 20 }, () => titles()));
    expect(reads).toHaveBeenCalledTimes(2);
    reads.mockRestore();
  });

  test('the public list shows no room of a creator who is suspended, until the suspension is over', async () => {
    await create('max', 'of max', 3);
    const suspension = { decision: 'decision_1', reason: 'Insults', until: null };
    await rooms.suspensions.suspend('max', suspension);
    expect(await titles()).not.toContain('of max');
    await rooms.suspensions.lift({ decision: 'decision_1', kind: 'suspension' });
    expect(await titles()).toContain('of max');
  });

  test('access that is given back counts, however much was bought and ended since it was first given', async () => {
    const access = { kind: 'ticket', priceMinor: 500 } as const;
    const room = await rooms.createRoom({ creator: 'ada', title: 'sold', access });
    const holder = { room: room.id, identity: 'lea' };
    const ticket = (n: number) => ({ source: 'ticket', sourceId: `ticket_${n}` }) as const;
    const first = { ...ticket(0), ...holder };
    await db.transaction((tx) => rooms.entitlements.restore(tx, first));
    for (let n = 0; n < 21; n += 1) {
      await db.transaction((tx) => rooms.entitlements.revoke(tx, ticket(n), 'refunded'));
      await db.transaction((tx) => rooms.entitlements.grant(tx, { ...ticket(n + 1), ...holder }));
    }
    await db.transaction((tx) => rooms.entitlements.revoke(tx, ticket(21), 'refunded'));
    const decide = () => rooms.decideAccess({ room, identity: 'lea', role: 'fan' });
    expect(await decide()).toMatchObject({ state: 'required', reason: 'refunded' });
    await db.transaction((tx) => rooms.entitlements.restore(tx, first));
    expect(await decide()).toMatchObject({ state: 'granted', ticket: 'ticket_0' });
  });

  test('access to a club is read from the newest purchase on, however much was bought and ended before', async () => {
    const { clubs } = rooms;
    const tier = await clubs.createTier('ada', { name: 'Gold', priceMinor: 500, interval: 'month' });
    const later = (days: number) => new Date(START_MS + days * 24 * HOUR_MS).toISOString();
    const join = (n: number, days: number) => {
      clock.advance(1_000);
      return db.transaction((tx) =>
        clubs.grant(tx, {
          ...{ membership: `membership_${n}` as MembershipId, creator: 'ada', identity: 'lea', tier: tier.id },
          ...{ startedAt: later(0), validUntil: later(days) },
        }),
      );
    };
    const end = (n: number) =>
      db.transaction((tx) => clubs.revoke(tx, `membership_${n}` as MembershipId, n === 0 ? 'expired' : 'refunded'));
    const findAccess = () => clubs.findAccess('ada', 'lea', undefined);
    await join(0, 30);
    await end(0);
    // Years that were paid back end later than the month that is paid now.
    for (let n = 1; n <= 21; n += 1) {
      await join(n, 365);
      await end(n);
    }
    expect(await findAccess()).toEqual({ lapsed: 'refunded' });
    await join(22, 30);
    expect(await findAccess()).toMatchObject({ valid: { membership: 'membership_22' } });
    await end(22);
    // What is given back is the newest again.
    await join(0, 30);
    expect(await findAccess()).toMatchObject({ valid: { membership: 'membership_0' } });
    await end(0);
    expect(await findAccess()).toEqual({ lapsed: 'expired' });
  });

  test('R63: who is admitted is known as a member since their membership began, as long as it is valid', async () => {
    const { id: room } = await create('eve', 'for everybody');
    const { id: elsewhere } = await create('max', 'of another creator');
    const tier = (await rooms.clubs.createTier('eve', { name: 'Gold', priceMinor: 500, interval: 'month' })).id;
    const at = (days: number) => new Date(clock.now() + days * 24 * HOUR_MS).toISOString();
    const membership = 'membership_of_tom' as MembershipId;
    const grant = { membership, creator: 'eve', identity: 'tom', tier, startedAt: at(-100), validUntil: at(1) };
    const sinceIn = async (where: RoomId, identity: string) => {
      const iat = Math.floor(clock.now() / 1_000);
      const claims = {
        iss: 'devkey',
        sub: identity,
        name: 'Tom',
        room: where,
        role: 'fan',
        iat,
        exp: iat + 600,
      } as const;
      return (await rooms.admit(claims)).memberSince;
    };
    expect(await sinceIn(room, 'tom')).toBeNull();
    await db.transaction((tx) => rooms.clubs.grant(tx, grant));
    expect(await sinceIn(room, 'tom')).toBe(grant.startedAt);
    expect([await sinceIn(room, 'lea'), await sinceIn(elsewhere, 'tom')]).toEqual([null, null]);
    await db.transaction((tx) => rooms.clubs.revoke(tx, membership, 'disputed'));
    expect(await sinceIn(room, 'tom')).toBeNull();
    await db.transaction((tx) => rooms.clubs.grant(tx, grant));
    expect(await sinceIn(room, 'tom')).toBe(grant.startedAt);
    clock.advance(24 * HOUR_MS);
    expect(await sinceIn(room, 'tom')).toBeNull();
  });

  test('a person of the house has a limit of open rooms, a creator of an embedder has none', async () => {
    for (const creator of ['person_many', 'many'])
      await db.bulk(
        `insert into rooms (id, creator, title, access_kind, currency)
          select 'room_' || $1 || n, $1, 'An evening', 'free', 'eur' from generate_series(1, $2::int) n`,
        [creator, LIMITS.openRoomsPerPerson],
      );
    await expect(create('person_many', 'one more')).rejects.toMatchObject({ code: 'room_limit' });
    await expect(create('many', 'one more')).resolves.toBeDefined();
    await rooms.endRoom('room_person_many7' as RoomId);
    await expect(create('person_many', 'one more')).resolves.toBeDefined();
  });
});
