/**
 * Time from joining to the first picture, and the age of that picture. Everything runs on this machine in separate
 * processes: the server, a publisher and a viewer in real Chromium, and a burst of light viewers. A bare prototype of
 * Socket.IO and mediasoup is measured alternately (A B A B) in the same browsers, so that figures of different machines
 * can be compared.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type BurstFigures, pause, rush } from './support/burst.ts';
import { BenchHouse } from './support/join/bench-house.ts';
import type { JoinTimes } from './support/join/bench-page.ts';
import { runLimited } from './support/run-limited.ts';
import { percentile, percentiles, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- join [options]

Joins one after another in Chromium, a rush of light viewers, and glass to glass, each beside a bare prototype.

  --joins N     joins one after another, of each side (default 20)
  --burst N     viewers within one second (default 100)
  --samples N   pictures whose age is read, of each side (default 300)
  --help        this text

The last line of the output is one JSON. Everything runs on this machine over loopback: the figures hold the work of both ends and of the
server, and no network's delay or loss. The light viewers decode nothing; only Chromium's figures end with a picture.
`;

const { values } = parseArgs({
  options: {
    joins: { type: 'string', default: '20' },
    burst: { type: 'string', default: '100' },
    samples: { type: 'string', default: '300' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const JOINS = Number(values.joins);
const BURST = Number(values.burst);
const SAMPLES = Number(values.samples);

/** The benchmark fails after this time. */
const LIMIT_MS = 170_000;
const BURST_WITHIN_MS = 1_000;
const BLOCKS = 4;
/** Joins without other viewers: the publisher's encoder has to start. */
const ALONE_JOINS = 5;
/** Time for the encoder of the next side to reach its bit rate. */
const SETTLE_MS = 2_000;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const house = await BenchHouse.create(stack);
  const { ours, bare } = await joinInTurn(house);
  say(`ours       ${line(ours.map((join) => join.firstFrameMs))}`);
  say(`prototype  ${line(bare.map((join) => join.firstFrameMs))}`);
  const alone = await joinAlone(house);
  say(`ours, nobody else there  ${line(alone)}`);
  const burst = await burstOf(house);
  const decodable = burst.joins.map(({ decodableMs }) => decodableMs);
  say(`rush of ${BURST}: ${decodable.length} in, ${line(decodable)} ${[...new Set(burst.failures)].join('; ')}`);
  const glass = await glassInTurn(house);
  say(`glass to glass: ours ${line(glass.ours)}, prototype ${line(glass.bare)}`);
  await house.publishLightly(stack);
  const light = await burstOf(house);
  const lightDecodable = light.joins.map(({ decodableMs }) => decodableMs);
  say(`rush of ${BURST}, no browser at work: ${lightDecodable.length} in, ${line(lightDecodable)}`);

  const asked = questionsOf(ours);
  process.stdout.write(
    `${JSON.stringify({
      firstFrameMs: percentiles(ours.map((join) => join.firstFrameMs)),
      burst: {
        joined: decodable.length,
        decodableMs: percentiles(decodable),
        phasesMs: phasesOf(burst.joins),
      },
      glassToGlassMs: percentiles(glass.ours),
      roundTrips: asked.length,
      roundTripNames: asked,
      phasesMs: { ...phasesOf(ours), ...pairsOf(ours) },
      firstFrameAloneMs: percentiles(alone),
      burstWithoutBrowsers: {
        joined: lightDecodable.length,
        decodableMs: percentiles(lightDecodable),
        phasesMs: phasesOf(light.joins),
      },
      reference: {
        firstFrameMs: percentiles(bare.map((join) => join.firstFrameMs)),
        glassToGlassMs: percentiles(glass.bare),
        roundTrips: questionsOf(bare).length,
        roundTripNames: questionsOf(bare),
        phasesMs: { ...phasesOf(bare), ...pairsOf(bare) },
      },
    })}\n`,
  );
}

async function joinInTurn(house: BenchHouse): Promise<{ ours: JoinTimes[]; bare: JoinTimes[] }> {
  const ours: JoinTimes[] = [];
  const bare: JoinTimes[] = [];
  for (let block = 0; block < BLOCKS; block += 1) {
    const until = Math.min(JOINS, (block + 1) * Math.ceil(JOINS / BLOCKS));
    await house.setBareActive(false);
    const other = await house.companion();
    await pause(SETTLE_MS);
    // The first join of a fresh page compiles its code, and is not counted.
    if (block === 0) say(`ours, first of the page: ${round((await visit(house, 'joinOurs')).firstFrameMs)} ms`);
    while (ours.length < until) ours.push(await visit(house, 'joinOurs'));
    other.leave();

    await house.setBareActive(true);
    await pause(SETTLE_MS);
    if (block === 0) say(`prototype, first of the page: ${round((await visit(house, 'joinBare')).firstFrameMs)} ms`);
    while (bare.length < until) bare.push(await visit(house, 'joinBare'));
  }
  await house.setBareActive(false);
  return { ours, bare };
}

