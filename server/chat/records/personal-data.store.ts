import type { Database, Run } from '../../platform/db/db.ts';
import { and, asc, eq, gt } from '../../platform/db/sql.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import type { ChatMessage } from '../../protocol/chat/chat.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { MODERATED_KINDS } from '../../rooms/restrictions/restriction-kinds.ts';
import { chatEntries } from '../log/chat.schema.ts';
import type { Bumped } from '../log/chat.store.ts';
import { toMessage } from '../log/entry-row.ts';
import { type Actor, insertActs } from '../moderation/acts.store.ts';

/** Limit of rows per retention statement. */
const RETIRED_AT_ONCE = 5_000;
/** Author of messages that retention has erased. */
const RETIRED = 'erased';
const NAMES_LOOKED_FOR = 20;

const IS_MODERATED = `kind in ('${MODERATED_KINDS.join("', '")}')`;

const ERASE_MESSAGES = `update chat_entries set identity = $2, name = $3, text = null, details = null, client_id = null, reply_to = null,
  erased_at = $4::timestamptz where identity = $1 and kind = 'message' returning room`;
/** Tips and removed messages stay, under the pseudonym and without text. */
const ERASE_OTHERS = `update chat_entries set identity = $2, name = $3, text = case when kind = 'tip' then null else text end
  where identity = $1 and kind <> 'message' returning room`;
const ERASE_PURGES = `update chat_entries set details = jsonb_set(details, '{identity}', to_jsonb($2::text))
  where kind = 'purge' and details ->> 'identity' = $1 returning room`;
/** Names that the person used here, by which others may have mentioned them. */
const FIND_NAMES = `select distinct name from chat_entries where identity = $1 order by name limit ${NAMES_LOOKED_FOR}`;
const NAMES_THEM = `details ? 'mentions' and details -> 'mentions' @> to_jsonb($1::text)`;
/** Other people's texts stay, but for the person's name in mentions. */
const ERASE_NAME_IN_MENTIONS = `update chat_entries set text = replace(text, '@' || $2, '@' || $3)
  where ${NAMES_THEM} and strpos(text, '@' || $2) > 0`;
const PSEUDONYMISED_MENTIONS = (column: string) => `(select jsonb_agg(case when named = $1 then $2 else named end)
  from jsonb_array_elements_text(${column}) named)`;
const ERASE_MENTIONS = `update chat_entries
  set details = jsonb_set(details, '{mentions}', ${PSEUDONYMISED_MENTIONS("details -> 'mentions'")}) where ${NAMES_THEM} returning room`;
const ERASE_HELD_MENTIONS = `update chat_held set mentions = ${PSEUDONYMISED_MENTIONS('mentions')}
  where mentions @> to_jsonb($1::text)`;
const ERASE_POLLS = 'update chat_polls set started_by = $2 where started_by = $1';
const ERASE_RESTRICTED_BY = `update restrictions set by = $2 where by = $1 and ${IS_MODERATED}`;
/** The audit log keeps what was done and why, without the name. The database allows no other change of these rows. */
const ERASE_ACTS = `update chat_acts set actor = case when actor = $1 then $2 else actor end,
  target = case when target = $1 then $2 else target end where actor = $1 or target = $1`;
/** A pinned message may name the person, or answer them. */
const FIND_PINNED = `select chat_rooms.room from chat_rooms join chat_entries pinned on pinned.kind = 'message' and pinned.id = chat_rooms.pinned
  left join chat_entries answered on answered.kind = 'message' and answered.id = pinned.reply_to
  where answered.identity = $1 or pinned.details -> 'mentions' @> to_jsonb($1::text)`;
const ERASE_VOTES = 'update chat_poll_votes set identity = $2 where identity = $1';
const ERASE_REPORTS = 'update chat_reports set reporter = $2, note = null where reporter = $1';
const ERASE_MUTES = 'delete from mutes where identity = $1 or muted = $1';
const ERASE_HELD = 'delete from chat_held where identity = $1 returning room';
/** Expired restrictions are deleted. Active ones stay, otherwise erasure would lift a ban. */
const ERASE_RESTRICTIONS = `delete from restrictions where identity = $1 and ${IS_MODERATED}
  and (lifted_at is not null or until <= $2::timestamptz)`;
const UNPIN = `update chat_rooms set pinned = null from chat_entries entry
  where chat_rooms.pinned = entry.id and entry.kind = 'message' and entry.erased_at is not null returning chat_rooms.room`;
const BUMP = 'update chat_sequences set version = version + 1 where room = any($1::text[]) returning room, version';

const RETIRE = `with aged as (
    select room, seq from chat_entries where sent_at < $1::timestamptz and erased_at is null and kind in ('message', 'tip') limit ${RETIRED_AT_ONCE}
  )
  update chat_entries set identity = '${RETIRED}', name = '${ERASED_NAME}', text = null, details = null, client_id = null, reply_to = null,
    erased_at = $2::timestamptz from aged where chat_entries.room = aged.room and chat_entries.seq = aged.seq returning chat_entries.seq`;
