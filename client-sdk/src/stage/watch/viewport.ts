/**
 * How large the stage is shown: the largest visible element in device pixels, told when it has been still for a moment. The server
 * picks the layer by it. A page in the background, or an element out of sight, asks for the smallest.
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
  #told: Viewport | undefined;
  #fixed: Viewport | null = null;

  constructor(onChange: (viewport: Viewport) => void) {
    this.#onChange = onChange;
    this.#resize = typeof ResizeObserver === 'function' ? new ResizeObserver(this.#schedule) : null;
    this.#intersection =
      typeof IntersectionObserver === 'function'
        ? new IntersectionObserver((entries) => this.#handleIntersections(entries))
        : null;
  }

  /** Undefined when nothing shows the stage: the server keeps its default then. */
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

  /** Overrides what is measured; null goes back to measuring. */
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
    if (this.#elements.size === 0) this.#unlisten();
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#elements.clear();
    this.#resize?.disconnect();
    this.#intersection?.disconnect();
    this.#unlisten();
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
    this.#timer = setTimeout(() => this.#tell(), STAGE.viewportDebounceMs);
  };

  #tell(): void {
    const { current } = this;
    if (!current || (current.width === this.#told?.width && current.height === this.#told.height)) return;
    this.#told = current;
    this.#onChange(current);
  }

  #unlisten(): void {
    if (typeof document !== 'object') return;
    document.removeEventListener('visibilitychange', this.#schedule);
    window.removeEventListener('resize', this.#schedule);
  }
}

/** Picture-in-picture and full screen change the element's own size, so that measuring it is enough. */
function devicePixels(element: Element): Viewport {
  const { width, height } = element.getBoundingClientRect();
  const scale = window.devicePixelRatio || 1;
  return { width: clamp(width * scale), height: clamp(height * scale) };
}

/** The wire takes whole numbers up to 16,384, the largest texture of common graphics hardware. */
function clamp(pixels: number): number {
  return Math.min(16_384, Math.max(0, Math.round(pixels)));
}