async function visit(house: BenchHouse, join: 'joinOurs' | 'joinBare'): Promise<JoinTimes> {
  const times = await house[join]();
  await house.leave();
  return times;
}

async function joinAlone(house: BenchHouse): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < ALONE_JOINS; count += 1) {
    // Long enough for the publisher to be paused for lack of viewers.
    await pause(SETTLE_MS);
    times.push((await visit(house, 'joinOurs')).firstFrameMs);
  }
  return times;
}

async function burstOf(house: BenchHouse): Promise<BurstFigures> {
  const identities = Array.from({ length: BURST }, (_, index) => `bench-fan-${index}`);
  await house.admit(identities);
  const tokens = await Promise.all(identities.map((identity) => house.tokenOf(identity)));
  const other = await house.companion();
  await pause(SETTLE_MS);
  const figures = await rush(house.server.url, tokens, BURST_WITHIN_MS);
  other.leave();
  await pause(SETTLE_MS);
  return figures;
}

async function glassInTurn(house: BenchHouse): Promise<{ ours: number[]; bare: number[] }> {
  const measure = async (join: 'joinOurs' | 'joinBare'): Promise<number[]> => {
    await house.setBareActive(join === 'joinBare');
    await house[join]();
    // The bandwidth estimate first has to reach the top layer.
    await pause(2 * SETTLE_MS);
    const width = await house.viewer.evaluate(() => window.benchPage.receivedWidth());
    const ages = await house.viewer.evaluate((count) => window.benchPage.measureGlass(count), Math.ceil(SAMPLES / 2));
    await house.leave();
    say(`${join === 'joinOurs' ? 'ours' : 'prototype'} at ${width} pixels: ${line(ages)}`);
    return ages;
  };
  const ours: number[] = [];
  const bare: number[] = [];
  for (let block = 0; block < 2; block += 1) {
    ours.push(...(await measure('joinOurs')));
    bare.push(...(await measure('joinBare')));
  }
  return { ours, bare };
}

/**
 * Requests that delayed the media: those sent one after the other before ICE began, without concurrent ones. The
 * maximum over all joins.
 */
function questionsOf(joins: readonly JoinTimes[]): string[] {
  const lists = joins.map(({ pairs, iceBeganMs }) => {
    const waited: string[] = [];
    const latestBefore = (atMs: number) =>
      pairs.filter(({ answeredAt }) => answeredAt <= atMs).sort((a, b) => b.answeredAt - a.answeredAt)[0];
    for (let pair = latestBefore(iceBeganMs); pair; pair = latestBefore(pair.askedAt)) waited.unshift(pair.name);
    return waited;
  });
  return lists.reduce((most, list) => (list.length > most.length ? list : most), []);
}

/** Median completion time of each step. */
function phasesOf(joins: readonly Pick<JoinTimes, 'welcomeMs' | 'answerMs' | 'mediaConnectedMs'>[]) {
  const median = (step: 'welcomeMs' | 'answerMs' | 'mediaConnectedMs') =>
    round(
      percentile(
        joins.map((join) => join[step]),
        0.5,
      ),
    );
  return { welcome: median('welcomeMs'), answer: median('answerMs'), mediaConnected: median('mediaConnectedMs') };
}

/** Median response time of each request, by name. */
function pairsOf(joins: readonly JoinTimes[]): Record<string, number> {
  const waits = new Map<string, number[]>();
  for (const { pairs } of joins)
    for (const { name, askedAt, answeredAt } of pairs)
      waits.set(name, [...(waits.get(name) ?? []), answeredAt - askedAt]);
  return Object.fromEntries([...waits].map(([name, list]) => [`→ ${name}`, round(percentile(list, 0.5))]));
}

function line(samples: readonly number[]): string {
  const { p50, p95 } = percentiles(samples);
  return `p50 ${p50} ms, p95 ${p95} ms, range ${round(Math.min(...samples))} to ${round(Math.max(...samples))} (${samples.length})`;
}

await runLimited(run, LIMIT_MS);
