import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BUFFER } from './loss-buffer.ts';
import { STALL } from './stall-monitor.ts';
import { WatchedLine } from './watched-line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('buffers nothing for what is requested again while a picture stands still', async () => {
  const stillAfterMs = 1_000;
  const video = {
    jitterBufferTarget: null as number | null,
    getSynchronizationSources: (): RTCRtpSynchronizationSource[] => {
      const timestamp = Math.min(performance.now(), stillAfterMs);
      return [{ timestamp, source: 1, rtpTimestamp: timestamp * 90 }];
    },
    getStats: async (): Promise<RTCStatsReport> => {
      const packetsReceived = Math.floor(performance.now() / 10);
      const nackCount = performance.now() > stillAfterMs + STALL.afterMs ? packetsReceived : 0;
      return new Map<string, object>([['in', { type: 'inbound-rtp', packetsReceived, nackCount }]]);
    },
  };
  const onStalled = vi.fn();
  const videos = () => [video];
  const line = new WatchedLine({ receivers: videos, videos, cameras: () => [], onStalled, onMoving: () => {} });
  await vi.advanceTimersByTimeAsync(stillAfterMs + STALL.afterMs + BUFFER.stalledMs);
  expect(onStalled).toHaveBeenCalled();
  expect(video.jitterBufferTarget).toBeNull();
  line.close();
});
