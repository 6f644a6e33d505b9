/**
 * Three stories of the committee, in the house of `opinions.ts`: a threshold raises an alarm, which opens a case; a
 * proposal to the charter goes from its draft to the creator who is asked to accept it; and a member signs the record.
 * Shared by the page test and the screenshots.
 */
import { DAY_MS, iso } from '../../server/platform/clock.ts';
import type { Article } from '../../server/protocol/trust/charter.ts';
import { EXAMPLE_CHARTER } from '../../server/trust/charter/example-charter.ts';
import type { Visitor } from '../support/browser/browser.ts';
import { eventually } from '../support/run/eventually.ts';
import type { Scene } from './evening.ts';
import { type Both, fill, INES, JEAN, LEA, MAX, NOOR, OPERATOR, type OpinionHouse } from './opinions.ts';
import { addAuthenticator, forgetRefusal, isPlaying } from './site.ts';

const THRESHOLD = { en: 'An unquiet week', fr: 'Une semaine agitée' };
const THRESHOLD_REASON = 'It was never more than two a week.';
const RECUSAL = { en: 'I know a person who reported.', fr: 'Je connais une personne qui a signalé.' };

const PROPOSAL = { en: 'Sources are named, people are heard', fr: 'Citer les sources, entendre les personnes' };
const WHY = {
  en: 'Fans cannot tell what is quoted. And nobody should be suspended for long without a hearing.',
  fr: 'Les fans ne savent pas ce qui est cité. Et personne ne devrait être suspendu longtemps sans être entendu.',
};
const WHY_AS_ADOPTED = {
  en: 'Fans cannot tell what is quoted, and people have asked for a hearing before any long suspension.',
  fr: 'Les fans ne savent pas ce qui est cité, et des personnes demandent à être entendues avant toute longue suspension.',
};
const [CONTENT] = EXAMPLE_CHARTER;
const SOURCES = { en: 'Sources are named.', fr: 'Les sources sont citées.' };
const HEARING: Article = {
  id: 'hearing',
  title: { en: 'A hearing', fr: 'Le droit d’être entendu' },
  text: {
    en: 'The house hears a person before it suspends them for longer than a day.',
    fr: 'La maison entend une personne avant de la suspendre plus d’un jour.',
  },
};
const INSULT = 'You are all fools.';
const APPROVAL = 'A good idea, though a day is short.';
const HIDE_REASON = 'It insults everybody.';
const ANSWER = { en: 'The house follows in every point.', fr: 'La maison suit en tout point.' };

/** Stand in one language, or in both on every page. */
export const STORY_TEXTS = [
  ...[THRESHOLD_REASON, INSULT, APPROVAL, HIDE_REASON, PROPOSAL.en, PROPOSAL.fr, SOURCES.fr],
  ...[WHY, WHY_AS_ADOPTED].flatMap(({ en, fr }) => [en, fr]),
  ...[...EXAMPLE_CHARTER, HEARING].flatMap(({ title, text }) => [title.fr, text.fr]),
  ...['Article', MAX.id, LEA.id, INES.id, OPERATOR.id],
];

/** A member sets a threshold; what people report goes beyond it; two members read the case, and one recuses herself. */
export async function* alarmScenes(house: OpinionHouse): AsyncGenerator<Scene> {
  const { reports, thresholds } = house.loge.app.context;
  const noor = await house.enter(NOOR.id, '/seat/thresholds');
  await noor.by('threshold-figure').selectOption('reports');
  await noor.by('threshold-limit').fill('2');
  await fill(noor.page.locator('seat-thresholds'), 'title', THRESHOLD);
  await noor.by('threshold-reason').fill(THRESHOLD_REASON);
  await noor.by('threshold-set').click();
  await noor.by('threshold-rule').waitFor();

  for (const reporter of [LEA.id, INES.id, OPERATOR.id]) {
    const about = { subject: { kind: 'person', id: MAX.id }, category: 'harassment' } as const;
    await reports.file(house.room, reporter, about as never);
  }
  // What happens at the very moment of a look is in the next one.
  house.clock.advance(1_000);
  await thresholds.sweep();

  await eventually(async () => {
    const letters = await lettersTo(house, JEAN.address);
    return letters.some(({ text }) => text.includes(THRESHOLD.en) || text.includes(THRESHOLD.fr));
  }, 'members get a letter');
  await noor.page.reload();
  await noor.by('alarms').waitFor();
  yield { name: 'seat-thresholds-alarm', visitor: noor };

  const jean = await house.enter(JEAN.id, '/seat/cases');
  await openCase(jean);
  yield { name: 'seat-case-alarm', visitor: jean };
  await noor.page.goto(jean.page.url());
  await noor.by('case-title').waitFor();

  const ines = await house.enter(INES.id, '/seat/cases');
  await openCase(ines);
  await ines.by('recusal').locator('summary').click();
  await fill(ines.page.locator('seat-case'), 'recusal', RECUSAL);
  await ines.by('recuse').click();
  await ines.by('confirm-recusal').click();
  await ines.page.waitForURL(/\/seat\/cases$/);
  await rowOf(ines, THRESHOLD).getByTestId('may-not-read').waitFor();
  yield { name: 'seat-cases-alarm', visitor: ines };
}

