/**
 * Preview images of shared links: drawn once per text, cached, and limited. Drawing one takes about 80 ms of CPU, so
 * the load that requests can cause is bounded: one at a time, a short queue, and a limit per minute.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import { RecentMap } from '../../../platform/recent-map.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { ShareCard } from './card-content.ts';

const MAX_KEPT = 200;
const MAX_WAITING = 8;
const MAX_A_MINUTE = 60;
const DRAW_LIMIT_MS = 5_000;
/** For the first picture of a thread, including its start, which takes seconds on a busy machine. */
const START_LIMIT_MS = 30_000;
/** After this time without work the thread ends, with its fonts and libraries. */
const IDLE_MS = 30_000;

interface ShareCardsOptions {
  clock: Clock;
  log: Log;
  readPoster?: (path: string) => Promise<Uint8Array | undefined>;
}

type Answer = { picture: Uint8Array } | { failure: string };

export class ShareCards {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #readPoster: (path: string) => Promise<Uint8Array | undefined>;
  /** By text, the one used last at the end. */
  readonly #kept = new RecentMap<string, Buffer>(MAX_KEPT);
  readonly #running = new Map<string, Promise<Buffer>>();
  readonly #drawing = { last: Promise.resolve() as Promise<unknown>, count: 0, windowStartMs: 0 };
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /** `readPoster` reads the picture at the address in a card; undefined if there is none any more. */
  constructor({ clock, log, readPoster = async () => undefined }: ShareCardsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#readPoster = readPoster;
  }

  /** `admit` runs before a picture is drawn, and may refuse. */
  async get(card: ShareCard, admit: () => Promise<void>): Promise<Buffer> {
    const key = JSON.stringify(card);
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.set(key, kept);
      return kept;
    }
    const running = this.#running.get(key);
    if (running) return running;
    await admit();
    return this.#running.get(key) ?? this.#enqueue(key, card);
  }

  #enqueue(key: string, card: ShareCard): Promise<Buffer> {
    this.#assertBudget();
    const drawn = this.#drawing.last
      .then(() => this.#draw(card))
      .then((picture) => {
        this.#kept.set(key, picture);
        return picture;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, drawn);
    this.#drawing.last = drawn.catch(() => undefined);
    return drawn;
  }

  #assertBudget(): void {
    const nowMs = this.#clock.now();
    const drawing = this.#drawing;
    if (nowMs - drawing.windowStartMs >= MINUTE_MS) Object.assign(drawing, { windowStartMs: nowMs, count: 0 });
    if (drawing.count >= MAX_A_MINUTE || this.#running.size > MAX_WAITING) {
      const retryAfterMs = Math.max(1_000, drawing.windowStartMs + MINUTE_MS - nowMs);
      throw new AppError('rate_limited', undefined, { retryAfterMs });
    }
    drawing.count += 1;
  }

  async #draw(card: ShareCard): Promise<Buffer> {
    const poster = card.poster === undefined ? undefined : await this.#readPoster(card.poster);
    clearTimeout(this.#idleTimer);
    const limitMs = this.#worker ? DRAW_LIMIT_MS : START_LIMIT_MS;
    this.#worker ??= this.#startWorker();
    const worker = this.#worker;
    try {
      worker.postMessage({ card, poster });
      const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(limitMs) })) as [Answer];
      if ('failure' in answer) throw new AppError('internal', answer.failure);
      return Buffer.from(answer.picture);
    } catch (error) {
      this.#stopWorker();
      throw error;
    } finally {
      this.#idleTimer = setTimeout(() => this.#stopWorker(), IDLE_MS);
      this.#idleTimer.unref();
    }
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./share-card.worker.ts', import.meta.url));
    worker.unref();
    worker.on('error', (error) => this.#log.warn({ err: error }, 'drawing of shared pictures failed'));
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  #stopWorker(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}
