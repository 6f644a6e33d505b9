/**
 * Private sessions on the wire: a fan requests, the creator accepts one at a time, and media time that both sides
 * really had is paid by the minute from the fan's wallet. No minimum charge: the bill is `floor(rate × confirmed time /
 * 60 000 ms)`, never more than was held.
 */
import { z } from 'zod';
import { identity } from '../accounts/accounts.ts';
import { idSchema, roomId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';

export const privateSessionId = idSchema('privateSession');

export const privateSessionStatus = z.enum(['requested', 'active', 'ended', 'declined', 'withdrawn', 'expired']);
export type PrivateSessionStatus = z.infer<typeof privateSessionStatus>;

/** Why a session ended. */
export const privateEndReason = z.enum([
  'fan_ended',
  'creator_ended',
  'funds_ended',
  'media_ended',
  'interrupted',
  'room_ended',
  'removed',
]);
export type PrivateEndReason = z.infer<typeof privateEndReason>;

export const privateSession = z.object({
  id: privateSessionId,
  room: roomId,
  identity,
  name: z.string(),
  status: privateSessionStatus,
  ratePerMinuteMinor: amountMinor,
  currency,
  /** Currently held from the fan's wallet; zero after the end. */
  heldMinor: z.number().int(),
  /** Time in which both sides' media was confirmed. */
  confirmedMs: z.number().int(),
  /** The fan's cost so far. */
  costMinor: z.number().int(),
  /** The creator's share, after VAT and commission. */
  creatorMinor: z.number().int(),
  endReason: privateEndReason.nullable(),
  requestedAt: z.string(),
  /** The request expires then unless the creator answers. */
  expiresAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type PrivateSession = z.infer<typeof privateSession>;

/** Minutes that are held in advance. */
const minutes = z.number().int().min(1).max(LIMITS.privateHoldMinutesMax);
export const privateRequestInput = z.object({ minutes: minutes.optional() });
export const privateExtendInput = z.object({ session: privateSessionId, minutes: minutes.optional() });
export const privateSessionInput = z.object({ session: privateSessionId });
export const privateSessionAnswer = z.object({ session: privateSession });
export const privateSessionList = z.object({ sessions: z.array(privateSession) });

/** Sent every second while a session runs: the cost to the fan, the earnings to the creator. */
export const privateRunning = z.object({
  session: privateSessionId,
  /** False while one side's media is missing: nothing is billed then. */
  confirmed: z.boolean(),
  /** The server sends the fan no media, as their client has not reported receiving it (R14b). */
  paused: z.boolean(),
  confirmedMs: z.number().int(),
  costMinor: z.number().int(),
  creatorMinor: z.number().int(),
  /** How long the spendable credit lasts. */
  remainingMs: z.number().int(),
});
export type PrivateRunning = z.infer<typeof privateRunning>;

/** The credit ends soon; a top-up in time continues the session. */
export const privateFundsLow = z.object({ session: privateSessionId, remainingMs: z.number().int() });
