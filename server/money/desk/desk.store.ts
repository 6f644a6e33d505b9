import type { Database, Orm } from '../../platform/db/db.ts';
import {
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lt,
  ne,
  notExists,
  notLike,
  or,
  type SQL,
  sql,
} from '../../platform/db/sql.ts';
import { alias } from '../../platform/db/tables.ts';
import { PERSON_ID_LIKE } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { execute } from '../ledger/ledger.store.ts';
import { type DeskAct, deskActOutcomes, deskActs } from './desk.schema.ts';

/** An act with its outcome: `begun` while there is none. */
export type DeskActRow = typeof deskActs.$inferSelect & {
  outcome: 'begun' | 'done' | 'failed';
  failure: string | null;
};

interface ActsFilter {
  subject?: string | undefined;
  /** Without those by people of the house, and those on them. */
  ofEmbedders?: boolean | undefined;
  limit: number;
}

type Trouble = Record<
  | 'open'
  | 'open_minor'
  | 'closed'
  | 'closed_minor'
  | 'refunds'
  | 'payouts'
  | 'events'
  | 'payments'
  | 'frozen'
  | 'pending'
  | 'pending_minor',
  string
> & { closed_first: string | null; due_at: string | null; clock_in_doubt: boolean };

const HOUSE_WIDE: DeskAct[] = ['payouts', 'reconciliation', 'fee_policy'];

export class DeskStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Refunds that have failed since `failingBefore` count, too: the provider's balance may be too low. */
  async countTrouble(failingBefore: string): Promise<Trouble> {
    const { rows } = await execute<Trouble>(
      this.#orm,
      sql`select d.n as open, d.sum as open_minor, d.due_at,
          (select count(*) from refunds where status = 'failed' or failing_since < ${failingBefore}::timestamptz) as refunds,
          (select count(*) from payouts p where p.status = 'failed'
            and not exists (select 1 from payouts later where later.creator = p.creator and later.created_at > p.created_at)) as payouts,
          (select count(*) from provider_events where failing_since is not null) as events,
          (select count(*) from checkouts where unbooked_since is not null) as payments,
          (select count(*) from restrictions where kind = 'freeze' and lifted_at is null) as frozen,
          exists (select 1 from gateways where clock_in_doubt and closed_at is null
            and seen_at > now() - interval '1 minute') as clock_in_doubt,
          w.n as pending, w.sum as pending_minor, c.n as closed, c.sum as closed_minor, c.first as closed_first
        from (select count(*) as n, coalesce(sum(amount_minor), 0) as sum, min(evidence_due_at) filter (where submitted_at is null) as due_at
            from disputes where status in ('inquiry', 'open', 'under_review')) d,
          (select count(*) as n, coalesce(sum(amount_minor), 0) as sum from payouts where status = 'pending') w,
          (select count(*) as n, coalesce(sum(balance), 0) as sum, (array_agg(owner order by closed_at))[1] as first
            from ledger_accounts where closed_at is not null and balance > 0) c`,
    );
    const [row] = rows;
    if (!row) throw new AppError('internal', 'The aggregate returned no row.');
    return row;
  }

  async insertAct(row: typeof deskActs.$inferInsert, tx: Orm = this.#orm): Promise<void> {
    await tx.insert(deskActs).values(row);
  }

  async insertOutcome(row: typeof deskActOutcomes.$inferInsert, tx: Orm = this.#orm): Promise<void> {
    await tx.insert(deskActOutcomes).values(row);
  }

  async listActs({ subject, ofEmbedders, limit }: ActsFilter): Promise<DeskActRow[]> {
    const { act } = deskActs;
    // Looks would hide what was done; the list of one subject has them.
    const isFound =
      subject === undefined ? ne(act, 'look') : or(eq(deskActs.subject, subject), eq(deskActOutcomes.subject, subject));
    return this.#selectActs()
      .where(and(isFound, isSeen(ofEmbedders)))
      .orderBy(desc(deskActs.at))
      .limit(limit);
  }

  /**
   * Acts begun before a moment that have no outcome, oldest first. An act that was repeated on the same subject and has
   * an outcome since does not count. An act on the whole house gets its result as its subject.
   */
  async listCutOff(before: string, { ofEmbedders, limit }: Omit<ActsFilter, 'subject'>): Promise<DeskActRow[]> {
    const later = alias(deskActs, 'later');
    const laterOutcome = alias(deskActOutcomes, 'later_outcome');
    const answered = this.#orm
      .select({ id: later.id })
      .from(later)
      .innerJoin(laterOutcome, eq(laterOutcome.act, later.id))
      .where(
        and(
          eq(later.act, deskActs.act),
          gt(later.at, deskActs.at),
          or(eq(later.subject, deskActs.subject), inArray(later.act, HOUSE_WIDE)),
        ),
      );
    return this.#selectActs()
      .where(and(isNull(deskActOutcomes.act), lt(deskActs.at, before), notExists(answered), isSeen(ofEmbedders)))
      .orderBy(asc(deskActs.at))
      .limit(limit);
  }

  #selectActs() {
    const { id, act, subject, by, reason, at } = deskActs;
    const outcome = sql<DeskActRow['outcome']>`coalesce(${deskActOutcomes.outcome}, 'begun')`;
    const known = sql<string>`coalesce(${deskActOutcomes.subject}, ${subject})`;
    return this.#orm
      .select({ id, act, subject: known, by, reason, at, outcome, failure: deskActOutcomes.failure })
      .from(deskActs)
      .leftJoin(deskActOutcomes, eq(deskActOutcomes.act, deskActs.id));
  }
}

/** API keys see no act of or on people of the house. */
function isSeen(ofEmbedders: boolean | undefined): SQL | undefined {
  return ofEmbedders ? and(notLike(deskActs.by, PERSON_ID_LIKE), notLike(deskActs.subject, PERSON_ID_LIKE)) : undefined;
}
