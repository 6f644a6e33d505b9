/** Cases of the committee: what members read of the house's decisions, and what people ask of the committee. */

import {
  caseClosingInput,
  committeeCaseInput,
  committeeCaseList,
  committeeCaseView,
  committeeRequestInput,
  committeeRequestList,
  committeeRequestQuery,
  decisionRegister,
  decisionRegisterQuery,
  evidenceInput,
  ownCommitteeRequest,
  recusalInput,
} from '../../trust/committee-cases.ts';
import { operation } from '../contract.ts';

const BY_MEMBER = { by: ['member'] } as const;
const EXAMPLE_TITLE = { en: 'Suspensions without a hearing', fr: 'Suspensions sans être entendu' };
const EXAMPLE_QUESTION = {
  en: 'Is a suspension fair while nobody has heard the person?',
  fr: 'Une suspension est-elle juste tant que personne n’a entendu l’intéressé ?',
};

export const committeeCaseContract = {
  listRegister: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/decisions',
    input: decisionRegisterQuery,
    answer: decisionRegister,
    summary: 'Final decisions of the house, for the committee',
    description: 'Newest first, and without people, texts and times: a case is opened from one of them.',
    errors: ['forbidden'],
  }),
  askCommittee: operation({
    by: ['person'],
    http: 'POST /v1/committee-requests',
    input: committeeRequestInput,
    example: { appeal: 'appeal_VaBcDeFgHiJkLmNoPqRsTuVw', text: 'Nobody has looked at what I wrote before it.' },
    answer: ownCommitteeRequest,
    status: 201,
    summary: 'Ask the committee to look at a decision',
    description:
      'Once one’s appeal has failed, once for each. The committee chooses what it takes. `forbidden`: the appeal waits, or was granted.',
    errors: ['appeal_not_found', 'forbidden'],
  }),
  listCommitteeRequests: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/requests',
    input: committeeRequestQuery,
    answer: committeeRequestList,
    summary: 'What people ask of the committee',
    description: 'Newest first; `next` is the cursor of the next page. Names in the texts are replaced.',
    errors: ['forbidden'],
  }),
  openCommitteeCase: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/cases',
    input: committeeCaseInput,
    example: { title: EXAMPLE_TITLE, question: EXAMPLE_QUESTION },
    answer: committeeCaseView,
    status: 201,
    summary: 'Open a case of the committee',
    description:
      'From decisions of the house, on a person’s `request`, or on the committee’s own motion. `already_decided`: an open case has one of these decisions. `forbidden`: the member has a part in one of them.',
    errors: ['not_found', 'already_decided', 'forbidden'],
  }),
  listCommitteeCases: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/cases',
    answer: committeeCaseList,
    summary: 'The cases of the committee',
    description: 'Newest first, at most a hundred. `mayNotRead`: the reader is recused, or has a part in it.',
    errors: ['forbidden'],
  }),
  getCommitteeCase: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/cases/:case',
    answer: committeeCaseView,
    summary: 'A case of the committee with the files of the house',
    description:
      'People are numbers, which are others in another case; times are hours since the first report; texts have numbers in the place of names. Evidence is there for members who asked for it.',
    errors: ['case_not_found', 'forbidden'],
  }),
  recuse: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/cases/:case/recusal',
    input: recusalInput,
    example: { reason: { en: 'I advise one of the people.', fr: 'Je conseille l’une des personnes.' } },
    summary: 'Recuse oneself from a case',
    description:
      'For good: the member reads it no longer and does not vote on it. The reason is published with the opinion.',
    errors: ['case_not_found', 'forbidden', 'already_decided'],
  }),
  requestEvidence: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/cases/:case/evidence',
    input: evidenceInput,
    example: { file: 1, reason: 'The reasons quote a message that is not in the file.' },
    answer: committeeCaseView,
    summary: 'Ask for the evidence of a file',
    description: 'It opens at once, to this member. The reason stays on record and is shown in the case.',
    errors: ['case_not_found', 'not_found', 'forbidden'],
  }),
  closeCommitteeCase: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/cases/:case/closing',
    input: caseClosingInput,
    example: { reason: 'The house has changed the rule meanwhile.' },
    summary: 'Close a case without an opinion',
    description: 'By the member who opened it, with the reason; an opinion that is adopted closes it by itself.',
    errors: ['case_not_found', 'forbidden', 'already_decided'],
  }),
};
