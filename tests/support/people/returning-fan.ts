/**
 * A fan who reconnects at any gateway and checks the chat: every entry once, in order, without gaps. An unacknowledged
 * message is sent again with the same client id.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat/chat.ts';
import type { WireError } from '../../../server/protocol/errors.ts';
import { signToken, type TokenWish, WireFan } from './wire-fan.ts';

const RETRY_MIN_MS = 50;
const RETRY_SPREAD_MS = 250;
const CONNECT_LIMIT_MS = 5_000;
const ANSWER_LIMIT_MS = 5_000;
const PAGE_ENTRIES = 200;

export interface Account {
  /** Entries shown a second time. */
  doubled: number;
  /** Entries shown after a later one. */
  reordered: number;
  /** Live frames with missing entries, which were then requested. */
  gaps: number;
  /** Duration of each reconnect until every missed entry was there. */
  replays: Replay[];
}

/** Phases of a reconnect. */
export interface Replay {
  /** Failed attempts and their pauses, from the start of the first. */
  failedMs: number;
  failures: number;
  /** Until the server has accepted the handshake. */
  acceptedMs: number;
  /** From there until the welcome with the missed entries. */
  welcomedMs: number;
}

export interface Acknowledged {
  seq: number;
  text: string;
}

export interface ReturningFanOptions {
  index: number;
  room: string;
  /** URLs of the gateways; may change over time. */
  urls: () => string[];
  random: () => number;
  account: Account;
  /** Token claims other than those of a numbered fan. */
  claims?: Partial<TokenWish>;
  /** Every event of the current connection. */
  onEvent?: (name: string, data: never) => void;
}

export type FanAnswer<T> = { ok: true; data: T } | { ok: false; error: WireError };

export class ReturningFan {
  readonly #options: ReturningFanOptions;
  readonly #shown = new Map<number, string>();
  #wire: WireFan | undefined;
  #lastSeq: number | undefined;
  #firstSeq = 0;
  /** Entries that arrive while older ones are being requested. */
  #held: ChatEntry[] | undefined;
  /** The last entry requested explicitly; a frame in flight may repeat entries up to it. */
  #pagedSeq = 0;
  #closed = false;
  /** Counts connections: events of earlier ones are ignored. */
  #generation = 0;
  #isSettled = false;
  #comingBack: Promise<void> | undefined;

  constructor(options: ReturningFanOptions) {
    this.#options = options;
  }

  /** Connected and up to date. */
  get isSettled(): boolean {
    return this.#isSettled && this.#held === undefined && (this.#wire?.isConnected ?? false);
  }

  get lastSeq(): number {
    return this.#lastSeq ?? 0;
  }

