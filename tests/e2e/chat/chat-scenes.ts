/**
 * Chat scenes in turn: a busy room, a poll, a restricted person, a held message, and the moderators' views. Shared
 * by the page tests and the screenshots.
 */
import type { Room } from '../../../client-sdk/client/room.ts';
import { PHONE, Visitor } from '../../support/browser/browser.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import type { Scene } from '../evening.ts';
import { expectInChat, open, openStrip, say } from '../site.ts';

const LINES: readonly (readonly [identity: string, name: string, text: string])[] = [
  ['malik', 'Malik', 'Bonsoir tout le monde'],
  ['ana', 'Ana Sofia Albuquerque', 'Greetings from Lisbon, it is raining and I could not be happier'],
  ['ines', 'Inès', 'First row at last. I have waited for this all week.'],
  ['malik', 'Malik', 'On entend même le souffle, c’est incroyable.'],
  ['jo', 'Jo', '🔥🔥🔥'],
  ['ines', 'Inès', 'Could you play the second movement again, slower this time?'],
  ['ana', 'Ana Sofia Albuquerque', 'Yes please'],
  ['jo', 'Jo', 'Mon chien écoute aussi, il a fermé les yeux'],
  ['malik', 'Malik', 'Le second mouvement, oui !'],
];
const RUDE = 'You are all idiots and this is boring';
const HELD = ['Such tr4sh, honestly', 'tous mes codes promo gratuits ici'] as const;
const NOTE = 'Il a recommencé malgré deux rappels.';
const POLL = {
  question: 'Quel rappel pour finir ?',
  options: ['Nuages', 'La valse lente', 'Something new that nobody has heard yet'],
};
const PINNED = 'Setlist: Nuages, La valse lente, Retour à Lisbonne, and a surprise at ten o’clock. Merci d’être là.';
const TIP = 'Pour le rappel, et pour la voix !';
const TITLES = ['Une soirée bavarde', 'Closed for a moment', 'A room that needs order'];

type Names = 'busy' | 'panic' | 'order';

export class ChatScenes implements AsyncDisposable {
  readonly loge: TestApp;
  /** User-written texts and names: equal in every language. */
  readonly written = new Set<string>([NOTE, RUDE, PINNED, TIP, POLL.question, ...POLL.options, ...HELD, ...TITLES]);
  readonly #rooms: Record<Names, string>;

  private constructor(loge: TestApp, rooms: Record<Names, string>) {
    this.loge = loge;
    this.#rooms = rooms;
    for (const [, name, text] of LINES) this.written.add(name).add(text);
  }

