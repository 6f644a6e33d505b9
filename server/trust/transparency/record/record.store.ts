import { iso } from '../../../platform/clock.ts';
import { type Database, type Orm, runIn } from '../../../platform/db/db.ts';
import { and, asc, desc, eq, gte, isNull, lt, sql } from '../../../platform/db/sql.ts';
import type { EntryKind } from '../../../protocol/trust/record.ts';
import { TILE_WIDTH } from '../tlog/tiles.ts';
import { HASH_BYTES, type Tile } from '../tlog/tree.ts';
import {
  recordCheckpoints,
  recordCosignatures,
  recordEntries,
  recordKeys,
  recordLogs,
  recordMemberSignatures,
  recordOpenings,
  recordTiles,
} from './record.schema.ts';

export type LogRow = typeof recordLogs.$inferSelect;
export type KeyRow = typeof recordKeys.$inferSelect;
export type EntryRow = typeof recordEntries.$inferSelect;
export type OpeningRow = typeof recordOpenings.$inferSelect;
export type CheckpointRow = typeof recordCheckpoints.$inferSelect;
export type MemberSignatureRow = typeof recordMemberSignatures.$inferSelect;
export interface MemberKey {
  term: string;
  credential: string;
  seq: number;
}
export type CosignatureRow = typeof recordCosignatures.$inferSelect;
/** `salt` and `content` are null where they are not public, or erased. */
export type ShownRow = Pick<EntryRow, 'seq' | 'entry'> & Pick<OpeningRow, 'salt' | 'content'>;

/** An opinion is public with its answer, also before its date. */
const IS_PUBLIC = `(o.public_from <= $4::timestamptz or e.kind = 'opinion' and exists (
    select from committee_answers a where a.opinion = e.subject and a.at <= $4::timestamptz))`;
const SHOW = `select e.seq, e.entry, case when ${IS_PUBLIC} then o.salt end as salt,
    case when ${IS_PUBLIC} then o.content end as content
  from record_entries e left join record_openings o on o.log = e.log and o.seq = e.seq
  where e.log = $1 and e.seq >= $2 order by e.seq limit $3`;

const MEMBER_KEYS = `select t.id as term, e.seq, e.entry::jsonb ->> 'credential' as credential
  from record_entries e join committee_terms t on t.id = e.entry::jsonb ->> 'term'
  where e.log = $1 and e.kind = 'member_key' and t.person = $2
    and t."from" <= $3::timestamptz and $3::timestamptz < coalesce(t.ended_at, t.until)
  order by e.seq`;

/** Rows of one statement. */
const ROWS_AT_ONCE = 500;

