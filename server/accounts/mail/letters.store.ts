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
import type { Lane } from './letters/template.ts';
import { letters } from './mail.schema.ts';

export type LetterRow = typeof letters.$inferSelect;
export type Settled = Exclude<LetterRow['status'], 'queued'>;

export interface Claim {
  lane: Lane;
  limit: number;
  nowIso: string;
  leaseUntil: string;
  /** Letters that were first attempted after this count in the limits. */
  countedAfter: string;
  perLane: number;
  perCause: number;
  perMailbox: number;
  /** When a letter above its mailbox's limit is looked at again. */
  postponedUntil: string;
}

const OVER_MAILBOX_LIMIT = 'not sent yet: the limit of letters per mailbox and hour is reached';

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
    const rows = await this.#db.orm
      .selectDistinct({ lane: letters.lane })
      .from(letters)
      .where(and(eq(letters.status, 'queued'), lte(letters.nextAttemptAt, nowIso)));
    return rows.map(({ lane }) => lane);
  }

  /**
   * Leases due letters within the hourly limits. A letter counts once, at its first attempt, so retries are always
   * leased. A mailbox above its limit waits, and so does a cause or the whole lane above theirs.
   */
  async claim(claim: Claim): Promise<{ letters: LetterRow[]; hasMore: boolean }> {
    return this.#db.transaction(async (tx) => {
      const counted = and(eq(letters.lane, claim.lane), gt(letters.firstAttemptAt, claim.countedAfter));
      const causes = await tx
        .select({ cause: letters.cause, sent: count() })
        .from(letters)
        .where(counted)
        .groupBy(letters.cause);
      const sentBy = new Map(causes.map(({ cause, sent }) => [cause, sent]));
      const full = causes.filter(({ sent }) => sent >= claim.perCause).map(({ cause }) => cause);
      const left = claim.perLane - causes.reduce((sum, { sent }) => sum + sent, 0);
      const limit = left > 0 ? Math.min(claim.limit, left) : claim.limit;
      const isRetry = isNotNull(letters.firstAttemptAt);
      const due = await tx
        .select({
          id: letters.id,
          cause: letters.cause,
          mailbox: letters.mailbox,
          firstAttemptAt: letters.firstAttemptAt,
        })
        .from(letters)
        .where(
          and(
            eq(letters.lane, claim.lane),
            eq(letters.status, 'queued'),
            lte(letters.nextAttemptAt, claim.nowIso),
            left > 0 ? or(isRetry, notInArray(letters.cause, full)) : isRetry,
          ),
        )
        .orderBy(letters.nextAttemptAt)
        .limit(limit)
        .for('update', { skipLocked: true });
      if (due.length === 0) return { letters: [], hasMore: false };
      const mailboxes = await tx
        .select({ mailbox: letters.mailbox, sent: count() })
        .from(letters)
        .where(and(counted, inArray(letters.mailbox, [...new Set(due.map(({ mailbox }) => mailbox))])))
        .groupBy(letters.mailbox);
      const sentTo = new Map(mailboxes.map(({ mailbox, sent }) => [mailbox, sent]));
      const [taken, postponed]: [string[], string[]] = [[], []];
      for (const { id, cause, mailbox, firstAttemptAt } of due) {
        const [byCause, toMailbox] = [sentBy.get(cause) ?? 0, sentTo.get(mailbox) ?? 0];
        if (firstAttemptAt) taken.push(id);
        else if (toMailbox >= claim.perMailbox) postponed.push(id);
        else if (byCause < claim.perCause) {
          taken.push(id);
          sentBy.set(cause, byCause + 1);
          sentTo.set(mailbox, toMailbox + 1);
        }
      }
      await tx
        .update(letters)
        .set({ nextAttemptAt: claim.postponedUntil, answer: OVER_MAILBOX_LIMIT })
        .where(inArray(letters.id, postponed));
      const leased = await tx
        .update(letters)
        .set({
          nextAttemptAt: claim.leaseUntil,
          firstAttemptAt: sql`coalesce(${letters.firstAttemptAt}, ${claim.nowIso})`,
          attempts: sql`${letters.attempts} + 1`,
        })
        .where(inArray(letters.id, taken))
        .returning();
      return { letters: leased, hasMore: due.length === limit };
    });
  }

  /** Gives back leased letters that were not attempted. */
  async release(ids: string[], nowIso: string): Promise<void> {
    await this.#db.orm
      .update(letters)
      .set({ nextAttemptAt: nowIso, attempts: sql`${letters.attempts} - 1` })
      .where(and(inArray(letters.id, ids), eq(letters.status, 'queued')));
  }

  async retry(id: string, { nextAttemptAt, answer }: { nextAttemptAt: string; answer: string }): Promise<void> {
    await this.#db.orm
      .update(letters)
      .set({ nextAttemptAt, answer })
      .where(and(eq(letters.id, id), eq(letters.status, 'queued')));
  }

  async settle(
    id: string,
    { at, ...outcome }: { status: Settled; answer: string; at: string; sealedData: string | null },
  ): Promise<void> {
    await this.#db.orm
      .update(letters)
      .set({ ...outcome, settledAt: at })
      .where(and(eq(letters.id, id), ne(letters.status, 'sent')));
  }

  /** Gives up letters that are no longer needed; those being sent are left. Returns how many there were. */
  async expire(nowIso: string): Promise<number> {
    const rows = await this.#db.orm
      .update(letters)
      .set({ status: 'expired', settledAt: nowIso, sealedData: null })
      .where(and(eq(letters.status, 'queued'), lte(letters.expiresAt, nowIso), lte(letters.nextAttemptAt, nowIso)))
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
