import { type Database, isLostRace, type Run, sqlState } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt, isNotNull, lt, or } from '../../platform/db/sql.ts';
import type { ChatMessage, RemovableId } from '../../protocol/chat/chat.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { insertActs, type NewAct } from '../moderation/acts.store.ts';
import { chatEntries, chatSequences } from './chat.schema.ts';
import { type EntryRow, type FoundRow, fromFound, type NewEntry, type Showing, toEntry, toRow } from './entry-row.ts';
import type { LogEntry } from './log-entry.ts';

/** `isNew` is false when the log already had the entry, by client id or tip. */
export type Appended = { entry: LogEntry; isNew: boolean } | { refused: AppError };

/** A message was judged by an outdated policy and must be judged again. Internal to this folder. */
export class OutdatedJudgement extends AppError {
  constructor() {
    super('unavailable');
  }
}

/** Rooms are locked in a fixed order, so that two gateways never deadlock. */
const LOCK_SEQUENCES = `insert into chat_sequences (room) select room from unnest($1::text[]) as locked (room) order by room
    on conflict (room) do update set last_seq = chat_sequences.last_seq returning room, last_seq, version`;

const SAVE_SEQUENCES = `update chat_sequences set last_seq = saved.last_seq
    from unnest($1::text[], $2::int[]) as saved (room, last_seq) where chat_sequences.room = saved.room`;

const FIND_BY_ID = `select entry.* from unnest($1::text[], $2::text[]) as known (kind, id) join chat_entries entry using (kind, id)`;

const FIND_BY_CLIENT = `select entry.* from unnest($1::text[], $2::text[], $3::text[]) as known (identity, room, client_id)
    join chat_entries entry using (identity, room, client_id)`;

const INSERT_ENTRIES = `insert into chat_entries
      (room, seq, kind, id, identity, name, role, text, amount_minor, currency, client_id, reply_to, details, sent_at)
    select room, seq, kind, id, identity, name, role, text, amount, currency, client, reply, details::jsonb, at::timestamptz
    from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[],
      $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
      as added (room, seq, kind, id, identity, name, role, text, amount, currency, client, reply, details, at)`;

/**
 * The usual batch in one statement: locks the rooms in order of their ids, and assigns numbers if each still has the
 * policy version by which its messages were judged, and none of these was held before. Otherwise it writes nothing and
 * returns no row.
 */
const APPEND_JUDGED = `with asked as (
      select * from unnest($1::text[], $2::int[], $3::int[]) as asked (room, version, added)),
    added as (select * from unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
      $12::text[], $13::text[]) as added (room, place, id, identity, name, role, text, client_id, details, at)),
    locked as (select sequence.room, sequence.last_seq from chat_sequences sequence join asked using (room)
      where sequence.version = asked.version order by sequence.room for update of sequence),
    allowed as (select locked.* from locked where (select count(*) from locked) = (select count(*) from asked)
      and not exists (select 1 from added join chat_held using (identity, room, client_id))),
    saved as (update chat_sequences set last_seq = allowed.last_seq + asked.added
      from allowed join asked using (room) where chat_sequences.room = allowed.room),
    inserted as (insert into chat_entries (room, seq, kind, id, identity, name, role, text, client_id, details, sent_at)
      select added.room, allowed.last_seq + added.place, 'message', added.id, added.identity, added.name, added.role, added.text, added.client_id,
        added.details::jsonb, added.at::timestamptz
      from added join allowed using (room))
    select room, last_seq from allowed`;

const FIND_HELD = `select room, identity, client_id as "clientId" from unnest($1::text[], $2::text[], $3::text[]) as sent (room, identity, client_id)
    join chat_held using (identity, room, client_id)`;

const UNIQUE_VIOLATION = '23505';

/** When each person last wrote in each room. */
const LAST_SENT = `select asked.room, asked.identity, last.sent_at from unnest($1::text[], $2::text[]) as asked (room, identity)
    cross join lateral (select sent_at from chat_entries where chat_entries.identity = asked.identity
      and chat_entries.room = asked.room and client_id is not null order by sent_at desc limit 1) last`;

const BUMP_ROOM = 'update chat_sequences set version = version + 1 where room = $1 returning room, version';

/** Locked in the same order as batches. */
const BUMP_CREATOR = `with governed as (select sequence.room from chat_sequences sequence join chat_rooms using (room)
      where creator = $1 order by sequence.room for update of sequence)
    update chat_sequences set version = version + 1 from governed where chat_sequences.room = governed.room
    returning chat_sequences.room, version`;

/** A policy change of one room, or of several. */
export interface Bumped {
  room: RoomId;
  version: number;
}

