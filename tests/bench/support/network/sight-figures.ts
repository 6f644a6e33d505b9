/** What a viewer noticed in a stretch of time, from the frames that their page presented and what it received. */
import { round } from '../statistics.ts';
import type { Sight } from './network-page.ts';

export interface SightFigures {
  /** Time without a new picture, by the definition of a freeze of W3C webrtc-stats. */
  frozenS: number;
  fps: number;
  /** The width that was shown for the longest time. */
  width: number;
  kbps: number;
  /** Sound that was made up by the browser. */
  soundLostMs: number;
}

const FREEZE_MIN_MS = 150;
const FREEZE_FACTOR = 3;
const FRAMES_AVERAGED = 30;
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

/** From `sinceMs` until frames have this width; undefined if they never do. */
export function widthAfterMs({ frames }: Sight, sinceMs: number, width: number): number | undefined {
  const frame = frames.find(({ atMs, width: shown }) => atMs >= sinceMs && shown >= width);
  return frame && Math.round(frame.atMs - sinceMs);
}

/** A freeze is a time between frames of three times the average, or of 150 ms more than it, whichever is longer. */
function frozenMs(frames: Sight['frames'], fromMs: number, toMs: number): number {
  const times = [...frames.map(({ atMs }) => atMs).filter((atMs) => atMs <= toMs), toMs];
  const gaps: number[] = [];
  let frozen = 0;
  for (let index = 1; index < times.length; index += 1) {
    const startMs = times[index - 1] ?? 0;
    const endMs = times[index] ?? 0;
    const gap = endMs - startMs;
    const average = gaps.length === 0 ? gap : gaps.reduce((sum, each) => sum + each, 0) / gaps.length;
    if (endMs > fromMs && gap > Math.max(FREEZE_FACTOR * average, average + FREEZE_MIN_MS))
      frozen += endMs - Math.max(startMs, fromMs);
    gaps.push(gap);
    if (gaps.length > FRAMES_AVERAGED) gaps.shift();
  }
  return frozen;
}

function usualWidth(frames: Sight['frames']): number {
  const shownMs = new Map<number, number>();
  for (const [index, { atMs, width }] of frames.entries()) {
    const next = frames[index + 1];
    if (next) shownMs.set(width, (shownMs.get(width) ?? 0) + next.atMs - atMs);
  }
  return [...shownMs].sort(([, left], [, right]) => right - left)[0]?.[0] ?? 0;
}
