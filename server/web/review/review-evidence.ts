/** The evidence of a report as reviewers read it: what was written, the place, and whether something was recorded. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import { formatMoment } from '../site/dates.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

/** As it was stored. Only a reported message has messages, and only a report by the form has a time. */
interface Evidence {
  recording?: null;
  message?: SaidMessage;
  before?: SaidMessage[];
  after?: SaidMessage[];
  place?: string | { title?: string };
  time?: string | null;
}
interface SaidMessage {
  id?: string;
  kind?: string;
  from?: { name?: string };
  text?: string;
  removed?: unknown;
  sentAt?: string;
}

export const evidenceStyles = css`
  .said {
    display: grid;
    gap: var(--_space-8);
    margin: var(--_space-12) 0;
    padding: 0;
    list-style: none;
    overflow-wrap: anywhere;
  }

  .said li {
    padding: var(--_space-8) var(--_space-12);
    border-inline-start: 3px solid var(--_line);
  }

  .said li.reported {
    border-color: var(--_danger);
    background: var(--_surface);
  }
`;

export function evidenceOf(stored: unknown, texts: SiteTexts['review'], language: Language): TemplateResult {
  if (typeof stored !== 'object' || stored === null) return html`<p class="muted small">${texts.noEvidence}</p>`;
  const { recording, message, before = [], after = [], place, time } = stored as Evidence;
  const said = message ? [...before, message, ...after].filter(({ text }) => text) : [];
  const fact = (name: string, value: string) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`;
  return html`
    ${
      typeof place === 'string'
        ? html`<dl class="facts">${fact(texts.place, place)} ${time ? fact(texts.time, time) : nothing}</dl>`
        : nothing
    }
    ${
      said.length > 0
        ? html`<ol class="said">${said.map((each) => {
            const isReported = each === message;
            return html`<li class=${isReported ? 'reported' : ''}>
              <span class="small muted"><bdi>${shownName(each.from, elementTexts(language))}</bdi>${each.sentAt ? ` · ${formatMoment(each.sentAt, language)}` : ''}${each.removed ? ` · ${texts.removed}` : ''}${isReported ? html` · <b>${texts.reported}</b>` : nothing}</span>
              <br /><bdi dir="auto">${each.text}</bdi>
            </li>`;
          })}</ol>`
        : nothing
    }
    ${recording === null ? html`<p class="small muted">${texts.nothingRecorded}</p>` : nothing}
    <details>
      <summary>${texts.rest}</summary>
      <pre tabindex="0">${JSON.stringify(stored, null, 2)}</pre>
    </details>
  `;
}
