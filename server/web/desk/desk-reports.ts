/**
 * `<desk-reports>`: what people have reported, with the evidence that was kept, and the statements of reasons as files.
 * Decisions are not made here.
 */
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { FiledReport, FiledReportList } from '../../protocol/trust/reports.ts';
import type { Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

interface Shown extends FiledReportList {
  /** Quarters since the first report, newest first. */
  periods: readonly string[];
}

/** Newest first. */
export class DeskReports extends DeskPart<Shown> {
  protected override height = '10rem';

  static override styles = [
    ...DeskPart.styles,
    css`
      .statements {
        margin-block: var(--_space-8) var(--_space-16);
      }
    `,
  ];

  protected override read = async (): Promise<Shown> => {
    const [list, { reports: quarters }] = await Promise.all([
      call('GET /v1/desk/reports'),
      call('GET /v1/transparency/reports'),
    ]);
    return { ...this.know(list), periods: quarters.map(({ period }) => period) };
  };

  protected override show({ reports, hasMore, periods }: Shown): unknown {
    const texts = this.desk.reports;
    const load = () =>
      this.extend(async (shown) => {
        const before = shown.reports.at(-1)?.number;
        const page = this.know(await call('GET /v1/desk/reports', { before }));
        return { ...shown, ...page, reports: [...shown.reports, ...page.reports] };
      });
    return [
      html`<p class="muted">${texts.text}</p>`,
      periods.length > 0 ? this.#statements(periods) : nothing,
      this.list({
        items: reports,
        testId: 'desk-report-list',
        empty: texts.none,
        row: (report) => this.#row(report),
        more: hasMore ? { label: this.desk.more, testId: 'reports-more', load } : undefined,
      }),
    ];
  }

  #statements(periods: readonly string[]): unknown {
    const texts = this.desk.reports;
    const link = (period: string) => {
      const [year = '', quarter = ''] = period.split('-Q');
      return html`<a class="button outlined small" href="/v1/desk/statements.jsonl?period=${period}" download data-testid="statements-${period}">${this.desk.vat.quarterOf(quarter, year)}</a>`;
    };
    return html`<details class="statements" data-testid="statements">
      <summary>${texts.statements}</summary>
      <p class="muted">${texts.statementsText}</p>
      <p class="acts">${periods.map(link)}</p>
    </details>`;
  }

  #row(report: FiledReport): Row {
    const texts = this.desk.reports;
    const { number, subject, category, accused, note, contact, reporter, evidence, createdAt, sameSubject } = report;
    return {
      title: html`${texts.number(number)} ${texts.heading(texts.subjects[subject], texts.categories[category])}`,
      state: sameSubject > 1 ? { look: 'open', text: texts.same(sameSubject) } : undefined,
      lines: [
        accused && html`${texts.about} ${this.person(accused)}`,
        html`${texts.by} ${reporter ? this.person(reporter) : html`<bdi>${contact ?? texts.nobody}</bdi>`}`,
        this.moment(createdAt),
        note && html`<span class="words"><bdi>${note}</bdi></span>`,
        evidence &&
          html`<details>
            <summary>${texts.evidence}</summary>
            <pre>${JSON.stringify(evidence, null, 2)}</pre>
          </details>`,
      ],
      testId: `desk-report-${number}`,
    };
  }
}

defineElement('desk-reports', DeskReports);
