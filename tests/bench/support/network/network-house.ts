/**
 * What the benchmark of networks measures: the server and the bare prototype in processes of their own, a creator and a
 * viewer in Chromium, each behind a line of their own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { BundledPage } from '../../../support/browser/page-bundle.ts';
import { busiestWorker } from '../../../support/houses/sfu-house.ts';
import { ServerProcess } from '../../../support/programs/server-process.ts';
import { eventually } from '../../../support/run/eventually.ts';
import { LightViewer, pause } from '../burst.ts';
import { openBenchPage, startBare } from '../join/bench-house.ts';
import type { JoinTimes } from '../join/bench-page.ts';
import { CAMERA, writeCameraFile } from './camera-file.ts';
import { Line, type LineSettings } from './line.ts';
import type { Sight } from './network-page.ts';
import { relayMedia } from './relayed-media.ts';
import { figuresOf } from './sight-figures.ts';

const PAGE = fileURLToPath(new URL('network-page.ts', import.meta.url));
const CREATOR = { identity: 'bench-creator', name: 'Ada', country: 'FR' };
const VIEWER = 'bench-viewer';
const COMPANION = 'bench-companion';
const FULL_WIDTH = 1280;
const SETTLE_LIMIT_MS = 30_000;
/** The creator reconnects with the same token after hours of measuring. */
const TOKEN_S = 6 * 3_600;
/** Until bandwidth estimates have had time to rise above what is needed. */
const STEADY_MS = 3_000;
/** Of a trace. */
const STEP_MS = 1_000;

/** Of the demo. */
const SITE_FAN = 'lea';

export type Side = 'ours' | 'bare';
export type Place = 'creator' | 'viewer';

/** Milliseconds since the page was requested. */
interface PageTimes {
  /** The lobby's content is painted. */
  lobbyMs: number;
  /** The first frame is presented. */
  pictureMs: number;
}

interface Person {
  page: Page;
  line: Line;
  /** Addresses by way of the line. */
  url: string;
  bareUrl: string;
}

export class NetworkHouse {
  readonly creator: Person;
  readonly viewer: Person;
  readonly #server: ServerProcess;
  readonly #room: string;
  readonly #trace: ((line: string) => void) | undefined;
  #side: Side | undefined;
  #takenAtMs = 0;

