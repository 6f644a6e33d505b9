import { oidcContract } from '../../../protocol/operations/accounts/oidc.ts';
import { implement } from '../operation.ts';

export const oidcOperations = implement(oidcContract, {
  getOwnOidc: ({ people }, { caller }) => people.oidc.own(caller.identity),
  removeOwnOidcBinding: ({ people }, { caller, params }) => people.oidc.remove(caller.identity, params.binding),
});
