/** From a report to a granted appeal in the browser: fan, creator and two reviewers, in both languages. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { personSessions } from '../../server/accounts/people/people.schema.ts';
import { eq } from '../../server/platform/db/sql.ts';
import type { RoomId } from '../../server/protocol/ids.ts';
import { EXAMPLE_CHARTER } from '../../server/trust/charter/example-charter.ts';
import { reports } from '../../server/trust/reports/reports.schema.ts';
import { CHROMIUM, PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { eventually } from '../support/run/eventually.ts';
import type { Scene } from './evening.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';
import { addAuthenticator, expectInChat, expectVideo, goLive, open, openLive } from './site.ts';

/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;
/** Names, numbers, and what people wrote are the same in both languages. */
const IS_SAME =
  /^(?:Loge|Live|EN|FR|DAC7|[A-Z]{1,2}|[\d\s.,:/·-]+|.*(?:_|lea|malik|noah|tom|ines|Malik|Léa|Noah|Tom|Inès).*|Spam|Contact|You are nothing|Article.*|\{.*)$/s;

describe.skipIf(!CHROMIUM)('the review of reports', { timeout: 180_000 }, () => {
  let loge: TestApp;
  let room: string;
  const opened: Visitor[] = [];

  beforeAll(async () => {
    loge = await startApp();
    const { charter } = loge.app.context;
    await charter.seed(EXAMPLE_CHARTER, 'operator');
    await charter.accept({ identity: 'noah', version: 1, language: 'fr' }, { via: 'server' });
  });
  afterAll(async () => {
    for (const visitor of opened) await visitor[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  async function enter(identity: string, path: string, options: Parameters<typeof Visitor.create>[0] = {}) {
    const visitor = await Visitor.create(options);
    opened.push(visitor);
    await open(visitor, loge.url + path, identity);
    return visitor;
  }

  const makeReviewer = (person: string) => loge.app.context.roles.give({ person, role: 'reviewer', by: 'operator' });

  const caseOf = async (subject: string) => {
    const { cases } = await loge.app.context.decisions.list('tom', { limit: 20 });
    const found = cases.find((each) => each.subject === subject);
    if (!found) throw new Error(`There is no case about a ${subject}.`);
    return found.id;
  };
  const lettersTo = async (identity: string) => {
    const headers = { accept: 'application/json' };
    const answer = await fetch(`${loge.url}/dev/mail?to=${identity}@demo.example`, { headers });
    return ((await answer.json()) as { messages: { subject: string; text: string }[] }).messages;
  };

  test('a live is reported, stopped, decided about, appealed against, and back', async () => {
    const creator = await Visitor.create({ devices: true, locale: 'fr-FR' });
    opened.push(creator);
    room = await openLive(creator, loge, { identity: 'noah', title: 'Répétition' });
    const fan = await enter('lea', `/rooms/${room}`);
    await expectVideo(fan);
    const malik = await TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'malik', room }) });
    await malik.request('chat:send', { clientId: 'malik-0001', text: 'You are nothing' });
    await expectInChat(fan, 'You are nothing');

    // The fan reports the message and the live, by two taps each.
    const row = fan.by('chat-list').locator('.row', { hasText: 'You are nothing' }).last();
    await row.hover();
    await row.hover({ position: { x: 40, y: 8 } });
    await fan.by('tool-report').click();
    await fan.by('report-harassment').check();
    await takePictures(fan, 'report-message-en');
    await fan.by('report-send').click();
    await fan.page.getByText('Your report is number').first().waitFor();
    await fan.by('report-live-open').click();
    const sheet = fan.page.locator('loge-stage loge-report');
    await sheet.getByTestId('report-violence').check();
    await takePictures(fan, 'report-live-en');
    await sheet.getByTestId('report-send').click();
    await eventually(async () => (await loge.app.context.reports.listBy('lea')).length === 2, 'both are filed');
    await eventually(async () => (await lettersTo('lea')).length === 2, 'both are acknowledged');

    // The first reviewer finds the live first, by keyboard, and stops it in one gesture.
    const tom = await enter('tom', '/review', { locale: 'fr-FR' });
    await tom.by('reviewers-only').waitFor();
    await makeReviewer('tom');
    await tom.page.reload();
    await tom.by('review-cases').waitFor();
    await takePictures(tom, 'review-queue-fr');
    await tom.page.keyboard.press('j');
    await tom.page.keyboard.press('Enter');
    await tom.by('case-article').waitFor();
    await tom.page.getByText('Un live\u00a0: violence ou menaces').first().waitFor();
    await takePictures(tom, 'review-case-fr');
    await fan.watchFrames();
    const stoppedAtMs = Date.now();
    await tom.by('stop-live').click();
    await fan.by('stage-waiting').waitFor();
    const lastFrameMs = (await fan.lastFrameAtMs()) - stoppedAtMs;
    console.info(`The fan saw the last frame ${lastFrameMs} ms after the gesture.`);
    await creator.page.getByText('Vous êtes hors antenne').first().waitFor();

    // The final decision takes the place of the gesture, and the creator is told why, by mail and on a page.
    await tom.by('measure-stop_live').click();
    await tom.by('decision-reasons').fill('Une menace a été montrée.');
    await tom.by('decision-act').click();
    await tom.by('confirm-decision').click();
    await tom.by('note').waitFor();
    await takePictures(tom, 'review-decided-fr');
    await eventually(
      async () => (await lettersTo('noah')).some(({ text }) => text.includes('Une menace a été montrée.')),
      'the statement arrives by mail',
    );
    await creator.page.goto(`${loge.url}/reports`);
    const statements = creator.by('own-statements');
    await statements.getByText('Une menace a été montrée.').waitFor();
    await takePictures(creator, 'reports-statement-fr');

    // The appeal goes to another reviewer.
    await statements.getByText('Former un recours').first().click();
    await statements.locator('textarea').first().fill('C’était une scène de théâtre.');
    await statements.getByText('Envoyer le recours').first().click();
    await creator.by('appeal-state').first().waitFor();
    await takePictures(creator, 'reports-appeal-fr');
    const live = await caseOf('live');
    // Who reported appeals too, and is answered although the decision is undone by then.
    const [report] = await loge.app.context.reports.listBy('lea');
    const decision = report?.outcome?.decision ?? '';
    await loge.app.context.decisions.appeal('lea', { decision, text: 'More has to be done.' });
    await tom.page.goto(`${loge.url}/review/${live}`);
    await tom.by('may-not-decide').waitFor();
    expect(await tom.by('decision-act').count()).toBe(0);
    await makeReviewer('ines');
    const ines = await enter('ines', '/review');
    await ines.by(`case-${live}`).click();
    const appeal = ines.by('open-accused');
    await appeal.getByText('C’était une scène de théâtre.').waitFor();
    await takePictures(ines, 'review-appeal-en');
    await appeal.getByTestId('appeal-granted').click();
    await appeal.getByTestId('decision-reasons').fill('La scène est une pièce connue.');
    await appeal.getByTestId('decision-act').click();
    await ines.by('confirm-decision').click();
    await ines.by('note').waitFor();

    // Who decided first answers the reporter.
    await ines.by('may-not-decide').waitFor();
    await tom.page.reload();
    await tom.by('open-reporter').waitFor();
    expect(await tom.by('open-accused').count()).toBe(0);

    // Everything is back, and everybody is told.
    await eventually(
      async () => (await lettersTo('noah')).some(({ text }) => text.includes('La scène est une pièce connue.')),
      'the answer arrives by mail',
    );
    await creator.page.reload();
    await creator.by('appeal-state').getByText('accordé').first().waitFor();
    await creator.page.goto(`${loge.url}/studio/${room}`);
    await goLive(creator);
    await expectVideo(fan);
    await fan.page.goto(`${loge.url}/reports`);
    await fan.by('own-reports').waitFor();
    await takePictures(fan, 'reports-own-en');
    malik[Symbol.dispose]();
    // A live costs more than all that follows.
    for (const visitor of [creator, fan]) await visitor[Symbol.asyncDispose]();
  });

  test('queue and case say why a reviewer may not decide what they reported, in place of the form', async () => {
    const about = { subject: { kind: 'person', id: 'malik' }, category: 'harassment' } as const;
    await loge.app.context.reports.file(room as RoomId, 'tom', about);
    const reported = await caseOf('person');
    const tom = await enter('tom', '/review', { locale: 'fr-FR' });
    const row = tom.by(`case-${reported}`);
    await row.getByText('Vous l’avez signalé vous-même').waitFor();
    expect(await tom.by('may-not-decide').count()).toBe(1);
    await takePictures(tom, 'review-queue-reported-fr');
    await row.click();
    await tom.by('case-reports').waitFor();
    await tom.by('may-not-decide').getByText('Vous l’avez signalé vous-même').waitFor();
    expect(await tom.by('decision-act').count()).toBe(0);
    await takePictures(tom, 'review-case-reported-fr');
  });

  test('the queue and a case are accessible, translated, and no wider than a phone', async () => {
    const [reviewer] = opened.filter(({ page }) => page.url().includes('/review/'));
    if (!reviewer) throw new Error('No reviewer is there.');
    const message = await caseOf('message');
    async function* scenes(visitor: Visitor): AsyncGenerator<Scene> {
      for (const [name, path, testId] of [
        ['review queue', '/review', 'review-cases'],
        ['review case', `/review/${message}`, 'case-reports'],
        ['review case of an own report', `/review/${await caseOf('person')}`, 'may-not-decide'],
        ['review orders', '/review/orders', 'order-file'],
        ['review figures', '/review/figures', 'figures'],
      ] as const) {
        await visitor.page.goto(loge.url + path);
        await visitor.by(testId).waitFor();
        yield { name, visitor };
      }
    }
    expect(await inspectScenes(scenes(reviewer), (text) => IS_SAME.test(text))).toEqual(NOTHING_FOUND);
  });

  test('a reviewer who signed in by mail reads what to do, and the review opens with the passkey that they add', async () => {
    for (const locale of ['fr-FR', 'en-GB']) {
      const alix = await enter('alix', '/account', { locale });
      await addAuthenticator(alix);
      const { db, people } = loge.app.context;
      await db.orm.update(personSessions).set({ method: 'mail' }).where(eq(personSessions.person, 'alix'));
      await alix.page.goto(`${loge.url}/review`);
      await alix.by('review-locked').waitFor();
      await takePictures(alix, `review-locked-${locale.slice(0, 2)}`);
      if (locale === 'fr-FR') continue;
      await alix.by('review-unlock').click();
      await alix.by('confirm-add').click();
      await alix.by('review-cases').or(alix.by('review-none')).waitFor();
      expect(await people.passkeys.list('alix')).toHaveLength(1);
    }
  });

  test('the public form that is pressed twice over a slow line is one report, and its answer can be read again', async () => {
    const visitor = await Visitor.create();
    opened.push(visitor);
    const { page, context } = visitor;
    const devtools = await context.newCDPSession(page);
    const line = { offline: false, latency: 80, downloadThroughput: -1, uploadThroughput: -1 };
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', line);
    await page.goto(`${loge.url}/reports/new?lang=fr`);
    await page.locator('select[name=category]').selectOption('fraud');
    await page.locator('input[name=place]').fill('Une soirée');
    await page.locator('textarea[name=note]').fill('On me demande de payer ailleurs.');
    // The second press comes while the first is on its way.
    await page.locator('form button').evaluate((button: HTMLElement) => {
      button.click();
      setTimeout(() => button.click(), 60);
    });
    await visitor.by('report-number').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/reports\/new\/./);
    const number = await visitor.by('report-number').textContent();
    await page.reload();
    expect(await visitor.by('report-number').textContent()).toBe(number);
    await takePictures(visitor, 'report-received-fr');
    const filed = await loge.app.context.db.orm.select().from(reports).where(eq(reports.source, 'form'));
    expect(filed).toHaveLength(1);
    const { cases } = await loge.app.context.decisions.list('tom', { limit: 50 });
    expect(cases.filter(({ subject }) => subject === 'form')).toHaveLength(1);
  });

  test('the studio of a suspended creator leads to the reasons, at once and when it is opened again', async () => {
    const creator = await enter('noah', `/studio/${room}`);
    await creator.by('go-live').waitFor();
    const { suspensions } = loge.app.context.rooms;
    await suspensions.suspend('noah', { decision: 'decision_1', reason: 'Insults', until: null });
    const link = creator.by('access-appeal').locator('a');
    await creator.by('lobby').waitFor();
    await link.waitFor();
    await creator.page.reload();
    await creator.by('room-error').waitFor();
    await link.click();
    await creator.page.waitForURL(`${loge.url}/reports`);
  });
});

async function takePictures({ page }: Visitor, name: string): Promise<void> {
  if (!PICTURES) return;
  const before = page.viewportSize();
  for (const viewport of [PHONE, { width: 1_440, height: 900 }]) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: join(PICTURES, `${name}-${viewport.width}.png`), fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}
