/** A timer that ends when its element leaves the page. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class HostTimer<Host extends ReactiveControllerHost = ReactiveControllerHost> implements ReactiveController {
  protected readonly host: Host;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.host = host;
    host.addController(this);
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Instead of what was to come. */
  start(afterMs: number, act: () => void): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      act();
    }, afterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  hostDisconnected(): void {
    this.stop();
  }
}
