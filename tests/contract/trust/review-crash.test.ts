/** kill -9 of a process between a decision and each of its effects, and between a granted appeal and what it undoes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRASH_TARGETS, runUntilKilled } from '../../support/crash/crash-targets.ts';
import { decideScene, effectsOf, grantScene, type ReviewScene } from '../../support/crash/review-scene.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { isLong, SEED } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const LOAD = new URL('../../support/crash/review-load.ts', import.meta.url).pathname;
/** Of a decision, an appeal and its answer: before and after each transaction. */
const STEPS = 50;
/** Some of them are a timer's, so a run without a kill may have a few less. */
const SURE_STEPS = 45;
/** A kill in each part of them; with `--long` at every step. */
const PARTS = isLong ? STEPS : 5;

const ONCE = { removed: 1, muted: 1, removals: 1, stopped: 1, ended: 1, refunded: 1, refunds: 1, statements: 1 };
const DECIDED = {
  ...{ ...ONCE, restored: 0, shown: 0, mutes: 1, outside: 1, closed: 1, suspended: 1, frozen: 1, strikes: 4 },
  answers: 0,
};
/** What was paid back stays paid back. */
const UNDONE = {
  ...{ ...ONCE, restored: 1, shown: 1, mutes: 0, outside: 0, closed: 0, suspended: 0, frozen: 0, strikes: 0 },
  answers: 1,
};

describe.each(CRASH_TARGETS)('kill -9 between a decision and its effects, on $name', ({ open }) => {
  test(`each happens once, and is undone once (seed ${SEED})`, { timeout: 60_000 + PARTS * 30_000 }, async () => {
    const dice = new Dice(SEED);
    const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
    const { target, connect, close } = await open(folder);
    try {
      const killedAt: string[] = [];
      for (let part = 0; part < PARTS; part += 1) {
        const size = STEPS / PARTS;
        const steps = dice.between(Math.ceil(part * size), Math.ceil((part + 1) * size) - 1);
        const { signal, lines } = await runUntilKilled<ReviewScene & { at?: string }>(LOAD, [
          target,
          `${part}`,
          `${steps}`,
        ]);
        const [scene, ...reached] = lines;
        if (!scene) throw new Error('The process died before the decision.');
        const at = reached.at(-1)?.at ?? 'reported';
        if (signal !== 'SIGKILL')
          expect({ steps, at }).toEqual({ steps: expect.toSatisfy((n) => n > SURE_STEPS), at: 'granted' });
        else killedAt.push(at);
        const db = await connect();
        const house = await ReviewHouse.create(db);
        await decideScene(house, scene);
        await house.dispatch();
        // Of a process that was killed, the job completes the refunds.
        await house.domains.money.sweep();
        if (reached.length === 0) expect(await effectsOf(house, scene), `after ${steps} steps`).toEqual(DECIDED);
        await grantScene(house, scene);
        await house.dispatch();
        expect(await effectsOf(house, scene), `after ${steps} steps`).toEqual(UNDONE);
        expect(await house.domains.money.checkInvariants()).toEqual([]);
        await house.close();
        await db.close();
      }
      expect(new Set(killedAt)).toEqual(new Set(['reported', 'decided']));
    } finally {
      await close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
