import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, gte, isNull, lt } from '../../platform/db/sql.ts';
import { passkeyChallenges, passkeys } from './passkeys.schema.ts';

export type PasskeyRow = typeof passkeys.$inferSelect;
export type ChallengeRow = typeof passkeyChallenges.$inferSelect;

export class PasskeysStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insertChallenge(row: ChallengeRow): Promise<void> {
    await this.#orm.insert(passkeyChallenges).values(row);
  }

  /** Uses the challenge up, in one statement, so that of concurrent requests only one has it. */
  async takeChallenge({ challenge, purpose, browser, person }: Omit<ChallengeRow, 'expiresAt'>, at: string) {
    const of = passkeyChallenges;
    const taken = await this.#orm
      .delete(of)
      .where(
        and(
          ...[eq(of.challenge, challenge), eq(of.purpose, purpose), eq(of.browser, browser), gt(of.expiresAt, at)],
          person === null ? isNull(of.person) : eq(of.person, person),
        ),
      )
      .returning({ challenge: of.challenge });
    return taken.length > 0;
  }

  async deleteExpired(at: string): Promise<void> {
    await this.#orm.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, at));
  }

  /** Oldest first. */
  list(person: string, tx: Orm = this.#orm): Promise<PasskeyRow[]> {
    return tx
      .select()
      .from(passkeys)
      .where(eq(passkeys.person, person))
      .orderBy(asc(passkeys.createdAt), asc(passkeys.id));
  }

  async findByCredential(credential: string): Promise<PasskeyRow | undefined> {
    const [row] = await this.#orm.select().from(passkeys).where(eq(passkeys.credential, credential));
    return row;
  }

  /** Undefined if the credential is registered already. */
  async insert(tx: Orm, row: PasskeyRow): Promise<PasskeyRow | undefined> {
    const [inserted] = await tx.insert(passkeys).values(row).onConflictDoNothing().returning();
    return inserted;
  }

  /** False if the passkey was removed, or another signature with the same counter came first. */
  async noteUse(
    tx: Orm,
    { id, counter }: Pick<PasskeyRow, 'id' | 'counter'>,
    use: { counter: number; lastUsedAt: string },
  ): Promise<boolean> {
    const noted = await tx
      .update(passkeys)
      .set(use)
      .where(and(eq(passkeys.id, id), eq(passkeys.counter, counter)))
      .returning({ id: passkeys.id });
    return noted.length > 0;
  }

  async rename(person: string, id: string, name: string): Promise<PasskeyRow | undefined> {
    const [row] = await this.#orm
      .update(passkeys)
      .set({ name })
      .where(and(eq(passkeys.id, id), eq(passkeys.person, person)))
      .returning();
    return row;
  }

  async delete(tx: Orm, person: string, id: string): Promise<PasskeyRow | undefined> {
    const [row] = await tx
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), eq(passkeys.person, person)))
      .returning();
    return row;
  }

  async deleteAll(tx: Orm, person: string, since: string | undefined): Promise<void> {
    const isAdded = since === undefined ? undefined : gte(passkeys.createdAt, since);
    await tx.delete(passkeys).where(and(eq(passkeys.person, person), isAdded));
  }
}
