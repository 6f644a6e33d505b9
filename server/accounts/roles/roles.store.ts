import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, isNotNull, isNull, not, type SQL, sql } from '../../platform/db/sql.ts';
import type { RoleName, RoleScope } from '../../protocol/roles.ts';
import { roles } from './roles.schema.ts';

export type RoleRow = typeof roles.$inferSelect;

/** One role of one person. */
export interface RoleKey {
  person: string;
  role: RoleName;
  scope?: RoleScope;
}

/** What is absent does not matter. */
type RoleFilter = Partial<Pick<RoleRow, 'id' | 'person' | 'role'> & { creator: string }>;

export class RolesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Roles that were given and have not ended, oldest first. */
  listGiven(which: RoleFilter, tx?: Orm): Promise<RoleRow[]> {
    return this.#list(isNotNull(roles.givenAt), which, tx);
  }

  /** Requests that wait, oldest first. */
  listRequested(which: RoleFilter, tx?: Orm): Promise<RoleRow[]> {
    return this.#list(isNull(roles.givenAt), which, tx);
  }

  #list(isWanted: SQL, filter: RoleFilter, tx: Orm = this.#orm): Promise<RoleRow[]> {
    const conditions = [isWanted, isNull(roles.endedAt)];
    for (const name of ['id', 'person', 'role', 'creator'] as const) {
      const value = filter[name];
      if (value !== undefined) conditions.push(eq(roles[name], value));
    }
    return tx
      .select()
      .from(roles)
      .where(and(...conditions))
      .orderBy(asc(roles.requestedAt), asc(roles.id));
  }

  /** The open row of this role, given or requested; locked until the transaction ends. */
  async lock(tx: Orm, key: RoleKey): Promise<RoleRow | undefined> {
    const [row] = await tx.select().from(roles).where(isOpen(key)).for('update');
    return row;
  }

  /** Who holds a role and has not closed their account; locks these roles until the transaction ends. */
  async lockHolders(role: RoleName, tx: Orm = this.#orm): Promise<string[]> {
    const isClosed = sql`exists (select from persons where persons.id = ${roles.person} and closed_at is not null)`;
    const rows = await tx
      .select({ person: roles.person })
      .from(roles)
      .where(and(eq(roles.role, role), isNotNull(roles.givenAt), isNull(roles.endedAt), not(isClosed)))
      .orderBy(asc(roles.id))
      .for('update');
    return rows.map(({ person }) => person);
  }

  /** Undefined if the person has it, or has requested it. A concurrent insert of the same role waits. */
  async insert(tx: Orm, row: typeof roles.$inferInsert): Promise<RoleRow | undefined> {
    const [inserted] = await tx.insert(roles).values(row).onConflictDoNothing().returning();
    return inserted;
  }

  async give(tx: Orm, id: string, given: { by: string; at: string }): Promise<RoleRow | undefined> {
    const [row] = await tx
      .update(roles)
      .set({ givenBy: given.by, givenAt: given.at })
      .where(and(eq(roles.id, id), isNull(roles.givenAt)))
      .returning();
    return row;
  }

  async end(tx: Orm, id: string, ended: { by: string; at: string }): Promise<void> {
    await tx.update(roles).set({ endedBy: ended.by, endedAt: ended.at }).where(eq(roles.id, id));
  }
}

function isOpen({ person, role, scope = null }: RoleKey): SQL | undefined {
  return and(
    eq(roles.person, person),
    eq(roles.role, role),
    sql`coalesce(${roles.creator}, '') = ${scope?.creator ?? ''}`,
    sql`coalesce(${roles.room}, '') = ${scope?.room ?? ''}`,
    isNull(roles.endedAt),
  );
}
