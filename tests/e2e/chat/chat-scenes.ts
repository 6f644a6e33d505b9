/**
 * Chat scenes side by side: a busy room, a poll, a restricted person, a held message, and the moderators' views. Shared
 * by the page tests and the screenshots.
 */
import type { Room } from '../../../client-sdk/src/room.ts';
import { PHONE, Visitor } from '../../support/browser/browser.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import type { Scene } from '../evening.ts';
import { expectInChat, openStrip, say, signIn } from '../site.ts';

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
const HELD = ['Such tr4sh, honestly', 'tous mes codes promo gratuits ici'];
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
  readonly scenes: Scene[] = [];
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
    const scenes = new ChatScenes(loge, rooms);
    try {
      await scenes.#busyRoom();
      await scenes.#order();
      await scenes.#panic();
    } catch (error) {
      await scenes[Symbol.asyncDispose]();
      throw error;
    }
    return scenes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { visitor } of this.scenes) await visitor[Symbol.asyncDispose]();
    await this.loge[Symbol.asyncDispose]();
  }

  async #enter(name: string, room: Names, identity: string): Promise<Visitor> {
    const visitor = await Visitor.create({ viewport: PHONE });
    this.scenes.push({ name, visitor });
    const path = identity === 'camille' ? 'studio' : 'rooms';
    await visitor.page.goto(`${this.loge.url}/${path}/${this.#rooms[room]}`);
    await signIn(visitor, identity);
    await visitor.by('chat-people-open').waitFor();
    return visitor;
  }

  async #wire(room: Names, identity: string, name: string, role = 'fan'): Promise<TestParticipant> {
    const token = await this.loge.token({ identity, name, role, room: this.#rooms[room] });
    return TestParticipant.connect(this.loge.url, { token });
  }

  async #busyRoom(): Promise<void> {
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

    const busy = await this.#enter('chat-busy', 'busy', 'lea');
    await openStrip(busy);
    await busy.by('poll-option-0').click();
    await busy.by('poll-fold').click();
    // As the server reports it above the readable rate, which this scene does not reach.
    await busy.page.locator('loge-room').evaluate((element: HTMLElement & { room?: Room }) => {
      const frame = { entries: [], sampled: { dropped: 160, ranges: [] } };
      const tell = () => element.room?.chat.handleFrame(frame as unknown as Parameters<Room['chat']['handleFrame']>[0]);
      setInterval(tell, 1_000);
    });
    await busy.by('chat-sampled').waitFor();
    const voting = await this.#enter('chat-poll', 'busy', 'tom');
    await openStrip(voting);
    await voting.by('poll-option-0').waitFor();
    const emoji = await this.#enter('chat-emoji', 'busy', 'tom');
    await emoji.by('chat-emoji').click();
    const report = await this.#enter('chat-report', 'busy', 'tom');
    await this.#toolsOn(report, 'Could you play');
    await report.by('tool-report').click();
    await report.by('report-spam').waitFor();
    const moderator = await this.#enter('chat-moderator', 'busy', 'camille');
    await this.#toolsOn(moderator, 'Could you play');
    const modes = await this.#enter('chat-modes', 'busy', 'camille');
    await modes.by('moderation-open').click();
    await modes.by('tab-modes').click();
    const here = await this.#enter('chat-people', 'busy', 'camille');
    await here.by('chat-people-open').click();
    await here.by('chat-people').waitFor();
    // They stay until the scenes are closed: a disconnect would lower a hand.
  }

  async #order(): Promise<void> {
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

    const restricted = await this.#enter('chat-restricted', 'order', 'tom');
    await restricted.by('chat-restriction').waitFor();
    const held = await this.#enter('chat-held', 'order', 'lea');
    await say(held, HELD[0] ?? '');
    await held
      .by('outgoing')
      .getByText(/Waiting for a moderator/)
      .waitFor();
    const queue = await this.#enter('chat-queue', 'order', 'camille');
    await queue.by('moderation-open').click();
    await queue
      .by('queue')
      .getByText(HELD[0] ?? '')
      .waitFor();
    const list = await this.#enter('chat-words', 'order', 'camille');
    await list.by('moderation-open').click();
    await list.by('tab-words').click();
    await list.by('words').getByText('casino*').waitFor();
    const reports = await this.#enter('chat-reports', 'order', 'camille');
    await reports.by('moderation-open').click();
    await reports.by('tab-reports').click();
    await reports.by('reports').getByText(NOTE).waitFor();
    const audit = await this.#enter('chat-audit', 'order', 'camille');
    await audit.by('moderation-open').click();
    await audit.by('tab-audit').click();
    await audit.by('audit').getByText('Insultes').waitFor();
    const context = await this.#enter('chat-message', 'order', 'camille');
    await expectInChat(context, message.text);
    await this.#toolsOn(context, RUDE);
    await context.by('tool-context').click();
    await context.by('author-record').waitFor();
  }

  async #panic(): Promise<void> {
    const creator = await this.#enter('chat-panic', 'panic', 'camille');
    const fan = await this.#enter('chat-panic-fan', 'panic', 'lea');
    await creator.by('panic').click();
    await creator.by('panic-on').waitFor();
    await fan.by('chat-note').waitFor();
  }

  /** By keyboard, because a mouse pointer would have to stay in place. */
  async #toolsOn(visitor: Visitor, text: string): Promise<void> {
    const row = visitor.by('chat-list').locator('.row', { hasText: text }).last();
    await row.focus();
    await row.locator('.tools').waitFor();
  }
}
