import { parseScalabilityMode } from 'mediasoup';
import type { Viewport } from '../contract.ts';

/**
 * Which simulcast or SVC layer suits a viewer, and which a publisher must send. Pure functions; layers count from 0, the smallest.
 */

export interface Size {
  width: number;
  height: number;
}

/** What a camera gives in Loge's studio unless the publisher says otherwise. */
export const SOURCE_SIZE_DEFAULT: Size = { width: 1280, height: 720 };

/** A layer this little smaller than the element is still taken: the eye doesn't see it, and layouts round their pixels. */
const TOLERANCE = 1.05;

/** Nobody is there: the publisher need not send the track at all. */
export const NO_LAYER = -1;

interface Encoding {
  scaleResolutionDownBy?: unknown;
  scalabilityMode?: unknown;
}

/**
 * By how much each layer is smaller than the source, from the lowest layer to the highest, e.g. `[4, 2, 1]`. Simulcast has one encoding
 * for each layer; a single encoding with a scalability mode such as `L3T3` has several layers, each half of the next. An encoding
 * that doesn't tell its scale follows webrtc-pc's default, a factor of two for each step.
 */
export function layerScales(encodings: readonly unknown[] | undefined): number[] {
  const all = (encodings ?? []) as readonly Encoding[];
  const first = all[0];
  if (all.length > 1)
    return all.map((encoding, i) => positive(encoding.scaleResolutionDownBy) ?? 2 ** (all.length - 1 - i));
  const mode = typeof first?.scalabilityMode === 'string' ? parseScalabilityMode(first.scalabilityMode) : undefined;
  const count = mode?.spatialLayers ?? 1;
  const base = positive(first?.scaleResolutionDownBy) ?? 1;
  return Array.from({ length: count }, (_, i) => base * 2 ** (count - 1 - i));
}

/**
 * The smallest layer that is at least as large as the picture appears in the element (which shows all of it: `object-fit: contain`);
 * the highest layer when none is large enough or the viewer has not told their viewport.
 */
export function preferredLayer(viewport: Viewport | undefined, scales: readonly number[], source: Size): number {
  const top = scales.length - 1;
  if (!viewport) return top;
  const shownScale = Math.min(viewport.width / source.width, viewport.height / source.height);
  const layer = scales.findIndex((scale) => shownScale * scale <= TOLERANCE);
  return layer === -1 ? top : layer;
}

/**
 * The highest layer that anybody prefers. The lowest keeps flowing while entitled people are about, since one of them may start to
 * watch any moment; with nobody about at all the track may stop.
 */
export function wantedLayer(preferred: Iterable<number>, audience: number): number {
  let wanted = audience > 0 ? 0 : NO_LAYER;
  for (const layer of preferred) wanted = Math.max(wanted, layer);
  return wanted;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
