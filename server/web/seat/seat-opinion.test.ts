/** A proposal to the charter that is revised while another member saves a version. */
import { afterEach, expect, test, vi } from 'vitest';
import { parseWireError } from '../../../client-sdk/client/errors.ts';
import { handlerOf, submitOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { Article } from '../../protocol/trust/charter.ts';
import '../texts/desk-texts.ts';
import '../texts/seat-texts.ts';
import { SeatOpinion } from './seat-opinion.ts';

afterEach(() => vi.unstubAllGlobals());

const words = (text: string) => ({ en: text, fr: text });
const articleOf = (text: string): Article => ({ id: 'conduct', title: words('Conduct'), text: words(text) });
const view = {
  ...{ id: 'opinion_1', number: 1, title: words('Ask first'), text: words('Why'), ruling: null, case: null },
  ...{ isProposal: true, commentsUntil: null, state: 'draft', by: 'Noor', createdAt: '2030-01-01T20:00:00.000Z' },
  ...{ version: 1, voteUntil: null, ownVote: null, mayVote: false, remarks: [], votes: [], given: null },
  ...{ articles: [articleOf('Be kind.')], versions: [{ version: 1, by: 'Noor', at: '2030-01-01T20:00:00.000Z' }] },
};

test.each(['an article', 'a text'])(
  '%s that is changed never replaces a version that its author has not seen',
  async (what) => {
    answerOf('GET /v1/committee/drafts/:opinion', view);
    const part = new SeatOpinion();
    part.opinion = view.id;
    await part.reload();
    const mine = what === 'a text' ? view.articles : [articleOf('Be kind to all.')];
    if (what === 'a text') handlerOf(part.render(), '<details ?open=', 'input')();
    else handlerOf(part.render(), '<charter-editor', 'articles-changed')({ detail: mine });
    // Read again, as after a remark, while another member has saved.
    answerOf('GET /v1/committee/drafts/:opinion', { ...view, version: 2, articles: [articleOf('Be.')] });
    await part.reload();
    const refusal = parseWireError({ code: 'already_decided', message: 'Changed.', retryable: false });
    const save = answerOf('PUT /v1/committee/drafts/:opinion/text').mockRejectedValueOnce(refusal);
    const send = () =>
      submitOf(part.render(), 'class="card"')({ 'title-en': 'A', 'title-fr': 'B', 'text-en': 'C', 'text-fr': 'D' });
    await send();
    expect(save).toHaveBeenLastCalledWith(expect.objectContaining({ basedOn: 1, articles: mine }));
    // Both are on the page now: what is saved next replaces theirs knowingly.
    save.mockResolvedValueOnce({ ...view, version: 3, articles: mine });
    await vi.waitFor(() => expect(part.mine).toBeDefined());
    await send();
    // An article that nobody changed here is theirs.
    const next = what === 'a text' ? [articleOf('Be.')] : mine;
    expect(save).toHaveBeenLastCalledWith(expect.objectContaining({ basedOn: 2, articles: next }));
    await vi.waitFor(() => expect([part.mine, part.edited]).toEqual([undefined, undefined]));
  },
);
