/**
 * Limits the layers of a viewer whose bandwidth is too low for the layer they want. The worker selects layers by its
 * bandwidth estimate and has two weaknesses: it selects a layer when only a quarter of its frames fit, and its estimate
 * hardly rises while it sends a small layer. This class sets a ceiling for the layer, and makes the worker probe.
 *
 * The worker probes with padding when its maximum outgoing bit rate changes and is above the estimate. That maximum is
 * kept one step above the estimate, so that a narrow line gets little padding, and rises with it.
 */
import type { types } from 'mediasoup';
import { VIEWER_BITRATE_MIN_BPS, VIEWER_BITRATE_START_BPS } from '../limits.ts';
import { layerCeiling } from '../tracks/layer-ceiling.ts';

const PROBE_EVERY_MS = 2_000;
/** The first probe after a gap, once the worker has heard of everything that was lost in it. */
const PROBE_AFTER_GAP_MS = 400;
/** How long such losses are not taken for those of a narrow line. */
const GAP_FORGIVEN_MS = 1_000;
/** How long a low estimate counts for nothing after a layer was added. */
const RAISE_FORGIVEN_MS = 1_500;
/** The limit in relation to the estimate, and the share of it that the estimate has to reach for the next step. */
const STEP = 2;
const STEP_REACHED = 0.8;
/** A limit that differs by this much makes the worker probe again. */
const NUDGE_BPS = 1_000;
/**
 * A worker never estimates more than this multiple of the highest layer's bit rate, or what it begins with. It ignores
 * limits near that; an estimate close to the highest limit means that the line carries everything.
 */
const WORKER_MARGIN = 1.35;
const LIMIT_SHARE = 0.85;
const FREE_SHARE = 0.8;
/** Share of what arrives that may be used at first, and the sound's part of it with its headers. */
const LINE_SHARE = 0.85;
const SOUND_BPS = 60_000;
/**
 * Share of the lowest layers that has to fit. Soon after larger layers were given up this is not decided: little is
 * sent then, and what is lost was sent before.
 */
const LOWEST_SHARE = 0.8;
const FALL_FORGIVEN_MS = 2_500;
/**
 * After a layer was too much, none is added for this long; twice as long each time, until there was none for a while.
 */
const REST_MS = 5_000;
const REST_MAX_MS = 60_000;
const CALM_MS = 120_000;

/** A camera's track that the viewer gets. */
export interface LineTrack {
  /** The highest layer that the line carries. */
  ceiling: number;
  /** The layer to select but for the ceiling. */
  readonly wantedLayer: number;
  readonly muted: boolean;
  /** Of each layer; undefined: the worker decides alone. */
  readonly bitrates: readonly number[] | undefined;
  applyLayer(): void;
}

interface BandwidthTrace {
  availableBitrate: number;
  /** Of the highest layer that is sent of each track, smoothed. */
  effectiveDesiredBitrate: number;
}

export class NarrowLine {
  readonly #transport: types.WebRtcTransport;
  readonly #tracks: () => readonly LineTrack[];
  /** Runs while the line is watched. */
  #probing: NodeJS.Timeout | undefined;
  #availableBps: number | undefined;
  /**
   * Since the last probe. A probe that finds too little lowers the estimate far below what the one before has found.
   */
  #bestBps = 0;
  #limitBps = 0;
  #mostBps = VIEWER_BITRATE_START_BPS * WORKER_MARGIN;
  /** Whether the limit follows an estimate that has reached it. */
  #isClimbing = false;
  #forgivenUntilMs = 0;
  #restMs = REST_MS;
  #fellAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { transport: types.WebRtcTransport; tracks: () => readonly LineTrack[] }) {
    this.#transport = options.transport;
    this.#tracks = options.tracks;
    this.#transport.on('trace', ({ type, info }) => {
      if (type === 'bwe' && this.#probing) this.#handleTrace(info as BandwidthTrace);
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
    if (isSmaller || isFewerFrames(before, now)) this.#watch(PROBE_EVERY_MS);
  }

  /** Whether a line that carries this much is too narrow for the lowest layers: trying them costs seconds of sound. */
  isTooNarrow(lineBps: number): boolean {
    const lowest = this.#tracks().flatMap(({ muted, bitrates }) => (muted ? [] : (bitrates?.[0] ?? [])));
    const hasFallen = performance.now() - this.#fellAtMs < FALL_FORGIVEN_MS;
    const neededBps = lowest.reduce((sum, each) => sum + each, 0) * LOWEST_SHARE;
    return lowest.length > 0 && !hasFallen && spareBps(lineBps) < neededBps;
  }

  /** The client says what arrives over a line that is too narrow, sooner than the worker knows of it. */
  handleNarrow(lineBps: number): void {
    this.#watch(PROBE_EVERY_MS);
    const videoBps = Math.max(VIEWER_BITRATE_MIN_BPS, spareBps(lineBps));
    this.#forgivenUntilMs = 0;
    this.#limit(videoBps);
    this.#handleEstimate(videoBps, layerToChoose);
  }

  /** The line was dead and is back. The worker takes what was lost meanwhile for losses of a narrow line. */
  handleGap(): void {
    this.#forgivenUntilMs = performance.now() + GAP_FORGIVEN_MS;
    this.#watch(PROBE_AFTER_GAP_MS);
  }

