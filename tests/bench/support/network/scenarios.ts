/** The scenarios of the benchmark of networks. After each, nobody watches and the lines are clear. */
import { pause } from '../burst.ts';
import { percentiles, round } from '../statistics.ts';
import { CAMERA } from './camera-file.ts';
import type { LineSettings } from './line.ts';
import type { NetworkHouse, Place, Side } from './network-house.ts';
import type { Sight } from './network-page.ts';
import { backAfterMs, figuresOf, longestGapMs, widthAfterMs } from './sight-figures.ts';

/** Figures by name, in the unit that the name ends with; undefined: it did not happen within the scenario. */
export type Figures = Record<string, number | undefined>;

export interface Scenario {
  name: string;
  about: string;
  /** Part of a run without `--full`. */
  isShort: boolean;
  /** The prototype does not reconnect, and its creator has no part that adapts. */
  sides: readonly Side[];
  /** Who is behind the long line; the others are near. */
  far: readonly Place[];
  /** Media workers of the server; default: one. */
  workers?: number;
  run(house: NetworkHouse, options: { side: Side; roundTripMs: number }): Promise<Figures>;
}

const JOINS = 8;
const GRANTS = 8;
const LIVES = 6;
const PAGES = 4;
const LOSS_MS = 15_000;
const LIMIT_MS = 20_000;
const UPLINK_LIMIT_MS = 15_000;
const CLEAR_MS = 25_000;
/** A session waits for a minute; a restored one takes longer than a resumed one. */
const AFTER_DEAD_MS = 40_000;
const AFTER_BACK_MS = 5_000;
const AFTER_KILL_MS = 5_000;
const FULL_WIDTH = 1280;
const BOTH: readonly Side[] = ['ours', 'bare'];
const OURS: readonly Side[] = ['ours'];
const VIEWER: readonly Place[] = ['viewer'];
const CREATOR: readonly Place[] = ['creator'];
const EVERYONE: readonly Place[] = ['creator', 'viewer'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'join',
    about: 'join → first frame, somebody watches already',
    isShort: true,
    sides: BOTH,
    far: VIEWER,
    run: join,
  },
  {
    name: 'grant',
    about: "embedder's grant on an open socket → first frame",
    isShort: true,
    sides: OURS,
    far: VIEWER,
    run: grant,
  },
  {
    name: 'grant-prepared',
    about: 'the same after the page has said that access is near',
    isShort: true,
    sides: OURS,
    far: VIEWER,
    run: (house, options) => grant(house, { ...options, isPrepared: true }),
  },
  {
    name: 'go-live',
    about: "creator's click → on air → first frame of a fan",
    isShort: true,
    sides: OURS,
    far: EVERYONE,
    run: goLive,
  },
  {
    name: 'first-page',
    about: "room's page → lobby → first frame",
    isShort: true,
    sides: OURS,
    far: VIEWER,
    run: firstPage,
  },
  viewerLoss(3, false),
  viewerLoss(8, true),
  viewerLimit(600, false),
  viewerLimit(250, true),
  viewerLimit(100, false),
  viewerLimit(60, false),
  dead('viewer', 5),
  ...[3, 8, 20, 40].flatMap((seconds) => [dead('viewer', seconds), dead('creator', seconds)]),
  {
    name: 'uplink-loss-3',
    about: '3 % loss from the creator, 15 s',
    isShort: false,
    sides: OURS,
    far: CREATOR,
    run: (house, options) => steady(house, options, 'creator', { up: { loss: 0.03 } }, LOSS_MS),
  },
  {
    name: 'uplink-limit',
    about: "creator's uplink falls to 800, then 300 kbit/s, then is clear",
    isShort: true,
    sides: OURS,
    far: CREATOR,
    run: uplinkLimit,
  },
  {
    name: 'spare',
    about: 'media worker killed → longest time without a picture',
    isShort: false,
    sides: OURS,
    far: EVERYONE,
    workers: 2,
    run: spare,
  },
];

async function join(house: NetworkHouse, { side, roundTripMs }: { side: Side; roundTripMs: number }): Promise<Figures> {
  const other = side === 'ours' ? await house.companion() : undefined;
  const joins = [];
  // The first join of a page compiles its code and does not count.
  for (let count = 0; count <= JOINS; count += 1) {
    await pause(1_000);
    joins.push(await house.join(side));
    await house.leave();
  }
  other?.leave();
  const counted = joins.slice(1);
  const { p50, p95 } = percentiles(counted.map(({ firstFrameMs }) => firstFrameMs));
  const asked = Math.max(
    ...counted.map(
      ({ pairs, mediaConnectedMs }) => pairs.filter(({ answeredAt }) => answeredAt <= mediaConnectedMs).length,
    ),
  );
  return {
    firstFrameP50Ms: p50,
    firstFrameP95Ms: p95,
    ...stepsOf(counted, ['welcomeMs', 'answerMs', ...MEDIA_STEPS]),
    questions: asked,
    roundTrips: round(p50 / roundTripMs),
  };
}

