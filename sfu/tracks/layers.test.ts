import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerScales, NO_LAYER, preferredLayer, SOURCE_SIZE_DEFAULT, wantedLayer } from './layers.ts';

describe('layerScales', () => {
  it('reads the scales of simulcast encodings, lowest layer first', () => {
    expect(layerScales([{ scaleResolutionDownBy: 4 }, { scaleResolutionDownBy: 2 }, {}])).toEqual([4, 2, 1]);
  });

  it('assumes halves where the encodings name no scale', () => {
    expect(layerScales([{ rid: 'q' }, { rid: 'h' }, { rid: 'f' }])).toEqual([4, 2, 1]);
    expect(layerScales([{ scaleResolutionDownBy: 'x' }, { scaleResolutionDownBy: -1 }])).toEqual([2, 1]);
  });

  it('reads the spatial layers of SVC from the scalability mode', () => {
    expect(layerScales([{ scalabilityMode: 'L3T3_KEY' }])).toEqual([4, 2, 1]);
    expect(layerScales([{ scalabilityMode: 'L1T3' }])).toEqual([1]);
  });

  it('finds one layer where there is nothing to read', () => {
    expect(layerScales([{}])).toEqual([1]);
    expect(layerScales([])).toEqual([1]);
    expect(layerScales(undefined)).toEqual([1]);
  });
});

describe('preferredLayer', () => {
  const scales = [4, 2, 1];
  const layerFor = (width: number, height: number) => preferredLayer({ width, height }, scales, SOURCE_SIZE_DEFAULT);

  it('is the smallest layer at least as large as the picture appears', () => {
    expect(layerFor(320, 180)).toBe(0);
    expect(layerFor(400, 225)).toBe(1);
    expect(layerFor(640, 360)).toBe(1);
    expect(layerFor(800, 450)).toBe(2);
    expect(layerFor(3840, 2160)).toBe(2);
  });

  it('tolerates a few pixels', () => {
    expect(layerFor(330, 186)).toBe(0);
    expect(layerFor(656, 369)).toBe(1);
  });

  it('goes by the side that bounds the picture, as on a phone held upright', () => {
    expect(layerFor(320, 2000)).toBe(0);
    expect(layerFor(2000, 180)).toBe(0);
  });

  it('is the lowest for an element that is not shown and the highest when nothing is known', () => {
    expect(layerFor(0, 0)).toBe(0);
    expect(preferredLayer(undefined, scales, SOURCE_SIZE_DEFAULT)).toBe(2);
  });

  it('never falls when the element grows', () => {
    const side = fc.integer({ min: 0, max: 8_000 });
    fc.assert(
      fc.property(side, side, side, side, (width, height, more, higher) => {
        expect(layerFor(width + more, height + higher)).toBeGreaterThanOrEqual(layerFor(width, height));
      }),
    );
  });
});

describe('wantedLayer', () => {
  it('is the highest that anybody prefers', () => {
    expect(wantedLayer([0, 2, 1], 0)).toBe(2);
  });

  it('is the lowest for an audience that does not watch yet, and none for nobody', () => {
    expect(wantedLayer([], 5)).toBe(0);
    expect(wantedLayer([], 0)).toBe(NO_LAYER);
  });
});
