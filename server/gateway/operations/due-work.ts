import { dueWorkContract } from '../../protocol/operations/due-work.ts';
import { implement } from './operation.ts';

export const dueWorkOperations = implement(dueWorkContract, {
  dueWork: async ({ dueWork }) => ({ kinds: await Promise.all(dueWork.map((kind) => kind.report())) }),
});