async function grant(
  house: NetworkHouse,
  { isPrepared = false }: { roundTripMs: number; isPrepared?: boolean },
): Promise<Figures> {
  const other = await house.companion();
  const shows = [];
  const fromGrant: number[] = [];
  for (let count = 0; count <= GRANTS; count += 1) {
    const identity = `bench-buyer-${count}-${Math.round(performance.now())}`;
    await house.wait(identity, {});
    if (isPrepared) await house.viewer.page.evaluate(() => window.networkPage.prepareEntry());
    await pause(1_000);
    const mintedAtMs = performance.timeOrigin + performance.now();
    await house.token(identity, { entitled: true });
    const { shownAtMs, steps } = await house.viewer.page.evaluate(() => window.networkPage.whenShown());
    if (count > 0) fromGrant.push(shownAtMs - mintedAtMs);
    if (count > 0) shows.push(steps);
    await house.viewer.page.evaluate(() => window.networkPage.stopWaiting());
  }
  other.leave();
  const { p50, p95 } = percentiles(shows.map(({ firstFrameMs }) => firstFrameMs));
  return {
    fromEventP50Ms: p50,
    fromEventP95Ms: p95,
    ...stepsOf(shows, MEDIA_STEPS),
    fromGrantP50Ms: percentiles(fromGrant).p50,
    fromGrantP95Ms: percentiles(fromGrant).p95,
  };
}

async function goLive(house: NetworkHouse): Promise<Figures> {
  const onAir: number[] = [];
  const shows = [];
  for (let count = 0; count <= LIVES; count += 1) {
    await house.creator.page.evaluate(() => window.benchPage.endLive());
    await house.wait('bench-early', { entitled: true });
    // As in the studio, the camera is open before the click.
    await house.creator.page.evaluate((camera) => window.benchPage.openPreview(camera), CAMERA);
    await pause(1_000);
    const { clickedAtMs, onAirAtMs } = await house.creator.page.evaluate(
      (camera) => window.networkPage.goLive(camera),
      CAMERA,
    );
    const { steps } = await house.viewer.page.evaluate((sinceMs) => window.networkPage.whenShown(sinceMs), clickedAtMs);
    // The first one compiles the pages' code.
    if (count > 0) onAir.push(onAirAtMs - clickedAtMs);
    if (count > 0) shows.push(steps);
    await house.viewer.page.evaluate(() => window.networkPage.stopWaiting());
  }
  const { p50, p95 } = percentiles(shows.map(({ firstFrameMs }) => firstFrameMs));
  return {
    onAirP50Ms: percentiles(onAir).p50,
    onAirP95Ms: percentiles(onAir).p95,
    firstFrameP50Ms: p50,
    firstFrameP95Ms: p95,
    ...stepsOf(shows, MEDIA_STEPS),
  };
}

async function firstPage(house: NetworkHouse, { roundTripMs }: { roundTripMs: number }): Promise<Figures> {
  const other = await house.companion();
  const pages = [];
  // The first one compiles the page's code.
  for (let count = 0; count <= PAGES; count += 1) pages.push(await house.openRoomPage());
  other.leave();
  const counted = pages.slice(1);
  const [lobby, picture] = [
    percentiles(counted.map(({ lobbyMs }) => lobbyMs)),
    percentiles(counted.map(({ pictureMs }) => pictureMs)),
  ];
  return {
    lobbyP50Ms: lobby.p50,
    lobbyRoundTrips: round(lobby.p50 / roundTripMs),
    pictureP50Ms: picture.p50,
    pictureP95Ms: picture.p95,
    pictureRoundTrips: round(picture.p50 / roundTripMs),
  };
}

async function spare(house: NetworkHouse, options: { side: Side; roundTripMs: number }): Promise<Figures> {
  return await watching(house, options, async () => {
    await house.whenSpared();
    const killedAtMs = await house.killWorker();
    await pause(AFTER_KILL_MS);
    const gapMs = longestGapMs(await house.takeSight(), killedAtMs, killedAtMs + AFTER_KILL_MS);
    return { gapMs, roundTrips: round(gapMs / options.roundTripMs) };
  });
}

const MEDIA_STEPS = ['iceBeganMs', 'iceConnectedMs', 'mediaConnectedMs', 'firstPacketMs', 'frameReceivedMs'] as const;

/** The median of each step. */
function stepsOf<Step extends string>(taken: readonly Record<Step, number>[], steps: readonly Step[]): Figures {
  return Object.fromEntries(steps.map((step) => [step, percentiles(taken.map((times) => times[step])).p50]));
}

