import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry, ChatMessage } from '../../../server/protocol/chat/chat.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import type { RequestInput, RequestName } from '../../../server/protocol/realtime.ts';
import { fromWire, LogeError } from '../errors.ts';
import type { ChatItem } from '../events.ts';
import { CHAT } from '../limits.ts';
import { Chat } from './chat.ts';
import { ChatOutbox, type SendAnswer } from './chat-outbox.ts';

const from = { identity: 'fan-1', name: 'Fan', role: 'fan' as const };

/** The server's log, with answers to the chat's two requests. */
class ServerLog {
  readonly entries: ChatEntry[] = [];
  readonly requests: string[] = [];
  readonly #byClientId = new Map<string, ChatMessage>();
  /** Older entries no longer exist. */
  oldestSeq = 1;

  add(text: string): ChatMessage {
    const seq = this.entries.length + 1;
    const entry: ChatMessage = {
      kind: 'message',
      id: `msg_${String(seq).padStart(8, '0')}`,
      seq,
      from,
      text,
      sentAt: '2030-01-01T00:00:00.000Z',
    };
    this.entries.push(entry);
    return entry;
  }

  page({ since, before, limit = 200 }: { since?: number; before?: number; limit?: number }) {
    const there = this.entries.filter(({ seq }) => seq >= this.oldestSeq);
    const entries =
      since === undefined
        ? there.filter(({ seq }) => before === undefined || seq < before).slice(-limit)
        : there.filter(({ seq }) => seq > since).slice(0, limit);
    return { entries, lastSeq: this.entries.length };
  }

  #isSilent = false;

  /** While silent, history requests time out. */
  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
  }

  readonly #faults: { error: LogeError; afterActing: boolean }[] = [];
  readonly #holds: string[] = [];

  /** The next message is refused, or its answer is lost after the server has stored it. */
  failNext(error: LogeError, { afterActing = false } = {}): void {
    this.#faults.push({ error, afterActing });
  }

  holdNext(id: string): void {
    this.#holds.push(id);
  }

  readonly request = async <N extends RequestName>(name: N, input: RequestInput<N>): Promise<never> => {
    this.requests.push(name);
    if (name === 'chat:history' && this.#isSilent) throw new LogeError('timeout');
    if (name === 'chat:history') return this.page(input as { since?: number; before?: number }) as never;
    const { clientId, text } = input as { clientId: string; text: string };
    const fault = this.#faults.shift();
    if (fault && !fault.afterActing) throw fault.error;
    const id = this.#holds.shift();
    if (id) return { held: { id, reason: 'words' } } as never;
    const message = this.#byClientId.get(clientId) ?? this.add(text);
    this.#byClientId.set(clientId, message);
    if (fault) throw fault.error;
    return { message } as never;
  };
}

function createChat() {
  const server = new ServerLog();
  const events: { name: string; payload: unknown }[] = [];
  const chat = new Chat({
    connection: { request: server.request, requestReliably: server.request },
    emit: (name, payload) => events.push({ name, payload }),
    log: () => {},
  });
  const emitted = (name: string) => events.filter((event) => event.name === name).map(({ payload }) => payload);
  const emittedSeqs = () => (emitted('chatMessage') as ChatMessage[]).map(({ seq }) => seq);
  return { server, chat, emitted, emittedSeqs };
}

/** What the server sends on entering and after a reconnect. */
function insideOf(server: ServerLog) {
  const mode = { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false };
  const state = { mode, panic: false, pinned: null, poll: null, linksAllowed: false, reactionSet: [] };
  const restriction = { kind: null, scope: 'room', until: null, reason: null, byRole: null } as const;
  return {
    chat: server.page({}),
    chatState: { ...state, version: 1 },
    restriction,
    ownVote: null,
    held: [],
    muted: [],
  };
}

