/**
 * The house's clock, and whether it may be wrong. A machine that wakes hours ahead would end rooms, give tickets back
 * and erase what it should keep. So the clock is compared with the monotonic one whenever a job asks, and with each
 * heartbeat (`jobs/gateway-lease.ts`) with the database's and the last stored heartbeat's, as a database on the same
 * machine shares the wrong time. After a jump the new time has to hold for a while.
 */
import { type Clock, MINUTE_MS, systemClock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** Clocks that are kept in step differ by less; a leap second or a slow answer is no jump. */
export const CLOCK_JUMP_MS = MINUTE_MS;
/** Time for the machine to correct its clock, and for an operator to come. */
export const CLOCK_HOLD_MS = 15 * MINUTE_MS;
const LOG_EVERY_MS = MINUTE_MS;

export type ClockReference = 'monotonic clock' | 'database clock' | 'last heartbeat' | 'doubt before the start';

export interface WatchedClockOptions {
  source?: Clock | undefined;
  log: Log;
  metrics: Pick<Metrics, 'clockInDoubt'>;
  monotonic?: () => number;
}

export class WatchedClock implements Clock {
  readonly #source: Clock;
  readonly #log: Log;
  readonly #metrics: Pick<Metrics, 'clockInDoubt'>;
  readonly #monotonic: () => number;
  #last: { wallMs: number; monotonicMs: number };
  /** By the monotonic clock; undefined while nothing is in doubt. */
  #heldAtMs: number | undefined;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ source = systemClock, log, metrics, monotonic = () => performance.now() }: WatchedClockOptions) {
    this.#source = source;
    this.#log = log;
    this.#metrics = metrics;
    this.#monotonic = monotonic;
    this.#last = { wallMs: source.now(), monotonicMs: monotonic() };
  }

  now(): number {
    return this.#source.now();
  }

  get isInDoubt(): boolean {
    const { wallMs, monotonicMs } = this.#last;
    this.#last = { wallMs: this.#source.now(), monotonicMs: this.#monotonic() };
    this.note('monotonic clock', this.#last.wallMs - wallMs - (this.#last.monotonicMs - monotonicMs));
    if (this.#heldAtMs === undefined) return false;
    if (this.#monotonic() < this.#heldAtMs) return true;
    this.#heldAtMs = undefined;
    this.#metrics.clockInDoubt.set(0);
    this.#log.warn({}, 'clock has held, irreversible jobs run again');
    return false;
  }

  /** The database's clock, which was read between `sentAtMs` and now. */
  noteDatabase(databaseMs: number, sentAtMs: number): void {
    const aheadMs = sentAtMs - databaseMs;
    const behindMs = this.now() - databaseMs;
    this.note('database clock', aheadMs > 0 ? aheadMs : Math.min(behindMs, 0));
  }

  /** The clock is off by this much from what it was compared with; a small difference is none. */
  note(reference: ClockReference, byMs: number): void {
    if (Math.abs(byMs) > CLOCK_JUMP_MS) this.doubt(reference, byMs);
  }

  /** From now on it has to hold. */
  doubt(reference: ClockReference, byMs?: number): void {
    const nowMs = this.#monotonic();
    this.#heldAtMs = nowMs + CLOCK_HOLD_MS;
    this.#metrics.clockInDoubt.set(1);
    // With every heartbeat, while it differs from the database's.
    if (nowMs - this.#loggedAtMs < LOG_EVERY_MS && reference === 'database clock') return;
    this.#loggedAtMs = nowMs;
    const seconds = byMs === undefined ? undefined : Math.round(byMs / 1_000);
    this.#log.error(
      { reference, bySeconds: seconds, holdSeconds: CLOCK_HOLD_MS / 1_000 },
      'clock in doubt, irreversible jobs wait',
    );
  }
}
