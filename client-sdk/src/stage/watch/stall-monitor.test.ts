import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STAGE } from '../../limits.ts';
import { StallMonitor } from './stall-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A receiver whose line and decoder are set by the test. */
class FakeReceiver {
  isMoving = true;
  isFlowing = true;
  packets = 0;
  #frameAt = 1;

  getSynchronizationSources(): RTCRtpSynchronizationSource[] {
    if (this.isMoving) this.#frameAt = performance.now() + 1;
    return [{ timestamp: this.#frameAt, source: 1, rtpTimestamp: 0 }];
  }

  async getStats(): Promise<RTCStatsReport> {
    if (this.isFlowing) this.packets += 1;
    return new Map([['in', { type: 'inbound-rtp', packetsReceived: this.packets }]]);
  }
}

function monitor() {
  const receiver = new FakeReceiver();
  const onStalled = vi.fn();
  new StallMonitor({ videos: () => [receiver], onStalled });
  return { receiver, onStalled };
}

describe('StallMonitor', () => {
  it('is silent while pictures come, and while nothing arrives', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(2_000);
    Object.assign(receiver, { isMoving: false, isFlowing: false });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(onStalled).not.toHaveBeenCalled();
  });

  it('reports soon after a dead line is back, and once if that helps', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, isFlowing: false });
    await vi.advanceTimersByTimeAsync(3_000);
    receiver.isFlowing = true;
    await vi.advanceTimersByTimeAsync(3 * STAGE.stillCheckMs);
    expect(onStalled).toHaveBeenCalledTimes(1);
    receiver.isMoving = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(onStalled).toHaveBeenCalledTimes(1);
  });

  it('does not take the packets of a single late frame for a stall', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, isFlowing: false });
    for (let frame = 0; frame < 10; frame += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      receiver.packets += 5;
    }
    expect(onStalled).not.toHaveBeenCalled();
  });

  it('reports ever more rarely while that does not help', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    receiver.isMoving = false;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(onStalled).toHaveBeenCalledTimes(4);
  });
});
