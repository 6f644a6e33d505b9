import { and, asc, desc, eq, gt, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
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
    return this.#db.transaction(async (tx) => {
      // Rooms are locked in one order, so that two gateways never wait for each other in a circle.
      const rooms = [...new Set(entries.map((entry) => entry.room))].sort();
      const lastSeqs = await this.#lockSequences(tx, rooms);
      const known = await this.#findKnown(tx, entries);
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
      await tx.insert(chatEntries).values(rows);
      await this.#saveSequences(tx, lastSeqs);
      await this.#blankRemoved(tx, rows);
      return results;
    });
  }

  async #lockSequences(tx: Orm, rooms: RoomId[]): Promise<Map<string, number>> {
    const locked = await tx
      .insert(chatSequences)
      .values(rooms.map((room) => ({ room })))
      .onConflictDoUpdate({ target: chatSequences.room, set: { lastSeq: sql`${chatSequences.lastSeq}` } })
      .returning();
    return new Map(locked.map((row) => [row.room, row.lastSeq]));
  }

  async #saveSequences(tx: Orm, lastSeqs: Map<string, number>): Promise<void> {
    await tx
      .insert(chatSequences)
      .values([...lastSeqs].map(([room, lastSeq]) => ({ room, lastSeq })))
      .onConflictDoUpdate({ target: chatSequences.room, set: { lastSeq: sql`excluded.last_seq` } });
  }

  async #findKnown(tx: Orm, entries: NewEntry[]): Promise<Map<string, Row>> {
    const ids = entries.map((entry) => entry.id);
    const clientIds = entries.flatMap((entry) => (entry.clientId ? [entry.clientId] : []));
    const identities = entries.map((entry) => entry.identity);
    const byClient: SQL | undefined =
      clientIds.length > 0
        ? and(
            inArray(chatEntries.room, [...new Set(entries.map((entry) => entry.room))]),
            inArray(chatEntries.identity, identities),
            inArray(chatEntries.clientId, clientIds),
          )
        : undefined;
    const rows = await tx
      .select()
      .from(chatEntries)
      .where(or(inArray(chatEntries.id, ids), byClient));
    const known = new Map<string, Row>();
    for (const row of rows) {
      known.set(idKey(row), row);
      if (row.clientId) known.set(clientKey({ room: row.room, identity: row.identity, clientId: row.clientId }), row);
    }
    return known;
  }

  /** A removal and the disappearance of the text it removes are one act. */
  async #blankRemoved(tx: Orm, rows: Row[]): Promise<void> {
    for (const row of rows) {
      if (row.kind !== 'removal') continue;
      await tx
        .update(chatEntries)
        .set({ removedAt: row.sentAt })
        .where(and(eq(chatEntries.room, row.room), eq(chatEntries.kind, 'message'), eq(chatEntries.id, row.id)));
    }
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
