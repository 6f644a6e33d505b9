/**
 * The terms of a sale: the fee policy in force, the VAT of the buyer's country, and the creator's pledge to an
 * association. A sale stores the id of its terms, so its split can be explained later. Of a payment by card, the
 * country is only known once it is paid: its price stays, and VAT, commission, pledge and the creator's part are taken
 * of it as the country of its evidence asks, so each bears a difference in proportion.
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
import type { PaymentsStore } from '../payments/payments.store.ts';
import { type CountryEvidence, findCountry } from './country-evidence.ts';
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
  /** What said where the buyer lives. */
  evidence: CountryEvidence[];
}

export interface PricingOptions {
  db: Database;
  clock: Clock;
  ledger: LedgerStore;
  fees: FeePoliciesStore;
  payments: PaymentsStore;
  taxes: EuTaxTable;
  currency: string;
  houseCountry: string;
}

/** What is known of a person's country, by how they pay. */
type Evidence = Record<'wallet' | 'card', CountryEvidence[]>;

/** How late a process may read a new pledge or a buyer's country. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_MAX = 20_000;

export class Pricing {
  readonly #options: PricingOptions;
  readonly #store: PricingStore;
  readonly #pledges: Remembered<string, Pledge | undefined>;
  readonly #evidence: Remembered<string, Evidence>;
  /** Terms whose row exists. Rows are never deleted. */
  readonly #kept = new RecentMap<string, SaleTerms>(REMEMBERED_MAX);

  constructor(options: PricingOptions) {
    this.#options = options;
    this.#store = new PricingStore(options.db);
    const remembered = { clock: options.clock, forMs: REMEMBERED_MS, max: REMEMBERED_MAX };
    this.#pledges = new Remembered(remembered);
    this.#evidence = new Remembered(remembered);
  }

  /**
   * The terms of a sale now, or at the moment of its payment, with the fees and the pledge of that time. `paid` is what
   * a payment by card says; without one, they are those of a purchase from the wallet, or an estimate for a card.
   * Call it before a transaction, never inside, because it inserts missing terms.
   */
  async findTerms(sale: {
    creator: string;
    buyer: string;
    atMs?: number;
    from?: 'wallet' | 'card';
    paid?: CountryEvidence[];
  }): Promise<SaleTerms> {
    const { creator, buyer, atMs, from = 'wallet', paid } = sale;
    const { fees } = this.#options;
    const policy = await (atMs === undefined ? fees.findCurrent() : fees.findAt(atMs));
    const pledge = await (atMs === undefined ? this.#findPledge(creator) : this.#store.findPledge(creator, iso(atMs)));
    return this.#keepTerms(
      {
        feePolicy: policy.id,
        commissionBps: policy.commissionBps,
        association: pledge?.association.id ?? null,
        charityBps: pledge?.shareBps ?? 0,
      },
      paid ? await this.#evidenceOfPayment(buyer, paid) : (await this.#findEvidence(buyer))[from],
    );
  }

  /** The terms of an order that was paid by card: as ordered, with the VAT of the country that the payment shows. */
  async findPaidTerms(ordered: string, buyer: string, paid: CountryEvidence[]): Promise<SaleTerms> {
    const { id: feePolicy, commissionBps, association, charityBps } = await this.getTerms(ordered);
    const split = { feePolicy, commissionBps, association, charityBps };
    return this.#keepTerms(split, await this.#evidenceOfPayment(buyer, paid));
  }

  async #keepTerms(
    split: Pick<SaleTermsRow, 'feePolicy' | 'commissionBps' | 'association' | 'charityBps'>,
    evidence: CountryEvidence[],
  ): Promise<SaleTerms> {
    const { taxes, ledger, currency } = this.#options;
    const { country, vatBps } = taxes.rateOf(findCountry(evidence, taxes)?.country);
    const { association, charityBps, feePolicy } = split;
    const known = evidence.map((piece) => `${piece.kind}:${piece.country}`).join('+') || 'unknown';
    const row: SaleTermsRow = {
      id: [feePolicy, `${country}${vatBps}`, known, association ?? 'none', charityBps].join('/'),
      ...split,
      country,
      vatBps,
      evidence,
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

  /** Whether a purchase now would carry the VAT of a country that is known, not of the house's in its place. */
  isCountryKnown({ evidence }: SaleTerms): boolean {
    return findCountry(evidence, this.#options.taxes) !== undefined;
  }

  /** `checked`: an operator has looked into it, which goes before what payments say. */
  async noteBuyerCountry(identity: string, country: string, kind: 'named' | 'checked' = 'named'): Promise<void> {
    await this.#store.saveBuyer({ identity, country, kind, notedAt: isoIn(this.#options.clock) });
    this.#evidence.forget(identity);
  }

  #findPledge(creator: string): Promise<Pledge | undefined> {
    return this.#pledges.find(creator, () => this.#store.findPledge(creator, isoIn(this.#options.clock)));
  }

  async #findEvidence(identity: string): Promise<Evidence> {
    const known = await this.#evidence.find(identity, async () => {
      const named = await this.#namedBy(identity);
      const { wallet, card } = await this.#options.payments.findEvidence(identity);
      return { wallet: [...named, ...wallet], card: [...named, ...card] };
    });
    // A first payment must be seen by the purchase that follows it at once.
    if (known.wallet.length === 0 || known.card.length === 0) this.#evidence.forget(identity);
    return known;
  }

  async #evidenceOfPayment(identity: string, paid: CountryEvidence[]): Promise<CountryEvidence[]> {
    return paid.length > 0 ? [...(await this.#namedBy(identity)), ...paid] : (await this.#findEvidence(identity)).card;
  }

  async #namedBy(identity: string): Promise<CountryEvidence[]> {
    const named = await this.#store.findBuyer(identity);
    return named ? [named] : [];
  }
}
