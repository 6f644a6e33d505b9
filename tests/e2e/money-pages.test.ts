/** Every money page with some weeks of data: accessibility, both languages, phone width, and no errors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, PHONE } from '../support/browser/browser.ts';
import { show } from './evening.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';
import { Takings } from './takings.ts';

/** Words that are equal in English and French, terms of the provider and the ledger, and names from tests. */
const SAME_IN_BOTH = new Set([
  'Loge',
  'Studio',
  'EUR',
  'CSV',
  'JSON',
  'Date',
  'Associations',
  'Client',
  'Contact',
  'Description',
  'Fans',
  'operator',
  'devkey',
]);
/** Ids, numbers of receipts, account names of the ledger, and amounts. */
const FEE_NOTE = { en: 'an estimate of it was shown', fr: 'une estimation en était affichée' };
const TECHNICAL = /^[a-z]+(_[A-Za-z0-9]+)+$|^\d{4}-\d{6}$|^[A-Z]{3}$|^(ticket|refund)$/;

describe.skipIf(!CHROMIUM)('the pages of money', { timeout: 300_000 }, () => {
  let takings: Takings;

  beforeAll(async () => {
    takings = await Takings.create();
  }, 180_000);

  afterAll(() => takings?.[Symbol.asyncDispose]());

  test('are accessible, translated, no wider than a phone, and report no error', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || takings.written.has(text) || TECHNICAL.test(text);
    expect(await inspectScenes(takings.scenes, isSameInBoth)).toEqual(NOTHING_FOUND);
  });

  test('a receipt’s number fits on one line, also on a phone', async () => {
    for (const name of ['receipt', 'receipt-refund']) {
      const scene = takings.scenes.find((each) => each.name === name);
      if (!scene) throw new Error(`There is no ${name}.`);
      for (const language of ['en', 'fr'] as const) {
        await show(scene, { language, viewport: PHONE });
        const lines = await scene.visitor.page
          .locator('.about code')
          .evaluateAll((numbers) => numbers.map((number) => number.getClientRects().length));
        expect([name, language, [...new Set(lines)]]).toEqual([name, language, [1]]);
        // The fee that was booked differs from the one that was shown before: the receipt explains it.
        if (name === 'receipt') await scene.visitor.page.getByText(FEE_NOTE[language]).waitFor();
      }
    }
  });

  test('the books are consistent afterwards', async () => {
    expect(await takings.loge.app.context.money.checkInvariants()).toEqual([]);
  });
});