const seqs = (items: readonly ChatItem[]) => items.map(({ seq }) => seq);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Chat', () => {
  it('emits only messages after the first page', () => {
    const { server, chat, emittedSeqs, emitted } = createChat();
    server.add('one');
    server.add('two');
    chat.handlePage(server.page({}));
    expect(emittedSeqs()).toEqual([]);
    expect(emitted('chatHistory')).toHaveLength(1);
    chat.handleFrame({ entries: [server.add('three')] });
    expect(emittedSeqs()).toEqual([3]);
  });

  it('R62: hides what a muted fan writes, but no tip and nothing of the creator, until it is shown again', () => {
    const { server, chat, emittedSeqs, emitted } = createChat();
    const muted = [{ identity: from.identity, name: from.name }];
    const [one, two] = [server.add('one'), { ...server.add('two'), from: { ...from, role: 'creator' as const } }];
    const reply = { ...server.add('three'), from: { ...from, identity: 'fan-2' } };
    const quoting = { ...reply, replyTo: { id: one.id, from, excerpt: 'one' } };
    const tip = { kind: 'tip' as const, id: 'tip_00000004' as const, seq: 4, from, amountMinor: 500, currency: 'eur' };
    chat.handleInside({ ...insideOf(server), chat: { entries: [], lastSeq: 0 }, muted });
    chat.handleFrame({ entries: [one, two, quoting, { ...tip, message: 'words', sentAt: one.sentAt }] });
    expect(emittedSeqs()).toEqual([2, 3]);
    expect(emitted('tipReceived')).toMatchObject([{ amountMinor: 500, message: null }]);
    expect(seqs(chat.messages)).toEqual([2, 3, 4]);
    expect(JSON.stringify(chat.messages)).not.toMatch(/"one"|words/);
    expect(chat.messages).toBe(chat.messages);

    chat.handlers['chat:muted']({ muted: [] });
    expect(seqs(chat.messages)).toEqual([1, 2, 3, 4]);
    expect(chat.messages[2]).toEqual(quoting);
    expect(emitted('chatMuted')).toEqual([muted, []]);
  });

  it('R62: hides nothing from whoever keeps order', () => {
    const { server, chat } = createChat();
    server.add('one');
    chat.handleRights({ moderate: true });
    chat.handleInside({ ...insideOf(server), muted: [{ identity: from.identity, name: from.name }] });
    expect(seqs(chat.messages)).toEqual([1]);
    chat.handleRights({ moderate: false });
    expect(seqs(chat.messages)).toEqual([]);
  });

  it('fetches a missing entry once, and emits in order', async () => {
    const { server, chat, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.add('lost');
    chat.handleFrame({ entries: [server.add('seen')] });
    expect(emittedSeqs()).toEqual([]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    expect(emittedSeqs()).toEqual([1, 2]);
    expect(server.requests).toEqual(['chat:history']);
  });

  it('fetches nothing when the missing entry arrives in time', async () => {
    const { server, chat, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    const first = server.add('first');
    chat.handleFrame({ entries: [server.add('second')] });
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs / 2);
    chat.handleFrame({ entries: [first] });
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs * 2);
    expect(emittedSeqs()).toEqual([1, 2]);
    expect(server.requests).toEqual([]);
  });

  it('retries a failed fetch with backoff, also in a quiet room', async () => {
    const { server, chat, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.setSilent(true);
    server.add('lost');
    chat.handleFrame({ entries: [server.add('seen')] });
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(emittedSeqs()).toEqual([]);
    // Ten seconds of backoff with jitter.
    expect(server.requests.length).toBeGreaterThan(5);
    expect(server.requests.length).toBeLessThan(20);
    server.setSilent(false);
    await vi.advanceTimersByTimeAsync(CHAT.gapBackoffMs.at(-1) ?? 0);
    expect(emittedSeqs()).toEqual([1, 2]);
    const requests = server.requests.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.requests).toHaveLength(requests);
  });

  it('repairs a gap that appears while another is being fetched', async () => {
    const { server, chat, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.add('lost');
    const seen = server.add('seen');
    const page = server.page({});
    server.add('lost later');
    const last = server.add('seen later');
    const request = vi.spyOn(server, 'page').mockImplementationOnce(() => {
      // A frame overtakes the page.
      chat.handleFrame({ entries: [last] });
      return page;
    });
    for (let pages = 1; pages <= CHAT.gapPages; pages += 1) request.mockReturnValueOnce(page);
    chat.handleFrame({ entries: [seen] });
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    await vi.advanceTimersByTimeAsync(CHAT.gapBackoffMs[0]);
    expect(emittedSeqs()).toEqual([1, 2, 3, 4]);
  });

  it('resumes after a reconnect with all missed messages, also more than a page', async () => {
    const { server, chat, emittedSeqs } = createChat();
    for (let index = 0; index < 10; index += 1) server.add('before');
    chat.handlePage(server.page({ limit: 50 }));
    expect(chat.since).toBe(10);
    for (let index = 0; index < 350; index += 1) server.add('missed');
    // After more than a page, the welcome carries the newest page only.
    chat.handlePage(server.page({ limit: 50 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(emittedSeqs()).toEqual(Array.from({ length: 350 }, (_, index) => 11 + index));
    expect(chat.since).toBe(360);
  });

  it('skips to the newest page and emits the gap when too much was missed', async () => {
    const { server, chat, emitted, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    for (let index = 0; index < 5_000; index += 1) server.add('missed');
    chat.handlePage(server.page({ limit: 50 }));
    await vi.advanceTimersByTimeAsync(0);
    const fetched = CHAT.gapPages * 200;
    expect(emitted('chatGap')).toEqual([{ fromSeq: fetched + 1, toSeq: 4_800 }]);
    expect(emittedSeqs().at(-1)).toBe(5_000);
    // Removals in the gap would not reach older messages, so that the newest page replaces them.
    expect(emitted('chatHistory')).toHaveLength(2);
    expect(seqs(chat.messages)).toEqual(Array.from({ length: 200 }, (_, index) => 4_801 + index));
    expect(chat.hasEarlier).toBe(true);
  });

  it('starts over when the server has lost its log', () => {
    const { server, chat } = createChat();
    for (let index = 0; index < 5; index += 1) server.add('old');
    chat.handlePage(server.page({}));
    const { server: fresh } = createChat();
    fresh.add('new');
    chat.handlePage(fresh.page({}));
    expect(chat.messages).toMatchObject([{ seq: 1, text: 'new' }]);
  });

  it('emits an own message with its answer, and not again with the frame', async () => {
    const { server, chat, emittedSeqs } = createChat();
    chat.handlePage(server.page({}));
    const sent = await chat.send('hello');
    expect(sent).toMatchObject({ seq: 1, text: 'hello' });
    chat.handleFrame({ entries: [server.entries[0] as ChatEntry] });
    expect(emittedSeqs()).toEqual([1]);
  });

  it('keeps the order of messages that are sent at the same time', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = await Promise.all(['a', 'b', 'c', 'd'].map((text) => chat.send(text)));
    expect(sent).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }]);
  });

  it('rejects messages past the limit of pending ones', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const waiting = Array.from({ length: CHAT.pendingMessages }, () => chat.send('x'));
    await expect(chat.send('one too many')).rejects.toMatchObject({ code: 'too_many_pending' });
    await Promise.all(waiting);
    await expect(chat.send('room again')).resolves.toBeDefined();
  });

  it('emits a removal with its reason', async () => {
    const { server, chat, emitted } = createChat();
    const message = server.add('rude');
    chat.handlePage(server.page({}));
    const { id } = message;
    chat.handleFrame({
      entries: [{ kind: 'removal', seq: 2, messageId: id, by: 'mod', reason: 'insult', sentAt: message.sentAt }],
    });
    expect(emitted('chatMessageRemoved')).toEqual([{ id, by: 'mod', reason: 'insult', seq: 2 }]);
    expect(chat.messages).toMatchObject([{ id, text: '', removed: true }]);
  });

  it('loads earlier pages up to the start of the log', async () => {
    const { server, chat } = createChat();
    for (let index = 0; index < 300; index += 1) server.add('past');
    chat.handlePage(server.page({ limit: 50 }));
    expect(chat.hasEarlier).toBe(true);
    expect(await chat.loadEarlier()).toBe(true);
    expect(await chat.loadEarlier()).toBe(false);
    expect(seqs(chat.messages)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('lists an own message as outgoing until the log reaches it', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('hello');
    expect(chat.outgoing).toMatchObject([{ text: 'hello', state: 'pending' }]);
    // Another message came first, and its frame is still in flight.
    const first = server.add('I was first');
    await sent;
    expect(chat.outgoing).toMatchObject([{ text: 'hello', state: 'sent' }]);
    expect(chat.messages).toEqual([]);
    chat.handleFrame({ entries: [first] });
    expect(chat.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(chat.outgoing).toEqual([]);
  });

  it('keeps a failed message, and retries it with the same id', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    server.failNext(new LogeError('timeout'), { afterActing: true });
    await expect(chat.send('once only')).rejects.toMatchObject({ code: 'timeout' });
    const [failed] = chat.outgoing;
    expect(failed).toMatchObject({ state: 'failed', text: 'once only', error: { code: 'timeout' } });
    await chat.retry(failed?.clientId ?? '');
    expect(server.entries).toHaveLength(1);
    expect(chat.messages).toMatchObject([{ text: 'once only' }]);
    expect(chat.outgoing).toEqual([]);
  });

  it('discards a failed message, but not one that is being sent', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('on its way');
    chat.discard(chat.outgoing[0]?.clientId ?? '');
    expect(chat.outgoing).toHaveLength(1);
    await sent;
    server.failNext(fromWire(new AppError('message_refused').toWire()));
    await expect(chat.send('no')).rejects.toMatchObject({ code: 'message_refused' });
    chat.discard(chat.outgoing[0]?.clientId ?? '');
    expect(chat.outgoing).toEqual([]);
  });

  it('tells the author that a message is held, and the decision', async () => {
    const { server, chat, emitted } = createChat();
    chat.handlePage(server.page({}));
    server.holdNext('held_00000001');
    server.holdNext('held_00000002');
    await expect(chat.send('one')).resolves.toMatchObject({ kind: 'held', id: 'held_00000001' });
    await chat.send('two');
    expect(chat.outgoing).toMatchObject([{ state: 'held' }, { state: 'held' }]);
    chat.handlers['chat:held']({ id: 'held_00000001', state: 'allowed', reason: null });
    chat.handlers['chat:held']({ id: 'held_00000002', state: 'refused', reason: 'insults' });
    expect(chat.outgoing).toMatchObject([{ text: 'two', state: 'refused', reason: 'insults' }]);
    expect(emitted('chatHeld')).toHaveLength(2);
  });

  it('restores held messages after a reload, and applies missed decisions', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const ids = ['held_00000001', 'held_00000002', 'held_00000003'] as const;
    for (const id of ids) {
      server.holdNext(id);
      await chat.send(`text of ${id}`);
    }
    const inside = insideOf(server);
    const [first, second] = chat.outgoing.map(({ clientId, text }, index) => ({
      id: ids[index] ?? ids[0],
      clientId,
      text,
      replyTo: null,
      mentions: [],
    }));
    if (!first || !second) throw new Error('not held');
    const held = [
      { ...first, state: 'held', reason: null } as const,
      { ...second, state: 'refused', reason: 'no' } as const,
    ];
    // The third message was allowed meanwhile.
    chat.handleInside({ ...inside, held });
    const expected = [
      { text: first.text, state: 'held' },
      { text: second.text, state: 'refused', reason: 'no' },
    ];
    expect(chat.outgoing).toMatchObject(expected);
    const { chat: reloaded } = createChat();
    reloaded.handleInside({ ...inside, held });
    expect(reloaded.outgoing).toMatchObject(expected);
    reloaded.discard(second.clientId);
    reloaded.handleInside({ ...inside, held });
    expect(reloaded.outgoing).toMatchObject([expected[0]]);
  });

  it('keeps a message refused that was reviewed before the answer to it arrived', async () => {
    const { promise, resolve } = Promise.withResolvers<SendAnswer>();
    const outbox = new ChatOutbox({ request: () => promise, deliver: () => true, onChange: () => {} });
    const sending = outbox.send({ text: 'one' });
    const { clientId = '' } = outbox.messages[0] ?? {};
    const own = { id: 'held_00000001', clientId, text: 'one', replyTo: null, mentions: [] } as const;
    outbox.restoreHeld([{ ...own, mentions: [], state: 'refused', reason: 'insults' }]);
    resolve({ held: { id: own.id } });
    await sending;
    expect(outbox.messages).toMatchObject([{ clientId, heldId: own.id, state: 'refused', reason: 'insults' }]);
  });

  it('erases a person from the shown messages, also from mentions and quotes', () => {
    const { server, chat } = createChat();
    const said = server.add('mine');
    const other = { identity: 'fan-2', name: 'Other', role: 'fan' as const };
    const { id } = said;
    const answer = {
      ...server.add('@Fan yes'),
      from: other,
      mentions: ['fan-1'],
      replyTo: { id, from, excerpt: 'mine' },
    };
    server.entries[1] = answer;
    chat.handlePage(server.page({}));
    chat.handlers['chat:erased']({ identity: 'fan-1' });
    expect(chat.messages).toMatchObject([
      { text: '', erased: true, from: { identity: 'erased', name: 'Erased' } },
      { text: '@Erased yes', from: other, mentions: ['erased'], replyTo: { excerpt: '' } },
    ]);
    expect(JSON.stringify(chat.messages)).not.toContain('"fan-1"');
  });

  it('inserts an own message that was sampled out in its place', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('mine');
    chat.handleFrame({ entries: [], sampled: { dropped: 1, ranges: [[1, 1]] } });
    await sent;
    chat.handleFrame({ entries: [server.add('later')] });
    expect(chat.messages).toMatchObject([{ text: 'mine' }, { text: 'later' }]);
    expect(server.requests).toEqual(['chat:send']);
  });

  it('emits how much of a busy room is shown, and the end of sampling', async () => {
    const { server, chat, emitted } = createChat();
    chat.handlePage(server.page({}));
    chat.handleFrame({ entries: [], sampled: { dropped: 30, ranges: [[1, 30]] } });
    await vi.advanceTimersByTimeAsync(CHAT.sampledReportMs);
    expect(chat.sampling).toMatchObject({ shown: 0, total: 30 });
    await vi.advanceTimersByTimeAsync(CHAT.sampledQuietMs + CHAT.sampledReportMs);
    expect(chat.sampling).toBeNull();
    expect(emitted('chatSampled').at(-1)).toBeNull();
  });

  it('keeps the state with the higher version, and emits a restriction once', () => {
    const { chat, emitted } = createChat();
    const mode = { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false };
    const state = { mode, panic: false, pinned: null, poll: null, linksAllowed: false, reactionSet: [] };
    const paused = { ...state, version: 3, mode: { ...mode, paused: true } };
    chat.handlers['chat:state'](paused);
    chat.handlers['chat:state']({ ...state, version: 2 });
    expect(chat.mode?.paused).toBe(true);
    const timeout = { kind: 'timeout', scope: 'room', until: null, reason: 'spam', byRole: 'moderator' } as const;
    for (let times = 0; times < 2; times += 1) chat.handlers['chat:restriction'](timeout);
    expect(emitted('chatRestriction')).toEqual([timeout]);
    chat.handlers['chat:restriction']({ ...timeout, kind: null });
    expect(emitted('chatRestriction').at(-1)).toBeNull();
    expect(chat.restriction).toBeNull();
  });

  it('emits no change for hands that stay up during a reconnect, and the end of those that do not', () => {
    const { server, chat, emitted } = createChat();
    const hands = [{ identity: 'lea', name: 'Léa', since: '2030-01-01T20:00:00.000Z' }];
    for (let connections = 0; connections < 2; connections += 1) {
      chat.handleInside(insideOf(server));
      chat.handlers['chat:hands']({ count: 1, hands });
    }
    expect(emitted('chatHands')).toEqual([{ count: 1, hands }]);
    chat.handleInside(insideOf(server));
    chat.handlers['chat:hands']({ count: 0, hands: [] });
    expect(emitted('chatHands').at(-1)).toEqual({ count: 0, hands: [] });
  });

  it('shows who raised a hand, and how much waits for review, no longer to a former moderator', () => {
    const { server, chat, emitted } = createChat();
    const hands = [{ identity: 'lea', name: 'Léa', since: '2030-01-01T20:00:00.000Z' }];
    chat.handleInside(insideOf(server));
    chat.handlers['chat:hands']({ count: 1, hands });
    chat.handlers['chat:queueChanged']({ waiting: 2 });
    chat.handleRights({ moderate: true });
    expect([chat.hands.hands, chat.waiting]).toEqual([hands, 2]);
    chat.handleRights({ moderate: false });
    expect([chat.hands, chat.waiting]).toEqual([{ count: 1, hands: [] }, 0]);
    expect([emitted('chatHands').at(-1), emitted('chatQueue').at(-1)]).toEqual([chat.hands, { waiting: 0 }]);
  });

  it('is cleared when access ends', () => {
    const { server, chat } = createChat();
    server.add('secret');
    chat.handlePage(server.page({}));
    chat.close();
    expect(chat.messages).toEqual([]);
    expect(chat.since).toBeUndefined();
  });
});
