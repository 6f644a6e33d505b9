import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STALL, StallMonitor } from './stall-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PACKETS_PER_SECOND = 100;
const PACKET_BYTES = 1_000;

/** A receiver whose line and decoder are set by the test. */
class FakeReceiver {
  isMoving = true;
  /** Whether packets are sent, and the share of them that arrives. */
  isSent = true;
  arriving = 1;
  packets = 0;
  soundBytes = 0;
  reads = 0;
  #lost = 0;
  #missing = 0;
  #readAt = performance.now();
  #packetAt = performance.now();
  #frameAt = 1;

  getSynchronizationSources(): RTCRtpSynchronizationSource[] {
    if (this.isMoving) this.#packetAt = performance.now();
    if (this.isMoving) this.#frameAt = performance.now() + 1;
    return [{ timestamp: this.#frameAt, source: 1, rtpTimestamp: 0 }];
  }

  async getStats(): Promise<RTCStatsReport> {
    this.reads += 1;
    const sent = this.isSent ? ((performance.now() - this.#readAt) / 1_000) * PACKETS_PER_SECOND : 0;
    this.#readAt = performance.now();
    if (sent * this.arriving > 0) this.#packetAt = this.#readAt;
    this.packets += sent * this.arriving;
    this.#missing += sent * (1 - this.arriving);
    // A receiver knows of lost packets once a later one arrives.
    if (this.arriving > 0) this.#lost = this.#missing;
    const bytesReceived = this.packets * PACKET_BYTES;
    const times = { timestamp: this.#readAt, lastPacketReceivedTimestamp: this.#packetAt };
    const video = { packetsReceived: this.packets, packetsLost: this.#lost, bytesReceived, ...times };
    return new Map<string, object>([
      ['in', { type: 'inbound-rtp', ...video }],
      ['line', { type: 'transport', bytesReceived: bytesReceived + this.soundBytes }],
    ]);
  }
}

function monitor(...others: FakeReceiver[]) {
  const receiver = new FakeReceiver();
  const onStalled = vi.fn();
  const onMoving = vi.fn();
  const stalls = new StallMonitor({ videos: () => [...others, receiver], onStalled, onMoving });
  return { receiver, onStalled, onMoving, stalls };
}

describe('StallMonitor', () => {
  it('is silent while pictures come, and while nothing of them arrives', async () => {
    const { receiver, onStalled, onMoving } = monitor();
    await vi.advanceTimersByTimeAsync(2_000);
    Object.assign(receiver, { isMoving: false, isSent: false });
    await vi.advanceTimersByTimeAsync(STALL.stillAfterMs + STALL.checkMs);
    const before = onMoving.mock.calls.length;
    for (let packet = 0; packet < 1_000; packet += 1) {
      await vi.advanceTimersByTimeAsync(20);
      receiver.soundBytes += 100;
    }
    expect(receiver.reads).toBeLessThan(5 * 20 + STALL.quietAfterMs / STALL.checkMs);
    // The line is dead.
    await vi.advanceTimersByTimeAsync(20_000);
    expect(onStalled).not.toHaveBeenCalled();
    expect(before).toBeGreaterThan(0);
    expect(onMoving).toHaveBeenCalledTimes(before);
  });

  it('reports soon after a dead line is back, and takes its losses for no narrow line', async () => {
    const { receiver, onStalled, stalls } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stalls.isLineDead).toBe(false);
    Object.assign(receiver, { isMoving: false, arriving: 0 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(stalls.isLineDead).toBe(true);
    receiver.arriving = 1;
    await vi.advanceTimersByTimeAsync(STALL.quietCheckMs + 3 * STALL.checkMs);
    expect(onStalled.mock.calls).toEqual([[{ isBack: true }]]);
    // Once: what follows is no longer due to the socket.
    await vi.advanceTimersByTimeAsync(STALL.backoffMs[0] + 2 * STALL.checkMs);
    expect(onStalled.mock.calls.slice(1)).toEqual([[{ isBack: false }]]);
    receiver.isMoving = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(onStalled).toHaveBeenCalledTimes(2);
  });

  it('says once that the line was dead, also of two pictures and of a line that is narrow now', async () => {
    const other = new FakeReceiver();
    const { receiver, onStalled } = monitor(other);
    await vi.advanceTimersByTimeAsync(1_000);
    for (const video of [receiver, other]) Object.assign(video, { isMoving: false, arriving: 0 });
    await vi.advanceTimersByTimeAsync(5_000);
    receiver.arriving = 0.3;
    for (let packet = 0; packet < 50; packet += 1) {
      other.soundBytes += 100;
      await vi.advanceTimersByTimeAsync(20);
    }
    other.arriving = 1;
    await vi.advanceTimersByTimeAsync(20_000);
    const reports = onStalled.mock.calls.map(([{ isBack }]) => isBack);
    expect(reports.length).toBeGreaterThan(2);
    expect(reports.filter(Boolean)).toHaveLength(1);
    expect(reports[0]).toBe(true);
  });

  it('does not take the packets of a single late frame for a stall', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, arriving: 0 });
    for (let frame = 0; frame < 10; frame += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      receiver.packets += 5;
    }
    expect(onStalled).not.toHaveBeenCalled();
  });

  it('gives a picture that was paused, while sound arrived, time to be shown', async () => {
    const { receiver, onStalled, onMoving } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, isSent: false });
    for (let packet = 0; packet < 100; packet += 1) {
      await vi.advanceTimersByTimeAsync(20);
      receiver.soundBytes += 100;
    }
    receiver.isSent = true;
    const moves = onMoving.mock.calls.length;
    await vi.advanceTimersByTimeAsync(STALL.afterMs);
    expect(onStalled).not.toHaveBeenCalled();
    expect(onMoving).toHaveBeenCalledTimes(moves);
    await vi.advanceTimersByTimeAsync(STALL.quietCheckMs);
    expect(onStalled).toHaveBeenCalledTimes(1);
  });

  it.each([180, 250, 600])('takes the losses of a gap of %i ms for no narrow line', async (gapMs) => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, arriving: 0 });
    await vi.advanceTimersByTimeAsync(gapMs);
    // The sound comes first.
    receiver.soundBytes += 100;
    await vi.advanceTimersByTimeAsync(STALL.checkMs);
    receiver.arriving = 1;
    await vi.advanceTimersByTimeAsync(STALL.afterMs);
    expect(onStalled.mock.calls).toEqual([[{ isBack: false }]]);
  });

