/** Every page for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling on a phone, without an error. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE } from '../support/browser.ts';
import { Evening, type PageLanguage, type Scene, show } from './evening.ts';
import { findFaults, findSidewaysScrolling, findTexts } from './page-faults.ts';

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
