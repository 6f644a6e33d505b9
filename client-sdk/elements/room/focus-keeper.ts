/**
 * Keeps the focus in an element whose focused part goes away, such as the lobby after a purchase: it moves to the part
 * that took its place, instead of back to the top of the page.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class FocusKeeper implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #successor: string;
  #hadFocus = false;

  /** `successor` selects what gets the focus; it needs a `tabindex`. */
  constructor(host: ReactiveControllerHost & HTMLElement, successor: string) {
    this.#host = host;
    this.#successor = successor;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#hadFocus = Boolean(this.#host.shadowRoot?.activeElement);
  }

  hostUpdated(): void {
    const root = this.#host.shadowRoot;
    if (!this.#hadFocus || !root || root.activeElement) return;
    const successor = root.querySelector<HTMLElement & Partial<ReactiveControllerHost>>(this.#successor);
    // What holds the new content takes the focus where it stands: scrolling to it would push the page's header away.
    const preventScroll = successor?.matches('[tabindex="-1"]') ?? false;
    // An element of Lit has nothing that takes the focus before it has rendered.
    void Promise.resolve(successor?.updateComplete).then(() => successor?.focus({ preventScroll }));
  }
}
