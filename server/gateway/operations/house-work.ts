import { houseWorkContract } from '../../protocol/operations/house-work.ts';
import { implement } from './operation.ts';

export const houseWorkOperations = implement(houseWorkContract, {
  undeliveredLetters: async ({ mail }) => ({ letters: await mail.listUndelivered() }),
  dueWork: async ({ dueWork }) => ({ kinds: await Promise.all(dueWork.map((kind) => kind.report())) }),
});
