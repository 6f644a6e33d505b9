/** Badges that several elements show: LIVE and the viewer count. */

import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { icon } from '../controls/icons.ts';
import type { BaseTexts } from '../texts/element-texts.ts';
import { formatCount, isOne } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';

export const badgeStyles = css`
  .badges {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-start: 0.75rem;
    z-index: 1;
    display: flex;
    gap: var(--_space-8);
    align-items: center;
    pointer-events: none;
  }

  .badge {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-8);
    height: 1.75em;
    padding: 0 var(--_space-12);
    border-radius: var(--_radius-full);
    font: var(--_strong-14);
    white-space: nowrap;
    color: var(--_on-stage);
    background: var(--_scrim);
  }

  .badge.live {
    background: var(--_live);
    color: var(--_on-live);
    letter-spacing: 0.02em;
  }

  .badge.live::before {
    content: '';
    width: 0.5em;
    height: 0.5em;
    border-radius: var(--_radius-full);
    background: currentColor;
    animation: breathe 2.4s ease-in-out infinite;
  }

  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }
`;

export function liveBadge(texts: BaseTexts): TemplateResult {
  return html`<span class="badge live" part="live-badge">${texts.room.live}</span>`;
}

export function viewersBadge(count: number, texts: BaseTexts, language: Language): TemplateResult {
  const shown = formatCount(count, language);
  return html`<span class="badge viewers" part="viewer-count" data-testid="viewer-count"
    >${icon('eye', 16)}<span aria-hidden="true">${shown}</span
    ><span class="visually-hidden">${texts.room.watching(shown, isOne(count, language))}</span></span
  >`;
}
