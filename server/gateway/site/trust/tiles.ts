/** A few facts side by side, each with its name above and its details below: cells of a `<dl class="tiles">`. */
import { css } from 'lit';
import { html, type Markup } from '../../../platform/html.ts';

export const tileStyles = css`
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
    gap: var(--_space-24) var(--_space-32);
    margin: var(--_space-16) 0;
  }

  .tiles dt {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .tiles dd {
    margin: var(--_space-4) 0 0;
  }

  .tiles .first {
    font: var(--_title-20);
  }
`;

export function tile(name: string, [first, ...lines]: (string | undefined)[]): Markup {
  const shown = lines.filter((line) => line !== undefined);
  return html`<div><dt>${name}</dt><dd class="first">${first}</dd>${shown.map((line) => html`<dd>${line}</dd>`)}</div>`;
}
