/**
 * Rates the media connection from WebRTC statistics (W3C webrtc-stats). `rateQuality` holds the thresholds; `PathMeter`
 * computes the differences between two readings of the counters.
 */
import type { Quality } from '../events.ts';

export interface PathSample {
  lossPct: number;
  roundTripMs: number | null;
  /** Share of the interval in which the picture was frozen, 0 to 100. */
  frozenPct: number;
  /** Whether media was received or sent. */
  flowing: boolean;
  /** Pictures decoded in the interval. */
  frames: number;
}

/**
 * Packet loss follows ITU-T G.1070: with retransmission it is not visible up to 1 %, but visible from 5 %. Round trips
 * are noticed in conversation from 300 ms (ITU-T G.114).
 */
export function rateQuality(sample: Omit<PathSample, 'frames'>): Quality {
  if (!sample.flowing) return 'lost';
  const roundTripMs = sample.roundTripMs ?? 0;
  if (sample.lossPct >= 5 || roundTripMs >= 500 || sample.frozenPct >= 15) return 'poor';
  if (sample.lossPct >= 1 || roundTripMs >= 300 || sample.frozenPct >= 3) return 'good';
  return 'excellent';
}

/** Statistics of the received media. */
export interface StageStats {
  /** Size of the received picture in pixels; null before the first frame. */
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  framesDecoded: number;
  framesDropped: number;
  freezeCount: number;
  /** Since the last call, in bits per second. */
  bitrateBps: number;
  /** Since the last call, 0 to 100. */
  lossPct: number;
  jitterMs: number | null;
  roundTripMs: number | null;
  codec: string | null;
}

interface Counters {
  at: number;
  bytes: number;
  packets: number;
  lost: number;
  frozenSeconds: number;
  frames: number;
}

interface Change {
  bitrateBps: number;
  lossPct: number;
  frozenPct: number;
  packets: number;
  frames: number;
}

const EMPTY: Counters = { at: 0, bytes: 0, packets: 0, lost: 0, frozenSeconds: 0, frames: 0 };

/** Reads consecutive reports of one transport and computes the changes since the previous one. */
export class PathMeter {
  #before: Counters = EMPTY;

  reset(): void {
    this.#before = EMPTY;
  }

  readInbound(report: RTCStatsReport): { stats: StageStats; sample: PathSample } {
    const all = [...report.values()] as Record<string, never>[];
    const inbound = all.filter((entry) => entry.type === 'inbound-rtp') as Partial<RTCInboundRtpStreamStats>[];
    const video =
      inbound.find((entry) => entry.kind === 'video' && (entry.framesDecoded ?? 0) > 0) ??
      inbound.find((entry) => entry.kind === 'video');
    const codec = all.find((entry) => (entry.id as unknown) === video?.codecId) as { mimeType?: string } | undefined;
    const roundTripMs = roundTrip(all);
    const now: Counters = {
      at: performance.now(),
      bytes: sum(inbound, (entry) => entry.bytesReceived),
      packets: sum(inbound, (entry) => entry.packetsReceived),
      lost: sum(inbound, (entry) => entry.packetsLost),
      frozenSeconds: video?.totalFreezesDuration ?? 0,
      frames: sum(inbound, (entry) => entry.framesDecoded),
    };
    const change = this.#advance(now);
    const stats: StageStats = {
      width: video?.frameWidth ?? null,
      height: video?.frameHeight ?? null,
      framesPerSecond: video?.framesPerSecond ?? null,
      framesDecoded: video?.framesDecoded ?? 0,
      framesDropped: video?.framesDropped ?? 0,
      freezeCount: video?.freezeCount ?? 0,
      bitrateBps: change.bitrateBps,
      lossPct: change.lossPct,
      jitterMs: video?.jitter === undefined ? null : video.jitter * 1_000,
      roundTripMs,
      codec: codec?.mimeType ?? null,
    };
    const { lossPct, frozenPct, frames, packets } = change;
    return { stats, sample: { lossPct, roundTripMs, frozenPct, frames, flowing: packets > 0 } };
  }

  readOutbound(report: RTCStatsReport): { bitrateBps: number; sample: PathSample } {
    const all = [...report.values()] as Record<string, never>[];
    const outbound = all.filter((entry) => entry.type === 'outbound-rtp') as Partial<RTCOutboundRtpStreamStats>[];
    const remote = all.filter((entry) => entry.type === 'remote-inbound-rtp') as { fractionLost?: number }[];
    const roundTripMs = roundTrip(all);
    const change = this.#advance({
      at: performance.now(),
      bytes: sum(outbound, (entry) => entry.bytesSent),
      packets: sum(outbound, (entry) => entry.packetsSent),
      lost: 0,
      frozenSeconds: 0,
      frames: 0,
    });
    const lossPct = Math.max(0, ...remote.map((entry) => (entry.fractionLost ?? 0) * 100));
    return {
      bitrateBps: change.bitrateBps,
      sample: { lossPct, roundTripMs, frozenPct: 0, frames: 0, flowing: change.packets > 0 },
    };
  }

  #advance(now: Counters): Change {
    const before = this.#before;
    this.#before = now;
    const seconds = before.at === 0 ? 0 : (now.at - before.at) / 1_000;
    if (seconds <= 0) return { bitrateBps: 0, lossPct: 0, frozenPct: 0, packets: now.packets, frames: now.frames };
    // Counters restart when a track is replaced; ignore negative differences.
    const packets = Math.max(0, now.packets - before.packets);
    const lost = Math.max(0, now.lost - before.lost);
    return {
      bitrateBps: Math.round((Math.max(0, now.bytes - before.bytes) * 8) / seconds),
      lossPct: packets + lost === 0 ? 0 : (lost / (packets + lost)) * 100,
      frozenPct: (Math.max(0, now.frozenSeconds - before.frozenSeconds) / seconds) * 100,
      packets,
      frames: Math.max(0, now.frames - before.frames),
    };
  }
}

/** Round-trip time of the nominated candidate pair; null before it is known. */
function roundTrip(all: readonly Record<string, unknown>[]): number | null {
  const pair = all.find(
    (entry) => entry.type === 'candidate-pair' && entry.state === 'succeeded' && entry.nominated === true,
  );
  const seconds = pair?.currentRoundTripTime;
  return typeof seconds === 'number' ? seconds * 1_000 : null;
}

function sum<T>(entries: readonly T[], read: (entry: T) => number | undefined): number {
  return entries.reduce((total, entry) => total + (read(entry) ?? 0), 0);
}
