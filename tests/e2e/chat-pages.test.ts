/** Every face of the chat for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling on a phone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, DESKTOP, PHONE } from '../support/browser.ts';
import { ChatScenes } from './chat-scenes.ts';
import { show } from './evening.ts';
import { findFaults, findSidewaysScrolling, findTexts } from './page-checks.ts';

/** Words that are the same in English and French, names of the demo's people, and identities, which are nobody's language. */
const SAME_IN_BOTH = new Set([
  ...[
    'Loge',
    'Studio',
    'Chat',
    'Message',
    'Messages',
    'Modes',
    'Question',
    'Tickets',
    'camera',
    'Fans',
    'pause',
    'volume',
  ],
  ...['4 votes', '1 min', '3 min', '5 min', '10 min'],
  ...['Camille', 'Camille Aubry', 'Léa', 'Tom', 'Malik', 'Inès', 'Jo', 'camille', 'tom', 'lea', 'malik'],
]);

describe.skipIf(!CHROMIUM)('the faces of the chat', { timeout: 180_000 }, () => {
  let chat: ChatScenes;

  beforeAll(async () => {
    chat = await ChatScenes.create();
  }, 180_000);

  afterAll(() => chat?.[Symbol.asyncDispose]());

  for (const language of ['en', 'fr'] as const) {
    test(`have no grave fault of accessibility and never scroll sideways (${language})`, async () => {
      const faults: string[] = [];
      for (const scene of chat.scenes) {
        for (const viewport of [PHONE, DESKTOP]) {
          await show(scene, { language, viewport });
          const { page } = scene.visitor;
          const wide = viewport === PHONE ? await page.evaluate(findSidewaysScrolling) : [];
          // Where there is no camera its choice is empty; the pages' own test looks at it with one.
          const faulty = (await findFaults(page)).filter((fault) => !fault.includes('loge-studio-devices'));
          const found = [...faulty, ...wide];
          faults.push(...found.map((fault) => `${scene.name} at ${viewport.width}: ${fault}`));
        }
      }
      expect(faults).toEqual([]);
    });
  }

  test('are translated', async () => {
    const alike: string[] = [];
    for (const scene of chat.scenes) {
      await show(scene, { language: 'en', viewport: DESKTOP });
      const english = new Set(await scene.visitor.page.evaluate(findTexts));
      await show(scene, { language: 'fr', viewport: DESKTOP });
      const french = await scene.visitor.page.evaluate(findTexts);
      const kept = french.filter((text) => english.has(text) && !SAME_IN_BOTH.has(text) && !chat.written.has(text));
      alike.push(...new Set(kept.map((text) => `${scene.name}: ${text}`)));
    }
    expect(alike).toEqual([]);
  });

  test('report no error', () => {
    const problems = chat.scenes.flatMap(({ name, visitor }) => visitor.problems.map((it) => `${name}: ${it}`));
    expect(problems).toEqual([]);
  });
});
