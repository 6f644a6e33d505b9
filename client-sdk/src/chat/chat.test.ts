import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry, ChatMessage } from '../../../server/protocol/chat.ts';
import type { RequestInput, RequestName } from '../../../server/protocol/realtime.ts';
import { LogeError } from '../errors.ts';
import type { ChatItem } from '../events.ts';
import { CHAT } from '../limits.ts';
import { Chat } from './chat.ts';

const from = { identity: 'fan-1', name: 'Fan', role: 'fan' as const };

/** A log as the server keeps it, answered over the two requests of the chat. */
class ServerLog {
  readonly entries: ChatEntry[] = [];
  readonly requests: string[] = [];
  readonly #byClientId = new Map<string, ChatMessage>();
  /** What is older than this exists no more. */
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

  /** Whether the history is answered. */
  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
  }

  readonly #faults: { error: LogeError; afterActing: boolean }[] = [];
  readonly #holds: string[] = [];

  /** The next message is refused, or its answer is lost after the server has it. */
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
  const told = (name: string) => events.filter((event) => event.name === name).map(({ payload }) => payload);
  const toldSeqs = () => (told('chatMessage') as ChatMessage[]).map(({ seq }) => seq);
  return { server, chat, told, toldSeqs };
}

const seqs = (items: readonly ChatItem[]) => items.map(({ seq }) => seq);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Chat', () => {
  it('takes the first page as the past and tells only what follows', () => {
    const { server, chat, toldSeqs, told } = createChat();
    server.add('one');
    server.add('two');
    chat.handlePage(server.page({}));
    expect(toldSeqs()).toEqual([]);
    expect(told('chatHistory')).toHaveLength(1);
    chat.handleEntries([server.add('three')]);
    expect(toldSeqs()).toEqual([3]);
  });

  it('fetches what a frame left out, once, and in order', async () => {
    const { server, chat, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.add('lost');
    chat.handleEntries([server.add('seen')]);
    expect(toldSeqs()).toEqual([]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    expect(toldSeqs()).toEqual([1, 2]);
    expect(server.requests).toEqual(['chat:history']);
  });

  it('asks for nothing when the missing entry comes in time', async () => {
    const { server, chat, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    const first = server.add('first');
    chat.handleEntries([server.add('second')]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs / 2);
    chat.handleEntries([first]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs * 2);
    expect(toldSeqs()).toEqual([1, 2]);
    expect(server.requests).toEqual([]);
  });

  it('asks again for what it did not get, slower each time, also when nobody says anything more', async () => {
    const { server, chat, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.setSilent(true);
    server.add('lost');
    chat.handleEntries([server.add('seen')]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(toldSeqs()).toEqual([]);
    // In ten seconds every attempt comes later than the one before, up to the last wait, half of it by chance.
    expect(server.requests.length).toBeGreaterThan(5);
    expect(server.requests.length).toBeLessThan(20);
    server.setSilent(false);
    await vi.advanceTimersByTimeAsync(CHAT.gapBackoffMs.at(-1) ?? 0);
    expect(toldSeqs()).toEqual([1, 2]);
    const asked = server.requests.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.requests).toHaveLength(asked);
  });

  it('sees a gap that comes up while another is being fetched', async () => {
    const { server, chat, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    server.add('lost');
    const seen = server.add('seen');
    const page = server.page({});
    server.add('lost later');
    const last = server.add('seen later');
    const request = vi.spyOn(server, 'page').mockImplementationOnce(() => {
      // On its way, the page is overtaken by a frame.
      chat.handleEntries([last]);
      return page;
    });
    for (let pages = 1; pages <= CHAT.gapPages; pages += 1) request.mockReturnValueOnce(page);
    chat.handleEntries([seen]);
    await vi.advanceTimersByTimeAsync(CHAT.gapWaitMs);
    await vi.advanceTimersByTimeAsync(CHAT.gapBackoffMs[0]);
    expect(toldSeqs()).toEqual([1, 2, 3, 4]);
  });

  it('resumes after a reconnect with everything that was missed, also more than a page', async () => {
    const { server, chat, toldSeqs } = createChat();
    for (let index = 0; index < 10; index += 1) server.add('before');
    chat.handlePage(server.page({ limit: 50 }));
    expect(chat.since).toBe(10);
    for (let index = 0; index < 350; index += 1) server.add('missed');
    // Whoever missed more than a page is welcomed with the newest page.
    chat.handlePage(server.page({ limit: 50 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(toldSeqs()).toEqual(Array.from({ length: 350 }, (_, index) => 11 + index));
    expect(chat.since).toBe(360);
  });

  it('jumps to the newest page and says what it left out when far too much was missed', async () => {
    const { server, chat, told, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    for (let index = 0; index < 5_000; index += 1) server.add('missed');
    chat.handlePage(server.page({ limit: 50 }));
    await vi.advanceTimersByTimeAsync(0);
    const fetched = CHAT.gapPages * 200;
    expect(told('chatGap')).toEqual([{ fromSeq: fetched + 1, toSeq: 4_800 }]);
    expect(toldSeqs().at(-1)).toBe(5_000);
    expect(seqs(chat.messages)).toHaveLength(CHAT.keptEntries);
  });

  it('starts over when the server lost its log', () => {
    const { server, chat } = createChat();
    for (let index = 0; index < 5; index += 1) server.add('old');
    chat.handlePage(server.page({}));
    const { server: fresh } = createChat();
    fresh.add('new');
    chat.handlePage(fresh.page({}));
    expect(chat.messages).toMatchObject([{ seq: 1, text: 'new' }]);
  });

  it('shows an own message with its answer, and not again with the frame', async () => {
    const { server, chat, toldSeqs } = createChat();
    chat.handlePage(server.page({}));
    const sent = await chat.send('hello');
    expect(sent).toMatchObject({ seq: 1, text: 'hello' });
    chat.handleEntries([server.entries[0] as ChatEntry]);
    expect(toldSeqs()).toEqual([1]);
  });

  it('keeps the order of messages that are sent at once', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = await Promise.all(['a', 'b', 'c', 'd'].map((text) => chat.send(text)));
    expect(sent).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }]);
  });

  it('refuses more messages than may wait', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const waiting = Array.from({ length: CHAT.pendingMessages }, () => chat.send('x'));
    await expect(chat.send('one too many')).rejects.toMatchObject({ code: 'too_many_pending' });
    await Promise.all(waiting);
    await expect(chat.send('room again')).resolves.toBeDefined();
  });

  it('tells a removal with its reason', async () => {
    const { server, chat, told } = createChat();
    const message = server.add('rude');
    chat.handlePage(server.page({}));
    const { id } = message;
    chat.handleEntries([
      { kind: 'removal', seq: 2, messageId: id, by: 'mod', reason: 'insult', sentAt: message.sentAt },
    ]);
    expect(told('chatMessageRemoved')).toEqual([{ id, by: 'mod', reason: 'insult', seq: 2 }]);
    expect(chat.messages).toMatchObject([{ id, text: '', removed: true }]);
  });

  it('reads further back until there is nothing before', async () => {
    const { server, chat } = createChat();
    for (let index = 0; index < 300; index += 1) server.add('past');
    chat.handlePage(server.page({ limit: 50 }));
    expect(chat.hasEarlier).toBe(true);
    expect(await chat.loadEarlier()).toBe(true);
    expect(await chat.loadEarlier()).toBe(false);
    expect(seqs(chat.messages)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('shows an own message at once, and until its place in the order has come', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('hello');
    expect(chat.outgoing).toMatchObject([{ text: 'hello', state: 'pending' }]);
    // Somebody else was first, and their frame is still on its way.
    const first = server.add('I was first');
    await sent;
    expect(chat.outgoing).toMatchObject([{ text: 'hello', state: 'sent' }]);
    expect(chat.messages).toEqual([]);
    chat.handleEntries([first]);
    expect(chat.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(chat.outgoing).toEqual([]);
  });

  it('keeps a message that failed, and sends it again by the same id', async () => {
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

  it('lets a failed message be discarded, and none that is on its way', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('on its way');
    chat.discard(chat.outgoing[0]?.clientId ?? '');
    expect(chat.outgoing).toHaveLength(1);
    await sent;
    server.failNext(new LogeError('message_refused'));
    await expect(chat.send('no')).rejects.toMatchObject({ code: 'message_refused' });
    chat.discard(chat.outgoing[0]?.clientId ?? '');
    expect(chat.outgoing).toEqual([]);
  });

  it('tells the author that a message is held, and how that ends', async () => {
    const { server, chat, told } = createChat();
    chat.handlePage(server.page({}));
    server.holdNext('held_00000001');
    server.holdNext('held_00000002');
    await expect(chat.send('one')).resolves.toMatchObject({ kind: 'held', id: 'held_00000001' });
    await chat.send('two');
    expect(chat.outgoing).toMatchObject([{ state: 'held' }, { state: 'held' }]);
    chat.handlers['chat:held']({ id: 'held_00000001', state: 'allowed', reason: null });
    chat.handlers['chat:held']({ id: 'held_00000002', state: 'refused', reason: 'insults' });
    expect(chat.outgoing).toMatchObject([{ text: 'two', state: 'refused', reason: 'insults' }]);
    expect(told('chatHeld')).toHaveLength(2);
  });

  it('shows what is held after a reload, and hears of reviews that ended while it was away', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const ids = ['held_00000001', 'held_00000002', 'held_00000003'] as const;
    for (const id of ids) {
      server.holdNext(id);
      await chat.send(`text of ${id}`);
    }
    const mode = { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false };
    const chatState = {
      version: 1,
      mode,
      panic: false,
      pinned: null,
      poll: null,
      linksAllowed: false,
      reactionSet: [],
    };
    const restriction = { kind: null, scope: 'room', until: null, reason: null, byRole: null } as const;
    const inside = { chat: server.page({}), chatState, restriction, ownVote: null };
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
    // The third one was allowed meanwhile.
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

  it('takes whoever was erased out of what is shown, also where others name or quote them', () => {
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

  it('puts an own message that was left out for the others in its place', async () => {
    const { server, chat } = createChat();
    chat.handlePage(server.page({}));
    const sent = chat.send('mine');
    chat.handleFrame({ entries: [], sampled: { dropped: 1, ranges: [[1, 1]] } });
    await sent;
    chat.handleFrame({ entries: [server.add('later')] });
    expect(chat.messages).toMatchObject([{ text: 'mine' }, { text: 'later' }]);
    expect(server.requests).toEqual(['chat:send']);
  });

  it('tells how much of a busy room is shown, and when everything is again', async () => {
    const { server, chat, told } = createChat();
    chat.handlePage(server.page({}));
    chat.handleFrame({ entries: [], sampled: { dropped: 30, ranges: [[1, 30]] } });
    await vi.advanceTimersByTimeAsync(CHAT.sampledTellMs);
    expect(chat.sampling).toMatchObject({ shown: 0, total: 30 });
    await vi.advanceTimersByTimeAsync(CHAT.sampledQuietMs + CHAT.sampledTellMs);
    expect(chat.sampling).toBeNull();
    expect(told('chatSampled').at(-1)).toBeNull();
  });

  it('takes the state with the higher version, and tells a restriction once', () => {
    const { chat, told } = createChat();
    const mode = { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false };
    const state = { mode, panic: false, pinned: null, poll: null, linksAllowed: false, reactionSet: [] };
    const paused = { ...state, version: 3, mode: { ...mode, paused: true } };
    chat.handlers['chat:state'](paused);
    chat.handlers['chat:state']({ ...state, version: 2 });
    expect(chat.mode?.paused).toBe(true);
    const timeout = { kind: 'timeout', scope: 'room', until: null, reason: 'spam', byRole: 'moderator' } as const;
    for (let times = 0; times < 2; times += 1) chat.handlers['chat:restriction'](timeout);
    expect(told('chatRestriction')).toEqual([timeout]);
    chat.handlers['chat:restriction']({ ...timeout, kind: null });
    expect(told('chatRestriction').at(-1)).toBeNull();
    expect(chat.restriction).toBeNull();
  });

  it('keeps nothing once access is gone', () => {
    const { server, chat } = createChat();
    server.add('secret');
    chat.handlePage(server.page({}));
    chat.close();
    expect(chat.messages).toEqual([]);
    expect(chat.since).toBeUndefined();
  });
});
