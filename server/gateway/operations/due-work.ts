/** What operators see of the work that the house does by itself. */
import { dueWorkList } from '../../protocol/due-work.ts';
import { operation } from './operation.ts';

export const dueWorkOperations = [
  operation({
    name: 'dueWork',
    http: 'GET /v1/desk/jobs',
    by: ['server:admin', 'operator'],
    answer: dueWorkList,
    summary: "List what waits and what fails of the house's own work",
    description: 'By kind: refunds, payouts, events and checks at the provider, webhooks. Failures are repeated.',
    run: async ({ dueWork }) => ({ kinds: await Promise.all(dueWork.map((kind) => kind.report())) }),
  }),
];
