/**
 * A job that runs periodically, and at once when woken; never concurrently in one process. Wakes during a run cause one
 * further run. Failures are logged: the next run is the retry.
 */
import type { Log } from '../log.ts';

export interface PeriodicJobOptions {
  name: string;
  everyMs: number;
  /** Does the work or a part of it; `true`: there may be more. */
  run: () => Promise<unknown>;
  log: Log;
  /** Skips a run when false, because another process does the work. Absent means that every process runs it. */
  mayRun?: () => boolean;
}

export class PeriodicJob {
  readonly #options: PeriodicJobOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: PeriodicJobOptions) {
    this.#options = options;
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
      while (!this.#closed && (await run()) === true);
    } catch (error) {
      log.error({ err: error, job: name }, 'job failed, will retry');
    }
  }

  /** Resolves when nothing is running or requested. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.idle();
  }
}
