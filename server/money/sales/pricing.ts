/**
 * The terms of a sale: the fee policy in force, the VAT of the buyer's country, and the creator's pledge to an
 * association. A sale stores the id of its terms, so its split can be explained later.
 */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { RecentMap } from '../../platform/recent-map.ts';
import { Remembered } from '../../platform/remembered.ts';
import { AppError } from '../../protocol/errors.ts';
import type {
  Association,
  AssociationAccount,
  AssociationInput,
  FeePolicyInput,
  FeePolicyView,
  Pledge,
  PledgeInput,
} from '../../protocol/money/pricing.ts';
import type { LedgerStore } from '../ledger/ledger.store.ts';
import { charityAccount, type SaleRates } from '../ledger/ledger.ts';
import type { FeePoliciesStore } from './fee-policies.store.ts';
import { PricingStore, type SaleTermsRow } from './pricing.store.ts';
import type { EuTaxTable } from './tax-calculator.ts';

/** What splits a sale; `id` is that of the fee policy. */
export interface SaleTerms extends SaleRates {
  id: string;
  termsId: string;
  /** The country whose VAT rate applies. */
  country: string;
  /** Receives the charity's part; null when there is none. */
  association: string | null;
}

export interface PricingOptions {
  db: Database;
  clock: Clock;
  ledger: LedgerStore;
  fees: FeePoliciesStore;
  taxes: EuTaxTable;
  currency: string;
  houseCountry: string;
}

/** How late a process may read a new pledge or a buyer's country. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_MAX = 20_000;

export class Pricing {
  readonly #options: PricingOptions;
  readonly #store: PricingStore;
  readonly #pledges: Remembered<string, Pledge | undefined>;
  readonly #countries: Remembered<string, string | undefined>;
  /** Terms whose row exists. Rows are never deleted. */
  readonly #kept = new RecentMap<string, SaleTerms>(REMEMBERED_MAX);

  constructor(options: PricingOptions) {
    this.#options = options;
    this.#store = new PricingStore(options.db);
    const remembered = { clock: options.clock, forMs: REMEMBERED_MS, max: REMEMBERED_MAX };
    this.#pledges = new Remembered(remembered);
    this.#countries = new Remembered(remembered);
  }

  /**
   * The terms of a sale now, or at the moment of its payment, with the fees and the pledge of that time. Call it before
   * a transaction, never inside, because it inserts missing terms.
   */
  async findTerms({ creator, buyer, atMs }: { creator: string; buyer: string; atMs?: number }): Promise<SaleTerms> {
    const { fees, taxes, ledger, currency } = this.#options;
    const policy = await (atMs === undefined ? fees.findCurrent() : fees.findAt(atMs));
    const pledge = await (atMs === undefined ? this.#findPledge(creator) : this.#store.findPledge(creator, iso(atMs)));
    const { country, vatBps } = taxes.rateOf(await this.#findCountry(buyer));
    const association = pledge?.association.id ?? null;
    const charityBps = pledge?.shareBps ?? 0;
    const row: SaleTermsRow = {
      id: [policy.id, `${country}${vatBps}`, association ?? 'none', charityBps].join('/'),
      feePolicy: policy.id,
      country,
      vatBps,
      commissionBps: policy.commissionBps,
      association,
      charityBps,
    };
    const kept = this.#kept.get(row.id);
    if (kept) return kept;
    await this.#store.insertTerms(row);
    if (association) await ledger.ensureAccounts([charityAccount(association, currency)]);
    return this.#keep(row);
  }

  /** The terms of an earlier sale. */
  async getTerms(id: string): Promise<SaleTerms> {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const row = await this.#store.findTerms(id);
    if (!row) throw new AppError('internal', 'The terms of a sale are missing.');
    return this.#keep(row);
  }

  #keep(row: SaleTermsRow): SaleTerms {
    const { id: termsId, feePolicy: id, ...rest } = row;
    const terms = { id, termsId, ...rest };
    this.#kept.set(termsId, terms);
    return terms;
  }

  /** Adds a fee policy. Policies are immutable; a later one replaces the one in force. */
  async addFeePolicy(input: FeePolicyInput): Promise<FeePolicyView> {
    const { fees, clock, taxes, houseCountry } = this.#options;
    const now = isoIn(clock);
    const effectiveAt = input.effectiveAt ? iso(input.effectiveAt) : now;
    if (effectiveAt < now) throw new AppError('time_in_past', 'A fee policy must take effect in the future.');
    const { vatBps } = taxes.rateOf(houseCountry);
    return fees.add({ commissionBps: input.commissionBps, vatBps, effectiveAt });
  }

  listFeePolicies(): Promise<FeePolicyView[]> {
    return this.#options.fees.list();
  }

  /** Idempotent: the same association returns the stored one; different details under the same id are refused. */
  async addAssociation(input: AssociationInput): Promise<Association> {
    const { url = null, ...rest } = input;
    const createdAt = isoIn(this.#options.clock);
    await this.#store.insertAssociation({ ...rest, url, createdAt });
    const kept = await this.getAssociation(input.id);
    if (kept.name !== input.name || kept.country !== input.country || kept.url !== url) {
      throw new AppError('association_exists');
    }
    return kept;
  }

  async getAssociation(id: string): Promise<Association> {
    const association = await this.#store.findAssociation(id);
    if (!association) throw new AppError('association_not_found');
    return association;
  }

  listAssociations(limit: number): Promise<Association[]> {
    return this.#store.listAssociations(limit);
  }

  async readAccount(id: string): Promise<AssociationAccount> {
    const association = await this.getAssociation(id);
    return { association, ...(await this.#store.readAccount(id, this.#options.currency)) };
  }

  /** Applies to sales from now on. A share of 0 ends the pledge. */
  async pledge(creator: string, { association, shareBps }: PledgeInput): Promise<Pledge | null> {
    await this.getAssociation(association);
    await this.#store.savePledge({ creator, association, shareBps, since: isoIn(this.#options.clock) });
    this.#pledges.forget(creator);
    return this.findPledge(creator);
  }

  async findPledge(creator: string): Promise<Pledge | null> {
    return (await this.#store.findPledge(creator, isoIn(this.#options.clock))) ?? null;
  }

  /**
   * Stores a buyer's country from a payment, if they have not named one. A card alone does not prove a country without
   * EU VAT: the house's rate then applies.
   */
  async noteEvidence(identity: string, country: string): Promise<void> {
    if (!this.#options.taxes.hasRate(country) || (await this.#findCountry(identity)) !== undefined) return;
    await this.#store.keepBuyer({ identity, country, notedAt: isoIn(this.#options.clock) });
    this.#countries.forget(identity);
  }

  async noteBuyerCountry(identity: string, country: string): Promise<void> {
    await this.#store.saveBuyer({ identity, country, notedAt: isoIn(this.#options.clock) });
    this.#countries.forget(identity);
  }

  #findPledge(creator: string): Promise<Pledge | undefined> {
    return this.#pledges.find(creator, () => this.#store.findPledge(creator, isoIn(this.#options.clock)));
  }

  #findCountry(identity: string): Promise<string | undefined> {
    return this.#countries.find(identity, () => this.#store.findBuyerCountry(identity));
  }
}
