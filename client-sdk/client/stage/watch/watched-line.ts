import type { Stalled } from '../../media/media-transport.ts';
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
    const onStalled = (stalled: Stalled): void => {
      this.#losses.handleStalled();
      options.onStalled(stalled);
    };
    const watched = { ...options, onStalled };
    this.#stalls = new StallMonitor(watched);
    this.#delays = new DelayMonitor(watched);
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
