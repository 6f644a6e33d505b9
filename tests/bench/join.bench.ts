/**
 * How long it takes from wanting in to seeing something, and how old the picture is then. Everything runs on this machine in processes of
 * its own: the server, a publisher and a viewer in real Chromium, the rush of light viewers here. A bare prototype of Socket.IO and
 * mediasoup is measured in turn with ours (A B A B), in the same browsers, so that figures of different machines can be compared.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.ts';
import { BundledPage } from '../support/page-bundle.ts';
import { ServerProcess } from '../support/server-process.ts';
import type { JoinTimes } from './support/bench-page.ts';
import { type BurstFigures, LightViewer, pause, rush } from './support/burst.ts';
import { percentile, percentiles, round } from './support/statistics.ts';
import { countTraffic } from './support/traffic.ts';

const HELP = `Usage: npm run bench -- join [options]

Joins one after another in Chromium, a rush of light viewers, and glass to glass, each beside a bare prototype.

  --joins N     joins one after another, of each side (default 20)
  --burst N     viewers within one second (default 100)
  --samples N   pictures whose age is read, of each side (default 300)
  --help        this text
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

/** Past this everything is stopped and the benchmark has failed. */
const LIMIT_MS = 170_000;
const BURST_WITHIN_MS = 1_000;
const BLOCKS = 4;
/** Joins with nobody else there: the publisher's encoder has to wake up. */
const ALONE_JOINS = 5;
/** Until the encoder of the side that is measured next has reached its rate. */
const SETTLE_MS = 2_000;
const BETWEEN_JOINS_MS = 250;
const BARE = fileURLToPath(new URL('support/bare-prototype.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('support/bench-page.ts', import.meta.url));

interface House {
  server: ServerProcess;
  room: string;
  bareUrl: string;
  publisher: Page;
  viewer: Page;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(stack: AsyncDisposableStack): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const house = await open(stack);
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
      phasesMs: phasesOf(ours),
      firstFrameAloneMs: percentiles(alone),
      reference: {
        firstFrameMs: percentiles(bare.map((join) => join.firstFrameMs)),
        glassToGlassMs: percentiles(glass.bare),
        roundTrips: questionsOf(bare).length,
        roundTripNames: questionsOf(bare),
        phasesMs: phasesOf(bare),
      },
    })}\n`,
  );
}

async function open(stack: AsyncDisposableStack): Promise<House> {
  const [server, bareUrl, page, publishing, viewing] = await Promise.all([
    ServerProcess.create().then((it) => stack.use(it)),
    startBare(stack),
    BundledPage.serve(PAGE).then((it) => stack.use(it)),
    openBrowser(stack),
    openBrowser(stack),
  ]);
  await server.server('POST', '/v1/creators', { identity: 'bench-creator', name: 'Ada', country: 'FR' });
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
    creator: 'bench-creator',
    title: 'Benchmark',
    access: { kind: 'ticket', priceMinor: 500 },
  });
  const [publisher, viewer] = await Promise.all([
    openPage(publishing, { url: page.url, server }),
    openPage(viewing, { url: page.url, server }),
  ]);
  const token = await tokenOf(server, { identity: 'bench-creator', room, role: 'creator' });
  await publisher.evaluate((request) => window.benchPage.publishLoge(request), { url: server.url, token });
  await publisher.evaluate((url) => window.benchPage.publishBare(url), bareUrl);
  return { server, room, bareUrl, publisher, viewer };
}

async function openBrowser(stack: AsyncDisposableStack): Promise<Browser> {
  // Whoever watches has pressed something before; the page here has nobody to press.
  const browser = await launchChromium(['--autoplay-policy=no-user-gesture-required']);
  stack.defer(() => browser.close());
  return browser;
}

async function openPage(browser: Browser, { url, server }: { url: string; server: ServerProcess }): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => say(`page: ${error.message}`));
  await page.addInitScript(countTraffic);
  await page.goto(url);
  await page.waitForFunction(() => window.benchPage !== undefined);
  await page.evaluate((from) => window.benchPage.load(from), server.url);
  return page;
}

async function startBare(stack: AsyncDisposableStack): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [BARE], { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.kill()) await exited;
  });
  const stdout = child.stdout;
  if (!stdout) throw new Error('The prototype has no output.');
  const [printed] = await once(stdout, 'data');
  return `http://127.0.0.1:${String(printed).trim()}`;
}

async function tokenOf(
  server: ServerProcess,
  claims: { identity: string; room: string; role: string },
): Promise<string> {
  const entitled = claims.role === 'fan';
  const body = { ...claims, name: claims.identity, ...(entitled ? { entitled } : {}) };
  return (await server.server<{ token: string }>('POST', '/v1/tokens', body)).token;
}

/** Somebody who already watches, as in any live that others join: both sides then have a stream that flows. */
async function companion({ server, room }: House): Promise<LightViewer> {
  const viewer = new LightViewer();
  await viewer.join(server.url, await tokenOf(server, { identity: 'bench-companion', room, role: 'fan' }));
  return viewer;
}