/** The transaction of one act in a room, which locks the room's log. */
export interface ActTransaction {
  run: Run;
  /** The next entry's number. */
  nextSeq: number;
  append(entry: NewEntry): Promise<LogEntry>;
  record(act: NewAct): Promise<void>;
  /** Increments the policy version of the room, or of all of the creator's rooms. */
  bump(creator?: string): Promise<void>;
}

export interface ActResult<T> {
  result: T;
  entries: LogEntry[];
  bumped: Bumped[];
}

export class ChatStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Appends entries of any rooms in one transaction, in order, with the next number of each room. Existing and refused
   * entries take no number.
   */
  async appendAll(entries: NewEntry[]): Promise<Appended[]> {
    return (await this.#appendJudged(entries)) ?? this.#appendCarefully(entries);
  }

  /**
   * The fast path for messages without lookups, which are nearly all: one round trip instead of seven. Undefined, with
   * nothing written, if a message is not new or not allowed as it is, by the unique indexes and the policy version.
   */
  async #appendJudged(entries: NewEntry[]): Promise<Appended[] | undefined> {
    const added = new Map<RoomId, { version: number; count: number }>();
    const places: number[] = [];
    for (const { room, kind, judged, replyTo } of entries) {
      if (kind !== 'message' || !judged || judged.slowModeSeconds > 0 || replyTo) return undefined;
      const known = added.get(room) ?? { version: judged.version, count: 0 };
      if (known.version !== judged.version) return undefined;
      known.count += 1;
      added.set(room, known);
      places.push(known.count);
    }
    const counts = [...added.values()];
    try {
      const found = await this.#db.bulk<{ room: string; last_seq: number }>(APPEND_JUDGED, [
        [...added.keys()],
        counts.map(({ version }) => version),
        counts.map(({ count }) => count),
        entries.map((entry) => entry.room),
        places,
        entries.map((entry) => entry.id),
        entries.map((entry) => entry.identity),
        entries.map((entry) => entry.name),
        entries.map((entry) => entry.role),
        entries.map((entry) => entry.text ?? null),
        entries.map((entry) => entry.clientId ?? null),
        entries.map((entry) => (entry.details ? JSON.stringify(entry.details) : null)),
        entries.map((entry) => entry.sentAt),
      ]);
      if (found.length < added.size) return undefined;
      const lastSeqs = new Map(found.map((row) => [row.room, row.last_seq]));
      return entries.map((entry, index) => {
        const seq = (lastSeqs.get(entry.room) ?? 0) + (places[index] ?? 0);
        return { entry: toEntry(toRow(entry, seq)), isNew: true };
      });
    } catch (error) {
      // Sent before, or a lost race, which the slow path retries: nothing of this batch was written.
      if (sqlState(error) === UNIQUE_VIOLATION || isLostRace(error)) return undefined;
      throw error;
    }
  }

  async #appendCarefully(entries: NewEntry[]): Promise<Appended[]> {
    return this.#db.bulkTransaction(async (run) => {
      const rooms = [...new Set(entries.map((entry) => entry.room))];
      const locked = await run<{ room: string; last_seq: number; version: number }>(LOCK_SEQUENCES, [rooms]);
      const lastSeqs = new Map(locked.map((row) => [row.room, row.last_seq]));
      const versions = new Map(locked.map((row) => [row.room, row.version]));
      const known = await this.#findKnown(run, entries);
      const lastSents = await findLastSents(run, entries);
      const answered = await findAnswered(run, entries);
      const held = await findHeld(run, entries);
      const rows: EntryRow[] = [];
      const results = entries.map((entry): Appended => {
        const existing = known.get(idKey(entry)) ?? (entry.clientId ? known.get(clientKey(entry)) : undefined);
        if (existing) return { entry: toEntry(existing, { replies: answered }), isNew: false };
        const refused = refusalOf(entry, { version: versions.get(entry.room) ?? 0, lastSents, answered, held });
        if (refused) return { refused };
        const seq = (lastSeqs.get(entry.room) ?? 0) + 1;
        lastSeqs.set(entry.room, seq);
        const row = toRow(entry, seq);
        rows.push(row);
        known.set(idKey(entry), row);
        if (entry.clientId) known.set(clientKey(entry), row);
        if (entry.judged) lastSents.set(personKey(entry), Date.parse(entry.sentAt));
        return { entry: toEntry(row, { replies: answered }), isNew: true };
      });
      if (rows.length === 0) return results;
      await insertRows(run, rows);
      await run(SAVE_SEQUENCES, [[...lastSeqs.keys()], [...lastSeqs.values()]]);
      return results;
    });
  }

  async #findKnown(run: Run, entries: NewEntry[]): Promise<Map<string, EntryRow>> {
    const found = await run<FoundRow>(FIND_BY_ID, [
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.id),
    ]);
    const ofClients = entries.filter((entry) => entry.clientId !== undefined);
    if (ofClients.length > 0) {
      const columns = [
        ofClients.map((entry) => entry.identity),
        ofClients.map((entry) => entry.room),
        ofClients.map((entry) => entry.clientId),
      ];
      found.push(...(await run<FoundRow>(FIND_BY_CLIENT, columns)));
    }
    const known = new Map<string, EntryRow>();
    for (const row of found.map(fromFound)) {
      known.set(idKey(row), row);
      if (row.clientId) known.set(clientKey({ room: row.room, identity: row.identity, clientId: row.clientId }), row);
    }
    return known;
  }

  /** One act, committed with its entries and its record, while nothing else is appended to the room. */
  async act<T>(room: RoomId, work: (act: ActTransaction) => Promise<T>): Promise<ActResult<T>> {
    return this.#db.bulkTransaction(async (run) => {
      const [locked] = await run<{ last_seq: number }>(LOCK_SEQUENCES, [[room]]);
      const entries: LogEntry[] = [];
      const bumped = new Map<RoomId, Bumped>();
      const act: ActTransaction = {
        run,
        nextSeq: (locked?.last_seq ?? 0) + 1,
        append: async (entry) => {
          const row = toRow(entry, act.nextSeq);
          act.nextSeq += 1;
          await insertRows(run, [row]);
          await run(SAVE_SEQUENCES, [[room], [row.seq]]);
          const appended = toEntry(row, { replies: await findAnswered(run, [entry]) });
          entries.push(appended);
          return appended;
        },
        record: (record) => insertActs(run, [record]),
        bump: async (creator) => {
          const rows = await run<Bumped>(creator === undefined ? BUMP_ROOM : BUMP_CREATOR, [creator ?? room]);
          for (const row of rows) bumped.set(row.room, row);
        },
      };
      const result = await work(act);
      return { result, entries, bumped: [...bumped.values()] };
    });
  }

  /** One act on all rooms of a creator, without a log entry. */
  govern(
    creator: string,
    work: (run: Run, record: (act: NewAct) => Promise<void>) => Promise<void>,
  ): Promise<Bumped[]> {
    return this.#db.bulkTransaction(async (run) => {
      await work(run, (act) => insertActs(run, [act]));
      return run<Bumped>(BUMP_CREATOR, [creator]);
    });
  }

  async lastSeqs(asked: RoomId[]): Promise<Map<RoomId, number>> {
    const rows = await this.#db.bulk<{ room: RoomId; last_seq: number }>(
      'select room, last_seq from chat_sequences where room = any($1::text[])',
      [asked],
    );
    return new Map(rows.map(({ room, last_seq }) => [room, last_seq]));
  }

  async lastSeq(room: RoomId): Promise<number> {
    const [row] = await this.#db.orm.select().from(chatSequences).where(eq(chatSequences.room, room));
    return row?.lastSeq ?? 0;
  }

  /** A message, or a tip with words. */
  async findMessage(room: RoomId, id: RemovableId): Promise<EntryRow | undefined> {
    const { kind, text } = chatEntries;
    const isTipWithWords = and(eq(kind, 'tip'), isNotNull(text));
    const [row] = await this.#db.orm
      .select()
      .from(chatEntries)
      .where(and(eq(chatEntries.room, room), eq(chatEntries.id, id), or(eq(kind, 'message'), isTipWithWords)));
    return row;
  }

  /** The message with this client id, if it is in the log. */
  async findSent(room: RoomId, identity: string, clientId: string): Promise<ChatMessage | undefined> {
    const found = await this.#db.bulk<FoundRow>(FIND_BY_CLIENT, [[identity], [room], [clientId]]);
    const [entry] = await this.#show(found.map(fromFound));
    return entry as ChatMessage | undefined;
  }

  /** In ascending order: the first `limit` after `since`, the last `limit` before `before`, or the newest. */
  async read(
    room: RoomId,
    range: { since?: number | undefined; before?: number | undefined; limit: number },
    showing: Pick<Showing, 'evidence'> = {},
  ): Promise<LogEntry[]> {
    const conditions = [eq(chatEntries.room, room)];
    if (range.since !== undefined) conditions.push(gt(chatEntries.seq, range.since));
    if (range.before !== undefined) conditions.push(lt(chatEntries.seq, range.before));
    const forward = range.since !== undefined;
    const rows = await this.#db.orm
      .select()
      .from(chatEntries)
      .where(and(...conditions))
      .orderBy(forward ? asc(chatEntries.seq) : desc(chatEntries.seq))
      .limit(range.limit);
    return this.#show(forward ? rows : rows.reverse(), showing);
  }

  /**
   * Rows as they are shown: each reply with the current text of the message that it answers, each tip with whether it
   * was paid back.
   */
  async #show(rows: EntryRow[], showing: Pick<Showing, 'evidence'> = {}): Promise<LogEntry[]> {
    const related = rows.flatMap(({ kind, id, replyTo }): [EntryRow['kind'], string][] => {
      if (kind === 'tip') return [['tip_refund', id]];
      return replyTo ? [['message', replyTo]] : [];
    });
    const found =
      related.length === 0
        ? []
        : (await this.#db.bulk<FoundRow>(FIND_BY_ID, [related.map(([kind]) => kind), related.map(([, id]) => id)])).map(
            fromFound,
          );
    const [refunds, messages] = [
      found.filter(({ kind }) => kind === 'tip_refund'),
      found.filter(({ kind }) => kind === 'message'),
    ];
    const refundedTips = new Set(refunds.map(({ id }) => id));
    const replies = new Map(messages.map((row) => [row.id, row]));
    return rows.map((row) => toEntry(row, { ...showing, replies, refundedTips }));
  }

  /** One row as it is shown; the words of a tip like a message. */
  async showMessage(row: EntryRow, showing: Pick<Showing, 'evidence'> = {}): Promise<ChatMessage> {
    const [entry] = await this.#show([{ ...row, kind: 'message' }], showing);
    return entry as ChatMessage;
  }
}

