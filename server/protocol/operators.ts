/** How people become operators of a house with accounts. */
import { z } from 'zod';

export const operatorInvitationInput = z.object({ address: z.string().min(3).max(254) });
export const operatorInvitation = z.object({
  address: z.string(),
  /** For one use by the person with the address. */
  url: z.url(),
  expiresAt: z.iso.datetime(),
});
export type OperatorInvitation = z.infer<typeof operatorInvitation>;
export const operatorAcceptance = z.object({ token: z.string().regex(/^[\w-]{20,100}$/) });