async function joinInTurn(house: House): Promise<{ ours: JoinTimes[]; bare: JoinTimes[] }> {
  const { publisher } = house;
  const ours: JoinTimes[] = [];
  const bare: JoinTimes[] = [];
  const perBlock = Math.ceil(JOINS / BLOCKS);
  for (let block = 0; block < BLOCKS; block += 1) {
    await publisher.evaluate(() => window.benchPage.setBareActive(false));
    const other = await companion(house);
    await pause(SETTLE_MS);
    // The first join of a fresh page compiles its code; it counts for neither side.
    if (block === 0) say(`ours, first of the page: ${round((await joinOurs(house)).firstFrameMs)} ms`);
    while (ours.length < Math.min(JOINS, (block + 1) * perBlock)) ours.push(await joinOurs(house));
    other.leave();

    await publisher.evaluate(() => window.benchPage.setBareActive(true));
    await pause(SETTLE_MS);
    if (block === 0) say(`prototype, first of the page: ${round((await joinPrototype(house)).firstFrameMs)} ms`);
    while (bare.length < Math.min(JOINS, (block + 1) * perBlock)) bare.push(await joinPrototype(house));
  }
  await publisher.evaluate(() => window.benchPage.setBareActive(false));
  return { ours, bare };
}

async function joinOurs({ server, room, viewer }: House): Promise<JoinTimes> {
  const token = await tokenOf(server, { identity: 'bench-viewer', room, role: 'fan' });
  const times = await viewer.evaluate((request) => window.benchPage.joinLoge(request), { url: server.url, token });
  await leave(viewer);
  return times;
}

async function joinPrototype({ bareUrl, viewer }: House): Promise<JoinTimes> {
  const times = await viewer.evaluate((url) => window.benchPage.joinBare(url), bareUrl);
  await leave(viewer);
  return times;
}

async function leave(viewer: Page): Promise<void> {
  await viewer.evaluate(() => window.benchPage.leave());
  // Not in step with the frames of the publisher, nor with a timer of the server.
  await pause(BETWEEN_JOINS_MS * (0.5 + Math.random()));
}

async function joinAlone(house: House): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < ALONE_JOINS; count += 1) {
    // Long enough for the publisher to have been told that nobody watches.
    await pause(SETTLE_MS);
    times.push((await joinOurs(house)).firstFrameMs);
  }
  return times;
}

async function burstOf(house: House): Promise<BurstFigures> {
  const { server, room } = house;
  const identities = Array.from({ length: BURST }, (_, index) => `bench-fan-${index}`);
  const tokens = await Promise.all(identities.map((identity) => tokenOf(server, { identity, room, role: 'fan' })));
  const other = await companion(house);
  await pause(SETTLE_MS);
  const figures = await rush(server.url, tokens, BURST_WITHIN_MS);
  other.leave();
  await pause(SETTLE_MS);
  return figures;
}

async function glassInTurn(house: House): Promise<{ ours: number[]; bare: number[] }> {
  const { server, room, bareUrl, publisher, viewer } = house;
  const ours: number[] = [];
  const bare: number[] = [];
  const perBlock = Math.ceil(SAMPLES / 2);
  const measure = async (): Promise<number[]> => {
    // The bandwidth estimate climbs to the top layer first.
    await pause(2 * SETTLE_MS);
    say(`reading at ${await viewer.evaluate(() => window.benchPage.receivedWidth())} pixels`);
    const ages = await viewer.evaluate((count) => window.benchPage.measureGlass(count), perBlock);
    await leave(viewer);
    return ages;
  };
  for (let block = 0; block < 2; block += 1) {
    await publisher.evaluate(() => window.benchPage.setBareActive(false));
    const token = await tokenOf(server, { identity: 'bench-viewer', room, role: 'fan' });
    await viewer.evaluate((request) => window.benchPage.joinLoge(request), { url: server.url, token });
    ours.push(...(await measure()));
    await publisher.evaluate(() => window.benchPage.setBareActive(true));
    await viewer.evaluate((url) => window.benchPage.joinBare(url), bareUrl);
    bare.push(...(await measure()));
  }
  return { ours, bare };
}

/** Questions that were asked and answered before media flowed. The most of all joins, so that none hides one. */
function questionsOf(joins: readonly JoinTimes[]): string[] {
  const lists = joins.map(({ pairs, mediaConnectedMs }) =>
    pairs.filter(({ answeredAt }) => answeredAt <= mediaConnectedMs).map(({ name }) => name),
  );
  return lists.reduce((most, list) => (list.length > most.length ? list : most), []);
}

/** Where the time goes: the median of when each step was done. */
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

function line(samples: readonly number[]): string {
  const { p50, p95 } = percentiles(samples);
  return `p50 ${p50} ms, p95 ${p95} ms, range ${round(Math.min(...samples))} to ${round(Math.max(...samples))} (${samples.length})`;
}

let failed = false;
{
  await using stack = new AsyncDisposableStack();
  const limit = setTimeout(() => {
    say(`The benchmark was not done after ${LIMIT_MS / 1_000} s.`);
    process.exitCode = 1;
    void stack.disposeAsync().then(() => process.exit(1));
  }, LIMIT_MS);
  try {
    await run(stack);
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    failed = true;
  }
  clearTimeout(limit);
}
process.exit(failed ? 1 : 0);
