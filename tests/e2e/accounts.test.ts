/** Sign-in and account in a browser: accessibility, both languages, phone width, and no errors on the way. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/browser/browser.ts';
import { Accounts } from './accounts.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';

/** Words that are equal in English and French. */
const SAME_IN_BOTH = new Set(['Loge', 'Studio', 'Contact', 'Lives']);

describe.skipIf(!CHROMIUM)('accounts', { timeout: 180_000 }, () => {
  let accounts: Accounts;

  beforeAll(async () => {
    accounts = await Accounts.create();
  }, 180_000);

  afterAll(() => accounts?.[Symbol.asyncDispose]());

  test('somebody signs up by a link on their phone, comes back with a passkey, becomes a creator, and signs out everywhere', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || accounts.written.has(text);
    expect(await inspectScenes(accounts.scenes(), isSameInBoth)).toEqual(NOTHING_FOUND);
  });

  test('an operator enrols at the OpenID provider of the house, signs in there again, confirms, and arranges a committee', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || accounts.written.has(text);
    expect(await inspectScenes(accounts.operatorScenes(), isSameInBoth)).toEqual(NOTHING_FOUND);
  });
});