  /** Connects to any gateway, with retries. */
  comeBack(): Promise<void> {
    this.#comingBack ??= this.#comeBack().finally(() => {
      this.#comingBack = undefined;
    });
    return this.#comingBack;
  }

  async #comeBack(): Promise<void> {
    const { urls, random, account } = this.#options;
    const beganAt = performance.now();
    for (let failures = 0; !this.#closed; failures += 1) {
      const known = urls();
      const url = known[Math.floor(random() * known.length)] ?? '';
      const startedAt = performance.now();
      try {
        const { acceptedMs, welcomedMs } = await this.#connect(url);
        // The first connection has nothing to replay.
        if (this.#isSettled) account.replays.push({ failures, failedMs: startedAt - beganAt, acceptedMs, welcomedMs });
        this.#isSettled = true;
        return;
      } catch {
        this.#leave();
        await pause(RETRY_MIN_MS + random() * RETRY_SPREAD_MS);
      }
    }
  }

  async #connect(url: string): Promise<{ acceptedMs: number; welcomedMs: number }> {
    const startedAt = performance.now();
    const { index, room, claims } = this.#options;
    const welcomed = Promise.withResolvers<void>();
    const token = signToken({ identity: `fan-${index}`, room, ...claims });
    const auth = { token, ...(this.#lastSeq === undefined ? {} : { since: this.#lastSeq }) };
    this.#generation += 1;
    const generation = this.#generation;
    const isCurrent = () => this.#generation === generation;
    // Entries that arrive before the welcome are shown after it.
    this.#held = [];
    const connecting = WireFan.connect({
      url,
      auth,
      index,
      onEvent: (name, data: { inside?: { chat: ChatPage } | null; entries?: ChatEntry[] }) => {
        if (!isCurrent()) return;
        this.#options.onEvent?.(name, data as never);
        if (name === 'rooms:welcome') {
          const page = data.inside?.chat;
          if (page) this.#handlePage(page, welcomed);
          else welcomed.reject(new Error('no access'));
        } else if (name === 'chat:frame') this.#handleFrame(data.entries ?? []);
        else if (name === 'rooms:goodbye') welcomed.reject(new Error('goodbye'));
      },
      onClose: () => {
        welcomed.reject(new Error('closed'));
        if (!this.#closed && this.#wire && isCurrent()) void this.comeBack();
      },
    });
    welcomed.promise.catch(() => {});
    // A connection that opens too late is closed.
    connecting.then(
      (late) => isCurrent() || late.drop(),
      () => {},
    );
    this.#wire = await withLimit(connecting, CONNECT_LIMIT_MS);
    const acceptedAt = performance.now();
    await withLimit(welcomed.promise, CONNECT_LIMIT_MS);
    return { acceptedMs: acceptedAt - startedAt, welcomedMs: performance.now() - acceptedAt };
  }

  #handlePage(page: ChatPage, welcomed: PromiseWithResolvers<void>): void {
    if (this.#lastSeq === undefined) {
      this.#firstSeq = page.lastSeq + 1;
      this.#lastSeq = page.lastSeq;
    }
    const next = page.entries[0]?.seq;
    const isWhole = next === undefined ? page.lastSeq <= this.#lastSeq : next <= this.#lastSeq + 1;
    if (isWhole) {
      for (const entry of page.entries) if (entry.seq > this.#lastSeq) this.#show(entry);
      this.#releaseHeld();
      welcomed.resolve();
    } else this.#page().then(welcomed.resolve, welcomed.reject);
  }

  #handleFrame(entries: ChatEntry[]): void {
    if (this.#held) {
      this.#held.push(...entries);
      return;
    }
    for (const [at, entry] of entries.entries()) {
      if (entry.seq <= this.#pagedSeq) continue;
      if (entry.seq > this.lastSeq + 1) {
        this.#options.account.gaps += 1;
        this.#held = entries.slice(at);
        this.#page().catch(() => this.#wire?.drop());
        return;
      }
      this.#show(entry);
    }
  }

  /** Requests missing entries page by page. */
  async #page(): Promise<void> {
    for (;;) {
      const request = { since: this.lastSeq, limit: PAGE_ENTRIES };
      const asked = this.#wire?.emit<{ ok: boolean; data: ChatPage }>('chat:history', request);
      if (!asked) throw new Error('not connected');
      const answer = await withLimit(asked, ANSWER_LIMIT_MS);
      if (!answer.ok) {
        await pause(RETRY_MIN_MS + this.#options.random() * RETRY_SPREAD_MS);
        continue;
      }
      for (const entry of answer.data.entries) if (entry.seq > this.lastSeq) this.#show(entry);
      if (answer.data.entries.length < PAGE_ENTRIES) break;
    }
    this.#pagedSeq = this.lastSeq;
    this.#releaseHeld();
  }

  #releaseHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    // The history may already contain some of them.
    this.#handleFrame(held.filter((entry) => entry.seq > this.lastSeq));
  }

  #show(entry: ChatEntry): void {
    if (this.#shown.has(entry.seq)) {
      this.#options.account.doubled += 1;
      return;
    }
    if (entry.seq < this.lastSeq) this.#options.account.reordered += 1;
    this.#shown.set(entry.seq, entry.kind === 'message' ? entry.text : '');
    this.#lastSeq = Math.max(this.lastSeq, entry.seq);
  }

  /** How many messages acknowledged since this fan's first connection were never shown. */
  countLost(acknowledged: Acknowledged[]): number {
    return acknowledged.filter(({ seq, text }) => seq >= this.#firstSeq && this.#shown.get(seq) !== text).length;
  }

  /** Asks once over the current connection; rejects if there is none or it is lost. */
  async ask<T>(name: string, input: unknown): Promise<FanAnswer<T>> {
    const wire = this.#wire;
    if (!wire?.isConnected) throw new Error('not connected');
    return withLimit(wire.emit<FanAnswer<T>>(name, input), ANSWER_LIMIT_MS);
  }

  /** Resolves when acknowledged, over as many connections as it takes. */
  async say(text: string): Promise<Acknowledged> {
    const clientId = randomUUID();
    for (;;) {
      if (this.#closed) throw new Error('closed');
      const wire = this.#wire;
      if (!wire?.isConnected) {
        await (this.#comingBack ?? pause(RETRY_MIN_MS));
        continue;
      }
      const sent = wire.emit<{ ok: boolean; data: { message: { seq: number } } }>('chat:send', { clientId, text });
      const answer = await withLimit(sent, ANSWER_LIMIT_MS).catch(() => undefined);
      if (answer?.ok) return { seq: answer.data.message.seq, text };
      await pause(RETRY_MIN_MS + this.#options.random() * RETRY_SPREAD_MS);
    }
  }

  /** Loses the network for the given time, as a phone does. */
  async drop(awayMs: number): Promise<void> {
    if (!this.#wire || this.#comingBack) return;
    this.#leave();
    await pause(awayMs);
    await this.comeBack();
  }

  #leave(): void {
    this.#generation += 1;
    this.#wire?.drop();
    this.#wire = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }
}

function withLimit<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no result within ${limitMs} ms`)), limitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Seeded random numbers: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
