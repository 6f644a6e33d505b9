import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DelayMonitor } from './delay-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const USUAL_BPS = 1_000_000;

/** A camera behind a line whose queue drops nothing; a frame is shown when its last byte has passed. */
class FakeReceiver {
  frameMs = 40;
  /** What the line carries; null: everything at once. */
  lineBps: number | null = null;
  /** What the publisher's line lets through. */
  sentShare = 1;
  isDead = false;
  /** Some browsers do not tell it. */
  tellsLastPacket = true;
  /** For how long the browser holds each frame, and what is added to its timestamp. */
  bufferMs = 0;
  timestampShiftMs = 0;
  packetsLost = 0;
  #atMs = 0;
  #queued: { frame: number; bytes: number }[] = [];
  #shown = { frame: 0, atMs: 0 };
  #frame = 0;
  #bytes = 0;
  #packetAtMs = 0;

  /** One millisecond. */
  #step(): void {
    this.#atMs += 1;
    if (this.#atMs % this.frameMs === 0) {
      this.#frame += 1;
      this.#queued.push({ frame: this.#frame, bytes: ((USUAL_BPS * this.frameMs) / 8_000) * this.sentShare });
    }
    let room = this.isDead ? 0 : (this.lineBps ?? Number.POSITIVE_INFINITY) / 8_000;
    while (room > 0 && this.#queued[0]) {
      const [first] = this.#queued;
      const passed = Math.min(room, first.bytes);
      first.bytes -= passed;
      room -= passed;
      this.#bytes += passed;
      this.#packetAtMs = this.#atMs;
      if (first.bytes > 0) return;
      this.#shown = { frame: first.frame, atMs: this.#atMs };
      this.#queued.shift();
    }
  }

  #catchUp(): void {
    while (this.#atMs < Math.floor(performance.now())) this.#step();
  }

  getSynchronizationSources(): RTCRtpSynchronizationSource[] {
    this.#catchUp();
    const { frame, atMs } = this.#shown;
    const rtpTimestamp = Math.round((frame * this.frameMs - this.timestampShiftMs) * 90);
    return frame === 0 ? [] : [{ timestamp: atMs + this.bufferMs, source: 1, rtpTimestamp }];
  }

  async getStats(): Promise<RTCStatsReport> {
    this.#catchUp();
    const last = this.tellsLastPacket && { lastPacketReceivedTimestamp: this.#packetAtMs };
    const times = { timestamp: this.#atMs, ...last };
    const packetsReceived = Math.floor(this.#bytes / 1_000);
    return new Map<string, object>([
      [
        'in',
        { type: 'inbound-rtp', packetsReceived, packetsLost: this.packetsLost, bytesReceived: this.#bytes, ...times },
      ],
      ['line', { type: 'transport', bytesReceived: this.#bytes }],
    ]);
  }
}

async function watch() {
  const receiver = new FakeReceiver();
  const onStalled = vi.fn();
  const monitor = new DelayMonitor({ cameras: () => [receiver], onStalled });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(onStalled).not.toHaveBeenCalled();
  return { receiver, onStalled, monitor };
}

it.each([0.15, 0.35, 0.7])(
  'reports what arrives over a line that carries %d of what is sent, before the queue is full',
  async (share) => {
    const { receiver, onStalled } = await watch();
    receiver.lineBps = USUAL_BPS * share;
    // By when a queue of 250 ms is full and drops what comes, with the way to the receiver.
    await vi.advanceTimersByTimeAsync(250 + (250 * share) / (1 - share));
    expect(onStalled).toHaveBeenCalledOnce();
    const [{ lineBps }] = onStalled.mock.calls[0] ?? [{}];
    expect(lineBps / receiver.lineBps).toBeGreaterThan(0.85);
    expect(lineBps / receiver.lineBps).toBeLessThan(1.15);
  },
);

it('reports a steep fall sooner', async () => {
  const { receiver, onStalled } = await watch();
  receiver.lineBps = USUAL_BPS * 0.35;
  await vi.advanceTimersByTimeAsync(200);
  expect(onStalled).toHaveBeenCalledOnce();
});

it('is silent on a line that carries hardly anything for a moment', async () => {
  const { receiver, onStalled } = await watch();
  receiver.lineBps = USUAL_BPS * 0.15;
  await vi.advanceTimersByTimeAsync(160);
  receiver.lineBps = null;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).not.toHaveBeenCalled();
});

it('is silent while packets are lost: frames wait for those to be sent again', async () => {
  const { receiver, onStalled } = await watch();
  receiver.lineBps = USUAL_BPS * 0.35;
  for (; receiver.packetsLost < 30; receiver.packetsLost += 1) await vi.advanceTimersByTimeAsync(30);
  expect(onStalled).not.toHaveBeenCalled();
});

it('is silent on a line that carries what is sent, and when less is sent', async () => {
  const { receiver, onStalled } = await watch();
  receiver.lineBps = USUAL_BPS * 1.1;
  await vi.advanceTimersByTimeAsync(5_000);
  receiver.sentShare = 0.2;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).not.toHaveBeenCalled();
});

it.each([100, 150, 200, 300, 400, 700, 3_000])('does not report a line that stops for %i ms', async (stopMs) => {
  for (const tellsLastPacket of [true, false]) {
    const { receiver, onStalled } = await watch();
    Object.assign(receiver, { lineBps: USUAL_BPS * 3, isDead: true, tellsLastPacket });
    await vi.advanceTimersByTimeAsync(stopMs);
    receiver.isDead = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(onStalled).not.toHaveBeenCalled();
  }
});

it('takes a delay that stays for the usual one, and reports a line that becomes narrow then', async () => {
  const { receiver, onStalled } = await watch();
  receiver.bufferMs = 300;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).not.toHaveBeenCalled();
  receiver.lineBps = USUAL_BPS * 0.4;
  await vi.advanceTimersByTimeAsync(400);
  expect(onStalled).toHaveBeenCalledOnce();
});

it('reports a narrow line once, and a still narrower one again', async () => {
  const { receiver, onStalled } = await watch();
  receiver.lineBps = USUAL_BPS * 0.4;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onStalled).toHaveBeenCalledOnce();
  Object.assign(receiver, { lineBps: null, sentShare: 0.3 });
  await vi.advanceTimersByTimeAsync(5_000);
  receiver.lineBps = USUAL_BPS * 0.1;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(onStalled).toHaveBeenCalledTimes(2);
});

it('is silent about timestamps that begin anew while less is sent', async () => {
  const { receiver, onStalled } = await watch();
  Object.assign(receiver, { timestampShiftMs: 2 ** 32 / 90, sentShare: 0.5 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).not.toHaveBeenCalled();
});

it.each([40, 200])('is silent on a line that stops again and again, with frames %i ms apart', async (frameMs) => {
  const { receiver, onStalled } = await watch();
  Object.assign(receiver, { frameMs, lineBps: USUAL_BPS * 1.5 });
  await vi.advanceTimersByTimeAsync(3_000);
  for (let stops = 0; stops < 200; stops += 1) {
    receiver.isDead = true;
    await vi.advanceTimersByTimeAsync((stops * 37) % 120);
    receiver.isDead = false;
    await vi.advanceTimersByTimeAsync(300 + ((stops * 101) % 700));
  }
  expect(onStalled).not.toHaveBeenCalled();
});

it('stops with its session', async () => {
  const { receiver, onStalled, monitor } = await watch();
  monitor.close();
  receiver.lineBps = USUAL_BPS * 0.35;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).not.toHaveBeenCalled();
});
