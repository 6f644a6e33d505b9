/** Who is reminded of a live, when, and once: also where the live moves, is cancelled, or begins unannounced. */
import { expect, test } from 'vitest';
import { letters } from '../../../server/accounts/mail/mail.schema.ts';
import { createRooms } from '../../../server/domains.ts';
import type { AudiencePage } from '../../../server/notices/notices.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMailHouse } from '../../support/houses/mail-house.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { openNotices } from '../../support/houses/notice-house.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-05-04T18:00:00Z');
const FOLLOWERS = ['person_asked', 'person_follows'];

async function openHouse(followers: string[] = FOLLOWERS) {
  const db = await openDatabase();
  const clock = new MovableClock(START_MS);
  const log = createLog({ level: 'silent', pretty: false });
  const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
  const { accounts, rooms } = createRooms({ db, outbox, clock }, { currency: 'eur' });
  await accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
  const post = openMailHouse(db, { keepsData: true, nowMs: START_MS });
  const pages: number[] = [];
  const { notices, ...rest } = openNotices(db, {
    rooms,
    clock,
    mail: post.mail,
    followers: async (_creator, { after, limit }): Promise<AudiencePage> => {
      const page = followers.toSorted().filter((it) => it > after);
      pages.push(Math.min(page.length, limit));
      return {
        people: page.slice(0, limit).map((identity) => ({ identity })),
        after: page.length > limit ? page[limit - 1] : undefined,
      };
    },
  });
  return {
    ...rest,
    db,
    rooms,
    notices,
    pages,
    change: (room: Room, startsAt: string) => rooms.changes.apply(room.id, { startsAt }, async () => false),
    async createRoom(minutes: number | undefined, listed = true) {
      const startsAt = minutes === undefined ? {} : { startsAt: at(minutes) };
      const room = await rooms.createRoom({
        creator: 'ada',
        title: 'Vespers',
        access: { kind: 'free' },
        listed,
        ...startsAt,
      });
      for (const identity of ['person_asked', 'embedded']) await notices.setReminder(room, identity, true);
      return room;
    },
    /** Moves the clock on, and runs the jobs. */
    async runUntil(minutes: number) {
      clock.advance(START_MS + minutes * MINUTE_MS - clock.now());
      await notices.createDue();
      while (await notices.sendBatch());
    },
    async letters() {
      await post.sendDue();
      return (await post.mail.listKept()).map(({ to, text }) => ({ to: to.split('@')[0], text }));
    },
    async [Symbol.asyncDispose]() {
      await post[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

const at = (minutes: number) => new Date(START_MS + minutes * MINUTE_MS).toISOString();

test('15 minutes before, each person is written to once, an embedder gets an event, and a moved live is reminded of again', async () => {
  // The embedder's person asked, and follows too.
  await using house = await openHouse([...FOLLOWERS, 'embedded']);
  const room = await house.createRoom(60);
  await house.runUntil(44);
  expect(await house.letters()).toEqual([]);
  await house.runUntil(46);
  await house.runUntil(47);
  const sent = await house.letters();
  expect(sent.map(({ to }) => to).sort()).toEqual(['person_asked', 'person_follows']);
  expect(sent.map(({ text }) => text).join()).toMatch(/Monday,? 4 May 2026 at 19:00 UTC/);
  expect(sent.find(({ to }) => to === 'person_asked')?.text).toContain('because you asked Loge to remind you');
  expect(sent.every(({ text }) => text.includes('/unsubscribe/'))).toBe(true);
  expect(await house.embedded(room.id)).toEqual(['embedded']);

  await house.change(room, at(200));
  await house.runUntil(61);
  expect(await house.letters()).toHaveLength(2);
  await house.runUntil(190);
  expect(await house.letters()).toHaveLength(4);
  // The live begins as announced.
  await house.rooms.startLive(room.id);
  await house.handleFacts(room.id);
  expect(await house.letters()).toHaveLength(4);
});

test('a live that was cancelled or moved reminds nobody, nor does a notice that was made before', async () => {
  await using house = await openHouse();
  const room = await house.createRoom(60);
  await house.notices.setReminder(room, 'person_asked', false);
  expect(await house.notices.hasReminder(room.id, 'person_asked')).toBe(false);
  await house.rooms.endRoom(room.id);
  await house.runUntil(50);
  const [cancelled, moved] = [await house.createRoom(60), await house.createRoom(60)];
  await house.notices.createDue();
  await house.rooms.endRoom(cancelled.id);
  await house.change(moved, at(300));
  await house.runUntil(60);
  expect(await house.letters()).toEqual([]);
  await expect(
    house.notices.setReminder(await house.rooms.getRoom(room.id), 'person_late', true),
  ).rejects.toMatchObject({
    code: 'room_ended',
  });
});

test('a live that moves away and back while people are reminded reminds the others, each once', async () => {
  await using house = await openHouse();
  const room = await house.createRoom(10);
  await house.notices.createDue();
  // Those who asked come first.
  await house.notices.sendBatch();
  expect((await house.letters()).map(({ to }) => to)).toEqual(['person_asked']);
  await house.change(room, at(300));
  await house.runUntil(1);
  await house.change(room, at(10));
  await house.runUntil(2);
  expect((await house.letters()).map(({ to }) => to).sort()).toEqual(FOLLOWERS);
});

test('nobody is reminded of a live whose creator is suspended, also where a part was told already', async () => {
  await using house = await openHouse();
  await house.createRoom(60);
  await house.createRoom(10);
  await house.notices.createDue();
  // Those who asked come first.
  await house.notices.sendBatch();
  const { suspensions } = house.rooms;
  await suspensions.suspend('ada', { decision: 'decision_1', reason: 'Insults', until: null });
  await house.runUntil(1);
  await house.runUntil(50);
  expect((await house.letters()).map(({ to }) => to)).toEqual(['person_asked']);
  await suspensions.lift({ decision: 'decision_1', kind: 'suspension' });
  await house.runUntil(51);
  expect((await house.letters()).map(({ to }) => to).sort()).toEqual(['person_asked', ...FOLLOWERS]);
});

test('nobody is reminded who is blocked, removed from the room, or suspended, whichever way they would be', async () => {
  await using house = await openHouse([...FOLLOWERS, 'person_removed', 'person_suspended', 'person_back']);
  const { removals, suspensions } = house.rooms;
  const room = await house.createRoom(60);
  await house.notices.setReminder(room, 'person_blocked', true);
  const by = { identity: 'ada', role: 'creator' } as const;
  const reason = 'Insults';
  for (const identity of ['person_asked', 'person_blocked'])
    await removals.block({ creator: 'ada', identity, by: 'ada', reason });
  await removals.remove({ room: room.id, identity: 'person_removed', by, reason });
  await suspensions.suspend('person_suspended', { decision: 'decision_1', reason, until: null });
  await suspensions.suspend('person_back', { decision: 'decision_2', reason, until: at(1) });
  await suspensions.removeFromRoom(room.id, 'embedded', { decision: 'decision_3', reason });
  await house.runUntil(46);
  expect((await house.letters()).map(({ to }) => to).sort()).toEqual(['person_back', 'person_follows']);
  expect(await house.embedded(room.id)).toEqual([]);
});

test('a live that begins unannounced is told once; followers hear of listed rooms alone', async () => {
  await using house = await openHouse();
  const hidden = await house.createRoom(undefined, false);
  await house.rooms.startLive(hidden.id);
  for (let times = 0; times < 2; times += 1) await house.handleFacts(hidden.id);
  expect((await house.letters()).map(({ to }) => to)).toEqual(['person_asked']);
  // Long before its date.
  const early = await house.createRoom(300);
  await house.rooms.startLive(early.id);
  await house.handleFacts(early.id);
  await house.runUntil(290);
  const latest = (await house.letters()).slice(0, 2);
  expect(latest.map(({ to }) => to).sort()).toEqual(FOLLOWERS);
  expect(latest.map(({ text }) => text).join()).toContain('Ada is live now.');
  expect(await house.letters()).toHaveLength(3);
});

test('many followers are told in batches', async () => {
  const followers = Array.from({ length: 250 }, (_, index) => `person_${String(index).padStart(3, '0')}`);
  await using house = await openHouse(followers);
  await house.createRoom(10);
  await house.notices.createDue();
  // Those who asked, and the tickets, come first.
  for (let batches = 0; batches < 3; batches += 1) await house.notices.sendBatch();
  expect(house.pages).toEqual([100]);
  while (await house.notices.sendBatch());
  expect(house.pages).toEqual([100, 100, 50]);
  const queued = await house.db.orm.$count(letters);
  expect(queued).toBe(followers.length + 1);
});
