/** Plays a list of steps on a fresh server, lets everything settle, and reports violated invariants. */
import type { Database } from '../../../server/platform/db/db.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { pay } from '../houses/money-house.ts';
import { Answers } from '../soak/answers.ts';
import { check, checkProvider } from '../soak/checks.ts';
import { Dice } from '../soak/dice.ts';
import { furnish } from '../soak/furnish.ts';
import { isRefusal } from '../soak/soak.ts';
import { SoakHouse } from '../soak/soak-house.ts';
import { SoakWorld } from '../soak/soak-world.ts';
import { refundEverything, settleFlow } from './closing.ts';
import { Diary } from './diary.ts';
import type { FlowScene } from './evenings.ts';
import { findWrongShares } from './shares.ts';
import { findWrongStanding, type SeenDisputes } from './standing.ts';
import { FLOW_STEPS, type FlowStepName, RETURNING_CARD } from './steps.ts';
import { findUnsettledTickets, findWrongTickets } from './ticket-rules.ts';
import { findWrongTotals } from './totals.ts';
import { findMisplaced } from './whereabouts.ts';

export interface FlowStep {
  name: FlowStepName;
  /** Seed of the step's random choices. */
  seed: number;
}

interface FlowResult {
  /** What was done, one line per step. */
  lines: string[];
  faults: string[];
}

/** Later than the machine's clock, which the database uses for its own dates, and before the test cards expire. */
const START_MS = Date.UTC(2031, 0, 10);
const TICK_MS = 1_000;
const CREATORS = 1;
const FANS = 2;
const TICKET_ROOMS = 2;
const FIRST_CREDIT_MINOR = 3_000;
/** Relative to about eighty for the card without faults. */
const RETURNING_CARD_WEIGHT = 20;

export async function playFlow(db: Database, steps: readonly FlowStep[]): Promise<FlowResult> {
  const dice = endingDice(steps);
  await using house = await SoakHouse.create({ database: db, seed: 1, dice, startMs: START_MS });
  const flow = new Flow(house);
  return await flow.play(steps);
}

/** Seeded by the last step alone, so that shrinking a flow does not change its ending. */
function endingDice(steps: readonly FlowStep[]): Dice {
  return new Dice(steps.at(-1)?.seed ?? 0);
}

class Flow {
  readonly #house: SoakHouse;
  readonly #world = new SoakWorld();
  readonly #answers = new Answers();
  readonly #diary = new Diary();
  readonly #lines: string[] = [];
  readonly #faults: string[] = [];
  readonly #seenDisputes: SeenDisputes = new Set();

  constructor(house: SoakHouse) {
    this.#house = house;
  }

  async play(steps: readonly FlowStep[]): Promise<FlowResult> {
    const house = this.#house;
    await furnish(house.app, this.#world, { creators: CREATORS });
    await this.#welcome();
    for (const step of steps) {
      await this.#step(step);
      if (this.#faults.length > 0) return { lines: this.#lines, faults: this.#faults };
    }
    const dice = endingDice(steps);
    await this.#phase('at rest', async () => {
      const faults = await settleFlow({ house, dice, diary: this.#diary });
      return [...faults, ...(await findUnsettledTickets(house, this.#diary))];
    });
    await this.#phase('given back', () => refundEverything({ house }));
    return { lines: this.#lines, faults: this.#faults };
  }

  /** Creates rooms and fans with credit, so that the first step can already buy something. */
  async #welcome(): Promise<void> {
    const { app } = this.#house;
    const world = this.#world;
    world.cardWeights[RETURNING_CARD] = RETURNING_CARD_WEIGHT;
    for (let index = 0; index < TICKET_ROOMS; index += 1) {
      const access = { kind: 'ticket', priceMinor: 700 + 600 * index } as const;
      world.ticketRooms.add(await app.rooms.createRoom({ creator: 'creator-0', title: 'An evening', access }));
    }
    for (let index = 0; index < FANS; index += 1) {
      const identity = `fan-${index}`;
      world.fans.push(identity);
      const order = { identity, name: 'Fan', amountMinor: FIRST_CREDIT_MINOR };
      const { checkoutUrl, topup } = await app.money.topups.create(order);
      const session = await pay(checkoutUrl);
      await app.money.confirmCheckout(session);
      world.topups.add(topup);
      world.paidSessions.add({ url: checkoutUrl, session, purpose: 'topup' });
    }
  }

  async #step({ name, seed }: FlowStep): Promise<void> {
    const house = this.#house;
    let outcome: string;
    try {
      outcome = await FLOW_STEPS[name].act(this.#scene(new Dice(seed)));
    } catch (error) {
      outcome = error instanceof AppError ? error.code : String(error);
      if (!isRefusal(error)) this.#faults.push(`${name} failed unexpectedly: ${stackOf(error)}`);
    }
    this.#lines.push(`${name} (${seed}): ${outcome}`);
    await house.emulator.flush();
    await house.app.money.idle();
    const wrong = [
      ...(await findWrongStanding(house, this.#world, this.#seenDisputes)),
      ...(await findWrongTickets(house, this.#diary)),
    ];
    this.#faults.push(...wrong.map((fault) => `${name}: ${fault}`));
    // Advances the clock, so that no two steps have the same timestamp.
    house.advance(TICK_MS);
  }

  #scene(dice: Dice): FlowScene {
    const [house, world, answers, diary] = [this.#house, this.#world, this.#answers, this.#diary];
    return { house, app: house.app, world, answers, diary, dice };
  }

  /** A violation is reported once, by the first phase that finds it. */
  async #phase(name: string, bring: () => Promise<string[]>): Promise<void> {
    if (this.#faults.length > 0) return;
    const house = this.#house;
    try {
      const found = await bring();
      const { violations, lost } = await check(house, this.#answers);
      const { violations: unexplained, doubled } = await checkProvider(house);
      found.push(...violations, ...lost, ...unexplained, ...doubled);
      found.push(...(await findMisplaced(house)), ...(await findWrongTotals(house, this.#world)));
      found.push(...(await findWrongShares(house)));
      this.#faults.push(...found.map((fault) => `${name}: ${fault}`));
    } catch (error) {
      this.#faults.push(`${name}: failed: ${stackOf(error)}`);
    }
  }
}

function stackOf(error: unknown): string {
  const causes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.stack ?? cause.message);
  return causes.join('\n caused by ');
}
