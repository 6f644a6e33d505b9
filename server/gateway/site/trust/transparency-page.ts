/**
 * The public figures by quarter: in a minute what came in, what was decided, how fast, what the committee said, and
 * whether the house followed.
 */
import type { Express } from 'express';
import { css } from 'lit';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, Markup } from '../../../platform/html.ts';
import { LANGUAGES } from '../../../protocol/languages.ts';
import type { TransparencyReport } from '../../../protocol/trust/figures.ts';
import { answerOutcome, type PublicOpinion } from '../../../protocol/trust/opinions.ts';
import { barChart, type Chart, chartStyles } from '../../../web/charts/bar-chart.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { footerPages } from '../house-pages.ts';
import { pageLanguage } from '../page-language.ts';
import { renderMarkup } from '../server-content.ts';
import { pageTexts } from '../texts/page-texts.ts';
import { verdictLine, verdictStyles } from './committee-opinions.ts';
import { recordSection, recordStyles } from './record-section.ts';
import { tile, tileStyles } from './tiles.ts';

const QUARTERS_SHOWN = 8;
const OPINIONS_SHOWN = 5;
/** From so many hours on, days are easier to read. */
const DAYS_FROM_HOURS = 96;

const styles = css`
  ${chartStyles}
  ${verdictStyles}
  ${tileStyles}
  ${recordStyles}

  .figures section {
    margin-block: var(--_space-32);
    padding-block-start: var(--_space-8);
    border-block-start: 1px solid var(--_line);
  }

  .figures section h2 {
    margin-block-start: var(--_space-8);
  }

  .figures .breakdown {
    width: 100%;
    margin-block: var(--_space-16) var(--_space-24);
    border-collapse: collapse;
  }

  .figures caption {
    margin-block-end: var(--_space-4);
    font: var(--_strong-16);
    text-align: start;
  }

  .figures .breakdown :is(td, th) {
    padding: var(--_space-4) 0;
    border-block-end: 1px solid var(--_line);
    font: var(--_type-16);
    text-align: start;
  }

  .figures .breakdown td {
    text-align: end;
  }

  .figures .opinions {
    padding: 0;
    list-style: none;
  }

  .figures .opinions a {
    font: var(--_strong-16);
  }

  .figures .data {
    padding: 0;
    list-style: none;
  }

  .figures .data li {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--_space-16);
    align-items: center;
    min-height: 2.75rem;
    border-block-end: 1px solid var(--_line);
  }

  .figures .data a {
    display: inline-flex;
    align-items: center;
    min-height: 2.75rem;
  }

  .figures .data span {
    flex: 1;
  }

  .figures .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
const STYLE = html`<style>${new Markup(styles.cssText)}</style>`;

type Texts = ReturnType<typeof pageTexts>['transparency'];
type Breakdown = TransparencyReport['reports']['byCategory'];

export function mountTransparencyPage(app: Express, context: HttpContext, limits: HttpLimits): void {
  const { publicReports, opinions, record, config } = context;
  app.get('/transparency', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const language = pageLanguage(request, response);
    const [reports, given, recorded, links] = await Promise.all([
      publicReports.list(),
      opinions.listPublic(),
      record.status(),
      footerPages(context),
    ]);
    const locale = { language, timeZone: config.timeZone };
    const content = new TransparencyContent(locale).of(reports, given);
    const proof = recordSection(recorded, { publicUrl: config.publicUrl, locale });
    const body = html`${STYLE}<div class="figures text">${content}${proof}</div>`;
    response
      .set('cache-control', 'private, no-cache')
      .type('html')
      .send(page(pageTexts(language).transparency.title, body, { language, links }));
  });
}

class TransparencyContent {
  readonly #locale: HouseLocale;
  readonly #texts: Texts;
  readonly #categories: Readonly<Record<string, string>>;

  constructor(locale: HouseLocale) {
    this.#locale = locale;
    this.#texts = pageTexts(locale.language).transparency;
    this.#categories = pageTexts(locale.language).reports.categories;
  }

  of(reports: TransparencyReport[], opinions: readonly PublicOpinion[]): Markup {
    const texts = this.#texts;
    const [newest] = reports;
    if (!newest) return html`<p>${texts.none}</p>`;
    const latest = reports.find(({ isOver }) => isOver);
    return html`<p>${texts.text}</p>
      ${this.#summary(latest ?? newest)}
      ${opinions.length > 0 && this.#opinions(opinions.slice(0, OPINIONS_SHOWN))}
      ${this.#charts(reports.slice(0, QUARTERS_SHOWN).reverse())}
      ${latest && this.#breakdowns(latest)}
      <section><h2>${texts.method}</h2><p>${texts.methodText}</p>
        <p>${texts.data}</p><ul class="data">${reports.map((report) => this.#dataLinks(report))}</ul></section>`;
  }

  /** The quarter that was over last, or in a house's first quarter that one. */
  #summary(report: TransparencyReport): Markup {
    const texts = this.#texts;
    const { reports, decisions, appeals, disputes, isOver, countedUntil } = report;
    const { perLiveHour } = reports;
    const withoutMeasure = decisions.byMeasure?.counts.none;
    const rate = disputes.perTenThousandCardPayments;
    return html`<section><h2>${this.#name(report)}</h2>
      ${!isOver && html`<p>${texts.runningText(formatDate(countedUntil, 'day', this.#locale))}</p>`}
      <dl class="tiles">
        ${tile(texts.cameIn, [
          reports.total === null ? texts.few : texts.reports(this.#number(reports.total)),
          perLiveHour === null
            ? undefined
            : texts.perLiveHour(this.#format(perLiveHour, { maximumSignificantDigits: 2 })),
        ])}
        ${tile(texts.done, [
          decisions.total === null ? texts.fewDecisions : texts.decisions(this.#number(decisions.total)),
          withoutMeasure === undefined ? undefined : texts.withoutMeasure(this.#number(withoutMeasure)),
        ])}
        ${tile(texts.speed, [
          decisions.medianHours === null ? texts.noTimes : texts.median(this.#hours(decisions.medianHours)),
          decisions.p90Hours === null ? undefined : texts.p90(this.#hours(decisions.p90Hours)),
          decisions.late === null ? undefined : texts.late(this.#number(decisions.late)),
        ])}
        ${tile(texts.appealed, [
          appeals.total === null ? texts.fewAppeals : texts.appeals(this.#number(appeals.total)),
          this.#granted(report),
        ])}
        ${tile(texts.said, this.#said(report))}
      </dl>
      ${rate !== null && html`<p>${texts.disputes(this.#number(rate, 1))}</p>`}</section>`;
  }

  #granted({ appeals: { answered, grantedShare }, isOver }: TransparencyReport): string | undefined {
    if (grantedShare !== null) return this.#texts.granted(this.#share(grantedShare));
    return isOver && answered !== 0 ? this.#texts.hiddenGranted : undefined;
  }

  #said({ committee }: TransparencyReport): (string | undefined)[] {
    const texts = this.#texts;
    const { opinions, byAnswer, answersLate, stepsLate } = committee;
    const answers = answerOutcome.options.flatMap((outcome) => {
      const count = byAnswer[outcome] ?? 0;
      return count === 0 ? [] : `${this.#number(count)} ${texts.answers[outcome]}`;
    });
    return [
      texts.opinions(opinions),
      answers.length === 0 && opinions > 0 ? texts.noAnswers : answers.join(', ') || undefined,
      answersLate === 0 ? undefined : texts.answersLate(answersLate),
      stepsLate === 0 ? undefined : texts.stepsLate(stepsLate),
    ];
  }

  #opinions(opinions: readonly PublicOpinion[]): Markup {
    const { language } = this.#locale;
    const texts = this.#texts;
    return html`<section><h2>${texts.committee}</h2>
      <ul class="opinions">${opinions.map(
        (opinion) => html`<li><a href="/committee#opinion-${String(opinion.number)}">${opinion.title[language]}</a>
          ${verdictLine(opinion, this.#locale)}</li>`,
      )}</ul>
      <p class="next"><a href="/committee">${texts.allOpinions}</a></p></section>`;
  }

  /** Those that have a number to show. */
  #charts(reports: TransparencyReport[]): Markup {
    const { charts: words, runningShort } = this.#texts;
    const count = (value: number) => this.#number(value);
    const draw = (
      [title, description]: [string, string],
      series: Record<string, (report: TransparencyReport) => number | null>,
      format = count,
    ): Markup[] => {
      const values = Object.values(series);
      if (!reports.some((report) => values.some((of) => (of(report) ?? 0) > 0))) return [];
      return [this.#chart(reports, { title, description, series: Object.keys(series), format }, values)];
    };
    const charts = [
      ...draw([words.reports, words.reportsText], { [words.reports]: ({ reports: { total } }) => total }),
      ...draw([words.decisions, words.decisionsText], {
        [words.final]: ({ decisions: { total } }) => total,
        [words.atOnce]: ({ decisions: { provisional } }) => provisional,
      }),
      ...draw(
        [words.hours, words.hoursText],
        {
          [words.half]: ({ decisions: { medianHours } }) => medianHours,
          [words.nine]: ({ decisions: { p90Hours } }) => p90Hours,
        },
        (value) => this.#number(value, 1),
      ),
      ...draw([words.appeals, words.appealsText], {
        [words.made]: ({ appeals: { total } }) => total,
        [words.answered]: ({ appeals: { answered } }) => answered,
      }),
    ];
    if (charts.length === 0) return html``;
    return html`<section><h2>${words.over}</h2>
      ${reports.some(({ isOver }) => !isOver) && html`<p class="quiet">${runningShort}</p>`}${charts}</section>`;
  }

  #chart(
    reports: TransparencyReport[],
    chart: Pick<Chart, 'title' | 'description' | 'series' | 'format'>,
    values: ((report: TransparencyReport) => number | null)[],
  ): Markup {
    const { period, table, running, unknown: none, short } = this.#texts;
    const drawn = barChart({
      ...chart,
      columns: reports.map((report) => ({
        name: this.#name(report),
        label: short(partsOf(report)[0]),
        group: partsOf(report)[1],
        values: values.map((of) => of(report)),
        isRunning: !report.isOver,
      })),
      words: { period, table, running, none },
    });
    return renderMarkup(drawn);
  }

  #breakdowns(report: TransparencyReport): Markup {
    const texts = this.#texts;
    const { reports, decisions, appeals } = report;
    return html`<section><h2>${texts.breakdown(this.#name(report))}</h2>
      ${this.#breakdown(texts.byCategory, reports.byCategory, this.#categories)}
      ${this.#breakdown(texts.bySource, reports.bySource, texts.sources)}
      ${this.#breakdown(texts.byMeasure, decisions.byMeasure, texts.measures)}
      ${this.#breakdown(texts.byKind, appeals.byKind, texts.kinds)}
      ${this.#breakdown(texts.byOutcome, appeals.byOutcome, texts.outcomes)}</section>`;
  }

  #breakdown(caption: string, breakdown: Breakdown, names: Readonly<Record<string, string>>): Markup {
    const lines = Object.entries(breakdown?.counts ?? {}).sort(([, one], [, other]) => other - one);
    const others = breakdown?.others ?? 0;
    if (lines.length === 0 && others === 0) return html``;
    const shown = [
      ...lines.map(([name, count]): [string, number] => [names[name] ?? name, count]),
      ...(others > 0 ? [[this.#texts.others, others] as [string, number]] : []),
    ];
    return html`<table class="breakdown"><caption>${caption}</caption><tbody>${shown.map(
      ([name, count]) => html`<tr><th scope="row">${name}</th><td>${this.#number(count)}</td></tr>`,
    )}</tbody></table>`;
  }

  #dataLinks(report: TransparencyReport): Markup {
    const path = `/v1/transparency/reports/${report.period}`;
    const name = this.#name(report);
    return html`<li><span>${name}${!report.isOver && ` (${this.#texts.running})`}</span>
      <a href="${path}" aria-label="${name}: JSON">JSON</a><a href="${path}.csv" aria-label="${name}: CSV">CSV</a></li>`;
  }

  #name(report: TransparencyReport): string {
    return this.#texts.quarter(...partsOf(report));
  }

  #number(value: number, digits = 0): string {
    return this.#format(value, { maximumFractionDigits: digits });
  }

  #hours(value: number): string {
    if (value >= DAYS_FROM_HOURS) return this.#texts.days(this.#number(value / 24));
    return this.#texts.hours(this.#number(value, value < 10 ? 1 : 0));
  }

  #share(value: number): string {
    return this.#format(value, { style: 'percent', maximumFractionDigits: 0 });
  }

  #format(value: number, options: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(LANGUAGES[this.#locale.language].locale, options).format(value);
  }
}

/** Number and year of a quarter such as `2026-Q4`. */
function partsOf({ period }: TransparencyReport): [string, string] {
  const [year = '', number = ''] = period.split('-Q');
  return [number, year];
}
