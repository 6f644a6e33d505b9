import type { Database, Orm } from '../../platform/db/db.ts';
import {
  and,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import type { Lane } from './letters/sending.ts';
import { letters } from './mail.schema.ts';

export type LetterRow = typeof letters.$inferSelect;
export type Settled = Exclude<LetterRow['status'], 'queued'>;

export class LettersStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Without those whose key exists. */
  async insert(tx: Orm, rows: (typeof letters.$inferInsert)[]): Promise<void> {
    if (rows.length > 0) await tx.insert(letters).values(rows).onConflictDoNothing({ target: letters.key });
  }

  /** Most seconds nothing is due: one statement finds that out. */
  async listDueLanes(nowIso: string): Promise<Lane[]> {
    const isDue = lte(letters.dueAt, nowIso);
    return (await this.#db.orm.selectDistinct({ lane: letters.lane }).from(letters).where(isDue)).map(
      (row) => row.lane,
    );
  }

  /** Letters that were first attempted after this. */
  countAttempted(lanes: Lane[], afterIso: string): Promise<{ lane: Lane; cause: string; sent: number }[]> {
    return this.#db.orm
      .select({ lane: letters.lane, cause: letters.cause, sent: count() })
      .from(letters)
      .where(and(inArray(letters.lane, lanes), gt(letters.firstAttemptAt, afterIso)))
      .groupBy(letters.lane, letters.cause);
  }

  /** Others to the mailbox that were first attempted after this, and before this one. */
  async countToMailbox(letter: LetterRow, afterIso: string): Promise<number> {
    const { id, mailbox, lane, firstAttemptAt, createdAt } = letter;
    const isEarlier = sql`(${letters.firstAttemptAt}, ${letters.createdAt}, ${letters.id})
      < (${firstAttemptAt}, ${createdAt}, ${id})`;
    const [row] = await this.#db.orm
      .select({ sent: count() })
      .from(letters)
      .where(
        and(eq(letters.mailbox, mailbox), eq(letters.lane, lane), gt(letters.firstAttemptAt, afterIso), isEarlier),
      );
    return row?.sent ?? 0;
  }

  /** A claimed letter is not attempted before then, and counts in no limit until then. */
  async postpone(id: string, { dueAt, answer }: { dueAt: string; answer: string }): Promise<void> {
    await this.#db.orm
      .update(letters)
      .set({ dueAt, answer, firstAttemptAt: null })
      .where(and(eq(letters.id, id), eq(letters.status, 'queued')));
  }

  async settle(
    id: string,
    { at, ...outcome }: { status: Settled; answer: string; at: string; sealedData: string | null },
  ): Promise<void> {
    await this.#db.orm
      .update(letters)
      .set({ ...outcome, ...NOT_DUE, settledAt: at })
      .where(and(eq(letters.id, id), ne(letters.status, 'sent')));
  }

  /** Gives up letters that are no longer needed; those being sent are left. Returns how many there were. */
  async expire(nowIso: string): Promise<number> {
    const rows = await this.#db.orm
      .update(letters)
      .set({
        ...NOT_DUE,
        ...{ status: 'expired', settledAt: nowIso, sealedData: null },
        answer: sql`coalesce(${letters.fault}, ${letters.answer})`,
      })
      .where(and(lte(letters.expiresAt, nowIso), lte(letters.dueAt, nowIso)))
      .returning({ id: letters.id });
    return rows.length;
  }

  /** Sent ones, newest first. */
  listSent({ to, limit }: { to?: string | undefined; limit: number }): Promise<LetterRow[]> {
    return this.#list(
      and(
        eq(letters.status, 'sent'),
        to === undefined ? undefined : eq(sql`lower(${letters.recipient})`, to.toLowerCase()),
      ),
      limit,
    );
  }

  /** Those that did not arrive, newest first. */
  listUndelivered(limit: number): Promise<LetterRow[]> {
    return this.#list(or(eq(letters.status, 'bounced'), eq(letters.status, 'expired')), limit);
  }

  #list(where: SQL | undefined, limit: number): Promise<LetterRow[]> {
    return this.#db.orm
      .select()
      .from(letters)
      .where(where)
      .orderBy(desc(letters.settledAt), desc(letters.id))
      .limit(limit);
  }

  async deleteSettledBefore(iso: string): Promise<void> {
    await this.#db.orm.delete(letters).where(lt(letters.settledAt, iso));
  }
}

/** The letters of a lane, without new ones of these causes; null: without new ones. */
export function isOfLane(lane: Lane, withoutCauses: string[] | null): SQL | undefined {
  const isRetry = isNotNull(letters.firstAttemptAt);
  return and(eq(letters.lane, lane), or(isRetry, withoutCauses ? notInArray(letters.cause, withoutCauses) : undefined));
}

/** What a claim changes: a letter counts in the limits from its first attempt on. */
export function noteAttempt(nowIso: string) {
  return { firstAttemptAt: sql`coalesce(${letters.firstAttemptAt}, ${nowIso})` };
}
