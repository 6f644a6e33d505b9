/** `<seat-vigilance>`: the figures of the house by week, for members, with nothing held back. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import { LANGUAGES } from '../../protocol/languages.ts';
import { categoryFigure, type FigureName, type FigureUnit, type Vigilance } from '../../protocol/trust/figures.ts';
import { type ReportCategory, reportCategory } from '../../protocol/trust/reports.ts';
import { barChart, chartStyles } from '../charts/bar-chart.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

/** Each chart with the figures that stand beside each other in it; of one unit. */
const CHARTS = {
  reports: ['reports_per_live_hour'],
  minors: ['reports_minors'],
  hours: ['decision_hours_median', 'decision_hours_p90'],
  decisions: ['decisions', 'decisions_late'],
  stops: ['lives_stopped', 'decisions_provisional'],
  strikes: ['strikes'],
  appeals: ['appeals_answered', 'appeals_granted'],
  lateAppeals: ['appeals_late'],
  disputes: ['dispute_rate'],
  holds: ['payouts_held', 'creators_frozen'],
  frozen: ['earnings_frozen'],
  lives: ['live_hours'],
} as const satisfies Record<string, FigureName[]>;
type ChartName = keyof typeof CHARTS;

export class SeatVigilance extends SeatPart<Vigilance> {
  protected override height = '60rem';

  static override styles = [
    ...SeatPart.styles,
    chartStyles,
    css`
      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr));
        gap: 0 var(--_space-48);
      }

      summary {
        min-height: 2.75rem;
        cursor: pointer;
      }
    `,
  ];

  protected override read = (): Promise<Vigilance> => call('GET /v1/committee/vigilance');

  protected override show(vigilance: Vigilance): TemplateResult {
    const texts = this.seat.vigilance;
    const { total, late } = vigilance.waiting;
    const names = Object.keys(CHARTS) as ChartName[];
    const ofCategory = (category: ReportCategory) =>
      this.#chart(vigilance, texts.categories[category], [`${categoryFigure(category)}_per_live_hour`]);
    return html`<p>${texts.text}</p>
      <p data-testid="vigilance-waiting">${texts.waiting(this.#number(total), this.#number(late))}</p>
      <div class="charts" data-testid="vigilance">
        ${names.map((name) => this.#chart(vigilance, texts.charts[name], CHARTS[name], texts.series))}
      </div>
      <details>
        <summary>${texts.byCategory}</summary>
        <div class="charts">${reportCategory.options.map(ofCategory)}</div>
      </details>`;
  }

  #chart(
    { periods, figures, currency }: Vigilance,
    title: string,
    names: readonly FigureName[],
    seriesNames: Readonly<Partial<Record<FigureName, string>>> = {},
  ): unknown {
    const texts = this.seat.vigilance;
    const series = names.flatMap((name) => figures.filter((each) => each.name === name));
    const [first] = series;
    if (!first) return nothing;
    return barChart({
      title,
      description: texts.description,
      series: series.map(({ name }) => seriesNames[name] ?? title),
      columns: periods.map(({ from, isOver }, index) => ({
        name: this.day(from),
        ...this.#labelOf(from, periods[index - 1]?.from),
        values: series.map(({ values }) => values[index] ?? null),
        isRunning: !isOver,
      })),
      format: (value) => this.#format(value, first.unit, currency),
      words: { period: texts.week, table: texts.table, running: texts.running, none: texts.none },
    });
  }

  /** The month, under its first week. */
  #labelOf(from: string, before: string | undefined): { label: string; group: string } {
    const [date, earlier] = [new Date(from), before === undefined ? undefined : new Date(before)];
    const isFirst = earlier === undefined || earlier.getMonth() !== date.getMonth();
    const month = new Intl.DateTimeFormat(LANGUAGES[this.language].locale, { month: 'narrow' }).format(date);
    return { label: isFirst ? month : '', group: String(date.getFullYear()) };
  }

  #format(value: number, unit: FigureUnit, currency: string): string {
    switch (unit) {
      case 'minor':
        return formatMoney(value, currency, this.language);
      case 'share':
        return this.#number(value, { style: 'percent', maximumFractionDigits: 0 });
      case 'per_live_hour':
        return this.#number(value, { maximumSignificantDigits: 2 });
      case 'count':
      case 'hours':
      case 'per_ten_thousand':
        return this.#number(value, { maximumFractionDigits: 1 });
    }
  }

  #number(value: number, options: Intl.NumberFormatOptions = {}): string {
    return new Intl.NumberFormat(LANGUAGES[this.language].locale, options).format(value);
  }
}

defineElement('seat-vigilance', SeatVigilance);
