/**
 * The lives whose publisher this gateway looks after: a live starts with the first track and outlasts its publisher for a while, so that a reload, a lost
 * network or a lost SFU node is not the end of it.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Rooms } from '../rooms/rooms.ts';

const PUBLISHER_GRACE_MS = 20_000;

export interface PublicationInput {
  publication?: string | undefined;
  restore?: boolean | undefined;
}

export interface LivesOptions {
  rooms: Rooms;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export class Lives {
  readonly #rooms: Rooms;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  /** Rooms with media on stage, and since when. */
  readonly #lives = new Map<RoomId, { startedAt: string; graceTimer?: NodeJS.Timeout }>();
  readonly #starting = new Map<RoomId, Promise<void>>();

  constructor({ rooms, clock, log, metrics }: LivesOptions) {
    this.#rooms = rooms;
    this.#clock = clock;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** A publisher asks for a session: a new going-live takes the stage, one that restores its live must still hold it. */
  async admit(room: RoomId, { publication, restore }: PublicationInput): Promise<void> {
    if (restore && publication) await this.#rooms.assertHoldsStage(room, publication);
    else await this.#rooms.takeStage(room, publication);
  }

  /** Refuses whoever must not restore the live that they were in. */
  assertHoldsStage(room: RoomId, publication: string): Promise<void> {
    return this.#rooms.assertHoldsStage(room, publication);
  }

  /** A publisher is there, anew or again. Camera and microphone arrive at the same time; the live starts once. */
  async start(room: RoomId): Promise<void> {
    const live = this.#lives.get(room);
    if (live) {
      if (!live.graceTimer) return;
      clearTimeout(live.graceTimer);
      delete live.graceTimer;
      if (await this.#rooms.holdLive(room)) return;
    }
    const starting = this.#starting.get(room) ?? this.#start(room).finally(() => this.#starting.delete(room));
    this.#starting.set(room, starting);
    await starting;
  }

  /** The end, at once. */
  async finish(room: RoomId): Promise<void> {
    const live = this.#lives.get(room);
    if (!live) return;
    clearTimeout(live.graceTimer);
    this.#lives.delete(room);
    this.#metrics.livesRunning.set(this.#lives.size);
    await this.#rooms.endLive(room);
  }

  /** The publisher is gone: the end, unless they are back in time. */
  handlePublisherGone(room: RoomId): void {
    const live = this.#lives.get(room);
    if (!live || live.graceTimer) return;
    live.graceTimer = setTimeout(() => {
      this.finish(room).catch((error) => this.#log.error({ err: error, room }, 'live not ended'));
    }, PUBLISHER_GRACE_MS);
  }

  close(): void {
    for (const live of this.#lives.values()) clearTimeout(live.graceTimer);
    this.#lives.clear();
  }

  async #start(room: RoomId): Promise<void> {
    const started = await this.#rooms.startLive(await this.#rooms.getRoom(room));
    this.#lives.set(room, { startedAt: started.liveStartedAt ?? new Date(this.#clock.now()).toISOString() });
    this.#metrics.livesRunning.set(this.#lives.size);
  }
}
