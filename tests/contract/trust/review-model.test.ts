/**
 * Random orders of reports, looks, decisions, appeals and their answers, orders of authorities, acts of moderators and
 * closed accounts, against a plain model: nobody decides their own appeal, what is in force is the union of the
 * decisions that stand, a granted appeal undoes its own decision alone, and everybody is informed once.
 */
import { describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { compare } from '../../support/review-model/review-comparison.ts';
import { ReviewPlay } from '../../support/review-model/review-play.ts';
import { effort, pinnedSeed } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const GAMES = effort({ short: 3, long: 120 });
const ACTS = 100;
const COMPARED_EVERY = 10;
const SEED = pinnedSeed(20_261_128);

describe.each(DATABASES)('the review of reports on $name', ({ open }) => {
  test(`holds what a plain model holds (seed ${SEED}, ${GAMES} games)`, {
    timeout: 60_000 + GAMES * 60_000,
  }, async () => {
    for (let seed = SEED; seed < SEED + GAMES; seed += 1) {
      await using db = await open();
      const house = await ReviewHouse.create(db);
      const play = await ReviewPlay.create(house, new Dice(seed));
      for (let act = 1; act <= ACTS; act += 1) {
        await play.act();
        expect(play.faults, `seed ${seed}`).toEqual([]);
        if (act % COMPARED_EVERY > 0) continue;
        const { actual, expected } = await compare(house, play);
        expect(actual, `seed ${seed}, ${act} acts: ${play.acts.slice(-COMPARED_EVERY).join(', ')}`).toEqual(expected);
      }
      await house.close();
    }
  });
});