async function openCase(member: Visitor): Promise<void> {
  await rowOf(member, THRESHOLD).getByRole('link').click();
  await member.page.locator('seat-case #alarm').waitFor();
}

/** From the first draft until a creator is asked to accept the version that says the same. */
export async function* proposalScenes(house: OpinionHouse): AsyncGenerator<Scene> {
  const { charter } = house.loge.app.context;
  await charter.accept({ identity: 'noah', version: 1, language: 'fr' }, { via: 'person' });
  const noor = await house.enter(NOOR.id, '/seat/opinions');
  yield* drafts(noor);
  const id = new URL(noor.page.url()).pathname.split('/').at(-1) ?? '';
  yield* collectsComments(house, noor, id);
  house.clock.advance(15 * DAY_MS);
  yield* votes(house, id);
  yield* takesOver(house, id);
  house.clock.advance(3 * DAY_MS);
  yield* asksCreator(house, id);
}

async function* drafts(noor: Visitor): AsyncGenerator<Scene> {
  const part = noor.page.locator('seat-opinions');
  await noor.by('opinion-about').selectOption('charter');
  await fill(part, 'title', PROPOSAL);
  await fill(part, 'text', WHY);
  // Nothing is proposed yet.
  await noor.by('opinion-create').click();
  await part.locator('#about-hint.fault').waitFor();
  const articles = noor.page.locator('charter-editor details');
  const first = articles.first();
  await first.locator('summary').click();
  await first.getByTestId('article-text-en').fill(`${CONTENT?.text.en} ${SOURCES.en}`);
  await first.getByTestId('article-text-fr').fill(`${CONTENT?.text.fr} ${SOURCES.fr}`);
  await noor.by('charter-add').click();
  const added = articles.last();
  await added.getByTestId('article-id').fill(HEARING.id);
  for (const code of ['en', 'fr'] as const) {
    await added.getByTestId(`article-title-${code}`).fill(HEARING.title[code]);
    await added.getByTestId(`article-text-${code}`).fill(HEARING.text[code]);
  }
  // It stays open where it goes.
  await added.getByTestId('article-up').click();
  const raised = articles.nth(EXAMPLE_CHARTER.length - 1);
  await raised.getByTestId('article-title-en').waitFor();
  if ((await raised.getByTestId('article-id').inputValue()) !== HEARING.id) throw new Error('It was not raised.');
  await noor.page.locator('ins').getByText(SOURCES.fr).waitFor();
  yield { name: 'seat-proposal-drafting', visitor: noor };
  await noor.by('opinion-create').click();
  await noor.page.waitForURL(/\/seat\/opinions\/opinion_/);
  await noor.page.locator('seat-opinion ins').getByText(SOURCES.fr).first().waitFor();
  await noor.by('revision').locator('summary').first().click();
  await noor.page.locator('charter-editor details').last().locator('summary').click();
  await noor.page.locator('charter-editor details').last().getByTestId('article-remove').click();
  if ((await noor.by('charter-changes').count()) !== 1) throw new Error('What changes is not there once.');
  yield { name: 'seat-proposal-revising', visitor: noor };
  await noor.by('opinion-revise').click();
  await noor.by('note').first().waitFor();
}

