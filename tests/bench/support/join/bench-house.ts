/**
 * What the benchmark of joining measures: the server and the bare prototype in processes of their own, one Chromium
 * that publishes to both, another that joins them, and viewers who hold their key already.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../../support/browser/browser.ts';
import { BundledPage } from '../../../support/browser/page-bundle.ts';
import { goLive } from '../../../support/media/media.ts';
import { TestParticipant } from '../../../support/people/participant.ts';
import { ServerProcess } from '../../../support/programs/server-process.ts';
import { LightViewer, pause } from '../burst.ts';
import type { JoinTimes } from './bench-page.ts';
import { countTraffic } from './traffic.ts';

const BARE = fileURLToPath(new URL('bare-prototype.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('bench-page.ts', import.meta.url));
const CREATOR = { identity: 'bench-creator', name: 'Ada', country: 'FR' };
const VIEWER = 'bench-viewer';
const COMPANION = 'bench-companion';
const BETWEEN_JOINS_MS = 250;
const ADMITTED_AT_ONCE = 10;

export class BenchHouse {
  readonly server: ServerProcess;
  readonly publisher: Page;
  readonly viewer: Page;
  readonly #room: string;
  readonly #bareUrl: string;

  /** Starts everything; the stack stops it. */
  static async create(stack: AsyncDisposableStack): Promise<BenchHouse> {
    const [server, bareUrl, page] = await Promise.all([
      ServerProcess.create().then((it) => stack.use(it)),
      startBare(stack),
      BundledPage.serve(PAGE).then((it) => stack.use(it)),
    ]);
    await server.server('POST', '/v1/creators', CREATOR);
    const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
      creator: CREATOR.identity,
      title: 'Benchmark',
      access: { kind: 'ticket', priceMinor: 500 },
    });
    const from = { page: page.url, sdk: server.url };
    const [publisher, viewer] = await Promise.all([openBenchPage(stack, from), openBenchPage(stack, from)]);
    const house = new BenchHouse({ server, room, bareUrl, publisher, viewer });
    await house.admit([VIEWER, COMPANION]);
    const token = await house.#token(CREATOR.identity, { role: 'creator' });
    await publisher.evaluate((request) => window.benchPage.publishLoge(request), { url: server.url, token });
    await publisher.evaluate((url) => window.benchPage.publishBare(url), bareUrl);
    return house;
  }

  private constructor(parts: {
    server: ServerProcess;
    room: string;
    bareUrl: string;
    publisher: Page;
    viewer: Page;
  }) {
    this.server = parts.server;
    this.publisher = parts.publisher;
    this.viewer = parts.viewer;
    this.#room = parts.room;
    this.#bareUrl = parts.bareUrl;
  }

  /**
   * Gives people their key ahead, as ticket holders have one: an embedder's token says once that it has sold access.
   */
  async admit(identities: readonly string[]): Promise<void> {
    for (let first = 0; first < identities.length; first += ADMITTED_AT_ONCE) {
      const group = identities.slice(first, first + ADMITTED_AT_ONCE);
      await Promise.all(
        group.map(async (identity) => {
          const token = await this.#token(identity, { role: 'fan', entitled: true });
          (await TestParticipant.connect(this.server.url, { token }))[Symbol.dispose]();
        }),
      );
    }
  }

  tokenOf(identity: string): Promise<string> {
    return this.#token(identity, { role: 'fan' });
  }

  /** Somebody who already watches, as in any live that others join: both sides then have a stream that flows. */
  async companion(): Promise<LightViewer> {
    const viewer = new LightViewer();
    await viewer.join(this.server.url, await this.tokenOf(COMPANION));
    return viewer;
  }

  async joinOurs(): Promise<JoinTimes> {
    const request = { url: this.server.url, token: await this.tokenOf(VIEWER) };
    return await this.viewer.evaluate((asked) => window.benchPage.joinLoge(asked), request);
  }

  async joinBare(): Promise<JoinTimes> {
    return await this.viewer.evaluate((url) => window.benchPage.joinBare(url), this.#bareUrl);
  }

  async leave(): Promise<void> {
    await this.viewer.evaluate(() => window.benchPage.leave());
    // Not in step with the frames of the publisher, nor with a timer of the server.
    await pause(BETWEEN_JOINS_MS * (0.5 + Math.random()));
  }

  /**
   * Puts a publisher without an encoder on stage in place of Chromium's, for good: the rest of the machine is the
   * server's and the viewers' then, as it is where creators and viewers have machines of their own.
   */
  async publishLightly(stack: AsyncDisposableStack): Promise<void> {
    const token = await this.#token(CREATOR.identity, { role: 'creator' });
    const creator = stack.use(await TestParticipant.connect(this.server.url, { token }));
    stack.use(await goLive(creator));
    await Promise.all([this.publisher.close(), this.viewer.close()]);
  }

  /** Lets the prototype's encoder rest while ours is measured. Ours rests by itself when nobody watches. */
  async setBareActive(active: boolean): Promise<void> {
    await this.publisher.evaluate((on) => window.benchPage.setBareActive(on), active);
  }

  async #token(identity: string, claims: { role: 'creator' | 'fan'; entitled?: boolean }): Promise<string> {
    const body = { identity, name: identity, room: this.#room, ...claims };
    return (await this.server.server<{ token: string }>('POST', '/v1/tokens', body)).token;
  }
}

/** `prepare` is called before the page is loaded. */
export async function openBenchPage(
  stack: AsyncDisposableStack,
  from: { page: string; sdk: string; prepare?: (page: Page) => Promise<void>; args?: string[] },
): Promise<Page> {
  // Whoever watches has pressed something before; the page here has nobody to press.
  const browser = await launchChromium(['--autoplay-policy=no-user-gesture-required', ...(from.args ?? [])]);
  stack.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`));
  await page.addInitScript(countTraffic);
  await from.prepare?.(page);
  await page.goto(from.page);
  await page.waitForFunction(() => window.benchPage !== undefined);
  await page.evaluate((url) => window.benchPage.load(url), from.sdk);
  return page;
}

export async function startBare(stack: AsyncDisposableStack): Promise<string> {
  const child = spawn(process.execPath, [BARE], { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.kill()) await exited;
  });
  const [printed] = await once(child.stdout, 'data');
  return `http://127.0.0.1:${String(printed).trim()}`;
}
