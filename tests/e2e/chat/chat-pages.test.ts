/**
 * Every face of the chat for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling
 * on a phone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../../support/browser/browser.ts';
import { inspectScenes, NOTHING_FOUND } from '../page-checks.ts';
import { ChatScenes } from './chat-scenes.ts';

/**
 * Words that are the same in English and French, names of the demo's people, and identities, which are nobody's
 * language.
 */
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

describe.skipIf(!CHROMIUM)("the chat's views", { timeout: 180_000 }, () => {
  let chat: ChatScenes;

  beforeAll(async () => {
    chat = await ChatScenes.create();
  }, 180_000);

  afterAll(() => chat?.[Symbol.asyncDispose]());

  test('are accessible, translated, no wider than a phone, and report no error', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || chat.written.has(text);
    const found = await inspectScenes(chat.scenes, isSameInBoth);
    // Where there is no camera its choice is empty; the pages' own test looks at it with one.
    const accessibility = found.accessibility.filter((fault) => !fault.includes('loge-studio-devices'));
    expect({ ...found, accessibility }).toEqual(NOTHING_FOUND);
  });
});
