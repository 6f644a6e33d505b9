/**
 * The soak: seeded sequences of everything that moves money, several at a time, with a crashing server and a failing
 * provider. Every few hundred operations everything settles, and all invariants are checked.
 */
import Stripe from 'stripe';
import { AppError } from '../../../server/protocol/errors.ts';
import { BELONGING } from './acts/belonging.ts';
import { GIVING_BACK } from './acts/giving-back.ts';
import { PAYING } from './acts/paying.ts';
import { RUNNING } from './acts/running.ts';
import { SAVED_CARDS } from './acts/saved-cards.ts';
import { sendTip, TIPPING } from './acts/tipping.ts';
import { Answers } from './answers.ts';
import { check, checkProvider, settle } from './checks.ts';
import { Dice } from './dice.ts';
import { furnish } from './furnish.ts';
import { SoakHouse } from './soak-house.ts';
import { type Scene, SoakWorld } from './soak-world.ts';

interface SoakOptions {
  /** URL of an empty Postgres database. */
  url: string;
  seed: number;
  operations: number;
  /** While it is not, the soak goes on, with at most as many operations again. Absent: it always is. */
  isEnough?: (outcomes: Readonly<Record<string, number>>) => boolean;
  onCheck?: (state: { operations: number; crashes: number }) => void;
}

export interface SoakResult {
  operations: number;
  crashes: number;
  answered: number;
  lost: string[];
  doubled: string[];
  violations: string[];
  /** The last actions, newest at the end. */
  lastLines: string[];
  /** Outcomes of each action, counted. */
  outcomes: Record<string, number>;
}

export const ACTS = { ...PAYING, ...SAVED_CARDS, ...TIPPING, ...GIVING_BACK, ...BELONGING, ...RUNNING };
export type ActName = keyof typeof ACTS;
const WEIGHTS = Object.fromEntries(Object.entries(ACTS).map(([name, { weight }]) => [name, weight])) as Record<
  ActName,
  number
>;
const CONCURRENT_MAX = 8;
const LINES_KEPT = 400;
const CHECK_EVERY = 400;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const FANS = 10;
const CREATORS = 4;
const NEW_FAN_SHARE = 0.03;

export class Soak implements AsyncDisposable {
  readonly #options: SoakOptions;
  readonly #dice: Dice;
  readonly #house: SoakHouse;
  readonly #world = new SoakWorld();
  readonly #answers = new Answers();
  readonly #lines: string[] = [];
  readonly #outcomes: Record<string, number> = {};
  readonly #violations: string[] = [];
  #lost: string[] = [];
  #operations = 0;

  private constructor(options: SoakOptions, dice: Dice, house: SoakHouse) {
    this.#options = options;
    this.#dice = dice;
    this.#house = house;
  }

  static async create(options: SoakOptions): Promise<Soak> {
    const dice = new Dice(options.seed);
    const house = await SoakHouse.create({ database: { url: options.url }, seed: options.seed, dice: dice.fork() });
    const soak = new Soak(options, dice, house);
    await soak.#furnish();
    return soak;
  }

  async #furnish(): Promise<void> {
    await furnish(this.#house.app, this.#world, { creators: CREATORS });
    for (let index = 0; index < FANS; index += 1) this.#welcomeFan();
  }

