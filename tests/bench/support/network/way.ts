/** One direction of a slow line: delay, random loss and a bottleneck with a short queue, for everything that passes. */

export interface WaySettings {
  delayMs: number;
  /** Share of the packets that are lost, 0 to 1. */
  loss: number;
  /** Capacity of the bottleneck in kbit/s; 0: unlimited. */
  kbps: number;
  /** Nothing passes. */
  isDead: boolean;
}

/** What the bottleneck's queue holds before it drops packets. */
const QUEUE_MS = 250;
/** Headers of IP and UDP, or IP and TCP with fewer options than usual. */
const HEADER_BYTES = 28;

export class Way {
  settings: WaySettings = { delayMs: 0, loss: 0, kbps: 0, isDead: false };
  readonly #random: () => number;
  /** Packets on their way, in order of arrival. */
  readonly #underway: { dueAt: number; deliver: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the bottleneck has sent everything that it has taken. */
  #freeAt = 0;
  #lastDueAt = 0;
  bytes = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Sends one packet; false if it is lost. */
  send(payloadBytes: number, deliver: () => void): boolean {
    const { delayMs, loss, kbps, isDead } = this.settings;
    if (isDead || this.#random() < loss) return false;
    const now = performance.now();
    let queuedMs = 0;
    const bytes = payloadBytes + HEADER_BYTES;
    if (kbps > 0) {
      this.#freeAt = Math.max(this.#freeAt, now);
      if (this.#freeAt - now > QUEUE_MS) return false;
      this.#freeAt += (bytes * 8) / kbps;
      queuedMs = this.#freeAt - now;
    }
    this.bytes += bytes;
    // A line whose delay falls does not reorder packets.
    this.#lastDueAt = Math.max(this.#lastDueAt, now + delayMs + queuedMs);
    this.#underway.push({ dueAt: this.#lastDueAt, deliver });
    this.#schedule();
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#underway.length = 0;
  }

  #schedule(): void {
    const [next] = this.#underway;
    if (!next || this.#timer) return;
    this.#timer = setTimeout(() => this.#deliverDue(), Math.max(0, next.dueAt - performance.now()));
  }

  #deliverDue(): void {
    this.#timer = undefined;
    // Node's timers have a resolution of a millisecond.
    const until = performance.now() + 0.5;
    const due = this.#underway.findIndex(({ dueAt }) => dueAt > until);
    for (const { deliver } of this.#underway.splice(0, due === -1 ? this.#underway.length : due)) deliver();
    this.#schedule();
  }
}
