/** `<review-figures>`: how many reports, orders, decisions and appeals there were in a period. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CharterVersion } from '../../protocol/trust/charter.ts';
import type { Figures } from '../../protocol/trust/decisions.ts';

import { DeskPart } from '../desk/desk-part.ts';

const PERIODS = ['all', 'year', 'month', 'lastMonth'] as const;
type Period = (typeof PERIODS)[number];
type Names = Readonly<Record<string, string>>;

export class ReviewFigures extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    period: { state: true },
    counted: { state: true },
    articles: { state: true },
  };
  declare period: Period;
  declare counted: Figures | undefined;
  /** Of the version in force, for their titles. */
  declare articles: CharterVersion['articles'];

  static override styles = [
    ...DeskPart.styles,
    css`
      .period {
        max-width: 17rem;
        margin-bottom: var(--_space-24);
      }

      .sets {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
        gap: var(--_space-32) var(--_space-48);
      }

      h3 {
        margin: var(--_space-16) 0 var(--_space-8);
      }
    `,
  ];

  constructor() {
    super();
    this.period = 'all';
    this.articles = [];
  }

  protected override async load(): Promise<void> {
    const { period } = this;
    const [figures, { versions }] = await Promise.all([
      call('GET /v1/review/figures', boundsOf(period)),
      call('GET /v1/charter/versions'),
    ]);
    // Another period was chosen meanwhile.
    if (period !== this.period) return;
    this.counted = figures;
    const inForce = versions.find(({ state }) => state === 'in_force');
    if (inForce && this.articles.length === 0)
      this.articles = (await call('GET /v1/charter/versions/:version', { version: inForce.version })).articles;
  }

  override render(): TemplateResult {
    const texts = this.words.review;
    return html`${keyed(
      this.language,
      html`<wa-select class="period" label=${texts.period} data-testid="figures-period" .value=${this.period} @change=${(
        event: Event,
      ) => {
        this.period = (event.target as HTMLInputElement).value as Period;
        void this.reload();
      }}>
        ${PERIODS.map((name) => html`<wa-option value=${name}>${texts.periods[name]}</wa-option>`)}
      </wa-select>`,
    )}
      ${this.messages()}
      ${this.whenRead(this.counted, '20rem', (figures) => this.#sets(figures))}`;
  }

  #sets({ reports, orders, decisions, appeals, waiting }: Figures): TemplateResult {
    const texts = this.words.review;
    const { figures: words } = texts;
    const grounds = {
      law: words.law,
      ...Object.fromEntries(this.articles.map((it) => [it.id, it.title[this.language]])),
    };
    const { total, late, automated, withoutMeasure, medianHours } = decisions;
    return html`<div class="sets" data-testid="figures">
      ${this.#set(words.waiting, [
        [words.total, waiting.total],
        [words.late, waiting.late],
      ])}
      ${this.#set(
        words.reports,
        [[words.total, reports.total]],
        [
          [words.by.category, reports.byCategory, texts.categories],
          [words.by.source, reports.bySource, words.bySource],
        ],
      )}
      ${this.#set(
        words.decisions,
        [
          [words.total, total],
          [words.late, late],
          [words.withoutMeasure, withoutMeasure],
          [words.automated, automated],
          [words.medianHours, medianHours],
        ],
        [
          [words.by.measure, decisions.byMeasure, texts.measure],
          [words.by.ground, decisions.byGround, grounds],
        ],
      )}
      ${this.#set(
        words.appeals,
        [
          [words.total, appeals.total],
          [words.late, appeals.late],
        ],
        [
          [words.by.kind, appeals.byKind, words.byKind],
          [words.by.outcome, appeals.byOutcome, texts.outcomes],
        ],
      )}
      ${this.#set(
        words.orders,
        [[words.total, orders.total]],
        [
          [words.by.authority, orders.byAuthority, {}],
          [words.by.legalGround, orders.byLegalGround, {}],
        ],
      )}
    </div>`;
  }

  #set(
    title: string,
    lines: (readonly [string, number | null])[],
    groups: (readonly [string, Record<string, number>, Names])[] = [],
  ): TemplateResult {
    const number = new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 });
    const row = (name: string, count: number | null) =>
      html`<dt><bdi>${name}</bdi></dt><dd>${count === null ? '–' : number.format(count)}</dd>`;
    return html`<section>
      <h2 class="display">${title}</h2>
      <dl class="facts">${lines.map(([name, count]) => row(name, count))}</dl>
      ${groups.map(([name, counts, names]) => {
        const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
        if (sorted.length === 0) return nothing;
        return html`<h3>${name}</h3>
          <dl class="facts">${sorted.map(([key, count]) => row(names[key] ?? key, count))}</dl>`;
      })}
    </section>`;
  }
}

/** In the reader's time zone. */
function boundsOf(period: Period): { from?: string; until?: string } {
  const now = new Date();
  const month = (ahead: number) => new Date(now.getFullYear(), now.getMonth() + ahead, 1).toISOString();
  switch (period) {
    case 'all':
      return {};
    case 'year':
      return { from: new Date(now.getFullYear(), 0, 1).toISOString() };
    case 'month':
      return { from: month(0) };
    case 'lastMonth':
      return { from: month(-1), until: month(0) };
  }
}

defineElement('review-figures', ReviewFigures);
