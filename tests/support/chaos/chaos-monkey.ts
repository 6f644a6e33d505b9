/** Kills and restarts random parts of a house, one or two at a time, as its dice say, and keeps a diary of it. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../soak/dice.ts';
import type { ChaosHouse } from './chaos-house.ts';

const AWAY_MAX_MS = 3_000;
const REST_MIN_MS = 300;
const REST_MAX_MS = 2_500;
/** A second fault while the first is not mended yet, as often as this. */
const TOGETHER = 0.3;

/** How often what is chosen. */
const WEIGHTS = {
  gateway: 20,
  gatewayLeaves: 4,
  node: 18,
  nodeLeaves: 6,
  worker: 16,
  redis: 8,
  redisEmptied: 10,
  database: 10,
  databaseBackend: 4,
  provider: 12,
};
export type Fault = keyof typeof WEIGHTS;

/** Faults of one kind of part are not done at the same time: somebody is left to come back to. */
const PART_OF: Record<Fault, string> = {
  gateway: 'gateway',
  gatewayLeaves: 'gateway',
  node: 'media',
  nodeLeaves: 'media',
  worker: 'media',
  redis: 'redis',
  redisEmptied: 'redis',
  database: 'database',
  databaseBackend: 'database',
  provider: 'provider',
};

interface Deed {
  what: string;
  fromMs: number;
  /** Absent while it is not mended. */
  untilMs?: number;
}

export class ChaosMonkey {
  readonly #house: ChaosHouse;
  readonly #dice: Dice;
  readonly #deeds: Deed[] = [];
  readonly #busy = new Map<string, Promise<void>>();
  readonly counts: Partial<Record<Fault, number>> = {};
  readonly #startedAtMs = performance.now();

  constructor(house: ChaosHouse, dice: Dice) {
    this.#house = house;
    this.#dice = dice;
  }

  get diary(): string[] {
    const at = (ms: number) => `${((ms - this.#startedAtMs) / 1_000).toFixed(1)} s`;
    return this.#deeds.map(({ what, fromMs, untilMs }) => `${at(fromMs)}–${untilMs ? at(untilMs) : ''} ${what}`);
  }

  /** Whether anything was broken, or had just been mended, between two moments. */
  wasAtWork(fromMs: number, untilMs: number, recoveryMs: number): boolean {
    return this.#deeds.some((deed) => deed.fromMs <= untilMs && (deed.untilMs ?? Infinity) + recoveryMs >= fromMs);
  }

  /**
   * Every fault once in an order of its own, then whatever the dice say, until it is told to stop; resolves when all is
   * mended.
   */
  async run(isOver: () => boolean): Promise<void> {
    const dice = this.#dice;
    const first = shuffle(Object.keys(WEIGHTS) as Fault[], dice);
    while (!isOver()) {
      const fault = first.shift() ?? dice.weighted(WEIGHTS);
      // Drawn whether they are used or not, so that what comes after is the same.
      const [own, restMs] = [dice.fork(), dice.between(REST_MIN_MS, REST_MAX_MS)];
      const isTogether = dice.chance(TOGETHER);
      const part = PART_OF[fault];
      await this.#busy.get(part);
      const doing = this.#do(fault, own).finally(() => this.#busy.delete(part));
      this.#busy.set(part, doing);
      doing.catch(() => {});
      if (!isTogether) await doing;
      await pause(restMs);
    }
    await Promise.all(this.#busy.values());
  }

  async #do(fault: Fault, dice: Dice): Promise<void> {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    const deed: Deed = { what: fault, fromMs: performance.now() };
    this.#deeds.push(deed);
    const house = this.#house;
    const awayMs = dice.between(0, AWAY_MAX_MS);
    switch (fault) {
      case 'gateway':
      case 'gatewayLeaves': {
        const index = dice.between(0, house.gateways.length - 1);
        const gateway = house.gateways[index];
        deed.what = `${fault} ${index}`;
        await (fault === 'gateway' ? gateway?.kill() : gateway?.stop());
        await pause(awayMs);
        await gateway?.start();
        break;
      }
      case 'node':
      case 'nodeLeaves': {
        const node = dice.pick(house.nodes);
        deed.what = `${fault} ${node?.id}`;
        await node?.end(fault === 'node' ? 'SIGKILL' : 'SIGTERM');
        await pause(awayMs);
        await node?.start();
        break;
      }
      case 'worker': {
        const node = dice.pick(house.nodes);
        deed.what = `${fault} of ${node?.id}`;
        const [pid] = node ? house.workersOf(node) : [];
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        break;
      }
      case 'redis':
      case 'redisEmptied':
        await house.redis.kill();
        await pause(awayMs);
        await house.redis.start({ keepData: fault === 'redis' });
        break;
      case 'database':
        await this.#cutDatabase(dice);
        break;
      case 'databaseBackend': {
        // Postgres then takes all its sessions for suspect, and starts over from its log.
        const pid = dice.pick(await house.backends());
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        break;
      }
      case 'provider':
        await house.emulator.end('SIGKILL');
        await pause(awayMs);
        await house.emulator.start();
    }
    deed.untilMs = performance.now();
  }

  /** Some of the gateways' connections end, as when a pooler or a firewall forgets them. */
  async #cutDatabase(dice: Dice): Promise<void> {
    const pids = (await this.#house.backends()).filter(() => dice.chance(0.6));
    await this.#house.select('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids]);
  }
}

function shuffle<T>(items: T[], dice: Dice): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(dice.between(0, left.length - 1), 1));
}
