import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NarrowLine } from './narrow-line.ts';

const KBPS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class FakeTransport extends EventEmitter {
  readonly enableTraceEvent = vi.fn(async () => {});
  readonly limits: number[] = [];
  #sentKbps = 1_700;

  async setMaxOutgoingBitrate(bps: number): Promise<void> {
    this.limits.push(bps / KBPS);
  }

  /** `sentKbps`: of the highest layer, which is less where little moves. */
  estimate(kbps: number, sentKbps = this.#sentKbps): void {
    this.#sentKbps = sentKbps;
    this.emit('trace', {
      type: 'bwe',
      info: { availableBitrate: kbps * KBPS, effectiveDesiredBitrate: this.#sentKbps * KBPS },
    });
  }
}

/** A viewer who wants the full picture of a camera, and whose line has just become too narrow for it. */
function narrow() {
  const transport = new FakeTransport();
  const track = {
    ceiling: Number.POSITIVE_INFINITY,
    wantedLayer: 2,
    muted: false,
    bitrates: [100 * KBPS, 500 * KBPS, 1_700 * KBPS],
    applyLayer: vi.fn(),
  };
  const line = new NarrowLine({
    // Only the members that it uses.
    transport: transport as unknown as types.WebRtcTransport,
    tracks: () => [track],
  });
  const full = { spatialLayer: 2, temporalLayer: 2 };
  const handle = (now: types.ConsumerLayers, before: types.ConsumerLayers = full) =>
    line.handleLayers(track, before, now);
  return { transport, track, line, handle };
}

describe('NarrowLine', () => {
  it('costs nothing while the worker adds layers, or the viewer wants a smaller picture', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 2, temporalLayer: 2 }, { spatialLayer: 2, temporalLayer: 0 });
    handle({ spatialLayer: 2, temporalLayer: 0 }, { spatialLayer: 1, temporalLayer: 2 });
    track.wantedLayer = 1;
    handle({ spatialLayer: 1, temporalLayer: 2 });
    expect(transport.enableTraceEvent).not.toHaveBeenCalled();
    transport.estimate(300);
    expect(track.applyLayer).not.toHaveBeenCalled();
  });

  it('keeps the viewer to the layer that fits, instead of few frames of a larger one', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 2, temporalLayer: 0 });
    transport.estimate(326);
    expect(track.ceiling).toBe(0);
    expect(track.applyLayer).toHaveBeenCalledTimes(1);
  });

  it('makes the worker probe every two seconds, a step above the estimate', () => {
    const { transport, handle } = narrow();
    handle({ spatialLayer: 1, temporalLayer: 2 });
    transport.estimate(270);
    vi.advanceTimersByTime(4_000);
    // The worker probes at the limit that was in force before; so each step is two limits.
    expect(transport.limits).toEqual([270, 540, 541, 540]);
  });

  it('climbs step by step once the line is wide again, and then lets the worker decide', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 0, temporalLayer: 2 });
    transport.estimate(300);
    vi.advanceTimersByTime(6_000);
    for (const kbps of [500, 850]) transport.estimate(kbps);
    // Each layer on the way would cost a key frame.
    expect(track.ceiling).toBe(0);
    transport.estimate(2_295);
    expect(track.ceiling).toBe(Number.POSITIVE_INFINITY);
    expect(transport.limits.slice(-5)).toEqual([1_000, 1_001, 1_700, 1_701, 0]);
    expect(transport.enableTraceEvent).toHaveBeenLastCalledWith([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes a layer that fits where the estimate rises no further', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 0, temporalLayer: 2 });
    transport.estimate(170);
    vi.advanceTimersByTime(6_000);
    // The last probe was too much.
    for (const kbps of [340, 680, 200]) transport.estimate(kbps);
    vi.advanceTimersByTime(2_000);
    expect(track.ceiling).toBe(1);
    transport.estimate(200);
    expect(track.applyLayer).toHaveBeenCalledTimes(2);
  });

  it('does not take what a dead line has lost for a narrow line, and probes soon', () => {
    const { transport, track, line } = narrow();
    line.handleGap();
    transport.estimate(1_188);
    expect(track.applyLayer).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500);
    expect(transport.limits.at(-1)).toBe(1_951.75);
    transport.estimate(2_295);
    expect(transport.limits.at(-1)).toBe(0);
  });

  it('lets the worker decide where it carries all that is sent of a still picture', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 1, temporalLayer: 2 });
    transport.estimate(170, 600);
    vi.advanceTimersByTime(6_000);
    // The worker estimates 1.5 Mbit/s at most then.
    transport.estimate(1_250);
    expect(track.ceiling).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits ever longer before it tries a layer again that was too much', () => {
    const { transport, track, handle } = narrow();
    handle({ spatialLayer: 1, temporalLayer: 2 });
    transport.estimate(600);
    const tries: number[] = [];
    let before = 0;
    for (let atMs = 0; atMs < 120_000; atMs += 500) {
      if (track.ceiling > before) tries.push(atMs);
      before = track.ceiling;
      // The padding fits, the layer does not.
      transport.estimate(track.ceiling === 0 ? 600 : 300);
      vi.advanceTimersByTime(500);
    }
    const waits = tries.map((atMs, index) => atMs - (tries[index - 1] ?? 0));
    expect(waits.length).toBeGreaterThan(2);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThanOrEqual(20_000);
  });

  it('takes what the client says at once', () => {
    const { transport, track, line } = narrow();
    line.handleNarrow(600 * KBPS);
    // The middle layer would leave nothing spare, and lose frames.
    expect(track.ceiling).toBe(0);
    expect(track.applyLayer).toHaveBeenCalledTimes(1);
    // The worker's own estimate may not be above that.
    expect(transport.limits.at(-1)).toBe(450);
  });

  it('gives the picture up where not even the lowest layer fits', () => {
    const { line, track } = narrow();
    track.muted = true;
    expect(line.isTooNarrow(100 * KBPS)).toBe(false);
    track.muted = false;
    expect(line.isTooNarrow(100 * KBPS)).toBe(true);
    // It fits, with sound, into 250 kbit/s.
    expect(line.isTooNarrow(250 * KBPS)).toBe(false);
    line.handleNarrow(100 * KBPS);
    expect(track.ceiling).toBe(0);
  });

  it('does not give it up for what is lost soon after larger layers', () => {
    const { line } = narrow();
    line.handleNarrow(250 * KBPS);
    // What is lost now was sent before, and little is sent now.
    vi.advanceTimersByTime(1_000);
    expect(line.isTooNarrow(140 * KBPS)).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(line.isTooNarrow(140 * KBPS)).toBe(true);
  });
});
