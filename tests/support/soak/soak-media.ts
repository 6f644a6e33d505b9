/** The media of private sessions, which flow or not as the soak says: counters as the SFU would have them. */
import type { PrivateMedia } from '../../../server/money/private-sessions/private-runner.ts';

export class SoakMedia implements PrivateMedia {
  readonly #stopped = new Set<string>();
  #bytes = 0;
  #key = 0;

  async sample(room: string) {
    this.#bytes += 1;
    const isFlowing = !this.#stopped.has(room);
    const creatorVideoBytes = isFlowing ? this.#bytes : 0;
    return {
      key: `media-${this.#key}`,
      creatorVideoBytes,
      fan: [{ session: 'viewer', videoBytes: creatorVideoBytes, reports: creatorVideoBytes }],
      isFanPaused: false,
    };
  }

  async extend(): Promise<void> {}

  setFlowing(room: string, isFlowing: boolean): void {
    if (isFlowing) this.#stopped.delete(room);
    else this.#stopped.add(room);
  }

  /** A node is gone: the counters begin anew. */
  interrupt(): void {
    this.#key += 1;
  }
}
