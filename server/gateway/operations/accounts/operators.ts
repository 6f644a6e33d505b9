/** How people of the house become operators. */
import { z } from 'zod';
import {
  operatorAcceptance,
  operatorInvitation,
  operatorInvitationInput,
} from '../../../protocol/accounts/operators.ts';
import { AppError } from '../../../protocol/errors.ts';
import { operation } from '../operation.ts';

export const operatorOperations = [
  operation({
    name: 'inviteOperator',
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
    run: ({ config, operators }, { key, input }) => {
      if (!config.hasSite) throw new AppError('forbidden', 'This house only embeds: use `POST /v1/desk/sessions`.');
      return operators.invite(input.address, key.apiKey);
    },
  }),
  operation({
    name: 'becomeOperator',
    http: 'POST /v1/me/operator',
    by: ['person'],
    stepUp: true,
    input: operatorAcceptance,
    example: { token: 'Jm3vQ2tXk8Lr5sWn9yBc4dFg7hKp1zTa6eUo0iRxVwY' },
    answer: z.object({}),
    summary: 'Accept an invitation to be an operator',
    errors: ['desk_link_invalid', 'invitation_for_another'],
    run: async ({ operators }, { caller, input }) => {
      await operators.accept(input.token, caller.identity);
      return {};
    },
  }),
];
