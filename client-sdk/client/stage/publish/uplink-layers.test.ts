import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEAD_LINE } from './dead-line.ts';
import { FALLING_MS } from './uplink-figures.ts';
import { neededBps, UPLINK, UplinkLayers } from './uplink-layers.ts';

const ENCODINGS = [100_000, 500_000, 1_700_000].map((maxBitrate, layer) => ({ rid: `r${layer}`, maxBitrate }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sender of three layers, of which the uplink carries `carried`, and the page has switched on `active`. */
class FakeSender {
  carried = 3;
  active = 3;
  availableOutgoingBitrate: number | undefined = 4_000_000;
  currentRoundTripTime = 0;
  bytesSent = 0;
  retransmittedBytesSent = 0;
  /** Whether the browser tells in its statistics which layers are switched on. */
  tellsActive = true;
  /** Whether anything is sent, and anything heard of the server. */
  isSending = true;
  isHeard = true;
  #transport = { type: 'transport', bytesSent: 0, bytesReceived: 0 };

  readonly getParameters = vi.fn((): RTCRtpSendParameters => {
    const encodings = ENCODINGS.map((encoding, layer) => ({ ...encoding, active: layer < this.active }));
    return { encodings, transactionId: '', codecs: [], headerExtensions: [], rtcp: {} };
  });

  async getStats(): Promise<RTCStatsReport> {
    const isSent = (layer: number) => layer < Math.min(this.carried, this.active);
    const streams = ENCODINGS.map(({ rid }, layer) => {
      const { bytesSent, retransmittedBytesSent } = this;
      const bytes = layer === 0 ? { bytesSent, retransmittedBytesSent } : {};
      const active = this.tellsActive ? { active: layer < this.active } : {};
      return { type: 'outbound-rtp', rid, targetBitrate: isSent(layer) ? 100_000 : 0, ...bytes, ...active };
    });
    const { availableOutgoingBitrate, currentRoundTripTime } = this;
    const pair = { type: 'candidate-pair', availableOutgoingBitrate, currentRoundTripTime };
    if (this.isSending) this.#transport.bytesSent += 1_000;
    if (this.isHeard) this.#transport.bytesReceived += 100;
    const transport = { ...this.#transport, timestamp: performance.now() };
    return new Map([...streams, pair, transport].map((stat, index) => [`${index}`, stat]));
  }
}

async function watch({ carried = 3, tellsActive = true } = {}) {
  const sender = new FakeSender();
  sender.tellsActive = tellsActive;
  if (carried < 3) Object.assign(sender, { carried, availableOutgoingBitrate: 200_000 });
  const changed: number[] = [];
  const limits: (number | null)[] = [];
  /** The limits until which nothing is sent, and how many of them are over. */
  const drained: number[] = [];
  let ended = 0;
  const probe = vi.fn();
  const requestKeyFrame = vi.fn();
  const limit = (layer: number | null, until?: Promise<unknown> | null) => {
    limits.push(layer);
    if (until) drained.push(layer ?? 2);
    void until?.then(() => {
      ended += 1;
    });
    sender.active = (layer ?? 2) + 1;
  };
  const uplink = new UplinkLayers({
    producer: { closed: false, rtpSender: sender, rtpParameters: { encodings: ENCODINGS } },
    layers: { limit, probe, requestKeyFrame },
    onChanged: async (layer) => {
      changed.push(layer);
    },
  });
  await check();
  return { uplink, sender, changed, limits, drained, ended: () => ended, probe, requestKeyFrame };
}

const check = () => vi.advanceTimersByTimeAsync(UPLINK.checkMs);

describe('UplinkLayers', () => {
  it.each([true, false])(
    'asks for no parameters where the browser tells what is switched on: %s',
    async (tellsActive) => {
      const { sender, limits } = await watch({ tellsActive });
      sender.carried = 1;
      await check();
      expect(limits).toEqual([0]);
      expect(sender.getParameters.mock.calls.length > 0).toBe(!tellsActive);
    },
  );

  it('takes no gap between frames for a narrow uplink where only frames tell what is sent', async () => {
    const sender = new FakeSender();
    let frames = [0, 0, 0];
    sender.getStats = async () =>
      new Map(
        ENCODINGS.map(({ rid }, layer) => [rid, { type: 'outbound-rtp', rid, framesEncoded: frames[layer] }]),
      ) as unknown as RTCStatsReport;
    const limit = vi.fn();
    new UplinkLayers({
      producer: { closed: false, rtpSender: sender, rtpParameters: { encodings: ENCODINGS } },
      layers: { limit, probe: vi.fn(), requestKeyFrame: vi.fn() },
      onChanged: async () => {},
    });
    const encode = async (layers: number, intervalMs: number) => {
      frames = frames.map((count, layer) => count + (layer < layers ? 1 : 0));
      await vi.advanceTimersByTimeAsync(intervalMs);
    };
    for (let i = 0; i < 40; i += 1) await encode(3, 150);
    // Muted, a camera sends a frame a second.
    for (let i = 0; i < 5; i += 1) await encode(3, 1_100);
    expect(limit).not.toHaveBeenCalled();
    for (let i = 0; i < 20; i += 1) await encode(1, 100);
    expect(limit.mock.calls[0]?.[0]).toBe(0);
  });

  it('switches off what the uplink does not carry, and tells it at once', async () => {
    const { sender, changed, limits, drained } = await watch();
    Object.assign(sender, { carried: 2, availableOutgoingBitrate: 700_000 });
    await check();
    expect({ changed, limits }).toEqual({ changed: [1], limits: [1] });
    sender.carried = 1;
    await check();
    expect({ changed, limits, drained }).toEqual({ changed: [1, 0], limits: [1, 0], drained: [] });
  });

  /** What was sent since the last check, and which part of it again. */
  const send = (sender: FakeSender, bytes: number, again: number) => {
    sender.bytesSent += bytes;
    sender.retransmittedBytesSent += again;
  };

  it('drops what waits to be sent again when far less gets through, and keeps what surely fits', async () => {
    const { sender, limits, drained } = await watch();
    sender.availableOutgoingBitrate = 1_450_000;
    await check();
    expect(limits).toEqual([]);
    send(sender, 25_000, 15_000);
    await check();
    expect({ limits, drained }).toEqual({ limits: [1], drained: [1] });
    sender.availableOutgoingBitrate = 450_000;
    send(sender, 10_000, 5_000);
    await check();
    expect({ limits, drained }).toEqual({ limits: [1, 0], drained: [1, 0] });
  });

  it('drops nothing on a lossy uplink, and nothing when the estimate falls without loss', async () => {
    const { sender, limits } = await watch();
    send(sender, 25_000, 15_000);
    await check();
    sender.availableOutgoingBitrate = 1_450_000;
    send(sender, 25_000, 1_000);
    await check();
    await vi.advanceTimersByTimeAsync(FALLING_MS);
    send(sender, 25_000, 15_000);
    await check();
    expect(limits).toEqual([]);
  });

  /** Sends this much in each of the next checks. */
  const sendFor = async (sender: FakeSender, checks: number, bytes: number) => {
    for (let i = 0; i < checks; i += 1) {
      send(sender, bytes, 0);
      await check();
    }
  };

  it('drops what is queued once the server says that the line is narrow, before the estimate falls', async () => {
    const { uplink, sender, limits, drained } = await watch();
    await sendFor(sender, 6, 25_000);
    uplink.handleNarrow(0.4);
    expect({ limits, drained }).toEqual({ limits: [1], drained: [1] });
    // The key frame that follows queues up too.
    uplink.handleNarrow(0.1);
    await sendFor(sender, 11, 7_000);
    expect(limits).toEqual([1]);
    uplink.handleNarrow(0.4);
    expect({ limits, drained }).toEqual({ limits: [1, 0], drained: [1, 0] });
  });

  it('takes a key frame that queues up for no narrow line', async () => {
    const { uplink, sender, limits } = await watch();
    await sendFor(sender, 6, 25_000);
    await sendFor(sender, 2, 80_000);
    uplink.handleNarrow(0.4);
    expect(limits).toEqual([]);
  });

  it('measures what is sent in a tab in the background, whose timers run once a second', async () => {
    const { uplink, sender, limits } = await watch();
    const getStats = sender.getStats.bind(sender);
    sender.getStats = async () => {
      await vi.advanceTimersByTimeAsync(900);
      return await getStats();
    };
    await sendFor(sender, 4, 250_000);
    uplink.handleNarrow(0.7);
    expect(limits).toEqual([]);
    uplink.handleNarrow(0.4);
    expect(limits).toEqual([1]);
  });

  it('ignores the server before it has measured what is sent', async () => {
    const { uplink, limits } = await watch();
    uplink.handleNarrow(0.1);
    expect(limits).toEqual([]);
  });

  it('sends nothing over a dead line, and begins with a key frame when it is back', async () => {
    const { uplink, sender, changed, limits, ended, requestKeyFrame } = await watch();
    sender.isHeard = false;
    await vi.advanceTimersByTimeAsync(DEAD_LINE.silentMs);
    expect(limits).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * UPLINK.checkMs);
    // The sound goes on.
    sender.carried = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect({ limits, ended: ended() }).toEqual({ limits: [null], ended: 0 });
    expect(requestKeyFrame).not.toHaveBeenCalled();
    sender.isHeard = true;
    await check();
    expect(ended()).toBe(1);
    expect(requestKeyFrame).toHaveBeenCalledOnce();
    uplink.handleNarrow(0.4);
    // What was lost on it is sent again.
    sender.availableOutgoingBitrate = 1_450_000;
    send(sender, 25_000, 15_000);
    await vi.advanceTimersByTimeAsync(UPLINK.drainedSettleMs / 2);
    expect({ changed, limits }).toEqual({ changed: [], limits: [null] });
  });

  it('waits for the report of what was lost where that would take the uplink for itself', async () => {
    const { sender, ended, requestKeyFrame } = await watch();
    sender.availableOutgoingBitrate = 3_000_000;
    sender.isHeard = false;
    await vi.advanceTimersByTimeAsync(2 * DEAD_LINE.silentMs);
    sender.isHeard = true;
    await vi.advanceTimersByTimeAsync(UPLINK.reportMs - 1);
    expect(ended()).toBe(0);
    await vi.advanceTimersByTimeAsync(UPLINK.checkMs);
    expect(ended()).toBe(1);
    expect(requestKeyFrame).toHaveBeenCalledOnce();
  });

  it('pauses once where no sound would tell that the line is back', async () => {
    const { sender, limits, ended } = await watch();
    sender.isHeard = false;
    while (limits.length === 0) await vi.advanceTimersByTimeAsync(UPLINK.fallingCheckMs);
    sender.isSending = false;
    await vi.advanceTimersByTimeAsync((DEAD_LINE.soundChecks + 1) * UPLINK.fallingCheckMs);
    expect(ended()).toBe(1);
    sender.isSending = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(limits).toEqual([null]);
  });

  it('takes no silence for a dead line on a long way, nor while nothing is switched on', async () => {
    const { sender, limits } = await watch();
    Object.assign(sender, { currentRoundTripTime: 0.6, isHeard: false });
    await vi.advanceTimersByTimeAsync(DEAD_LINE.silentMs + 500);
    expect(limits).toEqual([]);
    Object.assign(sender, { isHeard: true, active: 0 });
    await check();
    sender.isHeard = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(limits).toEqual([]);
  });

  it('takes a screen that does not change for no dead line', async () => {
    const { sender, limits } = await watch();
    Object.assign(sender, { isSending: false, isHeard: false });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(limits).toEqual([]);
  });

  it('says nothing while layers start, and nothing of layers that nobody wants', async () => {
    const { sender, changed, limits } = await watch();
    sender.active = 1;
    await check();
    Object.assign(sender, { active: 3, carried: 1 });
    await check();
    sender.carried = 3;
    await vi.advanceTimersByTimeAsync(5 * UPLINK.settleMs);
    expect({ changed, limits }).toEqual({ changed: [], limits: [] });
  });

  it('tells what is sent of a live that begins on a narrow uplink', async () => {
    const { sender, changed } = await watch({ carried: 1 });
    await vi.advanceTimersByTimeAsync(2 * UPLINK.settleMs);
    expect(changed).toEqual([0]);
    expect(sender.active).toBe(1);
  });

  it('probes meanwhile, and adds a layer when there is bandwidth for it', async () => {
    const { sender, changed, limits, probe } = await watch();
    Object.assign(sender, { carried: 1, availableOutgoingBitrate: 280_000 });
    await vi.advanceTimersByTimeAsync(3 * UPLINK.restMs);
    expect(probe.mock.calls.length).toBeGreaterThan(1);
    expect(limits).toEqual([0]);
    Object.assign(sender, { carried: 3, availableOutgoingBitrate: 1_200_000 });
    await vi.advanceTimersByTimeAsync(3 * UPLINK.settleMs);
    expect({ changed, limits }).toEqual({ changed: [0, 1, 2], limits: [0, 1, null] });
  });

  it('waits ever longer before it tries again where the browser does not tell its bandwidth', async () => {
    const { sender, limits } = await watch();
    Object.assign(sender, { carried: 2, availableOutgoingBitrate: undefined });
    const tries: number[] = [];
    for (let atMs = 0; atMs < 120_000; atMs += UPLINK.checkMs) {
      await check();
      if (limits.at(-1) === null && limits.length > tries.length * 2) tries.push(atMs);
    }
    const waits = tries.slice(1).map((atMs, index) => atMs - (tries[index] ?? 0));
    expect(waits.length).toBeGreaterThan(1);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });
});

describe('neededBps', () => {
  it('does not add the middle layer on an uplink of 300 kbit/s, and does on one of 800', () => {
    expect(neededBps(ENCODINGS, 1)).toBeGreaterThan(300_000);
    expect(neededBps(ENCODINGS, 1)).toBeLessThan(700_000);
  });

  it('adds the top layer at what a browser can find by probing with the lower ones, twice their bit rate', () => {
    expect(neededBps(ENCODINGS, 2)).toBeLessThanOrEqual(2 * 648_000);
  });
});
