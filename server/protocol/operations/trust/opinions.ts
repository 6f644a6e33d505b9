/** Opinions of the committee: drafts and votes of members, answers of the management, and what is public. */

import {
  answerInput,
  opinionInput,
  opinionList,
  opinionRevision,
  opinionView,
  publicOpinionList,
  remarkInput,
  stepDoneInput,
  voteCallInput,
  voteInput,
} from '../../trust/opinions.ts';
import { operation } from '../contract.ts';

const BY_MEMBER = { by: ['member'] } as const;
const BY_OPERATOR = { by: ['operator'] } as const;
const MEMBER_ERRORS = ['not_found', 'forbidden', 'already_decided'] as const;
const EXAMPLE_TEXT = {
  title: { en: 'Hear people first', fr: 'Entendre d’abord' },
  text: {
    en: 'The house hears a person before it suspends them for longer than a day.',
    fr: 'La maison entend une personne avant de la suspendre plus d’un jour.',
  },
};

export const opinionContract = {
  getOpinions: operation({
    by: ['visitor'],
    http: 'GET /v1/committee/opinions',
    answer: publicOpinionList,
    summary: 'What the committee has said, and what the management has answered',
    description:
      'Newest first, at most a hundred. The text is public with the answer, or once the answer is late; `isLate` says so. A step is late where it was not done by its date.',
  }),
  listOpinions: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/drafts',
    answer: opinionList,
    summary: 'All opinions, drafts too',
    description: 'For members, newest first, at most a hundred; without those of cases that the reader may not read.',
    errors: ['forbidden'],
  }),
  draftOpinion: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/drafts',
    input: opinionInput,
    example: EXAMPLE_TEXT,
    answer: opinionView,
    status: 201,
    summary: 'Begin an opinion',
    description: 'On a case, or without one on the rules of the house. Members alone read it until it is adopted.',
    errors: ['case_not_found', 'forbidden', 'already_decided'],
  }),
  getOpinion: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/drafts/:opinion',
    answer: opinionView,
    summary: 'An opinion with its versions, its discussion and its vote',
    errors: ['not_found', 'forbidden'],
  }),
  reviseOpinion: operation({
    ...BY_MEMBER,
    http: 'PUT /v1/committee/drafts/:opinion/text',
    input: opinionRevision,
    example: { ...EXAMPLE_TEXT, basedOn: 1 },
    answer: opinionView,
    summary: 'Add a version to a draft',
    description: '`already_decided`: somebody else has changed it since (`basedOn`), or a vote was called.',
    errors: MEMBER_ERRORS,
  }),
  remarkOnOpinion: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/drafts/:opinion/remarks',
    input: remarkInput,
    example: { text: 'A day is too short where a child is concerned.' },
    answer: opinionView,
    status: 201,
    summary: 'Say something about an opinion to the other members',
    errors: ['not_found', 'forbidden'],
  }),
  withdrawOpinion: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/drafts/:opinion/withdrawal',
    answer: opinionView,
    summary: 'Withdraw a draft that one has begun',
    errors: MEMBER_ERRORS,
  }),
  callVote: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/drafts/:opinion/vote-call',
    input: voteCallInput,
    example: { version: 1 },
    answer: opinionView,
    summary: 'Call the vote on the latest version',
    description:
      'Members are told by mail. The vote ends once all who may vote have done so and the quorum is reached, at the latest after seven days.',
    errors: MEMBER_ERRORS,
  }),
  voteOnOpinion: operation({
    ...BY_MEMBER,
    http: 'PUT /v1/committee/drafts/:opinion/vote',
    input: voteInput,
    example: { vote: 'for' },
    answer: opinionView,
    summary: 'Vote on an opinion',
    description:
      'Until the vote ends one can vote again. The votes count of members who hold a seat then and are not recused. More votes for it than against it adopt it; it is then addressed to the management, and closes its case. A dissent is published with it.',
    errors: MEMBER_ERRORS,
  }),
  listAddressedOpinions: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/committee/opinions',
    answer: publicOpinionList,
    summary: 'Opinions of the committee to the management',
    description: 'Newest first, at most a hundred, with their texts from the day of their adoption.',
  }),
  answerOpinion: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/committee/opinions/:opinion/answer',
    input: answerInput,
    example: {
      outcome: 'follows',
      reasons: { en: 'You are right.', fr: 'Vous avez raison.' },
      steps: [
        {
          text: { en: 'A form to be heard', fr: 'Un formulaire pour être entendu' },
          dueAt: '2031-03-01T12:00:00Z',
        },
      ],
    },
    answer: publicOpinionList,
    status: 201,
    stepUp: true,
    summary: 'Answer an opinion for the management',
    description: 'Once and finally, with reasons and steps. It is public at once, with the opinion.',
    errors: ['not_found', 'already_decided', 'time_in_past'],
  }),
  endOpinionStep: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/committee/steps/:step/end',
    input: stepDoneInput,
    example: { note: 'The form is on every statement of reasons.' },
    answer: publicOpinionList,
    summary: 'Say that a promised step is done',
    description: 'Once and finally; public.',
    errors: ['not_found', 'already_decided'],
  }),
};
