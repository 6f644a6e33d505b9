/** A person's accounts at the house's OpenID provider. Adding one and signing in is `site/oidc-sign-in.ts`. */

import { ownOidc } from '../../accounts/oidc.ts';
import { operation } from '../contract.ts';

export const oidcContract = {
  getOwnOidc: operation({
    by: ['person'],
    http: 'GET /v1/me/oidc',
    answer: ownOidc,
    summary: 'Your accounts at the OpenID provider of the house',
    description:
      'Operators, reviewers and members of the committee can sign in with one. `provider` is null for others.',
  }),
  removeOwnOidcBinding: operation({
    by: ['person'],
    http: 'DELETE /v1/me/oidc/:binding',
    stepUp: true,
    summary: 'Sign in no more with an account at the OpenID provider',
    description: 'A repeated call has no further effect. An operator keeps a passkey or one such account.',
    errors: ['last_strong_sign_in'],
  }),
};
