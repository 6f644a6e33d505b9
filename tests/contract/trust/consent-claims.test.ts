/** What a claim that somebody is shown without consent does at once, and what limits it (R72c). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Fact } from '../../../server/platform/outbox/outbox.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { toEvents } from '../../../server/webhooks/event-mapping.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe.each(DATABASES)('claims of consent on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;

  beforeEach(async () => {
    db = await open();
    house = await ReviewHouse.create(db);
    room = await house.createRoom();
  });
  afterEach(async () => {
    await house.close();
    await db[Symbol.asyncDispose]();
  });

  /** Its live began, with two people inside, and has ended. */
  const createShownRoom = async (creator = 'ada') => {
    const { rooms } = house.domains;
    const { id } = await rooms.createRoom({ creator, title: 'An evening', access: { kind: 'free' } });
    await rooms.takeStage(id, 'page-0');
    await rooms.startLive(id, 'page-0');
    await rooms.endLive(id);
    await house.attend(id, 'lea', 'eve');
    return id;
  };

  test('a claim of consent takes the picture down at once, and the decision may put it back', async () => {
    await house.domains.rooms.takeStage(room, 'page-1');
    await house.domains.rooms.startLive(room, 'page-1');
    await house.attend(room, 'lea');
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'consent' });
    await house.dispatch();
    expect((await house.domains.rooms.getRoom(room)).status).toBe('scheduled');
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('live_stopped');
    expect(await codeOf(house.domains.rooms.assertHoldsStage(room, 'page-1'))).toBe('live_stopped');
    const { decisions } = house.domains;
    expect((await decisions.statements.list('ada')).statements).toMatchObject([
      { kind: 'provisional', automated: true, language: 'en', mayAppeal: false, measures: [{ kind: 'stop_live' }] },
    ]);
    await house.decide(of, []);
    await house.dispatch();
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('ok');
    // Who was told of the provisional decision is told of its end.
    const { id: decision } = (await decisions.statements.list('ada')).statements[0] ?? {};
    const undone = await house.rows<Fact>(`select topic, identity, data from outbox where topic = 'decision.undone'`);
    expect(undone.flatMap((fact) => toEvents(fact, null))).toEqual([
      { type: 'decision.undone', data: { decision, identity: 'ada' } },
    ]);
    // The next claim of the same person waits for a decision.
    const other = await createShownRoom();
    await house.report(other, 'lea', { subject: { kind: 'live' }, category: 'consent' });
    await house.dispatch();
    expect(await codeOf(house.domains.rooms.takeStage(other, 'page-2'))).toBe('ok');
  });

  test('claims of consent stop one live until a reviewer has looked, none before it began, and none after an unfounded report', async () => {
    const { decisions, reports } = house.domains;
    const claim = async (of: RoomId, reporter: string) => {
      const id = await house.report(of, reporter, { subject: { kind: 'live' }, category: 'consent' });
      return { id, isTakenDown: (await decisions.view('rev-1', id)).decisions.length > 0 };
    };
    expect((await claim(room, 'lea')).isTakenDown).toBe(false);
    const [first, second, third] = [await createShownRoom(), await createShownRoom(), await createShownRoom()];
    const both = await Promise.all([claim(first, 'lea'), claim(second, 'lea')]);
    expect(both.map(({ isTakenDown }) => isTakenDown).sort()).toEqual([false, true]);
    const waiting = both.find(({ isTakenDown }) => isTakenDown);
    await house.decide(waiting?.id ?? '', [{ kind: 'stop_live' }]);
    expect((await claim(third, 'lea')).isTakenDown).toBe(true);
    const spam = { subject: { kind: 'person', id: 'max' }, category: 'spam' } as const;
    await reports.markUnfounded((await reports.file(room, 'eve', spam)).id, { by: 'rev-1' });
    expect((await claim(await createShownRoom(), 'eve')).isTakenDown).toBe(false);
  });

  test('any number of new accounts stops a live at most once, and only after minutes inside', async () => {
    const live = { subject: { kind: 'live' }, category: 'consent' } as const;
    const shown = await createShownRoom();
    const claims = async (of: RoomId, names: string[]) => {
      for (const name of names) {
        const id = await house.report(of, name, live);
        const [last] = (await house.domains.decisions.view('rev-1', id)).decisions;
        if (last?.kind === 'provisional') return name;
        if ((await house.domains.decisions.find(id)).state === 'open') await house.decide(id, []);
      }
      return null;
    };
    const strangers = Array.from({ length: 10 }, (_, index) => `stranger-${index}`);
    expect(await claims(shown, strangers)).toBeNull();
    const guests = Array.from({ length: 10 }, (_, index) => `guest-${index}`);
    await house.attend(shown, ...guests);
    expect(await claims(shown, guests)).toBe('guest-0');
    const [{ id = '' } = {}] = (await house.domains.decisions.list('rev-1', { limit: 5 })).cases;
    await house.decide(id, []);
    // Cleared once: from then on only a reviewer stops it.
    expect(await claims(shown, guests)).toBeNull();
    // A room, and its creator in all of their rooms, have a budget for what claims take down.
    const others = await Promise.all(guests.map(() => createShownRoom()));
    const stopped = [];
    for (const [index, other] of others.entries()) {
      await house.attend(other, `late-${index}`);
      stopped.push((await claims(other, [`late-${index}`])) !== null);
    }
    expect(stopped.filter(Boolean)).toHaveLength(LIMITS.takeDownsPerDay - 1);
    expect(await claims(room, ['late-0'])).toBeNull();
  });

  test('one room loses few messages to claims in a day, and who was not inside none', async () => {
    const claim = async (of: RoomId, reporter: string, author: string) => {
      const id = await house.say(of, author, `Look, ${author}`);
      await house.report(of, reporter, { subject: { kind: 'message', id }, category: 'consent' });
      await house.dispatch();
      const [row] = await house.rows<{ removed: boolean }>(
        `select removed_at is not null as removed from chat_entries where id = '${id}' and kind = 'message'`,
      );
      return row?.removed;
    };
    expect(await claim(room, 'outsider', 'max')).toBe(false);
    const removed = [];
    for (let index = 0; index < 6; index += 1) {
      await house.attend(room, `guest-${index}`);
      removed.push(await claim(room, `guest-${index}`, `author-${index}`));
    }
    expect(removed).toEqual([0, 1, 2, 3, 4, 5].map((index) => index < LIMITS.takeDownsPerDay));
    house.clock.advance(DAY_MS + 1);
    await house.attend(room, 'tomorrow');
    expect(await claim(room, 'tomorrow', 'bob')).toBe(true);
  });

  test('a claim from outside takes nothing down, and is first in the queue', async () => {
    const { reports, decisions } = house.domains;
    await house.report(room, 'lea', { subject: { kind: 'person', id: 'max' }, category: 'violence' });
    const shown = await createShownRoom();
    await house.report(shown, 'lobbyist', { subject: { kind: 'live' }, category: 'consent' });
    await reports.fileForm({ place: 'Ada', category: 'consent', note: 'It is me.' }, null);
    const { cases } = await decisions.list('rev-1', { limit: 5 });
    expect(cases.map(({ subject, category, severity }) => `${severity} ${subject} ${category}`)).toEqual([
      '0 live consent',
      '0 form consent',
      '1 person violence',
    ]);
  });

  test('minutes inside a live are counted once, whoever counts them, and end with the live', async () => {
    const { rooms } = house.domains;
    const has = (identity: string) => rooms.attendances.has(house.db.orm, room, identity);
    const count = () => rooms.attendances.count([{ room, identity: 'lea' }]);
    const passMinutes = async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        house.clock.advance(MINUTE_MS);
        await count();
        // Another gateway, at which a second tab of the person is.
        await count();
      }
    };
    await passMinutes(10);
    expect(await has('lea')).toBe(false);
    await rooms.startLive(room);
    await passMinutes(LIMITS.claimMinutes);
    expect(await has('lea')).toBe(false);
    // Away for an hour, which does not count.
    house.clock.advance(60 * MINUTE_MS);
    await passMinutes(1);
    expect(await has('lea')).toBe(false);
    await passMinutes(1);
    expect([await has('lea'), await has('max')]).toEqual([true, false]);
    house.clock.advance(DAY_MS + MINUTE_MS);
    await rooms.attendances.count([]);
    expect(await has('lea')).toBe(false);
  });

  test('a claim of consent takes nothing down in a house without accounts, where nobody could undo it', async () => {
    const embedding = await ReviewHouse.create(db, { env: { LOGE_SITE: 'off' } });
    const of = await embedding.report(await createShownRoom(), 'lea', {
      subject: { kind: 'live' },
      category: 'consent',
    });
    expect((await embedding.domains.decisions.view('rev-1', of)).decisions).toEqual([]);
    await embedding.close();
  });

  test('a person of the house reads in their own language why something came down', async () => {
    const { accounts, people, decisions } = house.domains;
    const creator = 'person_marie';
    await people.seed({ id: creator, name: 'Marie', address: 'marie@example.org' });
    await accounts.createCreator({ identity: creator, name: 'Marie', country: 'FR' });
    await house.report(await createShownRoom(creator), 'lea', { subject: { kind: 'live' }, category: 'consent' });
    const [statement] = (await decisions.statements.list(creator)).statements;
    expect(statement).toMatchObject({
      language: 'fr',
      reasons: expect.stringContaining('aussitôt\u00a0; une personne'),
    });
  });
});
