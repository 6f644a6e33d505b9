import { isoOrNull } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { eq } from '../../platform/db/sql.ts';
import type { WordRule } from '../../protocol/chat/chat-moderation.ts';
import type { ChatMode, ChatPoll } from '../../protocol/chat/chat-room.ts';
import type { PollId, RoomId } from '../../protocol/ids.ts';
import { chatPolls } from './chat-rooms.schema.ts';

export interface PolicyRow extends ChatMode {
  version: number;
  creator: string;
  linksAllowed: boolean;
  panic: boolean;
  pinned: string | null;
  poll: string | null;
  words: WordRule[];
}

/** One statement, so that the version belongs to the data that is read with it. */
const READ = `select sequence.version, room.creator, slow_mode_seconds as "slowModeSeconds", members_only as "membersOnly",
      emoji_only as "emojiOnly", paused, links_allowed as "linksAllowed", panic is not null as panic, pinned, poll,
      coalesce(words.words, '[]'::jsonb) as words
    from chat_sequences sequence join chat_rooms room using (room) left join chat_words words on words.creator = room.creator
    where sequence.room = $1`;

export class PoliciesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async read(room: RoomId): Promise<PolicyRow | undefined> {
    const [row] = await this.#db.bulk<PolicyRow>(READ, [room]);
    return row;
  }

  /** Inserts the rows of a room whose chat was never opened. */
  async open(room: RoomId, creator: string): Promise<void> {
    await this.#db.bulk('insert into chat_sequences (room) values ($1) on conflict do nothing', [room]);
    await this.#db.bulk('insert into chat_rooms (room, creator) values ($1, $2) on conflict do nothing', [
      room,
      creator,
    ]);
  }

  async readPoll(id: string): Promise<ChatPoll | null> {
    const [row] = await this.#db.orm.select().from(chatPolls).where(eq(chatPolls.id, id));
    if (!row) return null;
    return {
      id: row.id as PollId,
      question: row.question,
      options: row.options.map((text, option) => ({ id: option, text, votes: row.votes[option] ?? 0 })),
      closesAt: isoOrNull(row.closesAt),
      closed: row.closedAt !== null,
    };
  }
}