async function* collectsComments(house: OpinionHouse, noor: Visitor, id: string): AsyncGenerator<Scene> {
  await noor.by('open-comments').click();
  await noor.by('confirm-open').waitFor();
  yield { name: 'seat-proposal-opening', visitor: noor, fixedLanguage: 'en' };
  await noor.by('confirm-open').click();
  await noor.page.locator('seat-comments').waitFor();

  const max = await house.enter(MAX.id, `/charter/proposals/${id}?lang=en`);
  await max.page.locator('textarea').fill(INSULT);
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await max.page.goto(`${house.loge.url}/charter/proposals/${id}?lang=${fixedLanguage}`);
    await max.page.locator('textarea').fill(INSULT);
    yield { name: 'proposal-commenting', visitor: max, fixedLanguage };
  }
  await max.page.locator('form.comment button').click();
  await max.by('commented').waitFor();
  await house.loge.app.context.proposals.comment(LEA.id, id, APPROVAL);

  await noor.page.reload();
  const insult = noor.by('comments').locator('li', { hasText: INSULT });
  await insult.getByTestId('comment-hide').click();
  await noor.by('hide-reason').fill(HIDE_REASON);
  yield { name: 'seat-proposal-hiding', visitor: noor, fixedLanguage: 'en' };
  await noor.by('confirm-hide').click();
  await noor.by('hidden-count').waitFor();
  await insult.waitFor({ state: 'detached' });
  await noor.page.reload();
  await noor.by('hidden-count').waitFor();
  if (await noor.by('call-vote').isVisible()) throw new Error('The vote can be called while people comment.');
  yield { name: 'seat-proposal-comments', visitor: noor };
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await max.page.goto(`${house.loge.url}/charter/proposals/${id}?lang=${fixedLanguage}`);
    await max.by('comments').getByText(APPROVAL).waitFor();
    const shown = await max.page.locator('main').innerText();
    if (shown.includes(INSULT) || !/1 commen/.test(shown)) throw new Error(`What was hidden is shown: ${shown}`);
    yield { name: 'proposal-comments', visitor: max, fixedLanguage };
  }
}

async function* votes(house: OpinionHouse, id: string): AsyncGenerator<Scene> {
  const noor = await house.enter(NOOR.id, `/seat/opinions/${id}`);
  await noor.by('revision').locator('summary').first().click();
  await fill(noor.page.locator('seat-opinion'), 'text', WHY_AS_ADOPTED);
  await noor.by('opinion-revise').click();
  await noor.by('note').first().waitFor();
  for (const [index, { id: member }] of [NOOR, JEAN, INES].entries()) {
    const voter = await house.enter(member, `/seat/opinions/${id}`);
    if (index === 0) {
      await voter.by('call-vote').click();
      await voter.by('confirm-call').click();
    }
    await voter.by('vote-for').check();
    await voter.by('vote-cast').click();
    await voter.by('confirm-vote').click();
    await voter.by(index < 2 ? 'votes' : 'answer-due').waitFor();
    if (index < 2) continue;
    await voter.page.reload();
    await voter.by('answer-due').waitFor();
    yield { name: 'seat-proposal-adopted', visitor: voter };
  }
}

async function* takesOver(house: OpinionHouse, id: string): AsyncGenerator<Scene> {
  const { url, app } = house.loge;
  const operator = await house.enter(OPERATOR.id, '/desk/opinions');
  const { number } = (await app.context.proposals.list()).find((each) => each.id === id) ?? { number: 0 };
  const part = operator.by(`opinion-${number}`);
  await part.getByTestId('take-over').waitFor();
  await part.getByTestId('answering').locator('summary').click();
  await part.getByTestId('answer-follows').check();
  await fill(part, 'reasons', ANSWER);
  await part.getByTestId('answer-send').click();
  await operator.by('confirm-answer').click();
  await part.getByTestId('answer').waitFor();
  await operator.page.reload();
  await part.getByTestId('take-over').waitFor();
  yield { name: 'desk-proposal', visitor: operator };
  // Another draft is never replaced by it.
  const other = await app.context.charter.saveDraft([HEARING], 'test');
  await part.getByTestId('take-over').click();
  await part.getByTestId('problem').waitFor();
  forgetRefusal(operator, '/charter-draft');
  await app.context.charter.deleteDraft(other?.hash ?? '');
  await part.getByTestId('take-over').click();
  await operator.page.waitForURL(/\/desk\/charter$/);
  await operator.page.locator('charter-editor ins').getByText(SOURCES.fr).waitFor();
  yield { name: 'desk-charter-taken', visitor: operator };
  const start = iso(house.clock.now() + 2 * DAY_MS);
  await operator.by('charter-effective-from').fill(start.slice(0, 16));
  await operator.by('charter-announce').click();
  await operator.by('confirm-charter').click();
  await operator.by('charter-version-2').waitFor();
  await operator.page.goto(`${url}/desk/opinions`);
  await part.getByTestId('proposal-version').waitFor();
  yield { name: 'desk-proposal-announced', visitor: operator };
  await operator.page.goto(`${url}/desk/reports`);
  await operator.by('statements').locator('summary').click();
  yield { name: 'desk-reports-statements', visitor: operator };
}