  close(): void {
    clearTimeout(this.#probing);
    this.#probing = undefined;
  }

  #watch(probeAfterMs: number): void {
    if (!this.#probing) {
      this.#availableBps = undefined;
      // All these calls fail only if the transport ended meanwhile.
      this.#transport.enableTraceEvent(['bwe']).catch(() => {});
    }
    clearTimeout(this.#probing);
    this.#probing = setTimeout(() => this.#probe(), probeAfterMs).unref();
  }

  #leave(): void {
    this.close();
    this.#isClimbing = false;
    this.#transport.enableTraceEvent([]).catch(() => {});
    this.#limit(0);
    for (const track of this.#tracks()) {
      const isLimited = track.ceiling < track.wantedLayer;
      track.ceiling = Number.POSITIVE_INFINITY;
      if (isLimited) track.applyLayer();
    }
  }

  #handleTrace({ availableBitrate, effectiveDesiredBitrate }: BandwidthTrace): void {
    this.#mostBps = Math.max(VIEWER_BITRATE_START_BPS, effectiveDesiredBitrate * WORKER_MARGIN);
    this.#handleEstimate(availableBitrate);
  }

  /** Lowers ceilings at once. Raises them when everything fits: on the way there each layer would cost a key frame. */
  #handleEstimate(availableBps: number, ceilingFor = ceilingOf): void {
    this.#availableBps = availableBps;
    this.#bestBps = Math.max(this.#bestBps, availableBps);
    const isForgiven = performance.now() < this.#forgivenUntilMs;
    for (const track of this.#tracks()) {
      const ceiling = ceilingFor(track, availableBps);
      if (ceiling < Math.min(track.ceiling, track.wantedLayer) && !isForgiven)
        this.#lower(track, ceiling, availableBps);
    }
    const isFree = availableBps >= this.#mostBps * FREE_SHARE;
    const fits = (track: LineTrack) => isFree || layerToChoose(track, availableBps) >= track.wantedLayer;
    if (this.#tracks().every((track) => fits(track) && this.#mayRaise(track))) this.#leave();
    else if (this.#isClimbing && availableBps >= this.#limitBps * STEP_REACHED) this.#raiseLimit(availableBps * STEP);
  }

  #lower(track: LineTrack, ceiling: number, availableBps: number): void {
    const now = performance.now();
    const sinceFallMs = now - this.#fellAtMs;
    if (sinceFallMs > CALM_MS) this.#restMs = REST_MS;
    // Falls that follow close upon another are one.
    else if (sinceFallMs >= this.#restMs) this.#restMs = Math.min(REST_MAX_MS, this.#restMs * 2);
    this.#fellAtMs = now;
    this.#isClimbing = false;
    this.#bestBps = 0;
    // Without a step above it: padding would only make it worse now.
    this.#limit(availableBps);
    track.ceiling = ceiling;
    track.applyLayer();
  }

  #mayRaise({ ceiling, wantedLayer }: LineTrack): boolean {
    return ceiling >= wantedLayer || performance.now() - this.#fellAtMs >= this.#restMs;
  }

  #probe(): void {
    const availableBps = this.#availableBps;
    this.#watch(availableBps === undefined ? PROBE_AFTER_GAP_MS : PROBE_EVERY_MS);
    if (availableBps === undefined) return;
    for (const track of this.#tracks()) this.#raise(track, this.#bestBps);
    this.#bestBps = 0;
    this.#isClimbing = true;
    this.#raiseLimit(Math.max(VIEWER_BITRATE_MIN_BPS, availableBps) * STEP);
  }

  #raise(track: LineTrack, availableBps: number): void {
    const ceiling = ceilingOf(track, availableBps);
    if (ceiling <= track.ceiling || !this.#mayRaise(track)) return;
    track.ceiling = ceiling;
    track.applyLayer();
    // The estimate follows what is sent.
    this.#forgivenUntilMs = performance.now() + RAISE_FORGIVEN_MS;
  }

  #raiseLimit(wantedBps: number): void {
    const bps = Math.min(wantedBps, this.#mostBps * LIMIT_SHARE);
    // The worker probes at the limit that was in force, so that a new one has to be set before.
    if (Math.abs(bps - this.#limitBps) > NUDGE_BPS) this.#limit(bps);
    this.#limit(this.#limitBps > bps ? bps : bps + NUDGE_BPS);
  }

  #limit(bps: number): void {
    this.#limitBps = bps === 0 ? 0 : Math.max(VIEWER_BITRATE_MIN_BPS, Math.round(bps));
    this.#transport.setMaxOutgoingBitrate(this.#limitBps).catch(() => {});
  }
}

/** Left for videos beside the sound. */
function spareBps(lineBps: number): number {
  return lineBps * LINE_SHARE - SOUND_BPS;
}

function ceilingOf({ bitrates, ceiling }: LineTrack, availableBps: number): number {
  return bitrates ? layerCeiling(availableBps, bitrates, ceiling) : Number.POSITIVE_INFINITY;
}

/** What fits well enough to be chosen, not only kept. */
function layerToChoose({ bitrates }: LineTrack, availableBps: number): number {
  return bitrates ? layerCeiling(availableBps, bitrates, -1) : Number.POSITIVE_INFINITY;
}

function isFewerFrames(before: types.ConsumerLayers, now: types.ConsumerLayers): boolean {
  return now.spatialLayer === before.spatialLayer && (now.temporalLayer ?? 0) < (before.temporalLayer ?? 0);
}
