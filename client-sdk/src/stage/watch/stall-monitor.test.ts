import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STAGE } from '../../limits.ts';
import { StallMonitor } from './stall-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PACKETS_PER_SECOND = 100;
const PACKET_BYTES = 1_000;

/** A receiver whose line and decoder are set by the test; time is that of the fake timers. */
class FakeReceiver {
  /** Frames are shown. */
  isMoving = true;
  /** Share of the packets that arrive. */
  arriving = 1;
  #sent = 0;
  #received = 0;
  #lostOf = 0;
  #frameAt = 1;
  #readAt = performance.now();

  getSynchronizationSources(): RTCRtpSynchronizationSource[] {
    if (this.isMoving) this.#frameAt = performance.now() + 1;
    return [{ timestamp: this.#frameAt, source: 1, rtpTimestamp: 0 }];
  }

  async getStats(): Promise<RTCStatsReport> {
    this.advance();
    const inbound = { type: 'inbound-rtp', packetsReceived: this.#received, packetsLost: this.#lostOf };
    return new Map<string, object>([
      ['in', inbound],
      ['transport', { type: 'transport', bytesReceived: this.#received * PACKET_BYTES }],
    ]);
  }

  advance(): void {
    const now = performance.now();
    const sent = ((now - this.#readAt) / 1_000) * PACKETS_PER_SECOND;
    this.#readAt = now;
    this.#sent += sent;
    this.#received += sent * this.arriving;
    // A receiver knows of lost packets once a later one arrives.
    if (this.arriving > 0) this.#lostOf = this.#sent - this.#received;
  }
}

function monitor() {
  const receiver = new FakeReceiver();
  const stalls: (number | undefined)[] = [];
  new StallMonitor({ videos: () => [receiver], onStalled: (lineBps) => stalls.push(lineBps) });
  return { receiver, stalls };
}

describe('StallMonitor', () => {
  it('is silent while pictures come, and while nothing arrives', async () => {
    const { receiver, stalls } = monitor();
    await vi.advanceTimersByTimeAsync(2_000);
    Object.assign(receiver, { isMoving: false, arriving: 0 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(stalls).toEqual([]);
  });

  it('reports at once when a dead line is back, and does not take its losses for those of a narrow line', async () => {
    const { receiver, stalls } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, arriving: 0 });
    await vi.advanceTimersByTimeAsync(3_000);
    receiver.advance();
    receiver.arriving = 1;
    await vi.advanceTimersByTimeAsync(2 * STAGE.stillCheckMs);
    expect(stalls).toEqual([undefined]);
    receiver.isMoving = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stalls).toEqual([undefined]);
  });

  it('reports what arrives over a line that is too narrow, and ever more rarely while that does not help', async () => {
    const { receiver, stalls } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    receiver.advance();
    Object.assign(receiver, { isMoving: false, arriving: 0.25 });
    await vi.advanceTimersByTimeAsync(STAGE.stallAfterMs + STAGE.stallCheckMs + 2 * STAGE.stillCheckMs);
    const expectedBps = PACKETS_PER_SECOND * 0.25 * PACKET_BYTES * 8;
    expect(stalls).toEqual([expectedBps]);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(stalls).toHaveLength(4);
  });
});
