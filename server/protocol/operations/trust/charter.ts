/** The charter: public versions, what creators accept, and the drafts of operators. */

import {
  acceptance,
  acceptanceInput,
  acceptanceList,
  announcementInput,
  charter,
  charterDraftAnswer,
  charterQuery,
  charterReview,
  charterReviewInput,
  charterVersion,
  charterVersionList,
  draftDiscard,
  draftInput,
} from '../../trust/charter.ts';
import { operation, socketOperation } from '../contract.ts';

const PUBLIC = { by: ['visitor'] } as const;
const BY_HOUSE = { by: ['server:admin', 'operator'] } as const;
/** An embedder's server speaks for its creators. */
const BY_EMBEDDER = { by: ['server:rooms'] } as const;
const AS_CREATOR = { from: 'lobby', role: 'creator' } as const;
const EXAMPLE_ARTICLE = {
  id: 'content',
  title: { en: 'Responsibility for content', fr: 'Responsabilité des contenus' },
  text: { en: 'A creator answers for what they show.', fr: 'Un créateur répond de ce qu’il montre.' },
};

export const charterContract = {
  getCharter: operation({
    ...PUBLIC,
    http: 'GET /v1/charter',
    input: charterQuery,
    answer: charter,
    summary: 'The charter in force',
    description:
      'In the language of `lang`, else of `Accept-Language`, else in English. `charter_not_found`: no version is in force, and none has to be accepted.',
    errors: ['charter_not_found'],
  }),
  listCharterVersions: operation({
    ...PUBLIC,
    http: 'GET /v1/charter/versions',
    answer: charterVersionList,
    summary: 'List the versions of the charter',
    description: 'Announced, in force and superseded, newest first.',
  }),
  getCharterVersion: operation({
    ...PUBLIC,
    http: 'GET /v1/charter/versions/:version',
    answer: charterVersion,
    summary: 'A version of the charter in both languages',
    description:
      'What `hash` covers: the SHA-256 of the UTF-8 bytes of `{"articles": […], "version": n}` in the canonical form of RFC 8785.',
    errors: ['charter_not_found'],
  }),
  acceptCharter: operation({
    http: 'POST /v1/charter/acceptances',
    by: ['participant', 'person'],
    socket: 'charter:accept',
    ...AS_CREATOR,
    input: acceptanceInput,
    example: { version: 1, language: 'fr' },
    answer: acceptance,
    status: 201,
    summary: 'Accept a version of the charter',
    description:
      'For creators: the version in force, or one that is announced. `language` is the one in which it was read. Repeated calls return the first acceptance.',
    errors: ['charter_not_found', 'charter_changed'],
  }),
  acceptCharterForCreator: operation({
    ...BY_EMBEDDER,
    http: 'POST /v1/creators/:identity/charter-acceptances',
    input: acceptanceInput,
    example: { version: 1, language: 'fr' },
    answer: acceptance,
    status: 201,
    summary: 'Record that your creator has accepted the charter',
    description:
      'For embedders that ask their creators themselves. It is on record that your server said so, with the id of its API key. Repeated calls return the first acceptance.',
    errors: ['creator_not_found', 'charter_not_found', 'charter_changed'],
  }),
  listCharterAcceptances: operation({
    ...BY_EMBEDDER,
    http: 'GET /v1/creators/:identity/charter-acceptances',
    answer: acceptanceList,
    summary: 'List the versions of the charter that a creator has accepted',
  }),
  'charter:review': socketOperation({
    ...AS_CREATOR,
    input: charterReviewInput,
    answer: charterReview,
    summary: 'Compare the charter in force with the version that one accepted last',
    description:
      'Null where none is in force. An article has `change` (`added`, `changed`, `removed` or `same`), and `titleParts` and `parts` of `{kind, text}` with `kind` `same`, `added` or `removed`.',
  }),
  getCharterDraft: operation({
    ...BY_HOUSE,
    http: 'GET /v1/charter/draft',
    answer: charterDraftAnswer,
    summary: 'The draft of the next version',
  }),
  saveCharterDraft: operation({
    ...BY_HOUSE,
    http: 'PUT /v1/charter/draft',
    input: draftInput,
    example: { articles: [EXAMPLE_ARTICLE] },
    answer: charterDraftAnswer,
    summary: 'Write the draft of the next version',
    description:
      'Replaces the whole draft, if it is the one that you have read (`basedOn`). Keep the `id` of an article that says the same in other words.',
    errors: ['charter_changed'],
  }),
  deleteCharterDraft: operation({
    ...BY_HOUSE,
    http: 'DELETE /v1/charter/draft',
    input: draftDiscard,
    summary: 'Discard the draft',
    description: 'If it is the one with this hash. A repeated call has no further effect.',
    errors: ['charter_changed'],
  }),
  announceCharter: operation({
    ...BY_HOUSE,
    http: 'POST /v1/charter/announcements',
    input: announcementInput,
    example: {
      hash: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      effectiveFrom: '2027-03-01T00:00:00Z',
    },
    answer: charterVersion,
    status: 201,
    summary: 'Announce the draft',
    description:
      'The draft with this hash becomes a version that is never changed again, and is in force from `effectiveFrom` on, at once without one. Of the versions whose date has come, the one with the highest number is in force.',
    errors: ['charter_changed', 'time_in_past'],
  }),
};
