/** `<seat-comments>`: what people say about a proposal to the charter. Emits `comments-changed` once one was hidden. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { ProposalView } from '../../protocol/trust/opinions.ts';
import type { RowAct } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

type Comment = ProposalView['comments'][number];

export class SeatComments extends SeatPart<ProposalView> {
  protected override show({ id, comments, hiddenCount }: ProposalView): unknown {
    const texts = this.words.seatOpinions;
    const list = this.list({
      ...{ items: comments, acts: [this.#hiding()], testId: 'comments', empty: texts.noComments },
      row: (comment) => ({
        title: html`<bdi>${shownName(comment, this.texts)}</bdi>`,
        lines: [this.moment(comment.at), html`<span class="words" dir="auto">${comment.text}</span>`],
      }),
    });
    const page = html`<a href="/charter/proposals/${id}">${texts.publicPage}</a>`;
    return this.section('comments', { title: texts.comments }, [
      html`<p class="muted">${texts.commentsText} ${page}</p>`,
      list,
      hiddenCount > 0 ? html`<p class="muted" data-testid="hidden-count">${texts.hidden(hiddenCount)}</p>` : nothing,
    ]);
  }

  #hiding(): RowAct<Comment> {
    const texts = this.words.seatOpinions;
    const field = {
      ...{ label: texts.hideReason, hint: texts.hideHint, missing: texts.hideMissing },
      ...{ maxChars: LIMITS.committeeTextChars, testId: 'hide-reason' },
    };
    return {
      ...{ label: texts.hide, testId: () => 'comment-hide' },
      name: (comment) => texts.hideOf(shownName(comment, this.texts)),
      question: (comment) => ({
        ...{ title: texts.hideTitle(shownName(comment, this.texts)), text: texts.hideText, field },
        ...{ confirm: texts.hide, cancel: texts.hideKeep, testId: 'confirm-hide' },
      }),
      run: async ({ id: comment }, reason) => {
        await call('POST /v1/committee/comments/:comment/hiding', { comment, reason });
        this.emit('comments-changed', {});
      },
      done: () => texts.hideDone,
    };
  }
}

defineElement('seat-comments', SeatComments);
