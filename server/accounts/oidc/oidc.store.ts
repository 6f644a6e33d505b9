import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, gte, lt } from '../../platform/db/sql.ts';
import { oidcBindings, oidcRequests } from './oidc.schema.ts';

export type OidcBindingRow = typeof oidcBindings.$inferSelect;
export type OidcRequestRow = typeof oidcRequests.$inferSelect;

export class OidcStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insertRequest(row: OidcRequestRow): Promise<void> {
    await this.#orm.insert(oidcRequests).values(row);
  }

  /** Uses the request up, in one statement, so that of concurrent answers only one has it. */
  async takeRequest(
    { state, browser }: Pick<OidcRequestRow, 'state' | 'browser'>,
    at: string,
  ): Promise<OidcRequestRow | undefined> {
    const [row] = await this.#orm
      .delete(oidcRequests)
      .where(and(eq(oidcRequests.state, state), eq(oidcRequests.browser, browser), gt(oidcRequests.expiresAt, at)))
      .returning();
    return row;
  }

  async deleteExpired(at: string): Promise<void> {
    await this.#orm.delete(oidcRequests).where(lt(oidcRequests.expiresAt, at));
  }

  /** Oldest first. */
  list(person: string, tx: Orm = this.#orm): Promise<OidcBindingRow[]> {
    return tx
      .select()
      .from(oidcBindings)
      .where(eq(oidcBindings.person, person))
      .orderBy(asc(oidcBindings.createdAt), asc(oidcBindings.id));
  }

  async find({ issuer, subject }: Pick<OidcBindingRow, 'issuer' | 'subject'>): Promise<OidcBindingRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(oidcBindings)
      .where(and(eq(oidcBindings.issuer, issuer), eq(oidcBindings.subject, subject)));
    return row;
  }

  /** False if the subject is bound already, or the person to another one. */
  async insert(tx: Orm, row: OidcBindingRow): Promise<boolean> {
    const inserted = await tx.insert(oidcBindings).values(row).onConflictDoNothing().returning({ id: oidcBindings.id });
    return inserted.length > 0;
  }

  /** False if the binding was removed. */
  async noteUse(tx: Orm, id: string, lastUsedAt: string): Promise<boolean> {
    const noted = await tx
      .update(oidcBindings)
      .set({ lastUsedAt })
      .where(eq(oidcBindings.id, id))
      .returning({ id: oidcBindings.id });
    return noted.length > 0;
  }

  async delete(tx: Orm, person: string, id: string): Promise<OidcBindingRow | undefined> {
    const [row] = await tx
      .delete(oidcBindings)
      .where(and(eq(oidcBindings.id, id), eq(oidcBindings.person, person)))
      .returning();
    return row;
  }

  async deleteAll(tx: Orm, person: string, since: string | undefined): Promise<void> {
    const isAdded = since === undefined ? undefined : gte(oidcBindings.createdAt, since);
    await tx.delete(oidcBindings).where(and(eq(oidcBindings.person, person), isAdded));
  }
}
