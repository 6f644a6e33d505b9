/**
 * Kills and restarts random parts of a whole deployment (gateways, SFU nodes, media workers, Redis with and without its
 * data, Postgres sessions, the payment provider) while people pay, join, watch, chat, tip and are removed. No
 * acknowledged request is lost or applied twice, nobody without access receives anything, and once the faults stop
 * everybody has video and no resource leaks. `LOGE_SEED` repeats the choices, not their timing.
 */
import { describe, expect, onTestFailed, test, vi } from 'vitest';
import { checkBooks, findRedisKeys } from '../../support/chaos/chaos-checks.ts';
import { RECOVERY_MS, removeGuest, removeGuests, tryWithoutEntitlement } from '../../support/chaos/chaos-denied.ts';
import { ChaosHouse } from '../../support/chaos/chaos-house.ts';
import { ChaosMonkey } from '../../support/chaos/chaos-monkey.ts';
import { ChaosCreator, ChaosFan } from '../../support/chaos/chaos-people.ts';
import { ChaosWorld } from '../../support/chaos/chaos-world.ts';
import { hasGateways } from '../../support/houses/gateways.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const SECONDS = effort({ short: 10, long: 300 });
/** A gateway that leaves takes up to 20 s. */
const FAULTS_MIN = effort({ short: 3, long: 30 });
/** With a publisher, a guest and a fan without a ticket, as many as two cores carry beside the restarts. */
const FANS = effort({ short: 5, long: 8 });
const REMOVAL_MAX_MS = 1_000;
/** If the gateway that should dispatch the removal dies, another one does after the first one's claim has expired. */
const REMOVAL_DISTURBED_MAX_MS = 8_000;
const WAIT = { timeout: 30_000, interval: 100 };

describe.skipIf(!hasGateways)('chaos', () => {
  test(`no acknowledged request is lost while random parts are killed (seed ${SEED}, ${SECONDS} s)`, {
    timeout: 180_000 + SECONDS * 1_000,
  }, async () => {
    const dice = new Dice(SEED);
    await using house = await ChaosHouse.start(SEED);
    const monkey = new ChaosMonkey(house, dice.fork());
    const world = new ChaosWorld(house, monkey, dice.fork());
    onTestFailed(() => {
      process.stdout.write(`seed ${SEED}\n${monkey.timeline.join('\n')}\n${JSON.stringify(world.http.refusals)}\n`);
    });
    await vi.waitFor(async () => expect(await house.findNotReady()).toEqual([]), WAIT);
    await world.open();
    const creator = new ChaosCreator(world, dice.fork());
    onTestFailed(() => {
      const { running, ends } = creator.media;
      process.stdout.write(`creator: ${running?.session ?? 'no session'}, ended ${JSON.stringify(ends)}\n`);
    });
    const fans = Array.from({ length: FANS }, (_, index) => new ChaosFan(world, `fan-${index}`, dice.fork()));
    try {
      await creator.join();
      const chaosOver = performance.now() + SECONDS * 1_000;
      // With fewer faults or less traffic it would prove nothing.
      const isEnough = () =>
        monkey.count >= FAULTS_MIN &&
        Math.min(world.said.length, world.answers.count) > FANS &&
        world.deniedAttempts > 0;
      const breaking = monkey.run(() => performance.now() >= chaosOver && isEnough());
      const people = [
        ...fans.map(async (fan) => {
          await fan.join();
          await fan.live();
        }),
        tryWithoutEntitlement(world, dice.fork()),
        removeGuests(world, dice.fork()),
      ];
      await Promise.race([breaking, Promise.all(people)]);
      await breaking;

      // Quiet: everything is up again, and everybody reconnects.
      await vi.waitFor(async () => expect(await house.findNotReady()).toEqual([]), WAIT);
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
      const isQuiet = () => !monkey.hadFaultBetween(performance.now(), performance.now(), RECOVERY_MS);
      await vi.waitFor(() => expect(isQuiet()).toBe(true), WAIT);
      await removeGuest(world, 'guest-final', dice.fork());

      expect(world.violations).toEqual([]);
      expect({ doubled: world.account.doubled, reordered: world.account.reordered }).toEqual({
        doubled: 0,
        reordered: 0,
      });
      expect(fans.map(({ wire }) => wire.countLost(world.said))).toEqual(fans.map(() => 0));
      expect(
        world.removals.filter(({ ms, isDisturbed }) => ms > (isDisturbed ? REMOVAL_DISTURBED_MAX_MS : REMOVAL_MAX_MS)),
      ).toEqual([]);

      await world.http.server('POST', `/v1/rooms/${world.room}/end`);
      await vi.waitFor(async () => expect(await house.carried()).toEqual([]), WAIT);
    } finally {
      world.isOver = true;
      creator.close();
      for (const fan of fans) fan.close();
    }
    await vi.waitFor(async () => expect(await findRedisKeys(world)).toEqual([]), WAIT);
    await Promise.all(house.gateways.map((gateway) => gateway.stop()));
    expect(await checkBooks(world)).toEqual([]);
    process.stdout.write(`${describeChaos(world)}\n`);
    expect(world.removals.some(({ isDisturbed }) => !isDisturbed)).toBe(true);
  });
});

/** One-line summary of the faults and how long removals took. */
function describeChaos({ monkey, said, answers, removals, deniedAttempts, account }: ChaosWorld): string {
  const slowest = (isDisturbed: boolean) =>
    Math.round(Math.max(0, ...removals.filter((it) => it.isDisturbed === isDisturbed).map(({ ms }) => ms)));
  const faults = Object.entries(monkey.counts).map(([name, count]) => `${name} ${count}`);
  return [
    `chaos, seed ${SEED}: ${faults.join(', ')}.`,
    `${said.length} messages, ${answers.count} payments and tips, ${account.replays.length} reconnects, ${deniedAttempts} attempts without access refused;`,
    `${removals.length} removals, effective after ${slowest(false)} ms at most, ${slowest(true)} ms during faults.`,
  ].join(' ');
}

function describeFan({ identity, media, wire }: ChaosFan): string {
  const silence = Number.isFinite(media.silenceMs)
    ? `${Math.round(media.silenceMs)} ms without a picture`
    : 'no picture';
  return `${identity}: ${silence}, up to ${wire.lastSeq}, ${JSON.stringify(media.ends)}`;
}
