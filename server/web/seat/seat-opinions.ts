/** `<seat-opinions>`: opinions of the committee by state, and the form to begin one, or a proposal to the charter. */
import { html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Article } from '../../protocol/trust/charter.ts';
import type { CommitteeCase } from '../../protocol/trust/committee-cases.ts';
import type { OpinionList, OpinionState, OpinionText, PublicOpinion } from '../../protocol/trust/opinions.ts';
import '../charter/charter-editor.ts';
import { optionsOf } from '../review/review-words.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { Row } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { OpinionPart } from './opinion-part.ts';

type ListedOpinion = OpinionList['opinions'][number];
interface Shown {
  opinions: readonly ListedOpinion[];
  /** With their answers and dates. */
  adopted: readonly PublicOpinion[];
  cases: readonly CommitteeCase[];
}

/** What waits for the reader comes first. */
const GROUPS = {
  voting: ['voting'],
  drafts: ['draft'],
  adopted: ['adopted'],
  ended: ['rejected', 'no_quorum', 'withdrawn'],
} as const satisfies Record<string, readonly OpinionState[]>;

/** In the place of a case's id. */
const CHARTER = 'charter';

export class SeatOpinions extends OpinionPart<Shown> {
  static override properties = { ...OpinionPart.properties, articles: { state: true } };
  /** Of a proposal that is being written; absent until one of them is changed. */
  declare articles: Article[] | undefined;
  protected override height = '20rem';

  protected override read = async (): Promise<Shown> => {
    const [{ opinions }, { opinions: adopted }, { cases }] = await Promise.all([
      call('GET /v1/committee/drafts'),
      call('GET /v1/committee/opinions'),
      call('GET /v1/committee/cases'),
    ]);
    return { opinions, adopted, cases };
  };

  protected override show({ opinions, adopted, cases }: Shown): unknown {
    const texts = this.words.seatOpinions;
    const groups = Object.entries(GROUPS).map(([name, states]) => {
      const items = opinions.filter(({ state }) => (states as readonly OpinionState[]).includes(state));
      const list = this.list({ items, testId: `opinions-${name}`, row: (each) => this.#row(each, adopted) });
      const title = texts.groups[name as keyof typeof GROUPS];
      return items.length > 0 ? this.section(name, { title }, list) : nothing;
    });
    return [
      html`<p class="muted">${texts.text}</p>`,
      opinions.length === 0 ? html`<p class="muted">${texts.none}</p>` : groups,
      this.section('create', { title: texts.create, text: texts.createText }, this.#form(cases)),
    ];
  }

  #row(opinion: ListedOpinion, adopted: readonly PublicOpinion[]): Row {
    const { id, number, title, by, createdAt, version, state, voteUntil, commentsUntil } = opinion;
    const texts = this.words.seatOpinions;
    const given = adopted.find((each) => each.id === id);
    const answer = given?.answer;
    const outcome = answer && html`<span class="state">${this.words.opinions.outcomes[answer.outcome]}</span>`;
    return {
      title: this.words.opinions.titled(number, title[this.language]),
      href: `/seat/opinions/${id}`,
      lines: [
        opinion.isProposal ? texts.charter : this.onWhat(opinion.case),
        `${texts.by(by, this.day(createdAt))} · ${texts.version(version)}`,
        state === 'draft' && commentsUntil && texts.commentsUntil(this.moment(commentsUntil)),
        state === 'voting' && voteUntil && texts.until(this.moment(voteUntil)),
        state === 'voting' && this.#ownVote(opinion),
        state !== 'draft' && state !== 'voting' && state !== 'adopted' && this.words.opinions.states[state],
        given && (outcome ?? this.due(given)),
      ],
      testId: `opinion-${number}`,
    };
  }

  #ownVote({ mayVote, ownVote }: ListedOpinion): unknown {
    const texts = this.words.seatOpinions;
    if (!mayVote) return texts.cannotVote;
    if (ownVote) return texts.votedFor(this.words.opinions.votes[ownVote]);
    return html`<strong class="open-mark">${texts.notVoted}</strong>`;
  }

  #form(cases: readonly CommitteeCase[]): unknown {
    const texts = this.words.seatOpinions;
    const open = cases.filter(({ closed, mayNotRead }) => !closed && !mayNotRead);
    const asked = new URLSearchParams(location.search).get('case') ?? '';
    return this.form({
      fields: [
        {
          ...{ name: 'about', label: texts.about, testId: 'opinion-about', kind: 'select', value: asked },
          options: [
            { value: '', label: texts.rules },
            { value: CHARTER, label: texts.charter },
            ...open.map(({ id, number, title }) => ({ value: id, label: texts.ofCase(number, title[this.language]) })),
          ],
        },
        {
          ...{ name: 'ruling', label: this.words.opinions.ruling, testId: 'opinion-ruling', kind: 'select' },
          options: [{ value: '', label: texts.noRuling }, ...optionsOf(this.words.opinions.rulings)],
          isFor: (values) => !['', CHARTER].includes(values('about')),
        },
        ...publicTextFields(this.language, {
          ...{ name: 'title', label: texts.title, hint: texts.titleHint },
          ...{ maxChars: LIMITS.titleChars, isRequired: true },
        }),
        ...publicTextFields(this.language, {
          ...{ name: 'text', label: texts.body, kind: 'area', rows: 12 },
          ...{ maxChars: LIMITS.opinionChars, isRequired: true },
        }),
      ],
      content: (values) => (values('about') === CHARTER ? this.#articles() : nothing),
      submit: { label: texts.createAct, testId: 'opinion-create' },
      faults: (values) => ({ about: values('about') === CHARTER && !this.articles && texts.unchanged }),
      send: async (values) => {
        const of = open.find(({ id }) => id === values('about'))?.id;
        const text = { title: publicTextOf(values, 'title'), text: publicTextOf(values, 'text') };
        const ruling = (of && (values('ruling') as OpinionText['ruling'])) || null;
        const articles = values('about') === CHARTER ? this.articles : null;
        const { id } = await call('POST /v1/committee/drafts', { ...text, ...(of && { case: of }), ruling, articles });
        await leaveFor(`/seat/opinions/${id}`);
      },
    });
  }

  #articles(): unknown {
    const texts = this.words.seatOpinions;
    const write = ({ detail }: CustomEvent<Article[]>) => {
      this.articles = detail;
      this.faults = { ...this.faults, about: false };
    };
    return html`<div class="whole">
      <p><strong>${texts.articles}</strong></p>
      <p class="muted">${texts.articlesText(LIMITS.proposalCommentDays)} ${this.desk.charter.editorText}</p>
      <charter-editor .articles=${this.articles} @articles-changed=${write}></charter-editor>
    </div>`;
  }

  protected override wordsFor(error: unknown): string {
    const isRefused = error instanceof LogeError && error.code === 'invalid_request';
    if (!isRefused) return super.wordsFor(error);
    return this.articles ? this.desk.charter.incomplete : this.words.seatOpinions.rulingFault;
  }
}

defineElement('seat-opinions', SeatOpinions);
