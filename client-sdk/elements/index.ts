/**
 * `@loge/elements`: defines `<loge-room>` where there is a page, and loads the other elements when they appear. On a
 * server it does nothing, so that pages which are rendered there can import it.
 */
import type { LogeElementEvents, LogeElements } from './public-elements.ts';

export type * from './public-elements.ts';

declare global {
  interface HTMLElementTagNameMap extends LogeElements {}
  interface HTMLElementEventMap extends LogeElementEvents {}
}

/** Resolves once `<loge-room>` and its lobby are defined; on a server at once. */
export const elementsReady: Promise<void> =
  typeof customElements === 'undefined'
    ? Promise.resolve()
    : import('./elements.ts').then(({ startElements }) => startElements());
