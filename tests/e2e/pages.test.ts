/** Every page for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling on a phone, without an error. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE } from '../support/browser.ts';
import { Evening, type PageLanguage, type Scene, show } from './evening.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];

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

    test(`say which language they speak (${language})`, async () => {
      for (const scene of scenesIn(language)) {
        await show(scene, { language, viewport: PHONE });
        expect(await scene.visitor.page.locator('html').getAttribute('lang')).toBe(language);
      }
    });
  }

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
