/**
 * The committee from its first seat to a member who leaves: an operator arranges the seats at the desk, a person
 * accepts with a passkey, writes and declares on a page of their own, and everybody sees it. Shared by the page test
 * and the screenshots.
 */
import { DAY_MS } from '../../server/platform/clock.ts';
import type { Visitor } from '../support/browser/browser.ts';
import { writeShownHistory } from '../support/figures/shown-history.ts';
import type { TestApp } from '../support/houses/app.ts';
import { openSession } from '../support/people/site-person.ts';
import { drawPicture } from './creator-page.ts';
import type { Scene } from './evening.ts';
import { addAuthenticator, forgetRefusal } from './site.ts';

const NOOR = { id: 'person_noor', name: 'Noor Haddad', address: 'noor@example.org' };
const JEAN = { id: 'person_jean', name: 'Jean-Baptiste de La Rochefoucauld-Montmorency', address: 'jean@example.org' };
const INES = { id: 'person_ines', name: 'Inès Lambert', address: 'ines@example.org' };
const BIOGRAPHY = {
  en: 'Teaches data protection law in Lyon, and has advised three supervisory authorities.\n\nWrites about consent.',
  fr: 'Enseigne le droit de la protection des données à Lyon, et a conseillé trois autorités de contrôle.\n\nÉcrit sur le consentement.',
};
const INTERESTS = {
  en: 'Employed by the University of Lyon. Holds no shares in platforms.',
  fr: 'Emploi à l’université de Lyon. Aucune part dans une plateforme.',
};
const REMOVAL = { en: 'Gave a case file to the press.', fr: 'A remis un dossier à la presse.' };
const RESIGNATION = { en: 'I was not heard.', fr: 'Je n’ai pas été entendue.' };
const THRESHOLD = { en: 'Reports about minors', fr: 'Signalements sur des mineurs' };
const THRESHOLD_REASON = 'More than three a week were never seen.';
const APPOINTED_BY = { en: 'the founders', fr: 'les fondatrices' };

/** Equal in every language. */
export const COMMITTEE_TEXTS = [
  ...[NOOR.name, JEAN.name, INES.name, NOOR.address],
  ...[`« ${REMOVAL.fr} »`, `“${REMOVAL.en}”`],
  'Suggestions',
  THRESHOLD_REASON,
  'Vigilance',
];

interface Parts {
  loge: TestApp;
  /** At the desk. */
  operator: Visitor;
  open: (path: string) => Promise<Visitor>;
}

export async function* committeeScenes({ loge, operator, open }: Parts): AsyncGenerator<Scene> {
  await operator.page.goto(`${loge.url}/desk/committee`);
  await operator.by('seats-create-examples').waitFor();
  yield { name: 'desk-committee-empty', visitor: operator };
  await operator.by('seats-create-examples').click();
  await seatAt(operator, 4).getByTestId('member-invite').waitFor();
  const { people } = loge.app.context;
  for (const person of [NOOR, JEAN, INES]) await people.seed(person);

  const seat = seatAt(operator, 0);
  await seat.getByTestId('member-invite').click();
  await seat.getByTestId('invitation-address').fill(NOOR.address);
  await fillBoth(seat, 'by', APPOINTED_BY);
  await seat.getByTestId('invitation-until').fill(dayIn(700));
  yield { name: 'desk-committee-invitation', visitor: operator };
  await seat.getByTestId('invitation-create').click();
  const link = await seat.getByTestId('invitation-link').inputValue();
  yield { name: 'desk-committee-link', visitor: operator };
  await operator.page.reload();
  await seat.getByTestId('invited').getByText(NOOR.address).waitFor();
  yield { name: 'desk-committee-invited', visitor: operator };

  const noor = await open('/healthz');
  await signInByMail(noor, loge, NOOR.id);
  await addAuthenticator(noor);
  await noor.page.goto(link);
  await noor.by('operator-accept').click();
  await noor.by('confirm-add').click();
  forgetRefusal(noor, '/v1/me/operator');
  await noor.page.waitForURL(`${loge.url}/seat`);
  await noor.by('declaration-due').waitFor();
  yield { name: 'seat-due', visitor: noor };
  await writeShownHistory(loge.app.context.db, { nowMs: Date.now(), quarters: 9 });
  yield* memberWrites(noor);
  await expectOnCommitteePage(noor, loge, [NOOR.name, BIOGRAPHY.en.split('\n')[0], INTERESTS.en, 'Vacant since']);
  yield* othersLeave({ loge, operator, open });
}

