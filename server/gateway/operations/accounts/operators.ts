import { AppError } from '../../../protocol/errors.ts';
import { operatorContract } from '../../../protocol/operations/accounts/operators.ts';
import { implement } from '../operation.ts';

export const operatorOperations = implement(operatorContract, {
  inviteOperator: ({ config, operators }, { key, input }) => {
    if (!config.hasSite) throw new AppError('forbidden', 'This house only embeds: use `POST /v1/desk/sessions`.');
    return operators.invite(input.address, key.apiKey);
  },
  becomeOperator: async ({ operators }, { caller, input }) => ({
    gave: await operators.accept(input.token, caller.identity),
  }),
});
