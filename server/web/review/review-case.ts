/** `<review-case case>`: one case: reports, evidence, the charter's article and history beside them, and the acts. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Appeal, CaseView, Decision } from '../../protocol/trust/decisions.ts';
import { DeskPart } from '../desk/desk-part.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { measuresInWords } from './review-decision.ts';
import { evidenceOf, evidenceStyles } from './review-evidence.ts';

export class ReviewCase extends DeskPart {
  static override properties = { ...DeskPart.properties, case: {}, reader: {}, view: { state: true } };
  /** Id of the case. */
  declare case: string;
  /** Who reads it, and answers no appeal against a decision of their own. */
  declare reader: string;
  declare view: CaseView | undefined;

  static override styles = [
    ...DeskPart.styles,
    evidenceStyles,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        min-height: 2.75rem;
        color: var(--_accent);
      }

      h1 {
        margin-bottom: var(--_space-12);
      }

      h2 {
        margin: var(--_space-32) 0 var(--_space-12);
      }

      .rows > li {
        display: block;
      }

      .line .state {
        border-radius: var(--_radius);
        white-space: normal;
      }

      .words {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      .stop {
        display: grid;
        gap: var(--_space-8);
        justify-items: start;
        margin: var(--_space-16) 0;
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid color-mix(in oklab, var(--_danger) 55%, transparent);
        border-radius: var(--_radius);
      }

      aside {
        overflow-wrap: anywhere;
      }

      @media (min-width: 1000px) {
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr);
          gap: var(--_space-48);
        }
      }
    `,
  ];

  protected override async load(): Promise<void> {
    this.view = await call('GET /v1/review/cases/:case', { case: this.case });
  }

  override render(): TemplateResult {
    const texts = this.words.review;
    const { view } = this;
    return html`
      <a class="back" href="/review">${texts.back}</a>
      ${view ? this.#head(view) : nothing}
      ${this.messages()}
      ${this.whenRead(view, '20rem', (read) => this.#body(read))}
    `;
  }

  #head(view: CaseView): TemplateResult {
    const texts = this.words.review;
    const { subject, category, owed, isLate, isOrder, dueAt, severity, accused, room, reportCount } = view;
    return html`<h1 class="display" data-testid="case-title">${texts.heading(texts.subjects[subject], texts.categories[category])}</h1>
      <p class="line">
        ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}
        ${isOrder ? html`<span class="state bad">${texts.order}</span>` : nothing}
        ${owed ? html`<span class="state open" data-testid="case-owed">${texts.owed[owed]}, ${texts.due(this.#moment(dueAt))}</span>` : nothing}
        <span class="small muted">${texts.severity(severity)} · ${texts.count(reportCount)} · ${texts.about} <bdi>${accused ?? texts.unknown}</bdi></span>
        ${room ? html`<a class="small" href="/rooms/${room}">${texts.room}</a>` : nothing}
      </p>`;
  }

  #body(view: CaseView): TemplateResult {
    const texts = this.words.review;
    return html`<div class="sides">
      <div>
        ${this.#stopBox(view)}
        <section aria-labelledby="reports">
          <h2 id="reports" class="display">${texts.reports}</h2>
          <ul class="rows" data-testid="case-reports">${view.reports.map((report) => this.#report(report))}</ul>
        </section>
        ${this.#acts(view)}
      </div>
      <aside>
        ${this.#article(view)} ${view.decisions.length > 0 ? this.#decisions(view.decisions) : nothing} ${this.#earlier(view)} ${this.#history(view)}
        <section aria-labelledby="looks">
          <h2 id="looks" class="display">${texts.looks}</h2>
          <ul class="rows">${view.looks.map(({ by, at }) => html`<li class="small"><bdi>${by}</bdi>, ${this.#moment(at)}</li>`)}</ul>
        </section>
      </aside>
    </div>`;
  }

  #stopBox(view: CaseView): TemplateResult | typeof nothing {
    const texts = this.words.review;
    const isStopped = view.decisions.some(
      ({ state, measures }) => state === 'in_force' && measures.some(({ kind }) => kind === 'stop_live'),
    );
    if (!view.isAboutCreator || !mustDecide(view) || isStopped || view.mayNotDecide) return nothing;
    return html`<div class="stop">
      <wa-button variant="danger" data-testid="stop-live" ?loading=${this.busy === 'stop'} @click=${this.#stop}>${texts.stop}</wa-button>
      <p class="small muted">${texts.stopText}</p>
    </div>`;
  }

  #acts(view: CaseView): TemplateResult {
    const texts = this.words.review;
    if (view.owed && view.mayNotDecide)
      return html`<section aria-labelledby="decide">
        <h2 id="decide" class="display">${texts.decide}</h2>
        <wa-callout variant="warning" data-testid="may-not-decide">${texts.mayNot[view.mayNotDecide]}</wa-callout>
      </section>`;
    // Of a decision that was undone, a reporter's appeal still gets an answer; `mayNotDecide` excludes who undid it.
    const owed = view.decisions.flatMap(({ by, state, appeals }) =>
      (by === this.reader && state === 'in_force') || state === 'replaced'
        ? []
        : appeals.filter(({ outcome, kind }) => outcome === null && (state === 'in_force' || kind === 'reporter')),
    );
    return html`
      ${repeat(
        owed,
        ({ id }) => id,
        (appeal) => this.#appeal(view, appeal),
      )}
      ${
        mustDecide(view)
          ? html`<section aria-labelledby="decide" data-testid="decide">
              <h2 id="decide" class="display">${texts.decide}</h2>
              <p class="muted">${texts.decideText}</p>
              <review-decision .view=${view} @review-decided=${this.#handleDecided}></review-decision>
            </section>`
          : nothing
      }
    `;
  }

  #appeal(view: CaseView, appeal: Appeal): TemplateResult {
    const texts = this.words.review;
    const { id, kind, text, createdAt, dueAt, isLate, by } = appeal;
    return html`<section aria-labelledby=${id} data-testid="open-${kind}">
      <h2 id=${id} class="display">${texts.appealTitle[kind]}</h2>
      <p class="small muted">${by ? html`<bdi>${by}</bdi>, ` : nothing}${this.#moment(createdAt)} · ${texts.appealDue(this.#moment(dueAt))} ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}</p>
      ${text ? html`<p class="words"><bdi dir="auto">${text}</bdi></p>` : nothing}
      <review-decision .view=${view} .appeal=${appeal} @review-decided=${this.#handleDecided}></review-decision>
    </section>`;
  }

  #report(report: CaseView['reports'][number]): TemplateResult {
    const texts = this.words.review;
    const { id, number, category, note, reporter, contact, order, createdAt, evidence } = report;
    return html`<li data-testid="case-report-${number}">
      <p class="line"><b>${texts.report(number)}</b> ${texts.categories[category]}</p>
      <p class="small muted">${this.#moment(createdAt)} · ${texts.by} <bdi>${order?.authority ?? reporter ?? contact ?? texts.nobody}</bdi></p>
      ${order ? html`<p class="small">${order.legalGround}${order.reference ? html` · ${order.reference}` : nothing}</p>` : nothing}
      ${note ? html`<p class="words"><bdi dir="auto">${note}</bdi></p>` : nothing}
      ${evidenceOf(evidence, texts, this.language)}
      ${
        reporter
          ? html`<wa-button size="s" appearance="outlined" data-testid="unfounded-${number}" ?loading=${this.busy === id} @click=${() => this.#markUnfounded(id)}>${texts.unfounded}</wa-button>`
          : nothing
      }
    </li>`;
  }

  #article({ article }: CaseView): TemplateResult {
    const texts = this.words.review;
    return html`<section aria-labelledby="article">
      <h2 id="article" class="display">${texts.article}</h2>
      ${
        article
          ? html`<h3>${article.title[this.language]}</h3>
              <p class="words small" data-testid="case-article">${article.text[this.language]}</p>
              <p class="small"><a href="/charter/${article.version}#${article.id}">${texts.readArticle(article.version)}</a></p>`
          : html`<p class="muted">${texts.noArticle}</p>`
      }
    </section>`;
  }

  #decisions(decisions: Decision[]): TemplateResult {
    const texts = this.words.review;
    return html`<section aria-labelledby="decisions">
      <h2 id="decisions" class="display">${texts.decisions}</h2>
      <ul class="rows" data-testid="case-decisions">${decisions.map((each) => {
        const { by, at, state, kind, automated, reasons, appeals } = each;
        return html`<li>
          <p class="line"><b>${this.#measuresOf(each)}</b> <span class="state ${state === 'in_force' ? 'good' : ''}">${texts.decisionStates[state]}</span>${kind === 'provisional' ? html`<span class="state open">${texts.provisional}</span>` : nothing}</p>
          <p class="small muted">${texts.decisionBy(by ?? texts.byRule, this.#moment(at))}${automated ? html` · ${texts.machine}` : nothing}</p>
          <p class="words small">${reasons ?? texts.erased}</p>
          ${appeals
            .filter(({ outcome }) => outcome !== null)
            .map(
              ({
                kind: appealKind,
                outcome,
                reasons: answer,
                decidedBy,
              }) => html`<p class="small"><b>${outcome && texts.heading(texts.appealTitle[appealKind], texts.outcomes[outcome])}</b>, <bdi>${decidedBy ?? ''}</bdi></p>
                ${answer ? html`<p class="words small">${answer}</p>` : nothing}`,
            )}
        </li>`;
      })}</ul>
    </section>`;
  }

  #earlier({ earlier }: CaseView): TemplateResult | typeof nothing {
    if (earlier.length === 0) return nothing;
    return html`<section aria-labelledby="earlier" data-testid="case-earlier">
      <h2 id="earlier" class="display">${this.words.review.earlier}</h2>
      ${this.#linked(earlier)}
    </section>`;
  }

  /** Decisions of other cases. */
  #linked(decisions: CaseView['earlier']): TemplateResult {
    return html`<ul class="rows">${decisions.map(
      (each) => html`<li class="small">
        <a href="/review/${each.case}">${this.#measuresOf(each)}</a>, ${this.#moment(each.at)}, ${this.words.review.decisionStates[each.state]}
      </li>`,
    )}</ul>`;
  }

  #history({ history: { strikes, decisions, chat } }: CaseView): TemplateResult {
    const texts = this.words.review;
    const isClean = strikes === 0 && decisions.length === 0 && chat.length === 0;
    return html`<section aria-labelledby="history">
      <h2 id="history" class="display">${texts.history}</h2>
      ${
        isClean
          ? html`<p class="muted">${texts.noHistory}</p>`
          : html`<p>${texts.strikes(strikes)}${chat.length > 0 ? html` · ${texts.acts(chat.length)}` : nothing}</p>
              ${this.#linked(decisions)}`
      }
    </section>`;
  }

  #measuresOf({ measures }: Pick<Decision, 'measures'>): string {
    return measuresInWords(measures, this.words.review, this.language);
  }

  #moment(at: string): string {
    return formatMoment(at, this.language);
  }

  /** One gesture: a second question would cost the seconds that it is there to save. */
  #stop = (): Promise<boolean> =>
    this.act('stop', async () => {
      await call('POST /v1/review/cases/:case/stop', { case: this.case });
      await this.reload();
      this.note = this.words.review.stopped;
    });

  #markUnfounded(report: string): Promise<boolean> {
    return this.act(report, async () => {
      await call('POST /v1/reports/:id/unfounded', { id: report });
      this.note = this.words.review.unfoundedDone;
    });
  }

  #handleDecided = async ({ detail }: CustomEvent<{ note: string }>): Promise<void> => {
    await this.reload();
    this.note = detail.note;
  };
}

function mustDecide({ state }: CaseView): boolean {
  return state === 'open';
}

defineElement('review-case', ReviewCase);
