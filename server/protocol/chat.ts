/** The ordered chat log of a room on the wire: entries with a gapless sequence number. */
import { z } from 'zod';
import { identity, participant } from './accounts.ts';
import { messageId, tipId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { amountMinor, currency } from './rooms.ts';

const seq = z.number().int().min(1);

export const chatMessage = z.object({
  kind: z.literal('message'),
  id: messageId,
  seq,
  from: participant,
  /** Empty once the message was removed. */
  text: z.string(),
  sentAt: z.string(),
  removed: z.boolean().optional(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

export const chatTip = z.object({
  kind: z.literal('tip'),
  id: tipId,
  seq,
  from: participant,
  amountMinor,
  currency,
  message: z.string().nullable(),
  sentAt: z.string(),
});
export type ChatTip = z.infer<typeof chatTip>;

/** The fact that a message was removed has a place in the order too, so that whoever resumes learns of it. */
export const chatRemoval = z.object({
  kind: z.literal('removal'),
  seq,
  messageId,
  by: identity,
  reason: z.string().nullable(),
  sentAt: z.string(),
});
export type ChatRemoval = z.infer<typeof chatRemoval>;

export const chatEntry = z.discriminatedUnion('kind', [chatMessage, chatTip, chatRemoval]);
export type ChatEntry = z.infer<typeof chatEntry>;

export const chatSendInput = z.object({
  /** The sender's own id of the message; sending it twice gives one message. */
  clientId: z
    .string()
    .min(8)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/),
  text: z.string().max(8_000),
});
export type ChatSendInput = z.infer<typeof chatSendInput>;

/** A page of the log: entries after `since`, or the newest `limit` before `before`. */
export const chatHistoryInput = z.object({
  since: z.number().int().min(0).optional(),
  before: seq.optional(),
  limit: z.number().int().min(1).max(LIMITS.chatPageEntries).default(LIMITS.chatPageEntries),
});
export type ChatHistoryInput = z.input<typeof chatHistoryInput>;

export const chatPage = z.object({ entries: z.array(chatEntry), lastSeq: z.number().int().min(0) });
export type ChatPage = z.infer<typeof chatPage>;

export const chatRemoveInput = z.object({ messageId, reason: z.string().trim().max(LIMITS.reasonChars).optional() });

/** New entries, in the order of the log. Of a room with more messages than people can read, `sampled` says which numbers were left out. */
export const chatFrame = z.object({
  entries: z.array(chatEntry),
  sampled: z
    .object({ dropped: z.number().int(), ranges: z.array(z.tuple([seq.describe('first'), seq.describe('last')])) })
    .optional(),
});
export type ChatFrame = z.infer<typeof chatFrame>;
