import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, lte, sql } from '../../platform/db/sql.ts';
import type { Association, AssociationAccount, Pledge } from '../../protocol/money/pricing.ts';
import { execute } from '../ledger/ledger.store.ts';
import { accountId, charityAccount } from '../ledger/ledger.ts';
import type { CountryEvidence } from './country-evidence.ts';
import { associations, buyers, pledges, saleTerms } from './pricing.schema.ts';

export type SaleTermsRow = typeof saleTerms.$inferSelect;

export class PricingStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** True when it was new. */
  async insertAssociation(row: typeof associations.$inferInsert): Promise<boolean> {
    const rows = await this.#orm
      .insert(associations)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: associations.id });
    return rows.length > 0;
  }

  async findAssociation(id: string): Promise<Association | undefined> {
    const [row] = await this.#orm.select().from(associations).where(eq(associations.id, id));
    return row && { ...row, createdAt: iso(row.createdAt) };
  }

  async listAssociations(limit: number): Promise<Association[]> {
    const rows = await this.#orm.select().from(associations).orderBy(desc(associations.createdAt)).limit(limit);
    return rows.map((row) => ({ ...row, createdAt: iso(row.createdAt) }));
  }

  async findPledge(creator: string, atIso: string): Promise<Pledge | undefined> {
    const [row] = await this.#orm
      .select({ pledge: pledges, association: associations })
      .from(pledges)
      .innerJoin(associations, eq(associations.id, pledges.association))
      .where(and(eq(pledges.creator, creator), lte(pledges.since, atIso)))
      .orderBy(desc(pledges.since))
      .limit(1);
    if (!row || row.pledge.shareBps === 0) return undefined;
    const { id, name, url } = row.association;
    return { creator, association: { id, name, url }, shareBps: row.pledge.shareBps, since: iso(row.pledge.since) };
  }

  async savePledge(row: typeof pledges.$inferInsert): Promise<void> {
    const { association, shareBps } = row;
    await this.#orm
      .insert(pledges)
      .values(row)
      .onConflictDoUpdate({ target: [pledges.creator, pledges.since], set: { association, shareBps } });
  }

  async findBuyer(identity: string): Promise<CountryEvidence | undefined> {
    const { kind, country } = buyers;
    const [row] = await this.#orm.select({ kind, country }).from(buyers).where(eq(buyers.identity, identity));
    return row;
  }

  async saveBuyer(row: typeof buyers.$inferInsert): Promise<void> {
    const { country, kind, notedAt } = row;
    await this.#orm
      .insert(buyers)
      .values(row)
      .onConflictDoUpdate({ target: buyers.identity, set: { country, kind, notedAt } });
  }

  async insertTerms(row: SaleTermsRow): Promise<void> {
    await this.#orm.insert(saleTerms).values(row).onConflictDoNothing();
  }

  async findTerms(id: string): Promise<SaleTermsRow | undefined> {
    const [row] = await this.#orm.select().from(saleTerms).where(eq(saleTerms.id, id));
    return row;
  }

  /** What an association received from sales, less refunds and lost disputes, from the entries of its account. */
  async readAccount(association: string, currency: string): Promise<Omit<AssociationAccount, 'association'>> {
    const account = accountId(charityAccount(association, currency));
    const { rows: months } = await execute<{ month: string; amount: string; sales: string }>(
      this.#orm,
      sql`select to_char(t.created_at at time zone 'UTC', 'YYYY-MM') as month, sum(e.amount_minor) as amount,
          count(*) filter (where t.reverses_id is null) as sales
        from ledger_entries e join ledger_transactions t on t.id = e.transaction
        where e.account = ${account} and t.kind <> 'association_paid'
        group by month order by month desc limit 120`,
    );
    const { rows: sums } = await execute<{ balance: string; given: string; returned: string; paid: string }>(
      this.#orm,
      sql`select coalesce(sum(e.amount_minor), 0) as balance,
          coalesce(sum(e.amount_minor) filter (where t.reverses_id is null and t.kind <> 'association_paid'), 0) as given,
          coalesce(-sum(e.amount_minor) filter (where t.reverses_id is not null), 0) as returned,
          coalesce(-sum(e.amount_minor) filter (where t.kind = 'association_paid'), 0) as paid
        from ledger_entries e join ledger_transactions t on t.id = e.transaction where e.account = ${account}`,
    );
    const creators = await this.#orm
      .select({ n: sql<string>`count(*)` })
      .from(pledges)
      .where(eq(pledges.association, association));
    return {
      currency,
      balanceMinor: Number(sums[0]?.balance ?? 0),
      givenMinor: Number(sums[0]?.given ?? 0),
      refundedMinor: Number(sums[0]?.returned ?? 0),
      paidMinor: Number(sums[0]?.paid ?? 0),
      pledgingCreators: Number(creators[0]?.n ?? 0),
      months: months.map((row) => ({
        month: row.month,
        amountMinor: Number(row.amount),
        saleCount: Number(row.sales),
      })),
    };
  }
}
