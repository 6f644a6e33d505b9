/** What the forms of the moderation show after requests that failed. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, sharedChromium } from '../../support/browser/browser.ts';
import type {} from '../../support/browser/moderation-page.ts';
import { BundledPage } from '../../support/browser/page-bundle.ts';

const ENTRY = fileURLToPath(new URL('../../support/browser/moderation-page.ts', import.meta.url));

describe.skipIf(!CHROMIUM)('the moderation without a connection', { timeout: 60_000 }, () => {
  let bundled: BundledPage;
  let page: Page;

  beforeAll(async () => {
    bundled = await BundledPage.serve(ENTRY);
    page = await (await sharedChromium()).newPage();
    await page.goto(bundled.url);
  }, 60_000);

  afterAll(async () => {
    await page?.close();
    await bundled?.[Symbol.asyncDispose]();
  });

  test('a switch shows what is set, not what was refused', async () => {
    const paused = page.getByTestId('mode-paused');
    await paused.click();
    await page.locator('loge-moderation-modes .problem').waitFor();
    expect(await paused.isChecked()).toBe(false);
  });

  test('a word list that could not be loaded is loaded again before it can be changed', async () => {
    await page.locator('loge-moderation-words .problem').waitFor();
    const form = page.getByTestId('word-pattern');
    expect([await form.isVisible(), await page.getByTestId('words-save').isVisible()]).toEqual([false, false]);
    await page.evaluate(() => {
      window.isReachable = true;
    });
    await page.getByTestId('moderation-retry').click();
    await page.getByTestId('words').getByText('spam').waitFor();
    expect(await form.isVisible()).toBe(true);
  });
});
