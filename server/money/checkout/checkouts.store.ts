import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gt, inArray, isNull, ne, or, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { execute } from '../ledger/ledger.store.ts';
import { checkouts, providerCustomers } from './checkouts.schema.ts';

export type Checkout = typeof checkouts.$inferSelect;
export type NewCheckout = typeof checkouts.$inferInsert;

/** Unique index: a session of the provider belongs to one checkout. */
export const ONE_CHECKOUT_OF_SESSION = 'checkouts_provider_session_unique';

/** Unique index: a key of a person belongs to one checkout. */
export const ONE_CHECKOUT_OF_KEY = 'checkouts_idempotency';

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

  async findByKey(identity: string, idempotencyKey: string): Promise<Checkout | undefined> {
    const isOf = and(eq(checkouts.identity, identity), eq(checkouts.idempotencyKey, idempotencyKey));
    const [row] = await this.#orm.select().from(checkouts).where(isOf);
    return row;
  }

  /**
   * Stores the page once. The page of a card payment may be stored after its payment, if the event arrives while the
   * order is being placed.
   */
  async markOpen(id: string, page: { session: string; url: string | null; dueAt: string }): Promise<void> {
    await this.#orm
      .update(checkouts)
      .set({ status: 'open', providerSession: page.session, url: page.url, dueAt: page.dueAt })
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
    {
      session,
      ...paid
    }: Pick<Checkout, 'providerPayment' | 'cardFingerprint' | 'amountMinor' | 'paidAt'> & { session: string },
  ): Promise<boolean> {
    const rows = await tx
      .update(checkouts)
      .set({ ...paid, status: 'paid', providerSession: session, unbookedSince: null, ...NOT_DUE })
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
      .set({ status: 'expired', ...NOT_DUE })
      .where(and(eq(checkouts.id, id), inArray(checkouts.status, ['opening', 'open'])))
      .returning({ id: checkouts.id });
    return rows.length > 0;
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
