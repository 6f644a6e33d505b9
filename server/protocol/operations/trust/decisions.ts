/** The review of reports: the queue and decisions of reviewers, statements of reasons, and appeals. */

import type { z } from 'zod';
import { withPeople } from '../../accounts/profiles.ts';
import {
  appealInput,
  caseList,
  caseQuery,
  caseView,
  decision,
  decisionInput,
  orderInput,
  ownAppeal,
  reviewCase,
  secondDecisionInput,
  statementList,
} from '../../trust/decisions.ts';
import { figuresQuery, reviewFigures } from '../../trust/figures.ts';
import { operation } from '../contract.ts';

const BY_REVIEWER = { by: ['reviewer'] } as const;
const BY_PEOPLE = { by: ['participant', 'person'] } as const;
const EXAMPLE_DECISION: z.input<typeof decisionInput> = {
  measures: [{ kind: 'remove_message' }, { kind: 'mute', until: '2027-03-01T00:00:00Z' }],
  ground: { article: 'conduct', version: 1 },
  reasons: 'The message insults a person.',
  language: 'en',
};
const DECIDING_ERRORS = [
  'case_not_found',
  'already_decided',
  'another_reviewer_needed',
  'measure_invalid',
  'charter_not_found',
  'time_in_past',
] as const;
/** They cost a person their income or the house its money. */
const CONFIRMED: ReadonlySet<string> = new Set(['suspend_account', 'freeze_earnings', 'refund_room']);

export const decisionContract = {
  listCases: operation({
    ...BY_REVIEWER,
    http: 'GET /v1/review/cases',
    input: caseQuery,
    answer: withPeople(caseList),
    summary: 'The queue of cases',
    description:
      'What the house owes, by severity and then by date; with `state` others too. Without cases about the reader, or about a creator for whom they moderate. `mayNotDecide` says which of the others somebody else has to decide, and why.',
    errors: ['cursor_invalid'],
  }),
  getCase: operation({
    ...BY_REVIEWER,
    http: 'GET /v1/review/cases/:case',
    answer: withPeople(caseView),
    summary: 'A case with its evidence and history',
    description: 'It is on record who looked, and shown in the case.',
    errors: ['case_not_found'],
  }),
  decideCase: operation({
    ...BY_REVIEWER,
    http: 'POST /v1/review/cases/:case/decisions',
    input: decisionInput,
    example: EXAMPLE_DECISION,
    answer: decision,
    status: 201,
    stepUp: ({ measures }) => measures.some(({ kind }) => CONFIRMED.has(kind)),
    summary: 'Decide a case',
    description:
      'Final, and effective at once. It takes the place of a provisional decision. The accused gets a statement of reasons, and who reported an answer. Suspending an account, freezing earnings and refunding a room have to be confirmed with a passkey. Who reported it does not decide it. A live is stopped, and a room refunded, in a case about its creator only (`isAboutCreator`).',
    errors: DECIDING_ERRORS,
  }),
  stopLiveOfCase: operation({
    ...BY_REVIEWER,
    http: 'POST /v1/review/cases/:case/stop',
    answer: decision,
    status: 201,
    summary: 'Stop the live of a case at once',
    description:
      'A provisional decision with the article of the case and a standard text. Another reviewer owes a second look, and the case stays open. Repeated calls return the first one. `measure_invalid`: the case is about somebody else than the creator. It takes no fields.',
    errors: DECIDING_ERRORS,
  }),
  decideAppeal: operation({
    ...BY_REVIEWER,
    http: 'POST /v1/review/appeals/:appeal/decision',
    input: secondDecisionInput,
    example: { outcome: 'upheld', reasons: 'The message was an insult.', language: 'en' },
    answer: decision,
    stepUp: ({ instead }) => instead?.measures.some(({ kind }) => CONFIRMED.has(kind)) ?? false,
    summary: 'Decide an appeal, or take a second look',
    description:
      'By another reviewer than the one who decided. `granted` undoes everything but paid refunds. Answers the decision that was looked at, or what is decided instead.',
    errors: ['appeal_not_found', ...DECIDING_ERRORS],
  }),
  fileOrder: operation({
    by: ['reviewer', 'operator'],
    http: 'POST /v1/review/orders',
    input: orderInput,
    example: {
      room: 'room_4f1kV0hT2cQm8yNw6bXz',
      subject: { kind: 'live' },
      authority: 'Tribunal judiciaire de Paris',
      legalGround: 'Code de la propriété intellectuelle, L335-2',
      reference: '26/01234',
    },
    answer: reviewCase,
    status: 201,
    stepUp: true,
    summary: 'File the order of an authority',
    description:
      'It is decided like a report, first in the queue, and counted on its own in the figures. A reviewer cannot file one about themselves, or about a creator for whom they moderate.',
    errors: ['room_not_found', 'message_not_found', 'another_reviewer_needed'],
  }),
  reviewFigures: operation({
    by: ['reviewer', 'operator', 'server:moderation'],
    http: 'GET /v1/review/figures',
    input: figuresQuery,
    answer: reviewFigures,
    summary: 'How many reports, orders, decisions and appeals there were',
  }),
  listStatements: operation({
    ...BY_PEOPLE,
    http: 'GET /v1/statements',
    servesSuspended: true,
    answer: statementList,
    summary: 'What was decided about you',
    description:
      'Statements of reasons: what, why, on what ground, whether a machine took part, how to appeal until when.',
  }),
  appeal: operation({
    ...BY_PEOPLE,
    http: 'POST /v1/appeals',
    servesSuspended: true,
    limit: 'report',
    input: appealInput,
    example: { decision: 'decision_9aYx3mPq7LdR2vKe5tWz', text: 'It was a quotation.' },
    answer: ownAppeal,
    status: 201,
    summary: 'Appeal against a decision',
    description:
      'By the person whom it is about, or by who reported, once each, within six months. Another person than the one who decided answers. A repeated call returns the first appeal.',
    errors: ['decision_not_found', 'appeal_not_allowed'],
  }),
};
