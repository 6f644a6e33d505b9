import { and, asc, desc, eq, gt, lt } from 'drizzle-orm';
import type { Database, Run } from '../platform/db.ts';
import type { Role } from '../protocol/accounts.ts';
import type { ChatEntry } from '../protocol/chat.ts';
import type { MessageId, RoomId, TipId } from '../protocol/ids.ts';
import { chatEntries, chatSequences } from './chat.schema.ts';

type Row = typeof chatEntries.$inferSelect;

/** An entry on its way into the log: all but its place in the order. */
export interface NewEntry {
  room: RoomId;
  kind: ChatEntry['kind'];
  id: string;
  identity: string;
  name: string;
  role: Role;
  text?: string | null;
  amountMinor?: number;
  currency?: string;
  clientId?: string;
  sentAt: string;
}

export interface Appended {
  entry: ChatEntry;
  /** False when the log had it already: the same client id or the same tip again. */
  isNew: boolean;
}

/** Rooms are locked in one order, so that two gateways never wait for each other in a circle. */
const LOCK_SEQUENCES = `insert into chat_sequences (room) select room from unnest($1::text[]) as locked (room) order by room
    on conflict (room) do update set last_seq = chat_sequences.last_seq returning room, last_seq`;

const SAVE_SEQUENCES = `update chat_sequences set last_seq = saved.last_seq
    from unnest($1::text[], $2::int[]) as saved (room, last_seq) where chat_sequences.room = saved.room`;

const FIND_BY_ID = `select entry.* from unnest($1::text[], $2::text[]) as known (kind, id) join chat_entries entry using (kind, id)`;

const FIND_BY_CLIENT = `select entry.* from unnest($1::text[], $2::text[], $3::text[]) as known (room, identity, client_id)
    join chat_entries entry using (room, identity, client_id)`;

const INSERT_ENTRIES = `insert into chat_entries
      (room, seq, kind, id, identity, name, role, text, amount_minor, currency, client_id, sent_at)
    select room, seq, kind, id, identity, name, role, text, amount, currency, client, at::timestamptz
    from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[],
      $10::text[], $11::text[], $12::text[])
      as added (room, seq, kind, id, identity, name, role, text, amount, currency, client, at)`;

const BLANK_REMOVED = `update chat_entries set removed_at = removal.at::timestamptz
    from unnest($1::text[], $2::text[], $3::text[]) as removal (room, id, at)
    where chat_entries.room = removal.room and chat_entries.kind = 'message' and chat_entries.id = removal.id`;

/** A row as a bulk statement gives it. */
interface FoundRow {
  room: string;
  seq: number;
  kind: Row['kind'];
  id: string;
  identity: string;
  name: string;
  role: Role;
  text: string | null;
  amount_minor: number | null;
  currency: string | null;
  client_id: string | null;
  removed_at: Date | string | null;
  sent_at: Date | string;
}