  /** Starts everything; the stack stops it. */
  static async create(
    stack: AsyncDisposableStack,
    options: {
      random: () => number;
      trace?: (line: string) => void;
      /** Media workers; with two of them sessions have spares. */
      workers: number;
    },
  ): Promise<NetworkHouse> {
    const [server, bareUrl, bundled] = await Promise.all([
      ServerProcess.create({ LOGE_SFU_WORKERS: String(options.workers) }).then((it) => stack.use(it)),
      startBare(stack),
      BundledPage.serve(PAGE).then((it) => stack.use(it)),
    ]);
    const cameraFile = join(await mkdtemp(join(tmpdir(), 'loge-bench-')), 'camera.y4m');
    stack.defer(() => rm(dirname(cameraFile), { recursive: true }));
    await writeCameraFile(cameraFile, options.random);
    const open = async (name: string, args: string[] = []): Promise<Person> => {
      const line = stack.use(new Line(options.random));
      const prepare = async (page: Page): Promise<void> => {
        await relayMedia(page, line);
        page.on('console', (message) => options.trace?.(`      ${name}: ${message.text()}`));
      };
      const page = await openBenchPage(stack, { page: bundled.url, sdk: server.url, prepare, args });
      await page.evaluate(() => window.networkPage.watchSight());
      const [port, barePort] = await Promise.all(
        [server.port, Number(new URL(bareUrl).port)].map((it) => line.relayTcp(it)),
      );
      return { page, line, url: `http://127.0.0.1:${port}`, bareUrl: `http://127.0.0.1:${barePort}` };
    };
    await server.server('POST', '/v1/creators', CREATOR);
    const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
      creator: CREATOR.identity,
      title: 'Benchmark',
      access: { kind: 'ticket', priceMinor: 500 },
    });
    const house = new NetworkHouse({
      server,
      room,
      creator: await open('creator', [`--use-file-for-fake-video-capture=${cameraFile}`]),
      viewer: await open('viewer'),
      trace: options.trace,
    });
    await house.#publish();
    return house;
  }

  private constructor(parts: {
    server: ServerProcess;
    room: string;
    creator: Person;
    viewer: Person;
    trace: ((line: string) => void) | undefined;
  }) {
    this.#trace = parts.trace;
    this.creator = parts.creator;
    this.viewer = parts.viewer;
    this.#server = parts.server;
    this.#room = parts.room;
  }

  /** Clears both lines. Those who are not `far` are near: their lines have no delay. */
  setLines(far: readonly Place[], roundTripMs: number): void {
    for (const place of ['creator', 'viewer'] as const)
      this[place].line.set({ roundTripMs: far.includes(place) ? roundTripMs : 0 });
  }

  /** Without trouble the line is clear. */
  setLine(place: Place, trouble: Omit<LineSettings, 'roundTripMs'> = {}): void {
    const { line } = this[place];
    line.set({ roundTripMs: line.roundTripMs, ...trouble });
  }

  /** Lets the prototype's encoder rest while ours is measured. Ours rests by itself when nobody watches. */
  async setSide(side: Side): Promise<void> {
    if (this.#side === side) return;
    this.#side = side;
    await this.creator.page.evaluate((isBare) => window.benchPage.setBareActive(isBare), side === 'bare');
  }

  async join(side: Side): Promise<JoinTimes> {
    const { page, url, bareUrl } = this.viewer;
    if (side === 'bare') return await page.evaluate((it) => window.benchPage.joinBare(it, true), bareUrl);
    const token = await this.token(VIEWER, { entitled: true });
    return await page.evaluate((it) => window.benchPage.joinLoge(it), { url, token, isSmall: true });
  }

  async leave(): Promise<void> {
    await this.viewer.page.evaluate(() => window.benchPage.leave());
  }

  /** Somebody who already watches, not over the line. */
  async companion(): Promise<LightViewer> {
    const companion = new LightViewer();
    await companion.join(this.#server.url, await this.token(COMPANION, { entitled: true }));
    return companion;
  }

  /** The viewer enters; with no access, or before the live, they wait for a picture. */
  async wait(identity: string, claims: { entitled?: boolean }): Promise<void> {
    const request = { url: this.viewer.url, sdk: this.#server.url, token: await this.token(identity, claims) };
    await this.viewer.page.evaluate((it) => window.networkPage.wait(it), request);
  }

  /** Joins over a clear line and waits for the full picture; answers false if it did not come. */
  async watch(side: Side): Promise<boolean> {
    await this.join(side);
    return await this.settle();
  }

  /** Waits until the full picture has been there for a while. */
  async settle(): Promise<boolean> {
    const until = Date.now() + SETTLE_LIMIT_MS;
    while (Date.now() < until) {
      const width = await this.viewer.page.evaluate(() => window.benchPage.receivedWidth());
      if (width >= FULL_WIDTH) {
        await pause(STEADY_MS);
        return true;
      }
      await pause(250);
    }
    return false;
  }

  /** Loads the room's page for somebody who has access, with an empty cache. */
  async openRoomPage(): Promise<PageTimes> {
    const { line, page, url } = this.viewer;
    const context = await page.context().browser()?.newContext();
    if (!context) throw new Error('The viewer has no browser.');
    try {
      const { origin } = new URL(url.replace('127.0.0.1', 'localhost'));
      await this.token(SITE_FAN, { entitled: true });
      await context.request.post(`${origin}/site/demo-sign-in`, { data: { identity: SITE_FAN }, headers: { origin } });
      const room = await context.newPage();
      await relayMedia(room, line);
      await room.goto(`${origin}/rooms/${this.#room}`, { waitUntil: 'commit' });
      const pictureMs = await room
        .getByTestId('stage-video')
        .evaluate(
          (video: HTMLVideoElement) =>
            new Promise<number>((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now()))),
        );
      const lobbyMs = await room.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
      return { pictureMs, lobbyMs: lobbyMs ?? Number.NaN };
    } finally {
      await context.close();
    }
  }

  /** Waits until creator and viewer have a second connection to another media worker. */
  async whenSpared(): Promise<void> {
    const count = ({ page }: Person) => page.evaluate(() => window.networkPage.countConnections());
    // The creator is connected to the prototype too.
    await eventually(
      async () => (await count(this.viewer)) >= 2 && (await count(this.creator)) >= 3,
      'spares are there',
    );
  }

  /** Kills the media worker that is in use; answers when. */
  async killWorker(): Promise<number> {
    const worker = await busiestWorker(this.#server.pid ?? 0);
    const killedAtMs = performance.timeOrigin + performance.now();
    process.kill(worker, 'SIGKILL');
    return killedAtMs;
  }

  /** What the viewer has noticed since the last call. */
  async takeSight(): Promise<Sight> {
    const sight = await this.viewer.page.evaluate(() => window.networkPage.takeSight());
    const fromMs = this.#takenAtMs;
    this.#takenAtMs = performance.timeOrigin + performance.now();
    if (fromMs > 0) this.#traceSteps(sight, fromMs);
    return sight;
  }

  #traceSteps(sight: Sight, fromMs: number): void {
    for (let stepMs = fromMs; stepMs + STEP_MS <= this.#takenAtMs + STEP_MS / 2; stepMs += STEP_MS) {
      const { fps, width, kbps, frozenS, soundLostMs } = figuresOf(sight, stepMs, stepMs + STEP_MS);
      const clock = new Date(stepMs).toISOString().slice(17, 23);
      this.#trace?.(
        `    ${clock} ${fps} fps, ${width} pixels, ${kbps} kbit/s, frozen ${frozenS} s, sound lost ${soundLostMs} ms`,
      );
    }
  }

  async token(identity: string, claims: { role?: 'creator' | 'fan'; entitled?: boolean }): Promise<string> {
    const body = { identity, name: identity, room: this.#room, role: 'fan', ttlSeconds: TOKEN_S, ...claims };
    return (await this.#server.server<{ token: string }>('POST', '/v1/tokens', body)).token;
  }

  async #publish(): Promise<void> {
    const { page, url, bareUrl } = this.creator;
    const token = await this.token(CREATOR.identity, { role: 'creator' });
    await page.evaluate((it) => window.benchPage.publishLoge(it), { url, token, camera: CAMERA });
    const request = { bareUrl, camera: CAMERA };
    await page.evaluate((it) => window.benchPage.publishBare(it.bareUrl, it.camera), request);
  }
}
