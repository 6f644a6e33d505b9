/** Every page of money, with the takings of some weeks on it: accessible, in both languages, no wider than a phone, without an error. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE } from '../support/browser.ts';
import { show } from './evening.ts';
import { findFaults, findSidewaysScrolling, findTexts } from './page-checks.ts';
import { Takings } from './takings.ts';

/** Words that are the same in English and French, what the provider and the books call things, and what tests are called by. */
const SAME_IN_BOTH = new Set([
  'Loge',
  'Studio',
  'EUR',
  'CSV',
  'JSON',
  'Date',
  'Associations',
  'Client',
  'Description',
  'Fans',
  'operator',
  'devkey',
]);
/** Ids, names of accounts in the books, and amounts. */
const TECHNICAL = /^[a-z]+(_[A-Za-z0-9]+)+$|^[A-Z]{3}$|^(ticket|refund)$/;

describe.skipIf(!CHROMIUM)('the pages of money', { timeout: 300_000 }, () => {
  let takings: Takings;

  beforeAll(async () => {
    takings = await Takings.create();
  }, 180_000);

  afterAll(() => takings?.[Symbol.asyncDispose]());

  for (const language of ['en', 'fr'] as const) {
    test(`have no grave fault of accessibility, and never scroll sideways (${language})`, async () => {
      const faults: string[] = [];
      for (const scene of takings.scenes) {
        for (const viewport of [PHONE, DESKTOP]) {
          await show(scene, { language, viewport });
          const wide = await scene.visitor.page.evaluate(findSidewaysScrolling);
          const found = [...(await findFaults(scene.visitor.page)), ...wide.filter(isNoRowOfItsOwn)];
          faults.push(...found.map((fault) => `${scene.name} at ${viewport.width}: ${fault}`));
        }
      }
      expect(faults).toEqual([]);
    });
  }

  test('a receipt’s number stands on one line, on a phone too', async () => {
    for (const name of ['receipt', 'receipt-refund']) {
      const scene = takings.scenes.find((each) => each.name === name);
      if (!scene) throw new Error(`There is no ${name}.`);
      for (const language of ['en', 'fr'] as const) {
        await show(scene, { language, viewport: PHONE });
        const lines = await scene.visitor.page
          .locator('.about code')
          .evaluateAll((numbers) => numbers.map((number) => number.getClientRects().length));
        expect([name, language, lines]).toEqual([name, language, name === 'receipt' ? [1] : [1, 1]]);
      }
    }
  });

  test('are translated', async () => {
    const alike: string[] = [];
    for (const scene of takings.scenes) {
      await show(scene, { language: 'en', viewport: DESKTOP });
      const english = new Set(await scene.visitor.page.evaluate(findTexts));
      await show(scene, { language: 'fr', viewport: DESKTOP });
      const french = await scene.visitor.page.evaluate(findTexts);
      const isKept = (text: string) =>
        english.has(text) && !SAME_IN_BOTH.has(text) && !takings.written.has(text) && !TECHNICAL.test(text);
      alike.push(...new Set(french.filter(isKept).map((text) => `${scene.name}: ${text}`)));
    }
    expect(alike).toEqual([]);
  });

  test('report no error', () => {
    const problems = takings.scenes.flatMap(({ name, visitor }) => visitor.problems.map((it) => `${name}: ${it}`));
    expect(problems).toEqual([]);
  });

  test('the books hold after all of it', async () => {
    expect(await takings.loge.app.context.money.checkInvariants()).toEqual([]);
  });
});

/** The row of the desk's sections, and a table of figures, are made to be moved sideways by a finger; the page is not. */
function isNoRowOfItsOwn(what: string): boolean {
  return !/^(nav\.sections|div\.scroller)/.test(what);
}
