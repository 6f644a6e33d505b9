import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Chat } from '../../../server/chat/chat.ts';
import { CHAT_NEWS_TOPIC, type ChatNews } from '../../../server/chat/chat-topics.ts';
import type { Actor } from '../../../server/chat/moderation/acts.store.ts';
import type { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import type { RestrictInput } from '../../../server/protocol/chat/chat-moderation.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Tip } from '../../../server/protocol/money/money.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ada, codeOf, createBus, createChat, fan, lea, mod, sayIn, tom } from '../../support/houses/chat-house.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const server: Actor = { identity: 'embedding-server', name: 'embedding-server', role: 'server' };

describe.each(DATABASES)('moderation on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let clock: MovableClock;
  /** Two gateways on one database with separate buses: these rules must not depend on messages between gateways. */
  let here: Chat;
  let there: Chat;
  let news: ChatNews[];
  let room: RoomId;
  const buses: MemoryBus[] = [];

  beforeAll(async () => {
    db = await open();
    clock = new MovableClock();
    buses.push(createBus(), createBus());
    const [first, second] = buses as [MemoryBus, MemoryBus];
    here = createChat({ db, clock, bus: first });
    there = createChat({ db, clock, bus: second });
    for (const bus of buses) bus.subscribe(CHAT_NEWS_TOPIC, (message) => news.push(message as ChatNews));
  });

  beforeEach(() => {
    news = [];
    room = createId('room');
  });

  afterAll(async () => {
    await here.close();
    await there.close();
    await db[Symbol.asyncDispose]();
  });

  const texts = async (showIn = room) =>
    (await here.history(showIn, { since: 0, limit: 200 })).entries.flatMap((entry) =>
      entry.kind === 'message' ? [entry.text] : [],
    );
  const kinds = async () => (await here.history(room, { since: 0, limit: 200 })).entries.map((entry) => entry.kind);
  /** Acts in all of the creator's rooms are in every room's audit log; this selects the room's own. */
  const acts = async () => (await here.records.audit(room, { limit: 100 })).filter((act) => act.room === room);
  /** Retries: without a message, a gateway may use a cached restriction for half a second. */
  const becomes = (attempt: () => Promise<unknown>, code: string) => expect.poll(() => codeOf(attempt())).toBe(code);
  const say = (chat: Chat, from = lea, text = `words ${Math.random()}`, clientId?: string) =>
    sayIn(chat, room, from, text, clientId);
  const restrict = (input: Partial<RestrictInput>, actor: Actor = mod, chat = here) =>
    chat.moderation.restrict({
      room,
      actor,
      input: { identity: 'lea', kind: 'timeout', scope: 'room', reason: 'insults', ...input },
    });

  test('R50: a ban applies at once at another gateway without a message, until it is lifted', async () => {
    await say(there);
    await restrict({ kind: 'ban' });
    expect(await codeOf(say(there))).toBe('chat_banned');
    expect(await there.restrictionOf(room, 'lea')).toEqual({
      kind: 'ban',
      scope: 'room',
      until: null,
      reason: 'insults',
      byRole: 'moderator',
    });
    await there.moderation.lift({ room, actor: ada, input: { identity: 'lea', scope: 'room', reason: 'said sorry' } });
    expect(await codeOf(say(here))).toBe('ok');
    expect((await here.restrictionOf(room, 'lea')).kind).toBeNull();
    expect((await acts()).map(({ kind, target, reason }) => [kind, target, reason])).toEqual([
      ['lift', 'lea', 'said sorry'],
      ['ban', 'lea', 'insults'],
    ]);
  });

  test('R50: a ban also stops messages in flight', async () => {
    await say(there);
    const sending = Array.from({ length: 100 }, (_, index) => codeOf(say(there, lea, `under way ${index} ${room}`)));
    const banned = restrict({ kind: 'ban' });
    await banned;
    const after = (await here.history(room, { limit: 1 })).lastSeq;
    const codes = await Promise.all(sending);
    expect((await here.history(room, { limit: 1 })).lastSeq).toBe(after);
    expect(codes.filter((code) => code === 'ok').length).toBe(after - 1);
    expect(new Set(codes).size).toBeLessThanOrEqual(2);
  });

  test('R50: a time-out ends by itself and states its duration', async () => {
    await restrict({ seconds: 60 });
    const refusal = await say(here).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'chat_timed_out' });
    expect(refusal.message).toContain('insults');
    expect(refusal.retryAfterMs).toBeGreaterThan(55_000);
    clock.advance(61_000);
    expect(await codeOf(say(here))).toBe('ok');
    expect((await here.restrictionOf(room, 'lea')).kind).toBeNull();
  });

  test('a restriction of scope creator applies in all rooms of the creator only', async () => {
    const other = createId('room');
    await sayIn(there, other, lea, 'before the ban');
    await restrict({ identity: 'everywhere', kind: 'ban', scope: 'creator' }, ada);
    expect(await codeOf(sayIn(there, other, fan('everywhere'), 'in the other room'))).toBe('chat_banned');
    const stranger = createChat({
      db,
      clock,
      rooms: {
        creatorOf: async () => 'bob',
        hasChat: async () => true,
        moderates: async () => false,
        isMember: async () => false,
      },
    });
    expect(await codeOf(sayIn(stranger, createId('room'), fan('everywhere'), 'elsewhere'))).toBe('ok');
    await stranger.close();
    await here.moderation.lift({ room, actor: ada, input: { identity: 'everywhere', scope: 'creator' } });
    await becomes(() => sayIn(there, other, fan('everywhere'), 'back again'), 'ok');
  });

  test("R50: a moderator's rights are limited to a room; only the creator and the server act in all rooms", async () => {
    const other = createId('room');
    const wide = { identity: 'wide', kind: 'ban', scope: 'creator' } as const;
    const fanWhoModerates = { ...tom, identity: 'helper' };
    for (const actor of [mod, fanWhoModerates]) expect(await codeOf(restrict(wide, actor))).toBe('forbidden');
    expect(await codeOf(sayIn(there, other, fan('wide'), 'not banned'))).toBe('ok');
    const lift = (actor: Actor) => here.moderation.lift({ room, actor, input: { identity: 'wide', scope: 'creator' } });
    for (const actor of [ada, server]) {
      await restrict(wide, actor);
      for (const other of [mod, fanWhoModerates]) expect(await codeOf(lift(other))).toBe('forbidden');
      expect(await codeOf(sayIn(there, other, fan('wide'), 'still banned'))).toBe('chat_banned');
      await lift(actor);
      await becomes(() => sayIn(there, other, fan('wide'), `again ${Math.random()}`), 'ok');
    }
  });

  test('R50: restrictions from different people coexist, the longest is reported, and each ends by itself', async () => {
    const mo2 = { identity: 'mo2', name: 'Mo', role: 'moderator' } as const;
    await restrict({ seconds: 300 }, mo2);
    await restrict({ kind: 'ban', seconds: 600 }, ada);
    await restrict({ seconds: 60 });
    const told = () => here.restrictionOf(room, 'lea');
    expect(await told()).toMatchObject({ kind: 'ban', byRole: 'creator' });
    const lift = (actor: Actor) => here.moderation.lift({ room, actor, input: { identity: 'lea', scope: 'room' } });
    // A moderator can lift a moderator's restriction, also a colleague's.
    expect(await codeOf(lift(mod))).toBe('ok');
    expect(await codeOf(lift(mod))).toBe('forbidden');
    await restrict({ seconds: 900 }, mo2);
    expect(await told()).toMatchObject({ kind: 'timeout', byRole: 'moderator' });
    clock.advance(601_000);
    expect(await codeOf(say(here))).toBe('chat_timed_out');
    clock.advance(300_000);
    expect(await codeOf(say(here))).toBe('ok');
    // A new restriction replaces one's own earlier one.
    await restrict({ kind: 'ban' });
    await restrict({ seconds: 60 });
    expect(await told()).toMatchObject({ kind: 'timeout' });
    await restrict({ kind: 'ban' }, ada);
    expect(await codeOf(lift(ada))).toBe('ok');
    expect(await codeOf(say(here))).toBe('ok');
  });

  test('R59: the database refuses changes to the audit log', async () => {
    await restrict({ kind: 'ban' });
    for (const change of [
      "update chat_acts set reason = 'nothing'",
      "update chat_acts set target = 'somebody'",
      "update chat_acts set target = 'erased-1', reason = 'nothing'",
      'delete from chat_acts',
      'truncate chat_acts',
    ]) {
      await expect(db.bulk(change, []), change).rejects.toThrow();
    }
    expect(await acts()).toMatchObject([
      { kind: 'ban', reason: 'insults', actor: { identity: 'mod', role: 'moderator' } },
    ]);
  });

  test('moderators cannot restrict the creator or each other; the creator can restrict moderators', async () => {
    expect(await codeOf(restrict({ identity: 'ada' }))).toBe('participant_not_restrictable');
    const input = { identity: 'mo2', kind: 'timeout', scope: 'room', reason: 'power play' } as const;
    const peer = here.moderation.restrict({ room, actor: mod, input });
    expect(await codeOf(peer)).toBe('participant_not_restrictable');
    for (const identity of ['mo2', 'ada']) {
      const purge = here.moderation.removeAuthor({ room, actor: mod, identity, reason: 'power play' });
      expect(await codeOf(purge)).toBe('participant_not_restrictable');
    }
    await here.moderation.restrict({ room, actor: ada, input });
    expect(await codeOf(say(here, { identity: 'mo2', name: 'Mo', role: 'moderator' }))).toBe('chat_timed_out');
    const freed = here.moderation.lift({
      room,
      actor: { identity: 'mo2', name: 'Mo', role: 'moderator' },
      input: { identity: 'mo2', scope: 'room' },
    });
    expect(await codeOf(freed)).toBe('participant_not_restrictable');
    expect(await acts()).toHaveLength(1);
  });

  test('R51: removes all messages of an author in one act with one entry, including a pinned one', async () => {
    const first = await say(here, lea, 'first of Léa');
    await say(here, tom, 'of Tom');
    await say(here, lea, 'second of Léa');
    await here.moderation.pin({ room, actor: ada, messageId: first.id });
    expect((await here.state(room)).pinned?.id).toBe(first.id);
    await restrict({ kind: 'ban', removeMessages: true });
    expect(await texts()).toEqual(['', 'of Tom', '']);
    const { entries } = await here.history(room, { limit: 1 });
    expect(entries[0]).toMatchObject({
      kind: 'purge',
      seq: 5,
      identity: 'lea',
      uptoSeq: 4,
      by: 'mod',
      reason: 'insults',
    });
    expect((await here.state(room)).pinned).toBeNull();
    expect((await acts()).map(({ kind }) => kind).sort()).toEqual(['ban', 'pin', 'remove_author']);
  });

  test('R51: a message that is removed while it is being pinned is not pinned', async () => {
    const { id } = await say(here);
    const removing = here.moderation.remove({ room, actor: mod, messageId: id });
    expect(await codeOf(here.moderation.pin({ room, actor: ada, messageId: id }))).toBe('message_not_found');
    await removing;
    expect(await kinds()).toEqual(['message', 'removal']);
  });

  test.each(['moderator', 'house'])('R51: a pinned answer quotes nothing that the %s has removed', async (by) => {
    const { id } = await say(here, tom, 'an insult');
    const input = { clientId: createId('event'), text: 'Not here, please.', replyTo: id };
    const answer = await here.send({ room, from: ada, input });
    if (!('message' in answer)) throw new Error('held');
    await here.moderation.pin({ room, actor: ada, messageId: answer.message.id });
    const pinned = async () => (await here.state(room)).pinned;
    expect((await pinned())?.replyTo?.excerpt).toBe('an insult');
    const decision = { room, message: id, decision: createId('decision') };
    if (by === 'moderator') await here.moderation.remove({ room, actor: mod, messageId: id });
    else await here.houseMeasures.removeMessage({ ...decision, reason: 'charter' });
    expect(await pinned()).toMatchObject({ text: 'Not here, please.', replyTo: { excerpt: '' } });
    await here.houseMeasures.restoreMessage(decision);
    expect((await pinned())?.replyTo?.excerpt).toBe(by === 'moderator' ? '' : 'an insult');
  });

  test('R51: an appeal does not show a message again whose author had everything removed meanwhile', async () => {
    const message = await say(here, lea, 'the only one');
    const decision = { room, message: message.id, decision: createId('decision') };
    await here.houseMeasures.removeMessage({ ...decision, reason: 'charter' });
    const removeAll = () => here.moderation.removeAuthor({ room, actor: mod, identity: 'lea', reason: 'insults' });
    await removeAll();
    await removeAll();
    await here.houseMeasures.restoreMessage(decision);
    expect(await texts()).toEqual(['']);
    expect(await kinds()).toEqual(['message', 'removal', 'purge']);
  });

  test('a removed message is also removed from quotes in replies', async () => {
    const first = await say(here, lea, 'the hurtful one');
    const input = { clientId: createId('event'), text: 'I answer that', replyTo: first.id, mentions: ['lea', 'lea'] };
    const answer = await here.send({ room, from: tom, input });
    expect(answer).toMatchObject({
      message: { replyTo: { id: first.id, from: lea, excerpt: 'the hurtful one' }, mentions: ['lea'] },
    });
    await here.moderation.remove({ room, actor: mod, messageId: first.id, reason: 'hurtful' });
    const { entries } = await there.history(room, { since: 0, limit: 10 });
    expect(entries[1]).toMatchObject({ replyTo: { id: first.id, excerpt: '' } });
    const elsewhere = await sayIn(here, createId('room'), lea, 'of another room');
    const across = { clientId: createId('event'), text: 'across rooms', replyTo: elsewhere.id };
    expect(await codeOf(here.send({ room, from: tom, input: across }))).toBe('message_not_found');
  });

  test('R52: slow mode applies over both gateways, to fans only, and does not count a retry', async () => {
    await here.moderation.setMode({ room, actor: ada, input: { slowModeSeconds: 30 } });
    const codes = await Promise.all([codeOf(say(here)), codeOf(say(there)), codeOf(say(here))]);
    expect(codes.toSorted()).toEqual(['chat_slow_mode', 'chat_slow_mode', 'ok']);
    const own = createId('event');
    expect(await codeOf(say(there, tom, 'of Tom', own))).toBe('ok');
    expect((await say(here, tom, 'of Tom', own)).text).toBe('of Tom');
    expect(await codeOf(say(here, mod))).toBe('ok');
    expect(await codeOf(say(here, mod))).toBe('ok');
    clock.advance(31_000);
    expect(await codeOf(say(there))).toBe('ok');
  });

  test('R52: members only, emoji only and paused, each logged and reverted', async () => {
    const set = (input: object) => here.moderation.setMode({ room, actor: ada, input });
    await set({ membersOnly: true });
    expect(await codeOf(say(there))).toBe('chat_members_only');
    expect(await codeOf(say(there, fan('member-1')))).toBe('ok');
    await set({ membersOnly: false, emojiOnly: true });
    await becomes(() => say(there), 'chat_emoji_only');
    expect(await codeOf(say(there, lea, '🔥👩‍👩‍👧'))).toBe('ok');
    await set({ emojiOnly: false, paused: true });
    await becomes(() => say(there), 'chat_paused');
    expect(await codeOf(say(there, mod))).toBe('ok');
    await set({ paused: true });
    await set({ paused: false });
    await becomes(() => say(there), 'ok');
    const notices = (await here.history(room, { since: 0, limit: 50 })).entries.flatMap((entry) =>
      entry.kind === 'notice' ? [`${entry.notice} ${entry.on}`] : [],
    );
    expect(notices).toEqual([
      'members_only true',
      'members_only false',
      'emoji_only true',
      'emoji_only false',
      'paused true',
      'paused false',
    ]);
  });

  test("a restricted person cannot react or vote; a pause stops fans' messages but no poll", async () => {
    await say(there);
    const takesPart = (from = lea) => codeOf(here.assertMayTakePart(room, from));
    const poll = await here.polls.begin({ room, actor: ada, input: { question: 'Encore?', options: ['Yes', 'No'] } });
    const vote = (from: Participant) => codeOf(here.vote({ room, from, poll: poll.id, option: 0 }));
    await here.moderation.setMode({ room, actor: ada, input: { paused: true } });
    expect([await takesPart(), await takesPart(mod), await vote(lea)]).toEqual(['chat_paused', 'ok', 'ok']);
    await here.moderation.setMode({ room, actor: ada, input: { paused: false } });
    await restrict({ kind: 'ban', identity: 'noa' });
    expect([await takesPart(), await takesPart(fan('noa')), await vote(fan('noa'))]).toEqual([
      'ok',
      'chat_banned',
      'chat_banned',
    ]);
    const silent = { creatorOf: async () => 'ada', hasChat: async () => false, moderates: async () => false };
    const none = createChat({ db, clock, rooms: { ...silent, isMember: async () => false } });
    expect(await codeOf(sayIn(none, room, ada, 'in a room without a chat'))).toBe('chat_not_allowed');
    await none.close();
  });

  test('R52: who joins the club may write at once where members alone do', async () => {
    let isMember = false;
    const open = { creatorOf: async () => 'ada', hasChat: async () => true, moderates: async () => false };
    const club = createChat({ db, clock, rooms: { ...open, isMember: async () => isMember } });
    await club.moderation.setMode({ room, actor: ada, input: { membersOnly: true } });
    expect(await codeOf(say(club))).toBe('chat_members_only');
    isMember = true;
    expect(await codeOf(say(club))).toBe('ok');
    await club.close();
  });

  test('R53: panic in one act, and undoing it restores the previous modes', async () => {
    await here.moderation.setMode({ room, actor: ada, input: { slowModeSeconds: 5, emojiOnly: true } });
    const before = (await there.state(room)).mode;
    await here.moderation.panic({ room, actor: mod, on: true, reason: 'raid' });
    await there.moderation.panic({ room, actor: ada, on: true, reason: 'raid' });
    expect(await codeOf(say(there, fan('member-1'), '🔥'))).toBe('chat_paused');
    const { mode, panic } = await here.state(room);
    expect({ mode, panic }).toEqual({
      mode: { slowModeSeconds: 30, membersOnly: true, emojiOnly: true, paused: true },
      panic: true,
    });
    await here.moderation.setMode({ room, actor: ada, input: { paused: false } });
    await becomes(() => say(there, lea, '🔥'), 'chat_members_only');
    expect(await codeOf(say(there, fan('member-1'), '🔥'))).toBe('ok');
    await here.moderation.panic({ room, actor: ada, on: false, reason: 'over' });
    expect((await here.state(room)).mode).toEqual(before);
    expect((await acts()).map(({ kind }) => kind)).toEqual(['panic', 'mode', 'panic', 'mode']);
  });

  describe('words and the queue', () => {
    const words = (chat: Chat) =>
      chat.moderation.setWords({
        creator: 'ada',
        actor: ada,
        words: [
          { pattern: 'darn', action: 'replace' },
          { pattern: 'maybe*', action: 'hold' },
          { pattern: 'never', action: 'refuse' },
        ],
      });
    beforeEach(() => words(here));
    afterAll(() => here.moderation.setWords({ creator: 'ada', actor: ada, words: [] }));

    const tip = (from: Participant, message: string | null): Tip => ({
      id: createId('tip'),
      room,
      from,
      amountMinor: 500,
      currency: 'eur',
      message,
      item: null,
      sentAt: new Date().toISOString(),
    });
    const tipWords = async () =>
      (await here.history(room, { since: 0, limit: 50 })).entries.flatMap((entry) =>
        entry.kind === 'tip' ? [entry.message] : [],
      );

    const hold = async (text: string, from = lea, clientId: string = createId('event')) => {
      const answer = await there.send({ room, from, input: { clientId, text } });
      if (!('held' in answer)) throw new Error('not held');
      return answer.held;
    };

    test('R54: the word list masks, refuses or holds, at a gateway that got no message about it', async () => {
      expect((await say(there, lea, 'oh d a r n it')).text).toBe('oh *** it');
      expect(await codeOf(say(there, lea, 'nevеr'))).toBe('message_refused');
      expect((await hold('mayb3')).reason).toBe('words');
      expect(await codeOf(say(there, ada, 'never'))).toBe('ok');
      expect(await here.moderation.words('ada')).toMatchObject({ words: { length: 3 } });
      const bad = here.moderation.setWords({ creator: 'ada', actor: ada, words: [{ pattern: '*', action: 'hold' }] });
      expect(await codeOf(bad)).toBe('word_pattern_invalid');
      expect((await here.moderation.words('ada')).words).toHaveLength(3);
    });

    test('R55: a held message is reported to its author, stored once, and appended when it is allowed', async () => {
      const clientId = createId('event');
      const held = await hold('maybe not', lea, clientId);
      expect(await hold('maybe not', lea, clientId)).toEqual(held);
      expect(await texts()).toEqual([]);
      const queue = await here.held.queue(room);
      expect(queue).toMatchObject({
        waiting: 1,
        held: [{ id: held.id, text: 'maybe not', detail: 'maybe*', from: lea }],
      });
      await here.held.review(room, mod, { id: held.id, decision: 'allow' });
      expect(await texts()).toEqual(['maybe not']);
      expect(await there.held.reviewsOf(room, 'lea')).toMatchObject([{ id: held.id, state: 'allowed', reason: null }]);
      expect(await there.held.ofAuthor(room, 'lea')).toEqual([]);
      expect(await codeOf(there.held.review(room, mod, { id: held.id, decision: 'refuse' }))).toBe('already_reviewed');
      // A retry after a lost answer returns the existing message.
      expect(await there.send({ room, from: lea, input: { clientId, text: 'maybe not' } })).toMatchObject({
        message: { seq: 1 },
      });
      await expect
        .poll(() => news.flatMap((it) => (it.type === 'held' ? [[it.identity, it.state]] : [])))
        .toEqual([
          ['lea', 'held'],
          ['lea', 'allowed'],
        ]);
    });

    test('R55: a refused one is not appended and has a reason; one of another room is not found', async () => {
      const held = await hold('maybe not');
      const elsewhere = here.held.review(createId('room'), mod, { id: held.id, decision: 'allow' });
      expect(await codeOf(elsewhere)).toBe('held_message_not_found');
      const own = here.held.review(
        room,
        { identity: 'lea', name: 'Léa', role: 'moderator' },
        { id: held.id, decision: 'allow' },
      );
      expect(await codeOf(own)).toBe('forbidden');
      await here.held.review(room, mod, { id: held.id, decision: 'refuse', reason: 'unkind' });
      expect(await texts()).toEqual([]);
      expect(await here.held.queue(room)).toEqual({ held: [], waiting: 0 });
      expect((await acts()).find(({ kind }) => kind === 'review')).toMatchObject({ target: 'lea', reason: 'unkind' });
    });

    test('R55: a held message that is sent again stays held, even if it would be allowed now', async () => {
      const clientId = createId('event');
      const held = await hold('maybe not', lea, clientId);
      await here.moderation.setWords({ creator: 'ada', actor: ada, words: [] });
      const again = () => here.send({ room, from: lea, input: { clientId, text: 'maybe not' } });
      expect(await again()).toEqual({ held });
      // In slow mode, messages are appended by other statements.
      await here.moderation.setMode({ room, actor: ada, input: { slowModeSeconds: 1 } });
      expect(await again()).toEqual({ held });
      await here.held.review(room, mod, { id: held.id, decision: 'refuse' });
      expect(await again()).toEqual({ held });
      expect(await texts()).toEqual([]);
    });

    test('R51, R55: one author cannot fill the queue, and removing all of their messages empties their part', async () => {
      const held = await hold('maybe of Tom', tom);
      const own = await Promise.all(Array.from({ length: 20 }, (_, index) => hold(`maybe number ${index}`)));
      expect(await codeOf(hold('maybe one more'))).toBe('rate_limited');
      expect((await hold('maybe two more', fan('noa'))).reason).toBe('words');
      await here.moderation.removeAuthor({ room, actor: mod, identity: 'lea', reason: 'spam' });
      expect((await here.held.queue(room)).held[0]?.id).toBe(held.id);
      expect(await here.held.countWaiting(room)).toBe(2);
      expect(await here.held.ofAuthor(room, 'lea')).toMatchObject(
        own.map(() => ({ state: 'refused', reason: 'spam' })),
      );
      const refused = news.flatMap((it) => (it.type === 'held' && it.state === 'refused' ? [it.id] : []));
      expect(refused.toSorted()).toEqual(own.map(({ id }) => id).toSorted());
      expect(await acts()).toMatchObject([{ kind: 'remove_author', details: { removed: 0, refused: 20 } }]);
      // There was nothing in the log to remove.
      expect(await kinds()).toEqual([]);
    });

    test('R55: what still waits is among one’s own messages, however many were refused since', async () => {
      const { id } = await hold('maybe the first');
      for (let n = 0; n < LIMITS.chatOwnHeld; n += 1)
        await here.held.review(room, mod, { id: (await hold(`maybe number ${n}`)).id, decision: 'refuse' });
      await here.held.review(room, mod, { id: (await hold('maybe the last')).id, decision: 'allow' });
      const own = await here.held.ofAuthor(room, 'lea');
      expect(own).toHaveLength(LIMITS.chatOwnHeld);
      expect(own[0]).toMatchObject({ id, state: 'held' });
    });

    test('R58: moderators’ queues are read again without the messages of an erased person', async () => {
      const gone = fan(`gone-${room}`.slice(0, 40));
      await hold('maybe not', gone);
      news = [];
      await here.personalData.erase(gone.identity, ada);
      await expect.poll(() => news).toContainEqual({ type: 'queue', room });
      expect((await there.held.queue(room)).waiting).toBe(0);
    });

    test('R63: a message carries for how long its author is a member, also after it was held', async () => {
      const send = (text: string, member?: number) =>
        here.send({ room, from: lea, member, input: { clientId: createId('event'), text } });
      await send('of a member', 7);
      await send('of a new one', 0);
      await send('of somebody else');
      const answer = await send('maybe of a member', 12);
      if (!('held' in answer)) throw new Error('not held');
      await here.held.review(room, mod, { id: answer.held.id, decision: 'allow' });
      const { entries } = await there.history(room, { since: 0, limit: 10 });
      expect(entries.map((entry) => entry.kind === 'message' && entry.member)).toEqual([7, 0, undefined, 12]);
    });

    test('two concurrent decisions of moderators: one wins', async () => {
      const held = await hold('maybe once');
      const codes = await Promise.all([
        codeOf(here.held.review(room, mod, { id: held.id, decision: 'allow' })),
        codeOf(there.held.review(room, ada, { id: held.id, decision: 'allow' })),
      ]);
      expect(codes.toSorted()).toEqual(['already_reviewed', 'ok']);
      expect(await texts()).toEqual(['maybe once']);
    });

    test('a tip is always shown, but not its message if that is filtered or its author is restricted', async () => {
      await restrict({ identity: 'tom' });
      await here.appendTips([tip(lea, 'never'), tip(lea, 'darn good'), tip(tom, 'kind words'), tip(lea, 'bravo')]);
      const { entries } = await here.history(room, { since: 0, limit: 10 });
      const shown = entries.map((entry) => (entry.kind === 'tip' ? entry.message : entry.kind));
      expect(shown.toSorted()).toEqual(['*** good', 'bravo', null, null]);
      const reasons = () => news.flatMap((it) => (it.type === 'held' ? [it.reason] : []));
      await expect.poll(() => reasons()).toEqual([expect.stringContaining('not wanted'), 'insults']);
    });

    test("R53, R60: a fan's tip has no words while the chat is paused, or if its mode refuses them", async () => {
      const set = (input: object) => here.moderation.setMode({ room, actor: ada, input });
      await set({ paused: true });
      await here.appendTips([tip(lea, 'shouted'), tip(mod, 'by a moderator')]);
      await set({ paused: false, emojiOnly: true });
      await here.appendTips([tip(lea, 'letters'), tip(lea, '🔥')]);
      await set({ emojiOnly: false, membersOnly: true });
      await here.appendTips([tip(lea, 'not a member'), tip(fan('member-1'), 'a member')]);
      expect(await tipWords()).toEqual([null, 'by a moderator', null, '🔥', null, 'a member']);
      const reasons = () => news.flatMap((it) => (it.type === 'held' ? [it.reason] : []));
      await expect.poll(() => reasons()).toEqual([null, null, null]);
    });

    test('R21c: moderation never tells whose an anonymous tip is, and removes its words by their id', async () => {
      const giver = fan(`giver-${room}`.slice(0, 40));
      const anonymous = { ...tip(giver, 'hurtful'), anonymous: true };
      await here.appendTips([anonymous, tip(giver, 'named')]);
      await here.moderation.removeAuthor({ room, actor: mod, identity: giver.identity, reason: 'insults' });
      expect(await tipWords()).toEqual(['hurtful', null]);
      expect(await here.records.about(room, giver.identity)).toMatchObject({ tips: 1, tippedMinor: 500 });
      await here.moderation.remove({ room, actor: mod, messageId: anonymous.id });
      expect(await tipWords()).toEqual([null, null]);
      expect(await here.records.about(room, giver.identity)).toMatchObject({ removed: 1 });
      expect(await here.records.audit(room, { limit: 1 })).toMatchObject([
        { kind: 'remove', messageId: anonymous.id, target: null },
      ]);
    });

    test('R51, R60: the words of a tip are removed alone, and with all of its author', async () => {
      const tips = [tip(lea, 'hurtful'), tip(lea, 'also hurtful'), tip(tom, 'kind'), tip(lea, null)];
      await here.appendTips(tips);
      const remove = (index: number) =>
        here.moderation.remove({ room, actor: mod, messageId: tips[index]?.id ?? createId('tip') });
      await remove(0);
      await remove(0);
      expect(await codeOf(remove(3))).toBe('message_not_found');
      expect(await tipWords()).toEqual([null, 'also hurtful', 'kind', null]);
      await here.moderation.removeAuthor({ room, actor: mod, identity: 'lea', reason: 'insults' });
      expect(await tipWords()).toEqual([null, null, 'kind', null]);
      const { entries } = await here.history(room, { since: 4, limit: 10 });
      expect(entries).toMatchObject([
        { kind: 'removal', messageId: tips[0]?.id },
        { kind: 'purge', uptoSeq: 5 },
      ]);
      expect(
        (await here.records.audit(room, { limit: 2 })).map(({ details, messageId }) => [details, messageId]),
      ).toEqual(
        expect.arrayContaining([
          [{}, tips[0]?.id],
          [{ removed: 1, refused: 0 }, null],
        ]),
      );
    });
  });

  test("refuses an author's copies and holds a long wave", async () => {
    await say(here, lea, 'the very same thing');
    expect(await codeOf(say(here, lea, 'The VERY same thing!'))).toBe('message_duplicate');
    const spam = 'Free tokens for everybody who comes to my other channel today, hurry';
    const answers = [];
    for (let index = 0; index < 9; index += 1) {
      answers.push(
        await here.send({ room, from: fan(`bot-${index}`), input: { clientId: createId('event'), text: spam } }),
      );
    }
    expect(answers.filter((answer) => 'held' in answer)).toHaveLength(2);
    expect((await here.held.queue(room)).held[0]).toMatchObject({ reason: 'wave' });
  });

  test('R56: one poll at a time and one vote a person over both gateways', async () => {
    const input = { question: 'Which song?', options: ['One', 'Two', 'Three'], seconds: 60 };
    const poll = await here.polls.begin({ room, actor: ada, input });
    expect(await codeOf(there.polls.begin({ room, actor: ada, input }))).toBe('poll_running');
    const vote = (chat: Chat, identity: string, option: number, id: string = poll.id) =>
      codeOf(chat.polls.vote({ room, poll: id, option, identity }));
    const votes = Array.from({ length: 300 }, (_, index) =>
      vote(index % 2 === 0 ? here : there, `voter-${index % 150}`, index % 3),
    );
    const codes = await Promise.all(votes);
    // Everyone votes twice: 150 is a multiple of three, so both votes are for the same option, and the second changes
    // nothing.
    expect(new Set(codes)).toEqual(new Set(['ok']));
    expect(await vote(here, 'voter-0', 1)).toBe('already_voted');
    expect(await vote(here, 'voter-x', 3)).toBe('invalid_request');
    expect(await vote(here, 'voter-x', 0, createId('poll'))).toBe('poll_not_found');
    expect(await codeOf(there.polls.vote({ room: createId('room'), poll: poll.id, option: 0, identity: 'x' }))).toBe(
      'poll_not_found',
    );
    const fresh = createChat({ db, clock });
    expect((await fresh.state(room)).poll?.options.map((option) => option.votes)).toEqual([50, 50, 50]);
    expect((await fresh.readSnapshot(room, 'voter-1')).ownVote).toEqual({ poll: poll.id, option: 1 });
    await fresh.close();
    clock.advance(61_000);
    expect(await vote(there, 'voter-x', 0)).toBe('poll_closed');
    expect((await here.state(room)).poll?.closed).toBe(true);
    here.polls.start();
    await expect.poll(kinds).toEqual(['notice', 'notice']);
    const result = { notice: 'poll_closed', subject: 'Which song?', won: ['One', 'Two', 'Three'] };
    expect((await here.history(room, { since: 0, limit: 200 })).entries.at(-1)).toMatchObject(result);
    expect((await acts())[0]).toMatchObject({ kind: 'poll_closed', actor: { role: 'house' } });
  });

  test('R57: a report keeps the message and its neighbours, independent of later removals', async () => {
    await say(here, tom, 'before it');
    const bad = await say(here, lea, 'the bad one');
    await say(here, tom, 'after it');
    const id = await here.records.report(room, 'tom', { messageId: bad.id, category: 'harassment', note: 'again' });
    expect(await there.records.report(room, 'tom', { messageId: bad.id, category: 'spam' })).toBe(id);
    await here.moderation.remove({ room, actor: mod, messageId: bad.id });
    await here.personalData.erase('lea', ada);
    expect(await texts()).toEqual(['before it', '', 'after it']);
    const [report] = await here.records.listReports(room, 10);
    expect(report).toMatchObject({
      reporter: 'tom',
      category: 'harassment',
      evidence: {
        before: [{ text: 'before it' }],
        message: { text: 'the bad one', from: lea },
        after: [{ text: 'after it' }],
      },
    });
  });

  test('a moderator sees a message in its context, with what was removed, and its author’s record', async () => {
    const author = fan(`author-${room}`.slice(0, 40));
    await say(here, tom, 'before it');
    const gone = await say(here, author, 'was removed');
    const message = await say(here, author, 'is asked about');
    await here.moderation.remove({ room, actor: mod, messageId: gone.id, reason: 'first warning' });
    await restrict({ identity: author.identity, seconds: 60 });
    const context = await there.records.context(room, message.id);
    expect(context.before).toMatchObject([{ text: 'before it' }, { text: 'was removed', removed: true }]);
    expect(context.message.text).toBe('is asked about');
    expect(context.author).toMatchObject({ messages: 2, removed: 1, tips: 0, restriction: { kind: 'timeout' } });
    // Acts of the same millisecond have no defined order.
    expect(context.author.record.map(({ kind }) => kind).sort()).toEqual(['remove', 'timeout']);
    expect(await codeOf(there.records.context(createId('room'), message.id))).toBe('message_not_found');
  });

  test('R58: erasure deletes texts and name but keeps sequence numbers; a ban survives it', async () => {
    const gone = fan(`gone-${room}`.slice(0, 40));
    await say(here, gone, 'about me');
    await say(here, tom, 'about others');
    await here.moderation.removeAuthor({ room, actor: mod, identity: gone.identity, reason: 'spam' });
    await restrict({ identity: gone.identity, kind: 'ban' });
    const exported = await there.personalData.export(gone.identity, { limit: 10 });
    expect(exported).toMatchObject({
      hasMore: false,
      messages: [{ room, message: { text: 'about me' } }],
      restrictions: [{ kind: 'ban' }],
    });
    const { pseudonym, erasedMessages } = await here.personalData.erase(gone.identity, ada);
    expect(erasedMessages).toBe(1);
    const { entries } = await there.history(room, { since: 0, limit: 10 });
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
    expect(entries[0]).toMatchObject({ text: '', erased: true, from: { identity: pseudonym } });
    expect(entries[2]).toMatchObject({ kind: 'purge', identity: pseudonym });
    expect(JSON.stringify(entries)).not.toContain(gone.identity);
    expect(await codeOf(say(there, gone))).toBe('chat_banned');
    expect((await there.personalData.export(gone.identity, { limit: 10 })).messages).toEqual([]);
  });

  test("R58: erasure removes the person from others' messages, decisions and acts, and keeps sequence numbers", async () => {
    const gone = { identity: `gone-${room}`.slice(0, 40), name: `Zoé ${room}`.slice(0, 40), role: 'fan' } as const;
    const { identity, name } = gone;
    const said = await say(here, gone, 'words that others quote');
    const answer = await here.send({
      room,
      from: tom,
      input: { clientId: createId('event'), text: `@${name} I agree`, replyTo: said.id, mentions: ['lea', identity] },
    });
    if (!('message' in answer)) throw new Error('held');
    await here.moderation.pin({ room, actor: ada, messageId: answer.message.id });
    const act = { room, actor: { ...gone, role: 'moderator' as const } };
    await here.polls.begin({ ...act, input: { question: 'Which?', options: ['One', 'Two'] } });
    await here.moderation.restrict({
      ...act,
      input: { identity: 'lea', kind: 'ban', scope: 'room', reason: 'insults' },
    });
    await here.moderation.removeAuthor({ room, actor: ada, identity, reason: 'spam' });
    await here.mutes.add({ room, identity: 'tom', muted: identity });
    await here.mutes.add({ room, identity, muted: 'tom' });
    expect(JSON.stringify(await there.state(room))).toContain(identity);

    const { pseudonym } = await here.personalData.erase(identity, ada);
    const { entries, lastSeq } = await there.history(room, { since: 0, limit: 20 });
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    expect(entries[1]).toMatchObject({
      text: '@Erased I agree',
      mentions: ['lea', pseudonym],
      replyTo: { from: { identity: pseudonym }, excerpt: '' },
    });
    // Also at a gateway that has cached the pinned message.
    await here.rereadRestriction(room, 'lea');
    const record = await acts();
    expect(record.find(({ kind }) => kind === 'remove_author')).toMatchObject({ target: pseudonym, reason: 'spam' });
    expect(record.find(({ kind }) => kind === 'ban')).toMatchObject({ actor: { identity: pseudonym }, target: 'lea' });
    const left: Record<string, unknown> = { entries, record, state: await here.state(room) };
    const tables = ['chat_entries', 'chat_acts', 'chat_polls', 'chat_poll_votes', 'chat_held', 'restrictions', 'mutes'];
    for (const table of tables) {
      left[table] = await db.bulk(`select * from ${table}`, []);
    }
    for (const [where, what] of Object.entries(left)) {
      expect(JSON.stringify(what), where).not.toContain(identity);
      expect(JSON.stringify(what), where).not.toContain(name);
    }
  });

  test('R58: entries past the retention lose text and name but keep their number', async () => {
    const { id } = await say(here, lea, 'an old one');
    await here.moderation.pin({ room, actor: ada, messageId: id });
    expect((await here.state(room)).pinned?.id).toBe(id);
    clock.advance(366 * 86_400_000);
    await say(here, lea, 'a new one');
    while (await here.personalData.retire());
    const { entries, lastSeq } = await here.history(room, { since: 0, limit: 10 });
    expect(lastSeq).toBe(3);
    expect(entries).toMatchObject([
      { seq: 1, text: '', erased: true, from: { identity: 'erased' } },
      { seq: 2, kind: 'notice' },
      { seq: 3, text: 'a new one', from: lea },
    ]);
    // Also at a gateway that has cached it.
    expect((await here.state(room)).pinned).toBeNull();
  });
});
