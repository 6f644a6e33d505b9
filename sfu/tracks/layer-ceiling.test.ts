import { describe, expect, it } from 'vitest';
import { layerBitrates, layerCeiling } from './layer-ceiling.ts';

const BITRATES = [100_000, 500_000, 1_700_000];
const UNKNOWN = Number.POSITIVE_INFINITY;

describe('layerCeiling', () => {
  it('allows what fits with all its frames', () => {
    expect(layerCeiling(326_000, BITRATES, UNKNOWN)).toBe(0);
    expect(layerCeiling(618_000, BITRATES, UNKNOWN)).toBe(1);
    expect(layerCeiling(2_295_000, BITRATES, UNKNOWN)).toBe(2);
  });

  it('does not take a larger picture of which only some frames fit', () => {
    // A worker does so at 176 kbit/s, since that is what six frames a second of the middle layer need.
    for (const availableBps of [150_000, 176_000, 300_000, 500_000]) {
      expect(layerCeiling(availableBps, BITRATES, 0)).toBe(0);
    }
    expect(layerCeiling(530_000, BITRATES, 0)).toBe(1);
    expect(layerCeiling(2_000_000, BITRATES, 0)).toBe(2);
  });

  it('keeps a layer while the estimate is a little too low for it', () => {
    expect(layerCeiling(420_000, BITRATES, 1)).toBe(1);
    expect(layerCeiling(390_000, BITRATES, 1)).toBe(0);
    expect(layerCeiling(1_400_000, BITRATES, 2)).toBe(2);
  });

  it('always allows the lowest layer', () => {
    expect(layerCeiling(10_000, BITRATES, 0)).toBe(0);
  });
});

describe('layerBitrates', () => {
  it('reads what the publisher declares for every layer', () => {
    expect(layerBitrates([{ maxBitrate: 100_000 }, { maxBitrate: 500_000 }])).toEqual([100_000, 500_000]);
  });

  it('knows nothing where one is missing or wrong, or there is one layer', () => {
    expect(layerBitrates([{ maxBitrate: 100_000 }, {}])).toBeUndefined();
    expect(layerBitrates([{ maxBitrate: -1 }, { maxBitrate: 500_000 }])).toBeUndefined();
    expect(layerBitrates([{ maxBitrate: 500_000 }])).toBeUndefined();
    expect(layerBitrates(undefined)).toBeUndefined();
  });
});
