/**
 * The points at which something else may happen: each await of the SDK that waits for a server, a device or a
 * negotiation is a point, and goes on when it is released. Time is the test's.
 */
import { vi } from 'vitest';

const QUIET_MS = 45_000;
const TICK_MS = 500;

export class Points {
  /** Of each line of things that happen in order, such as what one socket is sent. */
  readonly #lines = new Map<string, (() => void)[]>();
  #next = 0;

  /** Happens when its turn in its line is released. */
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

  /** Whatever is on this line never happens. */
  drop(line: string): void {
    this.#lines.delete(line);
  }

  get count(): number {
    return [...this.#lines.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Releases the next point, by turns from every line; false when there is none. */
  async release(): Promise<boolean> {
    const lines = [...this.#lines].filter(([, waiting]) => waiting.length > 0);
    if (lines.length === 0) return false;
    const [, waiting] = lines[this.#next++ % lines.length] ?? [];
    waiting?.shift()?.();
    await flush();
    return true;
  }

  /**
   * Lets time pass until nothing has happened for longer than anything waits; calls `before` ahead of each point with
   * its number.
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
        if (step > 500) throw new Error('it never comes to rest');
      }
      await vi.advanceTimersByTimeAsync(TICK_MS);
    }
    return step;
  }
}

/** Everything that can go on by itself has gone on. */
export async function flush(): Promise<void> {
  for (let turns = 0; turns < 25; turns += 1) await null;
}
