/** A live with chat and tips, and a visitor on each page in turn. Shared by the page tests and the screenshots. */
import type { Room } from '../../server/protocol/rooms.ts';
import { Line } from '../bench/support/network/line.ts';
import { relayMedia } from '../bench/support/network/relayed-media.ts';
import { PHONE, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { payCheckout } from '../support/people/checkout.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { eventually } from '../support/run/eventually.ts';
import { expectInChat, expectVideo, goLive, isPlaying, openStrip, signIn } from './site.ts';

export type PageLanguage = 'en' | 'fr';

export interface Scene {
  name: string;
  visitor: Visitor;
  /** A checkout page keeps the language in which it was opened; all others can change theirs. */
  fixedLanguage?: PageLanguage;
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

  /**
   * Opens each page in turn and closes it again, except the studio, whose live goes on: a page that shows video costs
   * CPU as long as it is open.
   */
  async *scenes(): AsyncGenerator<Scene> {
    const { camille, noah } = this.#rooms;
    const live = await this.#enter(`/studio/${camille}`, 'camille', { devices: true });
    await goLive(live);
    await this.#converse();
    yield { name: 'studio-live', visitor: live };

    yield* this.#scene('studio-preview', await this.#enter(`/studio/${noah}`, 'noah', { devices: true }), (preview) =>
      eventually(() => isPlaying(preview, 'preview'), 'the preview plays'),
    );
    yield* this.#scene('studio', await this.#enter('/studio', 'camille'), (studio) =>
      studio.by('create-room').waitFor(),
    );
    yield* this.#scene('home', await this.#enter('/'), (home) => home.by(`room-${camille}`).waitFor());
    yield* this.#scene('door', await this.#enter(`/rooms/${camille}`), (door) => door.by('sign-in-tom').waitFor());
    yield* this.#scene('lobby', await this.#enter(`/rooms/${camille}`, 'tom'), (lobby) => lobby.by('price').waitFor());
    yield* this.#scene('room-live', await this.#enter(`/rooms/${camille}`, 'lea'), async (room) => {
      await expectVideo(room);
      await expectInChat(room, LINES[0].text);
    });
    yield* this.#scene('tip-sheet', await this.#enter(`/rooms/${camille}`, 'ines'), async (tip) => {
      await expectVideo(tip);
      await tip.by('tip-open').click();
      await tip.by('tip-send').waitFor();
    });
    yield* this.#scene('leaderboard', await this.#enter(`/rooms/${camille}`, 'malik'), async (board) => {
      await openStrip(board);
      await board.by('leaderboard-open').click();
      await board.by('own-place').waitFor();
    });
    yield* this.#scene('wallet', await this.#enter('/wallet', 'lea'), (wallet) =>
      wallet.page.locator('[data-testid^="entry-"]').first().waitFor(),
    );
    for (const language of ['en', 'fr'] as const) {
      const locale = language === 'en' ? 'en-GB' : 'fr-FR';
      const checkout = await this.#enter(`/rooms/${camille}`, 'tom', { locale });
      const payCard = async () => {
        await checkout.by('buy-card').click();
        await checkout.page.locator('#cardNumber').waitFor();
      };
      yield* this.#scene('checkout', checkout, payCard, language);
    }
    await live[Symbol.asyncDispose]();
  }

  /** A viewer whose line carries the sound alone. Not among the others, since it takes long. */
  async *narrowLine(): AsyncGenerator<Scene> {
    const { camille } = this.#rooms;
    const live = await this.#enter(`/studio/${camille}`, 'camille', { devices: true });
    await goLive(live);
    await this.#converse();
    await using line = new Line(Math.random);
    line.set({ roundTripMs: ROUND_TRIP_MS });
    const viewer = await Visitor.create({ viewport: PHONE });
    await relayMedia(viewer.page, line);
    await viewer.page.goto(`${this.loge.url}/rooms/${camille}`);
    await signIn(viewer, 'lea');
    yield* this.#scene('sound-only', viewer, async (room) => {
      await expectVideo(room);
      line.set({ roundTripMs: ROUND_TRIP_MS, down: { kbps: 60 } });
      await room.by('stage-sound-only').waitFor();
    });
    await live[Symbol.asyncDispose]();
  }

  async *#scene(
    name: string,
    visitor: Visitor,
    makeReady: (visitor: Visitor) => Promise<unknown>,
    fixedLanguage?: PageLanguage,
  ): AsyncGenerator<Scene> {
    await makeReady(visitor);
    yield { name, visitor, ...(fixedLanguage ? { fixedLanguage } : {}) };
    // Not reached after a failure, which leaves the page open for a picture.
    await visitor[Symbol.asyncDispose]();
  }

  async #enter(path: string, identity?: string, options: VisitorOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.create({ viewport: PHONE, ...options });
    await visitor.page.goto(this.loge.url + path);
    if (identity) await signIn(visitor, identity);
    return visitor;
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
  { language, viewport }: { language: PageLanguage; viewport: { width: number; height: number } },
): Promise<void> {
  await page.setViewportSize(viewport);
  if (!fixedLanguage) {
    await page.evaluate((chosen) => {
      document.documentElement.lang = chosen;
    }, language);
  }
  // Two frames: one to render the change, one for what depends on its size.
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished),
    ).then(() => undefined),
  );
}
