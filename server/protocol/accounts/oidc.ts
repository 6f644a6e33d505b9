/** Accounts at the house's OpenID provider, of people with a seat in the house. `people.ts` has the sign-in. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';

export const oidcBinding = z.object({
  id: idSchema('oidcBinding'),
  /** The host of its issuer. */
  provider: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type OidcBinding = z.infer<typeof oidcBinding>;

export const ownOidc = z.object({
  /** The host of the house's provider, for those who may use it; null for others. */
  provider: z.string().nullable(),
  bindings: z.array(oidcBinding),
});
export type OwnOidc = z.infer<typeof ownOidc>;
