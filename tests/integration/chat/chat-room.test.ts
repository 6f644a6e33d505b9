/** Chat and moderation in a room over the wire: what each participant receives, and what persists over a reconnect. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChatStore } from '../../../server/chat/log/chat.store.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';

let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});

afterAll(() => loge[Symbol.asyncDispose]());

type Who = { identity: string; role?: string };

async function openRoom() {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  const join = async ({ identity, role = 'fan' }: Who) =>
    TestParticipant.connect(loge.url, { token: await loge.token({ identity, room, role }) });
  return { room, join };
}

const say = (who: TestParticipant, text: string, more: object = {}) =>
  who.request('chat:send', { clientId: createId('event'), text, ...more });

// Regression: the welcome named the count of raised hands only if there were some, so that a client kept a stale one.
test('a reconnecting participant learns that their hand is lowered', async () => {
  const { room, join } = await openRoom();
  using moderator = await join({ identity: 'mo', role: 'moderator' });
  const lea = await join({ identity: 'lea' });
  const raised = moderator.next('chat:hands', ({ count }) => count === 1);
  await lea.request('chat:raiseHand', { raised: true });
  await raised;
  const { lastSeq: since } = lea.welcome.inside?.chat ?? {};
  const lowered = moderator.next('chat:hands', ({ count }) => count === 0);
  lea.socket.close();
  await lowered;
  const token = await loge.token({ identity: 'lea', room, role: 'fan' });
  using again = await TestParticipant.connect(loge.url, { token, since });
  await expect.poll(() => again.events.findLast(({ name }) => name === 'chat:hands')?.data).toMatchObject({ count: 0 });
});

test('R62: a mute follows a person to their other devices and rooms, and reaches nobody else', async () => {
  const { join } = await openRoom();
  const { join: joinOther } = await openRoom();
  using lea = await join({ identity: 'lea' });
  using phone = await joinOther({ identity: 'lea' });
  using tom = await join({ identity: 'tom' });
  await say(tom, 'hello');
  const told = phone.next('chat:muted');
  const { muted } = await lea.request('chat:mute', { identity: 'tom' });
  expect(muted).toEqual([{ identity: 'tom', name: 'tom' }]);
  expect(await told).toEqual({ muted });
  using again = await joinOther({ identity: 'lea' });
  expect(again.welcome.inside?.muted).toEqual(muted);
  const back = lea.next('chat:muted', (list) => list.muted.length === 0);
  expect(await phone.request('chat:unmute', { identity: 'tom' })).toEqual({ muted: [] });
  await back;
  await say(tom, 'and again');
  expect(tom.events.filter(({ name }) => name === 'chat:muted')).toEqual([]);
});

test('R63: who joins the club during the live is shown as a member from the next message on', async () => {
  const { db, rooms, outbox } = loge.app.context;
  const { join } = await openRoom();
  using lea = await join({ identity: 'lea' });
  using tom = await join({ identity: 'tom' });
  expect((await say(lea, 'not yet')).message).not.toHaveProperty('member');
  const tier = await rooms.clubs.createTier('ada', { name: 'Gold', priceMinor: 500, interval: 'month' });
  const [startedAt, paidUntil] = [new Date().toISOString(), new Date(Date.now() + 86_400_000).toISOString()];
  const held = { id: createId('membership'), creator: 'ada', identity: 'lea', startedAt };
  const standing = { nextTier: null, status: 'active', cancelAtPeriodEnd: false, renewable: true, disputed: false };
  await db.transaction(async (tx) => {
    const { id: membership, ...grant } = held;
    await rooms.clubs.grant(tx, { membership, ...grant, tier: tier.id, validUntil: paidUntil });
    const data = { change: 'started', membership: { ...held, tier, ...standing, paidUntil, accessUntil: paidUntil } };
    await outbox.add(tx, { topic: 'membership.changed', identity: 'lea', data });
  });
  outbox.wake();
  const shown = tom.next('chat:frame', ({ entries }) => entries.some((it) => it.kind === 'message' && it.member === 0));
  await expect.poll(async () => (await say(lea, `a member ${Math.random()}`)).message.member).toBe(0);
  await shown;
  expect((await say(tom, 'of somebody else')).message).not.toHaveProperty('member');
});

describe('restrictions', () => {
  test('R50: a ban is reported at once with its reason, survives a reconnect, and its end is reported', async () => {
    const { join } = await openRoom();
    using creator = await join({ identity: 'ada', role: 'creator' });
    const first = await join({ identity: 'lea' });
    expect(first.welcome.inside?.restriction).toMatchObject({ kind: null });
    await say(first, 'hello');
    const told = first.next('chat:restriction');
    await creator.request('chat:restrict', { identity: 'lea', kind: 'ban', scope: 'creator', reason: 'insults' });
    expect(await told).toEqual({ kind: 'ban', scope: 'creator', until: null, reason: 'insults', byRole: 'creator' });
    expect(await first.refusal('chat:send', { clientId: createId('event'), text: 'again' })).toBe('chat_banned');
    expect(await first.refusal('chat:react', { emoji: '🔥' })).toBe('chat_banned');
    expect(await first.refusal('chat:raiseHand', { raised: true })).toBe('chat_banned');
    first.socket.close();
    using again = await join({ identity: 'lea' });
    expect(again.welcome.inside?.restriction).toMatchObject({ kind: 'ban', reason: 'insults' });
    // A banned person may still read.
    expect(again.welcome.inside?.chat.entries).toMatchObject([{ kind: 'message', text: 'hello' }]);
    const lifted = again.next('chat:restriction');
    await creator.request('chat:lift', { identity: 'lea', scope: 'creator' });
    expect(await lifted).toMatchObject({ kind: null });
    await say(again, 'I am back');
  });

  // Regression: a moderator's time-out replaced the creator's ban, and lifting it removed the ban, in all of the
  // creator's rooms.
  test("R50: a moderator cannot lift the creator's restrictions, or restrict in all rooms", async () => {
    const { join } = await openRoom();
    using creator = await join({ identity: 'ada', role: 'creator' });
    using moderator = await join({ identity: 'mo', role: 'moderator' });
    using lea = await join({ identity: 'lea' });
    const ban = { identity: 'lea', kind: 'ban', scope: 'creator', reason: 'insults' };
    const timeout = { identity: 'lea', kind: 'timeout', scope: 'room', seconds: 1, reason: 'to help' };
    expect(await moderator.refusal('chat:restrict', ban)).toBe('forbidden');
    await creator.request('chat:restrict', { ...ban, kind: 'ban' as const, scope: 'room' as const });
    await moderator.request('chat:restrict', { ...timeout, kind: 'timeout' as const, scope: 'room' as const });
    await moderator.request('chat:lift', { identity: 'lea', scope: 'room' });
    expect(await moderator.refusal('chat:lift', { identity: 'lea', scope: 'room' })).toBe('forbidden');
    expect(await moderator.refusal('chat:lift', { identity: 'lea', scope: 'creator' })).toBe('forbidden');
    expect(await lea.refusal('chat:send', { clientId: createId('event'), text: 'free?' })).toBe('chat_banned');
  });

  test('moderators cannot restrict each other, and fans no one; a ban can also end access', async () => {
    const { join } = await openRoom();
    using moderator = await join({ identity: 'mo', role: 'moderator' });
    using _other = await join({ identity: 'mia', role: 'moderator' });
    using lea = await join({ identity: 'lea' });
    const restrict = (identity: string) => ({
      identity,
      kind: 'ban',
      scope: 'room',
      reason: 'because',
      removeAccess: true,
    });
    expect(await moderator.refusal('chat:restrict', restrict('mia'))).toBe('participant_not_restrictable');
    expect(await moderator.refusal('chat:restrict', restrict('ada'))).toBe('participant_not_restrictable');
    expect(await lea.refusal('chat:restrict', restrict('mo'))).toBe('forbidden');
    const revoked = lea.next('rooms:accessRevoked');
    await moderator.request('chat:restrict', restrict('lea'));
    expect((await revoked).access).toMatchObject({ state: 'refused', reason: 'removed' });
  });

  test("R50: a moderator's rank holds while they are offline, in all rooms of the creator, until a later token", async () => {
    const { room, join } = await openRoom();
    const { room: second, join: joinSecond } = await openRoom();
    using moderator = await join({ identity: 'mo', role: 'moderator' });
    const away = await join({ identity: 'mia', role: 'moderator' });
    away.socket.close();
    await expect.poll(async () => (await moderator.request('chat:people')).total).toBe(1);
    // Appointed by the server API, and never connected.
    await loge.token({ identity: 'max', room: second, role: 'moderator' });
    const restrict = (identity: string) => ({ identity, kind: 'ban', scope: 'room', reason: 'because' });
    const refused = 'participant_not_restrictable';
    expect(await moderator.refusal('chat:restrict', restrict('mia'))).toBe(refused);
    expect(await moderator.refusal('chat:removeAuthor', { identity: 'mia', reason: 'because' })).toBe(refused);
    expect(await moderator.refusal('rooms:remove', { identity: 'mia', reason: 'because' })).toBe(
      'participant_not_removable',
    );
    // A moderator of another room has no rank in this one.
    expect(await moderator.refusal('chat:restrict', restrict('max'))).toBe('ok');
    // A fan whose token allows moderation has no rank above moderators.
    const helping = { identity: 'helper', room, can: { moderate: true } };
    using helper = await TestParticipant.connect(loge.url, { token: await loge.token(helping) });
    expect(await helper.refusal('chat:restrict', restrict('mia'))).toBe(refused);
    using _fan = await join({ identity: 'mia' });
    expect(await moderator.refusal('chat:restrict', restrict('mia'))).toBe('ok');
    using creator = await joinSecond({ identity: 'ada', role: 'creator' });
    expect(await creator.refusal('chat:restrict', restrict('max'))).toBe('ok');
  });

  test('refuses every moderation request of fans', async () => {
    const { join } = await openRoom();
    using lea = await join({ identity: 'lea' });
    const id = 'msg_00000000000000000000';
    const requests: Record<string, object> = {
      'chat:remove': { messageId: id },
      'chat:removeAuthor': { identity: 'tom', reason: 'x' },
      'chat:lift': { identity: 'lea', scope: 'room' },
      'chat:setMode': { paused: true },
      'chat:panic': { on: true, reason: 'x' },
      'chat:pin': { messageId: id },
      'chat:startPoll': { question: 'Q', options: ['a', 'b'] },
      'chat:closePoll': {},
      'chat:queue': {},
      'chat:reports': {},
      'chat:review': { id: 'held_00000000000000000000', decision: 'allow' },
      'chat:context': { messageId: id },
      'chat:audit': {},
      'chat:hands': {},
      'chat:words': {},
      'chat:setWords': { words: [] },
    };
    for (const [name, input] of Object.entries(requests))
      expect(await lea.refusal(name, input), name).toBe('forbidden');
  });
});

test('R52: mode changes are sent to everyone at once, and to newcomers', async () => {
  const { join } = await openRoom();
  using creator = await join({ identity: 'ada', role: 'creator' });
  using lea = await join({ identity: 'lea' });
  const told = lea.next('chat:state', ({ mode }) => mode.paused);
  const line = lea.next('chat:frame', ({ entries }) => entries.some((entry) => entry.kind === 'notice'));
  await creator.request('chat:setMode', { paused: true, linksAllowed: true });
  expect(await told).toMatchObject({ mode: { paused: true }, linksAllowed: true, panic: false });
  expect((await line).entries.map((entry) => entry.kind === 'notice' && entry.notice)).toContain('paused');
  expect(await lea.refusal('chat:send', { clientId: createId('event'), text: 'hello' })).toBe('chat_paused');
  using tom = await join({ identity: 'tom' });
  expect(tom.welcome.inside?.chatState).toMatchObject({ mode: { paused: true }, linksAllowed: true });
  expect((await say(creator, 'see https://club.example/x')).message).toMatchObject({ links: true });
});

test("R55: a held message enters the moderators' queue, and its author gets the decision", async () => {
  const { join } = await openRoom();
  using creator = await join({ identity: 'ada', role: 'creator' });
  using moderator = await join({ identity: 'mo', role: 'moderator' });
  using lea = await join({ identity: 'lea' });
  await creator.request('chat:setWords', { words: [{ pattern: 'spoiler', action: 'hold' }] });
  expect(await moderator.refusal('chat:setWords', { words: [] })).toBe('forbidden');
  const waiting = moderator.next('chat:queueChanged', (queue) => queue.waiting === 1);
  const { held } = await say(lea, 'here is a s p o i l e r');
  await waiting;
  const queue = await moderator.request('chat:queue');
  expect(queue).toMatchObject({ waiting: 1, held: [{ id: held.id, from: { identity: 'lea' } }] });
  const told = lea.next('chat:held', ({ state }) => state === 'allowed');
  const shown = creator.next('chat:frame', ({ entries }) => entries.some((entry) => entry.kind === 'message'));
  await moderator.request('chat:review', { id: held.id, decision: 'allow' });
  expect(await told).toMatchObject({ id: held.id });
  await shown;
  expect(await creator.refusal('chat:review', { id: held.id, decision: 'refuse' })).toBe('already_reviewed');
  const audit = await moderator.request('chat:audit');
  expect(audit.acts.map((act: { kind: string }) => act.kind)).toEqual(expect.arrayContaining(['review', 'words']));
  await creator.request('chat:setWords', { words: [] });
});

test('R55: after a reload the author still sees held messages, and refused ones with the reason', async () => {
  const { join } = await openRoom();
  using creator = await join({ identity: 'ada', role: 'creator' });
  await creator.request('chat:setWords', { words: [{ pattern: 'spoiler', action: 'hold' }] });
  const lea = await join({ identity: 'lea' });
  const texts = ['a spoiler that waits', 'a spoiler that is refused', 'a spoiler that is allowed'];
  const held: { id: string }[] = [];
  for (const text of texts) held.push((await say(lea, text)).held);
  const [waiting, refused, allowed] = held.map(({ id }) => id);
  await creator.request('chat:review', { id: refused, decision: 'refuse', reason: 'not tonight' });
  await creator.request('chat:review', { id: allowed, decision: 'allow' });
  lea.socket.close();
  using back = await join({ identity: 'lea' });
  expect(back.welcome.inside?.held).toMatchObject([
    { id: waiting, text: texts[0], state: 'held', reason: null },
    { id: refused, text: texts[1], state: 'refused', reason: 'not tonight' },
  ]);
  using tom = await join({ identity: 'tom' });
  expect(tom.welcome.inside?.held).toEqual([]);
  await creator.request('chat:setWords', { words: [] });
});

test('R56: poll votes are counted live, and restored after a reconnect', async () => {
  const { join } = await openRoom();
  using creator = await join({ identity: 'ada', role: 'creator' });
  using lea = await join({ identity: 'lea' });
  const asked = lea.next('chat:state', ({ poll }) => poll !== null);
  const { poll } = await creator.request('chat:startPoll', { question: 'Which?', options: ['One', 'Two'] });
  expect((await asked).poll).toEqual(poll);
  const counted = creator.next('chat:pollVotes');
  await lea.request('chat:vote', { poll: poll.id, option: 1 });
  expect(await counted).toEqual({ poll: poll.id, votes: [0, 1] });
  await lea.request('chat:vote', { poll: poll.id, option: 1 });
  expect(await lea.refusal('chat:vote', { poll: poll.id, option: 0 })).toBe('already_voted');
  using again = await join({ identity: 'lea' });
  expect(again.welcome.inside?.ownVote).toEqual({ poll: poll.id, option: 1 });
  expect(again.welcome.inside?.chatState.poll?.options.map((option) => option.votes)).toEqual([0, 1]);
  const over = lea.next('chat:state', (state) => state.poll?.closed === true);
  await creator.request('chat:closePoll');
  expect((await over).poll?.options[1]).toMatchObject({ votes: 1 });
  expect(await lea.refusal('chat:vote', { poll: poll.id, option: 1 })).toBe('poll_closed');
});

test('reactions are sent as sums, hands as a number, and to moderators with names', async () => {
  const { join } = await openRoom();
  using moderator = await join({ identity: 'mo', role: 'moderator' });
  using lea = await join({ identity: 'lea' });
  using tom = await join({ identity: 'tom' });
  const reactions: Record<string, number>[] = [];
  tom.socket.on('chat:reactions', ({ counts }) => reactions.push(counts));
  await Promise.all(Array.from({ length: 20 }, () => lea.request('chat:react', { emoji: '🔥' })));
  await tom.request('chat:react', { emoji: '👏' });
  await expect.poll(() => [sum(reactions, '🔥'), sum(reactions, '👏')]).toEqual([20, 1]);
  expect(reactions.length).toBeLessThan(6);
  expect(await lea.refusal('chat:react', { emoji: '💩' })).toBe('invalid_request');

  const counted = tom.next('chat:hands', ({ count }) => count === 1);
  const named = moderator.next('chat:hands', ({ hands }) => hands?.length === 1);
  await lea.request('chat:raiseHand', { raised: true });
  expect(await counted).toEqual({ count: 1 });
  expect((await named).hands).toMatchObject([{ identity: 'lea' }]);
  expect((await moderator.request('chat:hands')).hands).toMatchObject([{ identity: 'lea', name: 'lea' }]);
  // Leaving lowers the hand.
  const down = moderator.next('chat:hands', ({ count }) => count === 0);
  lea.socket.close();
  await down;
});

test('R16: a gateway that is alone shows a message whose commit was not confirmed', async () => {
  const { join } = await openRoom();
  using lea = await join({ identity: 'lea' });
  using tom = await join({ identity: 'tom' });
  const { appendAll } = ChatStore.prototype;
  using _lost = vi.spyOn(ChatStore.prototype, 'appendAll').mockImplementationOnce(async function (
    this: ChatStore,
    all,
  ) {
    await appendAll.call(this, all);
    throw new Error('Connection terminated');
  });
  const shown = tom.next('chat:frame');
  expect(await lea.refusal('chat:send', { clientId: createId('event'), text: 'unconfirmed' })).toBe('internal');
  const now = performance.now.bind(performance);
  // Time for the next comparison with the database.
  using _later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_000);
  expect((await shown).entries).toMatchObject([{ seq: 1, text: 'unconfirmed' }]);
});

test('lists the people in the room by name, moderators first', async () => {
  const { join } = await openRoom();
  using creator = await join({ identity: 'ada', role: 'creator' });
  using lea = await join({ identity: 'lea' });
  using _tab = await join({ identity: 'lea' });
  using _moderator = await join({ identity: 'mo', role: 'moderator' });
  const people = await lea.request('chat:people');
  expect(people).toMatchObject({ total: 3, exact: true });
  expect(people.people.map((person: Who) => person.identity)).toEqual(['ada', 'mo', 'lea']);
  expect((await creator.request('chat:people', { query: 'LE' })).people).toMatchObject([{ identity: 'lea' }]);
});

test('R19, R57: replies, removal and a report, over the wire', async () => {
  const { join } = await openRoom();
  using moderator = await join({ identity: 'mo', role: 'moderator' });
  using lea = await join({ identity: 'lea' });
  using tom = await join({ identity: 'tom' });
  const { message } = await say(lea, 'a hurtful thing');
  const { message: reply } = await say(tom, 'do not say that', { replyTo: message.id, mentions: ['lea'] });
  expect(reply).toMatchObject({ mentions: ['lea'], replyTo: { id: message.id, excerpt: 'a hurtful thing' } });
  const { report } = await tom.request('chat:report', { messageId: message.id, category: 'harassment' });
  expect(report).toMatch(/^evidence_/);
  await moderator.request('chat:remove', { messageId: message.id, reason: 'hurtful' });
  const context = await moderator.request('chat:context', { messageId: message.id });
  expect(context).toMatchObject({
    message: { text: 'a hurtful thing', removed: true },
    author: { removed: 1, restriction: { kind: null } },
  });
  using late = await join({ identity: 'late' });
  expect(late.welcome.inside?.chat.entries).toMatchObject([
    { kind: 'message', text: '', removed: true },
    { kind: 'message', replyTo: { excerpt: '' } },
    { kind: 'removal', messageId: message.id, by: 'mo', reason: 'hurtful' },
  ]);
});

function sum(all: Record<string, number>[], emoji: string): number {
  return all.reduce((total, counts) => total + (counts[emoji] ?? 0), 0);
}
