/** A person's accounts at the house's OpenID provider. Adding one and signing in is `site/oidc-sign-in.ts`. */
import { z } from 'zod';
import { ownOidc } from '../../../protocol/accounts/oidc.ts';
import { operation } from '../operation.ts';

export const oidcOperations = [
  operation({
    by: ['person'],
    name: 'getOwnOidc',
    http: 'GET /v1/me/oidc',
    answer: ownOidc,
    summary: 'Your accounts at the OpenID provider of the house',
    description: 'Operators and reviewers can sign in with one. `provider` is null for others.',
    run: ({ people }, { caller }) => people.oidc.own(caller.identity),
  }),
  operation({
    by: ['person'],
    name: 'removeOwnOidcBinding',
    http: 'DELETE /v1/me/oidc/:binding',
    stepUp: true,
    answer: z.object({}),
    summary: 'Sign in no more with an account at the OpenID provider',
    description: 'A repeated call has no further effect. An operator keeps a passkey or one such account.',
    errors: ['last_strong_sign_in'],
    run: async ({ people }, { caller, params }) => {
      await people.oidc.remove(caller.identity, params.binding);
      return {};
    },
  }),
];
