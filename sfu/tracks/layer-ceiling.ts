/**
 * The highest layer of a camera that a narrow line carries with all its frames. Pure. A worker on its own takes a
 * larger picture as soon as a quarter of its frames seem to fit: its key frame alone then fills the line for a second
 * or more, and the estimate that allowed it was too high.
 */

/** Share of a layer's bit rate that has to be available to keep it, and to choose it. */
const KEEPS = 0.8;
const CHOOSES = 1.05;

/** `bitrates`: of each layer with all its frames, lowest first; `current`: the highest one allowed so far. */
export function layerCeiling(availableBps: number, bitrates: readonly number[], current: number): number {
  const fits = (bps: number, layer: number) => availableBps >= bps * (layer <= current ? KEEPS : CHOOSES);
  return Math.max(0, bitrates.findLastIndex(fits));
}

/** Of each layer as the publisher declares it, lowest first; undefined where it declares none. */
export function layerBitrates(encodings: readonly unknown[] | undefined): number[] | undefined {
  const bitrates = (encodings ?? []).map((encoding) => (encoding as { maxBitrate?: unknown }).maxBitrate);
  const known = bitrates.filter((bps) => typeof bps === 'number' && bps > 0);
  return known.length > 1 && known.length === bitrates.length ? (known as number[]) : undefined;
}
