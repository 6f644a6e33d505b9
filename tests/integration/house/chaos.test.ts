/**
 * Random parts of a whole house are killed and restarted while people pay, come in, watch, talk, tip and are removed:
 * gateways, SFU nodes, media workers, Redis with and without its data, sessions of Postgres, the payment provider.
 * Nothing that was answered is lost or doubled, nobody without a key sees or hears anything, and when it is quiet again
 * everybody has a picture and nothing is left behind. `LOGE_SEED` repeats the choices, though not the moments.
 */
import { describe, expect, onTestFailed, test, vi } from 'vitest';
import { checkBooks, leftInRedis } from '../../support/chaos/chaos-checks.ts';
import { ChaosHouse } from '../../support/chaos/chaos-house.ts';
import { ChaosMonkey } from '../../support/chaos/chaos-monkey.ts';
import { ChaosCreator, ChaosFan } from '../../support/chaos/chaos-people.ts';
import { crashGate, RECOVERY_MS, removeGuest, removeGuests } from '../../support/chaos/chaos-strangers.ts';
import { ChaosWorld } from '../../support/chaos/chaos-world.ts';
import { hasGateways } from '../../support/houses/gateways.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const SECONDS = effort({ short: 15, long: 300 });
/** With a publisher, a guest and a gatecrasher as many as two cores carry beside everything that is restarted. */
const FANS = 8;
const OUT_MS = 1_000;
/** With the gateway gone that was to tell of it, another does once the first one's claim on the fact has lapsed. */
const OUT_DISTURBED_MS = 8_000;
const WAIT = { timeout: 30_000, interval: 100 };

describe.skipIf(!hasGateways)('chaos', () => {
  test(`everything holds while anything is killed (seed ${SEED}, ${SECONDS} s)`, {
    timeout: 180_000 + SECONDS * 1_000,
  }, async () => {
    const dice = new Dice(SEED);
    await using house = await ChaosHouse.start(SEED);
    const monkey = new ChaosMonkey(house, dice.fork());
    const world = new ChaosWorld(house, monkey, dice.fork());
    onTestFailed(() => {
      process.stdout.write(`seed ${SEED}\n${monkey.diary.join('\n')}\n${JSON.stringify(world.till.refusals)}\n`);
    });
    await vi.waitFor(async () => expect(await house.whyNotReady()).toEqual([]), WAIT);
    await world.open();
    const creator = new ChaosCreator(world, dice.fork());
    const fans = Array.from({ length: FANS }, (_, index) => new ChaosFan(world, `fan-${index}`, dice.fork()));
    try {
      await creator.comeIn();
      const chaosOver = performance.now() + SECONDS * 1_000;
      const breaking = monkey.run(() => performance.now() >= chaosOver);
      const people = [
        ...fans.map(async (fan) => {
          await fan.comeIn();
          await fan.live();
        }),
        crashGate(world, dice.fork()),
        removeGuests(world, dice.fork()),
      ];
      await Promise.race([breaking, Promise.all(people)]);
      await breaking;

      // Quiet: all is up again, and everybody comes back to where they were.
      await vi.waitFor(async () => expect(await house.whyNotReady()).toEqual([]), WAIT);
      await vi.waitFor(
        () => expect(fans.filter((fan) => fan.media.silenceMs > 500).map(describeFan)).toEqual([]),
        WAIT,
      );
      world.isOver = true;
      await Promise.all(people);
      const lastSeq = Math.max(...world.said.map(({ seq }) => seq));
      await vi.waitFor(
        () => expect(fans.filter(({ wire }) => !wire.isSettled || wire.lastSeq < lastSeq).map(describeFan)).toEqual([]),
        WAIT,
      );
      const isQuiet = () => !monkey.wasAtWork(performance.now(), performance.now(), RECOVERY_MS);
      await vi.waitFor(() => expect(isQuiet()).toBe(true), WAIT);
      await removeGuest(world, 'guest-at-last', dice.fork());

      expect(world.violations).toEqual([]);
      expect({ doubled: world.account.doubled, reordered: world.account.reordered }).toEqual({
        doubled: 0,
        reordered: 0,
      });
      expect(fans.map(({ wire }) => wire.countLost(world.said))).toEqual(fans.map(() => 0));
      expect(world.removals.filter(({ ms, isDisturbed }) => ms > (isDisturbed ? OUT_DISTURBED_MS : OUT_MS))).toEqual(
        [],
      );

      await world.till.server('POST', `/v1/rooms/${world.room}/end`);
      await vi.waitFor(async () => expect(await house.carried()).toEqual([]), WAIT);
    } finally {
      world.isOver = true;
      creator.close();
      for (const fan of fans) fan.close();
    }
    await vi.waitFor(async () => expect(await leftInRedis(world)).toEqual([]), WAIT);
    await Promise.all(house.gateways.map((gateway) => gateway.stop()));
    expect(await checkBooks(world)).toEqual([]);
    process.stdout.write(`${describeChaos(world)}\n`);
    // A chaos in which nothing broke, or nobody did anything, would prove nothing.
    expect(Object.values(monkey.counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(SECONDS / 10);
    expect(world.said.length).toBeGreaterThan(FANS);
    expect(world.answers.count).toBeGreaterThan(FANS);
    expect(world.refusedCrashers).toBeGreaterThan(0);
    expect(world.removals.some(({ isDisturbed }) => !isDisturbed)).toBe(true);
  });
});

/** For whoever wants to know what it has withstood. */
function describeChaos({ monkey, said, answers, removals, refusedCrashers, account }: ChaosWorld): string {
  const slowest = (isDisturbed: boolean) =>
    Math.round(Math.max(0, ...removals.filter((it) => it.isDisturbed === isDisturbed).map(({ ms }) => ms)));
  const faults = Object.entries(monkey.counts).map(([name, count]) => `${name} ${count}`);
  return [
    `chaos, seed ${SEED}: ${faults.join(', ')}.`,
    `${said.length} messages, ${answers.count} payments and tips, ${account.replays.length} returns, ${refusedCrashers} refused at the door;`,
    `${removals.length} removals, out after ${slowest(false)} ms at most, ${slowest(true)} ms amidst faults.`,
  ].join(' ');
}

function describeFan({ identity, media, wire }: ChaosFan): string {
  const silence = Number.isFinite(media.silenceMs)
    ? `${Math.round(media.silenceMs)} ms without a picture`
    : 'no picture';
  return `${identity}: ${silence}, up to ${wire.lastSeq}, ${JSON.stringify(media.ends)}`;
}
