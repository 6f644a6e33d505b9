/** What the viewers' records of a round say: gaps, the next picture, chat, and who is back. */
import type { FanFigures } from '../../../support/people/light-fan.ts';
import { percentile } from '../statistics.ts';
import type { Sight } from './recovery-house.ts';
import type { PageRecord } from './recovery-page.ts';

export interface ViewerFigures {
  gapMs: number;
  calmGapMs: number;
  nextFrameMs: number | undefined;
  /** Undefined for those whom the loss did not concern. */
  chatBackMs: number | undefined;
  hasReturned: boolean;
}

export interface RoundFigures {
  pages: ViewerFigures[];
  fans: ViewerFigures[];
}

/** A picture no older than this is one that moves. */
const FRESH_MS = 1_000;
/** What was sent before a loss is shown by then: no jitter buffer of a live holds more. */
const ON_ITS_WAY_MS = 500;
/** Of a light viewer: packets of a stream of 30 frames a second, unless they come slower. */
const LIGHT_SPACING_MS = 33;

export function readRound(round: { calm: Sight; sight: Sight; killedAtMs: number; text: string }): RoundFigures {
  const { calm, sight, killedAtMs, text } = round;
  const endedAtMs = performance.timeOrigin + performance.now();
  // The creator's page shows no stage.
  const [, ...pages] = sight.pages;
  const someLost = [
    ...pages.map(({ lostAtMs }) => lostAtMs.length > 0),
    ...sight.fans.map(({ lostAtMs }) => lostAtMs !== undefined),
  ].some(Boolean);
  return {
    pages: pages.map((page, index) => {
      const before = calm.pages[index + 1]?.framesAtMs ?? [];
      const spacingMs = percentile(spacings(before), 0.5);
      const gap = longestGap(page, { fromMs: killedAtMs, untilMs: endedAtMs });
      const aboutKill = longestGap(page, {
        fromMs: killedAtMs,
        untilMs: endedAtMs,
        beganByMs: killedAtMs + ON_ITS_WAY_MS,
      });
      const shownAtMs = page.shown.find((line) => line.text === text)?.atMs;
      return {
        gapMs: Math.max(0, gap.lengthMs - spacingMs),
        calmGapMs: Math.max(0, Math.max(0, ...spacings(before)) - spacingMs),
        nextFrameMs: aboutKill.endMs === undefined ? undefined : aboutKill.endMs - killedAtMs,
        chatBackMs: concerned(shownAtMs, killedAtMs, !someLost || page.lostAtMs.length > 0),
        hasReturned:
          page.state === 'connected' && shownAtMs !== undefined && endedAtMs - (page.framesAtMs.at(-1) ?? 0) < FRESH_MS,
      };
    }),
    fans: sight.fans.map((fan, index) => readFan(fan, calm.fans[index], { killedAtMs, someLost })),
  };
}

function readFan(
  fan: FanFigures,
  calm: FanFigures | undefined,
  { killedAtMs, someLost }: { killedAtMs: number; someLost: boolean },
): ViewerFigures {
  const { firstFrameAtMs, shownAtMs } = fan;
  return {
    gapMs: Math.max(0, fan.longestSilenceMs - LIGHT_SPACING_MS),
    calmGapMs: Math.max(0, (calm?.longestSilenceMs ?? 0) - LIGHT_SPACING_MS),
    nextFrameMs: firstFrameAtMs === undefined ? undefined : firstFrameAtMs - killedAtMs,
    chatBackMs: concerned(shownAtMs, killedAtMs, !someLost || fan.lostAtMs !== undefined),
    hasReturned: fan.isWatching && fan.isConnected && shownAtMs !== undefined,
  };
}

function concerned(atMs: number | undefined, killedAtMs: number, isConcerned: boolean): number | undefined {
  return atMs === undefined || !isConcerned ? undefined : atMs - killedAtMs;
}

function spacings(times: readonly number[]): number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? at));
}

interface Span {
  fromMs: number;
  untilMs: number;
  /** Gaps that began later are left out: a busy machine's own. */
  beganByMs?: number;
}

/**
 * The longest time between two pictures from the last before the kill on; the end of the round counts as one when
 * nothing came any more.
 */
function longestGap(
  { framesAtMs }: PageRecord,
  { fromMs, untilMs, beganByMs = untilMs }: Span,
): { lengthMs: number; endMs?: number } {
  const first = framesAtMs.findLastIndex((at) => at <= fromMs);
  const times = framesAtMs.slice(Math.max(0, first));
  const gaps = spacings(times).filter((_, index) => (times[index] ?? 0) < beganByMs);
  const longest = Math.max(0, ...gaps);
  const last = times.at(-1) ?? fromMs;
  if (untilMs - last > Math.max(longest, FRESH_MS)) return { lengthMs: untilMs - last };
  const endMs = times[gaps.indexOf(longest) + 1];
  return { lengthMs: longest, ...(endMs !== undefined && { endMs }) };
}
