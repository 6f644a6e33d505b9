/**
 * `<seat-file case>`: one decided matter of the house as a story in the order in which it happened, with its evidence
 * for a member who requested it. Emits `case-changed` with the case once the evidence opens.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CaseEvidence, CaseFile, CasePerson } from '../../protocol/trust/committee-cases.ts';
import { evidenceStyles } from '../review/review-evidence.ts';
import { call } from '../site/site-call.ts';
import { type ArticleTitles, measuresOf, personOf } from './case-words.ts';
import { SeatPart } from './seat-part.ts';

interface Moment {
  hours: number;
  content: TemplateResult;
}

export class SeatFile extends SeatPart<CaseFile> {
  static override properties = {
    ...SeatPart.properties,
    people: { attribute: false },
    titles: { attribute: false },
    case: {},
  };
  declare people: readonly CasePerson[];
  declare titles: ArticleTitles;
  /** Id of the case. */
  declare case: string;

  static override styles = [
    ...SeatPart.styles,
    evidenceStyles,
    css`
      .story {
        max-width: 52rem;
        margin: var(--_space-16) 0;
        padding: 0;
        list-style: none;
      }

      .story > li {
        display: grid;
        gap: var(--_space-4) var(--_space-16);
        padding: var(--_space-4) 0 var(--_space-12) var(--_space-16);
        border-inline-start: 2px solid var(--_line);
      }

      .story .when {
        color: var(--_muted);
        font: var(--_strong-14);
        white-space: nowrap;
      }

      .story p {
        margin: 0 0 var(--_space-4);
      }

      .story .words {
        font: var(--_type-16);
      }

      h3 {
        margin-block: var(--_space-24) var(--_space-8);
      }

      @media (min-width: 700px) {
        .story > li {
          grid-template-columns: 7rem minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override show(file: CaseFile): unknown {
    const texts = this.words.seatCases;
    const { number, category, subject, accused, strikes } = file;
    const about = [
      texts.subjects[subject],
      accused !== null && this.#person(accused),
      accused !== null && (strikes > 0 ? texts.strikes(strikes) : texts.noStrikes),
    ].filter(Boolean);
    const title = texts.file(number, this.words.review.categories[category]);
    return this.section('file', { title, text: about.join(' · ') }, [
      html`<ol class="story">${this.#story(file).map(
        ({ hours, content }, index, all) =>
          html`<li><span class="when">${hours === all[index - 1]?.hours ? nothing : texts.after(hours)}</span><div>${content}</div></li>`,
      )}</ol>`,
      this.#evidence(file),
    ]);
  }

  /** In the order of time; of one hour, reports come first and answers last. */
  #story({ reports, decisions, appeals }: CaseFile): Moment[] {
    const moments = [
      ...reports.map((each) => ({ hours: each.hours, content: this.#report(each) })),
      ...decisions.map((each) => ({ hours: each.hours, content: this.#decision(each) })),
      ...appeals.map((each) => ({ hours: each.hours, content: this.#appeal(each) })),
      ...appeals.flatMap((each) =>
        each.decidedAfterHours === null ? [] : [{ hours: each.decidedAfterHours, content: this.#answer(each) }],
      ),
    ];
    return moments.toSorted((one, other) => one.hours - other.hours);
  }

  #report({ source, category, by }: CaseFile['reports'][number]): TemplateResult {
    const texts = this.words.seatCases;
    return html`<p><strong>${texts.reported}</strong> · ${this.words.review.categories[category]}</p>
      <p class="muted">${[by !== null && this.#person(by), texts.sources[source]].filter(Boolean).join(', ')}</p>`;
  }

  #decision(decision: CaseFile['decisions'][number]): TemplateResult {
    const texts = this.words.seatCases;
    const { kind, by, measures, ground, reasons, automated, state, isLate } = decision;
    const article = 'article' in ground ? this.titles.get(`${ground.version}#${ground.article}`) : undefined;
    const cited =
      'law' in ground
        ? html`${ground.law}`
        : html`<a href="/charter/${ground.version}#${ground.article}">${article ? `${article[this.language]}, ` : ''}${texts.article(ground.version)}</a>`;
    return html`<p><strong>${texts.decided[kind]}</strong> · ${measuresOf(measures, texts)}
        ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}
        ${state === 'in_force' ? nothing : html`<span class="state">${texts.decisionStates[state]}</span>`}</p>
      <p class="muted">${by === null ? texts.byRule : this.#person(by)}${automated ? ` · ${texts.automated}` : ''}</p>
      <p><span class="muted">${texts.ground}</span> ${cited}</p>
      ${this.#words(reasons)}`;
  }

  #appeal({ by, kind, text, outcome }: CaseFile['appeals'][number]): TemplateResult {
    const texts = this.words.seatCases;
    return html`<p><strong>${texts.appealed[kind]}</strong>${by === null ? '' : html` · ${this.#person(by)}`}
        ${outcome === null ? html`<span class="state open">${texts.waiting}</span>` : nothing}</p>
      ${kind === 'second_look' ? nothing : this.#words(text)}`;
  }

  #answer({ kind, outcome, decidedBy, reasons }: CaseFile['appeals'][number]): TemplateResult {
    const texts = this.words.seatCases;
    return html`<p><strong>${texts.appealed[kind]}</strong> · ${outcome && texts.answered[outcome]}</p>
      <p class="muted">${this.#person(decidedBy)}</p>
      ${this.#words(reasons)}`;
  }

  #words(text: string | null): TemplateResult {
    if (text === null) return html`<p class="muted">${this.words.seatCases.erased}</p>`;
    return html`<p class="words"><bdi dir="auto">${text}</bdi></p>`;
  }

  #evidence({ number, evidence, evidenceRequests }: CaseFile): unknown {
    const texts = this.words.seatCases;
    const log = this.list({
      items: evidenceRequests,
      testId: 'evidence-log',
      row: ({ name, reason, at }) => ({
        title: texts.evidenceBy(name, this.day(at)),
        lines: [html`<span class="words">${reason}</span>`],
      }),
    });
    return [
      html`<h3>${texts.evidence}</h3>`,
      evidence ? this.#shown(evidence) : [html`<p class="muted">${texts.evidenceText}</p>`, this.#request(number)],
      evidenceRequests.length > 0 ? [html`<h3>${texts.evidenceLog}</h3>`, log] : nothing,
    ];
  }

  #request(file: number): TemplateResult {
    const texts = this.words.seatCases;
    return this.form({
      fields: [
        {
          ...{ name: 'reason', label: texts.evidenceReason, hint: texts.evidenceHint, testId: 'evidence-reason' },
          ...{ kind: 'area', rows: 2, maxChars: LIMITS.committeeTextChars, isRequired: true },
        },
      ],
      submit: { label: texts.evidenceAct, testId: 'evidence-open', look: 'outlined' },
      send: async (values) => {
        const asked = { case: this.case, file, reason: values('reason') };
        this.emit('case-changed', await call('POST /v1/committee/cases/:case/evidence', asked));
      },
    });
  }

  #shown({ reports }: CaseEvidence): TemplateResult {
    const texts = this.words.seatCases;
    const said = ({ by, text, isReported, isRemoved }: CaseEvidence['reports'][number]['messages'][number]) => {
      const flags = [isReported && texts.reportedMessage, isRemoved && texts.removed].filter(Boolean).join(' · ');
      return html`<li class=${isReported ? 'reported' : ''}>
        <span class="small muted">${this.#person(by)}${flags ? html` · <b>${flags}</b>` : nothing}</span>
        <br /><bdi dir="auto">${text}</bdi>
      </li>`;
    };
    return html`<div data-testid="evidence">${reports.map(
      ({ note, place, messages }, index) => html`
        ${reports.length > 1 ? html`<p><strong>${texts.evidenceOf(index + 1)}</strong></p>` : nothing}
        ${this.facts([
          [texts.reporterSays, note && html`<bdi dir="auto" class="words">${note}</bdi>`],
          [texts.place, place && html`<bdi>${place}</bdi>`],
        ])}
        ${messages.length > 0 ? html`<ol class="said">${messages.map(said)}</ol>` : nothing}
        ${!note && !place && messages.length === 0 ? html`<p class="muted">${texts.noEvidence}</p>` : nothing}`,
    )}</div>`;
  }

  #person(number: number | null): string {
    return personOf(number, this.people, this.words.seatCases);
  }
}

defineElement('seat-file', SeatFile);