const RETIRE_HELD = 'delete from chat_held where held_at < $1::timestamptz returning id';
const RETIRE_VOTES = `delete from chat_poll_votes using chat_polls where chat_poll_votes.poll = chat_polls.id
  and chat_polls.started_at < $1::timestamptz returning chat_poll_votes.poll`;
const RETIRE_REPORTS = 'delete from chat_reports where at < $1::timestamptz returning id';

interface InRoom {
  room: RoomId;
}

export class PersonalDataStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async listMessages(identity: string, page: { after?: string | undefined; limit: number }) {
    const conditions = [eq(chatEntries.identity, identity), eq(chatEntries.kind, 'message')];
    if (page.after) conditions.push(gt(chatEntries.id, page.after));
    const rows = await this.#db.orm
      .select()
      .from(chatEntries)
      .where(and(...conditions))
      .orderBy(asc(chatEntries.id))
      .limit(page.limit);
    return rows.map((row) => ({
      room: row.room as RoomId,
      message: toMessage(row, { evidence: true }) as ChatMessage,
    }));
  }

  /**
   * Removes a person's texts and name from every log; sequence numbers stay. Returns the number of messages, the rooms
   * that changed, and those whose review queue did.
   */
  async erase(it: { identity: string; pseudonym: string; at: string; actor: Actor }) {
    const { identity, pseudonym, at, actor } = it;
    return this.#db.bulkTransaction(async (run: Run) => {
      const concerned = await this.#eraseMentions(run, identity, pseudonym);
      const erased = await run<InRoom>(ERASE_MESSAGES, [identity, pseudonym, ERASED_NAME, at]);
      concerned.push(
        ...erased,
        ...(await run<InRoom>(ERASE_OTHERS, [identity, pseudonym, ERASED_NAME])),
        ...(await run<InRoom>(ERASE_PURGES, [identity, pseudonym])),
      );
      await run(ERASE_VOTES, [identity, pseudonym]);
      await run(ERASE_REPORTS, [identity, pseudonym]);
      await run(ERASE_MUTES, [identity]);
      for (const statement of [ERASE_POLLS, ERASE_RESTRICTED_BY, ERASE_ACTS])
        await run(statement, [identity, pseudonym]);
      const held = await run<InRoom>(ERASE_HELD, [identity]);
      await run(ERASE_RESTRICTIONS, [identity, at]);
      const bumped = await bumpUnpinned(run, await run<InRoom>(FIND_PINNED, [pseudonym]));
      await insertActs(run, [{ at, kind: 'erasure', actor, target: pseudonym, details: { messages: erased.length } }]);
      return { messages: erased.length, rooms: roomsOf(concerned), queues: roomsOf(held), bumped };
    });
  }

  /** Before the person's own names are erased, since other texts are searched for them. */
  async #eraseMentions(run: Run, identity: string, pseudonym: string): Promise<InRoom[]> {
    const names = await run<{ name: string }>(FIND_NAMES, [identity]);
    // Longer names first: a shorter one may be their prefix.
    const longestFirst = names.map(({ name }) => name).sort((left, right) => right.length - left.length);
    for (const name of longestFirst) await run(ERASE_NAME_IN_MENTIONS, [identity, name, ERASED_NAME]);
    await run(ERASE_HELD_MENTIONS, [identity, pseudonym]);
    return run<InRoom>(ERASE_MENTIONS, [identity, pseudonym]);
  }

  /** Does a part of the work, and says whether there may be more. */
  async retire(it: { at: string; messagesBefore: string; evidenceBefore: string }) {
    const retired = await this.#db.bulk(RETIRE, [it.messagesBefore, it.at]);
    if (retired.length === RETIRED_AT_ONCE) return { isMore: true, bumped: [] };
    await this.#db.bulk(RETIRE_HELD, [it.messagesBefore]);
    await this.#db.bulk(RETIRE_VOTES, [it.messagesBefore]);
    await this.#db.bulk(RETIRE_REPORTS, [it.evidenceBefore]);
    return { isMore: false, bumped: await this.#db.bulkTransaction((run) => bumpUnpinned(run, [])) };
  }
}

function roomsOf(rows: InRoom[]): RoomId[] {
  return [...new Set(rows.map(({ room }) => room))];
}

/** Unpins erased messages. Gateways read these rooms and the `others` again. */
async function bumpUnpinned(run: Run, others: InRoom[]): Promise<Bumped[]> {
  const changed = [...(await run<InRoom>(UNPIN, [])), ...others];
  return run<Bumped>(BUMP, [changed.map(({ room }) => room)]);
}
