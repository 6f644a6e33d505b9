/**
 * Every page for everybody: accessible by axe-core's rules, in both languages, without sideways scrolling on a phone,
 * without an error.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/browser/browser.ts';
import { Evening } from './evening.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';

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

  test('are accessible, translated, no wider than a phone, and report no error', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || evening.written.has(text);
    expect(await inspectScenes(evening.scenes, isSameInBoth)).toEqual(NOTHING_FOUND);
  });
});
