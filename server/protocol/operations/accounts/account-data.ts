/** What a person takes from the house, and leaving it: the export of everything about them, and closing the account. */

import { accountClosing, closingInput } from '../../accounts/people.ts';
import { downloadOperation, operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;

export const accountDataContract = {
  exportOwnData: downloadOperation({
    ...BY_PERSON,
    http: 'GET /v1/me/export',
    limit: 'money',
    format: 'zip',
    isExport: true,
    stepUp: true,
    summary: 'Export all that the house holds on you',
    description:
      'A ZIP with a JSON file for each table of each domain, your pictures, and a page `index.html` that shows them in your language. Secrets and other people are left out. One at a time, and three a day.',
    errors: ['not_found'],
  }),
  lookAtClosing: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/closing',
    answer: accountClosing,
    summary: 'See what closing your account would mean',
    description:
      '`openMatters` have to end first; `tickets` of lives to come would be lost. Receipts keep your name for `receiptYears` years after the year of their issue.',
  }),
  closeAccount: operation({
    ...BY_PERSON,
    http: 'POST /v1/me/closing',
    limit: 'money',
    stepUp: true,
    input: closingInput,
    example: { confirmed: true },
    summary: 'Close your account for good',
    description:
      'Ends your roles and sessions, erases names, messages and addresses, and frees your handle, which rests for 90 days. The books keep amounts.',
    errors: ['erasure_blocked', 'last_operator', 'provider_unavailable'],
  }),
};
