import { passkeyContract } from '../../../protocol/operations/accounts/passkeys.ts';
import { implement } from '../operation.ts';

export const passkeyOperations = implement(passkeyContract, {
  listOwnPasskeys: async ({ people }, { caller }) => ({ passkeys: await people.passkeys.list(caller.identity) }),
  renameOwnPasskey: ({ people }, { caller, params, input }) =>
    people.passkeys.rename(caller.identity, params.passkey, input.name),
  removeOwnPasskey: ({ people }, { caller, params }) => people.passkeys.remove(caller.identity, params.passkey),
});
