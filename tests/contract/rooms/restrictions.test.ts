/**
 * Restrictions of every kind, scope and end, imposed, lifted and outlived at random. After each step every reader of
 * the table says what this file's own list says: the strictest in force counts, and each ends by itself.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRooms } from '../../../server/domains.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { type Database, runIn } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { AnyRestrictionKind, Right } from '../../../server/rooms/restrictions/restriction-kinds.ts';
import type { NewRestriction } from '../../../server/rooms/restrictions/restrictions.store.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { effort, SEED } from '../../support/run/effort.ts';

const RUNS = effort({ short: 6, long: 300 });
const START_MS = Date.parse('2026-05-04T18:00:00Z');
const SECOND_MS = 1_000;

/** Written by hand: what each kind takes, strictest first among those without an end. */
const TAKEN: Record<Right, AnyRestrictionKind[]> = {
  enter: ['suspension', 'removal'],
  chat: ['ban', 'timeout'],
  publish: ['suspension', 'stop'],
  be_paid: ['freeze', 'suspension'],
  pay_by_card: ['card_hold'],
};
const RIGHTS = Object.keys(TAKEN) as Right[];
const PEOPLE = ['ada', 'max', 'lea'];

const imposing = fc.record({
  kind: fc.constantFrom(...new Set(Object.values(TAKEN).flat())),
  who: fc.option(fc.constantFrom(...PEOPLE, 'lea', 'lea'), { freq: 9 }),
  where: fc.constantFrom('house', 'creator', 'room'),
  room: fc.nat(2),
  seconds: fc.option(fc.integer({ min: 1, max: 60 }), { freq: 4 }),
  byRole: fc.constantFrom('moderator', 'house'),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ impose: imposing }) },
  { weight: 1, arbitrary: fc.record({ lift: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 20 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Known = NewRestriction & { isLifted: boolean };

describe.each(BOTH_DATABASES)('restrictions on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let rooms: ReturnType<typeof createRooms>['rooms'];
  let places: Room[];
  const clock = new MovableClock(START_MS);
  const now = () => new Date(clock.now()).toISOString();

  beforeAll(async () => {
    db = await open();
    const log = createLog({ level: 'silent', pretty: false });
    const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
    const created = createRooms({ db, outbox, clock }, { currency: 'eur' });
    rooms = created.rooms;
    for (const identity of ['ada', 'max'])
      await created.accounts.createCreator({ identity, name: identity, country: 'FR' });
    const create = (creator: string) => rooms.createRoom({ creator, title: creator, access: { kind: 'free' } });
    places = [await create('ada'), await create('ada'), await create('max')];
  });

  beforeEach(() => db.bulk('delete from restrictions', []));

  afterAll(() => db[Symbol.asyncDispose]());

  const impose = (row: NewRestriction) => db.transaction((tx) => rooms.restrictions.store.insert(runIn(tx), row));

  async function take(it: Step, known: Known[]): Promise<void> {
    clock.advance(SECOND_MS);
    if ('pass' in it) clock.advance(it.pass * SECOND_MS);
    if ('lift' in it && known.length > 0) {
      const row = known[it.lift % known.length] as Known;
      await rooms.restrictions.lift({ id: row.id }, async () => {});
      row.isLifted = true;
    }
    if (!('impose' in it)) return;
    const { kind, who, where, seconds, byRole } = it.impose;
    const { id, creator } = places[it.impose.room] as Room;
    const row = {
      id: createId('restriction'),
      kind,
      identity: where === 'room' ? who : (who ?? 'lea'),
      creator: where === 'house' ? null : creator.identity,
      room: where === 'room' ? id : null,
      until: seconds === null ? null : new Date(clock.now() + seconds * SECOND_MS).toISOString(),
      reason: createId('event'),
      by: 'somebody',
      byRole,
      decision: createId('decision'),
      createdAt: now(),
    } as const;
    expect(await impose(row)).toBe(true);
    known.push({ ...row, isLifted: false });
  }

  /** What counts for a person in a room, or in the house as such. */
  function strictest(known: Known[], right: Right, identity: string, room?: Room): Known | undefined {
    const endOf = ({ until }: Known) => (until ? Date.parse(until) : Number.POSITIVE_INFINITY);
    const isOfHouse = (row: Known) => row.room === null && row.creator === null;
    const found = known.filter((row) => {
      const isHere =
        isOfHouse(row) || (room && (row.room ? row.room === room.id : row.creator === room.creator.identity));
      const isTheirs = row.identity === identity || row.identity === null;
      return isHere && isTheirs && !row.isLifted && endOf(row) > clock.now() && TAKEN[right].includes(row.kind);
    });
    const order = ['ban', 'freeze', 'removal', 'stop', 'suspension', 'timeout'];
    return found.sort(
      (a, b) =>
        Number(isOfHouse(b)) - Number(isOfHouse(a)) ||
        (endOf(a) === endOf(b) ? 0 : endOf(b) - endOf(a)) ||
        order.indexOf(a.kind) - order.indexOf(b.kind) ||
        Number(a.byRole === 'house') - Number(b.byRole === 'house') ||
        Date.parse(a.createdAt) - Date.parse(b.createdAt),
    )[0];
  }

  test(`every reader counts the strictest in force (seed ${SEED})`, { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
        await db.bulk('delete from restrictions', []);
        const known: Known[] = [];
        for (const each of steps) {
          await take(each, known);
          await check(known);
        }
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });

  async function check(known: Known[]): Promise<void> {
    const pairs = places.flatMap((room) => PEOPLE.map((identity) => ({ room, identity })));
    const asked = pairs.map(({ room, identity }) => ({ room: room.id, creator: room.creator.identity, identity }));
    for (const right of RIGHTS) {
      const expected = pairs.map(({ room, identity }) => strictest(known, right, identity, room)?.id);
      const found = await rooms.restrictions.store.findTaking(right, asked);
      const inForce = found.map((rows) => rows.find(({ until }) => !until || Date.parse(until) > clock.now())?.id);
      expect(inForce).toEqual(expected);
      const ofHouse = await Promise.all(PEOPLE.map((identity) => rooms.restrictions.find(right, { identity })));
      expect(ofHouse.map((row) => row?.id)).toEqual(PEOPLE.map((identity) => strictest(known, right, identity)?.id));
    }
    const isClosed = await Promise.all(places.map(({ id }) => rooms.suspensions.isStageClosed(id)));
    expect(isClosed).toEqual(places.map((room) => !!strictest(known, 'publish', room.creator.identity, room)));
    const access = await Promise.all(pairs.map((pair) => rooms.decideAccess({ ...pair, role: 'fan' })));
    expect(access).toEqual(
      pairs.map(({ room, identity }) => {
        const it = strictest(known, 'enter', identity, room);
        if (!it) return { state: 'granted', reason: 'free' };
        if (it.kind === 'removal') return { state: 'refused', reason: 'removed', note: it.reason };
        return { state: 'refused', reason: 'suspended', ...(it.until && { until: it.until }) };
      }),
    );
  }

  test('the first removal stays until it is lifted; what a decision imposed is imposed once, even if lifted', async () => {
    const base = { identity: 'lea', creator: 'ada', room: null, until: null, by: 'ada', byRole: 'creator' } as const;
    const removal = () => ({
      ...base,
      id: createId('removal'),
      kind: 'removal' as const,
      reason: '',
      createdAt: now(),
    });
    const both = await Promise.all([impose(removal()), impose(removal())]);
    expect(both.sort()).toEqual([false, true]);
    const lift = (which: { decision: string | null }) =>
      db.transaction((tx) => rooms.restrictions.store.lift(runIn(tx), { kind: 'removal', ...which }, now()));
    expect(await lift({ decision: null })).toHaveLength(1);
    expect(await lift({ decision: null })).toEqual([]);
    expect(await impose(removal())).toBe(true);
    const ofDecision = () => ({ ...removal(), decision: 'decision_1' });
    expect(await impose(ofDecision())).toBe(true);
    expect(await lift({ decision: 'decision_1' })).toHaveLength(1);
    expect(await impose(ofDecision())).toBe(false);
    const kept = await rooms.restrictions.store.list({ identity: 'lea' }, { limit: 10 });
    expect(kept.filter(({ liftedAt }) => liftedAt !== null)).toHaveLength(2);
  });
});
