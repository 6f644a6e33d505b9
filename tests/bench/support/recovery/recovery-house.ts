/**
 * What the benchmarks of recovery break: gateways, SFU nodes, Redis and Postgres, each a process of its own, under a
 * live that Chromium publishes and Chromium and many lighter viewers watch.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { RoomInput } from '../../../../server/protocol/rooms.ts';
import { launchChromium } from '../../../support/browser/browser.ts';
import { BundledPage } from '../../../support/browser/page-bundle.ts';
import { clientId } from '../../../support/houses/gateways.ts';
import { SfuHouse } from '../../../support/houses/sfu-house.ts';
import type { FanFigures } from '../../../support/people/light-fan.ts';
import { TestParticipant } from '../../../support/people/participant.ts';
import { signToken } from '../../../support/people/wire-fan.ts';
import { Child } from '../sfu/asked-child.ts';
import type { PageRecord } from './recovery-page.ts';

const PAGE = fileURLToPath(new URL('recovery-page.ts', import.meta.url));
const CREATOR = 'bench-creator';
const SPEAKER = 'bench-speaker';
/** A page in the background draws and decodes at leisure; people look at these. */
const AWAKE = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--autoplay-policy=no-user-gesture-required',
];
const LOOK_MS = 50;

export interface Sight {
  pages: PageRecord[];
  fans: FanFigures[];
}

export class RecoveryHouse {
  readonly house: SfuHouse;
  readonly room: string;
  readonly #creator: Page;
  readonly #viewers: Page[];
  readonly #audience: Child<object>;

  /** Starts everything, and everybody watches; the stack stops it. */
  static async create(
    stack: AsyncDisposableStack,
    {
      browsers,
      viewers,
      access = { kind: 'free' },
    }: { browsers: number; viewers: number; access?: RoomInput['access'] },
  ): Promise<RecoveryHouse> {
    // Two workers a node, as on a machine with two cores.
    const house = stack.use(await SfuHouse.create({ nodeEnv: { LOGE_SFU_WORKERS: '2' } }));
    const { id: room } = await house.gateways.createRoom(access, CREATOR);
    const page = stack.use(await BundledPage.serve(PAGE));
    const browser = await launchChromium(AWAKE);
    stack.defer(() => browser.close());
    const open = async () => {
      const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
      const opened = await context.newPage();
      opened.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`));
      await opened.goto(page.url);
      await opened.waitForFunction(() => window.recoveryPage !== undefined);
      return opened;
    };
    const { url } = house;
    const creator = await open();
    const creatorToken = signToken({ identity: CREATOR, room, role: 'creator' });
    await creator.evaluate((entrance) => window.recoveryPage.publish(entrance), { url, token: creatorToken });
    const pages: Page[] = [];
    for (let index = 0; index < browsers; index += 1) {
      const viewer = await open();
      const token = await house.gateways.token({
        identity: `bench-viewer-${index}`,
        room,
        entitled: true,
        ttlSeconds: 7_200,
      });
      await viewer.evaluate((entrance) => window.recoveryPage.watch(entrance), { url, token });
      pages.push(viewer);
    }
    const audience = stack.use(await Child.create<object>('light-audience.ts'));
    const identities = Array.from({ length: viewers }, (_, index) => `light-${index}`);
    // The embedder has sold them access: whatever the room asks for, they are let in.
    const tokens = await Promise.all(
      identities.map((identity) => house.gateways.token({ identity, room, entitled: true, ttlSeconds: 7_200 })),
    );
    await audience.ask('join', { url, tokens });
    return new RecoveryHouse({ house, room, creator, viewers: pages, audience });
  }

  private constructor(parts: {
    house: SfuHouse;
    room: string;
    creator: Page;
    viewers: Page[];
    audience: Child<object>;
  }) {
    this.house = parts.house;
    this.room = parts.room;
    this.#creator = parts.creator;
    this.#viewers = parts.viewers;
    this.#audience = parts.audience;
  }

  /** From now on everybody tells of a new round, in which they wait for this line of chat. */
  async begin(text: string): Promise<void> {
    await this.#audience.ask('begin', { text });
    await Promise.all([this.#creator, ...this.#viewers].map((page) => page.evaluate(() => window.recoveryPage.take())));
  }

  /** What everybody saw since, the creator's page first. */
  async look(): Promise<Sight> {
    const [fans, ...pages] = await Promise.all([
      this.#audience.ask<FanFigures[]>('figures'),
      ...[this.#creator, ...this.#viewers].map((page) => page.evaluate(() => window.recoveryPage.take())),
    ]);
    return { fans, pages };
  }

  async fans(): Promise<FanFigures[]> {
    return this.#audience.ask('figures');
  }

  /** Somebody who talks at one gateway, ready to. */
  async speaker(gateway: number): Promise<{ say(text: string): Promise<void> } & Disposable> {
    const token = signToken({ identity: SPEAKER, room: this.room });
    const { url } = this.house.gateways.gateway(gateway);
    const participant = await TestParticipant.connect(url, { token });
    return {
      say: async (text) => {
        await participant.request('chat:send', { clientId: clientId(), text });
      },
      [Symbol.dispose]: () => participant[Symbol.dispose](),
    };
  }

  /**
   * Resolves when all light viewers watch, are connected and, if asked for, were shown the line that they wait for;
   * throws past the limit.
   */
  async settled(limitMs: number, { isShown = false } = {}): Promise<void> {
    const until = performance.now() + limitMs;
    for (;;) {
      const fans = await this.fans();
      const missing = fans.filter(
        ({ isWatching, isConnected, shownAtMs }) => !isWatching || !isConnected || (isShown && shownAtMs === undefined),
      ).length;
      if (missing === 0) return;
      if (performance.now() > until) throw new Error(`${missing} of ${fans.length} viewers are not back.`);
      await pause(LOOK_MS);
    }
  }
}
