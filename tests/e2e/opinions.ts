/**
 * An opinion of the committee from a person who asks to the public page: a member opens a case, another asks for the
 * evidence, a third recuses herself; a draft, its revision, a vote with a dissent; the management does not follow, and
 * everybody reads it. Shared by the page test and the screenshots.
 */
import { DAY_MS, iso } from '../../server/platform/clock.ts';
import { createId, type RoomId } from '../../server/protocol/ids.ts';
import { EXAMPLE_CHARTER } from '../../server/trust/charter/example-charter.ts';
import { committeeTerms } from '../../server/trust/committee/committee.schema.ts';
import { DESKTOP, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { MovableClock } from '../support/houses/money-house.ts';
import { openSession } from '../support/people/site-person.ts';
import type { Scene } from './evening.ts';
import { forgetRefusal } from './site.ts';

export type Both = Readonly<Record<'en' | 'fr', string>>;
type Part = Pick<ReturnType<Visitor['page']['locator']>, 'getByTestId'>;

export const MAX = { id: 'person_max', name: 'Max Stone', address: 'max@example.org' };
export const LEA = { id: 'person_lea', name: 'Léa Marchand', address: 'lea@example.org' };
export const NOOR = { id: 'person_noor', name: 'Noor Haddad', address: 'noor@example.org' };
export const JEAN = { id: 'person_jean', name: 'Jean de La Rochefoucauld', address: 'jean@example.org' };
export const INES = { id: 'person_ines', name: 'Inès Lambert', address: 'ines@example.org' };
export const OPERATOR = { id: 'person_morgan', name: 'Morgan Petit', address: 'morgan@example.org' };
const SEATS: readonly (readonly [person: string, name: Both])[] = [
  [NOOR.id, { en: 'Law of data', fr: 'Droit des données' }],
  [JEAN.id, { en: 'Platform economics', fr: 'Économie des plateformes' }],
  [INES.id, { en: 'Women’s rights', fr: 'Droits des femmes' }],
];
const SAID = 'I am Max, write to max@example.org: you all sing like frogs.';
const ASKS = 'Nobody has looked at what was said to me before. Léa wrote worse.';
const NEEDS = 'The reasons quote a message that is not in the file.';
const REMARK = 'A day is too short where a child is concerned.';
const REASONS = 'It insults the other people in the room.';
const UPHELD = 'Max wrote it, and nothing before it excuses it.';
const TITLE = { en: 'A suspension without a hearing', fr: 'Une suspension sans être entendu' };
const QUESTION = {
  en: 'May the house suspend somebody for a week before it has heard them?',
  fr: 'La maison peut-elle suspendre une personne une semaine avant de l’avoir entendue ?',
};
const OPINION = { en: 'Hear people before a long suspension', fr: 'Entendre avant une longue suspension' };
const TEXT = {
  en: 'The house suspended a person for a week without hearing them. A suspension ends an income or a friendship; who decides it has to know both sides.\n\nThe house should hear a person before it suspends them for longer than a day.',
  fr: 'La maison a suspendu une personne une semaine sans l’entendre. Une suspension met fin à un revenu ou à une amitié ; qui la décide doit connaître les deux côtés.\n\nLa maison devrait entendre une personne avant de la suspendre plus d’un jour.',
};
const REVISED = {
  en: `${TEXT.en} Where a child is in danger, it hears them afterwards.`,
  fr: `${TEXT.fr} Quand un enfant est en danger, elle l’entend après.`,
};
const DISSENT = {
  en: 'A hearing within a day is more than a house of this size can promise.',
  fr: 'Entendre chacun sous un jour dépasse ce qu’une maison de cette taille peut promettre.',
};
const RECUSAL = {
  en: 'I advise an association in which one of the people is active.',
  fr: 'Je conseille une association où l’une des personnes est active.',
};
const ANSWER = {
  en: 'A hearing before every suspension would leave people exposed for too long. Appeals are answered within two days.',
  fr: 'Entendre avant toute suspension laisserait trop longtemps des personnes exposées. Les recours ont une réponse sous deux jours.',
};
const STEP = { en: 'Print the way to appeal first', fr: 'Indiquer d’abord la voie de recours' };

/** Names, and what people wrote in one language. */
const WRITTEN = [
  ...[MAX, LEA, NOOR, JEAN, INES, OPERATOR].map(({ name }) => name),
  ...[
    NEEDS,
    REMARK,
    REASONS,
    'Suggestions',
    'Versions',
    'Discussion',
    'Loge',
    'Contact',
    'Direct',
    'Lives',
    'Abstention',
  ],
];

/** An opinion stands in both languages on every page. */
const TEXTS = { ...TEXT, revisedEn: REVISED.en, revisedFr: REVISED.fr };
const IS_SAME =
  /frogs|wrote|provoked|insults|said to me|^[\d\s.,:/·-]+$|^version \d|^(?:English|Français|Suggestions)$/i;

export class OpinionHouse implements AsyncDisposable {
  readonly loge: TestApp;
  readonly clock: MovableClock;
  /** In which people report. */
  room = '' as RoomId;
  readonly #visitors: Visitor[] = [];

  private constructor(loge: TestApp, clock: MovableClock) {
    this.loge = loge;
    this.clock = clock;
  }

  static async create(): Promise<OpinionHouse> {
    const clock = new MovableClock();
    const house = new OpinionHouse(await startApp({ clock }), clock);
    await house.#seed();
    return house;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const visitor of this.#visitors) await visitor[Symbol.asyncDispose]();
    await this.loge[Symbol.asyncDispose]();
  }

  /** Whether a text is the same in both languages for a good reason. */
  isSame(text: string): boolean {
    // Texts of a case have numbers in the place of names.
    return text === 'Vigilance' || WRITTEN.includes(text) || Object.values(TEXTS).includes(text) || IS_SAME.test(text);
  }

  /** A committee of three, an operator, and a decided report whose appeal has failed. */
  async #seed(): Promise<void> {
    const { people, roles, committee, charter, chat, reports, decisions, db } = this.loge.app.context;
    for (const person of [MAX, LEA, NOOR, JEAN, INES, OPERATOR]) await people.seed(person);
    await roles.give({ person: OPERATOR.id, role: 'operator', by: 'test' });
    await charter.seed(EXAMPLE_CHARTER, 'operator');
    const nowMs = Date.now();
    for (const [person, name] of SEATS) {
      const { seats } = await committee.createSeat(name, OPERATOR.id).then(() => committee.view());
      await db.orm.insert(committeeTerms).values({
        ...{ id: createId('committeeTerm'), person, seat: seats.at(-1)?.id ?? '', seatName: name },
        ...{ invitedBy: OPERATOR.id, appointedBy: { en: 'the founders', fr: 'les fondatrices' } },
        ...{ appointedAt: iso(nowMs - DAY_MS), from: iso(nowMs - DAY_MS), until: iso(nowMs + 700 * DAY_MS) },
      });
    }
    const room = ((await this.loge.createRoom({ kind: 'free' })) as { id: RoomId }).id;
    this.room = room;
    const from = { identity: MAX.id, name: MAX.name, role: 'fan' } as const;
    const sent = await chat.send({ room, from, input: { clientId: 'max-00001', text: SAID } });
    const id = 'message' in sent ? sent.message.id : '';
    const about = { subject: { kind: 'message', id }, category: 'harassment' } as const;
    await reports.file(room, LEA.id, { ...about, note: 'Max insults everybody.' } as never);
    const [found] = (await decisions.list('rev-1', { limit: 1 })).cases;
    const ground = { article: 'conduct', version: 1 };
    const { id: decision } = await decisions.decide('rev-1', found?.id ?? '', {
      ...{ measures: [{ kind: 'mute' }], ground, reasons: REASONS, language: 'en', automated: false },
    });
    const { id: appeal } = await decisions.appeal(MAX.id, { decision, text: 'I was provoked.' });
    await decisions.decideAppeal('rev-2', appeal, { outcome: 'upheld', reasons: UPHELD, language: 'en' });
  }

  async *scenes(): AsyncGenerator<Scene> {
    const max = await this.enter(MAX.id, '/reports?lang=en');
    await max.page.getByText('Ask the committee').first().click();
    await max.page.locator('details[open] textarea').fill(ASKS);
    await max.page.locator('details[open] button').click();
    await max.by('ask-received').waitFor();
    await max.by('asked').first().waitFor();
    yield { name: 'reports-asked', visitor: max, fixedLanguage: 'en' };

    const noor = await this.enter(NOOR.id, '/seat/cases');
    yield* this.#opens(noor);
    const address = noor.page.url();
    const jean = await this.enter(JEAN.id, new URL(address).pathname);
    yield* this.#reads(jean);
    yield* this.#recuses(await this.enter(INES.id, new URL(address).pathname));
    yield* this.#drafts(noor, jean);
    yield* this.#votes(noor, jean);
    yield* this.#answers();
    yield* this.#published(noor, max);
  }

  async *#opens(noor: Visitor): AsyncGenerator<Scene> {
    await noor.by('register').waitFor();
    yield { name: 'seat-cases-empty', visitor: noor };
    await noor.by('request-take').click();
    await fill(noor.page.locator('seat-opening'), 'title', TITLE);
    await fill(noor.page.locator('seat-opening'), 'question', QUESTION);
    yield { name: 'seat-cases-opening', visitor: noor };
    await noor.by('case-open').click();
    await noor.page.waitForURL(/\/seat\/cases\/committeecase_/);
    await noor.by('file-1').waitFor();
  }

  async *#reads(jean: Visitor): AsyncGenerator<Scene> {
    await jean.by('file-1').waitFor();
    await jean.by('evidence-reason').fill(NEEDS);
    yield { name: 'seat-case', visitor: jean };
    await jean.by('evidence-open').click();
    await jean.by('evidence').waitFor();
    yield { name: 'seat-case-evidence', visitor: jean };
    // Of those whose names are in it nobody is named.
    const shown = await jean.page.locator('seat-case').innerText();
    if (/Max|Léa|max@/.test(shown)) throw new Error(`A name is shown: ${shown}`);
  }

  async *#recuses(ines: Visitor): AsyncGenerator<Scene> {
    await ines.by('recusal').locator('summary').click();
    await fill(ines.page.locator('seat-case'), 'recusal', RECUSAL);
    await ines.by('recuse').click();
    await ines.by('confirm-recusal').waitFor();
    yield { name: 'seat-case-recusing', visitor: ines, fixedLanguage: 'en' };
    await ines.by('confirm-recusal').click();
    await ines.page.waitForURL(/\/seat\/cases$/);
    await ines.by('may-not-read').waitFor();
    yield { name: 'seat-cases-recused', visitor: ines };
    await ines.page.goto(`${this.loge.url}/seat/opinions`);
    await ines.by('opinion-create').waitFor();
  }

  async *#drafts(noor: Visitor, jean: Visitor): AsyncGenerator<Scene> {
    await noor.by('draft-opinion').click();
    await noor.by('opinion-create').waitFor();
    await fill(noor.page.locator('seat-opinions'), 'title', OPINION);
    await fill(noor.page.locator('seat-opinions'), 'text', TEXT);
    yield { name: 'seat-opinions-drafting', visitor: noor };
    await noor.by('opinion-create').click();
    await noor.page.waitForURL(/\/seat\/opinions\/opinion_/);
    await noor.by('opinion-title').waitFor();
    await jean.page.goto(noor.page.url());
    await jean.by('revision').locator('summary').click();
    await fill(jean.page.locator('seat-opinion'), 'text', REVISED);
    await jean.by('opinion-revise').click();
    await jean.by('note').waitFor();
    await jean.by('remark').fill(REMARK);
    await jean.by('remark-send').click();
    await jean.by('remarks').waitFor();
    // She had the first version open, and loses nothing.
    await noor.by('revision').locator('summary').click();
    await fill(noor.page.locator('seat-opinion'), 'title', { en: 'Hear people first', fr: 'Entendre d’abord' });
    await noor.by('opinion-revise').click();
    await noor.by('clash').waitFor();
    forgetRefusal(noor, '/text');
    yield { name: 'seat-opinion-clash', visitor: noor };
    const typed = await noor.by('title-en').inputValue();
    if (typed !== 'Hear people first') throw new Error('What was written is lost.');
    await fill(noor.page.locator('seat-opinion'), 'title', OPINION);
    await fill(noor.page.locator('seat-opinion'), 'text', REVISED);
    await noor.by('opinion-revise').click();
    await noor.by('note').waitFor();
    await noor.page.reload();
    await noor.by('call-vote').waitFor();
    yield { name: 'seat-opinion-draft', visitor: noor };
  }

  async *#votes(noor: Visitor, jean: Visitor): AsyncGenerator<Scene> {
    await noor.by('call-vote').click();
    await noor.by('confirm-call').click();
    await noor.by('vote-for').check();
    await noor.by('vote-cast').click();
    await noor.by('confirm-vote').click();
    await noor.by('votes').waitFor();
    await noor.page.reload();
    await noor.by('votes').waitFor();
    yield { name: 'seat-opinion-voting', visitor: noor };
    await jean.page.goto(`${this.loge.url}/seat/opinions`);
    await jean.by('opinions-voting').waitFor();
    yield { name: 'seat-opinions', visitor: jean };
    await jean.page.goto(noor.page.url());
    await jean.by('vote-abstain').check();
    await fill(jean.page.locator('seat-opinion'), 'dissent', DISSENT);
    await jean.by('vote-cast').click();
    await jean.by('confirm-vote').waitFor();
    yield { name: 'seat-opinion-dissenting', visitor: jean, fixedLanguage: 'en' };
    await jean.by('confirm-vote').click();
    await jean.by('answer-due').waitFor();
    await jean.page.reload();
    await jean.by('answer-due').waitFor();
    yield { name: 'seat-opinion-adopted', visitor: jean };
  }

  async *#answers(): AsyncGenerator<Scene> {
    const operator = await this.enter(OPERATOR.id, '/desk/opinions');
    await operator.by('answering').locator('summary').click();
    await operator.by('answer-does_not_follow').check();
    const form = operator.page.locator('desk-opinion');
    await fill(form, 'reasons', ANSWER);
    await operator.by('step-add').click();
    await fill(form, 'step-1', STEP);
    await operator.by('step-1-day').fill(iso(Date.now() + 20 * DAY_MS).slice(0, 10));
    yield { name: 'desk-opinions-answering', visitor: operator };
    await operator.by('answer-send').click();
    await operator.by('confirm-answer').waitFor();
    yield { name: 'desk-opinions-asked', visitor: operator, fixedLanguage: 'en' };
    await operator.by('confirm-answer').click();
    await operator.by('answer').waitFor();
    await operator.page.reload();
    await operator.by('answer').waitFor();
    yield { name: 'desk-opinions', visitor: operator };
    // With every right of the house, they read no draft and open no page of the members.
    const answer = await operator.page.evaluate(async () => (await fetch('/v1/committee/drafts')).status);
    if (answer !== 403) throw new Error(`An operator who reads drafts gets ${answer}.`);
    forgetRefusal(operator, '/v1/committee/drafts');
    await operator.page.goto(`${this.loge.url}/seat/opinions`);
    await operator.by('members-only').waitFor();
  }

  async *#published(noor: Visitor, max: Visitor): AsyncGenerator<Scene> {
    await noor.page.reload();
    await noor.by('answer').waitFor();
    yield { name: 'seat-opinion-answered', visitor: noor };
    for (const fixedLanguage of ['en', 'fr'] as const) {
      await max.page.goto(`${this.loge.url}/committee?lang=${fixedLanguage}`);
      await max.by('opinion-1').locator('summary').click();
      for (const text of [OPINION, TITLE, REVISED, DISSENT, RECUSAL, ANSWER, STEP])
        await max
          .by('opinion-1')
          .getByText(text[fixedLanguage].split('\n')[0] ?? '')
          .first()
          .waitFor();
      yield { name: 'committee-opinions', visitor: max, fixedLanguage };
    }
  }

  async enter(person: string, path: string, options: VisitorOptions = { viewport: DESKTOP }): Promise<Visitor> {
    const visitor = await Visitor.create(options);
    this.#visitors.push(visitor);
    const [name = '', value = ''] = (await openSession(this.loge.app, person)).split('=');
    await visitor.context.addCookies([{ name, value, url: this.loge.url }]);
    await visitor.page.goto(this.loge.url + path);
    return visitor;
  }
}

export async function fill(within: Part, name: string, { en, fr }: Both): Promise<void> {
  await within.getByTestId(`${name}-en`).fill(en);
  await within.getByTestId(`${name}-fr`).fill(fr);
}
