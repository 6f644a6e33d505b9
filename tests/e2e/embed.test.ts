/** The embedder example: a page on another origin, with only the script tag and a token from its own server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, PHONE, Visitor } from '../support/browser/browser.ts';
import { findFreePort, startApp, type TestApp } from '../support/houses/app.ts';
import { CARD_ACCEPTED, expectInChat, expectVideo, goLive, payByCard, say } from './site.ts';

const EXAMPLE = fileURLToPath(new URL('../../client-sdk/examples/server.mjs', import.meta.url));

describe.skipIf(!CHROMIUM)('the example of an embedder', { timeout: 120_000 }, () => {
  let loge: TestApp;
  let example: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    loge = await startApp();
    const port = await findFreePort();
    origin = `http://localhost:${port}`;
    example = spawn(process.execPath, [EXAMPLE], {
      env: { ...process.env, PORT: String(port), LOGE_URL: loge.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(example, 'exit').then(([code]) => expect.fail(`The example ended with ${code}.`));
    exited.catch(() => {});
    // It prints its addresses when it is ready.
    if (example.stdout) await Promise.race([once(example.stdout, 'data'), exited]);
  });

  afterAll(async () => {
    example?.kill();
    await loge?.[Symbol.asyncDispose]();
  });

  test('sells a ticket on the page of another site and shows the live there, also after code that failed to load', async () => {
    // The author's page has its own layout: its elements load after the room, in any order.
    const author = await Visitor.create({ devices: true });
    await author.page.route('**/assets/{loge-studio,media-device}-*.js', (route) => route.abort());
    await author.page.goto(`${origin}/?as=author`);
    await author.by('load-failure').getByText('couldn’t be loaded').waitFor();
    await author.page.unroute('**/assets/{loge-studio,media-device}-*.js');
    await author.by('load-retry').click();

    const reader = await Visitor.create({ viewport: PHONE });
    const { page } = reader;
    await page.addInitScript(() => {
      const speakFrench = () => document.documentElement?.setAttribute('lang', 'fr');
      new MutationObserver(speakFrench).observe(document, { childList: true });
    });
    await page.route('**/assets/elements-*.js', (route) => route.abort());
    await page.goto(`${origin}/?reader=ada`);
    const failure = reader.by('load-failure');
    await failure.getByText('n’a pas pu être chargée').waitFor();
    await page.unroute('**/assets/elements-*.js');
    await reader.by('load-retry').click();
    await reader.by('buy-card').waitFor();
    expect(await failure.count()).toBe(0);
    // What was aborted is reported as an error.
    for (const { problems } of [author, reader]) problems.length = 0;
    // The lobby loads none of the room's code.
    expect(
      (await scriptsOf(reader)).filter((name) => /^(loge-(stage|chat|tip|studio)|media-device)/.test(name)),
    ).toEqual([]);

    await goLive(author);
    await reader.by('buy-card').click();
    await page.locator('#cardNumber').waitFor();
    await payByCard(reader, CARD_ACCEPTED);
    await page.waitForURL((url) => url.origin === origin && url.searchParams.get('reader') === 'ada');
    await expectVideo(reader);

    await say(reader, 'Hello from the letter');
    await expectInChat(author, 'Hello from the letter');
    for (const visitor of [author, reader]) {
      // The example has no favicon.
      expect(visitor.problems.filter((problem) => !problem.includes('/favicon.ico'))).toEqual([]);
      await visitor[Symbol.asyncDispose]();
    }
  });
});

/** File names of the scripts that a page has loaded. */
async function scriptsOf({ page }: Visitor): Promise<string[]> {
  const urls = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  return urls.map((url) => new URL(url).pathname.split('/').at(-1) ?? '').filter((name) => name.endsWith('.js'));
}
