/**
 * Private sessions on the wire: a fan asks, the creator accepts one at a time, and each minute of media that both sides really had is paid
 * from the fan's wallet. There is no minimum charge: what is billed is `floor(rate × confirmed time / 60 000 ms)`, never more than was held.
 */
import { z } from 'zod';
import { identity } from '../accounts.ts';
import { idSchema, roomId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';

export const privateSessionId = idSchema('privateSession');

export const privateSessionStatus = z.enum(['requested', 'active', 'ended', 'declined', 'withdrawn', 'expired']);
export type PrivateSessionStatus = z.infer<typeof privateSessionStatus>;

/** Why a session that had begun is over. */
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
  /** Held ahead of the fan's wallet at the moment; nothing once it is over. */
  heldMinor: z.number().int(),
  /** Time in which both sides' media was confirmed. */
  confirmedMs: z.number().int(),
  /** What it has cost the fan so far. */
  costMinor: z.number().int(),
  /** What the creator gets of it, after VAT and commission. */
  creatorMinor: z.number().int(),
  endReason: privateEndReason.nullable(),
  requestedAt: z.string(),
  /** The request lapses then unless the creator has answered. */
  expiresAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type PrivateSession = z.infer<typeof privateSession>;

/** Minutes that are held ahead. */
const minutes = z.number().int().min(1).max(LIMITS.privateHoldMinutesMax);
export const privateRequestInput = z.object({ minutes: minutes.optional() });
export const privateExtendInput = z.object({ session: privateSessionId, minutes: minutes.optional() });
export const privateSessionInput = z.object({ session: privateSessionId });
export const privateSessionAnswer = z.object({ session: privateSession });
export const privateSessionList = z.object({ sessions: z.array(privateSession) });

/** Told each second while a session runs: to the fan its cost, to the creator its earnings. */
export const privateRunning = z.object({
  session: privateSessionId,
  /** False while the media of one side is missing: nothing is billed then. */
  confirmed: z.boolean(),
  /** The server sends the fan nothing, as their client has not reported that the video arrives (R14b). */
  paused: z.boolean(),
  confirmedMs: z.number().int(),
  costMinor: z.number().int(),
  creatorMinor: z.number().int(),
  /** How long what can be held lasts. */
  remainingMs: z.number().int(),
});
export type PrivateRunning = z.infer<typeof privateRunning>;

/** The money ends soon; topping up in time lets the session go on. */
export const privateFundsLow = z.object({ session: privateSessionId, remainingMs: z.number().int() });

export const PRIVATE_REQUESTS = {
  /** A fan asks for a session; the minutes are held of their wallet at once. */
  'private:request': { input: privateRequestInput, answer: privateSessionAnswer },
  'private:accept': { input: privateSessionInput, answer: privateSessionAnswer },
  'private:decline': { input: privateSessionInput, answer: privateSessionAnswer },
  /** Ends a session, or withdraws a request. */
  'private:end': { input: privateSessionInput, answer: privateSessionAnswer },
  /** Holds more ahead now, such as after a top-up; the server also does so by itself. */
  'private:extend': { input: privateExtendInput, answer: privateSessionAnswer },
  /** What is open: for the creator every request and the running session, for a fan their own. */
  'private:list': { input: z.object({}), answer: privateSessionList },
} as const;

export const PRIVATE_EVENTS = {
  'private:requested': privateSessionAnswer,
  'private:started': privateSessionAnswer,
  /** A request is over without a session: declined, withdrawn or expired. */
  'private:closed': privateSessionAnswer,
  'private:ended': privateSessionAnswer,
  'private:running': privateRunning,
  'private:fundsLow': privateFundsLow,
} as const;
