/** A live with chat and tips, and a visitor on each page in turn. Shared by the page tests and the screenshots. */
import type { Room } from '../../server/protocol/rooms.ts';
import { Line } from '../bench/support/network/line.ts';
import { relayMedia } from '../bench/support/network/relayed-media.ts';
import { PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { goLive as goLiveLight } from '../support/media/media.ts';
import { payCheckout } from '../support/people/checkout.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { eventually } from '../support/run/eventually.ts';
import { expectInChat, expectVideo, goLive, isPlaying, open, openStrip } from './site.ts';

export type PageLanguage = 'en' | 'fr';

export interface Scene {
  name: string;
  visitor: Visitor;
  /** A checkout page keeps the language in which it was opened; all others can change theirs. */
  fixedLanguage?: PageLanguage;
}

export interface SceneState {
  language: PageLanguage;
  viewport: { width: number; height: number };
}

const ROUND_TRIP_MS = 40;
const CREDIT_MINOR = 5_000;
const LINES = [
  { identity: 'malik', name: 'Malik', text: 'Bonsoir tout le monde' },
  { identity: 'ines', name: 'Inès', text: 'First row at last. I have waited for this all week.' },
  { identity: 'malik', name: 'Malik', text: 'On entend même le souffle, c’est incroyable.' },
  { identity: 'ana', name: 'Ana Sofia Albuquerque', text: 'Greetings from Lisbon' },
  { identity: 'ines', name: 'Inès', text: 'Could you play the second movement again, slower this time?' },
] as const;
const TIPS = [
  { identity: 'malik', name: 'Malik', amountMinor: 1_000, message: 'Pour le rappel !' },
  { identity: 'lea', name: 'Léa', amountMinor: 500, message: '' },
  { identity: 'ines', name: 'Inès', amountMinor: 2_000, message: 'You made my evening. Thank you, Camille.' },
] as const;

export class Evening implements AsyncDisposable {
  readonly loge: TestApp;
  /** User-written texts and names: equal in every language. */
  readonly written = new Set<string>();
  readonly #rooms: { camille: string; noah: string };

  private constructor(loge: TestApp, rooms: { camille: string; noah: string }) {
    this.loge = loge;
    this.#rooms = rooms;
  }

  static async create(): Promise<Evening> {
    const loge = await startApp();
    const { rooms } = await loge.server<{ rooms: Room[] }>('GET', '/v1/rooms');
    const { people } = await (await fetch(`${loge.url}/site/demo-people`)).json();
    const roomOf = (creator: string) => rooms.find((room) => room.creator.identity === creator)?.id ?? '';
    const evening = new Evening(loge, { camille: roomOf('camille'), noah: roomOf('noah') });
    for (const { title } of rooms) evening.written.add(title);
    for (const { name } of [...people, ...LINES]) evening.written.add(name);
    for (const { text } of LINES) evening.written.add(text);
    for (const { message } of TIPS) evening.written.add(message);
    return evening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loge[Symbol.asyncDispose]();
  }

  /** One page shows each scene in turn; beside the studio only while a scene needs its pictures, which cost most. */
  async *scenes(): AsyncGenerator<Scene> {
    const { camille, noah } = this.#rooms;
    const room = `/rooms/${camille}`;
    const visitor = await Visitor.create({ viewport: PHONE, devices: true });
    const open = (path: string, identity?: string) => this.#open(visitor, path, identity);
    const lightLive = await this.#goLiveLight();
    await open('/');
    await visitor.by(`room-${camille}`).waitFor();
    yield { name: 'home', visitor };
    await open(room);
    await visitor.by('sign-in-tom').waitFor();
    yield { name: 'door', visitor };
    await open(room, 'tom');
    await visitor.by('price').waitFor();
    yield { name: 'lobby', visitor };
    await visitor.page.goto('about:blank');
    await lightLive.end();

    const live = await this.#goLive();
    yield { name: 'studio-live', visitor: live };
    await live.by('tab-goal').click();
    yield { name: 'studio-goal', visitor: live };
    await open(room, 'lea');
    await expectVideo(visitor);
    await expectInChat(visitor, LINES[0].text);
    yield { name: 'room-live', visitor };
    await visitor.page.setViewportSize(PHONE);
    await openStrip(visitor);
    await visitor.by('leaderboard-open').click();
    await visitor.by('own-place').waitFor();
    yield { name: 'leaderboard', visitor };
    await visitor.page.keyboard.press('Escape');
    await visitor.by('tip-open').click();
    await visitor.by('tip-send').waitFor();
    yield { name: 'tip-sheet', visitor };
    await live[Symbol.asyncDispose]();

    await open(`/studio/${noah}`, 'noah');
    await eventually(() => isPlaying(visitor, 'preview'), 'the preview plays');
    yield { name: 'studio-preview', visitor };
    // Not reached after a failure, which leaves the page open for a picture.
    await visitor[Symbol.asyncDispose]();
  }

  /** A viewer whose line carries the sound alone. Not among the others, since it takes long. */
  async *narrowLine(): AsyncGenerator<Scene> {
    const live = await this.#goLive();
    await using line = new Line(Math.random);
    line.set({ roundTripMs: ROUND_TRIP_MS });
    const visitor = await Visitor.create();
    await relayMedia(visitor.page, line);
    await this.#open(visitor, `/rooms/${this.#rooms.camille}`, 'lea');
    await expectVideo(visitor);
    line.set({ roundTripMs: ROUND_TRIP_MS, down: { kbps: 60 } });
    await visitor.by('stage-sound-only').waitFor();
    yield { name: 'sound-only', visitor };
    for (const each of [visitor, live]) await each[Symbol.asyncDispose]();
  }

  /** A live without pictures, for pages that show only that it is on. */
  async #goLiveLight(): Promise<{ end(): Promise<void> }> {
    const token = await this.loge.token({ identity: 'camille', role: 'creator', room: this.#rooms.camille });
    const creator = await TestParticipant.connect(this.loge.url, { token });
    const live = await goLiveLight(creator);
    return {
      end: async () => {
        await creator.request('stage:endLive', {});
        for (const each of [live, creator]) each[Symbol.dispose]();
      },
    };
  }

  async #goLive(): Promise<Visitor> {
    const live = await Visitor.create({ devices: true });
    await this.#open(live, `/studio/${this.#rooms.camille}`, 'camille');
    await goLive(live);
    await this.#converse();
    return live;
  }

  async #open(visitor: Visitor, path: string, identity?: string): Promise<void> {
    await visitor.page.setViewportSize(PHONE);
    await open(visitor, this.loge.url + path, identity);
  }

  /** Sends the scene's messages and tips over the wire, which is faster than typing. */
  async #converse(): Promise<void> {
    const people = new Map<string, TestParticipant>();
    const connect = async (identity: string, name: string): Promise<TestParticipant> => {
      const there = people.get(identity);
      if (there) return there;
      const token = await this.loge.token({ identity, name, room: this.#rooms.camille });
      const participant = await TestParticipant.connect(this.loge.url, { token });
      people.set(identity, participant);
      const { checkoutUrl } = await participant.request('money:topup', { amountMinor: CREDIT_MINOR });
      const credited = participant.next('money:walletChanged');
      await payCheckout(checkoutUrl);
      await credited;
      const granted = participant.next('rooms:accessGranted');
      await participant.request('money:buyTicket', { from: 'wallet' });
      await granted;
      return participant;
    };
    for (const [index, { identity, name, text }] of LINES.entries()) {
      const participant = await connect(identity, name);
      await participant.request('chat:send', { clientId: `evening-${index}-message`, text });
    }
    for (const [index, { identity, name, amountMinor, message }] of TIPS.entries()) {
      const participant = await connect(identity, name);
      await participant.request('money:tip', {
        amountMinor,
        idempotencyKey: `evening-${index}-tip`,
        ...(message ? { message } : {}),
      });
    }
    for (const participant of people.values()) participant[Symbol.dispose]();
  }
}

/** Shows a scene in a language and a size, and waits until it has settled. */
export async function show(
  { visitor: { page }, fixedLanguage }: Scene,
  { language, viewport }: SceneState,
): Promise<void> {
  await page.setViewportSize(viewport);
  await page.evaluate(
    async ({ chosen, width }) => {
      if (chosen) document.documentElement.lang = chosen;
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      while (innerWidth !== width) await nextFrame();
      await document.fonts.ready;
      // One frame to render the change, one for what depends on its size, and one to render that.
      for (let frame = 0; frame < 3; frame += 1) await nextFrame();
      const ending = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    },
    { chosen: fixedLanguage ? undefined : language, width: viewport.width },
  );
}
