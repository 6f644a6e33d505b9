/**
 * A chart of columns over time as SVG, with its table below: for the public page, which the server renders, and for the
 * dashboard of members. Without script. The picture has a title for screen readers, and the table has every number.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing, svg } from 'lit';

export interface ChartColumn {
  /** In the table, such as `2026-Q4`. */
  name: string;
  /** Under the column; empty: none. */
  label: string;
  /** Such as its year; under the first column of several that share it. */
  group: string;
  /** Of each series, in their order. Null: not published, or nothing to measure. */
  values: readonly (number | null)[];
  /** Whether the period still runs. */
  isRunning?: boolean;
}

export interface Chart {
  title: string;
  /** What one column stands for, for those who hear the page. */
  description: string;
  /** Beside each other in a column; one has no legend. */
  series: readonly string[];
  columns: readonly ChartColumn[];
  format: (value: number) => string;
  words: {
    /** The head of the table's first column. */
    period: string;
    /** Opens the table. */
    table: string;
    running: string;
    /** Stands for a null. */
    none: string;
  };
}

const WIDTH = 640;
const HEIGHT = 224;
const TOP = 22;
const BOTTOM = 50;
const SIDE = 4;
const GAP_SHARE = 0.3;
const WIDEST_BAR = 56;
/** Past so many bars there is no room for the number above each; on a phone, past half as many. */
const LABELLED_MAX = 16;
const LABELLED_ON_PHONE_MAX = 8;
/** Of a digit above a bar; a number that is wider than its bar would be covered by the next one. */
const DIGIT_WIDTH = 8;
/** From the lower edge. */
const LABEL_Y = HEIGHT - 30;
const GROUP_Y = HEIGHT - 6;
/** A year of four digits stays inside on a phone too. */
const GROUP_X_MIN = 28;
const RADIUS = 3;

export const chartStyles = css`
  .chart {
    margin: var(--_space-24) 0;
  }

  .chart figcaption {
    margin-block-end: var(--_space-8);
    font: var(--_strong-16);
  }

  .chart svg {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
  }

  .chart text {
    fill: var(--_muted);
    font: var(--_type-14);
    text-anchor: middle;
  }

  .chart .value {
    fill: var(--_text);
  }

  .chart .highest {
    text-anchor: start;
  }

  .chart .labelled .highest {
    display: none;
  }

  .chart .axis {
    stroke: var(--_line-strong);
  }

  .chart .s0 {
    fill: var(--_accent);
    background: var(--_accent);
  }

  .chart .s1 {
    fill: var(--_muted);
    background: var(--_muted);
  }

  .chart .running {
    fill-opacity: 0.45;
  }

  .chart .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-4) var(--_space-16);
    margin: 0 0 var(--_space-8);
    padding: 0;
    list-style: none;
    font: var(--_type-14);
  }

  .chart .legend i {
    display: inline-block;
    width: 0.75em;
    height: 0.75em;
    margin-inline-end: var(--_space-8);
    border-radius: var(--_radius-small);
  }

  .chart summary {
    display: inline-flex;
    align-items: center;
    min-height: 2.75rem;
    color: var(--_muted);
    font: var(--_type-14);
    cursor: pointer;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }

  .chart table {
    width: 100%;
    border-collapse: collapse;
    font: var(--_type-14);
  }

  .chart :is(th, td) {
    padding: var(--_space-4) 0;
    border-block-end: 1px solid var(--_line);
    font: var(--_type-14);
    text-align: end;
  }

  .chart :is(th, td):first-child {
    text-align: start;
  }

  /* On a phone the picture is half as wide, and its text would be half as large. */
  @media (max-width: 30rem) {
    .chart svg text {
      font: var(--_type-20);
    }

    .chart .dense .value {
      display: none;
    }

    .chart .dense .highest {
      display: inline;
    }
  }
`;

export function barChart(chart: Chart): TemplateResult {
  const { title, description, series, columns, format } = chart;
  const bars = columns.length * series.length;
  const isLabelled = hasRoomForNumbers(chart);
  const kind = `${isLabelled ? 'labelled' : ''} ${bars > LABELLED_ON_PHONE_MAX ? 'dense' : ''}`;
  const highest = Math.max(0, ...columns.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const legend = html`<ul class="legend">${series.map((name, index) => html`<li><i class="s${index}"></i>${name}</li>`)}</ul>`;
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    ${series.length > 1 ? legend : nothing}
    <svg class="${kind.trim()}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}. ${description}">
      ${columns.map((column, index) => columnOf(chart, column, { index, highest, isLabelled }))}
      <line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"></line>
      ${highest > 0 ? svg`<text class="highest" x="0" y="${TOP - 6}">${format(highest)}</text>` : nothing}
    </svg>
    ${tableOf(chart)}
  </figure>`;
}

function barWidth({ columns, series }: Chart): number {
  return Math.min(WIDEST_BAR, (stepOf(columns) * (1 - GAP_SHARE)) / series.length);
}

function stepOf(columns: Chart['columns']): number {
  return (WIDTH - 2 * SIDE) / columns.length;
}

function hasRoomForNumbers(chart: Chart): boolean {
  const { columns, series, format } = chart;
  const lengths = columns.flatMap(({ values }) => values.map((value) => (value === null ? 1 : format(value).length)));
  return columns.length * series.length <= LABELLED_MAX && Math.max(0, ...lengths) * DIGIT_WIDTH <= barWidth(chart);
}

function columnOf(
  chart: Chart,
  { label, group, values, isRunning }: ChartColumn,
  { index, highest, isLabelled }: { index: number; highest: number; isLabelled: boolean },
): unknown {
  const { series, format, columns } = chart;
  const step = stepOf(columns);
  const bar = barWidth(chart);
  const middle = SIDE + step * (index + 0.5);
  const base = HEIGHT - BOTTOM;
  const bars = values.map((value, of) => {
    const height = value === null || highest === 0 ? 0 : (value / highest) * (base - TOP);
    const x = middle - (bar * series.length) / 2 + bar * of;
    const number = svg`<text class="value" x="${round(x + bar / 2)}" y="${round(base - height - 6)}">${value === null ? '–' : format(value)}</text>`;
    return svg`<rect class="s${of}${isRunning ? ' running' : ''}" x="${round(x)}" y="${round(base - height)}"
        width="${round(bar - 1)}" height="${round(height)}" rx="${Math.min(RADIUS, height)}"></rect>
      ${isLabelled ? number : nothing}`;
  });
  const isFirst = group !== columns[index - 1]?.group;
  return svg`${bars}${label === '' ? nothing : svg`<text x="${round(middle)}" y="${LABEL_Y}">${label}</text>`}
    ${isFirst ? svg`<text x="${round(Math.max(middle, GROUP_X_MIN))}" y="${GROUP_Y}">${group}</text>` : nothing}`;
}

function tableOf({ title, series, columns, format, words }: Chart): TemplateResult {
  const cell = (value: number | null) => (value === null ? words.none : format(value));
  return html`<details><summary>${words.table}<span class="visually-hidden"> ${title}</span></summary>
    <table>
      <thead><tr><th scope="col">${words.period}</th>${series.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${columns.map(
        ({ name, values, isRunning }) =>
          html`<tr><th scope="row">${name}${isRunning ? ` (${words.running})` : nothing}</th>${values.map((value) => html`<td>${cell(value)}</td>`)}</tr>`,
      )}</tbody>
    </table></details>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
