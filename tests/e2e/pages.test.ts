/** Every page for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling on a phone, without an error. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE } from '../support/browser.ts';
import { Evening, type PageLanguage, type Scene, show } from './evening.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];
/** Words that are the same in English and French, and what devices are called. */
const SAME_IN_BOTH = new Set([
  'Loge',
  'Studio',
  'Tickets',
  'Chat',
  'Message',
  'Messages',
  'Microphone',
  'Fans',
  'pause',
  'volume',
  'EUR',
  'fake_device_0',
  'Fake Default Audio Input',
]);

describe.skipIf(!CHROMIUM)('the pages', { timeout: 180_000 }, () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.create();
  }, 180_000);

  afterAll(() => evening?.[Symbol.asyncDispose]());

  const scenesIn = (language: PageLanguage): Scene[] =>
    evening.scenes.filter(({ fixedLanguage }) => (fixedLanguage ?? language) === language);

  for (const language of ['en', 'fr'] as const) {
    test(`have no grave fault of accessibility (${language})`, async () => {
      const faults: string[] = [];
      for (const scene of scenesIn(language)) {
        for (const viewport of [PHONE, DESKTOP]) {
          await show(scene, { language, viewport });
          const found = await findFaults(scene.visitor.page);
          faults.push(...found.map((fault) => `${scene.name} at ${viewport.width}: ${fault}`));
        }
      }
      expect(faults).toEqual([]);
    });

    test(`never scroll sideways at ${PHONE.width} pixels (${language})`, async () => {
      const wide: string[] = [];
      for (const scene of scenesIn(language)) {
        await show(scene, { language, viewport: PHONE });
        const found = await scene.visitor.page.evaluate(findSidewaysScrolling);
        wide.push(...found.map((what) => `${scene.name}: ${what}`));
      }
      expect(wide).toEqual([]);
    });
  }

  test('are translated: what is said alike in both languages are names, what people wrote, and words that are', async () => {
    const alike: string[] = [];
    for (const scene of evening.scenes.filter(({ fixedLanguage }) => !fixedLanguage)) {
      await show(scene, { language: 'en', viewport: DESKTOP });
      const english = new Set(await scene.visitor.page.evaluate(findTexts));
      await show(scene, { language: 'fr', viewport: DESKTOP });
      const french = await scene.visitor.page.evaluate(findTexts);
      const kept = french.filter((text) => english.has(text) && !SAME_IN_BOTH.has(text) && !evening.written.has(text));
      alike.push(...new Set(kept.map((text) => `${scene.name}: ${text}`)));
    }
    expect(alike).toEqual([]);
  });

  test('report no error: no broken policy, no lost file, no exception', () => {
    const problems = evening.scenes.flatMap(({ name, visitor }) => visitor.problems.map((it) => `${name}: ${it}`));
    expect(problems).toEqual([]);
  });
});

async function findFaults(page: Page): Promise<string[]> {
  // By the debugger's way in: the policy of the pages forbids any script of ours, as it should.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.flat().join(' ')}) ${failureSummary ?? ''}`),
    );
}

/** Runs in the page: the document, and whatever in it scrolls by itself, must not be wider than what is seen of it. */
function findSidewaysScrolling(): string[] {
  const found: string[] = [];
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      if (!scrolls && element !== document.scrollingElement) continue;
      if (element.scrollWidth > element.clientWidth + 1)
        found.push(`${element.localName}.${element.className}: ${element.scrollWidth} > ${element.clientWidth}`);
    }
  };
  visit(document);
  return found;
}

/** Runs in the page: every text that is seen or read aloud, without those that hold no word. */
function findTexts(): string[] {
  const found: string[] = [];
  const add = (text: string | null) => {
    const trimmed = text?.trim() ?? '';
    if (/\p{Letter}{3}/u.test(trimmed)) found.push(trimmed);
  };
  const visit = (root: Document | ShadowRoot | Element): void => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) add(node.textContent);
      if (!(node instanceof Element) || ['style', 'script', 'title'].includes(node.localName)) continue;
      // What was read aloud before stays in the language in which it was said.
      if (!node.checkVisibility({ visibilityProperty: true }) || node.role === 'log') continue;
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) add(node.getAttribute(name));
      if (node.shadowRoot) visit(node.shadowRoot);
      visit(node);
    }
  };
  visit(document.body);
  return found;
}
