/**
 * A job that runs periodically, and at once when woken; never concurrently in one process. Wakes during a run cause one
 * further run. Failures are logged: the next run is the retry.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/** When a job that waits for the clock asks again, which may be long before its next run. */
const ASK_CLOCK_MS = 60_000;

export interface PeriodicJobOptions {
  name: string;
  everyMs: number;
  /** Does the work or a part of it; `true`: there may be more. */
  run: () => Promise<unknown>;
  log: Log;
  /**
   * The clock, where a run does by the time what cannot be undone (ends, erases, pays, tells people): it waits while
   * the clock is in doubt. `false`: no harm comes from a run at a wrong time.
   */
  waitsForClock: Clock | false;
  /** Skips a run when false, because another process does the work. Absent means that every process runs it. */
  mayRun?: () => boolean;
}

export class PeriodicJob {
  readonly #options: PeriodicJobOptions;
  #timer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: PeriodicJobOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get isIrreversible(): boolean {
    return this.#options.waitsForClock !== false;
  }

  start(): void {
    if (this.#timer || this.#closed) return;
    this.#timer = setInterval(() => this.wake(), this.#options.everyMs);
    this.wake();
  }

  wake(): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#runAll().finally(() => {
      this.#running = undefined;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    });
  }

  async #runAll(): Promise<void> {
    const { name, run, log, mayRun = () => true } = this.#options;
    if (!mayRun()) return;
    try {
      while (!this.#closed && !this.#mustWait() && (await run()) === true);
    } catch (error) {
      log.error({ err: error, job: name }, 'job failed, will retry');
    }
  }

  #mustWait(): boolean {
    const { waitsForClock } = this.#options;
    if (waitsForClock === false || waitsForClock.isInDoubt !== true) return false;
    clearTimeout(this.#askTimer);
    this.#askTimer = setTimeout(() => this.wake(), ASK_CLOCK_MS).unref();
    return true;
  }

  /** Resolves when nothing is running or requested. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#askTimer);
    await this.idle();
  }
}
