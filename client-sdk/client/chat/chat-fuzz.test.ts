/**
 * Fuzzes the chat against a faulty network: frames are lost, duplicated, delayed and reordered, answers get lost after
 * the server has acted, the connection breaks and returns, the room is sampled, the reader reads back, messages are
 * removed. The shown messages must always be in order and unique, and lack only what the server left out. `LOGE_SEED`
 * repeats a run.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry, ChatMessage, ChatPage } from '../../../server/protocol/chat/chat.ts';
import type { RequestInput, RequestName } from '../../../server/protocol/realtime.ts';
import { effort, pinnedSeed } from '../../../tests/support/run/effort.ts';
import { LogeError } from '../errors.ts';
import type { RoomEventMap } from '../events.ts';
import { CHAT } from '../limits.ts';
import { Chat } from './chat.ts';
import type { SeqRange } from './chat-sampling.ts';

const SEED = pinnedSeed(20261127);
const RUNS = effort({ short: 8, long: 2_000 });
const TIMEOUT_MS = effort({ short: 60_000, long: 900_000 });
const STEPS = 250;
const WELCOME_ENTRIES = 50;
const PAGE_ENTRIES = 200;
const PEOPLE = ['ana', 'ben', 'eve'] as const;
const SELF = 'me';

/** The Mulberry32 generator. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Simulation {
  readonly log: ChatEntry[] = [];
  readonly chat: Chat;
  /** Sequence numbers in the order of their events; then those emitted late, reported as gaps, and sampled. */
  readonly emitted: number[] = [];
  readonly late = new Set<number>();
  readonly gaps: SeqRange[] = [];
  readonly leftOut = new Set<number>();
  isConnected = false;
  readonly #random: () => number;
  readonly #byClientId = new Map<string, ChatMessage>();
  #waiters: (() => void)[] = [];
  #frame: ChatEntry[] = [];
  #epoch = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.chat = new Chat({
      connection: {
        request: (name, input) => this.#request(name, input),
        requestReliably: (name, input) => this.#requestReliably(name, input),
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

  /** Adds a message, a notice or a removal to the server's log. */
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

  /** Sends the pending entries as a frame: maybe lost, duplicated, delayed, reordered or sampled. */
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
    this.#epoch += 1;
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

  /** A page as the server reads it from its store: removed messages have no text. */
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
    const epoch = this.#epoch;
    setTimeout(() => epoch === this.#epoch && act(), this.below(4) * 60);
  }

  /** Delays the answer; 6 % of requests and 6 % of answers get lost. */
  async #request(name: RequestName, input: unknown): Promise<never> {
    const epoch = this.#epoch;
    const fate = this.#random();
    if (!this.isConnected || fate < 0.06) throw new LogeError('connection_failed');
    const answer = this.#answer(name, input);
    await new Promise((resolve) => setTimeout(resolve, this.below(3) * 70));
    if (epoch !== this.#epoch || fate < 0.12) throw new LogeError('timeout');
    return answer as never;
  }

  async #requestReliably(name: RequestName, input: unknown): Promise<never> {
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
    const last = this.emitted.at(-1) ?? 0;
    // The user's own message that was sampled out is emitted when its answer arrives.
    if (seq < last && this.leftOut.has(seq)) this.late.add(seq);
    else this.emitted.push(seq);
  }
}

