/**
 * The lives that this gateway holds. A live starts with the first track and survives its publisher for a while, so that
 * a reload, a network loss or a lost SFU node does not end it. Each has a publisher here or a timer that ends it; a
 * sweep finds lives in the database that have neither.
 */
import type { SessionCloseReason } from '../../../sfu/contract.ts';
import { KeyedQueue } from '../../platform/jobs/keyed-queue.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError, type ErrorCode } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Rooms } from '../../rooms/rooms.ts';

/** Why the session of a refused publication is closed; for other errors its live is over. */
const CLOSE_REASONS: Partial<Record<ErrorCode, SessionCloseReason>> = {
  live_replaced: 'replaced',
  room_ended: 'room_closed',
};
const RETRY_MS = 2_000;
const SWEEP_MS = 10_000;

export interface PublicationInput {
  publication?: string | undefined;
  restore?: boolean | undefined;
}

export interface LivesOptions {
  rooms: Pick<
    Rooms,
    'startLive' | 'endLive' | 'endHeldLive' | 'findHeldLives' | 'takeStage' | 'assertHoldsStage' | 'findStageHolder'
  >;
  /** Rooms with a publisher's session at this gateway, and the publication of each. */
  publishing: () => ReadonlyMap<RoomId, string | undefined>;
  /** Removes a publication that was refused from the stage. */
  handleRefused?: (room: RoomId, publication: string | undefined, reason: SessionCloseReason) => void;
  graceMs?: number;
  log: Log;
  metrics: Metrics;
}

export class Lives {
  readonly #options: LivesOptions;
  /** Rooms whose live this gateway may hold, with the timer that ends it while there is no publisher. */
  readonly #held = new Map<RoomId, NodeJS.Timeout | undefined>();
  /** Changes per room run one after another, so that an end never overtakes a start. */
  readonly #changes = new KeyedQueue<RoomId>();
  /** Rooms whose publisher is on stage while the database could not be updated, and the publication of each. */
  readonly #untold = new Map<RoomId, string | undefined>();
  /** The publication of each live that was started here, if its page names one. */
  readonly #started = new Map<RoomId, string>();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  /**
   * A publisher requests a session: a new publication takes the stage; one that restores its live must still hold it.
   * Returns the fence by which the SFU node orders concurrent publishers.
   */
  admit(room: RoomId, { publication, restore }: PublicationInput): Promise<number> {
    const { rooms } = this.#options;
    return restore && publication ? rooms.assertHoldsStage(room, publication) : rooms.takeStage(room, publication);
  }

  /** Refuses a publication whose live is over, or whose stage another page has taken. */
  async assertHoldsStage(room: RoomId, publication: string): Promise<void> {
    await this.#options.rooms.assertHoldsStage(room, publication);
  }

  /** False also if the database does not answer. */
  async isReplaced(room: RoomId, publication: string | undefined): Promise<boolean> {
    if (publication === undefined) return false;
    const holder = await this.#options.rooms.findStageHolder(room).catch(() => null);
    return holder !== null && holder !== publication;
  }

  /** `live_replaced` if another page has taken the stage, which explains the failed request; else the error itself. */
  async orReplaced(error: unknown, room: RoomId, publication: string | undefined): Promise<unknown> {
    const isReplaced = await this.isReplaced(room, publication);
    return isReplaced ? new AppError('live_replaced', undefined, { cause: error }) : error;
  }

