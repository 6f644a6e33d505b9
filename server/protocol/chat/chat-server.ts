/** The chat for an embedder's server: the hook before delivery, moderation, export and erasure. */
import { z } from 'zod';
import { identity, participant } from '../accounts/accounts.ts';
import { messageId, roomId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { chatMessage, chatReply, reason, removableId } from './chat.ts';
import { actList, chatReport, heldMessage, restrictionKind, restrictionScope } from './chat-moderation.ts';
import { mutedList } from './chat-room.ts';

export const hookFailure = z.enum(['allow', 'hold', 'deny']);
export type HookFailure = z.infer<typeof hookFailure>;
export const chatHookInput = z.object({
  url: z.string().max(2_048),
  timeoutMs: z.number().int().min(LIMITS.hookTimeoutMinMs).max(LIMITS.hookTimeoutMaxMs).default(1_000),
  /** The decision if the hook gives no valid answer in time. */
  onFailure: hookFailure,
});
export type ChatHookInput = z.infer<typeof chatHookInput>;
export const chatHook = z.object({
  url: z.string(),
  timeoutMs: z.number().int(),
  onFailure: hookFailure,
  createdAt: z.string(),
});
export type ChatHook = z.infer<typeof chatHook>;
/** The secret signs requests to the hook; it is shown only here. */
export const chatHookWithSecret = chatHook.extend({ secret: z.string() });
export const chatHookDeleted = z.object({ deleted: z.boolean() });

/** The body of a request to the hook, signed like a webhook. */
export const hookRequest = z.object({
  type: z.literal('chat.message'),
  room: roomId,
  creator: identity,
  message: z.object({
    text: z.string(),
    replyTo: chatReply.shape.id.optional(),
    mentions: z.array(identity).optional(),
    sentAt: z.string(),
  }),
  from: participant,
});
export type HookRequest = z.infer<typeof hookRequest>;
export const hookAnswer = z.object({
  decision: z.enum(['allow', 'deny', 'hold']),
  /** Shown to the author. */
  reason: z.string().max(LIMITS.reasonChars).optional(),
});
export type HookAnswer = z.infer<typeof hookAnswer>;

/** One message or the words of one tip, or all of one author in the room. */
export const serverRemovalInput = z.union([
  z.object({ messageId: removableId, reason }),
  z.object({ identity, reason }),
]);
export const chatDone = z.object({ done: z.boolean() });

export const restrictionRow = z.object({
  identity,
  kind: restrictionKind,
  scope: restrictionScope,
  room: roomId.nullable(),
  creator: identity,
  reason: z.string(),
  by: identity,
  createdAt: z.string(),
  until: z.string().nullable(),
  liftedAt: z.string().nullable(),
});
export type RestrictionRow = z.infer<typeof restrictionRow>;
export const restrictionList = z.object({ restrictions: z.array(restrictionRow) });

export const serverHistoryQuery = z.object({
  since: z.coerce.number().int().min(0).max(2_147_483_647).optional(),
  before: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.chatPageEntries).default(LIMITS.chatPageEntries),
});

export const chatExportQuery = z.object({
  /** Messages after this one. */
  after: messageId.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.chatExportMessages).default(LIMITS.chatExportMessages),
});
/** Everything that the chat stores about a person. Data without pages is in the first page. */
export const chatExport = z.object({
  identity,
  messages: z.array(z.object({ room: roomId, message: chatMessage })),
  hasMore: z.boolean(),
  held: z.array(heldMessage),
  restrictions: z.array(restrictionRow),
  reports: z.array(chatReport.omit({ evidence: true })),
  acts: actList.shape.acts,
  muted: mutedList.shape.muted,
});
export type ChatExport = z.infer<typeof chatExport>;
export const chatErasure = z.object({
  identity,
  /** Replaces the identity from now on. */
  pseudonym: identity,
  erasedMessages: z.number().int(),
});
export type ChatErasure = z.infer<typeof chatErasure>;
