import { type Database, isClaimed, type Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, inArray, isNotNull, isNull, lte, ne, or, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import { checkouts, providerCustomers } from './checkouts.schema.ts';

export type Checkout = typeof checkouts.$inferSelect;
export type NewCheckout = typeof checkouts.$inferInsert;

/** Unique index: a session of the provider belongs to one checkout. */
export const ONE_CHECKOUT_OF_SESSION = 'checkouts_provider_session_unique';

/** First delay before a checkout is fetched again; it doubles with each check, up to the maximum. */
export const CHECK_FIRST_SECONDS = 10;
const CHECK_MAX_SECONDS = 300;
/**
 * After this many checks of a paid checkout, its missing fee is looked up once a day, and after some days no more:
 * reconciliation then reports it.
 */
const FEE_CHECKS_MAX = 40;
const FEE_DAYS_MAX = 90;

export class CheckoutsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: NewCheckout): Promise<Checkout> {
    const [inserted] = await tx.insert(checkouts).values(row).returning();
    return inserted as Checkout;
  }

  /**
   * Counts the checkouts that can still be paid. Concurrent callers for one identity wait until the transaction ends.
   */
  async lockOpen(tx: Orm, identity: string, nowIso: string): Promise<number> {
    await execute(tx, sql`select pg_advisory_xact_lock(hashtext(${`checkouts:${identity}`}))`);
    const [row] = await tx
      .select({ n: sql<number>`count(*)::int` })
      .from(checkouts)
      .where(
        and(
          eq(checkouts.identity, identity),
          inArray(checkouts.status, ['opening', 'open']),
          gt(checkouts.expiresAt, nowIso),
        ),
      );
    return row?.n ?? 0;
  }

  async find(id: string): Promise<Checkout | undefined> {
    const [row] = await this.#orm.select().from(checkouts).where(eq(checkouts.id, id));
    return row;
  }

  async findBySession(session: string): Promise<Checkout | undefined> {
    const [row] = await this.#orm.select().from(checkouts).where(eq(checkouts.providerSession, session));
    return row;
  }

  async findBySource(sourceId: string, tx: Orm = this.#orm): Promise<Checkout | undefined> {
    const [row] = await tx.select().from(checkouts).where(eq(checkouts.sourceId, sourceId));
    return row;
  }

  async findByPayment(payment: string): Promise<Checkout | undefined> {
    const [row] = await this.#orm.select().from(checkouts).where(eq(checkouts.providerPayment, payment));
    return row;
  }

  /**
   * Stores the page once. The page of a card payment may be stored after its payment, if the event arrives while the
   * order is being placed.
   */
  async markOpen(id: string, page: { session: string; url: string | null; nextCheckAt: string }): Promise<void> {
    await this.#orm
      .update(checkouts)
      .set({ status: 'open', providerSession: page.session, url: page.url, nextCheckAt: page.nextCheckAt })
      .where(
        and(
          eq(checkouts.id, id),
          or(
            eq(checkouts.status, 'opening'),
            and(eq(checkouts.status, 'open'), eq(checkouts.providerSession, page.session), isNull(checkouts.url)),
          ),
        ),
      );
  }

  /** True when this call marked it paid: the caller books the payment in the same transaction. */
  async markPaid(
    tx: Orm,
    id: string,
    payment: { session: string; payment: string | null; amountMinor: number; paidAt: string; nextCheckAt: string },
  ): Promise<boolean> {
    const rows = await tx
      .update(checkouts)
      .set({
        status: 'paid',
        providerSession: payment.session,
        providerPayment: payment.payment,
        amountMinor: payment.amountMinor,
        unbookedSince: null,
        paidAt: payment.paidAt,
        nextCheckAt: payment.nextCheckAt,
        checks: 0,
      })
      .where(and(eq(checkouts.id, id), ne(checkouts.status, 'paid')))
      .returning({ id: checkouts.id });
    return rows.length > 0;
  }

  async noteUnusable(tx: Orm, id: string, reason: string): Promise<void> {
    await tx.update(checkouts).set({ unusableBecause: reason }).where(eq(checkouts.id, id));
  }

  /** Notes that a paid checkout could not be booked. Returns since when. */
  async noteUnbooked(id: string, nowIso: string): Promise<string> {
    const [row] = await this.#orm
      .update(checkouts)
      .set({ unbookedSince: sql`coalesce(${checkouts.unbookedSince}, ${nowIso}::timestamptz)` })
      .where(and(eq(checkouts.id, id), ne(checkouts.status, 'paid')))
      .returning({ since: checkouts.unbookedSince });
    return row?.since ?? nowIso;
  }

  async markExpired(tx: Orm, id: string): Promise<boolean> {
    const rows = await tx
      .update(checkouts)
      .set({ status: 'expired', nextCheckAt: null })
      .where(and(eq(checkouts.id, id), inArray(checkouts.status, ['opening', 'open'])))
      .returning({ id: checkouts.id });
    return rows.length > 0;
  }

  /** True when the fee was not known before. */
  async setFee(tx: Orm, id: string, feeMinor: number): Promise<boolean> {
    const rows = await tx
      .update(checkouts)
      .set({ feeMinor, nextCheckAt: null })
      .where(and(eq(checkouts.id, id), isNull(checkouts.feeMinor)))
      .returning({ id: checkouts.id });
    return rows.length > 0;
  }

  /** Claims checkouts that are due and sets their next check, so that no two processes take the same one. */
  async claimDue(nowIso: string, limit: number): Promise<Checkout[]> {
    const due = this.#orm
      .select({ id: checkouts.id })
      .from(checkouts)
      .where(lte(checkouts.nextCheckAt, nowIso))
      .orderBy(asc(checkouts.nextCheckAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    return this.#orm
      .update(checkouts)
      .set({
        checks: sql`${checkouts.checks} + 1`,
        nextCheckAt: sql`case when ${checkouts.status} = 'paid' and ${checkouts.checks} >= ${FEE_CHECKS_MAX + FEE_DAYS_MAX} then null
          when ${checkouts.status} = 'paid' and ${checkouts.checks} >= ${FEE_CHECKS_MAX} then ${nowIso}::timestamptz + interval '1 day'
          else ${nowIso}::timestamptz + interval '1 second'
            * least(${CHECK_FIRST_SECONDS} * power(2, least(${checkouts.checks}, 10)), ${CHECK_MAX_SECONDS}) end`,
      })
      .where(isClaimed(checkouts.id, due))
      .returning();
  }

  /** Makes every open checkout due at once, after a start. */
  async makeOpenDue(nowIso: string): Promise<void> {
    await this.#orm
      .update(checkouts)
      .set({ nextCheckAt: nowIso })
      .where(
        and(
          isNotNull(checkouts.nextCheckAt),
          or(inArray(checkouts.status, ['opening', 'open']), isNull(checkouts.feeMinor)),
        ),
      );
  }

  /** `club`: the creator of the club that the person joins; empty for their own payments. */
  async findCustomer(identity: string, club = ''): Promise<string | undefined> {
    const isTheirs = and(eq(providerCustomers.identity, identity), eq(providerCustomers.club, club));
    const [row] = await this.#orm.select().from(providerCustomers).where(isTheirs);
    return row?.customer;
  }

  /** All of a person's, with those of their clubs. */
  async listCustomers(identity: string): Promise<string[]> {
    const rows = await this.#orm.select().from(providerCustomers).where(eq(providerCustomers.identity, identity));
    return rows.map(({ customer }) => customer);
  }

  /** Stores the customer unless a concurrent request has stored one. Returns the stored one. */
  async keepCustomer(row: { identity: string; club: string; customer: string }, at: string): Promise<string> {
    await this.#orm
      .insert(providerCustomers)
      .values({ ...row, createdAt: at })
      .onConflictDoNothing();
    return (await this.findCustomer(row.identity, row.club)) ?? row.customer;
  }

  async forgetCustomer(customer: string): Promise<void> {
    await this.#orm.delete(providerCustomers).where(eq(providerCustomers.customer, customer));
  }
}