  static async create(): Promise<ChatScenes> {
    const loge = await startApp();
    const open = async (title: string | undefined): Promise<string> => {
      const { id } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
        creator: 'camille',
        title,
        access: { kind: 'free' },
      });
      return id;
    };
    const [busy, panic, order] = TITLES;
    const rooms = { busy: await open(busy), panic: await open(panic), order: await open(order) };
    return new ChatScenes(loge, rooms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loge[Symbol.asyncDispose]();
  }

  /** One page shows each scene in turn; it is loaded again where another person sees the scene. */
  async *scenes(): AsyncGenerator<Scene> {
    const visitor = await Visitor.create();
    for (const scenes of [this.#busyRoom(visitor), this.#order(visitor), this.#panic(visitor)])
      for await (const name of scenes) yield { name, visitor };
    await visitor[Symbol.asyncDispose]();
  }

  async #enter(visitor: Visitor, room: Names, identity: string): Promise<void> {
    await visitor.page.setViewportSize(PHONE);
    const path = identity === 'camille' ? 'studio' : 'rooms';
    await open(visitor, `${this.loge.url}/${path}/${this.#rooms[room]}`, identity);
    await visitor.by('chat-people-open').waitFor();
  }

  async #wire(room: Names, identity: string, name: string, role = 'fan'): Promise<TestParticipant> {
    const token = await this.loge.token({ identity, name, role, room: this.#rooms[room] });
    return TestParticipant.connect(this.loge.url, { token });
  }

  async *#busyRoom(visitor: Visitor): AsyncGenerator<string> {
    const { money } = this.loge.app.context;
    const creator = await this.#wire('busy', 'camille', 'Camille', 'creator');
    const ids: string[] = [];
    const people = new Map<string, TestParticipant>();
    for (const [index, [identity, name, text]] of LINES.entries()) {
      const person = people.get(identity) ?? (await this.#wire('busy', identity, name));
      people.set(identity, person);
      const more = index === 8 ? { replyTo: ids[5] } : index === 6 ? { mentions: ['lea'], replyTo: ids[5] } : {};
      const { message } = await person.request('chat:send', { clientId: `scene-line-${index}`, text, ...more });
      ids.push(message.id);
    }
    const { message } = await creator.request('chat:send', { clientId: 'scene-pinned-1', text: PINNED });
    await creator.request('chat:pin', { messageId: message.id });
    await money.promotions.grant(
      { identity: 'malik', amountMinor: 5_000, reason: 'credit of the test', idempotencyKey: 'credit-of-malik' },
      'operator',
    );
    const tip = { amountMinor: 1_000, message: TIP, idempotencyKey: 'scene-tip-0001' };
    await people.get('malik')?.request('money:tip', tip);
    const { poll } = await creator.request('chat:startPoll', { ...POLL, options: [...POLL.options], seconds: 3_000 });
    await people.get('malik')?.request('chat:vote', { poll: poll.id, option: 0 });
    await people.get('jo')?.request('chat:vote', { poll: poll.id, option: 1 });
    await people.get('ana')?.request('chat:vote', { poll: poll.id, option: 0 });
    await people.get('jo')?.request('chat:raiseHand', { raised: true });

    await this.#enter(visitor, 'busy', 'lea');
    await openStrip(visitor);
    await visitor.by('poll-option-0').waitFor();
    yield 'chat-poll';
    await visitor.page.setViewportSize(PHONE);
    await visitor.by('poll-option-0').click();
    await visitor.by('poll-fold').click();
    // As the server reports it above the readable rate, which this scene does not reach.
    await visitor.page.locator('loge-room').evaluate((element: HTMLElement & { room?: Room }) => {
      const frame = { entries: [], sampled: { dropped: 160, ranges: [] } };
      const tell = () => element.room?.chat.handleFrame(frame as unknown as Parameters<Room['chat']['handleFrame']>[0]);
      setInterval(tell, 1_000);
    });
    await visitor.by('chat-sampled').waitFor();
    yield 'chat-busy';
    await visitor.page.setViewportSize(PHONE);
    await openStrip(visitor);
    await visitor.by('chat-emoji').click();
    yield 'chat-emoji';
    await visitor.page.keyboard.press('Escape');
    await this.#toolsOn(visitor, 'Could you play');
    await visitor.by('tool-report').click();
    await visitor.by('report-spam').waitFor();
    yield 'chat-report';
    await this.#enter(visitor, 'busy', 'camille');
    await this.#toolsOn(visitor, 'Could you play');
    yield 'chat-moderator';
    await visitor.by('moderation-open').click();
    await visitor.by('tab-modes').click();
    yield 'chat-modes';
    await visitor.page.keyboard.press('Escape');
    await visitor.by('chat-people-open').click();
    await visitor.by('chat-people').waitFor();
    yield 'chat-people';
    // The others stay until the scenes are closed: a disconnect would lower a hand.
  }

  async *#order(visitor: Visitor): AsyncGenerator<string> {
    const creator = await this.#wire('order', 'camille', 'Camille', 'creator');
    const words = [
      { pattern: 'trash', action: 'hold' },
      { pattern: 'codes promo', action: 'hold' },
      { pattern: 'idiote', action: 'replace' },
      { pattern: 'casino*', action: 'refuse' },
    ];
    await creator.request('chat:setWords', { words });
    for (const { pattern } of words) this.written.add(pattern);
    const tom = await this.#wire('order', 'tom', 'Tom');
    const malik = await this.#wire('order', 'malik', 'Malik');
    const { message } = await tom.request('chat:send', { clientId: 'scene-order-rude', text: RUDE });
    await malik.request('chat:send', { clientId: 'scene-order-held', text: HELD[1] });
    await malik.request('chat:report', { messageId: message.id, category: 'harassment', note: NOTE });
    await creator.request('chat:restrict', {
      identity: 'tom',
      kind: 'timeout',
      scope: 'room',
      seconds: 3_000,
      reason: 'Insultes',
    });
    this.written.add('Insultes');

    await this.#enter(visitor, 'order', 'tom');
    await visitor.by('chat-restriction').waitFor();
    yield 'chat-restricted';
    await this.#enter(visitor, 'order', 'lea');
    await say(visitor, HELD[0]);
    await visitor
      .by('outgoing')
      .getByText(/Waiting for a moderator/)
      .waitFor();
    yield 'chat-held';
    await this.#enter(visitor, 'order', 'camille');
    await visitor.by('moderation-open').click();
    for (const [tab, listed] of [
      ['queue', HELD[0]],
      ['words', 'casino*'],
      ['reports', NOTE],
      ['audit', 'Insultes'],
    ] as const) {
      if (tab !== 'queue') await visitor.by(`tab-${tab}`).click();
      await visitor.by(tab).getByText(listed).waitFor();
      yield `chat-${tab}`;
    }
    await this.#enter(visitor, 'order', 'camille');
    await expectInChat(visitor, message.text);
    await this.#toolsOn(visitor, RUDE);
    await visitor.by('tool-context').click();
    await visitor.by('author-record').waitFor();
    yield 'chat-message';
  }

  async *#panic(visitor: Visitor): AsyncGenerator<string> {
    await this.#enter(visitor, 'panic', 'camille');
    await visitor.by('panic').click();
    await visitor.by('panic-on').waitFor();
    yield 'chat-panic';
    await this.#enter(visitor, 'panic', 'lea');
    await visitor.by('chat-note').waitFor();
    yield 'chat-panic-fan';
  }

  /** By keyboard, because a mouse pointer would have to stay in place. */
  async #toolsOn(visitor: Visitor, text: string): Promise<void> {
    const row = visitor.by('chat-list').locator('.row', { hasText: text }).last();
    await row.focus();
    await row.locator('.tools').waitFor();
  }
}
