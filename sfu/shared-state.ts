/**
 * Counters that all nodes share, so that a person's limits hold over all of them. In production they are in Redis;
 * without them a node counts for itself.
 */
export interface SharedState {
  /** Viewing sessions, by person and room. */
  watching: SlotCounter;
  /** Receiver budgets, by person and room. */
  budgets: SharedRecords;
}

export interface SlotCounter {
  /**
   * Takes one slot under each key and returns a function that releases them, or takes none and returns undefined where
   * one is full.
   */
  take(slots: readonly { key: string; limit: number }[]): Promise<(() => void) | undefined>;
}

export interface SharedRecords {
  pick(key: string, fields: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Compare-and-swap: sets a field if it holds `expected` (absent: if it is empty), and returns what it holds
   * afterwards.
   */
  swap(request: { key: string; field: string; expected?: string; value: string }): Promise<string>;
}

export function personKey({ room, identity }: { room: string; identity: string }): string {
  return JSON.stringify([room, identity]);
}
