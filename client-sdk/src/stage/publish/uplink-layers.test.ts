import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { neededBps, UPLINK, UplinkLayers } from './uplink-layers.ts';

const MAX_BITRATES = [100_000, 500_000, 1_700_000];

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

  getParameters(): RTCRtpSendParameters {
    const encodings = MAX_BITRATES.map((maxBitrate, layer) => {
      return { rid: `r${layer}`, active: layer < this.active, maxBitrate };
    });
    return { encodings, transactionId: '', codecs: [], headerExtensions: [], rtcp: {} };
  }

  async getStats(): Promise<RTCStatsReport> {
    const isSent = (layer: number) => layer < Math.min(this.carried, this.active);
    const streams = MAX_BITRATES.map((_, layer) => {
      return { type: 'outbound-rtp', rid: `r${layer}`, targetBitrate: isSent(layer) ? 100_000 : 0 };
    });
    const pair = { type: 'candidate-pair', availableOutgoingBitrate: this.availableOutgoingBitrate };
    return new Map([...streams, pair].map((stat, index) => [`${index}`, stat]));
  }
}

async function watch({ carried = 3 } = {}) {
  const sender = new FakeSender();
  if (carried < 3) Object.assign(sender, { carried, availableOutgoingBitrate: 200_000 });
  const changed: number[] = [];
  const limits: (number | null)[] = [];
  const probe = vi.fn();
  const limit = (layer: number | null) => {
    limits.push(layer);
    sender.active = (layer ?? 2) + 1;
  };
  new UplinkLayers({
    producer: { closed: false, rtpSender: sender },
    layers: { limit, probe },
    onChanged: (layer) => changed.push(layer),
  });
  await check();
  return { sender, changed, limits, probe };
}

const check = () => vi.advanceTimersByTimeAsync(UPLINK.checkMs);

describe('UplinkLayers', () => {
  it('asks for the parameters once a second while nothing changes, and at once after a change', async () => {
    const { sender, limits } = await watch();
    const asked = vi.spyOn(sender, 'getParameters');
    await vi.advanceTimersByTimeAsync(10 * UPLINK.calmCheckMs);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(10);
    sender.carried = 1;
    await check();
    expect(limits).toEqual([0]);
  });

  it('switches off what the uplink does not carry, and tells it at once', async () => {
    const { sender, changed, limits } = await watch();
    Object.assign(sender, { carried: 2, availableOutgoingBitrate: 700_000 });
    await check();
    expect({ changed, limits }).toEqual({ changed: [1], limits: [1] });
    sender.carried = 1;
    await check();
    expect({ changed, limits }).toEqual({ changed: [1, 0], limits: [1, 0] });
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
  const encodings = MAX_BITRATES.map((maxBitrate) => ({ maxBitrate }));

  it('does not add the middle layer on an uplink of 300 kbit/s, and does on one of 800', () => {
    expect(neededBps(encodings, 1)).toBeGreaterThan(300_000);
    expect(neededBps(encodings, 1)).toBeLessThan(700_000);
  });

  it('adds the top layer at what a browser can find by probing with the lower ones, twice their bit rate', () => {
    expect(neededBps(encodings, 2)).toBeLessThanOrEqual(2 * 648_000);
  });
});
