/**
 * The chat of a page on a bad evening: frames are lost, doubled, late and out of order, answers get lost after the server has acted, the
 * connection goes and comes, a busy room is sampled, somebody reads back, messages are removed. Whatever happens, what is shown is in order,
 * once each, with nothing missing that the server did not say it left out. `LOGE_SEED` repeats a run.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry, ChatMessage, ChatPage } from '../../../server/protocol/chat.ts';
import type { RequestInput, RequestName } from '../../../server/protocol/realtime.ts';
import { effort, SEED } from '../../../tests/support/run/effort.ts';
import { LogeError } from '../errors.ts';
import type { RoomEventMap } from '../events.ts';
import { CHAT } from '../limits.ts';
import { Chat } from './chat.ts';
import type { SeqRange } from './chat-sampling.ts';

const RUNS = effort({ short: 40, long: 2_000 });
const STEPS = 250;
const WELCOME_ENTRIES = 50;
const PAGE_ENTRIES = 200;
const PEOPLE = ['ana', 'ben', 'eve'] as const;
const SELF = 'me';

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Evening {
  readonly log: ChatEntry[] = [];
  readonly chat: Chat;
  /** Numbers as they were told, and ranges that were told as missing or left out. */
  readonly told: number[] = [];
  readonly late = new Set<number>();
  readonly gaps: SeqRange[] = [];
  readonly leftOut = new Set<number>();
  isConnected = false;
  readonly #random: () => number;
  readonly #byClientId = new Map<string, ChatMessage>();
  #waiters: (() => void)[] = [];
  #frame: ChatEntry[] = [];
  #stay = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.chat = new Chat({
      connection: {
        request: (name, input) => this.#request(name, input),
        requestReliably: (name, input) => this.#reliably(name, input),
      },
      emit: (name, payload) => this.#note(name, payload),
      log: () => {},
    });
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  /** Somebody says something, or takes something away. */
  add(): void {
    const seq = this.log.length + 1;
    const sentAt = '2030-01-01T00:00:00.000Z';
    const identity = PEOPLE[this.below(PEOPLE.length)] ?? 'ana';
    const earlier = this.log[this.below(this.log.length)];
    if (earlier?.kind === 'message' && this.chance(0.06)) {
      this.#push({ kind: 'removal', seq, messageId: earlier.id, by: 'mod', reason: null, sentAt });
    } else if (this.chance(0.01)) {
      this.#push({ kind: 'purge', seq, identity, uptoSeq: seq - 1, by: 'mod', reason: 'flood', sentAt });
    } else if (this.chance(0.02)) {
      this.#push({ kind: 'notice', seq, notice: 'slow_mode', on: true, seconds: 5, by: 'mod', sentAt });
    } else {
      this.#push(this.#message(identity, `text ${seq}`));
    }
  }

  /** What has gathered goes out as one frame, or not, or twice, now or later, whole or sampled. */
  flush(): void {
    const gathered = this.#frame;
    this.#frame = [];
    if (!this.isConnected || gathered.length === 0 || this.chance(0.1)) return;
    const isSampled = this.chance(0.15);
    const entries = gathered.filter((entry) => !isSampled || entry.kind !== 'message' || this.chance(0.4));
    const left = gathered.filter((entry) => !entries.includes(entry)).map(({ seq }) => seq);
    for (const seq of left) this.leftOut.add(seq);
    const sampled = { dropped: left.length, ranges: left.map((seq): [number, number] => [seq, seq]) };
    const shuffled = this.chance(0.2) ? [...entries].reverse() : entries;
    const frame = { entries: shuffled, ...(left.length > 0 ? { sampled } : {}) };
    for (let copies = this.chance(0.15) ? 2 : 1; copies > 0; copies -= 1)
      this.#later(() => this.chat.handleFrame(frame));
  }

  connect(): void {
    this.isConnected = true;
    this.#frame = [];
    const { since } = this.chat;
    const missed = since === undefined ? this.log.length : this.log.length - since;
    const count = since !== undefined && missed <= PAGE_ENTRIES ? missed : WELCOME_ENTRIES;
    this.chat.handlePage(this.#page(count === 0 ? [] : this.log.slice(-count)));
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  drop(): void {
    this.isConnected = false;
    this.#stay += 1;
  }

  #message(identity: string, text: string): ChatMessage {
    const seq = this.log.length + 1;
    const id = `msg_${String(seq).padStart(8, '0')}` as const;
    const from = { identity, name: identity, role: 'fan' as const };
    return { kind: 'message', id, seq, from, text, sentAt: '2030-01-01T00:00:00.000Z' };
  }

  #push(entry: ChatEntry): void {
    this.log.push(entry);
    this.#frame.push(entry);
  }

  /** As the server answers from its store: what was removed since has no text any more. */
  #page(entries: readonly ChatEntry[]): ChatPage {
    return { entries: entries.map((entry) => this.now(entry)), lastSeq: this.log.length };
  }

  now(entry: ChatEntry): ChatEntry {
    if (entry.kind !== 'message') return entry;
    const isGone = this.log.some(
      (other) =>
        (other.kind === 'removal' && other.messageId === entry.id) ||
        (other.kind === 'purge' && other.identity === entry.from.identity && entry.seq <= other.uptoSeq),
    );
    return isGone ? { ...entry, text: '', removed: true } : entry;
  }

  #later(act: () => void): void {
    const stay = this.#stay;
    setTimeout(() => stay === this.#stay && act(), this.below(4) * 60);
  }

  /** An answer takes a while, and one in eight gets lost on its way there or on its way back. */
  async #request(name: RequestName, input: unknown): Promise<never> {
    const stay = this.#stay;
    const fate = this.#random();
    if (!this.isConnected || fate < 0.06) throw new LogeError('connection_failed');
    const answer = this.#answer(name, input);
    await new Promise((resolve) => setTimeout(resolve, this.below(3) * 70));
    if (stay !== this.#stay || fate < 0.12) throw new LogeError('timeout');
    return answer as never;
  }

  async #reliably(name: RequestName, input: unknown): Promise<never> {
    for (;;) {
      if (!this.isConnected) await new Promise<void>((resolve) => this.#waiters.push(resolve));
      try {
        return await this.#request(name, input);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #answer(name: RequestName, input: unknown): unknown {
    if (name === 'chat:send') {
      const { clientId, text } = input as RequestInput<'chat:send'>;
      const message = this.#byClientId.get(clientId) ?? this.#message(SELF, text);
      if (!this.#byClientId.has(clientId)) this.#push(message);
      this.#byClientId.set(clientId, message);
      return { message };
    }
    const { since, before } = input as RequestInput<'chat:history'>;
    if (since !== undefined) return this.#page(this.log.slice(since, since + PAGE_ENTRIES));
    const end = before === undefined ? this.log.length : before - 1;
    return this.#page(this.log.slice(Math.max(0, end - PAGE_ENTRIES), end));
  }

  #note<N extends keyof RoomEventMap>(name: N, payload: RoomEventMap[N]): void {
    if (name === 'chatGap') this.gaps.push(payload as SeqRange);
    if (!['chatMessage', 'chatMessageRemoved', 'chatAuthorRemoved', 'chatNotice'].includes(name)) return;
    const { seq } = payload as { seq: number };
    const last = this.told.at(-1) ?? 0;
    // One's own message that was left out of the frames is told when its answer comes.
    if (seq < last && this.leftOut.has(seq)) this.late.add(seq);
    else this.told.push(seq);
  }
}

async function play(evening: Evening): Promise<number> {
  for (let before = evening.below(120); before > 0; before -= 1) evening.add();
  const before = evening.log.length;
  evening.connect();
  const sends: Promise<unknown>[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const burst = evening.chance(0.02) ? 400 : evening.below(4);
    for (let count = 0; count < burst; count += 1) evening.add();
    if (evening.chance(0.08)) sends.push(evening.chat.send(`own ${step}`));
    if (evening.chance(0.7)) evening.flush();
    if (evening.isConnected && evening.chance(0.05)) evening.drop();
    else if (!evening.isConnected && evening.chance(0.3)) evening.connect();
    if (evening.chance(0.04)) evening.chat.setFollowing(false);
    if (evening.chance(0.04)) sends.push(evening.chat.showNewest().catch(() => undefined));
    if (evening.chance(0.05)) sends.push(evening.chat.loadEarlier().catch(() => undefined));
    if (evening.chance(0.05)) sends.push(evening.chat.loadLater().catch(() => undefined));
    await vi.advanceTimersByTimeAsync(50);
    expectInOrder(evening);
  }
  if (!evening.isConnected) evening.connect();
  await vi.advanceTimersByTimeAsync(2_000);
  // A last frame gets through, as sooner or later one does; what is missing then is fetched.
  for (let rest = 0; rest < 30 && (evening.chat.since ?? 0) < evening.log.length; rest += 1) {
    evening.chat.handlePage({ entries: [], lastSeq: evening.log.length });
    await vi.advanceTimersByTimeAsync(500);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  await Promise.all(sends);
  return before;
}

/** Between two neighbours there is nothing that should be shown. */
function expectInOrder({ chat, log, leftOut, gaps }: Evening): void {
  const { messages } = chat;
  for (const [index, { seq: before }] of messages.entries()) {
    const after = messages[index + 1]?.seq ?? before + 1;
    if (after <= before) throw new Error(`out of order: ${before}, ${after}`);
    for (let seq = before + 1; seq < after; seq += 1) {
      const kind = log[seq - 1]?.kind;
      const isLeftOut = leftOut.has(seq) || gaps.some(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= toSeq);
      if (kind !== 'removal' && kind !== 'purge' && !isLeftOut) throw new Error(`${seq} is missing before ${after}`);
    }
  }
  if (messages.length > CHAT.keptWithEarlier) throw new Error(`${messages.length} entries are kept`);
}

describe(`the chat on a bad evening (seed ${SEED})`, () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows everything once and in order, but for what the server left out', { timeout: 120_000 }, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const evening = new Evening(SEED + run);
      const before = await play(evening);
      const where = `run ${run}`;
      expect(evening.chat.since, where).toBe(evening.log.length);

      const told = evening.told;
      expect(told, where).toEqual([...new Set(told)].sort((left, right) => left - right));
      const gone = (seq: number): boolean =>
        evening.gaps.some(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= toSeq) ||
        evening.leftOut.has(seq) ||
        removedBefore(evening, seq);
      const toldAt = new Set([...told, ...evening.late]);
      const missing = evening.log.filter(({ seq }) => seq > before && !toldAt.has(seq) && !gone(seq));
      expect(
        missing.map(({ seq }) => seq),
        where,
      ).toEqual([]);
      expect(evening.chat.outgoing, where).toEqual([]);
    }
  });

  it('ends with the same messages as the server, whoever removed what meanwhile', { timeout: 120_000 }, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const evening = new Evening(SEED + RUNS + run);
      await play(evening);
      for (let tries = 0; evening.chat.hasLater && tries < 20; tries += 1) {
        const shown = evening.chat.showNewest().catch(() => undefined);
        await vi.advanceTimersByTimeAsync(500);
        await shown;
      }
      for (const item of evening.chat.messages) {
        const there = evening.now(evening.log[item.seq - 1] as ChatEntry);
        expect(item, `run ${run}, number ${item.seq}`).toEqual(there);
      }
      expect(evening.chat.hasLater).toBe(false);
    }
  });
});

/** A message that was removed while it was being fetched is in the list, and is told to nobody as new. */
function removedBefore(evening: Evening, seq: number): boolean {
  const entry = evening.log[seq - 1] as ChatEntry;
  const now = evening.now(entry);
  return now.kind === 'message' && now.removed === true;
}
