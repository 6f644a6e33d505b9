/**
 * Preview images of shared links: drawn once per text, cached, and limited. Drawing one takes about 80 ms of CPU, so
 * the load that requests can cause is bounded: one at a time, a short queue, and a limit per minute.
 */
import { type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import { LimitedProcess } from '../../../platform/limited-process/limited-process.ts';
import type { Log } from '../../../platform/log.ts';
import { RecentMap } from '../../../platform/recent-map.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { ShareCard } from './card-content.ts';
import type { CardToDraw } from './share-card.ts';

const MAX_KEPT = 200;
const MAX_WAITING = 8;
const MAX_A_MINUTE = 60;
const DRAW_LIMIT_MS = 5_000;
const DRAWER_BYTES = 512 * 1024 ** 2;
const DRAWER_LIFE_MS = 30_000;

interface ShareCardsOptions {
  clock: Clock;
  log: Log;
  readPicture?: (path: string) => Promise<Uint8Array | undefined>;
}

export class ShareCards {
  readonly #clock: Clock;
  readonly #readPicture: (path: string) => Promise<Uint8Array | undefined>;
  /** By text, the one used last at the end. */
  readonly #kept = new RecentMap<string, Buffer>(MAX_KEPT);
  readonly #running = new Map<string, Promise<Buffer>>();
  readonly #drawing = { count: 0, windowStartMs: 0 };
  readonly #drawer: LimitedProcess<CardToDraw, Uint8Array>;

  /** `readPicture` reads the picture at the address in a card; undefined if there is none any more. */
  constructor({ clock, log, readPicture = async () => undefined }: ShareCardsOptions) {
    this.#clock = clock;
    this.#readPicture = readPicture;
    this.#drawer = new LimitedProcess({
      module: new URL('./share-card.process.ts', import.meta.url),
      memoryBytes: DRAWER_BYTES,
      requestMs: DRAW_LIMIT_MS,
      lifeMs: DRAWER_LIFE_MS,
      log,
    });
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
    const drawn = this.#draw(card)
      .then((picture) => {
        this.#kept.set(key, picture);
        return picture;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, drawn);
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
    const read = (path: string | undefined) => (path === undefined ? undefined : this.#readPicture(path));
    const [poster, portrait] = await Promise.all([read(card.poster), read(card.portrait)]);
    return Buffer.from(await this.#drawer.run({ card, poster, portrait }));
  }
}
