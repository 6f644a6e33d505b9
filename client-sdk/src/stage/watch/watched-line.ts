import { LossBuffer, type LossBufferOptions } from './loss-buffer.ts';
import { StallMonitor, type StallMonitorOptions } from './stall-monitor.ts';

/** Everything that watches a viewer's line: one module, which the lobby does not load. Returns what ends it. */
export function watchLine(options: LossBufferOptions & StallMonitorOptions): () => void {
  const parts = [new LossBuffer(options), new StallMonitor(options)];
  return () => {
    for (const part of parts) part.close();
  };
}
