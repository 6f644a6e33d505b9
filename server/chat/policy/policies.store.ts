import { isoOrNull } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { eq } from '../../platform/db/sql.ts';
import type { ActorRole, RestrictionKind, WordRule } from '../../protocol/chat/chat-moderation.ts';
import type { ChatMode, ChatPoll } from '../../protocol/chat/chat-room.ts';
import type { PollId, RoomId } from '../../protocol/ids.ts';
import { chatPolls } from './chat-rooms.schema.ts';

/** A restriction that was not lifted; it may have expired. */
export interface Restriction {
  kind: RestrictionKind;
  scope: 'room' | 'creator';
  reason: string;
  byRole: ActorRole;
  untilMs: number | null;
}

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

const FIND_RESTRICTIONS = `select asked.room as asked, restriction.identity, restriction.room, kind, reason, by_role, until
    from unnest($1::text[], $2::text[], $3::text[]) as asked (creator, room, identity)
    join chat_restrictions restriction on restriction.creator = asked.creator and restriction.identity = asked.identity
      and (restriction.room is null or restriction.room = asked.room)
    where lifted_at is null`;

export interface PersonInRoom {
  creator: string;
  room: RoomId;
  identity: string;
}

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

  /** The restrictions of each of these people, in the given order. */
  async findRestrictions(people: PersonInRoom[]): Promise<Restriction[][]> {
    const found = await this.#db.bulk<{
      asked: string;
      identity: string;
      room: string | null;
      kind: RestrictionKind;
      reason: string;
      by_role: ActorRole;
      until: Date | string | null;
    }>(FIND_RESTRICTIONS, [
      people.map((person) => person.creator),
      people.map((person) => person.room),
      people.map((person) => person.identity),
    ]);
    return people.map(({ room, identity }) =>
      found
        .filter((row) => row.asked === room && row.identity === identity)
        .map((row) => ({
          kind: row.kind,
          scope: row.room === null ? 'creator' : 'room',
          reason: row.reason,
          byRole: row.by_role,
          untilMs: row.until === null ? null : new Date(row.until).getTime(),
        })),
    );
  }
}
