/**
 * Kills and restarts random parts of the deployment, one or two at a time, chosen by seeded dice, and records each
 * fault.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../soak/dice.ts';
import type { ChaosHouse } from './chaos-house.ts';

const DOWNTIME_MAX_MS = 3_000;
const FAULT_GAP_MIN_MS = 300;
const FAULT_GAP_MAX_MS = 2_500;
/** Probability of injecting the next fault before the current one is repaired. */
const OVERLAP_PROBABILITY = 0.3;

/** Relative frequency of each fault. */
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

/** Faults of the same part never overlap, so that one of each kind stays up. */
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

interface InjectedFault {
  what: string;
  fromMs: number;
  /** Undefined until it is repaired. */
  untilMs?: number;
}

export class ChaosMonkey {
  readonly #house: ChaosHouse;
  readonly #dice: Dice;
  readonly #faults: InjectedFault[] = [];
  readonly #busy = new Map<string, Promise<void>>();
  readonly counts: Partial<Record<Fault, number>> = {};
  readonly #startedAtMs = performance.now();

  constructor(house: ChaosHouse, dice: Dice) {
    this.#house = house;
    this.#dice = dice;
  }

  /** Faults so far. */
  get count(): number {
    return this.#faults.length;
  }

  get timeline(): string[] {
    const at = (ms: number) => `${((ms - this.#startedAtMs) / 1_000).toFixed(1)} s`;
    return this.#faults.map(({ what, fromMs, untilMs }) => `${at(fromMs)}–${untilMs ? at(untilMs) : ''} ${what}`);
  }

  /** Whether a fault, or the recovery time after one, overlapped the interval. */
  hadFaultBetween(fromMs: number, untilMs: number, recoveryMs: number): boolean {
    return this.#faults.some(
      (injected) => injected.fromMs <= untilMs && (injected.untilMs ?? Infinity) + recoveryMs >= fromMs,
    );
  }

  /** Injects every fault once in random order, then random ones until `isOver`; resolves when all are repaired. */
  async run(isOver: () => boolean): Promise<void> {
    const dice = this.#dice;
    const first = shuffle(Object.keys(WEIGHTS) as Fault[], dice);
    const injected: Promise<void>[] = [];
    while (!isOver()) {
      const fault = first.shift() ?? dice.weighted(WEIGHTS);
      // Always drawn, so that later draws stay the same.
      const [own, restMs] = [dice.fork(), dice.between(FAULT_GAP_MIN_MS, FAULT_GAP_MAX_MS)];
      const isOverlapping = dice.chance(OVERLAP_PROBABILITY);
      const part = PART_OF[fault];
      await this.#busy.get(part);
      const injecting = this.#inject(fault, own).finally(() => this.#busy.delete(part));
      this.#busy.set(part, injecting);
      injecting.catch(() => {});
      injected.push(injecting);
      if (!isOverlapping) await injecting;
      await pause(restMs);
    }
    await Promise.all(injected);
  }

  async #inject(fault: Fault, dice: Dice): Promise<void> {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    const injected: InjectedFault = { what: fault, fromMs: performance.now() };
    this.#faults.push(injected);
    const house = this.#house;
    const awayMs = dice.between(0, DOWNTIME_MAX_MS);
    switch (fault) {
      case 'gateway':
      case 'gatewayLeaves': {
        const index = dice.between(0, house.gateways.length - 1);
        const gateway = house.gateways[index];
        injected.what = `${fault} ${index}`;
        await (fault === 'gateway' ? gateway?.kill() : gateway?.stop());
        await pause(awayMs);
        // As an orchestrator does: a start fails if another fault cuts its sessions of the database.
        await gateway?.start().catch(() => gateway.start());
        break;
      }
      case 'node':
      case 'nodeLeaves': {
        const node = dice.pick(house.nodes);
        injected.what = `${fault} ${node?.id}`;
        await node?.end(fault === 'node' ? 'SIGKILL' : 'SIGTERM');
        await pause(awayMs);
        await node?.start();
        break;
      }
      case 'worker': {
        const node = dice.pick(house.nodes);
        injected.what = `${fault} of ${node?.id}`;
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
        // Postgres then restarts all its sessions and recovers from its log.
        const pid = dice.pick(await house.backends());
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        break;
      }
      case 'provider':
        await house.emulator.end('SIGKILL');
        await pause(awayMs);
        await house.emulator.start();
    }
    injected.untilMs = performance.now();
  }

  /** Ends some of the gateways' connections, as a pooler or a firewall might. */
  async #cutDatabase(dice: Dice): Promise<void> {
    const pids = (await this.#house.backends()).filter(() => dice.chance(0.6));
    await this.#house.select('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids]);
  }
}

function shuffle<T>(items: T[], dice: Dice): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(dice.between(0, left.length - 1), 1));
}
