import { describe, expect, it } from 'vitest';
import { PathMeter, rateQuality } from './quality.ts';

const calm = { lossPct: 0, roundTripMs: 20, frozenPct: 0, flowing: true };

describe('rateQuality', () => {
  it.each([
    [calm, 'excellent'],
    [{ ...calm, roundTripMs: null }, 'excellent'],
    [{ ...calm, lossPct: 1.5 }, 'good'],
    [{ ...calm, roundTripMs: 350 }, 'good'],
    [{ ...calm, lossPct: 6 }, 'poor'],
    [{ ...calm, frozenPct: 20 }, 'poor'],
    [{ ...calm, flowing: false }, 'lost'],
  ] as const)('rates %o as %s', (sample, quality) => {
    expect(rateQuality(sample)).toBe(quality);
  });
});

function report(entries: Record<string, unknown>[]): RTCStatsReport {
  return new Map(entries.map((entry, index) => [String(index), entry])) as unknown as RTCStatsReport;
}

describe('PathMeter', () => {
  it('measures loss between two readings, not since the start', () => {
    const meter = new PathMeter();
    const inbound = (packetsReceived: number, packetsLost: number) =>
      report([
        { type: 'inbound-rtp', kind: 'video', packetsReceived, packetsLost, bytesReceived: packetsReceived * 1_000 },
      ]);
    meter.readInbound(inbound(1_000, 500));
    const { stats, sample } = meter.readInbound(inbound(1_090, 510));
    expect(stats.lossPct).toBeCloseTo(10);
    expect(sample.flowing).toBe(true);
  });

  it('reports no flow when the counters do not change', () => {
    const meter = new PathMeter();
    const same = report([
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 10, packetsLost: 0, bytesReceived: 100 },
    ]);
    meter.readInbound(same);
    expect(meter.readInbound(same).sample.flowing).toBe(false);
  });

  it('counts the frames of the interval', () => {
    const meter = new PathMeter();
    const decoded = (framesDecoded: number) =>
      report([{ type: 'inbound-rtp', kind: 'video', framesDecoded, packetsReceived: 1 }]);
    expect(meter.readInbound(decoded(30)).sample.frames).toBe(30);
    expect(meter.readInbound(decoded(90)).sample.frames).toBe(60);
    expect(meter.readInbound(decoded(90)).sample.frames).toBe(0);
  });

  it('reads the round trip of the nominated candidate pair', () => {
    const { stats } = new PathMeter().readInbound(
      report([
        { type: 'candidate-pair', state: 'succeeded', nominated: false, currentRoundTripTime: 9 },
        { type: 'candidate-pair', state: 'succeeded', nominated: true, currentRoundTripTime: 0.04 },
        { type: 'inbound-rtp', kind: 'video', codecId: '3', frameWidth: 640, frameHeight: 360 },
        { type: 'codec', id: '3', mimeType: 'video/VP8' },
      ]),
    );
    expect(stats).toMatchObject({ roundTripMs: 40, width: 640, height: 360, codec: 'video/VP8' });
  });
});
