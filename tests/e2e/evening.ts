/** A live with chat and tips, and one visitor on each page. Shared by the page tests and the screenshots. */
import type { Room } from '../../server/protocol/rooms.ts';
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
  readonly scenes: Scene[] = [];
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
    try {
      await evening.#open();
    } catch (error) {
      await evening[Symbol.asyncDispose]();
      throw error;
    }
    return evening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { visitor } of this.scenes) await visitor[Symbol.asyncDispose]();
    await this.loge[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    const { camille, noah } = this.#rooms;
    const live = await this.#enter('studio-live', `/studio/${camille}`, 'camille', { devices: true });
    await goLive(live);
    await this.#converse();

    const preview = await this.#enter('studio-preview', `/studio/${noah}`, 'noah', { devices: true });
    await eventually(() => isPlaying(preview, 'preview'), 'the preview plays');
    const studio = await this.#enter('studio', '/studio', 'camille');
    await studio.by('create-room').waitFor();

    const home = await this.#enter('home', '/');
    await home.by(`room-${camille}`).waitFor();
    const door = await this.#enter('door', `/rooms/${camille}`);
    await door.by('sign-in-tom').waitFor();
    const lobby = await this.#enter('lobby', `/rooms/${camille}`, 'tom');
    await lobby.by('price').waitFor();
    const room = await this.#enter('room-live', `/rooms/${camille}`, 'lea');
    await expectVideo(room);
    await expectInChat(room, LINES[0].text);
    const tip = await this.#enter('tip-sheet', `/rooms/${camille}`, 'ines');
    await expectVideo(tip);
    await tip.by('tip-open').click();
    await tip.by('tip-send').waitFor();
    const board = await this.#enter('leaderboard', `/rooms/${camille}`, 'malik');
    await openStrip(board);
    await board.by('leaderboard-open').click();
    await board.by('own-place').waitFor();
    const wallet = await this.#enter('wallet', '/wallet', 'lea');
    await wallet.page.locator('[data-testid^="entry-"]').first().waitFor();

    for (const language of ['en', 'fr'] as const) {
      const locale = language === 'en' ? 'en-GB' : 'fr-FR';
      const checkout = await this.#enter('checkout', `/rooms/${camille}`, 'tom', { locale }, language);
      await checkout.by('buy-card').click();
      await checkout.page.locator('#cardNumber').waitFor();
    }
  }

  async #enter(
    name: string,
    path: string,
    identity?: string,
    options: VisitorOptions = {},
    fixedLanguage?: PageLanguage,
  ): Promise<Visitor> {
    const visitor = await Visitor.create({ viewport: PHONE, ...options });
    this.scenes.push({ name, visitor, ...(fixedLanguage ? { fixedLanguage } : {}) });
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