export class ChatStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Appends entries of any rooms in one transaction, in the order given, each with the next number of its room. What is there already is
   * found, not written again, and takes no number.
   */
  async appendAll(entries: NewEntry[]): Promise<Appended[]> {
    return this.#db.bulkTransaction(async (run) => {
      const rooms = [...new Set(entries.map((entry) => entry.room))];
      const locked = await run<{ room: string; last_seq: number }>(LOCK_SEQUENCES, [rooms]);
      const lastSeqs = new Map(locked.map((row) => [row.room, row.last_seq]));
      const known = await this.#findKnown(run, entries);
      const rows: Row[] = [];
      const results = entries.map((entry): Appended => {
        const existing = known.get(idKey(entry)) ?? (entry.clientId ? known.get(clientKey(entry)) : undefined);
        if (existing) return { entry: toEntry(existing), isNew: false };
        const seq = (lastSeqs.get(entry.room) ?? 0) + 1;
        lastSeqs.set(entry.room, seq);
        const row = toRow(entry, seq);
        rows.push(row);
        known.set(idKey(entry), row);
        if (entry.clientId) known.set(clientKey(entry), row);
        return { entry: toEntry(row), isNew: true };
      });
      if (rows.length === 0) return results;
      await this.#insert(run, rows);
      await run(SAVE_SEQUENCES, [[...lastSeqs.keys()], [...lastSeqs.values()]]);
      return results;
    });
  }

  async #findKnown(run: Run, entries: NewEntry[]): Promise<Map<string, Row>> {
    const found = await run<FoundRow>(FIND_BY_ID, [
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.id),
    ]);
    const ofClients = entries.filter((entry) => entry.clientId !== undefined);
    if (ofClients.length > 0) {
      const columns = [
        ofClients.map((entry) => entry.room),
        ofClients.map((entry) => entry.identity),
        ofClients.map((entry) => entry.clientId),
      ];
      found.push(...(await run<FoundRow>(FIND_BY_CLIENT, columns)));
    }
    const known = new Map<string, Row>();
    for (const row of found.map(fromFound)) {
      known.set(idKey(row), row);
      if (row.clientId) known.set(clientKey({ room: row.room, identity: row.identity, clientId: row.clientId }), row);
    }
    return known;
  }

  async #insert(run: Run, rows: Row[]): Promise<void> {
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
      rows.map((row) => row.sentAt),
    ]);
    // A removal and the disappearance of the text it removes are one act.
    const removals = rows.filter((row) => row.kind === 'removal');
    if (removals.length === 0) return;
    await run(BLANK_REMOVED, [
      removals.map((row) => row.room),
      removals.map((row) => row.id),
      removals.map((row) => row.sentAt),
    ]);
  }

  async findMessage(room: RoomId, id: MessageId): Promise<{ identity: string; removed: boolean } | undefined> {
    const [row] = await this.#db.orm
      .select({ identity: chatEntries.identity, removedAt: chatEntries.removedAt })
      .from(chatEntries)
      .where(and(eq(chatEntries.room, room), eq(chatEntries.kind, 'message'), eq(chatEntries.id, id)));
    return row && { identity: row.identity, removed: row.removedAt !== null };
  }

  async lastSeq(room: RoomId): Promise<number> {
    const [row] = await this.#db.orm.select().from(chatSequences).where(eq(chatSequences.room, room));
    return row?.lastSeq ?? 0;
  }

  /** In ascending order: the first `limit` after `since`, or the last `limit` before `before`, or the newest. */
  async read(
    room: RoomId,
    range: { since?: number | undefined; before?: number | undefined; limit: number },
  ): Promise<ChatEntry[]> {
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
    const entries = rows.map(toEntry);
    return forward ? entries : entries.reverse();
  }
}

const idKey = (entry: { kind: string; id: string }) => `${entry.kind}\n${entry.id}`;
const clientKey = (entry: { room: string; identity: string; clientId?: string }) =>
  `${entry.room}\n${entry.identity}\n${entry.clientId}`;

function fromFound(row: FoundRow): Row {
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
    removedAt: row.removed_at === null ? null : new Date(row.removed_at).toISOString(),
    sentAt: new Date(row.sent_at).toISOString(),
  };
}

function toRow(entry: NewEntry, seq: number): Row {
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
    removedAt: null,
    sentAt: entry.sentAt,
  };
}

function toEntry(row: Row): ChatEntry {
  const from = { identity: row.identity, name: row.name, role: row.role };
  const sentAt = new Date(row.sentAt).toISOString();
  switch (row.kind) {
    case 'message': {
      const removed = row.removedAt !== null;
      const text = removed ? '' : (row.text ?? '');
      return {
        kind: 'message',
        id: row.id as MessageId,
        seq: row.seq,
        from,
        text,
        sentAt,
        ...(removed ? { removed } : {}),
      };
    }
    case 'tip':
      return {
        kind: 'tip',
        id: row.id as TipId,
        seq: row.seq,
        from,
        amountMinor: row.amountMinor ?? 0,
        currency: row.currency ?? '',
        message: row.text,
        sentAt,
      };
    case 'removal':
      return {
        kind: 'removal',
        seq: row.seq,
        messageId: row.id as MessageId,
        by: row.identity,
        reason: row.text,
        sentAt,
      };
  }
}