async function play(simulation: Simulation): Promise<number> {
  // Nothing of the run before, and the jitter of a backoff from the seed, so that a run can be repeated.
  vi.clearAllTimers();
  vi.spyOn(Math, 'random').mockImplementation(() => simulation.below(1_000) / 1_000);
  for (let before = simulation.below(120); before > 0; before -= 1) simulation.add();
  const before = simulation.log.length;
  simulation.connect();
  const sends: Promise<unknown>[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const burst = simulation.chance(0.02) ? 400 : simulation.below(4);
    for (let count = 0; count < burst; count += 1) simulation.add();
    if (simulation.chance(0.08)) sends.push(simulation.chat.send(`own ${step}`));
    if (simulation.chance(0.7)) simulation.flush();
    if (simulation.isConnected && simulation.chance(0.05)) simulation.drop();
    else if (!simulation.isConnected && simulation.chance(0.3)) simulation.connect();
    if (simulation.chance(0.04)) simulation.chat.setFollowing(false);
    if (simulation.chance(0.04)) sends.push(simulation.chat.showNewest().catch(() => undefined));
    if (simulation.chance(0.05)) sends.push(simulation.chat.loadEarlier().catch(() => undefined));
    if (simulation.chance(0.05)) sends.push(simulation.chat.loadLater().catch(() => undefined));
    await vi.advanceTimersByTimeAsync(50);
    expectInOrder(simulation);
  }
  if (!simulation.isConnected) simulation.connect();
  await vi.advanceTimersByTimeAsync(2_000);
  // Finally a frame gets through, and the missing entries are fetched.
  for (let rest = 0; rest < 30 && (simulation.chat.since ?? 0) < simulation.log.length; rest += 1) {
    simulation.chat.handlePage({ entries: [], lastSeq: simulation.log.length });
    await vi.advanceTimersByTimeAsync(500);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  await Promise.all(sends);
  return before;
}

/** Fails if a message that should be shown is missing between two neighbours. */
function expectInOrder({ chat, log, leftOut }: Simulation): void {
  const { messages } = chat;
  for (const [index, { seq: before }] of messages.entries()) {
    const after = messages[index + 1]?.seq ?? before + 1;
    if (after <= before) throw new Error(`out of order: ${before}, ${after}`);
    for (let seq = before + 1; seq < after; seq += 1) {
      const kind = log[seq - 1]?.kind;
      if (kind !== 'removal' && kind !== 'purge' && !leftOut.has(seq))
        throw new Error(`${seq} is missing before ${after}`);
    }
  }
  if (messages.length > CHAT.keptWithEarlier) throw new Error(`${messages.length} entries are kept`);
}

describe(`the chat on a faulty network (seed ${SEED})`, () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('emits every message once and in order, except those that the server left out', {
    timeout: TIMEOUT_MS,
  }, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const simulation = new Simulation(SEED + run);
      const before = await play(simulation);
      const where = `run ${run}`;
      expect(simulation.chat.since, where).toBe(simulation.log.length);

      const emitted = simulation.emitted;
      expect(emitted, where).toEqual([...new Set(emitted)].sort((left, right) => left - right));
      const gone = (seq: number): boolean =>
        simulation.gaps.some(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= toSeq) ||
        simulation.leftOut.has(seq) ||
        removedBefore(simulation, seq);
      const emittedSeqs = new Set([...emitted, ...simulation.late]);
      const missing = simulation.log.filter(({ seq }) => seq > before && !emittedSeqs.has(seq) && !gone(seq));
      expect(
        missing.map(({ seq }) => seq),
        where,
      ).toEqual([]);
      expect(simulation.chat.outgoing, where).toEqual([]);
    }
  });

  it('ends with the same messages as the server, despite removals', { timeout: TIMEOUT_MS }, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const simulation = new Simulation(SEED + RUNS + run);
      await play(simulation);
      for (let tries = 0; simulation.chat.hasLater && tries < 20; tries += 1) {
        const shown = simulation.chat.showNewest().catch(() => undefined);
        await vi.advanceTimersByTimeAsync(500);
        await shown;
      }
      for (const item of simulation.chat.messages) {
        const expected = simulation.now(simulation.log[item.seq - 1] as ChatEntry);
        expect(item, `run ${run}, number ${item.seq}`).toEqual(expected);
      }
      expect(simulation.chat.hasLater).toBe(false);
    }
  });
});

/** A message that was removed before it was fetched is shown as removed, but not emitted as new. */
function removedBefore(simulation: Simulation, seq: number): boolean {
  const entry = simulation.log[seq - 1] as ChatEntry;
  const now = simulation.now(entry);
  return now.kind === 'message' && now.removed === true;
}
