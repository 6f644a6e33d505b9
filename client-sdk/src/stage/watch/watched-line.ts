import { DelayMonitor, type DelayMonitorOptions } from './delay-monitor.ts';
import { LossBuffer, type LossBufferOptions } from './loss-buffer.ts';
import { StallMonitor, type StallMonitorOptions } from './stall-monitor.ts';

/** Everything that watches a viewer's line: one module, which the lobby does not load. */
export class WatchedLine {
  readonly #losses: LossBuffer;
  readonly #stalls: StallMonitor;
  readonly #delays: DelayMonitor;

  constructor(options: LossBufferOptions & StallMonitorOptions & DelayMonitorOptions) {
    this.#losses = new LossBuffer(options);
    this.#stalls = new StallMonitor(options);
    this.#delays = new DelayMonitor(options);
  }

  get isDead(): boolean {
    return this.#stalls.isLineDead;
  }

  close(): void {
    this.#losses.close();
    this.#stalls.close();
    this.#delays.close();
  }
}
