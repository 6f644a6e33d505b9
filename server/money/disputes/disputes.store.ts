import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, isNull, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import { accountId, fanWallet } from '../ledger/ledger.ts';
import { type DisputeStatus, disputes, type Evidence } from './disputes.schema.ts';

export type DisputeRow = typeof disputes.$inferSelect;
export type NewDispute = typeof disputes.$inferInsert;

/** Our own records of a disputed payment. */
export interface PaymentRecords {
  payerName: string | null;
  description: string | null;
  paidAt: string | null;
  roomTitle: string | null;
  liveStartedAt: string | null;
  accessGrantedAt: string | null;
  /** When the holder of a ticket was first inside while the room was live. */
  usedAt: string | null;
  /** Purchases from the wallet, newest first. */
  spending: { kind: string; amountMinor: number; at: string; room: string }[];
}

export class DisputesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async find(id: string): Promise<DisputeRow | undefined> {
    const [row] = await this.#orm.select().from(disputes).where(eq(disputes.id, id));
    return row;
  }

  async findByProvider(providerDispute: string): Promise<DisputeRow | undefined> {
    const [row] = await this.#orm.select().from(disputes).where(eq(disputes.providerDispute, providerDispute));
    return row;
  }

  async findOfSource(sourceId: string): Promise<DisputeRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(disputes)
      .where(eq(disputes.sourceId, sourceId))
      .orderBy(desc(disputes.openedAt))
      .limit(1);
    return row;
  }

  async list(filter: { status?: DisputeStatus | undefined; limit: number }): Promise<DisputeRow[]> {
    return this.#orm
      .select()
      .from(disputes)
      .where(filter.status ? eq(disputes.status, filter.status) : undefined)
      .orderBy(desc(disputes.openedAt))
      .limit(filter.limit);
  }

  /** Inserts a new dispute; undefined if it exists. */
  async keep(tx: Orm, row: NewDispute): Promise<DisputeRow | undefined> {
    const [kept] = await tx.insert(disputes).values(row).onConflictDoNothing().returning();
    return kept;
  }

  async lock(tx: Orm, id: string): Promise<DisputeRow> {
    const [row] = await tx.select().from(disputes).where(eq(disputes.id, id)).for('update');
    return row as DisputeRow;
  }

  async update(tx: Orm, id: string, set: Partial<DisputeRow>): Promise<DisputeRow> {
    const [row] = await tx.update(disputes).set(set).where(eq(disputes.id, id)).returning();
    return row as DisputeRow;
  }

  /** Evidence that is about to be sent. What the provider accepted before stays on record until it accepts this too. */
  async noteSending(id: string, submission: { evidence: Evidence; submittedBy: string }): Promise<void> {
    const isUnsubmitted = and(eq(disputes.id, id), isNull(disputes.submittedAt));
    await this.#orm.update(disputes).set(submission).where(isUnsubmitted);
  }

  /** Evidence that the provider has accepted. */
  async noteSubmitted(
    id: string,
    submission: { evidence: Evidence; submittedBy: string; submittedAt: string },
  ): Promise<void> {
    await this.#orm.update(disputes).set(submission).where(eq(disputes.id, id));
  }

  /** Holds or releases unspent credit. The caller has locked the wallet. */
  async holdCredit(tx: Orm, wallet: string, amountMinor: number): Promise<void> {
    await execute(tx, sql`update ledger_accounts set held = held + ${amountMinor}::bigint where id = ${wallet}`);
  }

  /** Whether another open dispute is about a payment for the same membership. */
  async hasOtherDispute(tx: Orm, { id, sourceId }: DisputeRow): Promise<boolean> {
    const { rows } = await execute<{ id: string }>(
      tx,
      sql`select d.id from disputes d
        where d.id <> ${id} and d.is_frozen and d.status in ('open', 'under_review') and (d.source_id = ${sourceId}
          or d.source_id in (select other.id from payments own join payments other on other.item = own.item
            where own.id = ${sourceId}))
        limit 1`,
    );
    return rows.length > 0;
  }

  /** Whether a dispute of this person is lost. */
  async hasLost(tx: Orm, identity: string): Promise<boolean> {
    const isLost = and(eq(disputes.identity, identity), eq(disputes.status, 'lost'));
    return (await tx.select({ id: disputes.id }).from(disputes).where(isLost).limit(1)).length > 0;
  }

  async readRecords(row: DisputeRow): Promise<PaymentRecords> {
    const { rows } = await execute<Record<string, string | null>>(
      this.#orm,
      sql`select c.name, c.description, c.paid_at, r.title, r.first_live_at, n.created_at as granted_at, n.used_at
        from (select source_id, name, description, paid_at from checkouts
            union all select i.id, m.name, 'Membership of ' || coalesce(cr.name, m.creator) || ' until ' || to_char(i.period_end, 'YYYY-MM-DD'), i.paid_at
              from membership_invoices i join memberships m on m.id = i.membership left join creators cr on cr.identity = m.creator) c
        left join tickets t on t.id = c.source_id
        left join rooms r on r.id = t.room
        left join entitlements n on n.source = 'ticket' and n.source_id = t.id
        where c.source_id = ${row.sourceId}`,
    );
    const spending = await execute<{ kind: string; amount: string; created_at: string; title: string }>(
      this.#orm,
      sql`select x.kind, e.amount_minor as amount, x.created_at, r.title
        from ledger_entries e join ledger_transactions x on x.id = e.transaction
        join payments p on p.id = x.source_id join rooms r on r.id = p.room
        where e.account = ${accountId(fanWallet(row.identity, row.currency))} and e.amount_minor < 0
        order by e.seq desc limit 50`,
    );
    const found = rows[0] ?? {};
    return {
      payerName: found.name ?? null,
      description: found.description ?? null,
      paidAt: isoOrNull(found.paid_at),
      roomTitle: found.title ?? null,
      liveStartedAt: isoOrNull(found.first_live_at),
      accessGrantedAt: isoOrNull(found.granted_at),
      usedAt: isoOrNull(found.used_at),
      spending: spending.rows.map((each) => ({
        kind: each.kind,
        amountMinor: -Number(each.amount),
        at: iso(each.created_at),
        room: each.title,
      })),
    };
  }
}