async function* memberWrites(member: Visitor): AsyncGenerator<Scene> {
  await member
    .by('picture-file')
    .setInputFiles({ name: 'noor.png', mimeType: 'image/png', buffer: await drawPicture() });
  await member.by('remove-picture').waitFor();
  const biography = member.page.locator('seat-biography');
  await fillBoth(biography, 'biography', BIOGRAPHY);
  await biography.getByTestId('biography-save').click();
  await biography.getByTestId('note').waitFor();
  // Without an answer nothing is sent.
  await member.by('declare').click();
  await member.page.locator('seat-declaration .fault').first().waitFor();
  await member.by('independent-yes').check();
  await member.by('unpaid-yes').check();
  await fillBoth(member.page.locator('seat-declaration'), 'interests', INTERESTS);
  await member.by('declare').click();
  await member.by('confirm-declaration').waitFor();
  yield { name: 'seat-declaring', visitor: member, fixedLanguage: 'fr' };
  await member.by('confirm-declaration').click();
  await member.by('declaration').waitFor();
  yield { name: 'seat', visitor: member };
  await member.page.goto(new URL('/seat/vigilance', member.page.url()).href);
  await member.by('vigilance').waitFor();
  yield { name: 'seat-vigilance', visitor: member };
  yield* setsThreshold(member);
  // A member finds out on the account page why there is no form to become a creator.
  const back = new URL(member.page.url()).href;
  await member.page.goto(new URL('/account', back).href);
  await member.by('creator-excluded').waitFor();
  yield { name: 'account-member', visitor: member };
}

async function* setsThreshold(member: Visitor): AsyncGenerator<Scene> {
  await member.page.goto(new URL('/seat/thresholds', member.page.url()).href);
  await member.by('threshold-figure').selectOption('reports_minors');
  await member.by('threshold-limit').fill('3');
  await fillBoth(member.page.locator('seat-thresholds'), 'title', THRESHOLD);
  await member.by('threshold-reason').fill(THRESHOLD_REASON);
  await member.by('threshold-set').click();
  await member.by('threshold-rule').waitFor();
  yield { name: 'seat-thresholds', visitor: member };
}

/** The house removes one with a reason, and another resigns. */
async function* othersLeave({ loge, operator, open }: Parts): AsyncGenerator<Scene> {
  const { committee, db } = loge.app.context;
  const { seats } = await committee.view();
  const until = new Date(Date.now() + 700 * DAY_MS).toISOString();
  for (const [index, { id: person }] of [JEAN, INES].entries()) {
    const appointment = { seat: seats[index + 1]?.id ?? '', appointedBy: APPOINTED_BY, from: null, until };
    await db.transaction((tx) => committee.appoint(tx, { person, appointment, by: 'test' }));
  }
  await operator.page.reload();
  const seat = seatAt(operator, 1);
  await seat.getByTestId('removal-member').click();
  await fillBoth(seat, 'reason', REMOVAL);
  yield { name: 'desk-committee-removal', visitor: operator };
  await seat.getByTestId('removal-send').click();
  await operator.by('confirm-removal').waitFor();
  yield { name: 'desk-committee-removing', visitor: operator, fixedLanguage: 'fr' };
  await operator.by('confirm-removal').click();
  await seat.getByTestId('note').waitFor();
  // Its element has no size, so that it counts as hidden while the dialog still fades.
  await operator.page.locator('loge-confirm dialog[open]').waitFor({ state: 'detached' });
  yield { name: 'desk-committee', visitor: operator };

  const ines = await open('/healthz');
  await signInByMail(ines, loge, INES.id);
  await ines.page.goto(`${loge.url}/seat`);
  await ines.by('seat-locked').waitFor();
  yield { name: 'seat-locked', visitor: ines };
  // Not before the scene: an inspection of the page takes the device away.
  await addAuthenticator(ines);
  await ines.by('seat-unlock').click();
  await ines.by('confirm-add').click();
  await fillBoth(ines.page.locator('seat-resignation'), 'reason', RESIGNATION);
  await ines.by('resign').click();
  await ines.by('confirm-resignation').waitFor();
  yield { name: 'seat-resigning', visitor: ines, fixedLanguage: 'fr' };
  await ines.by('confirm-resignation').click();
  await ines.page.waitForURL(`${loge.url}/committee`);
  await expectOnCommitteePage(ines, loge, [JEAN.name, REMOVAL.en, INES.name, RESIGNATION.en]);
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await ines.page.goto(`${loge.url}/committee?lang=${fixedLanguage}`);
    yield { name: 'committee', visitor: ines, fixedLanguage };
  }
  for (const fixedLanguage of ['en', 'fr'] as const) {
    await ines.page.goto(`${loge.url}/transparency?lang=${fixedLanguage}`);
    yield { name: 'transparency', visitor: ines, fixedLanguage };
  }
  await ines.page.goto(`${loge.url}/seat?lang=en`);
  await ines.by('members-only').waitFor();
  yield { name: 'seat-closed', visitor: ines };
}

function seatAt({ page }: Visitor, index: number) {
  return page.locator('desk-seat').nth(index);
}

async function fillBoth(
  within: ReturnType<typeof seatAt>,
  name: string,
  { en, fr }: { en: string; fr: string },
): Promise<void> {
  await within.getByTestId(`${name}-en`).fill(en);
  await within.getByTestId(`${name}-fr`).fill(fr);
}

async function signInByMail({ context }: Visitor, loge: TestApp, person: string): Promise<void> {
  const [name = '', value = ''] = (await openSession(loge.app, person, { method: 'mail' })).split('=');
  await context.addCookies([{ name, value, url: loge.url }]);
}

async function expectOnCommitteePage(
  { page }: Visitor,
  loge: TestApp,
  texts: readonly (string | undefined)[],
): Promise<void> {
  await page.goto(`${loge.url}/committee?lang=en`);
  for (const text of texts)
    await page
      .getByText(text ?? '')
      .first()
      .waitFor();
}

/** As the field of a date takes it. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