export class RecordStore {
  readonly #db: Database;
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#db = db;
    this.#orm = db.orm;
  }

  /** The last one. */
  async findLog(number?: number): Promise<LogRow | undefined> {
    const is = number === undefined ? undefined : eq(recordLogs.number, number);
    const [row] = await this.#orm.select().from(recordLogs).where(is).orderBy(desc(recordLogs.number)).limit(1);
    return row;
  }

  listLogs(): Promise<LogRow[]> {
    return this.#orm.select().from(recordLogs).orderBy(asc(recordLogs.number));
  }

  /** The last one, locked: one process at a time appends. */
  async lockLog(tx: Orm): Promise<LogRow | undefined> {
    const [row] = await tx.select().from(recordLogs).orderBy(desc(recordLogs.number)).limit(1).for('update');
    return row;
  }

  /** False if there is one of this number. */
  async insertLog(tx: Orm, row: Pick<LogRow, 'number' | 'origin' | 'startedAt'>): Promise<boolean> {
    const inserted = await tx.insert(recordLogs).values(row).onConflictDoNothing().returning({ it: recordLogs.number });
    return inserted.length > 0;
  }

  async updateLog(tx: Orm, number: number, change: Partial<Omit<LogRow, 'number' | 'origin'>>): Promise<void> {
    await tx.update(recordLogs).set(change).where(eq(recordLogs.number, number));
  }

  /** Where it is not halted yet. */
  async halt(number: number, halt: Pick<LogRow, 'haltedAt' | 'haltReason'>): Promise<void> {
    const isIt = and(eq(recordLogs.number, number), isNull(recordLogs.haltedAt));
    await this.#orm.update(recordLogs).set(halt).where(isIt);
  }

  async insertKey(tx: Orm, row: Omit<KeyRow, 'retiredAt'>): Promise<void> {
    await tx.insert(recordKeys).values(row);
  }

  async retireKey(tx: Orm, vkey: string, retiredAt: string): Promise<void> {
    await tx.update(recordKeys).set({ retiredAt }).where(eq(recordKeys.vkey, vkey));
  }

  /** The one that signs last. */
  listKeys(log: number, tx: Orm = this.#orm): Promise<KeyRow[]> {
    return tx.select().from(recordKeys).where(eq(recordKeys.log, log)).orderBy(asc(recordKeys.createdAt));
  }

  async findCheckpoint(log: number, tx: Orm = this.#orm): Promise<CheckpointRow | undefined> {
    const isOf = eq(recordCheckpoints.log, log);
    const [row] = await tx.select().from(recordCheckpoints).where(isOf).orderBy(desc(recordCheckpoints.size)).limit(1);
    return row;
  }

  async findCheckpointOf(log: number, size: number): Promise<CheckpointRow | undefined> {
    const isIt = and(eq(recordCheckpoints.log, log), eq(recordCheckpoints.size, size));
    const [row] = await this.#orm.select().from(recordCheckpoints).where(isIt);
    return row;
  }

  async insertCheckpoint(tx: Orm, row: CheckpointRow): Promise<void> {
    await tx.insert(recordCheckpoints).values(row);
  }

  listCosignatures(log: number, size: number): Promise<CosignatureRow[]> {
    const { log: of, size: at, witness } = recordCosignatures;
    return this.#orm
      .select()
      .from(recordCosignatures)
      .where(and(eq(of, log), eq(at, size)))
      .orderBy(asc(witness));
  }

  /** The size that each witness has signed last. */
  async listWitnessed(log: number): Promise<Map<string, { size: number; at: string }>> {
    const rows = await this.#db.bulk<{ witness: string; size: number; at: string }>(
      `select distinct on (witness) witness, size, at from record_cosignatures where log = $1
       order by witness, size desc`,
      [log],
    );
    return new Map(rows.map(({ witness, size, at }) => [witness, { size, at: iso(at) }]));
  }

  async insertCosignature(row: CosignatureRow): Promise<void> {
    await this.#orm.insert(recordCosignatures).values(row).onConflictDoNothing();
  }

  /** Passkeys in the log of a member who holds a seat at a time. */
  listMemberKeys(log: number, { person, nowIso }: { person: string; nowIso: string }): Promise<MemberKey[]> {
    return this.#db.bulk<MemberKey>(MEMBER_KEYS, [log, person, nowIso]);
  }

  async insertMemberSignature(row: MemberSignatureRow): Promise<void> {
    await this.#orm.insert(recordMemberSignatures).values(row).onConflictDoNothing();
  }

  /** The last one of each passkey. */
  async listMemberSignatures(log: number): Promise<MemberSignatureRow[]> {
    const { log: of, credential, size } = recordMemberSignatures;
    return this.#orm
      .selectDistinctOn([credential])
      .from(recordMemberSignatures)
      .where(eq(of, log))
      .orderBy(credential, desc(size));
  }

  async insertEntries(tx: Orm, entries: readonly EntryRow[], openings: readonly OpeningRow[]): Promise<void> {
    for (let at = 0; at < entries.length; at += ROWS_AT_ONCE)
      await tx.insert(recordEntries).values(entries.slice(at, at + ROWS_AT_ONCE));
    for (let at = 0; at < openings.length; at += ROWS_AT_ONCE)
      await tx.insert(recordOpenings).values(openings.slice(at, at + ROWS_AT_ONCE));
  }

  async saveTiles(tx: Orm, log: number, tiles: readonly Tile[]): Promise<void> {
    const { level, index } = recordTiles;
    for (let at = 0; at < tiles.length; at += ROWS_AT_ONCE) {
      const rows = tiles.slice(at, at + ROWS_AT_ONCE).map((tile) => ({
        ...{ log, level: tile.level, index: tile.index, hashes: tile.hashes },
      }));
      await tx
        .insert(recordTiles)
        .values(rows)
        .onConflictDoUpdate({ target: [recordTiles.log, level, index], set: { hashes: sql`excluded.hashes` } });
    }
  }

  /** At most `width` hashes; undefined if there is no such tile, or it has fewer. */
  async readTile(
    log: number,
    { level, index, width }: { level: number; index: number; width: number },
    tx: Orm = this.#orm,
  ): Promise<Buffer | undefined> {
    const isIt = and(eq(recordTiles.log, log), eq(recordTiles.level, level), eq(recordTiles.index, index));
    const [row] = await tx.select({ hashes: recordTiles.hashes }).from(recordTiles).where(isIt);
    const bytes = width * HASH_BYTES;
    return row && row.hashes.length >= bytes ? Buffer.from(row.hashes).subarray(0, bytes) : undefined;
  }

  /** Entries of one bundle; undefined if there are fewer. */
  async readBundle(log: number, { index, width }: { index: number; width: number }): Promise<Buffer[] | undefined> {
    const { seq } = recordEntries;
    const first = index * TILE_WIDTH;
    const rows = await this.#orm
      .select({ entry: recordEntries.entry })
      .from(recordEntries)
      .where(and(eq(recordEntries.log, log), gte(seq, first), lt(seq, first + width)))
      .orderBy(asc(seq));
    return rows.length === width ? rows.map(({ entry }) => Buffer.from(entry, 'utf8')) : undefined;
  }

  /** From `first` on, in order, with what is public at a time. */
  listShown(log: number, { first, limit, nowIso }: { first: number; limit: number; nowIso: string }) {
    return this.#db.bulk<ShownRow>(SHOW, [log, first, limit, nowIso]);
  }

  /** Undefined: it has no entry. */
  async findLastKind(tx: Orm, log: number): Promise<EntryKind | undefined> {
    const { kind, seq } = recordEntries;
    const isOf = eq(recordEntries.log, log);
    const [row] = await tx.select({ kind }).from(recordEntries).where(isOf).orderBy(desc(seq)).limit(1);
    return row?.kind;
  }

  /** Those of the subjects that have an entry. */
  async listRecorded(tx: Orm, log: number, kind: EntryKind, subjects: readonly string[]): Promise<Set<string>> {
    const rows = await runIn(tx)<{ subject: string }>(
      'select subject from record_entries where log = $1 and kind = $2 and subject = any($3)',
      [log, kind, subjects],
    );
    return new Set(rows.map(({ subject }) => subject));
  }
}
