/** A change of one's mail address, and recoveries that operators begin. The links of the letters are pages. */
import { z } from 'zod';
import {
  addressChange,
  addressChangeAnswer,
  addressInput,
  recovery,
  recoveryInput,
  recoveryList,
} from '../../../protocol/accounts/addresses.ts';
import { operation } from '../operation.ts';

const BY_PERSON = { by: ['person'] } as const;
const BY_OPERATOR = { by: ['operator'] } as const;

export const addressOperations = [
  operation({
    ...BY_PERSON,
    name: 'getAddressChange',
    http: 'GET /v1/me/address-change',
    answer: addressChangeAnswer,
    summary: 'The change of your mail address that waits for confirmations',
    run: async ({ people }, { caller }) => ({ change: await people.addresses.find(caller.identity) }),
  }),
  operation({
    ...BY_PERSON,
    name: 'changeAddress',
    http: 'POST /v1/me/address-change',
    limit: 'signIn',
    stepUp: true,
    input: addressInput,
    example: { address: 'lea@example.org' },
    answer: addressChange,
    status: 201,
    summary: 'Change your mail address',
    description:
      'The old and the new mailbox get a link each, and both have to confirm within a day. The old one can object for a week after. A repeated call replaces the first.',
    errors: ['person_not_found'],
    run: ({ people }, { caller, input }) => people.addresses.request(caller.identity, input.address),
  }),
  operation({
    ...BY_PERSON,
    name: 'withdrawAddressChange',
    http: 'DELETE /v1/me/address-change',
    stepUp: true,
    answer: z.object({}),
    summary: 'Withdraw the change of your mail address',
    description: 'It stops a recovery too. A repeated call has no further effect.',
    run: async ({ people }, { caller }) => {
      await people.addresses.withdraw(caller.identity);
      return {};
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'listRecoveries',
    http: 'GET /v1/desk/recoveries',
    answer: recoveryList,
    summary: 'List recoveries of accounts',
    description: 'Those of the last 90 days, newest first.',
    run: async ({ people }) => ({ recoveries: await people.addresses.listRecoveries() }),
  }),
  operation({
    ...BY_OPERATOR,
    name: 'beginRecovery',
    http: 'POST /v1/desk/recoveries',
    stepUp: true,
    input: recoveryInput,
    example: { account: 'lea@lost.example', address: 'lea@example.org', reason: 'Identity card seen' },
    answer: recovery,
    status: 201,
    summary: 'Recover the account of a person who has lost mailbox and passkeys',
    description:
      'The old mailbox gets a letter and can stop it, the new one confirms. After five days the account moves to the new address, its passkeys are removed, and it is signed out everywhere; the person then signs in by mail.',
    errors: ['person_not_found', 'address_taken'],
    run: async ({ people: { addresses }, money }, { caller: { identity: by }, input }) => {
      const person = await addresses.findPerson(input.account);
      const act = { act: 'recovery', subject: person, by, reason: input.reason } as const;
      return money.desk.record(act, () => addresses.beginRecovery(person, input, by));
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'withdrawRecovery',
    http: 'DELETE /v1/desk/recoveries/:person',
    stepUp: true,
    answer: z.object({}),
    summary: 'Withdraw the recovery of an account',
    description: 'A repeated call has no further effect.',
    run: async ({ people, money }, { caller: { identity: by }, params: { person } }) => {
      const act = { act: 'recovery_withdrawn', subject: person, by, reason: null } as const;
      await money.desk.record(act, () => people.addresses.withdraw(person));
      return {};
    },
  }),
];
