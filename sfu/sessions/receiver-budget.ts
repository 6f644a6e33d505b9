import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  BUDGET_WRITE_ATTEMPTS_MAX,
  OPENS_PER_WINDOW_MAX,
  PLAYS_PER_WINDOW_MAX,
  PLAYS_WINDOW_MS,
  RECEIVER_BUDGETS_MAX,
  UNANSWERED_MAX_MS,
} from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { personKey, type SharedRecords } from '../shared-state.ts';

const FIELD = 'budget';

const state = z.object({
  /** Time for which media was sent since the last report. */
  unansweredMs: z.number(),
  /** When pauses were ended within the window, in milliseconds since the epoch. */
  playedAtMs: z.array(z.number()).max(PLAYS_PER_WINDOW_MAX),
  /** When sessions that start unpaused were opened within the window. */
  openedAtMs: z.array(z.number()).max(OPENS_PER_WINDOW_MAX),
});
type State = z.infer<typeof state>;

export interface ReceiverBudgetOptions {
  key: string;
  /** Shared with the other nodes. Without it, or while it cannot be reached, the node counts for itself. */
  records: SharedRecords | undefined;
  log: SfuLog;
}

/**
 * How much media a person may still be sent in one room without a receiver report. It outlives the sessions and is
 * shared by all nodes, so that a new session gains nothing.
 */
export class ReceiverBudget {
  readonly #options: ReceiverBudgetOptions;
  #state: State = { unansweredMs: 0, playedAtMs: [], openedAtMs: [] };
  /** The shared record as last read. */
  #seen: string | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor(options: ReceiverBudgetOptions) {
    this.#options = options;
  }

  get isSpent(): boolean {
    return this.#state.unansweredMs >= UNANSWERED_MAX_MS;
  }

  /** Reads what other nodes have written. */
  async refresh(): Promise<void> {
    const { key, records } = this.#options;
    await this.#inTurn(async () => this.#see((await records?.pick(key, [FIELD]))?.get(FIELD)));
  }

  /**
   * Counts a new session, and answers whether it starts paused: media sent around a change of sessions can fall between
   * the samples that are billed.
   */
  async open(nowMs: number): Promise<boolean> {
    let isPaused = false;
    await this.#change((now) => {
      const openedAtMs = now.openedAtMs.filter((atMs) => nowMs - atMs < PLAYS_WINDOW_MS);
      isPaused = now.unansweredMs >= UNANSWERED_MAX_MS || openedAtMs.length >= OPENS_PER_WINDOW_MAX;
      return isPaused ? now : { ...now, openedAtMs: [...openedAtMs, nowMs] };
    });
    return isPaused;
  }

  /** Media was sent for this time without a report. */
  async spend(ms: number): Promise<void> {
    await this.#change((now) => ({ ...now, unansweredMs: now.unansweredMs + ms }));
  }

  async handleReport(): Promise<void> {
    await this.#change((now) => (now.unansweredMs === 0 ? now : { ...now, unansweredMs: 0 }));
  }

  /** Resets the budget, or answers after how many milliseconds to ask again. */
  async renew(nowMs: number): Promise<number | undefined> {
    let retryAfterMs: number | undefined;
    await this.#change((now) => {
      const playedAtMs = now.playedAtMs.filter((atMs) => nowMs - atMs < PLAYS_WINDOW_MS);
      const [oldest] = playedAtMs;
      const isTooEarly = oldest !== undefined && playedAtMs.length >= PLAYS_PER_WINDOW_MAX;
      retryAfterMs = isTooEarly ? oldest + PLAYS_WINDOW_MS - nowMs : undefined;
      return isTooEarly ? now : { ...now, unansweredMs: 0, playedAtMs: [...playedAtMs, nowMs] };
    });
    return retryAfterMs;
  }

  /**
   * Applies a change to the shared record by compare-and-swap, again if another node has changed it meanwhile. `edit`
   * returns its argument where nothing changes.
   */
  async #change(edit: (now: State) => State): Promise<void> {
    const { key, records } = this.#options;
    let isDone = false;
    await this.#inTurn(async () => {
      for (let attempt = 0; records && attempt < BUDGET_WRITE_ATTEMPTS_MAX; attempt++) {
        const next = edit(this.#state);
        isDone = next === this.#state;
        if (isDone) return;
        // The id makes each record unique: an equal record has not been changed meanwhile.
        const value = JSON.stringify({ ...next, id: randomUUID() });
        const expected = this.#seen;
        const held = await records.swap({ key, field: FIELD, value, ...(expected !== undefined && { expected }) });
        this.#see(held);
        isDone = held === value;
        if (isDone) return;
      }
    });
    if (!isDone) this.#state = edit(this.#state);
  }

  /** A missing record (its lease has ended, or Redis has lost it) changes nothing. */
  #see(record: string | undefined): void {
    this.#seen = record || undefined;
    if (!record) return;
    const parsed = state.safeParse(JSON.parse(record));
    if (parsed.success) this.#state = parsed.data;
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing
      .then(work)
      .catch((error) => this.#options.log.debug({ err: error }, 'receiver budget not shared'));
    await this.#changing;
  }
}

/** The budgets of a node's metered viewers. At the limit the least recently used one is dropped from memory. */
export class ReceiverBudgets {
  readonly #options: Omit<ReceiverBudgetOptions, 'key'>;
  readonly #budgets = new Map<string, ReceiverBudget>();

  constructor(options: Omit<ReceiverBudgetOptions, 'key'>) {
    this.#options = options;
  }

  /** The budget, refreshed from the shared record. */
  async get(person: { room: string; identity: string }): Promise<ReceiverBudget> {
    const key = personKey(person);
    const budget = this.#budgets.get(key) ?? new ReceiverBudget({ key, ...this.#options });
    this.#budgets.delete(key);
    this.#budgets.set(key, budget);
    const [oldest] = this.#budgets.keys();
    if (this.#budgets.size > RECEIVER_BUDGETS_MAX && oldest !== undefined) this.#budgets.delete(oldest);
    await budget.refresh();
    return budget;
  }
}
