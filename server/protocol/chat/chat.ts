/** The ordered chat log of a room on the wire: entries with a gapless sequence number. */
import { z } from 'zod';
import { identity, participant, singleLine } from '../accounts/accounts.ts';
import { idSchema, messageId, tipId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';

const seq = z.number().int().min(1);

/** The answered message as it is now: the excerpt is empty once it was removed. */
export const chatReply = z.object({ id: messageId, from: participant, excerpt: z.string() });
export type ChatReply = z.infer<typeof chatReply>;

export const chatMessage = z.object({
  kind: z.literal('message'),
  id: messageId,
  seq,
  from: participant,
  /** Empty once the message was removed or erased. */
  text: z.string(),
  sentAt: z.string(),
  removed: z.boolean().optional(),
  /** The text is erased and `from` is a pseudonym: at the author's request, or by retention. */
  erased: z.boolean().optional(),
  replyTo: chatReply.optional(),
  /** Mentioned people; a client highlights messages that mention its own person. */
  mentions: z.array(identity).optional(),
  /** Whether addresses in the text may become links. */
  links: z.boolean().optional(),
  /** For how many whole months its author had been a member of the creator's club; absent: they were none. */
  member: z.number().int().min(0).optional(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

export const chatTip = z.object({
  kind: z.literal('tip'),
  id: tipId,
  seq,
  /** Null: given anonymously, and not by who is shown it. */
  from: participant.nullable(),
  anonymous: z.boolean().optional(),
  amountMinor,
  currency,
  /** Null without words, or once they were removed. */
  message: z.string().nullable(),
  /** The label of the menu item that it is for. */
  item: z.string().optional(),
  /** Whether it was paid back. */
  refunded: z.boolean().optional(),
  sentAt: z.string(),
});
export type ChatTip = z.infer<typeof chatTip>;

/** A tip was paid back. It has a sequence number too, so that a client that resumes learns of it. */
export const chatTipRefund = z.object({ kind: z.literal('tip_refund'), seq, tip: tipId, sentAt: z.string() });
export type ChatTipRefund = z.infer<typeof chatTipRefund>;

/** What a moderator can remove: a message, or the words of a tip. */
export const removableId = z.union([messageId, tipId]);
export type RemovableId = z.infer<typeof removableId>;

/** A removal has a sequence number too, so that a client that resumes learns of it. */
export const chatRemoval = z.object({
  kind: z.literal('removal'),
  seq,
  messageId: removableId,
  by: identity,
  reason: z.string().nullable(),
  sentAt: z.string(),
});
export type ChatRemoval = z.infer<typeof chatRemoval>;

/** A message that was removed is shown again, as the house decided. */
export const chatRestoration = z.object({
  kind: z.literal('restoration'),
  seq,
  message: chatMessage,
  sentAt: z.string(),
});

/** Every message of one author up to `uptoSeq` was removed, and the words of their tips. */
export const chatPurge = z.object({
  kind: z.literal('purge'),
  seq,
  identity,
  uptoSeq: z.number().int().min(0),
  by: identity,
  reason: z.string().nullable(),
  sentAt: z.string(),
});
export type ChatPurge = z.infer<typeof chatPurge>;

export const chatNoticeName = z.enum([
  'slow_mode',
  'members_only',
  'emoji_only',
  'paused',
  'links',
  'panic',
  'pinned',
  'poll_started',
  'poll_closed',
  'goal_reached',
]);
export type ChatNoticeName = z.infer<typeof chatNoticeName>;

/** A notice of the house: a setting that was changed, a pin, a poll. */
export const chatNotice = z.object({
  kind: z.literal('notice'),
  seq,
  notice: chatNoticeName,
  on: z.boolean(),
  /** Of slow mode: seconds between two messages of one person. */
  seconds: z.number().int().optional(),
  /** Of a poll: its question; of a goal: what it is for. */
  subject: z.string().optional(),
  /** Of a closed poll: the answers with the most votes; several in a tie, none without a vote. */
  won: z.array(z.string()).optional(),
  by: identity,
  sentAt: z.string(),
});
export type ChatNotice = z.infer<typeof chatNotice>;

export const chatEntry = z.discriminatedUnion('kind', [
  chatMessage,
  chatTip,
  chatTipRefund,
  chatRemoval,
  chatPurge,
  chatRestoration,
  chatNotice,
]);
export type ChatEntry = z.infer<typeof chatEntry>;

/** The client's id of a message; idempotent. */
export const clientId = z
  .string()
  .min(8)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);

export const chatSendInput = z.object({
  clientId,
  text: z.string().max(8_000),
  replyTo: messageId.optional(),
  mentions: z.array(identity).max(LIMITS.chatMentions).optional(),
});
export type ChatSendInput = z.infer<typeof chatSendInput>;

export const heldId = idSchema('heldMessage');
export const holdReason = z.enum(['words', 'wave', 'hook', 'hook_failed']);
export type HoldReason = z.infer<typeof holdReason>;

/** One's own message that is not in the log: held for review, or refused recently. */
export const ownHeld = z.object({
  id: heldId,
  clientId,
  text: z.string(),
  replyTo: messageId.nullable(),
  mentions: z.array(identity),
  state: z.enum(['held', 'refused']),
  /** The reviewer's reason. */
  reason: z.string().nullable(),
});
export type OwnHeld = z.infer<typeof ownHeld>;

/** The message is in the log, or held for review. */
export const chatSendAnswer = z.union([
  z.object({ message: chatMessage }),
  z.object({ held: z.object({ id: heldId, reason: holdReason }) }),
]);
export type ChatSendAnswer = z.infer<typeof chatSendAnswer>;

/** A page of the log: entries after `since`, or the newest `limit` before `before`. */
export const chatHistoryInput = z.object({
  since: z.number().int().min(0).max(2_147_483_647).optional(),
  before: seq.max(2_147_483_647).optional(),
  limit: z.number().int().min(1).max(LIMITS.chatPageEntries).default(LIMITS.chatPageEntries),
});

export const chatPage = z.object({ entries: z.array(chatEntry), lastSeq: z.number().int().min(0) });
export type ChatPage = z.infer<typeof chatPage>;

/** A moderator's reason, which the people concerned can read. */
export const reason = singleLine(LIMITS.reasonChars);
export const chatRemoveInput = z.object({ messageId: removableId, reason: reason.optional() });

/** New entries in log order. In a room with more messages than people can read, `sampled` lists the omitted numbers. */
export const chatFrame = z.object({
  entries: z.array(chatEntry),
  sampled: z
    .object({ dropped: z.number().int(), ranges: z.array(z.tuple([seq.describe('first'), seq.describe('last')])) })
    .optional(),
});
export type ChatFrame = z.infer<typeof chatFrame>;
