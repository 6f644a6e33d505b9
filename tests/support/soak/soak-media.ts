/** Media of private sessions under the soak's control, as counters like the SFU's. */
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

  /** A node has died: its counters restart. */
  interrupt(): void {
    this.#key += 1;
  }
}
