/** Operators give and end the roles of the house, and decide on people who ask to be creators. */

import { z } from 'zod';
import { singleLine } from '../../accounts/accounts.ts';
import { withPeople } from '../../accounts/profiles.ts';
import { heldRoleList, houseRoleInput } from '../../roles.ts';
import { operation } from '../contract.ts';

const BY_OPERATOR = { by: ['operator'] } as const;
const reason = singleLine(500);

export const deskRoleContract = {
  deskRoles: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/roles',
    answer: withPeople(heldRoleList),
    summary: 'List reviewers, operators, people who ask to be creators, and open invitations',
    description: 'Invitations of operators and of members of the committee, without their links.',
  }),
  giveRole: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/people/:person/roles',
    input: houseRoleInput,
    example: { role: 'reviewer', reason: 'Joins the team that reads reports' },
    status: 201,
    stepUp: true,
    summary: 'Make a person a reviewer or an operator',
    description: 'On record, with the reason. A repeated call has no further effect.',
    errors: ['person_not_found'],
  }),
  endRole: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/people/:person/roles/end',
    input: houseRoleInput,
    example: { role: 'reviewer', reason: 'Has left the team' },
    stepUp: true,
    summary: 'End the role of a reviewer or an operator',
    description: 'On record, with the reason, and effective at the next request. The last operator stays.',
    errors: ['last_operator'],
  }),
  decideCreator: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/people/:person/creator',
    input: z.object({ accepted: z.boolean(), reason }),
    example: { accepted: true, reason: 'Known to us' },
    summary: 'Accept or refuse a person who asks to be a creator',
    description: 'In a house with `LOGE_CREATOR_APPROVAL=on`. On record, with the reason.',
    errors: ['person_not_found'],
  }),
};
