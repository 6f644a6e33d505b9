import { iso } from '../../platform/clock.ts';
import type { Database, Run } from '../../platform/db/db.ts';
import { eq } from '../../platform/db/sql.ts';
import type { WordList, WordRule } from '../../protocol/chat/chat-moderation.ts';
import type { ChatMode } from '../../protocol/chat/chat-room.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { ActTransaction } from '../log/chat.store.ts';
import { chatWords } from './moderation.schema.ts';

/** A room's settings as an act reads them. */
export interface RoomSettings extends ChatMode {
  creator: string;
  linksAllowed: boolean;
  panic: ChatMode | null;
  pinned: string | null;
  poll: string | null;
}

const READ_SETTINGS = `select creator, slow_mode_seconds as "slowModeSeconds", members_only as "membersOnly", emoji_only as "emojiOnly",
    paused, links_allowed as "linksAllowed", panic, pinned, poll from chat_rooms where room = $1`;

const SAVE_SETTINGS = `update chat_rooms set slow_mode_seconds = $2, members_only = $3, emoji_only = $4, paused = $5,
    links_allowed = $6, panic = $7::jsonb, pinned = $8, poll = $9 where room = $1`;

export async function readSettings(run: Run, room: RoomId): Promise<RoomSettings> {
  const [row] = await run<RoomSettings>(READ_SETTINGS, [room]);
  if (!row) throw new AppError('internal', `the chat of ${room} is not open`);
  return row;
}

export async function saveSettings(run: Run, room: RoomId, settings: RoomSettings): Promise<void> {
  const { slowModeSeconds, membersOnly, emojiOnly, paused, linksAllowed, panic, pinned, poll } = settings;
  const panicJson = panic && JSON.stringify(panic);
  await run(SAVE_SETTINGS, [
    room,
    slowModeSeconds,
    membersOnly,
    emojiOnly,
    paused,
    linksAllowed,
    panicJson,
    pinned,
    poll,
  ]);
}

/** A tip's words are removed like a message; its amount stays. */
const HAS_WORDS = "(kind = 'message' or (kind = 'tip' and text is not null))";

/** Whoever restricts or removes a person must not learn by it which anonymous tips are theirs. */
const IS_NAMED = "details -> 'anonymous' is null";

const REMOVE_MESSAGE = `update chat_entries set removed_at = $3::timestamptz
  where room = $1 and ${HAS_WORDS} and id = $2 and removed_at is null returning id`;

/** Of a message: a moderator has removed it, also if the house had done so before. */
const IS_MODERATED = `exists (select 1 from chat_acts act where act.room = $1 and act.message_id = $2
  and act.kind = 'remove' and not coalesce(act.details ? 'decision', false))`;

const FIND_AUTHOR = `select case when ${IS_NAMED} then identity end as identity, ${IS_MODERATED} as moderated from chat_entries
  where room = $1 and ${HAS_WORDS} and id = $2`;

interface RemovedMessage {
  /** Null: it is an anonymous tip's. */
  identity: string | null;
  /** There was text to remove. */
  removed: boolean;
  moderated: boolean;
}

/** Removes the text of a message, or the words of a tip. */
export async function removeMessage(
  run: Run,
  { room, id, at }: { room: RoomId; id: string; at: string },
): Promise<RemovedMessage | undefined> {
  const [removed] = await run<{ id: string }>(REMOVE_MESSAGE, [room, id, at]);
  const [found] = await run<{ identity: string | null; moderated: boolean }>(FIND_AUTHOR, [room, id]);
  return found && { ...found, removed: removed !== undefined };
}

