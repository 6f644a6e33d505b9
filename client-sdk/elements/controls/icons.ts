/** The icons of the elements as inline SVG, so that nothing is fetched: 24 by 24, stroked in the text colour. */

import type { SVGTemplateResult, TemplateResult } from 'lit';
import { html, svg } from 'lit';

const SHAPES = {
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/><circle cx="12" cy="12" r="2.8"/>`,
  wallet: svg`<path d="M4 7.5A2.5 2.5 0 0 1 6.5 5H17v3"/><rect x="4" y="8" width="16.5" height="11" rx="2.2"/><path d="M16.5 13.5h.01"/>`,
  card: svg`<rect x="3" y="5.5" width="18" height="13" rx="2.4"/><path d="M3 10h18M6.5 15h4"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2.2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.5"/>`,
  warning: svg`<path d="M12 4 2.8 19.500h18.400L12 4Zm0 6v4.500m0 2.400v.1"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  back: svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`,
} as const satisfies Record<string, SVGTemplateResult>;

export type BaseIconName = keyof typeof SHAPES;

export function icon(name: BaseIconName, sizePx?: number): TemplateResult {
  return drawIcon(SHAPES[name], sizePx);
}

/** A decorative icon: hidden from screen readers, so the surrounding control needs an accessible name. */
export function drawIcon(shape: SVGTemplateResult, sizePx = 20): TemplateResult {
  return html`<svg
    class="icon"
    aria-hidden="true"
    focusable="false"
    width=${sizePx}
    height=${sizePx}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.7"
    stroke-linecap="round"
    stroke-linejoin="round"
  >${shape}</svg>`;
}
