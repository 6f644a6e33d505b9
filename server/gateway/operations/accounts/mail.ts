import { mailContract } from '../../../protocol/operations/accounts/mail.ts';
import { implement } from '../operation.ts';

export const mailOperations = implement(mailContract, {
  undeliveredLetters: async ({ mail }) => ({ letters: await mail.listUndelivered() }),
});
