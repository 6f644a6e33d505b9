/** What the parts of the chat share; `chat.ts` fills it. */
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Participant } from '../protocol/accounts/accounts.ts';
import type { ChatSendInput } from '../protocol/chat/chat.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { RestrictionsStore } from '../rooms/restrictions/restrictions.store.ts';
import { CHAT_NEWS_TOPIC, type ChatNews } from './chat-topics.ts';
import type { Bumped, ChatStore } from './log/chat.store.ts';
import type { ChatLog } from './log/chat-log.ts';
import type { RoomPolicies } from './policy/room-policies.ts';

/** What the chat asks of rooms. */
export interface ChatRooms {
  creatorOf(room: RoomId): Promise<string>;
  /** Whether the room was made with a chat. */
  hasChat(room: RoomId): Promise<boolean>;
  /** Whether a person moderates, connected or not: one room, or any of the creator's. */
  moderates(of: { creator: string; room?: RoomId | undefined; identity: string }): Promise<boolean>;
  /** Whether a person is a member of a creator's club now. */
  isMember(creator: string, identity: string): Promise<boolean>;
}

/** An incoming message: sender, room, input. */
export interface Sending {
  room: RoomId;
  from: Participant;
  /** For how many whole months they have been a member of the creator's club; absent: they are none. */
  member?: number | undefined;
  input: ChatSendInput;
  /** Throws if the author lost access or the right to write since; the embedder's hook may take seconds. */
  assertMayWrite?: () => void;
}

export interface ChatParts {
  db: Database;
  store: ChatStore;
  log: ChatLog;
  policies: RoomPolicies;
  rooms: ChatRooms;
  restrictions: RestrictionsStore;
  bus: Bus;
  clock: Clock;
  metrics: Metrics;
  logger: Log;
  /** To be called after a policy change that committed outside of the log. */
  onBumped: (bumped: Bumped[]) => void;
}

export function publishNews(bus: Bus, news: ChatNews): void {
  bus.publish(CHAT_NEWS_TOPIC, news);
}
