/** Events that arrive before the answer that names their session has been handled; they are kept for it. */
import { STAGE } from '../../limits.ts';

export interface EarlyEvent {
  session: string;
  handle(): void;
}

export class EarlyEvents {
  /** For each session that is being opened. */
  readonly #kept = new Set<EarlyEvent[]>();

  keep(event: EarlyEvent): void {
    for (const kept of this.#kept) if (kept.length < STAGE.earlyEvents) kept.push(event);
  }

  /** Keeps events while a session is opened. */
  async during<T>(open: (early: readonly EarlyEvent[]) => Promise<T>): Promise<T> {
    const kept: EarlyEvent[] = [];
    this.#kept.add(kept);
    try {
      return await open(kept);
    } finally {
      this.#kept.delete(kept);
    }
  }
}
