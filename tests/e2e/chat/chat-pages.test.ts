/** Accessibility (axe-core), both languages, and no horizontal scrolling on a phone, for every chat scene. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../../support/browser/browser.ts';
import { inspectScenes, NOTHING_FOUND } from '../page-checks.ts';
import { ChatScenes } from './chat-scenes.ts';

/** Words that are equal in English and French, names of the demo's people, and identities. */
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
  ...['3 votes', '4 votes', '1 min', '3 min', '5 min', '10 min'],
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
    const found = await inspectScenes(chat.scenes(), isSameInBoth);
    // Without a camera its select is empty; the pages' own test checks it with one.
    const accessibility = found.accessibility.filter((fault) => !fault.includes('loge-studio-devices'));
    expect({ ...found, accessibility }).toEqual(NOTHING_FOUND);
  });
});
