/**
 * `<seat-opinion opinion reader>`: an opinion with its versions and discussion, its vote, and what became of it; of a
 * proposal to the charter also the articles, and what people say about them.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Article } from '../../protocol/trust/charter.ts';
import type { OpinionText, OpinionView, ProposalView, VoteChoice } from '../../protocol/trust/opinions.ts';
import '../charter/charter-editor.ts';
import { optionsOf } from '../review/review-words.ts';
import type { Values } from '../site/page-part.ts';
import { publicTextFaults, publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { OpinionPart } from './opinion-part.ts';
import './seat-comments.ts';

interface Shown extends OpinionView {
  /** As everybody reads it, from the beginning of its comment period on. */
  proposal: ProposalView | null;
}

export class SeatOpinion extends OpinionPart<Shown> {
  static override properties = {
    ...OpinionPart.properties,
    ...{ opinion: {}, reader: {}, mine: { state: true }, edited: { state: true } },
  };
  /** Id of the opinion. */
  declare opinion: string;
  /** The name of the member who reads it. */
  declare reader: string;
  /** What the reader wrote while somebody else saved another version or called the vote. */
  declare mine: OpinionText | undefined;
  /** Articles that the reader has changed and not saved. */
  declare edited: Article[] | undefined;
  /** The version that the reader began to change, whatever others save meanwhile. */
  #begun: OpinionView | undefined;
  protected override height = '30rem';

  protected override read = async (): Promise<Shown> => {
    const { opinion } = this;
    const view = await call('GET /v1/committee/drafts/:opinion', { opinion });
    const proposal = view.commentsUntil && (await call('GET /v1/charter/proposals/:opinion', { opinion }));
    return { ...view, proposal: proposal || null };
  };

  override render(): unknown {
    return html`<p><a href="/seat/opinions">${this.words.seatOpinions.back}</a></p>${super.render()}`;
  }

  protected override show(view: Shown): unknown {
    const texts = this.words.seatOpinions;
    const { state, text, given, articles, proposal } = view;
    const isDraft = state === 'draft';
    return [
      this.#head(view),
      state === 'voting' ? this.#vote(view) : nothing,
      given ? this.#result(view) : nothing,
      !isDraft && view.votes.length > 0 ? this.#votes(view) : nothing,
      this.section('text', { title: texts.textTitle }, [this.ruling(view), this.both(text)]),
      this.#clash(view),
      isDraft ? this.#revision(view) : nothing,
      articles
        ? this.section(
            'changes',
            { title: texts.changes },
            html`<charter-changes .articles=${(isDraft && this.edited) || articles}></charter-changes>`,
          )
        : nothing,
      isDraft ? this.#next(view) : nothing,
      proposal
        ? html`<seat-comments .data=${proposal} @comments-changed=${() => this.reload()}></seat-comments>`
        : nothing,
      this.#discussion(view),
      this.section('versions', { title: texts.versions }, this.#versions(view)),
    ];
  }

  #head({ number, title, state, by, createdAt, version, case: of, isProposal, proposal }: Shown): TemplateResult {
    const texts = this.words.seatOpinions;
    const about = isProposal ? texts.charter : this.onWhat(of);
    const other = this.language === 'en' ? 'fr' : 'en';
    return html`<h1 class="display" data-testid="opinion-title">${this.words.opinions.titled(number, title[this.language])}</h1>
      <p class="muted" lang=${other}>${title[other]}</p>
      <p class="line">
        <span class="state ${state === 'draft' || state === 'voting' ? 'open' : state === 'adopted' ? 'good' : ''}" data-testid="opinion-state">${state === 'draft' && proposal?.isOpen ? texts.commenting : this.words.opinions.states[state]}</span>
        <span>${of ? html`<a href="/seat/cases/${of.id}">${about}</a>` : about}</span>
        <span class="muted">${texts.by(by, this.day(createdAt))} · ${texts.version(version)}</span>
      </p>`;
  }

