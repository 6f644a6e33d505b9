/** `<review-figures>`: how many reports, orders, decisions and appeals there were in a period. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CharterVersion } from '../../protocol/trust/charter.ts';
import type { ReviewFigures as Figures } from '../../protocol/trust/figures.ts';
import { DeskPart } from '../desk/desk-part.ts';
import { call } from '../site/site-call.ts';
import { optionsOf } from './review-words.ts';

const PERIODS = ['all', 'year', 'month', 'lastMonth'] as const;
type Period = (typeof PERIODS)[number];
type Names = Readonly<Record<string, string>>;

interface Shown {
  figures: Figures;
  /** Of the version in force, for their titles. */
  articles: CharterVersion['articles'];
}

export class ReviewFigures extends DeskPart<Shown> {
  protected override height = '20rem';
  #period: Period = 'all';

  static override styles = [
    ...DeskPart.styles,
    css`
      .sets {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
        gap: 0 var(--_space-48);
      }

      h3 {
        margin: var(--_space-16) 0 var(--_space-8);
      }
    `,
  ];

  protected override read = async (): Promise<Shown> => {
    const [figures, { versions }] = await Promise.all([
      call('GET /v1/review/figures', boundsOf(this.#period)),
      call('GET /v1/charter/versions'),
    ]);
    const version = versions.find(({ state }) => state === 'in_force')?.version;
    const inForce = version === undefined ? undefined : await call('GET /v1/charter/versions/:version', { version });
    return { figures, articles: inForce?.articles ?? [] };
  };

  override render(): unknown {
    const texts = this.words.review;
    const period = this.search({
      fields: [
        {
          name: 'period',
          label: texts.period,
          testId: 'figures-period',
          kind: 'select',
          options: optionsOf(texts.periods, PERIODS),
        },
      ],
      ask: (values) => {
        this.#period = values('period') as Period;
      },
    });
    return html`${period}${super.render()}`;
  }

  protected override show({ figures: { reports, orders, decisions, appeals, waiting }, articles }: Shown): unknown {
    const texts = this.words.review;
    const { figures: words } = texts;
    const grounds = { law: words.law, ...Object.fromEntries(articles.map((it) => [it.id, it.title[this.language]])) };
    const { total, late, automated, withoutMeasure, medianHours } = decisions;
    return html`<div class="sets amounts" data-testid="figures">
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
    const facts = (pairs: readonly (readonly [string, number | null])[]) =>
      this.facts(pairs.map(([name, count]) => [html`<bdi>${name}</bdi>`, count === null ? '–' : number.format(count)]));
    return html`<section>
      <h2 class="display">${title}</h2>
      ${facts(lines)}
      ${groups.map(([name, counts, names]) => {
        const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
        if (sorted.length === 0) return nothing;
        return html`<h3>${name}</h3>
          ${facts(sorted.map(([key, count]) => [names[key] ?? key, count]))}`;
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