function viewerLoss(percent: number, isShort: boolean): Scenario {
  return {
    name: `loss-${percent}`,
    about: `${percent} % loss towards the viewer, 15 s`,
    isShort,
    sides: BOTH,
    far: VIEWER,
    run: (house, options) => steady(house, options, 'viewer', { down: { loss: percent / 100 } }, LOSS_MS),
  };
}

function viewerLimit(kbps: number, isShort: boolean): Scenario {
  return {
    name: `limit-${kbps}`,
    about: `bottleneck of ${kbps} kbit/s towards the viewer, 20 s, then clear`,
    isShort,
    sides: BOTH,
    far: VIEWER,
    run: async (house, options) => {
      return await watching(house, options, async () => {
        const sinceMs = now();
        house.setLine('viewer', { down: { kbps } });
        await pause(LIMIT_MS);
        house.setLine('viewer');
        const clearedAtMs = now();
        const sight = await untilWidth(house);
        return { ...phase(sight, sinceMs, clearedAtMs), fullSizeAfterMs: widthAfterMs(sight, clearedAtMs, FULL_WIDTH) };
      });
    },
  };
}

function dead(person: Place, seconds: number): Scenario {
  return {
    name: `dead-${person}-${seconds}`,
    about: `${person}'s line dead for ${seconds} s → the viewer's picture is back`,
    isShort: seconds === 3 || (seconds === 8 && person === 'viewer'),
    sides: OURS,
    far: [person],
    run: async (house, options) => {
      return await watching(house, options, async () => {
        house.setLine(person, { isDead: true });
        await pause(seconds * 1_000);
        house.setLine(person);
        const mendedAtMs = now();
        const backAtMs = (sight: Sight) => mendedAtMs + (backAfterMs(sight, mendedAtMs) ?? Number.POSITIVE_INFINITY);
        const sight = await watchUntil(house, AFTER_DEAD_MS, (it) => now() > backAtMs(it) + AFTER_BACK_MS);
        const back = backAtMs(sight);
        return {
          backAfterMs: backAfterMs(sight, mendedAtMs),
          laterGapMs: Number.isFinite(back) ? longestGapMs(sight, back, back + AFTER_BACK_MS) : undefined,
        };
      });
    },
  };
}

async function uplinkLimit(house: NetworkHouse, options: { side: Side; roundTripMs: number }): Promise<Figures> {
  return await watching(house, options, async () => {
    const figures: Figures = {};
    const sights: Sight = { frames: [], readings: [] };
    for (const kbps of [800, 300]) {
      const sinceMs = now();
      house.setLine('creator', { up: { kbps } });
      await pause(UPLINK_LIMIT_MS);
      append(sights, await house.takeSight());
      for (const [name, value] of Object.entries(phase(sights, sinceMs, now()))) figures[`${name}At${kbps}`] = value;
    }
    const clearedAtMs = now();
    house.setLine('creator');
    return { ...figures, fullSizeAfterMs: widthAfterMs(await untilWidth(house), clearedAtMs, FULL_WIDTH) };
  });
}

async function steady(
  house: NetworkHouse,
  options: { side: Side; roundTripMs: number },
  person: Place,
  trouble: Omit<LineSettings, 'roundTripMs'>,
  durationMs: number,
): Promise<Figures> {
  return await watching(house, options, async () => {
    const sinceMs = now();
    house.setLine(person, trouble);
    await pause(durationMs);
    return phase(await house.takeSight(), sinceMs, now());
  });
}

/** Runs `work` while the viewer sees the full picture. */
async function watching(house: NetworkHouse, { side }: { side: Side }, work: () => Promise<Figures>): Promise<Figures> {
  const isFull = await house.watch(side);
  try {
    await house.takeSight();
    return { ...(await work()), ...(!isFull && { startedSmall: 1 }) };
  } finally {
    house.setLine('creator');
    house.setLine('viewer');
    await house.leave();
  }
}

function untilWidth(house: NetworkHouse): Promise<Sight> {
  return watchUntil(house, CLEAR_MS, ({ frames }) =>
    frames.some(({ atMs, width }) => atMs > now() - 1_500 && width >= FULL_WIDTH),
  );
}

async function watchUntil(house: NetworkHouse, limitMs: number, isDone: (sight: Sight) => boolean): Promise<Sight> {
  const sight: Sight = { frames: [], readings: [] };
  const until = now() + limitMs;
  while (now() < until && !isDone(sight)) {
    await pause(1_000);
    append(sight, await house.takeSight());
  }
  return sight;
}

function append(to: Sight, { frames, readings }: Sight): void {
  to.frames.push(...frames);
  to.readings.push(...readings);
}

function phase(sight: Sight, fromMs: number, toMs: number): Figures {
  return { ...figuresOf(sight, fromMs, toMs) };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
