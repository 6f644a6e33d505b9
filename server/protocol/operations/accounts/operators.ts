/** How people of the house become operators. */

import {
  invitationGift,
  operatorAcceptance,
  operatorInvitation,
  operatorInvitationInput,
} from '../../accounts/operators.ts';
import { operation } from '../contract.ts';

export const operatorContract = {
  inviteOperator: operation({
    http: 'POST /v1/operators/invitations',
    by: ['server:admin'],
    input: operatorInvitationInput,
    example: { address: 'morgan@example.org' },
    answer: operatorInvitation,
    status: 201,
    summary: 'Invite a person to be an operator, in a house with accounts',
    description:
      'Give them `url`. It works once, within a day, for a person who signs in with that mail address and a passkey. `npm run operators -- invite ADDRESS` does the same.',
    errors: ['forbidden'],
  }),
  becomeOperator: operation({
    http: 'POST /v1/me/operator',
    by: ['person'],
    stepUp: true,
    input: operatorAcceptance,
    example: { token: 'Jm3vQ2tXk8Lr5sWn9yBc4dFg7hKp1zTa6eUo0iRxVwY' },
    answer: invitationGift,
    summary: 'Accept an invitation to be an operator or a member of the committee',
    description:
      '`gave` says which. `forbidden`: a seat excludes the roles operator and reviewer, and being a creator, and the other way round.',
    errors: ['desk_link_invalid', 'invitation_for_another', 'forbidden'],
  }),
};
