/**
 * What all nodes of a house count together, so that nobody gets more by coming to another node. Whoever composes a node
 * gives it (between processes it is
 * in Redis); without it a node counts what happens on itself.
 */
export interface SharedState {
  /** Sessions that watch, by person and room. */
  watching: SlotCounter;
  /** What is left of people's receiver budgets, by person and room. */
  budgets: SharedRecords;
}

export interface SlotCounter {
  /**
   * Takes one slot under each key, or none and answers nothing where one is full. What it answers gives the slots back.
   */
  take(slots: readonly { key: string; limit: number }[]): Promise<(() => void) | undefined>;
}

export interface SharedRecords {
  pick(key: string, fields: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Sets a field if it holds what is expected (nothing, where nothing is), and answers what it holds then. */
  swap(request: { key: string; field: string; expected?: string; value: string }): Promise<string>;
}

export function personKey({ room, identity }: { room: string; identity: string }): string {
  return JSON.stringify([room, identity]);
}