async function insertRows(run: Run, rows: EntryRow[]): Promise<void> {
  await run(INSERT_ENTRIES, [
    rows.map((row) => row.room),
    rows.map((row) => row.seq),
    rows.map((row) => row.kind),
    rows.map((row) => row.id),
    rows.map((row) => row.identity),
    rows.map((row) => row.name),
    rows.map((row) => row.role),
    rows.map((row) => row.text),
    rows.map((row) => row.amountMinor),
    rows.map((row) => row.currency),
    rows.map((row) => row.clientId),
    rows.map((row) => row.replyTo),
    rows.map((row) => (row.details ? JSON.stringify(row.details) : null)),
    rows.map((row) => row.sentAt),
  ]);
}

/** Read only for rooms in slow mode, once per batch. */
async function findLastSents(run: Run, entries: NewEntry[]): Promise<Map<string, number>> {
  const slowed = new Map(
    entries.filter((entry) => (entry.judged?.slowModeSeconds ?? 0) > 0).map((entry) => [personKey(entry), entry]),
  );
  if (slowed.size === 0) return new Map();
  const asked = [...slowed.values()];
  const found = await run<{ room: string; identity: string; sent_at: Date | string }>(LAST_SENT, [
    asked.map((entry) => entry.room),
    asked.map((entry) => entry.identity),
  ]);
  return new Map(found.map((row) => [personKey(row), new Date(row.sent_at).getTime()]));
}

