import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, isNull, lt } from '../../platform/db/sql.ts';
import { operatorInvitations } from './operators.schema.ts';

type InvitationRow = typeof operatorInvitations.$inferSelect;

export class OperatorsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(row: typeof operatorInvitations.$inferInsert): Promise<void> {
    await this.#orm.insert(operatorInvitations).values(row);
  }

  async findOpen(linkDigest: string, at: string): Promise<InvitationRow | undefined> {
    const [row] = await this.#orm.select().from(operatorInvitations).where(isOpen(linkDigest, at));
    return row;
  }

  async listOpen(at: string): Promise<InvitationRow[]> {
    const { usedAt, expiresAt, createdAt } = operatorInvitations;
    return this.#orm
      .select()
      .from(operatorInvitations)
      .where(and(isNull(usedAt), gt(expiresAt, at)))
      .orderBy(asc(createdAt));
  }

  /** One statement, so that of concurrent requests only one uses it. */
  async use(
    tx: Orm,
    linkDigest: string,
    { at, person }: { at: string; person: string },
  ): Promise<InvitationRow | undefined> {
    const [row] = await tx
      .update(operatorInvitations)
      .set({ usedAt: at, usedBy: person })
      .where(isOpen(linkDigest, at))
      .returning();
    return row;
  }

  async deleteExpired(before: string): Promise<void> {
    await this.#orm
      .delete(operatorInvitations)
      .where(and(lt(operatorInvitations.expiresAt, before), isNull(operatorInvitations.usedAt)));
  }
}

function isOpen(linkDigest: string, at: string) {
  const { linkDigest: digest, usedAt, expiresAt } = operatorInvitations;
  return and(eq(digest, linkDigest), isNull(usedAt), gt(expiresAt, at));
}