  #welcomeFan(): void {
    this.#world.fans.push(`fan-${this.#world.fans.length}`);
  }

  async run(): Promise<SoakResult> {
    try {
      await this.#runAll();
    } catch (error) {
      this.#violations.push(`the soak itself failed: ${stackOf(error)}`);
    }
    return this.#result();
  }

  async #runAll(): Promise<void> {
    const { operations, isEnough, onCheck } = this.#options;
    const house = this.#house;
    const goesOn = () =>
      this.#operations < operations || (this.#operations < 2 * operations && isEnough?.(this.#outcomes) === false);
    while (goesOn() && !this.#hasFailed) {
      house.disturb();
      const until = this.#operations + CHECK_EVERY;
      while (this.#operations < until && goesOn()) await this.#burst();
      await house.calm();
      await this.#resendDoubts();
      await settle(house);
      const { violations, lost } = await check(house, this.#answers);
      this.#violations.push(...violations);
      this.#lost = lost;
      onCheck?.({ operations: this.#operations, crashes: house.crashes });
    }
    if (!this.#hasFailed) {
      const { violations, doubled } = await checkProvider(house);
      this.#violations.push(...violations);
      this.#answers.doubled.push(...doubled);
    }
  }

  get #hasFailed(): boolean {
    return this.#violations.length + this.#lost.length + this.#answers.doubled.length > 0;
  }

  #result(): SoakResult {
    return {
      operations: this.#operations,
      crashes: this.#house.crashes,
      answered: this.#answers.count,
      lost: this.#lost,
      doubled: this.#answers.doubled,
      violations: [...new Set(this.#violations)],
      lastLines: this.#lines,
      outcomes: this.#outcomes,
    };
  }

  /** Runs a few actions concurrently, then lets some time pass. */
  async #burst(): Promise<void> {
    const dice = this.#dice;
    if (this.#house.app.life.isOver) await this.#reopen();
    const count = dice.between(1, CONCURRENT_MAX);
    const drawn = Array.from({ length: count }, () => ({ name: dice.weighted(WEIGHTS), dice: dice.fork() }));
    await Promise.all(drawn.map(({ name, dice: own }) => this.#act(name, own)));
    if (dice.chance(NEW_FAN_SHARE)) this.#welcomeFan();
    this.#pass(dice);
  }

  #pass(dice: Dice): void {
    const kind = dice.weighted({ moment: 70, minutes: 20, hours: 8, days: 2 });
    const spanMs = { moment: 4 * SECOND_MS, minutes: HOUR_MS / 4, hours: 12 * HOUR_MS, days: 96 * HOUR_MS }[kind];
    const ms = Math.floor(dice.next() * spanMs);
    if (kind === 'hours' || kind === 'days') this.#line(`${Math.round(ms / HOUR_MS)} hours pass`);
    this.#house.advance(ms);
  }

  async #reopen(): Promise<void> {
    this.#line('application crashed and restarted');
    await this.#house.reopen();
    await this.#resendDoubts();
  }

  /** Retries unanswered tips with the same key. */
  async #resendDoubts(): Promise<void> {
    const doubts = this.#world.doubts.splice(0);
    await Promise.all(
      doubts.map((doubt) => this.#attempt('resend', (scene) => sendTip(scene, doubt), this.#dice.fork())),
    );
  }

  async #act(name: ActName, dice: Dice): Promise<void> {
    this.#operations += 1;
    await this.#attempt(name, ACTS[name].act, dice);
  }

  async #attempt(name: string, act: (scene: Scene) => Promise<string>, dice: Dice): Promise<void> {
    const { app } = this.#house;
    const number = this.#operations;
    const scene = { house: this.#house, app, world: this.#world, answers: this.#answers, dice };
    let outcome: string;
    let kind = 'done';
    try {
      outcome = await act(scene);
      if (outcome.startsWith('nothing')) kind = 'idle';
    } catch (error) {
      outcome = describe(error);
      kind = app.life.isOver ? 'died' : 'refused';
      if (!app.life.isOver && !isRefusal(error)) {
        this.#violations.push(`${name} failed unexpectedly: ${outcome} ${stackOf(error)}`);
      }
    }
    const key = `${name} ${kind}`;
    this.#outcomes[key] = (this.#outcomes[key] ?? 0) + 1;
    this.#line(`#${number} ${name}: ${kind === 'done' ? '' : `${kind}, `}${outcome}`);
  }

  #line(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#house[Symbol.asyncDispose]();
  }
}

/** An expected refusal of the server or the provider. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof AppError) return error.code !== 'internal';
  return error instanceof Stripe.errors.StripeError || (error as Error).name === 'StripeApiError';
}

function describe(error: unknown): string {
  return error instanceof AppError ? error.code : String(error);
}

function stackOf(error: unknown): string {
  const causes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.stack ?? cause.message);
  return causes.join('\n caused by ');
}
