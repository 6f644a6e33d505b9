import { parseScalabilityMode } from 'mediasoup';
import type { Viewport } from '../contract.ts';

/**
 * Computes which simulcast or SVC layer fits a viewer, and which one a publisher must send. Pure functions. Layer 0 is
 * the smallest.
 */

export interface Size {
  width: number;
  height: number;
}

/** Size of a camera's picture in Loge's studio, unless the publisher gives another. */
export const SOURCE_SIZE_DEFAULT: Size = { width: 1280, height: 720 };

/** A layer smaller than the element by this factor still fits: it is not visible, and layouts round their pixels. */
const TOLERANCE = 1.05;

/** Nobody watches: the publisher need not send the track at all. */
export const NO_LAYER = -1;

interface Encoding {
  scaleResolutionDownBy?: unknown;
  scalabilityMode?: unknown;
}

/**
 * The factor by which each layer is smaller than the source, lowest layer first, e.g. `[4, 2, 1]`. Simulcast has one
 * encoding for each layer; a single encoding with a scalability mode such as `L3T3` has several layers, each half of
 * the next. An encoding without a scale follows webrtc-pc's default, a factor of two for each step.
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
 * The smallest layer that is at least as large as the picture in the element (`object-fit: contain`); the highest layer
 * when none is large enough or the viewport is unknown.
 */
export function preferredLayer(viewport: Viewport | undefined, scales: readonly number[], source: Size): number {
  const top = scales.length - 1;
  if (!viewport) return top;
  const shownScale = Math.min(viewport.width / source.width, viewport.height / source.height);
  const layer = scales.findIndex((scale) => shownScale * scale <= TOLERANCE);
  return layer === -1 ? top : layer;
}

/**
 * The highest layer that anybody prefers. The lowest one keeps flowing while there is an audience, since one of them
 * may start to watch at any moment; without an audience the track may stop.
 */
export function wantedLayer(preferred: Iterable<number>, audience: number): number {
  let wanted = audience > 0 ? 0 : NO_LAYER;
  for (const layer of preferred) wanted = Math.max(wanted, layer);
  return wanted;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
