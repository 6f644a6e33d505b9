/** Changes of a person's mail address, by themselves or as a recovery that an operator begins. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { identity, singleLine } from './accounts.ts';

const address = z.string().min(3).max(254);

export const addressInput = z.object({ address });

/** A change that waits for both mailboxes. */
export const addressChange = z.object({
  newAddress: z.string(),
  isOldConfirmed: z.boolean(),
  isNewConfirmed: z.boolean(),
  expiresAt: z.iso.datetime(),
});
export type AddressChange = z.infer<typeof addressChange>;
export const addressChangeAnswer = z.object({ change: addressChange.nullable() });

export const recoveryInput = z.object({
  /** Id or mail address of the person. */
  account: z.string().min(3).max(254),
  address,
  reason: singleLine(LIMITS.reasonChars),
});
export type RecoveryInput = z.infer<typeof recoveryInput>;

export const recovery = z.object({
  id: idSchema('addressChange'),
  person: identity,
  newAddress: z.string(),
  reason: z.string(),
  /** The operator. */
  by: z.string(),
  createdAt: z.iso.datetime(),
  /** Not done before; the old mailbox can stop it meanwhile. */
  dueAt: z.iso.datetime(),
  /** By the new mailbox. */
  confirmedAt: z.iso.datetime().nullable(),
  doneAt: z.iso.datetime().nullable(),
  /** Withdrawn by an operator, stopped by the old mailbox, or never confirmed by the new one. */
  endedAt: z.iso.datetime().nullable(),
});
export type Recovery = z.infer<typeof recovery>;
export const recoveryList = z.object({ recoveries: z.array(recovery) });
