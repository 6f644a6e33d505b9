/** `<seat-opening>`: what a case is opened from: a request of somebody, or decisions of the house; and the form. */
import { css, html } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CommitteeRequest, CommitteeRequestList, DecisionRegister } from '../../protocol/trust/committee-cases.ts';
import type { ReportCategory } from '../../protocol/trust/reports.ts';
import { optionsOf } from '../review/review-words.ts';
import { formatMonth } from '../site/dates.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { RowAct } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { bothLanguages } from './both-languages.ts';
import { measuresOf } from './case-words.ts';
import { SeatPart } from './seat-part.ts';

type ListedDecision = DecisionRegister['decisions'][number];
interface Shown {
  asked: CommitteeRequestList;
  register: DecisionRegister;
}

export class SeatOpening extends SeatPart<Shown> {
  static override properties = {
    ...SeatPart.properties,
    request: { state: true },
    decisions: { state: true },
  };
  /** Taken for the case that is about to be opened. */
  declare request: CommitteeRequest | undefined;
  /** Ids. */
  declare decisions: readonly ListedDecision['id'][];
  protected override height = '24rem';
  #category: ReportCategory | undefined;

  static override styles = [
    ...SeatPart.styles,
    bothLanguages,
    css`
      .rows label.check {
        font-weight: 400;
      }
    `,
  ];

  constructor() {
    super();
    this.decisions = [];
  }

  protected override read = async (): Promise<Shown> => {
    const [asked, register] = await Promise.all([call('GET /v1/committee/requests'), this.#readRegister()]);
    return { asked, register };
  };

  #readRegister(after?: ListedDecision['id']): Promise<DecisionRegister> {
    return call('GET /v1/committee/decisions', {
      ...(this.#category && { category: this.#category }),
      ...(after && { after }),
    });
  }

  protected override show({ asked, register }: Shown): unknown {
    const texts = this.words.seatCases;
    return [
      this.section('requests', { title: texts.requests, text: texts.requestsText }, this.#requests(asked)),
      this.section('register', { title: texts.register, text: texts.registerText }, [
        this.#filter(),
        this.#register(register),
      ]),
      this.section('open', { title: texts.open, text: texts.openText }, this.#form()),
    ];
  }

  #requests({ requests: items, next }: CommitteeRequestList): unknown {
    const texts = this.words.seatCases;
    const { categories } = this.words.review;
    const isChosen = ({ id }: CommitteeRequest) => this.request?.id === id;
    const actOf = (each: CommitteeRequest) => (isChosen(each) ? texts.leave : texts.take);
    const acts: RowAct<CommitteeRequest>[] = [
      {
        label: actOf,
        name: (each) => texts.named(actOf(each), categories[each.category]),
        testId: () => 'request-take',
        isFor: (each) => each.case === null,
        run: async (each) => {
          this.request = isChosen(each) ? undefined : each;
        },
      },
    ];
    const load = () =>
      this.extend(async (shown) => {
        const page = await call('GET /v1/committee/requests', { after: next ?? undefined });
        return { ...shown, asked: { ...page, requests: [...shown.asked.requests, ...page.requests] } };
      });
    return this.list({
      items,
      acts,
      testId: 'committee-requests',
      empty: texts.noRequests,
      more: next ? { label: texts.more, testId: 'requests-more', load } : undefined,
      row: (each) => ({
        title: texts.request(categories[each.category]),
        ...(each.case && { state: { look: 'good', text: texts.taken } }),
        ...(isChosen(each) && { state: { look: 'open', text: texts.chosen } }),
        lines: [
          texts.asked(this.day(each.at)),
          html`<span class="words"><bdi dir="auto">${each.text ?? texts.erased}</bdi></span>`,
        ],
      }),
    });
  }

  #filter(): unknown {
    const texts = this.words.seatCases;
    return this.search({
      fields: [
        {
          ...{ name: 'category', label: texts.category, testId: 'register-category', kind: 'select' },
          options: [{ value: '', label: texts.allCategories }, ...optionsOf(this.words.review.categories)],
        },
      ],
      ask: (values) => {
        this.#category = (values('category') || undefined) as ReportCategory | undefined;
      },
    });
  }

  #register({ decisions, next }: DecisionRegister): unknown {
    const texts = this.words.seatCases;
    const load = () =>
      this.extend(async (shown) => {
        const page = await this.#readRegister(next ?? undefined);
        return { ...shown, register: { ...page, decisions: [...shown.register.decisions, ...page.decisions] } };
      });
    return this.list({
      items: decisions,
      testId: 'register',
      empty: texts.noDecisions,
      more: next ? { label: texts.more, testId: 'register-more', load } : undefined,
      row: (each) => ({
        title: this.#choice(each),
        ...(each.isTaken && { state: { look: '', text: texts.inCase } }),
        lines: [
          [
            formatMonth(each.month, this.language),
            measuresOf(each.measures, texts),
            each.appeal && texts.appeal[each.appeal],
            each.state !== 'in_force' && texts.decisionStates[each.state],
            each.automated && texts.automated,
          ]
            .filter(Boolean)
            .join(' · '),
        ],
      }),
    });
  }

  /** A decision that an earlier case had can be taken again once that one is closed. */
  #choice({ id, category }: ListedDecision): unknown {
    const isChosen = this.decisions.includes(id);
    const choose = () => {
      this.decisions = isChosen ? this.decisions.filter((each) => each !== id) : [...this.decisions, id];
    };
    return html`<label class="check"><input
        type="checkbox"
        .checked=${isChosen}
        ?disabled=${!isChosen && this.decisions.length >= LIMITS.committeeCaseFiles}
        data-testid="register-choose"
        @change=${choose}
      /><span>${this.words.review.categories[category]}</span></label>`;
  }

  #form(): unknown {
    const texts = this.words.seatCases;
    const basis = [
      this.request && texts.basisRequest(this.words.review.categories[this.request.category]),
      this.decisions.length > 0 && texts.basisDecisions(this.decisions.length),
    ].filter(Boolean);
    return html`<p data-testid="basis">${texts.basis} <strong>${basis.join(' + ') || texts.basisOwn}</strong></p>
      ${this.form({
        fields: [
          ...publicTextFields(this.language, {
            ...{ name: 'title', label: texts.title, maxChars: LIMITS.titleChars, isRequired: true },
          }),
          ...publicTextFields(this.language, {
            ...{ name: 'question', label: texts.question, hint: texts.questionHint },
            ...{ kind: 'area', rows: 4, maxChars: LIMITS.committeeTextChars, isRequired: true },
          }),
        ],
        submit: { label: texts.openAct, testId: 'case-open' },
        send: async (values) => {
          const { id } = await call('POST /v1/committee/cases', {
            ...{ title: publicTextOf(values, 'title'), question: publicTextOf(values, 'question') },
            ...{ decisions: [...this.decisions], ...(this.request && { request: this.request.id }) },
          });
          await leaveFor(`/seat/cases/${id}`);
        },
      })}`;
  }

  protected override wordsFor(error: unknown): string {
    const texts = this.words.seatCases;
    if (error instanceof LogeError && error.code === 'already_decided') return texts.conflict;
    if (error instanceof LogeError && error.code === 'forbidden') return texts.concerned;
    return super.wordsFor(error);
  }
}

defineElement('seat-opening', SeatOpening);