/** As often removed by the house as it was not restored, and not by a moderator, alone or with all of its author. */
const RESTORE_MESSAGE = `update chat_entries message set removed_at = null
  where room = $1 and ${HAS_WORDS} and id = $2 and removed_at is not null and erased_at is null
    and (select count(*) filter (where act.kind = 'remove' and act.details ? 'decision')
        > count(*) filter (where act.kind = 'restore') from chat_acts act where act.room = $1 and act.message_id = $2)
    and not ${IS_MODERATED}
    and not exists (select 1 from chat_entries purge where purge.room = $1 and purge.kind = 'purge'
      and purge.details ->> 'identity' = message.identity and (purge.details ->> 'uptoSeq')::int >= message.seq
      and message.${IS_NAMED})
  returning kind, case when ${IS_NAMED} then identity end as identity`;

/** Shows a message or the words of a tip again that the house had removed; undefined if nothing is restored. */
export async function restoreMessage(
  run: Run,
  { room, id }: { room: RoomId; id: string },
): Promise<{ kind: 'message' | 'tip'; identity: string | null } | undefined> {
  return (await run<{ kind: 'message' | 'tip'; identity: string | null }>(RESTORE_MESSAGE, [room, id]))[0];
}

const REMOVE_MESSAGES = `update chat_entries set removed_at = $3::timestamptz
  where room = $1 and identity = $2 and ${HAS_WORDS} and ${IS_NAMED} and removed_at is null returning id`;

/** Removes all messages and words of named tips of one person in the room; returns their ids. */
export async function removeMessagesOf(
  run: Run,
  { room, identity, at }: { room: RoomId; identity: string; at: string },
) {
  return (await run<{ id: string }>(REMOVE_MESSAGES, [room, identity, at])).map(({ id }) => id);
}

const HAS_UNPURGED = `select 1 from chat_entries said where room = $1 and identity = $2 and ${HAS_WORDS} and ${IS_NAMED}
  and not exists (select 1 from chat_entries purge where purge.room = $1 and purge.kind = 'purge'
    and purge.details ->> 'identity' = $2 and (purge.details ->> 'uptoSeq')::int >= said.seq) limit 1`;

/** Whether a person has written something, removed or not, since they were last purged. */
export async function hasUnpurged(run: Run, { room, identity }: { room: RoomId; identity: string }): Promise<boolean> {
  return (await run(HAS_UNPURGED, [room, identity])).length > 0;
}

const FIND_SHOWN = `select identity from chat_entries
  where room = $1 and kind = 'message' and id = $2 and removed_at is null and erased_at is null`;

/** The author of a message; undefined if it is removed or erased, or there is none. */
export async function findAuthorShown(run: Run, room: RoomId, id: string): Promise<string | undefined> {
  return (await run<{ identity: string }>(FIND_SHOWN, [room, id]))[0]?.identity;
}

const ANSWERS_ANY = "select 1 from chat_entries where kind = 'message' and id = $1 and reply_to = any($2::text[])";

/** A removed message is unpinned too. One that answers it is pinned with an excerpt, and is read again. */
export async function unpin(act: ActTransaction, room: RoomId, removed: string[]): Promise<void> {
  const settings = await readSettings(act.run, room);
  const { pinned } = settings;
  if (pinned === null) return;
  if (removed.includes(pinned)) await saveSettings(act.run, room, { ...settings, pinned: null });
  else if ((await act.run(ANSWERS_ANY, [pinned, removed])).length === 0) return;
  await act.bump();
}

const SAVE_WORDS = `insert into chat_words (creator, words, updated_at) values ($1, $2::jsonb, $3::timestamptz)
  on conflict (creator) do update set words = excluded.words, updated_at = excluded.updated_at`;

export async function saveWords(run: Run, it: { creator: string; words: WordRule[]; at: string }): Promise<void> {
  await run(SAVE_WORDS, [it.creator, JSON.stringify(it.words), it.at]);
}

export class ModerationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async readWords(creator: string): Promise<WordList> {
    const [row] = await this.#db.orm.select().from(chatWords).where(eq(chatWords.creator, creator));
    return { words: row?.words ?? [], updatedAt: row ? iso(row.updatedAt) : null };
  }
}
