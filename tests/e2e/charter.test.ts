/** The charter in the browser: a creator is asked, reads, accepts, and is live without a reload. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_CHARTER } from '../../server/trust/charter/example-charter.ts';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { eventually } from '../support/run/eventually.ts';
import { isPlaying, open } from './site.ts';

/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('the charter', { timeout: 120_000 }, () => {
  let loge: TestApp;
  const ends: AsyncDisposable[] = [];

  beforeAll(async () => {
    loge = await startApp();
    return () => loge[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end[Symbol.asyncDispose]();
  });

  const enter = async (options: { devices?: boolean; locale?: string } = {}) => {
    const visitor = await Visitor.create(options);
    ends.push(visitor);
    return visitor;
  };
  const announce = async (articles = EXAMPLE_CHARTER) => {
    const { charter } = loge.app.context;
    const draft = await charter.saveDraft(articles, 'operator');
    return charter.announce({ hash: draft?.hash ?? '' }, 'operator');
  };

  test('a creator goes live, is asked, accepts, and is live; of the next version they see what changed', async () => {
    await announce();
    const creator = await enter({ devices: true, locale: 'fr-FR' });
    const { page } = creator;
    const { id: room } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
      creator: 'noah',
      title: 'Répétition',
      access: { kind: 'free' },
    });
    await open(creator, `${loge.url}/studio/${room}`, 'noah');
    await eventually(() => isPlaying(creator, 'preview'), 'the preview plays');
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await creator.by('go-live').click();
    await creator.by('charter-article-content').getByText('Responsabilité des contenus').waitFor();
    await takePictures(creator, 'charter-first-fr');
    // Not now: nothing happens, and the studio asks again.
    await page.getByText('Plus tard').click();
    await creator.by('charter-article-content').waitFor({ state: 'detached' });
    expect((await loge.app.context.charter.listAcceptances('noah')).length).toBe(0);
    await creator.by('go-live').click();
    await creator.by('charter-accept').click();
    await creator.by('end-live').waitFor();

    // The next version, while the live is on, which goes on.
    const [first, ...rest] = EXAMPLE_CHARTER;
    if (!first) throw new Error('The example has no articles.');
    const text = { en: `${first.text.en} Sources are named.`, fr: `${first.text.fr} Les sources sont citées.` };
    await announce([{ ...first, text }, ...rest]);
    await creator.by('end-live').click();
    await creator.by('end-live-confirm').click();
    await creator.by('go-live').click();
    await creator.by('charter-article-content').getByText('Modifié', { exact: true }).waitFor();
    await page.locator('ins').getByText('Les sources sont citées.').waitFor();
    expect(await creator.by('charter-article-law').isVisible()).toBe(false);
    await takePictures(creator, 'charter-change-fr');
    await creator.by('charter-accept').click();
    await creator.by('end-live').waitFor();
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
    expect(await loge.app.context.charter.listAcceptances('noah')).toMatchObject([
      { version: 2, language: 'fr', via: 'participant' },
      { version: 1, language: 'fr', via: 'participant' },
    ]);
  });

  test('an operator writes and announces a version in the desk, and everybody reads what changed', async () => {
    if ((await loge.app.context.charter.list()).length === 0) await announce();
    const operator = await enter();
    const { page } = operator;
    await open(operator, `${loge.url}/desk/charter`, 'operator');
    await operator.by('charter-begin').click();
    const article = page.locator('details', { hasText: 'Rules of conduct' });
    await article.locator('summary').click();
    await article.locator('input[lang="en"]').fill('How we behave');
    await operator.by('charter-save').click();
    await operator.by('note').waitFor();
    await takePictures(operator, 'desk-charter-en');
    await operator.by('charter-announce').click();
    await operator.by('confirm-charter').click();
    await operator.by('charter-begin').waitFor();
    const [newest, before] = await loge.app.context.charter.list();
    expect(newest).toMatchObject({ state: 'in_force' });
    await page.goto(`${loge.url}/charter/changes/${before?.version}/${newest?.version}`);
    await page.locator('h2', { hasText: 'How' }).locator('del', { hasText: 'Rules' }).waitFor();
    await takePictures(operator, 'charter-changes-en');
    await page.goto(`${loge.url}/charter?lang=fr`);
    await page.getByText('La charte de la maison').waitFor();
    await takePictures(operator, 'charter-page-fr');
  });
});

async function takePictures({ page }: Visitor, name: string): Promise<void> {
  if (!PICTURES) return;
  const before = page.viewportSize();
  for (const width of [390, 1_440]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
