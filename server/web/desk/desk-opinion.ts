/** `<desk-opinion>`: an opinion addressed to the management. Emits `opinions-changed` with all of them and a note. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type AnswerInput, answerOutcome, type Proposal, type PublicOpinion } from '../../protocol/trust/opinions.ts';
import { OpinionPart } from '../seat/opinion-part.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { Field, RowAct, Values } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';

type Step = NonNullable<PublicOpinion['answer']>['steps'][number];

export class DeskOpinion extends OpinionPart<PublicOpinion> {
  static override properties = {
    ...OpinionPart.properties,
    ...{ proposal: { attribute: false }, stepCount: { state: true } },
  };
  /** Where it is one to the charter. */
  declare proposal: Proposal | undefined;
  /** Steps that the form asks for. */
  declare stepCount: number;

  static override styles = [
    ...OpinionPart.styles,
    css`
      :host {
        margin-bottom: var(--_space-32);
      }

      .question {
        margin-bottom: var(--_space-16);
        padding-inline-start: var(--_space-16);
        border-inline-start: 3px solid var(--_accent);
      }

      h3.title {
        margin-bottom: var(--_space-4);
        font: var(--_title-20);
      }

      .charter {
        margin-block: var(--_space-16);
      }

      .charter > p + p {
        margin-top: var(--_space-4);
      }

      .charter > .acts {
        margin-top: var(--_space-8);
      }

      form.card {
        margin-top: var(--_space-8);
      }
    `,
  ];

  constructor() {
    super();
    this.stepCount = 0;
  }

  protected override show(opinion: PublicOpinion): unknown {
    const { number, title, case: of, adoptedAt, tally, answer } = opinion;
    const texts = this.desk.opinions;
    const words = this.words.opinions;
    const facts = [
      this.proposal ? texts.proposal : this.onWhat(of),
      words.adopted(this.day(adoptedAt)),
      this.tallyOf(tally),
    ].join(' · ');
    return html`<h3 class="title">${words.titled(number, title[this.language])}</h3>
      ${answer ? nothing : html`<p>${this.due(opinion)}</p>`}
      <p class="muted">${facts}</p>
      ${answer ? this.answer(answer, this.#stepActs()) : nothing}
      ${this.proposal ? this.#charter(this.proposal) : nothing}
      <details ?open=${!answer}><summary>${texts.readIt}</summary>${this.#whole(opinion)}</details>
      ${answer ? nothing : html`<details data-testid="answering"><summary>${texts.answerIt}</summary>${this.#form(opinion)}</details>`}`;
  }

  #whole({ question, text, dissents, recusals }: PublicOpinion): unknown {
    const words = this.words.opinions;
    return [
      question
        ? html`<p><strong>${words.question}</strong></p><p class="words question">${question[this.language]}</p>`
        : nothing,
      text ? this.both(text) : nothing,
      this.dissents(dissents),
      recusals.map(
        ({ name, reason }) =>
          html`<p><strong>${words.recusalOf(name)}</strong></p><p class="words">${reason[this.language]}</p>`,
      ),
    ];
  }

  /** Until a version says the same, its text can become the draft of the next one, which is announced as any other. */
  #charter({ id, charterVersion }: Proposal): TemplateResult {
    const texts = this.desk.opinions;
    const page = html`<a href="/charter/proposals/${id}" data-testid="proposal-page">${texts.proposalPage}</a>`;
    if (charterVersion !== null)
      return html`<p class="charter">${page} · <a href="/charter/${charterVersion}" data-testid="proposal-version">${texts.inVersion(charterVersion)}</a></p>`;
    const act: RowAct<undefined> = {
      ...{ label: texts.takeOver, testId: () => 'take-over' },
      run: async () => {
        await call('POST /v1/desk/committee/opinions/:opinion/charter-draft', { opinion: id });
        await leaveFor('/desk/charter');
      },
    };
    return html`<div class="charter">
      <p>${page}</p>
      <p class="muted">${texts.takeOverText} <a href="/desk/charter">${texts.toDraft}</a></p>
      ${this.acts(undefined, [act])}
    </div>`;
  }

  #form({ id }: PublicOpinion): unknown {
    const texts = this.desk.opinions;
    const steps = Array.from({ length: this.stepCount }, (_, index) => index + 1);
    return this.form({
      fields: [
        {
          ...{ name: 'outcome', label: texts.outcome, testId: 'answer-outcome', kind: 'radio', isRequired: true },
          options: answerOutcome.options.map((value) => ({
            value,
            ...texts.outcomes[value],
            testId: `answer-${value}`,
          })),
        },
        ...publicTextFields(this.language, {
          ...{ name: 'reasons', label: texts.reasons, kind: 'area', rows: 8 },
          ...{ maxChars: LIMITS.opinionChars, isRequired: true },
        }),
        ...steps.flatMap((number) => this.#stepFields(number)),
      ],
      content: this.#stepButtons(),
      submit: { label: texts.act, testId: 'answer-send' },
      faults: (values) =>
        Object.fromEntries(
          steps.map((number) => {
            const day = values(`step-${number}-day`);
            return [`step-${number}-day`, day !== '' && Date.parse(endOf(day)) <= Date.now() && texts.past];
          }),
        ),
      question: (values) => ({
        ...{ title: texts.askTitle(texts.outcomes[outcomeOf(values)].label), text: texts.askText },
        ...{ confirm: texts.act, cancel: texts.keep, testId: 'confirm-answer' },
      }),
      send: async (values) => {
        const answer = {
          ...{ outcome: outcomeOf(values), reasons: publicTextOf(values, 'reasons') },
          steps: steps.map((number) => ({
            ...{ text: publicTextOf(values, `step-${number}`), dueAt: endOf(values(`step-${number}-day`)) },
          })),
        };
        this.#announce(
          await call('POST /v1/desk/committee/opinions/:opinion/answer', { opinion: id, ...answer }),
          texts.done,
        );
      },
    });
  }

  #stepFields(number: number): Field[] {
    const texts = this.desk.opinions;
    const label = { en: texts.stepName.en(number), fr: texts.stepName.fr(number) };
    return [
      ...publicTextFields(this.language, {
        ...{ name: `step-${number}`, label, maxChars: LIMITS.titleChars, isRequired: true },
      }),
      {
        ...{ name: `step-${number}-day`, label: texts.stepDay(number), testId: `step-${number}-day`, kind: 'day' },
        ...{ hint: texts.stepText, isRequired: true },
      },
    ];
  }

  #stepButtons(): TemplateResult {
    const texts = this.desk.opinions;
    const change = (by: number) => () => {
      this.stepCount += by;
    };
    const [add, remove] = [
      { label: texts.addStep, testId: 'step-add', isOutlined: true, onClick: change(1) },
      { label: texts.removeStep, testId: 'step-remove', isOutlined: true, onClick: change(-1) },
    ];
    return html`<div class="buttons whole">
      ${this.stepCount < LIMITS.opinionSteps ? button(add) : nothing} ${this.stepCount > 0 ? button(remove) : nothing}
    </div>`;
  }

  #stepActs(): RowAct<Step>[] {
    const texts = this.desk.opinions;
    const field = {
      ...{ label: texts.stepNote, hint: texts.stepNoteHint, missing: texts.stepNoteMissing },
      ...{ maxChars: LIMITS.reasonChars, testId: 'step-note' },
    };
    return [
      {
        label: texts.stepDone,
        testId: () => 'step-done',
        isFor: ({ done }) => done === null,
        question: () => ({
          ...{ title: texts.stepDoneTitle, text: texts.stepDoneText, field },
          ...{ confirm: texts.stepDone, cancel: texts.keep, testId: 'confirm-step', isHarmless: true },
        }),
        run: async ({ id }, note) =>
          this.#announce(await call('POST /v1/desk/committee/steps/:step/end', { step: id, note }), texts.stepNoted),
      },
    ];
  }

  #announce({ opinions }: { opinions: PublicOpinion[] }, note: string): void {
    this.emit('opinions-changed', { opinions, note });
  }

  protected override wordsFor(error: unknown): string {
    const code = error instanceof LogeError ? error.code : '';
    if (code === 'charter_changed') return this.desk.opinions.hasDraft;
    return code === 'already_decided' ? this.desk.opinions.conflict : super.wordsFor(error);
  }
}

function outcomeOf(values: Values): AnswerInput['outcome'] {
  return values('outcome') as AnswerInput['outcome'];
}

/** The last second of a day of the reader's. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

defineElement('desk-opinion', DeskOpinion);
