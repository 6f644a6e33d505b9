/** Calls about the house's OpenID provider. */
import type { OwnOidc } from '../../protocol/accounts/oidc.ts';
import type { OidcStart } from '../../protocol/accounts/people.ts';
import { call } from './site-call.ts';

export const oidcApi = {
  own: () => call<OwnOidc>('GET', '/v1/me/oidc'),
  /** Leaves for the provider, which sends the browser back to `returnTo`. */
  leave: async (start: OidcStart) => location.assign((await call<{ url: string }>('POST', '/site/oidc', start)).url),
};
