/** Every money page with some weeks of data: accessibility, both languages, phone width, and no errors. */
import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE, Visitor } from '../support/browser/browser.ts';
import { eventually } from '../support/run/eventually.ts';
import { findLayoutShifts, inspectScenes, NOTHING_FOUND } from './page-checks.ts';
import { open } from './site.ts';
import { Takings } from './takings.ts';

/** Words that are equal in English and French, terms of the provider and the ledger, and names from tests. */
const SAME_IN_BOTH = new Set([
  'Loge',
  'Studio',
  'EUR',
  'CSV',
  'JSON',
  'Date',
  'Association',
  'Associations',
  'Client',
  'Contact',
  'Description',
  'Fans',
  'operator',
  'alix',
  'sacha',
  'devkey',
]);
/** Ids, numbers of receipts, account names of the ledger, and amounts. */
const FEE_NOTE = { en: 'You saw an estimate of it', fr: 'Une estimation vous en a été montrée' };
const TECHNICAL = /^[a-z]+(_[A-Za-z0-9]+)+$|^\d{4}-\d{6}$|^[A-Z]{3}$|^(ticket|refund)$/;

describe.skipIf(!CHROMIUM)('the pages of money', { timeout: 300_000 }, () => {
  let takings: Takings;

  beforeAll(async () => {
    takings = await Takings.create();
  }, 180_000);

  afterAll(() => takings?.[Symbol.asyncDispose]());

  test('are accessible, translated, no wider than a phone, report no error, and write amounts one way', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || takings.written.has(text) || TECHNICAL.test(text);
    const faults = new Set<string>();
    let amounts = 0;
    const found = await inspectScenes(takings.scenes(), isSameInBoth, async ({ name, visitor: { page } }, state) => {
      // One format, with figures of one width and a real minus.
      const seen = await page.evaluate(findAmounts);
      amounts += seen.count;
      for (const fault of seen.faults) faults.add(`${name} in ${state.language}: ${fault}`);
      if (!name.startsWith('receipt')) return;
      // A receipt's number fits on one line, also on a phone.
      const lines = await page
        .locator('.about code')
        .evaluateAll((numbers) => numbers.map((number) => number.getClientRects().length));
      expect([name, state, [...new Set(lines)]]).toEqual([name, state, [1]]);
      // The fee that was booked differs from the one that was shown before: the receipt explains it.
      if (name === 'receipt') await page.getByText(FEE_NOTE[state.language]).waitFor();
    });
    expect(found).toEqual(NOTHING_FOUND);
    expect([...faults]).toEqual([]);
    expect(amounts).toBeGreaterThan(100);
  });

  test('nothing that is seen of a wallet moves while its data arrive, one answer after another', async () => {
    await using visitor = await Visitor.create();
    const { page } = visitor;
    // With gift credit, tickets and a membership; and with one whose renewal has failed.
    for (const fan of ['lea', 'malik'])
      for (const viewport of [PHONE, DESKTOP]) {
        await page.setViewportSize(viewport);
        await open(visitor, `${takings.loge.url}/healthz`, fan);
        const held: Route[] = [];
        await page.route('**/v1/**', (route) => void held.push(route));
        await page.goto(`${takings.loge.url}/wallet`);
        await eventually(() => held.length === 8, 'the page and its parts ask for their data');
        for (const route of viewport === PHONE ? held : held.reverse()) {
          const answer = page.waitForResponse(route.request().url());
          await route.continue();
          await (await answer).finished();
          await page.evaluate(
            () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
          );
        }
        await page.locator('footer').waitFor();
        const shifts = await page.evaluate(findLayoutShifts);
        expect([fan, viewport.width, ...shifts]).toEqual([fan, viewport.width]);
        await page.unrouteAll();
      }
  });

  test('the books are consistent afterwards', async () => {
    expect(await takings.loge.app.context.money.checkInvariants()).toEqual([]);
  });
});

/** Runs in the page: how many amounts it has, and which have a wrong format, or figures of any width in a column. */
function findAmounts(): { count: number; faults: string[] } {
  const isFrench = document.documentElement.lang === 'fr';
  const english = /^[+\u2212]?€\d{1,3}(?:,\d{3})*\.\d{2}$/;
  const right = isFrench ? /^[+\u2212]?\d{1,3}(?:[\u202f\u00a0]\d{3})*,\d{2}\u00a0€$/ : english;
  const faults: string[] = [];
  let count = 0;
  const look = (text: string, element: Element): void => {
    // Signs, digits and their separators around the sign of the currency.
    const parts = isFrench ? text.match(/[+\-\u2212]?\d[\d.,\s]*€/g) : text.match(/[+\-\u2212]?€\s?\d+(?:[.,]\d+)*/g);
    for (const part of parts ?? []) {
      count += 1;
      if (!right.test(part)) faults.push(`${part} in "${text}"`);
    }
    if (!right.test(text) || getComputedStyle(element).fontVariantNumeric.includes('tabular-nums')) return;
    faults.push(`${text} in ${element.localName}.${element.className} has figures of any width`);
  };
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (['style', 'script'].includes(element.localName) || element.getAttribute('lang') === 'en') continue;
      if (element.role === 'log' || !element.checkVisibility({ visibilityProperty: true })) continue;
      for (const { nodeType, textContent } of element.childNodes)
        if (nodeType === Node.TEXT_NODE && textContent?.trim()) look(textContent.trim(), element);
    }
  };
  visit(document);
  return { count, faults };
}
