/** What a viewer noticed in a stretch of time, from the frames that their page presented and what it received. */
import { round } from '../statistics.ts';
import type { Sight } from './network-page.ts';

export interface SightFigures {
  /** Time between pictures that are further apart than `FREEZE_MS`. */
  frozenS: number;
  fps: number;
  /** The width that was shown for the longest time. */
  width: number;
  kbps: number;
  /** Sound that was made up by the browser. */
  soundLostMs: number;
}

/** W3C webrtc-stats takes three times the average of the last frames, which a long freeze makes ever larger. */
const FREEZE_MS = 300;
/** Frames within this time after the first one count as a picture that is back. */
const STEADY_FRAMES = 4;
const STEADY_MS = 1_000;

export function figuresOf({ frames, readings }: Sight, fromMs: number, toMs: number): SightFigures {
  const within = frames.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const read = readings.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const [first] = read;
  const last = read.at(-1);
  const seconds = first && last ? (last.atMs - first.atMs) / 1_000 : 0;
  return {
    frozenS: round(frozenMs(frames, fromMs, toMs) / 1_000),
    fps: round((within.length * 1_000) / (toMs - fromMs)),
    width: usualWidth(within),
    kbps: first && last && seconds > 0 ? Math.round(((last.bytes - first.bytes) * 8) / seconds / 1_000) : 0,
    soundLostMs: first && last ? Math.round(last.concealedMs - first.concealedMs) : 0,
  };
}

/** From `sinceMs` until a picture that goes on; undefined if there is none. */
export function backAfterMs({ frames }: Sight, sinceMs: number): number | undefined {
  const index = frames.findIndex(({ atMs }, at) => {
    const later = frames[at + STEADY_FRAMES];
    return atMs >= sinceMs && later !== undefined && later.atMs - atMs <= STEADY_MS;
  });
  const frame = frames[index];
  return frame && Math.round(frame.atMs - sinceMs);
}

/** The longest time between two pictures. */
export function longestGapMs({ frames }: Sight, fromMs: number, toMs: number): number {
  const times = frames.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs <= toMs);
  const gaps = [...times, toMs].map((atMs, index) => atMs - (times[index - 1] ?? fromMs));
  return Math.round(Math.max(...gaps));
}

/** From `sinceMs` until frames have this width; undefined if they never do. */
export function widthAfterMs({ frames }: Sight, sinceMs: number, width: number): number | undefined {
  const frame = frames.find(({ atMs, width: shown }) => atMs >= sinceMs && shown >= width);
  return frame && Math.round(frame.atMs - sinceMs);
}

function frozenMs(frames: Sight['frames'], fromMs: number, toMs: number): number {
  const times = [fromMs, ...frames.map(({ atMs }) => atMs).filter((atMs) => atMs > fromMs && atMs < toMs), toMs];
  return times.reduce((frozen, endMs, index) => {
    const startMs = times[index - 1] ?? endMs;
    return endMs - startMs > FREEZE_MS ? frozen + endMs - startMs : frozen;
  }, 0);
}

function usualWidth(frames: Sight['frames']): number {
  const shownMs = new Map<number, number>();
  for (const [index, { atMs, width }] of frames.entries()) {
    const next = frames[index + 1];
    if (next) shownMs.set(width, (shownMs.get(width) ?? 0) + next.atMs - atMs);
  }
  return [...shownMs].sort(([, left], [, right]) => right - left)[0]?.[0] ?? 0;
}
