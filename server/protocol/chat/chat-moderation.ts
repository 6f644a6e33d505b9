/** Chat moderation on the wire: acts, notifications to the people concerned, the audit log, reports. */
import { z } from 'zod';
import { identity, participant, role, singleLine } from '../accounts/accounts.ts';
import { idSchema, messageId, roomId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { chatEntry, chatMessage, heldId, holdReason, reason, removableId } from './chat.ts';
import { chatMode } from './chat-room.ts';

export const restrictionKind = z.enum(['timeout', 'ban']);
export type RestrictionKind = z.infer<typeof restrictionKind>;
/** In one room, or in all of its creator's rooms. */
export const restrictionScope = z.enum(['room', 'creator']);
export type RestrictionScope = z.infer<typeof restrictionScope>;
/** Who acted: a role in the room, the embedder's server, or the house by itself. */
export const actorRole = z.enum([...role.options, 'server', 'house']);
export type ActorRole = z.infer<typeof actorRole>;

/** A restriction, as its person sees it; `kind` null: none. */
export const chatRestriction = z.object({
  kind: restrictionKind.nullable(),
  scope: restrictionScope,
  /** When it ends by itself (ISO 8601); null: never. */
  until: z.string().nullable(),
  reason: z.string().nullable(),
  byRole: actorRole.nullable(),
});
export type ChatRestriction = z.infer<typeof chatRestriction>;

export const removeAuthorInput = z.object({ identity, reason });
export const restrictInput = z.object({
  identity,
  kind: restrictionKind,
  scope: restrictionScope,
  /** Duration; by default ten minutes for a time-out, without end for a ban. */
  seconds: z.number().int().min(1).max(LIMITS.restrictionMaxSeconds).optional(),
  reason,
  /** Also removes access to the room, as `rooms:remove` does. */
  removeAccess: z.boolean().optional(),
  /** Also removes their messages in the room, and the words of their tips. */
  removeMessages: z.boolean().optional(),
});
export type RestrictInput = z.infer<typeof restrictInput>;
export const liftInput = z.object({ identity, scope: restrictionScope, reason: reason.optional() });
export type LiftInput = z.infer<typeof liftInput>;

export const setModeInput = chatMode.extend({ linksAllowed: z.boolean() }).partial();
export type SetModeInput = z.infer<typeof setModeInput>;
export const panicInput = z.object({ on: z.boolean(), reason });

export const heldMessage = z.object({
  id: heldId,
  room: roomId,
  from: participant,
  text: z.string(),
  reason: holdReason,
  /** The word of the list, or the reason of the embedder's hook. */
  detail: z.string().nullable(),
  heldAt: z.string(),
});
export type HeldMessage = z.infer<typeof heldMessage>;
export const heldList = z.object({ held: z.array(heldMessage), waiting: z.number().int().min(0) });
export const reviewDecision = z.enum(['allow', 'refuse']);
export const reviewInput = z.object({ id: heldId, decision: reviewDecision, reason: reason.optional() });
export const reviewBody = reviewInput.omit({ id: true });
export type ReviewInput = z.infer<typeof reviewInput>;
/** The outcome of one's own message; `refused` without an earlier `held` is a tip whose message was not shown. */
export const heldChanged = z.object({
  id: z.string(),
  state: z.enum(['held', 'allowed', 'refused']),
  /**
   * As who refused it or restricted the author wrote it, or a sentence in English for the words of a tip that the word
   * list refuses. Null: none was given, or a mode of the chat does not allow the words of a tip.
   */
  reason: z.string().nullable(),
});

export const actKind = z.enum([
  'remove',
  'remove_author',
  'restore',
  'timeout',
  'ban',
  'lift',
  'mode',
  'panic',
  'pin',
  'poll_started',
  'poll_closed',
  'words',
  'review',
  'hook',
  'erasure',
]);
export type ActKind = z.infer<typeof actKind>;
/** A row of the audit log: who did what to whom, and why. Rows are never changed. */
export const chatAct = z.object({
  id: idSchema('chatAct'),
  at: z.string(),
  kind: actKind,
  actor: z.object({ identity, role: actorRole }),
  room: roomId.nullable(),
  creator: identity.nullable(),
  target: identity.nullable(),
  messageId: removableId.nullable(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type ChatAct = z.infer<typeof chatAct>;
export const auditInput = z.object({
  /** Acts before this one, newest first. */
  before: idSchema('chatAct').optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});
export const actList = z.object({ acts: z.array(chatAct) });

export const contextInput = z.object({ messageId });
/** A message with its neighbours and its author's record, as moderators see it: removed text included. */
export const chatContext = z.object({
  before: z.array(chatEntry),
  message: chatMessage,
  after: z.array(chatEntry),
  author: z.object({
    participant,
    /** When they first wrote in a room of this creator. */
    since: z.string().nullable(),
    messages: z.number().int(),
    removed: z.number().int(),
    tips: z.number().int(),
    tippedMinor: z.number().int(),
    restriction: chatRestriction,
    record: z.array(chatAct),
  }),
});
export type ChatContext = z.infer<typeof chatContext>;

export const wordAction = z.enum(['hold', 'refuse', 'replace']);
export type WordAction = z.infer<typeof wordAction>;
export const wordRule = z.object({
  /** A word or a phrase; `*` at its start or end stands for any letters. */
  pattern: singleLine(LIMITS.wordPatternChars),
  action: wordAction,
});
export type WordRule = z.infer<typeof wordRule>;
export const setWordsInput = z.object({ words: z.array(wordRule).max(LIMITS.wordRules) });
export const wordList = z.object({ words: z.array(wordRule), updatedAt: z.string().nullable() });
export type WordList = z.infer<typeof wordList>;

export const reportCategory = z.enum([
  'harassment',
  'hate',
  'sexual',
  'minors',
  'violence',
  'self_harm',
  'privacy',
  'fraud',
  'spam',
  'other',
]);
export type ReportCategory = z.infer<typeof reportCategory>;
export const chatReportInput = z.object({ messageId, category: reportCategory, note: reason.optional() });
export type ChatReportInput = z.infer<typeof chatReportInput>;
export const chatReportId = idSchema('chatReport');
export const chatReport = z.object({
  id: chatReportId,
  room: roomId,
  reporter: identity,
  messageId,
  category: reportCategory,
  note: z.string().nullable(),
  at: z.string(),
  /** Copied when the report was made; independent of the log. */
  evidence: z.object({ before: z.array(chatEntry), message: chatMessage, after: z.array(chatEntry) }),
});
export type ChatReport = z.infer<typeof chatReport>;
export const chatReportList = z.object({ reports: z.array(chatReport) });
/** As moderators of the room see it: without the reporter. */
export const roomReport = chatReport.omit({ reporter: true });
export type RoomReport = z.infer<typeof roomReport>;
export const roomReportList = z.object({ reports: z.array(roomReport) });
