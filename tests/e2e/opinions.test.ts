/** The committee's opinions, alarms and proposals in a browser, each as one story: accessible, in both languages. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/browser/browser.ts';
import { alarmScenes, proposalScenes, recordScenes, STORY_TEXTS } from './committee-stories.ts';
import { OpinionHouse } from './opinions.ts';
import { inspectScenes, NOTHING_FOUND } from './page-checks.ts';

describe.skipIf(!CHROMIUM)('opinions of the committee', { timeout: 180_000 }, () => {
  let house: OpinionHouse;
  // Comparisons show pieces of what stands in both languages.
  const isSame = (text: string) => house.isSame(text) || STORY_TEXTS.some((known) => known.includes(text));

  beforeAll(async () => {
    house = await OpinionHouse.create();
  }, 180_000);

  afterAll(() => house?.[Symbol.asyncDispose]());

  test('somebody asks, the committee reads without names and votes with a dissent, and everybody reads that the house does not follow', async () => {
    expect(await inspectScenes(house.scenes(), (text) => house.isSame(text))).toEqual(NOTHING_FOUND);
  });

  test('a threshold raises an alarm: members get a letter, two read the case, and one recuses herself', async () => {
    expect(await inspectScenes(alarmScenes(house), isSame)).toEqual(NOTHING_FOUND);
  });

  test('a proposal to the charter is drafted, commented on, voted on, taken over and in force, and a creator is asked', async () => {
    expect(await inspectScenes(proposalScenes(house), isSame)).toEqual(NOTHING_FOUND);
  });

  test('a member signs the record with the passkey that is in it, and everybody reads that she did', async () => {
    expect(await inspectScenes(recordScenes(house), isSame)).toEqual(NOTHING_FOUND);
  });
});
