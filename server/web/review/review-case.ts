/** `<review-case case>`: one case: reports, evidence, the charter's article and history beside them, and the acts. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Appeal, CaseView, Decision } from '../../protocol/trust/decisions.ts';
import { DeskPart } from '../desk/desk-part.ts';
import type { Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import './review-decision.ts';
import { evidenceOf, evidenceStyles } from './review-evidence.ts';
import { measuresInWords } from './review-words.ts';

export class ReviewCase extends DeskPart<CaseView> {
  static override properties = { ...DeskPart.properties, case: {}, reader: {} };
  /** Id of the case. */
  declare case: string;
  /** Who reads it, and answers no appeal against a decision of their own. */
  declare reader: string;
  protected override height = '20rem';

  static override styles = [
    ...DeskPart.styles,
    evidenceStyles,
    css`
      .line .state {
        border-radius: var(--_radius);
        white-space: normal;
      }

      .stop {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-4) var(--_space-16);
        align-items: center;
        margin-top: var(--_space-16);
      }

      .stop .acts {
        margin: 0;
      }

      aside {
        overflow-wrap: anywhere;
      }

      .sides section:first-of-type {
        margin-top: var(--_space-24);
      }

      @media (min-width: 1200px) {
        .sides {
          display: grid;
          grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr);
          gap: var(--_space-48);
        }
      }
    `,
  ];

  protected override read = async () => this.know(await call('GET /v1/review/cases/:case', { case: this.case }));

  override render(): TemplateResult {
    return html`<p><a href="/review">${this.words.review.back}</a></p>${super.render()}`;
  }

  protected override show(view: CaseView): unknown {
    const texts = this.words.review;
    return html`${this.#head(view)}
      <div class="sides">
        <div>
          ${this.#stop(view)} ${this.section('reports', { title: texts.reports }, this.#reports(view))}
          ${this.#decide(view)}
        </div>
        <aside>
          ${this.section('article', { title: texts.article }, this.#article(view))}
          ${view.decisions.length > 0 ? this.section('decisions', { title: texts.decisions }, this.#decisions(view)) : nothing}
          ${view.earlier.length > 0 ? html`<div data-testid="case-earlier">${this.section('earlier', { title: texts.earlier }, this.#linked(view.earlier))}</div>` : nothing}
          ${this.section('history', { title: texts.history }, this.#history(view))}
          ${this.section('looks', { title: texts.looks }, this.list({ items: view.looks, row: ({ by, at }) => ({ title: this.person(by), lines: [this.moment(at)] }) }))}
        </aside>
      </div>`;
  }

  #head({
    subject,
    category,
    owed,
    isLate,
    isOrder,
    dueAt,
    severity,
    accused,
    room,
    reportCount,
  }: CaseView): TemplateResult {
    const texts = this.words.review;
    const about = accused ? this.person(accused) : texts.unknown;
    return html`<h1 class="display" data-testid="case-title">${texts.heading(texts.subjects[subject], texts.categories[category])}</h1>
      <p class="line">
        ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}
        ${isOrder ? html`<span class="state bad">${texts.order}</span>` : nothing}
        ${owed ? html`<span class="state open" data-testid="case-owed">${texts.owed[owed]}, ${texts.due(this.moment(dueAt))}</span>` : nothing}
        <span class="muted">${texts.severity(severity)} · ${texts.count(reportCount)}</span>
        <span>${texts.about} ${about}</span>
        ${room ? html`<a href="/rooms/${room}">${texts.room}</a>` : nothing}
      </p>`;
  }

  /** One gesture: a second question would cost the seconds that it is there to save. */
  #stop(view: CaseView): unknown {
    const texts = this.words.review;
    const isStopped = view.decisions.some(
      ({ state, measures }) => state === 'in_force' && measures.some(({ kind }) => kind === 'stop_live'),
    );
    const isPossible = view.isAboutCreator && view.isLive && isOpen(view) && !isStopped && !view.mayNotDecide;
    if (!isPossible) return nothing;
    const act = this.acts(view, [
      {
        label: texts.stop,
        look: 'danger',
        testId: () => 'stop-live',
        run: () => call('POST /v1/review/cases/:case/stop', { case: this.case }),
        done: () => texts.stopped,
      },
    ]);
    return html`<div class="stop">${act}<p class="muted">${texts.stopText}</p></div>`;
  }

  #reports({ reports }: CaseView): unknown {
    const texts = this.words.review;
    return this.list({
      items: reports,
      testId: 'case-reports',
      row: ({ number, category, note, reporter, contact, order, createdAt, evidence }) => ({
        title: `${texts.report(number)} ${texts.categories[category]}`,
        lines: [
          html`${texts.by} ${reporter && !order ? this.person(reporter) : html`<bdi>${order?.authority ?? contact ?? texts.nobody}</bdi>`}`,
          this.moment(createdAt),
          order && [order.legalGround, order.reference].filter(Boolean).join(' · '),
          note && html`<bdi class="words" dir="auto">${note}</bdi>`,
          html`<div class="evidence">${evidenceOf(evidence, texts, this.language)}</div>`,
        ],
        testId: `case-report-${number}`,
      }),
      acts: [
        {
          label: texts.unfounded,
          testId: ({ number }) => `unfounded-${number}`,
          isFor: ({ reporter }) => reporter !== null,
          run: ({ id }) => call('POST /v1/reports/:id/unfounded', { id }),
          done: () => texts.unfoundedDone,
        },
      ],
    });
  }

  #decide(view: CaseView): unknown {
    const texts = this.words.review;
    const { owed, mayNotDecide } = view;
    if (owed && mayNotDecide) {
      const why = html`<div class="callout" data-testid="may-not-decide">${texts.mayNot[mayNotDecide]}</div>`;
      return this.section('decide', { title: texts.decide }, why);
    }
    const form = html`<review-decision data-testid="decide" .view=${view} @review-decided=${this.#handleDecided}></review-decision>`;
    return [
      repeat(
        this.#owedAppeals(view),
        ({ id }) => id,
        (appeal) => this.#appeal(view, appeal),
      ),
      isOpen(view) ? this.section('decide', { title: texts.decide, text: texts.decideText }, form) : nothing,
    ];
  }

  /** Of a decision that was undone, a reporter's appeal still gets an answer; `mayNotDecide` excludes who undid it. */
  #owedAppeals({ decisions }: CaseView): Appeal[] {
    return decisions.flatMap(({ by, state, appeals }) =>
      (by === this.reader && state === 'in_force') || state === 'replaced'
        ? []
        : appeals.filter(({ outcome, kind }) => outcome === null && (state === 'in_force' || kind === 'reporter')),
    );
  }

  #appeal(view: CaseView, appeal: Appeal): TemplateResult {
    const texts = this.words.review;
    const { id, kind, text, createdAt, dueAt, isLate, by } = appeal;
    const content = html`<p class="line muted">
        ${by ? this.person(by) : nothing} ${this.moment(createdAt)} · ${texts.appealDue(this.moment(dueAt))}
        ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}
      </p>
      ${text ? html`<p class="words"><bdi dir="auto">${text}</bdi></p>` : nothing}
      <review-decision .view=${view} .appeal=${appeal} @review-decided=${this.#handleDecided}></review-decision>`;
    return html`<div data-testid="open-${kind}">${this.section(id, { title: texts.appealTitle[kind] }, content)}</div>`;
  }

  #article({ article }: CaseView): TemplateResult {
    const texts = this.words.review;
    if (!article) return html`<p class="muted">${texts.noArticle}</p>`;
    return html`<h3>${article.title[this.language]}</h3>
      <p class="words" data-testid="case-article">${article.text[this.language]}</p>
      <p><a href="/charter/${article.version}#${article.id}">${texts.readArticle(article.version)}</a></p>`;
  }

  #decisions({ decisions }: CaseView): unknown {
    const texts = this.words.review;
    const answerOf = ({ kind, outcome, reasons, decidedBy }: Appeal) =>
      outcome &&
      html`<b>${texts.heading(texts.appealTitle[kind], texts.outcomes[outcome])}</b>, <bdi>${this.nameOf(decidedBy ?? '')}</bdi>
        <span class="words">${reasons}</span>`;
    return this.list({
      items: decisions,
      testId: 'case-decisions',
      row: (each): Row => ({
        title: this.#measuresOf(each),
        state: {
          look: each.state === 'in_force' ? 'good' : 'open',
          text: [texts.decisionStates[each.state], each.kind === 'provisional' && texts.provisional]
            .filter(Boolean)
            .join(' · '),
        },
        lines: [
          texts.decisionBy(each.by ? this.nameOf(each.by) : texts.byRule, this.moment(each.at)),
          each.automated && texts.machine,
          html`<span class="words">${each.reasons ?? texts.erased}</span>`,
          ...each.appeals.map(answerOf),
        ],
      }),
    });
  }

  /** Decisions of other cases. */
  #linked(items: CaseView['earlier']): unknown {
    return this.list({
      items,
      row: (each) => ({
        title: this.#measuresOf(each),
        href: `/review/${each.case}`,
        lines: [this.moment(each.at), this.words.review.decisionStates[each.state]],
      }),
    });
  }

  #history({ history: { strikes, decisions, chat } }: CaseView): unknown {
    const texts = this.words.review;
    if (strikes === 0 && decisions.length === 0 && chat.length === 0)
      return html`<p class="muted">${texts.noHistory}</p>`;
    const counts = [texts.strikes(strikes), chat.length > 0 && texts.acts(chat.length)].filter(Boolean).join(' · ');
    return [html`<p>${counts}</p>`, this.#linked(decisions)];
  }

  #measuresOf({ measures }: Pick<Decision, 'measures'>): string {
    return measuresInWords(measures, this.words.review, this.language);
  }

  #handleDecided = async ({ detail }: CustomEvent<{ note: string }>): Promise<void> => {
    await this.reload();
    this.note = detail.note;
  };
}

function isOpen({ state }: CaseView): boolean {
  return state === 'open';
}

defineElement('review-case', ReviewCase);
