/**
 * Watches over a viewer whose line does not carry what they want to see. The worker decides about layers by its
 * estimate of the bandwidth, with two faults that this mends: it takes layers of which only a quarter of the frames fits,
 * and it hardly finds out that a line has become wider, since what it sends of a small layer proves nothing. So layers
 * above a ceiling are not chosen, and the worker is made to probe: libwebrtc sends padding at once when the highest
 * bit rate that it may send changes. The limit is a step above the estimate, so that a narrow line gets little padding.
 */
import type { types } from 'mediasoup';
import { VIEWER_BITRATE_MIN_BPS } from '../limits.ts';
import { layerCeiling } from '../tracks/layer-ceiling.ts';

const PROBE_EVERY_MS = 2_000;
/** The limit in relation to the estimate; a share of the limit that the estimate has to reach for the next step. */
const STEP = 2;
const STEP_REACHED = 0.8;
/** A limit that differs by this much makes the worker probe again. */
const NUDGE_BPS = 1_000;
/** Share of what arrives that may be used at first, and the sound's part of it with its headers. */
const LINE_SHARE = 0.85;
const SOUND_BPS = 60_000;
/** After a layer was too much, none is added for this long; twice as long each time, until there was none for a while. */
const REST_MS = 5_000;
const REST_MAX_MS = 60_000;
const CALM_MS = 60_000;

/** A camera's track that the viewer gets. */
export interface LineTrack {
  /** The highest layer that the line carries. */
  ceiling: number;
  /** The layer to select but for the ceiling. */
  readonly wantedLayer: number;
  /** Of each layer; undefined: the worker decides alone. */
  readonly bitrates: readonly number[] | undefined;
  applyLayer(): void;
}

export class NarrowLine {
  readonly #transport: types.WebRtcTransport;
  readonly #tracks: () => readonly LineTrack[];
  #probing: NodeJS.Timeout | undefined;
  #availableBps: number | undefined;
  #limitBps = 0;
  #restMs = REST_MS;
  #fellAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { transport: types.WebRtcTransport; tracks: () => readonly LineTrack[] }) {
    this.#transport = options.transport;
    this.#tracks = options.tracks;
    this.#transport.on('trace', ({ type, info }) => {
      if (type === 'bwe' && this.#probing)
        this.#handleEstimate((info as { availableBitrate: number }).availableBitrate);
    });
  }

  /** The worker has changed the layers of a track. */
  handleLayers(
    track: LineTrack,
    before: types.ConsumerLayers | undefined,
    now: types.ConsumerLayers | undefined,
  ): void {
    if (!track.bitrates || !before || !now || this.#probing) return;
    const isSmaller = now.spatialLayer < before.spatialLayer && now.spatialLayer < track.wantedLayer;
    if (isSmaller || isFewerFrames(before, now)) this.#enter();
  }

  /** The client says what arrives while packets are being lost, sooner than the worker knows of it. */
  handleLossy(lineBps: number): void {
    if (!this.#probing) this.#enter();
    const videoBps = Math.max(VIEWER_BITRATE_MIN_BPS, lineBps * LINE_SHARE - SOUND_BPS);
    this.#limit(videoBps * STEP);
    this.#handleEstimate(videoBps);
  }

  close(): void {
    clearInterval(this.#probing);
    this.#probing = undefined;
  }

  #enter(): void {
    this.#availableBps = undefined;
    this.#probing = setInterval(() => this.#probe(), PROBE_EVERY_MS).unref();
    // All these calls fail only if the transport ended meanwhile.
    this.#transport.enableTraceEvent(['bwe']).catch(() => {});
  }

  #leave(): void {
    this.close();
    this.#transport.enableTraceEvent([]).catch(() => {});
    this.#limit(0);
    for (const track of this.#tracks()) track.ceiling = Number.POSITIVE_INFINITY;
  }

  #handleEstimate(availableBps: number): void {
    this.#availableBps = availableBps;
    for (const track of this.#tracks()) this.#adapt(track, availableBps);
    if (this.#tracks().every(({ ceiling, wantedLayer }) => ceiling >= wantedLayer)) this.#leave();
    else if (availableBps >= this.#limitBps * STEP_REACHED) this.#limit(availableBps * STEP);
  }

  #adapt(track: LineTrack, availableBps: number): void {
    if (!track.bitrates) return;
    const ceiling = layerCeiling(availableBps, track.bitrates, track.ceiling);
    const sinceFallMs = performance.now() - this.#fellAtMs;
    if (ceiling === track.ceiling || (ceiling > track.ceiling && sinceFallMs < this.#restMs)) return;
    if (ceiling < track.ceiling) this.#handleFall(sinceFallMs);
    track.ceiling = ceiling;
    track.applyLayer();
  }

  /** Falls that follow close upon another are one. */
  #handleFall(sinceFallMs: number): void {
    if (sinceFallMs > CALM_MS) this.#restMs = REST_MS;
    else if (sinceFallMs > this.#restMs) this.#restMs = Math.min(REST_MAX_MS, this.#restMs * 2);
    this.#fellAtMs = performance.now();
  }

  #probe(): void {
    if (this.#availableBps === undefined) return;
    const limitBps = Math.max(VIEWER_BITRATE_MIN_BPS, this.#availableBps) * STEP;
    this.#limit(Math.abs(limitBps - this.#limitBps) < NUDGE_BPS ? limitBps + NUDGE_BPS : limitBps);
  }

  #limit(bps: number): void {
    this.#limitBps = Math.round(bps);
    this.#transport.setMaxOutgoingBitrate(this.#limitBps).catch(() => {});
  }
}

function isFewerFrames(before: types.ConsumerLayers, now: types.ConsumerLayers): boolean {
  return now.spatialLayer === before.spatialLayer && (now.temporalLayer ?? 0) < (before.temporalLayer ?? 0);
}