async function findAnswered(run: Run, entries: NewEntry[]): Promise<Map<string, EntryRow>> {
  const ids = [...new Set(entries.flatMap((entry) => (entry.replyTo ? [entry.replyTo] : [])))];
  if (ids.length === 0) return new Map();
  const found = await run<FoundRow>(FIND_BY_ID, [ids.map(() => 'message'), ids]);
  return new Map(found.map((row) => [row.id, fromFound(row)]));
}

async function findHeld(run: Run, entries: NewEntry[]): Promise<Set<string>> {
  const judged = entries.filter((entry) => entry.judged);
  if (judged.length === 0) return new Set();
  const found = await run<{ room: string; identity: string; clientId: string }>(FIND_HELD, [
    judged.map((entry) => entry.room),
    judged.map((entry) => entry.identity),
    judged.map((entry) => entry.clientId ?? null),
  ]);
  return new Set(found.map(clientKey));
}

function refusalOf(
  entry: NewEntry,
  seen: { version: number; lastSents: Map<string, number>; answered: Map<string, EntryRow>; held: Set<string> },
): AppError | undefined {
  const { judged, replyTo } = entry;
  if (judged && judged.version !== seen.version) return new OutdatedJudgement();
  // Only a review adds a message that was held.
  if (seen.held.has(clientKey(entry))) return new AppError('message_refused');
  if (replyTo && seen.answered.get(replyTo)?.room !== entry.room) return new AppError('message_not_found');
  if (!judged?.slowModeSeconds) return undefined;
  const lastMs = seen.lastSents.get(personKey(entry));
  if (lastMs === undefined) return undefined;
  const waitMs = lastMs + judged.slowModeSeconds * 1_000 - Date.parse(entry.sentAt);
  return waitMs > 0 ? new AppError('chat_slow_mode', undefined, { retryAfterMs: waitMs }) : undefined;
}

const idKey = (entry: { kind: string; id: string }) => `${entry.kind}\n${entry.id}`;
const personKey = (entry: { room: string; identity: string }) => `${entry.room}\n${entry.identity}`;
const clientKey = (entry: { room: string; identity: string; clientId?: string }) =>
  `${entry.room}\n${entry.identity}\n${entry.clientId}`;
