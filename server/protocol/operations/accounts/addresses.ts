/** A change of one's mail address, and recoveries that operators begin. The links of the letters are pages. */

import {
  addressChange,
  addressChangeAnswer,
  addressInput,
  recovery,
  recoveryInput,
  recoveryList,
} from '../../accounts/addresses.ts';
import { withPeople } from '../../accounts/profiles.ts';
import { operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;
const BY_OPERATOR = { by: ['operator'] } as const;

export const addressContract = {
  getAddressChange: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/address-change',
    answer: addressChangeAnswer,
    summary: 'The change of your mail address that waits for confirmations',
  }),
  changeAddress: operation({
    ...BY_PERSON,
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
  }),
  withdrawAddressChange: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/address-change',
    stepUp: true,
    summary: 'Withdraw the change of your mail address',
    description: 'It stops a recovery too. A repeated call has no further effect.',
  }),
  listRecoveries: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/recoveries',
    answer: withPeople(recoveryList),
    summary: 'List recoveries of accounts',
    description: 'Those of the last 90 days, newest first.',
  }),
  beginRecovery: operation({
    ...BY_OPERATOR,
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
  }),
  withdrawRecovery: operation({
    ...BY_OPERATOR,
    http: 'DELETE /v1/desk/recoveries/:person',
    stepUp: true,
    summary: 'Withdraw the recovery of an account',
    description: 'A repeated call has no further effect.',
  }),
};
