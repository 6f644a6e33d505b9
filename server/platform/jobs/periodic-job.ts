/**
 * A job that runs every so often, and at once when woken; never twice at a time in one process. Wakes while it runs are gathered into one
 * further run. Failures are logged: the next run is the retry.
 */
import type { Log } from '../log.ts';

export interface PeriodicJobOptions {
  name: string;
  everyMs: number;
  /** Does some of what is due; true when there may be more. */
  run: () => Promise<boolean>;
  log: Log;
  /** False passes a run over: another process does it. Absent means that every process does. */
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
      while (!this.#closed && (await run()));
    } catch (error) {
      log.error({ err: error, job: name }, 'job failed, trying again shortly');
    }
  }

  /** Resolves once nothing is running and nothing more was asked for. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.idle();
  }
}
