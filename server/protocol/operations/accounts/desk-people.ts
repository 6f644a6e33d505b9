/** Operators see the house's people, end their sessions and close their accounts. Acts and looks are on record. */

import { deskPeopleQuery, deskPerson, deskPersonList, deskReasonInput } from '../../accounts/people.ts';
import { operation } from '../contract.ts';

const BY_OPERATOR = { by: ['operator'] } as const;

export const deskPeopleContract = {
  deskPeople: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/people',
    input: deskPeopleQuery,
    answer: deskPersonList,
    summary: 'Search people',
    description: 'By the beginning of a handle, or by a whole mail address or id. The search is on record.',
  }),
  deskPerson: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/people/:person',
    answer: deskPerson,
    summary: 'Get a person',
    description:
      'Addresses, roles, sessions, a creator’s tax details, and what is open before their account can be closed. The look is on record.',
    errors: ['person_not_found'],
  }),
  endSessionsOfPerson: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/people/:person/sessions/end',
    input: deskReasonInput,
    example: { reason: 'They have lost their phone' },
    summary: 'Sign a person out everywhere',
    description: 'On record, with the reason. Their open sockets close within a second.',
    errors: ['person_not_found'],
  }),
  closeAccountOfPerson: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/people/:person/close',
    input: deskReasonInput,
    example: { reason: 'They asked for it by letter' },
    stepUp: true,
    summary: 'Close the account of a person for good',
    description: 'As they would themselves, and refused while something is open. On record, with the reason.',
    errors: ['person_not_found', 'erasure_blocked', 'last_operator', 'provider_unavailable'],
  }),
};