async function* asksCreator(house: OpinionHouse, id: string): AsyncGenerator<Scene> {
  const input = { creator: 'noah', title: 'Répétition', access: { kind: 'free' } };
  const { id: room } = await house.loge.server<{ id: string }>('POST', '/v1/rooms', input);
  const noah = await house.enter('noah', `/studio/${room}`, { devices: true, locale: 'fr-FR' });
  await eventually(() => isPlaying(noah, 'preview'), 'the preview plays');
  await noah.by('go-live').click();
  await noah.by('charter-article-hearing').getByText(HEARING.text.fr).waitFor();
  await noah.page.locator('ins').getByText(SOURCES.fr).waitFor();
  yield { name: 'studio-charter', visitor: noah, fixedLanguage: 'fr' };
  await noah.by('charter-accept').click();
  await noah.by('end-live').waitFor();
  const path = `${house.loge.url}/charter/proposals/${id}`;
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await noah.page.goto(`${path}?lang=${fixedLanguage}`);
    await noah.page.locator('a[href="/charter/2"]').waitFor();
    await noah.page.getByText(WHY_AS_ADOPTED[fixedLanguage]).waitFor();
    yield { name: 'proposal-in-force', visitor: noah, fixedLanguage };
    const link = await noah.by('revised').getByRole('link').getAttribute('href');
    await noah.page.goto(`${house.loge.url}${link}&lang=${fixedLanguage}`);
    await noah.page.getByText(WHY[fixedLanguage]).waitFor();
    yield { name: 'proposal-commented', visitor: noah, fixedLanguage };
  }
}

/** The passkey of a member goes into the log at night. From then on she signs the log with it, for everybody to see. */
export async function* recordScenes(house: OpinionHouse): AsyncGenerator<Scene> {
  const { url, app } = house.loge;
  const noor = await house.enter(NOOR.id, '/account');
  await addAuthenticator(noor);
  await noor.by('passkey-add').click();
  await noor.by('passkeys').locator('li').waitFor();
  await noor.page.goto(`${url}/seat`);
  await noor.by('record-to-sign').waitFor();
  if (await noor.by('sign-record').isVisible()) throw new Error('A passkey that is not in the log signs it.');
  house.clock.advance(DAY_MS);
  while (await app.context.record.sweep());
  await noor.page.reload();
  await noor.by('seat-unlock').click();
  await noor.by('confirm-use').click();
  await noor.by('sign-record').click();
  await noor.page.locator('seat-record').getByTestId('note').waitFor();
  yield { name: 'seat-record', visitor: noor };
  const signatures = await fetch(`${url}/transparency/log/members`).then((answer) => answer.text());
  if (signatures.trim().split('\n').length !== 1) throw new Error(`Not one signature: ${signatures}`);
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await noor.page.goto(`${url}/transparency?lang=${fixedLanguage}#record`);
    yield { name: 'transparency-record', visitor: noor, fixedLanguage };
  }
}

function rowOf({ page }: Visitor, title: Both) {
  return page.locator('li').filter({ hasText: new RegExp(`${title.en}|${title.fr}`) });
}

async function lettersTo({ loge }: OpinionHouse, address: string): Promise<{ text: string }[]> {
  const answer = await fetch(`${loge.url}/dev/mail?to=${address}`, { headers: { accept: 'application/json' } });
  return ((await answer.json()) as { messages: { text: string }[] }).messages;
}
