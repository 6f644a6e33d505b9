/** `<desk-reports>`: what people have reported, with the evidence that was kept. Decisions are not made here. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { FiledReport } from '../../protocol/trust/reports.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskReports extends DeskPart {
  static override properties = { ...DeskPart.properties, reports: { state: true }, hasMore: { state: true } };
  /** Newest first. */
  declare reports: FiledReport[] | undefined;
  declare hasMore: boolean;

  static override styles = [
    ...DeskPart.styles,
    css`
      li {
        display: block;
      }

      p,
      pre {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      pre {
        max-height: 24rem;
        overflow-y: auto;
        font: var(--_type-14);
      }

      summary {
        padding-block: var(--_space-8);
        cursor: pointer;
      }

      summary:focus-visible {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }
    `,
  ];

  constructor() {
    super();
    this.hasMore = false;
  }

  protected override async load(): Promise<void> {
    const { reports, hasMore } = await call('GET /v1/desk/reports');
    this.reports = reports;
    this.hasMore = hasMore;
  }

  override render(): TemplateResult {
    const texts = this.desk.reports;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.messages()}
      ${this.whenRead(this.reports, '10rem', (reports) =>
        reports.length === 0
          ? html`<p class="muted">${texts.none}</p>`
          : html`<ul class="rows" data-testid="desk-report-list">${reports.map((report) => this.#report(report))}</ul>`,
      )}
      ${this.hasMore ? html`<wa-button appearance="outlined" ?loading=${this.busy === 'more'} @click=${this.#more}>${this.desk.more}</wa-button>` : nothing}
    `;
  }

  #report(report: FiledReport): TemplateResult {
    const texts = this.desk.reports;
    const { number, subject, category, accused, note, contact, reporter, evidence, createdAt, sameSubject } = report;
    return html`<li data-testid="desk-report-${number}">
      <p class="line"><b>${texts.number(number)}</b> ${texts.heading(texts.subjects[subject], texts.categories[category])} ${sameSubject > 1 ? html`<span class="state open">${texts.same(sameSubject)}</span>` : nothing}</p>
      <p class="small muted">${formatMoment(createdAt, this.language)}${accused ? html` · ${texts.about} <bdi>${accused}</bdi>` : nothing} · ${texts.by} <bdi>${reporter ?? contact ?? texts.nobody}</bdi></p>
      ${note ? html`<p>${note}</p>` : nothing}
      ${
        evidence
          ? html`<details>
              <summary>${texts.evidence}</summary>
              <pre>${JSON.stringify(evidence, null, 2)}</pre>
            </details>`
          : nothing
      }
    </li>`;
  }

  #more = (): Promise<boolean> =>
    this.act('more', async () => {
      const { reports, hasMore } = await call('GET /v1/desk/reports', { before: this.reports?.at(-1)?.number });
      this.reports = [...(this.reports ?? []), ...reports];
      this.hasMore = hasMore;
    });
}

defineElement('desk-reports', DeskReports);
