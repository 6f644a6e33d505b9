import {
  OPENS_PER_WINDOW_MAX,
  PLAYS_PER_WINDOW_MAX,
  PLAYS_WINDOW_MS,
  RECEIVER_BUDGETS_MAX,
  UNANSWERED_MAX_MS,
} from './limits.ts';

/**
 * How much media a person may still be sent without saying that it arrives, in one room. It outlives their sessions, so that a new session earns
 * nothing.
 */
export class ReceiverBudget {
  #unansweredMs = 0;
  /** When pauses were ended, within the window. */
  #playedAtMs: number[] = [];
  /** When sessions were opened, within the window. */
  #openedAtMs: number[] = [];

  get isSpent(): boolean {
    return this.#unansweredMs >= UNANSWERED_MAX_MS;
  }

  /** Counts a new session, and answers whether it begins paused: what is sent around a change of sessions can miss the samples that are billed. */
  open(nowMs: number): boolean {
    this.#openedAtMs = this.#openedAtMs.filter((atMs) => nowMs - atMs < PLAYS_WINDOW_MS);
    if (this.isSpent || this.#openedAtMs.length >= OPENS_PER_WINDOW_MAX) return true;
    this.#openedAtMs.push(nowMs);
    return false;
  }

  /** Media was sent for so long, and no report came. */
  spend(ms: number): void {
    this.#unansweredMs += ms;
  }

  handleReport(): void {
    this.#unansweredMs = 0;
  }

  /** Allows as much again. Answers after how many milliseconds it may be asked for, where that is not now. */
  renew(nowMs: number): number | undefined {
    this.#playedAtMs = this.#playedAtMs.filter((atMs) => nowMs - atMs < PLAYS_WINDOW_MS);
    const [oldest] = this.#playedAtMs;
    if (oldest !== undefined && this.#playedAtMs.length >= PLAYS_PER_WINDOW_MAX)
      return oldest + PLAYS_WINDOW_MS - nowMs;
    this.#playedAtMs.push(nowMs);
    this.#unansweredMs = 0;
    return undefined;
  }
}

/** The budgets of a node's viewers who pay by the second. At the limit the one that was asked for longest ago is forgotten. */
export class ReceiverBudgets {
  readonly #budgets = new Map<string, ReceiverBudget>();

  get(room: string, identity: string): ReceiverBudget {
    const key = JSON.stringify([room, identity]);
    const budget = this.#budgets.get(key) ?? new ReceiverBudget();
    this.#budgets.delete(key);
    this.#budgets.set(key, budget);
    const [oldest] = this.#budgets.keys();
    if (this.#budgets.size > RECEIVER_BUDGETS_MAX && oldest !== undefined) this.#budgets.delete(oldest);
    return budget;
  }
}
