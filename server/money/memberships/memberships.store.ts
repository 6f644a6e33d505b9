import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, inArray, isNotNull, isNull, or, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { ID_PREFIXES } from '../../protocol/ids.ts';
import { takenBack } from '../ledger/ledger.store.ts';
import type { TermLine } from './membership-time.ts';
import { membershipInvoices, memberships, membershipTerms } from './memberships.schema.ts';

export type MembershipRow = typeof memberships.$inferSelect;
export type InvoiceRow = typeof membershipInvoices.$inferSelect;

/** A line of an invoice, and whether its payment is kept. */
export interface KnownTerm extends TermLine {
  isKept: boolean;
}

/** The sum that refunds and lost disputes took back of a payment, from all its legs. */
const GIVEN_BACK = sql`(select coalesce(sum(${takenBack('back')}), 0) from ledger_transactions sale
  join ledger_transactions back on back.reverses_id = sale.id
  join ledger_entries e on e.transaction = back.id
  where sale.kind = 'membership' and sale.source_type = 'membership' and sale.source_id = ${membershipInvoices.id})`;

/** Unique index: a person has one open page to join a club. */
export const ONE_PENDING_MEMBERSHIP = 'memberships_pending';

const LIST_ITEMS = 100;

export class MembershipsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(row: typeof memberships.$inferInsert): Promise<MembershipRow> {
    const [inserted] = await this.#orm.insert(memberships).values(row).returning();
    return inserted as MembershipRow;
  }

  async find(id: string): Promise<MembershipRow | undefined> {
    const [row] = await this.#orm.select().from(memberships).where(eq(memberships.id, id));
    return row;
  }

  async lock(tx: Orm, id: string): Promise<MembershipRow | undefined> {
    const [row] = await tx.select().from(memberships).where(eq(memberships.id, id)).for('update');
    return row;
  }

  async findBySession(session: string): Promise<MembershipRow | undefined> {
    const [row] = await this.#orm.select().from(memberships).where(eq(memberships.providerSession, session));
    return row;
  }

  async findBySubscription(subscription: string): Promise<MembershipRow | undefined> {
    const [row] = await this.#orm.select().from(memberships).where(eq(memberships.providerSubscription, subscription));
    return row;
  }

  /** A person's membership of a club, or their request for one. */
  async findCurrent(
    { creator, identity }: Pick<MembershipRow, 'creator' | 'identity'>,
    status: 'pending' | 'held',
    tx: Orm = this.#orm,
  ): Promise<MembershipRow | undefined> {
    const [row] = await tx
      .select()
      .from(memberships)
      .where(
        and(
          eq(memberships.creator, creator),
          eq(memberships.identity, identity),
          inArray(memberships.status, status === 'pending' ? ['pending'] : ['active', 'past_due']),
        ),
      );
    return row;
  }

  /** Memberships that were paid at least once, newest first. */
  listOf(identity: string): Promise<MembershipRow[]> {
    return this.#orm
      .select()
      .from(memberships)
      .where(and(eq(memberships.identity, identity), isNotNull(memberships.startedAt)))
      .orderBy(desc(memberships.createdAt))
      .limit(LIST_ITEMS);
  }

  async update(tx: Orm, id: string, set: Partial<MembershipRow>): Promise<MembershipRow> {
    const [row] = await tx.update(memberships).set(set).where(eq(memberships.id, id)).returning();
    return row as MembershipRow;
  }

  /** One caller of the lease is done; the last one ends it. */
  async endUpdate(id: string, until: string): Promise<void> {
    const { cancellationLeaseHolders, cancellationLeaseUntil } = memberships;
    await this.#orm
      .update(memberships)
      .set({
        cancellationLeaseHolders: sql`${cancellationLeaseHolders} - 1`,
        cancellationLeaseUntil: sql`case when ${cancellationLeaseHolders} > 1 then ${cancellationLeaseUntil} end`,
      })
      .where(and(eq(memberships.id, id), eq(cancellationLeaseUntil, until)));
  }

  /**
   * The provider has the member's decision. If that is to leave, a concurrent cancellation by the house now counts as
   * the member's.
   */
  async noteDecided(id: string): Promise<void> {
    await this.#orm
      .update(memberships)
      .set({
        isCancelledByHouse: sql`${memberships.isCancelledByHouse} and ${memberships.wantsToLeave} is not true`,
        decisions: sql`${memberships.decisions} + 1`,
      })
      .where(eq(memberships.id, id));
  }

  /** Clears the house's cancellation. False when a decision of the member had cleared it before. */
  async disownCancellation(id: string): Promise<boolean> {
    const rows = await this.#orm
      .update(memberships)
      .set({ isCancelledByHouse: false })
      .where(and(eq(memberships.id, id), eq(memberships.isCancelledByHouse, true)))
      .returning({ id: memberships.id });
    return rows.length > 0;
  }

  /** Stores the house's cancellation for later removal, unless the member has meanwhile decided to leave. */
  async ownCancellation(id: string, dueAt: string): Promise<void> {
    const isKept = and(eq(memberships.isCancelledByHouse, false), sql`${memberships.wantsToLeave} is not true`);
    await this.#orm
      .update(memberships)
      .set({ isCancelledByHouse: true, dueAt })
      .where(and(eq(memberships.id, id), isKept));
  }

  /** Stores the page to join, unless a concurrent request has stored or abandoned one. Returns the stored page. */
  async keepSession(id: string, session: string): Promise<string | undefined> {
    const isWaiting = and(eq(memberships.id, id), eq(memberships.status, 'pending'));
    await this.#orm
      .update(memberships)
      .set({ providerSession: session })
      .where(and(isWaiting, isNull(memberships.providerSession)));
    const [kept] = await this.#orm.select({ kept: memberships.providerSession }).from(memberships).where(isWaiting);
    return kept?.kept ?? undefined;
  }

  /** Abandons a request, unless it was meanwhile paid or got another page. */
  async abandon({ id, providerSession }: MembershipRow, tx: Orm = this.#orm): Promise<void> {
    const isSame =
      providerSession === null ? isNull(memberships.providerSession) : eq(memberships.providerSession, providerSession);
    await tx
      .update(memberships)
      .set({ status: 'abandoned', ...NOT_DUE })
      .where(and(eq(memberships.id, id), eq(memberships.status, 'pending'), isSame));
  }

  async makeDue(id: string, dueAt: string): Promise<void> {
    await this.#orm.update(memberships).set({ dueAt }).where(eq(memberships.id, id));
  }

  /** Makes the memberships that an account holds due, and those of its club. */
  async makeDueOf(account: string, nowIso: string): Promise<void> {
    const isIn = or(eq(memberships.creator, account), eq(memberships.identity, account));
    const isOf = and(isIn, isNotNull(memberships.dueAt));
    await this.#orm.update(memberships).set({ dueAt: nowIso }).where(isOf);
  }

  /** Invoices whose terms are stored. */
  async listKnownInvoices(membership: string): Promise<Set<string>> {
    const rows = await this.#orm
      .selectDistinct({ invoice: membershipTerms.invoice })
      .from(membershipTerms)
      .where(eq(membershipTerms.membership, membership));
    return new Set(rows.map((row) => row.invoice));
  }

  /** Idempotent: two processes may learn of an invoice at the same time. */
  async insertTerms(tx: Orm, rows: (typeof membershipTerms.$inferInsert)[]): Promise<void> {
    if (rows.length > 0) await tx.insert(membershipTerms).values(rows).onConflictDoNothing();
  }

  /** In the order of the invoices. A payment is kept unless it was refunded or lost completely. */
  async listTerms(tx: Orm, membership: string): Promise<KnownTerm[]> {
    const { invoice, kind, tier, startsAt, endsAt, seq } = membershipTerms;
    const isKept = sql<boolean>`coalesce(${membershipInvoices.amountMinor} > ${GIVEN_BACK}, true)`;
    const rows = await tx
      .select({ invoice, kind, tier, startsAt, endsAt, isKept })
      .from(membershipTerms)
      .leftJoin(membershipInvoices, eq(membershipInvoices.invoice, invoice))
      .where(eq(membershipTerms.membership, membership))
      .orderBy(asc(seq));
    return rows.map(({ startsAt, endsAt, ...term }) => ({
      ...term,
      startsAtMs: Date.parse(startsAt),
      endsAtMs: Date.parse(endsAt),
    }));
  }

  /** Kept payments for time that is not over. */
  async listUnused(tx: Orm, membership: string, nowIso: string): Promise<InvoiceRow[]> {
    const isOfTime = sql`exists (select 1 from ${membershipTerms} where ${membershipTerms.invoice} = ${membershipInvoices.invoice}
      and ${membershipTerms.kind} <> 'unused' and ${membershipTerms.endsAt} > ${nowIso})`;
    return tx
      .select()
      .from(membershipInvoices)
      .where(
        and(
          eq(membershipInvoices.membership, membership),
          isOfTime,
          sql`${membershipInvoices.amountMinor} > ${GIVEN_BACK}`,
        ),
      );
  }

  /** The payments for a membership, oldest first. */
  listInvoices(tx: Orm, membership: string): Promise<InvoiceRow[]> {
    const { membership: of, paidAt, id } = membershipInvoices;
    return tx.select().from(membershipInvoices).where(eq(of, membership)).orderBy(asc(paidAt), asc(id));
  }

  /** Returns the row if this call inserted it, undefined if it existed. */
  async insertInvoice(tx: Orm, row: typeof membershipInvoices.$inferInsert): Promise<InvoiceRow | undefined> {
    const [inserted] = await tx.insert(membershipInvoices).values(row).onConflictDoNothing().returning();
    return inserted;
  }

  /** By our id of the payment, or the latest invoice of a membership. */
  async findInvoice(id: string, tx: Orm = this.#orm): Promise<InvoiceRow | undefined> {
    const isMembership = id.startsWith(ID_PREFIXES.membership);
    const [row] = await tx
      .select()
      .from(membershipInvoices)
      .where(isMembership ? eq(membershipInvoices.membership, id) : eq(membershipInvoices.id, id))
      .orderBy(desc(membershipInvoices.paidAt))
      .limit(1);
    return row;
  }
}
