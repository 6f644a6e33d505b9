/**
 * Measures the size of the stage in device pixels: the largest visible element, debounced. The server selects the
 * simulcast layer by it. A hidden page or an element outside the visible area counts as size 0.
 */
import type { Viewport } from '../../../../server/protocol/stage.ts';
import { STAGE } from '../../limits.ts';

const HIDDEN: Viewport = { width: 0, height: 0 };

export class ViewportTracker {
  readonly #onChange: (viewport: Viewport) => void;
  readonly #elements = new Map<Element, { visible: boolean }>();
  readonly #resize: ResizeObserver | null;
  readonly #intersection: IntersectionObserver | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reported: Viewport | undefined;
  #fixed: Viewport | null = null;

  constructor(onChange: (viewport: Viewport) => void) {
    this.#onChange = onChange;
    this.#resize = typeof ResizeObserver === 'function' ? new ResizeObserver(this.#schedule) : null;
    this.#intersection =
      typeof IntersectionObserver === 'function'
        ? new IntersectionObserver((entries) => this.#handleIntersections(entries))
        : null;
  }

  /** Undefined without elements; the server then uses its default. */
  get current(): Viewport | undefined {
    if (this.#fixed) return this.#fixed;
    if (this.#elements.size === 0) return undefined;
    if (document.visibilityState === 'hidden') return HIDDEN;
    let largest = HIDDEN;
    for (const [element, { visible }] of this.#elements) {
      const size = visible ? devicePixels(element) : HIDDEN;
      if (size.width * size.height > largest.width * largest.height) largest = size;
    }
    return largest;
  }

  /** Overrides the measured size; null removes the override. */
  set(viewport: Viewport | null): void {
    this.#fixed = viewport;
    this.#schedule();
  }

  observe(element: Element): void {
    if (this.#elements.size === 0) {
      document.addEventListener('visibilitychange', this.#schedule);
      window.addEventListener('resize', this.#schedule);
    }
    this.#elements.set(element, { visible: true });
    this.#resize?.observe(element);
    this.#intersection?.observe(element);
    this.#schedule();
  }

  unobserve(element: Element): void {
    if (!this.#elements.delete(element)) return;
    this.#resize?.unobserve(element);
    this.#intersection?.unobserve(element);
    if (this.#elements.size === 0) {
      document.removeEventListener('visibilitychange', this.#schedule);
      window.removeEventListener('resize', this.#schedule);
    }
    this.#schedule();
  }

  #handleIntersections(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const state = this.#elements.get(target);
      if (state) state.visible = isIntersecting;
    }
    this.#schedule();
  }

  readonly #schedule = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#report(), STAGE.viewportDebounceMs);
  };

  #report(): void {
    const { current } = this;
    if (!current || (current.width === this.#reported?.width && current.height === this.#reported.height)) return;
    this.#reported = current;
    this.#onChange(current);
  }
}

/** Picture-in-picture and full screen change the element's size too, so measuring it is enough. */
function devicePixels(element: Element): Viewport {
  const { width, height } = element.getBoundingClientRect();
  const scale = window.devicePixelRatio || 1;
  return { width: clamp(width * scale), height: clamp(height * scale) };
}

/** The protocol accepts integers up to 16,384, the largest texture of common graphics hardware. */
function clamp(pixels: number): number {
  return Math.min(16_384, Math.max(0, Math.round(pixels)));
}
