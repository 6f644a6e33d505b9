/** What operators see of the work that the house does by itself. */

import { dueWorkList } from '../due-work.ts';
import { operation } from './contract.ts';

export const dueWorkContract = {
  dueWork: operation({
    http: 'GET /v1/desk/jobs',
    by: ['server:admin', 'operator'],
    answer: dueWorkList,
    summary: "List what waits and what fails of the house's own work",
    description: 'By kind: refunds, payouts, events and checks at the provider, webhooks. Failures are repeated.',
  }),
};
