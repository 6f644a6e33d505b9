/** An opinion of the committee in a browser, from the request to the answer: accessible, in both languages. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/browser/browser.ts';
import { OpinionHouse } from './opinions.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';

describe.skipIf(!CHROMIUM)('opinions of the committee', { timeout: 180_000 }, () => {
  let house: OpinionHouse;

  beforeAll(async () => {
    house = await OpinionHouse.create();
  }, 180_000);

  afterAll(() => house?.[Symbol.asyncDispose]());

  test('somebody asks, the committee reads without names and votes with a dissent, and everybody reads that the house does not follow', async () => {
    expect(await inspectScenes(house.scenes(), (text) => house.isSame(text))).toEqual(NOTHING_FOUND);
  });
});