  #vote({ id, voteUntil, mayVote, ownVote }: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    if (!mayVote) return this.section('vote', { title: texts.vote }, html`<p class="muted">${texts.cannotVote}</p>`);
    const isDissent = (values: Values) => values('vote') === 'against' || values('vote') === 'abstain';
    const form = this.form({
      fields: [
        {
          ...{ name: 'vote', label: texts.vote, testId: 'vote', kind: 'radio', value: ownVote, isRequired: true },
          options: optionsOf(texts.choices).map((option) => ({ ...option, testId: `vote-${option.value}` })),
        },
        ...publicTextFields(this.language, {
          ...{ name: 'dissent', label: texts.dissent, hint: texts.dissentHint, kind: 'area', rows: 5 },
          maxChars: LIMITS.committeeTextChars,
        }).map((field) => ({ ...field, isFor: isDissent })),
      ],
      submit: { label: texts.voteAct, testId: 'vote-cast' },
      faults: (values) => publicTextFaults(values, 'dissent', this.seat.bothNeeded),
      question: (values) => ({
        title: texts.voteAskTitle,
        text: [
          texts.voteAsk(texts.choices[values('vote') as VoteChoice]),
          isDissent(values) && values('dissent-en') && texts.dissentAsk,
        ]
          .filter(Boolean)
          .join(' '),
        ...{ confirm: texts.voteAct, cancel: texts.keep, testId: 'confirm-vote', isHarmless: true },
      }),
      send: async (values) => {
        const vote = values('vote') as VoteChoice;
        const dissent = values('dissent-en') ? { dissent: publicTextOf(values, 'dissent') } : {};
        await call('PUT /v1/committee/drafts/:opinion/vote', {
          opinion: id,
          ...(vote === 'for' ? { vote } : { vote, ...dissent }),
        });
      },
      done: () => (this.data?.state === 'voting' ? texts.voted : texts.voteEnded),
    });
    const text = voteUntil ? texts.voteText(this.moment(voteUntil)) : '';
    return this.section('vote', { title: ownVote ? texts.votedFor(texts.choices[ownVote]) : texts.vote, text }, form);
  }

  /** While the vote goes on, who has voted; then how. */
  #votes({ state, votes }: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    const list = this.list({
      items: votes,
      testId: 'votes',
      row: ({ name, vote, dissent }) => ({
        title: html`<bdi>${name}</bdi>`,
        ...(vote && { state: { look: '' as const, text: this.words.opinions.votes[vote] } }),
        lines: [dissent && html`<span class="words">${dissent[this.language]}</span>`],
      }),
    });
    return this.section('votes', { title: state === 'voting' ? texts.whoVoted : texts.howVoted }, list);
  }

  #result({ given }: OpinionView): unknown {
    if (!given) return nothing;
    const { adoptedAt, tally, answer } = given;
    const adopted = this.words.opinions.adopted(this.day(adoptedAt));
    return this.section(
      'result',
      { title: this.words.seatOpinions.result, text: `${this.tallyOf(tally)} · ${adopted}` },
      [answer ? this.answer(answer) : html`<p>${this.due(given)}</p>`],
    );
  }

  #revision(latest: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    const { id, version, ruling, articles } = this.#begun ?? latest;
    const shown = this.mine ?? this.#begun ?? latest;
    const begin = () => {
      this.#begun ??= latest;
    };
    const edit = ({ detail }: CustomEvent<Article[]>) => {
      begin();
      this.edited = detail;
    };
    const form = this.form({
      fields: [
        {
          ...{ name: 'ruling', label: this.words.opinions.ruling, testId: 'revision-ruling', kind: 'select' },
          value: shown.ruling ?? '',
          options: optionsOf(this.words.opinions.rulings),
          isFor: () => ruling !== null,
        },
        ...publicTextFields(this.language, {
          ...{ name: 'title', label: texts.title, value: shown.title, hint: texts.titleHint },
          ...{ maxChars: LIMITS.titleChars, isRequired: true },
        }),
        ...publicTextFields(this.language, {
          ...{ name: 'text', label: texts.body, value: shown.text, kind: 'area', rows: 16 },
          ...{ maxChars: LIMITS.opinionChars, isRequired: true },
        }),
      ],
      content: articles
        ? html`<div class="whole"><p><strong>${texts.articles}</strong></p><p class="muted">${this.desk.charter.editorText}</p>
            <charter-editor .articles=${this.edited ?? articles} .isCompared=${false} @articles-changed=${edit}></charter-editor></div>`
        : nothing,
      submit: { label: texts.reviseAct, testId: 'opinion-revise' },
      send: async (values) => {
        const revised: OpinionText = {
          ...{ title: publicTextOf(values, 'title'), text: publicTextOf(values, 'text') },
          ...{ articles: articles && (this.edited ?? articles) },
          ruling: ruling && (values('ruling') as OpinionText['ruling']),
        };
        this.mine = (await this.#save(id, version, revised)) ? undefined : revised;
        // What is saved next after a clash replaces the other version knowingly.
        this.#begun = undefined;
        if (!this.mine) this.edited = undefined;
      },
      done: () => (this.mine ? '' : texts.revised(version + 1)),
    });
    return html`<details ?open=${this.mine !== undefined} @input=${begin} data-testid="revision"><summary>${texts.revise}</summary>${form}</details>`;
  }

  /** False: somebody else has changed the draft, or called the vote. */
  async #save(opinion: string, basedOn: number, text: OpinionText): Promise<boolean> {
    try {
      await call('PUT /v1/committee/drafts/:opinion/text', { opinion, ...text, basedOn });
      return true;
    } catch (error) {
      if (error instanceof LogeError && error.code === 'already_decided') return false;
      throw error;
    }
  }

  #clash({ state, versions: [latest] }: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    const { mine } = this;
    if (!mine || !latest) return nothing;
    const isDraft = state === 'draft';
    return html`<div role="alert" class="callout" data-testid="clash"><div>
      ${isDraft ? html`<strong>${texts.clash(latest.by, latest.version)}</strong>` : nothing}
      <p>${isDraft ? texts.clashText : texts.clashVoting}</p>
      ${isDraft ? nothing : this.both(mine.text)}
    </div></div>`;
  }

  /** What comes next for a draft: its comment period, if it is a proposal, and the vote. */
  #next({ id, version, by, isProposal, proposal }: Shown): unknown {
    const texts = this.words.seatOpinions;
    const [isUnread, isCommented] = [isProposal && !proposal, proposal?.isOpen === true];
    const acts = this.acts(undefined, [
      {
        ...{ label: texts.openAct, look: 'filled' as const, testId: () => 'open-comments', isFor: () => isUnread },
        question: () => ({
          ...{ title: texts.openAskTitle(version), text: texts.openAskText },
          ...{ confirm: texts.openAct, cancel: texts.keep, testId: 'confirm-open', isHarmless: true },
        }),
        run: () => call('POST /v1/committee/drafts/:opinion/comment-period', { opinion: id, version }),
        done: () => texts.opened,
      },
      {
        ...{ label: texts.callAct, look: 'filled' as const, testId: () => 'call-vote' },
        isFor: () => !isUnread && !isCommented,
        question: () => ({
          ...{ title: texts.callAskTitle(version), text: texts.callAskText },
          ...{ confirm: texts.callAct, cancel: texts.keep, testId: 'confirm-call', isHarmless: true },
        }),
        run: () => call('POST /v1/committee/drafts/:opinion/vote-call', { opinion: id, version }),
        done: () => texts.called,
      },
      {
        ...{ label: texts.withdraw, testId: () => 'withdraw', isFor: () => by === this.reader },
        question: () => ({
          ...{ title: texts.withdrawAskTitle, text: texts.withdrawAskText },
          ...{ confirm: texts.withdraw, cancel: texts.keep, testId: 'confirm-withdraw' },
        }),
        run: () => call('POST /v1/committee/drafts/:opinion/withdrawal', { opinion: id }),
      },
    ]);
    if (isUnread)
      return this.section('call', { title: texts.open, text: texts.openText(LIMITS.proposalCommentDays) }, acts);
    const text = proposal?.isOpen
      ? texts.commentingText(this.moment(proposal.commentsUntil))
      : texts.callText(LIMITS.opinionVoteDays);
    return this.section('call', { title: texts.call, text }, acts);
  }

  #discussion({ id, remarks }: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    const form = this.form({
      fields: [
        {
          ...{ name: 'remark', label: texts.remark, testId: 'remark', kind: 'area', rows: 3 },
          ...{ maxChars: LIMITS.committeeTextChars, isRequired: true },
        },
      ],
      submit: { label: texts.remarkAct, testId: 'remark-send', look: 'outlined' },
      send: (values) => call('POST /v1/committee/drafts/:opinion/remarks', { opinion: id, text: values('remark') }),
      isCleared: true,
    });
    const list = this.list({
      items: remarks,
      testId: 'remarks',
      empty: texts.noRemarks,
      row: ({ by, text, at }) => ({
        title: html`<bdi>${by}</bdi>`,
        lines: [this.moment(at), html`<span class="words">${text}</span>`],
      }),
    });
    return this.section('discussion', { title: texts.discussion, text: texts.discussionText }, [list, form]);
  }

  #versions({ versions }: OpinionView): unknown {
    const texts = this.words.seatOpinions;
    return this.list({
      items: versions,
      testId: 'versions',
      row: ({ version, by, at }) => ({ title: texts.versionBy(version, by), lines: [this.moment(at)] }),
    });
  }

  protected override wordsFor(error: unknown): string {
    const code = error instanceof LogeError ? error.code : '';
    if (code === 'invalid_request' && this.edited) return this.desk.charter.incomplete;
    if (code !== 'already_decided') return super.wordsFor(error);
    void this.reload();
    return this.words.seatOpinions.conflict;
  }
}

defineElement('seat-opinion', SeatOpinion);
