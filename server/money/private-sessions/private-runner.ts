/**
 * Runs the private sessions of this process: samples the media each second, counts confirmed time, extends the hold,
 * reports progress, and ends a session when the money or the media ends. A crash loses only the seconds since the last
 * heartbeat, which are then not billed.
 */
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { PrivateEndReason, PrivateRunning } from '../../protocol/money/private-sessions.ts';
import { splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { SaleTerms } from '../sales/pricing.ts';
import { dueMinor, durationMs, MediaMeter, type MediaSample } from './private-billing.ts';
import { ENTITLEMENT_LIFE_MS, type PrivateSessionLifecycle } from './private-session-lifecycle.ts';
import type { PrivateSessionRow } from './private-sessions.store.ts';

const HEARTBEAT_MS = 5_000;
/** How often to extend a hold that is running short. */
const SHORT_HEARTBEAT_MS = 2_000;
/** A hold is extended when it lasts for less than this. */
const SHORT_MS = 60_000;
const FUNDS_LOW_MS = 30_000;
/** How long a session waits for media, at its start and after each interruption. */
const MEDIA_GRACE_MS = 60_000;

/** The media of a session. The app implements it with the stage. */
export interface PrivateMedia {
  sample(room: RoomId, identity: string): Promise<MediaSample | undefined>;
  /** Extends the lease of the fan's media session. */
  extend(room: RoomId, identity: string, untilMs: number): Promise<void>;
}

/** Progress of a running session for its two participants; not stored. */
export interface PrivateProgress {
  room: RoomId;
  identity: string;
  running: PrivateRunning;
  isFundsLow: boolean;
}

interface RunningSession {
  row: PrivateSessionRow;
  readonly terms: SaleTerms;
  readonly meter: MediaMeter;
  /** When the last heartbeat was stored, and media was last confirmed. */
  beatAtMs: number;
  mediaAtMs: number;
  isFundsLow: boolean;
  isFanPaused: boolean;
  /** Its media has not answered yet. */
  isSampling: boolean;
}

export class PrivateRunner {
  readonly #context: MoneyContext;
  readonly #lifecycle: PrivateSessionLifecycle;
  readonly #running = new Map<string, RunningSession>();
  #media: PrivateMedia | undefined;
  #onProgress: (progress: PrivateProgress) => void = () => {};

  constructor(context: MoneyContext, lifecycle: PrivateSessionLifecycle) {
    this.#context = context;
    this.#lifecycle = lifecycle;
  }

  watch(media: PrivateMedia): void {
    this.#media = media;
  }

  onProgress(listener: (progress: PrivateProgress) => void): void {
    this.#onProgress = listener;
  }

  isRunning = (id: string): boolean => this.#running.has(id);

  async add(row: PrivateSessionRow): Promise<void> {
    const terms = await this.#context.pricing.getTerms(row.terms);
    const nowMs = this.#context.clock.now();
    const meter = new MediaMeter();
    const moment = { beatAtMs: nowMs, mediaAtMs: nowMs, isFundsLow: false, isFanPaused: false, isSampling: false };
    this.#running.set(row.id, { row, terms, meter, ...moment });
  }

  /** Samples every session once, but for those whose last sample is still under way. */
  async tick(): Promise<void> {
    const free = [...this.#running.values()].filter(({ isSampling }) => !isSampling);
    await Promise.all(
      free.map((session) => {
        session.isSampling = true;
        const sampled = (): Promise<void> =>
          this.#sample(session)
            .catch((error) =>
              this.#context.log.error({ err: error, session: session.row.id }, 'private session sample failed'),
            )
            .finally(() => {
              session.isSampling = false;
            });
        return this.#context.runInBackground('private session sample', sampled);
      }),
    );
  }

  async #sample(session: RunningSession): Promise<void> {
    const { row, meter } = session;
    const room = row.room as RoomId;
    const before = meter.confirmedMs;
    const sample = await this.#media?.sample(room, row.identity);
    const nowMs = this.#context.clock.now();
    meter.add(nowMs, sample);
    session.isFanPaused = sample?.isFanPaused ?? false;
    if (meter.confirmedMs > before) session.mediaAtMs = nowMs;
    const isShort = this.#remainingMs(session) < SHORT_MS;
    if (nowMs - session.beatAtMs >= (isShort ? SHORT_HEARTBEAT_MS : HEARTBEAT_MS)) {
      if (!(await this.#heartbeat(session, isShort ? LIMITS.privateHoldMinutesMax : undefined))) return;
    }
    // A concurrent call may have ended it.
    if (this.#running.get(row.id) !== session) return;
    if (this.#remainingMs(session) === 0 && !(await this.#extendOrEnd(session))) return;
    if (nowMs - session.mediaAtMs >= MEDIA_GRACE_MS) {
      await this.finish(row.id, 'media_ended');
      return;
    }
    this.#reportProgress(session);
  }

  /** The hold is used up: extends it, or ends the session. */
  async #extendOrEnd(session: RunningSession): Promise<boolean> {
    if (!(await this.#heartbeat(session, LIMITS.privateHoldMinutesMax))) return false;
    if (this.#remainingMs(session) > 0) return true;
    await this.finish(session.row.id, 'funds_ended');
    return false;
  }

  /** False when the session has ended. */
  async #heartbeat(session: RunningSession, holdMinutes?: number): Promise<boolean> {
    const { row, meter } = session;
    const kept = await this.#lifecycle.heartbeat(row.id, {
      confirmedMs: meter.confirmedMs,
      ...(holdMinutes === undefined ? {} : { holdMinutes }),
    });
    if (!kept) {
      this.#running.delete(row.id);
      return false;
    }
    session.row = kept;
    session.beatAtMs = this.#context.clock.now();
    await this.#media?.extend(row.room as RoomId, row.identity, session.beatAtMs + ENTITLEMENT_LIFE_MS);
    return true;
  }

  /** Ends a session. One that runs in another process is booked at its last heartbeat. */
  async finish(id: string, reason: PrivateEndReason): Promise<PrivateSessionRow | undefined> {
    const session = this.#running.get(id);
    this.#running.delete(id);
    const confirmedMs = session?.meter.confirmedMs;
    try {
      return await this.#lifecycle.finish(id, { reason, ...(confirmedMs === undefined ? {} : { confirmedMs }) });
    } catch (error) {
      // The booking failed: the session continues until it succeeds.
      if (session) this.#running.set(id, session);
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const id of [...this.#running.keys()]) {
      await this.finish(id, 'interrupted').catch((error) =>
        this.#context.log.error({ err: error, session: id }, 'private session left to the sweeper'),
      );
    }
  }

  #remainingMs({ row, meter }: RunningSession): number {
    return Math.max(0, durationMs(row.rateMinor, row.heldMinor) - meter.confirmedMs);
  }

  #reportProgress(session: RunningSession): void {
    const { row, meter, terms } = session;
    const costMinor = Math.min(row.heldMinor, dueMinor(row.rateMinor, meter.confirmedMs));
    const remainingMs = this.#remainingMs(session);
    const wasLow = session.isFundsLow;
    session.isFundsLow = remainingMs <= FUNDS_LOW_MS;
    this.#onProgress({
      room: row.room as RoomId,
      identity: row.identity,
      isFundsLow: session.isFundsLow && !wasLow,
      running: {
        session: row.id as PrivateRunning['session'],
        confirmed: meter.isFlowing && !session.isFanPaused,
        paused: session.isFanPaused,
        confirmedMs: meter.confirmedMs,
        costMinor,
        creatorMinor: costMinor > 0 ? splitSale(costMinor, terms).creatorMinor : 0,
        remainingMs,
      },
    });
  }
}
