import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, inArray, lte, or, type SQL, sql } from '../../platform/db/sql.ts';
import type { PrivateSessionStatus } from '../../protocol/money/private-sessions.ts';
import { execute } from '../ledger/ledger.store.ts';
import { privateSessionCharges, privateSessions } from './private-sessions.schema.ts';

export type PrivateSessionRow = typeof privateSessions.$inferSelect;
export type NewPrivateSession = typeof privateSessions.$inferInsert;

/** Unique indexes: one active session per room and one open request per fan. */
export const ONE_ACTIVE_SESSION = 'private_sessions_active';
export const ONE_OPEN_SESSION = 'private_sessions_open';

const OPEN: PrivateSessionStatus[] = ['requested', 'active'];

export class PrivateSessionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Serialises requests in a room until the caller's transaction ends. Returns how many wait. */
  async lockQueue(tx: Orm, room: string): Promise<number> {
    await execute(tx, sql`select pg_advisory_xact_lock(hashtext(${`private-queue:${room}`}))`);
    const [row] = await tx
      .select({ n: sql<number>`count(*)::int` })
      .from(privateSessions)
      .where(and(eq(privateSessions.room, room), eq(privateSessions.status, 'requested')));
    return row?.n ?? 0;
  }

  async insert(tx: Orm, row: NewPrivateSession): Promise<PrivateSessionRow> {
    const [inserted] = await tx.insert(privateSessions).values(row).returning();
    return inserted as PrivateSessionRow;
  }

  async find(id: string): Promise<PrivateSessionRow | undefined> {
    const [row] = await this.#orm.select().from(privateSessions).where(eq(privateSessions.id, id));
    return row;
  }

  /** Locks the session until the caller's transaction ends; undefined when it has none of these states. */
  async lock(tx: Orm, id: string, statuses: PrivateSessionStatus[]): Promise<PrivateSessionRow | undefined> {
    const [row] = await tx
      .select()
      .from(privateSessions)
      .where(and(eq(privateSessions.id, id), inArray(privateSessions.status, statuses)))
      .for('update');
    return row;
  }

  /** Open requests in the order of arrival, with the running session. */
  async listOpen(room: string, identity?: string): Promise<PrivateSessionRow[]> {
    const isTheirs = identity === undefined ? undefined : eq(privateSessions.identity, identity);
    return this.#listOpen(and(eq(privateSessions.room, room), isTheirs));
  }

  /** In all rooms, as a fan or as the creator. */
  async listOpenOf(person: string): Promise<PrivateSessionRow[]> {
    return this.#listOpen(or(eq(privateSessions.identity, person), eq(privateSessions.creator, person)));
  }

  #listOpen(which: SQL | undefined): Promise<PrivateSessionRow[]> {
    return this.#orm
      .select()
      .from(privateSessions)
      .where(and(which, inArray(privateSessions.status, OPEN)))
      .orderBy(privateSessions.requestedAt, privateSessions.id);
  }

  async findLapsed(nowIso: string, limit: number): Promise<string[]> {
    const rows = await this.#orm
      .select({ id: privateSessions.id })
      .from(privateSessions)
      .where(and(eq(privateSessions.status, 'requested'), lte(privateSessions.expiresAt, nowIso)))
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  /** Active sessions without a heartbeat for this long. */
  async findAbandoned(silentMs: number, limit: number): Promise<string[]> {
    const rows = await this.#orm
      .select({ id: privateSessions.id })
      .from(privateSessions)
      .where(
        and(
          eq(privateSessions.status, 'active'),
          lte(privateSessions.heartbeatAt, sql`now() - interval '1 millisecond' * ${silentMs}`),
        ),
      )
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  async update(tx: Orm, id: string, change: PrivateSessionChange): Promise<PrivateSessionRow> {
    const [row] = await tx.update(privateSessions).set(change).where(eq(privateSessions.id, id)).returning();
    return row as PrivateSessionRow;
  }

  async insertCharge(tx: Orm, charge: typeof privateSessionCharges.$inferInsert): Promise<void> {
    await tx.insert(privateSessionCharges).values(charge);
  }
}

/** By the database's clock: another process, whose own clock differs, decides by it whether this one is gone. */
export const HEARTBEAT = { heartbeatAt: sql`now()` };

export type PrivateSessionChange = Partial<Omit<NewPrivateSession, 'id' | 'heartbeatAt'>> & Partial<typeof HEARTBEAT>;

export type ClosedStatus = Extract<PrivateSessionStatus, 'declined' | 'withdrawn' | 'expired'>;