  it('reports what arrives over a line that is too narrow', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(receiver, { isMoving: false, arriving: 0.3 });
    // Sooner than a stall of another cause.
    await vi.advanceTimersByTimeAsync(STALL.afterMs);
    await vi.advanceTimersByTimeAsync(STALL.checkMs);
    const lineBps = PACKETS_PER_SECOND * 0.3 * PACKET_BYTES * 8;
    expect(onStalled.mock.calls).toEqual([[{ lineBps, isBack: false }]]);
  });

  it('reports at once that the line is too narrow, where it knew of no loss before', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    receiver.isMoving = false;
    await vi.advanceTimersByTimeAsync(STALL.afterMs + STALL.checkMs);
    expect(onStalled.mock.calls).toEqual([[{ isBack: false }]]);
    receiver.arriving = 0.3;
    await vi.advanceTimersByTimeAsync(8 * STALL.checkMs);
    expect(onStalled.mock.calls.slice(1)).toEqual([[{ lineBps: expect.any(Number), isBack: false }]]);
  });

  it('says that a picture moves beside a screen that does not, but not before its first frame', async () => {
    const screen = new FakeReceiver();
    Object.assign(screen, { isMoving: false, isSent: false });
    const { receiver, onStalled, onMoving } = monitor(screen);
    receiver.getSynchronizationSources = () => [];
    const hearFor = async (packets: number) => {
      for (let packet = 0; packet < packets; packet += 1) {
        screen.soundBytes += 100;
        await vi.advanceTimersByTimeAsync(20);
      }
    };
    await hearFor(100);
    onMoving.mockClear();
    await hearFor(100);
    expect(onMoving).not.toHaveBeenCalled();
    receiver.getSynchronizationSources = FakeReceiver.prototype.getSynchronizationSources;
    await hearFor(50);
    expect(onMoving).toHaveBeenCalled();
    expect(onStalled).not.toHaveBeenCalled();
  });

  it('reports a narrow line although another picture stands still without losses', async () => {
    const screen = new FakeReceiver();
    const { receiver, onStalled } = monitor(screen);
    await vi.advanceTimersByTimeAsync(1_000);
    screen.isMoving = false;
    Object.assign(receiver, { isMoving: false, arriving: 0.3 });
    await vi.advanceTimersByTimeAsync(2 * STALL.afterMs);
    expect(onStalled.mock.calls).toContainEqual([{ lineBps: expect.any(Number), isBack: false }]);
  });

  it('reports ever more rarely while that does not help', async () => {
    const { receiver, onStalled } = monitor();
    await vi.advanceTimersByTimeAsync(1_000);
    receiver.isMoving = false;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(onStalled).toHaveBeenCalledTimes(4);
  });
});
