/**
 * Scheduling points: each await of the SDK on a server, a device or a negotiation is a point, and continues when the
 * test releases it. Time is simulated.
 */
import { vi } from 'vitest';
import * as LIMITS from '../../../server/protocol/limits.ts';

const QUIET_MS = LIMITS.sessionGraceMs + LIMITS.reconnectGraceMs + 5_000;
const TICK_MS = 1_000;

export class Points {
  /** Queues of ordered points, such as the messages of one socket. */
  readonly #lines = new Map<string, (() => void)[]>();
  #next = 0;

  /** Runs when its turn in its queue is released. */
  add(line: string, act: () => void): void {
    const waiting = this.#lines.get(line) ?? [];
    this.#lines.set(line, waiting);
    waiting.push(act);
  }

  wait<T>(line: string, result: () => T): Promise<T> {
    return new Promise((resolve, reject) =>
      this.add(line, () => {
        try {
          resolve(result());
        } catch (error) {
          reject(error);
        }
      }),
    );
  }

  /** Discards the pending points of this queue. */
  drop(line: string): void {
    this.#lines.delete(line);
  }

  get count(): number {
    return [...this.#lines.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Releases the next point, alternating between the queues; false if there is none. */
  async release(): Promise<boolean> {
    const lines = [...this.#lines].filter(([, waiting]) => waiting.length > 0);
    if (lines.length === 0) return false;
    const [, waiting] = lines[this.#next++ % lines.length] ?? [];
    waiting?.shift()?.();
    await flush();
    return true;
  }

  /**
   * Advances time until nothing has happened for longer than any timeout; calls `before` with each point's number ahead
   * of it.
   */
  async runUntilQuiet(before: (step: number) => void = () => {}): Promise<number> {
    let step = 0;
    for (let quietMs = 0; quietMs < QUIET_MS; quietMs += TICK_MS) {
      before(step);
      await flush();
      while (this.count > 0) {
        await this.release();
        quietMs = 0;
        step += 1;
        before(step);
        await flush();
        if (step > 500) throw new Error('more than 500 points: the run does not settle');
      }
      await vi.advanceTimersByTimeAsync(TICK_MS);
    }
    return step;
  }
}

/** Runs all pending microtasks. */
export async function flush(): Promise<void> {
  for (let turns = 0; turns < 25; turns += 1) await null;
}
