/** Renders its host every second while a countdown runs. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Room } from '../../src/room.ts';

type Host = ReactiveControllerHost & { readonly room: Pick<Room, 'clockOffsetMs'> | undefined };

export class ChatClock implements ReactiveController {
  readonly #host: Host;
  #timer: ReturnType<typeof setInterval> | undefined;
  #untilMs = 0;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#stop();
  }

  /**
   * Milliseconds until `at`, at least zero: a time of the server (ISO 8601), or of this device (a number). The host is
   * rendered every second until then.
   */
  remainingMs(at: string | number | null): number {
    if (at === null) return 0;
    // The device's clock may be wrong.
    const atMs = typeof at === 'number' ? at : Date.parse(at) - (this.#host.room?.clockOffsetMs ?? 0);
    const remaining = Math.max(0, atMs - Date.now());
    if (remaining > 0) {
      this.#untilMs = Math.max(this.#untilMs, atMs);
      this.#timer ??= setInterval(() => this.#tick(), 1_000);
    }
    return remaining;
  }

  #tick(): void {
    if (Date.now() > this.#untilMs) this.#stop();
    this.#host.requestUpdate();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