  /** A publisher is on stage: the live starts, or continues at this gateway. */
  start(room: RoomId, publication?: string): Promise<void> {
    return this.#change(room, async () => {
      // Also after a failure: the database may have stored it.
      this.#hold(room, undefined);
      this.#untold.set(room, publication);
      if (publication !== undefined) this.#started.set(room, publication);
      try {
        await this.#options.rooms.startLive(room, publication);
        this.#untold.delete(room);
      } catch (error) {
        if (error instanceof AppError) {
          this.#untold.delete(room);
          this.#started.delete(room);
        }
        throw error;
      }
    });
  }

  /** The creator ends the live, whichever gateway holds it, for good or for a pause. */
  end(room: RoomId, pauseMinutes?: number): Promise<void> {
    return this.#change(room, async () => {
      this.#untold.delete(room);
      await this.#options.rooms.endLive(room, pauseMinutes);
      this.#drop(room);
    });
  }

  /** The room and its live have ended. */
  forget(room: RoomId): Promise<void> {
    return this.#change(room, async () => this.#drop(room));
  }

  /** The publisher is gone: the live ends unless they return in time. */
  handlePublisherGone(room: RoomId): void {
    if (this.#held.has(room) && !this.#changes.has(room)) this.#settle(room, this.#options.publishing());
  }

  /** Finds lives with neither a publisher nor a timer, and publishers whose live was not stored. */
  async sweep(): Promise<void> {
    try {
      const held = new Set(await this.#options.rooms.findHeldLives());
      this.#findLost(held);
      await Promise.all([...this.#untold].map(([room, publication]) => this.#startUntold(room, publication)));
      if (this.#closed) return;
      const publishing = this.#options.publishing();
      for (const room of new Set([...held, ...this.#held.keys()])) {
        if (this.#changes.has(room)) continue;
        if (!this.#held.has(room)) this.#hold(room, undefined);
        this.#settle(room, publishing);
      }
    } catch (error) {
      this.#options.log.warn({ err: error }, 'sweep of lives failed');
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const timer of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  /** Finds lives with a publisher here that a late request of another gateway has taken or ended. */
  #findLost(held: ReadonlySet<RoomId>): void {
    const publishing = this.#options.publishing();
    for (const [room, publication] of this.#started)
      if (!held.has(room) && publishing.get(room) === publication) this.#untold.set(room, publication);
  }

  async #startUntold(room: RoomId, publication: string | undefined): Promise<void> {
    if (this.#changes.has(room)) return;
    if (!this.#options.publishing().has(room)) {
      this.#untold.delete(room);
      return;
    }
    await this.start(room, publication).catch((error) => {
      if (!(error instanceof AppError)) throw error;
      this.#options.handleRefused?.(room, publication, CLOSE_REASONS[error.code] ?? 'closed');
    });
  }

  #change(room: RoomId, run: () => Promise<void>): Promise<void> {
    return this.#changes.run(room, run).finally(() => {
      if (!this.#changes.has(room)) this.#settle(room, this.#options.publishing());
    });
  }

  /** A live without a publisher ends after a while. */
  #settle(room: RoomId, publishing: ReadonlyMap<RoomId, unknown>): void {
    if (this.#closed || !this.#held.has(room)) return;
    if (publishing.has(room)) this.#hold(room, undefined);
    else if (!this.#held.get(room)) this.#endIn(room, this.#options.graceMs ?? LIMITS.reconnectGraceMs);
  }

  #endIn(room: RoomId, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#change(room, () => this.#endUnlessPublishing(room)).catch((error) => {
        this.#options.log.error({ err: error, room }, 'live not ended');
        if (!this.#closed) this.#endIn(room, RETRY_MS);
      });
    }, delayMs);
    this.#hold(room, timer);
  }

  async #endUnlessPublishing(room: RoomId): Promise<void> {
    if (this.#options.publishing().has(room)) return;
    await this.#options.rooms.endHeldLive(room);
    this.#drop(room);
  }

  #hold(room: RoomId, timer: NodeJS.Timeout | undefined): void {
    clearTimeout(this.#held.get(room));
    this.#held.set(room, timer);
    this.#options.metrics.livesRunning.set(this.#held.size);
  }

  #drop(room: RoomId): void {
    clearTimeout(this.#held.get(room));
    this.#held.delete(room);
    this.#started.delete(room);
    this.#options.metrics.livesRunning.set(this.#held.size);
  }
}
