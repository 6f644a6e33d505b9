/**
 * Messages about chats between gateways, over the bus. They only say what to read again; what must not be lost is in
 * the database.
 */
import type { RoomId } from '../protocol/ids.ts';
import type { LogEntry } from './log/log-entry.ts';
import type { SharedText } from './policy/flood-watch.ts';

/** The bus topic of a room's new entries: `{room, entries}`. */
export const CHAT_BUS_TOPIC = 'chat';
export interface ChatAppended {
  room: RoomId;
  entries: LogEntry[];
}

/** The bus topic of all other changes. */
export const CHAT_NEWS_TOPIC = 'chat.news';
export type ChatNews =
  /** A room's policy has changed: read it again. */
  | { type: 'policy'; room: RoomId; version: number }
  /** A person's restrictions have changed, in one room or (null) in all of the creator's. */
  | { type: 'person'; creator: string; room: RoomId | null; identity: string }
  /** The outcome of a person's message. */
  | {
      type: 'held';
      room: RoomId;
      identity: string;
      id: string;
      state: 'held' | 'allowed' | 'refused';
      reason: string | null;
    }
  /** A person has muted somebody, or no longer. */
  | { type: 'mutes'; identity: string }
  /** The number of messages in review has changed. */
  | { type: 'queue'; room: RoomId }
  | { type: 'votes'; room: RoomId; poll: string; votes: number[] }
  /** A person's texts and name were erased from these rooms. */
  | { type: 'erased'; identity: string; rooms: RoomId[] }
  | { type: 'hook' }
  | { type: 'flood'; from: string; text: SharedText };
