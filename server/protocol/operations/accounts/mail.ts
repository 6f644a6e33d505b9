/** What operators see of the house's mail. */

import { undeliveredLetterList } from '../../accounts/mail.ts';
import { operation } from '../contract.ts';

export const mailContract = {
  undeliveredLetters: operation({
    http: 'GET /v1/desk/letters',
    by: ['server:admin', 'operator'],
    answer: undeliveredLetterList,
    summary: 'List letters that did not arrive',
    description: 'The newest hundred of the last 30 days, with what the mail server answered.',
  }),
};
