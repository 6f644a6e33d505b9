/** How people become operators of a house with accounts, or members of its committee. */
import { z } from 'zod';

const ADDRESS = /^\w+(?:[.+-]\w+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}$/;
export const operatorInvitationInput = z.object({
  address: z.string().max(254).regex(ADDRESS, 'This is not a mail address.'),
});
export const operatorInvitation = z.object({
  address: z.string(),
  /** For one use by the person with the address. */
  url: z.url(),
  expiresAt: z.iso.datetime(),
});
export type OperatorInvitation = z.infer<typeof operatorInvitation>;
export const operatorAcceptance = z.object({ token: z.string().regex(/^[\w-]{20,100}$/) });
/** What an invitation gave. */
export const invitationGift = z.object({ gave: z.enum(['operator', 'seat']) });
