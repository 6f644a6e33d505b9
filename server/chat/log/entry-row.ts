/** Converts log entries between the wire and their rows. */
import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import type { ChatMessage, ChatNoticeName, ChatReply, RemovableId } from '../../protocol/chat/chat.ts';
import type { MessageId, RoomId, TipId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { chatEntries, EntryDetails } from './chat.schema.ts';
import type { LogEntry } from './log-entry.ts';

export type EntryRow = typeof chatEntries.$inferSelect;

/** An entry without a sequence number. */
export interface NewEntry {
  room: RoomId;
  kind: LogEntry['kind'];
  id: string;
  identity: string;
  name: string;
  role: Role;
  text?: string | null;
  amountMinor?: number;
  currency?: string;
  clientId?: string;
  replyTo?: MessageId | undefined;
  details?: EntryDetails | undefined;
  sentAt: string;
  /** For a message: the policy version by which it was judged, and the minimum interval of its author's messages. */
  judged?: { version: number; slowModeSeconds: number };
}

/** A row as a bulk statement returns it. */
export interface FoundRow {
  room: string;
  seq: number;
  kind: EntryRow['kind'];
  id: string;
  identity: string;
  name: string;
  role: Role;
  text: string | null;
  amount_minor: number | null;
  currency: string | null;
  client_id: string | null;
  reply_to: string | null;
  details: EntryDetails | null;
  removed_at: Date | string | null;
  erased_at: Date | string | null;
  sent_at: Date | string;
}

export function fromFound(row: FoundRow): EntryRow {
  return {
    room: row.room,
    seq: row.seq,
    kind: row.kind,
    id: row.id,
    identity: row.identity,
    name: row.name,
    role: row.role,
    text: row.text,
    amountMinor: row.amount_minor,
    currency: row.currency,
    clientId: row.client_id,
    replyTo: row.reply_to,
    details: row.details,
    removedAt: isoOrNull(row.removed_at),
    erasedAt: isoOrNull(row.erased_at),
    sentAt: iso(row.sent_at),
  };
}

export function toRow(entry: NewEntry, seq: number): EntryRow {
  return {
    room: entry.room,
    seq,
    kind: entry.kind,
    id: entry.id,
    identity: entry.identity,
    name: entry.name,
    role: entry.role,
    text: entry.text ?? null,
    amountMinor: entry.amountMinor ?? null,
    currency: entry.currency ?? null,
    clientId: entry.clientId ?? null,
    replyTo: entry.replyTo ?? null,
    details: entry.details ?? null,
    removedAt: null,
    erasedAt: null,
    sentAt: entry.sentAt,
  };
}

/** `evidence`: includes the text of removed messages, for moderators. */
export interface Showing {
  replies?: Map<string, EntryRow>;
  /** Ids of the tips that were paid back. */
  refundedTips?: Set<string>;
  evidence?: boolean;
}

export function toEntry(row: EntryRow, showing: Showing = {}): LogEntry {
  const sentAt = iso(row.sentAt);
  const { seq, details } = row;
  switch (row.kind) {
    case 'message':
      return toMessage(row, showing);
    case 'tip':
      return {
        kind: 'tip',
        id: row.id as TipId,
        seq,
        giver: authorOf(row),
        ...(details?.anonymous ? { anonymous: true } : {}),
        amountMinor: row.amountMinor ?? 0,
        currency: row.currency ?? '',
        message: row.removedAt !== null && !showing.evidence ? null : row.text,
        ...(details?.item === undefined ? {} : { item: details.item }),
        ...(showing.refundedTips?.has(row.id) ? { refunded: true } : {}),
        sentAt,
      };
    case 'tip_refund':
      return { kind: 'tip_refund', seq, tip: row.id as TipId, sentAt };
    case 'removal':
      return {
        kind: 'removal',
        seq,
        // The house may remove a message again that it had restored.
        messageId: (details?.subject ?? row.id) as RemovableId,
        by: row.identity,
        reason: row.text,
        sentAt,
      };
    case 'restoration':
      return { kind: 'restoration', seq, message: restoredIn(row, showing), sentAt };
    case 'purge':
      return {
        kind: 'purge',
        seq,
        identity: details?.identity ?? '',
        uptoSeq: details?.uptoSeq ?? 0,
        by: row.identity,
        reason: row.text,
        sentAt,
      };
    case 'notice':
      return {
        kind: 'notice',
        seq,
        notice: details?.notice as ChatNoticeName,
        on: details?.on ?? true,
        ...(details?.seconds === undefined ? {} : { seconds: details.seconds }),
        ...(details?.subject === undefined ? {} : { subject: details.subject }),
        ...(details?.won === undefined ? {} : { won: details.won }),
        by: row.identity,
        sentAt,
      };
  }
}

export function toMessage(row: EntryRow, { replies, evidence = false }: Showing = {}): ChatMessage {
  const removed = row.removedAt !== null;
  const erased = row.erasedAt !== null;
  const found = row.replyTo === null ? undefined : replies?.get(row.replyTo);
  // Replies to messages of another room are not shown.
  const answered = found?.room === row.room ? found : undefined;
  const { mentions, links, member } = row.details ?? {};
  return {
    kind: 'message',
    id: row.id as MessageId,
    seq: row.seq,
    from: authorOf(row),
    text: removed && !evidence ? '' : (row.text ?? ''),
    sentAt: iso(row.sentAt),
    ...(removed ? { removed } : {}),
    ...(erased ? { erased } : {}),
    ...(answered ? { replyTo: toReply(answered, evidence) } : {}),
    ...(mentions && mentions.length > 0 ? { mentions } : {}),
    ...(links ? { links } : {}),
    ...(member === undefined ? {} : { member }),
  };
}

function toReply(row: EntryRow, evidence: boolean): ChatReply {
  const isHidden = row.removedAt !== null && !evidence;
  const excerpt = isHidden ? '' : [...(row.text ?? '')].slice(0, LIMITS.chatExcerptChars).join('');
  return { id: row.id as MessageId, from: authorOf(row), excerpt };
}

/** The message as it is now; without its row, which is there as long as the room's log, an empty one. */
function restoredIn(row: EntryRow, showing: Showing): ChatMessage {
  const message = row.replyTo === null ? undefined : showing.replies?.get(row.replyTo);
  return toMessage(message ?? { ...row, kind: 'message', id: row.replyTo ?? row.id, removedAt: row.sentAt }, showing);
}

const authorOf = (row: EntryRow) => ({ identity: row.identity, name: row.name, role: row.role });
