/** What operators see of the house's mail. */
import { undeliveredLetterList } from '../../../protocol/accounts/mail.ts';
import { operation } from '../operation.ts';

export const mailOperations = [
  operation({
    name: 'undeliveredLetters',
    http: 'GET /v1/desk/letters',
    by: ['server:admin', 'operator'],
    answer: undeliveredLetterList,
    summary: 'List letters that did not arrive',
    description: 'The newest hundred of the last 30 days, with what the mail server answered.',
    run: async ({ mail }) => ({ letters: await mail.listUndelivered() }),
  }),
];
