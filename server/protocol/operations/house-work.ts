/** What operators see of the work that the house does by itself. */
import { undeliveredLetterList } from '../accounts/mail.ts';
import { dueWorkList } from '../due-work.ts';
import { operation } from './contract.ts';

export const houseWorkContract = {
  undeliveredLetters: operation({
    http: 'GET /v1/desk/letters',
    by: ['server:admin', 'operator'],
    answer: undeliveredLetterList,
    summary: 'List letters that did not arrive',
    description: 'The newest hundred of the last 30 days, with what the mail server answered.',
  }),
  dueWork: operation({
    http: 'GET /v1/desk/jobs',
    by: ['server:admin', 'operator'],
    answer: dueWorkList,
    summary: "List what waits and what fails of the house's own work",
    description: 'By kind: refunds, payouts, events and checks at the provider, webhooks. Failures are repeated.',
  }),
};
