/** Base of the parts that show opinions, to members and at the desk: text, dissents, and the answer with its steps. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { PublicText } from '../../protocol/trust/committee.ts';
import type { PublicOpinion } from '../../protocol/trust/opinions.ts';
import type { RowAct } from '../site/page-part.ts';
import { languagesFor } from '../site/public-text.ts';
import { bothLanguages } from './both-languages.ts';
import { SeatPart } from './seat-part.ts';

type Given = Pick<PublicOpinion, 'adoptedAt' | 'answerDueAt' | 'isLate' | 'tally' | 'answer'>;
type Answer = NonNullable<Given['answer']>;
type Step = Answer['steps'][number];

const LOOKS = { follows: 'good', follows_in_part: 'open', does_not_follow: 'bad' } as const;

export abstract class OpinionPart<Data> extends SeatPart<Data> {
  static override styles = [
    ...SeatPart.styles,
    bothLanguages,
    css`
      .answer {
        max-width: 52rem;
        margin-block: var(--_space-16);
        padding: var(--_space-16);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      .answer .words {
        margin-block: var(--_space-8);
        font: var(--_type-16);
      }

      .dissent {
        margin-block: var(--_space-8) var(--_space-16);
      }
    `,
  ];

  /** The reader's language first. */
  protected both(text: PublicText): TemplateResult {
    const { languages } = this.words.opinions;
    return html`<div class="both">${languagesFor(this.language).map(
      (code) =>
        html`<div lang=${code}><h3 lang=${this.language}>${languages[code]}</h3><p class="words">${text[code]}</p></div>`,
    )}</div>`;
  }

  protected onWhat(of: PublicOpinion['case']): string {
    const texts = this.words.opinions;
    return of ? texts.onCase(of.number, of.title[this.language]) : texts.onRules;
  }

  protected tallyOf({ for: yes, against, abstain, quorum }: Given['tally']): string {
    return this.words.opinions.tally(yes, against, abstain, quorum);
  }

  /** By when the management has to answer, or that it is late. */
  protected due({ answerDueAt, isLate }: Given): TemplateResult {
    const texts = this.words.opinions;
    const date = this.day(answerDueAt);
    return isLate
      ? html`<span class="state bad" data-testid="answer-late">${texts.answerLate(date)}</span>`
      : html`<span class="state open" data-testid="answer-due">${texts.answerDue(date)}</span>`;
  }

  protected answer(
    { outcome, reasons, at, isLate, steps }: Answer,
    acts: readonly RowAct<Step>[] = [],
  ): TemplateResult {
    const texts = this.words.opinions;
    return html`<div class="answer" data-testid="answer">
      <p class="line"><span class="state ${LOOKS[outcome]}">${texts.outcomes[outcome]}</span>
        <span class="muted">${texts.answered(this.day(at))}${isLate ? html` · <span class="bad-mark">${texts.answeredLate}</span>` : nothing}</span></p>
      <p class="words">${reasons[this.language]}</p>
      ${steps.length > 0 ? html`<p><strong>${texts.steps}</strong></p>` : nothing}
      ${this.list({ items: steps, acts, testId: 'steps', row: (step) => this.#step(step) })}
    </div>`;
  }

  #step({ text, dueAt, done, isLate }: Step) {
    const texts = this.words.opinions;
    const [due, ended] = [this.day(dueAt), done && this.day(done.at)];
    const state = ended
      ? { look: 'good' as const, text: isLate ? texts.stepDoneLate(ended) : texts.stepDone(ended) }
      : isLate && { look: 'bad' as const, text: texts.stepLate(due) };
    return {
      title: text[this.language],
      ...(state && { state }),
      lines: [!ended && !isLate && texts.stepDue(due), done && html`<span class="words">${done.note}</span>`],
    };
  }

  protected ruling({ ruling }: Pick<PublicOpinion, 'ruling'>): unknown {
    const texts = this.words.opinions;
    return ruling
      ? html`<p><strong data-testid="ruling">${texts.ruling}:</strong> ${texts.rulings[ruling]}.</p>`
      : nothing;
  }

  protected dissents(dissents: PublicOpinion['dissents']): unknown {
    const texts = this.words.opinions;
    return dissents.map(
      ({ name, text }) => html`<div class="dissent" data-testid="dissent">
        <p><strong>${texts.dissentOf(name)}</strong></p>
        <p class="words">${text[this.language]}</p>
      </div>`,
    );
  }
}
