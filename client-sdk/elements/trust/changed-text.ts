/** How the words of a text are shown that was compared with an earlier one. */
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import type { TextPart } from '../../../server/protocol/trust/charter.ts';

export function changedText({ kind, text }: TextPart): TemplateResult {
  if (kind === 'same') return html`${text}`;
  return kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`;
}

/** With the mark that says what became of the whole. */
export const changeStyles = css`
  .mark {
    margin-inline-start: var(--_space-8);
    color: var(--_accent);
    font: var(--_type-14);
  }

  ins {
    background: color-mix(in srgb, var(--_accent) 22%, transparent);
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
  }

  del {
    color: var(--_muted);
  }
`;
