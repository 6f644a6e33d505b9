/** What gateways tell each other of chats over the bus. All of it says where to look; what must not be lost is in the database. */
import type { ChatEntry } from '../protocol/chat/chat.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { SharedText } from './policy/flood-watch.ts';

/** The bus topic of a room's new entries: `{room, entries}`. */
export const CHAT_BUS_TOPIC = 'chat';
export interface ChatAppended {
  room: RoomId;
  entries: ChatEntry[];
}

/** The bus topic of everything else that gateways have to know of chats. */
export const CHAT_NEWS_TOPIC = 'chat.news';
export type ChatNews =
  /** What governs a room has changed: read it again. */
  | { type: 'policy'; room: RoomId; version: number }
  /** What keeps somebody from writing has changed, in one room or (null) in all of the creator's. */
  | { type: 'person'; creator: string; room: RoomId | null; identity: string }
  /** What became of somebody's message. */
  | {
      type: 'held';
      room: RoomId;
      identity: string;
      id: string;
      state: 'held' | 'allowed' | 'refused';
      reason: string | null;
    }
  /** Another number of messages waits for review. */
  | { type: 'queue'; room: RoomId }
  | { type: 'votes'; room: RoomId; poll: string; votes: number[] }
  /** Somebody's words and name are gone from these rooms. */
  | { type: 'erased'; identity: string; rooms: RoomId[] }
  | { type: 'hook' }
  | { type: 'flood'; from: string; text: SharedText };
