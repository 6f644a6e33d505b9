/**
 * The author of an entry: a round initial and the name, in one of six tints that belongs to the person. Who gave
 * anonymously has none.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatTip } from '../../../../server/protocol/chat/chat.ts';
import { initialsOf, seedOf } from '../../stage/poster.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';
import { shownName } from '../../texts/shown-name.ts';

const TINTS = 6;

export function nameOf(from: ChatTip['from'], texts: ElementTexts): TemplateResult {
  const name = shownName(from, texts);
  if (from === null) return html`<bdi class="name">${name}</bdi>`;
  const role = from.role === 'fan' ? nothing : html`<span class="role">${texts.chat[from.role]}</span>`;
  return html`<bdi class="name ${from.role} tint-${1 + (seedOf(from.identity) % TINTS)}" data-initial=${[...initialsOf(name)][0] ?? ''}>${name}</bdi>${role}`;
}

export const chatNameStyles = css`
  .name {
    margin-inline-end: var(--_space-8);
    font-weight: 600;
    color: var(--tint, inherit);
  }

  /* Written by the style sheet, so that it is no part of the text. */
  .name[data-initial]::before {
    content: attr(data-initial);
    display: inline-grid;
    place-items: center;
    width: 1.25rem;
    height: 1.25rem;
    margin-inline-end: var(--_space-8);
    border-radius: var(--_radius-full);
    background: color-mix(in oklab, currentColor 22%, transparent);
    font: var(--_strong-12);
    vertical-align: 0.1em;
  }

  .tint-1 {
    --tint: var(--_tint-1);
  }

  .tint-2 {
    --tint: var(--_tint-2);
  }

  .tint-3 {
    --tint: var(--_tint-3);
  }

  .tint-4 {
    --tint: var(--_tint-4);
  }

  .tint-5 {
    --tint: var(--_tint-5);
  }

  .tint-6 {
    --tint: var(--_tint-6);
  }

  .name.creator {
    --tint: var(--_accent);
  }

  .role {
    display: inline-block;
    margin-inline-end: var(--_space-8);
    padding: 0 var(--_space-8);
    border: 1px solid currentColor;
    border-radius: var(--_radius-full);
    font: var(--_strong-12);
    vertical-align: 0.08em;
    color: var(--_accent);
  }
`;
