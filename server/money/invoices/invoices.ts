/**
 * Numbers of receipts: a gapless series per seller and year. A counter inside the sale would make every tip wait for
 * the one before, so a job gives the numbers after the commit: it locks the series, numbers some sales and reversals
 * in the order of the books, and stores them with the new last number in one transaction. A crash leaves all of it or
 * nothing, and two processes number one after the other. Both parties are kept as they are at that moment; what is
 * issued is never changed, and outlives an erasure for as long as the law asks. Then another job erases the buyer; the
 * number, the seller and the amounts stay.
 */
import { HOUR_MS, iso } from '../../platform/clock.ts';
import { yearIn } from '../../platform/house-dates.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';
import type { MoneyContext } from '../money-context.ts';
import { InvoicesStore } from './invoices.store.ts';

const BATCH = 500;
/** A transaction is committed within this time after its timestamp. */
const COMMITTED_WITHIN_MS = HOUR_MS;
const EVER = '1970-01-01T00:00:00.000Z';
const NUMBER_DIGITS = 6;

export class Invoices {
  readonly #context: MoneyContext;
  readonly #store: InvoicesStore;
  /** Everything older has its number. */
  #sinceIso = EVER;
  /** Everything issued before this year has lost its buyer. */
  #erasedBeforeYear: number | undefined;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new InvoicesStore(context.db);
  }

  /** Numbers some sales; true when there may be more. A house without a name and address issues nothing. */
  async sweep(): Promise<boolean> {
    const { db, seller } = this.#context;
    if (!seller) return false;
    const doneIso = this.#context.laterIso(-COMMITTED_WITHIN_MS);
    const series = { seller: seller.vatNumber ?? seller.name, year: this.#year() };
    const issuedAt = this.#context.nowIso();
    const open = { sinceIso: this.#sinceIso, limit: BATCH };
    // Mostly there is nothing to do, which needs no lock.
    if ((await this.#store.findUninvoiced(db.orm, open)).length === 0) {
      this.#sinceIso = doneIso;
      return false;
    }
    const count = await db.transaction(async (tx) => {
      const last = await this.#store.lockSeries(tx, series);
      const sales = await this.#store.findUninvoiced(tx, open);
      if (sales.length === 0) return 0;
      const parties = { sellerName: seller.name, sellerAddress: seller.address, sellerVatNumber: seller.vatNumber };
      await this.#store.insert(
        tx,
        sales.map((sale, index) => ({ ...series, ...parties, ...sale, number: last + index + 1, issuedAt })),
      );
      await this.#store.setLastNumber(tx, { ...series, lastNumber: last + sales.length });
      return sales.length;
    });
    if (count === BATCH) return true;
    this.#sinceIso = doneIso;
    return false;
  }

  /** Erases the buyers of receipts whose term has passed; true when there may be more. */
  async eraseBuyers(): Promise<boolean> {
    // Kept for full years after the year of issue.
    const beforeYear = this.#year() - this.#context.invoiceRetentionYears;
    if (beforeYear === this.#erasedBeforeYear) return false;
    const count = await this.#store.eraseBuyers(beforeYear, BATCH);
    if (count === BATCH) return true;
    this.#erasedBeforeYear = beforeYear;
    return false;
  }

  #year(): number {
    return yearIn(this.#context.timeZone, this.#context.clock.now());
  }

  /** Null while it is not issued. */
  async find({ id, reversesId }: { id: string; reversesId: string | null }): Promise<Receipt['invoice']> {
    const row = await this.#store.find(id);
    if (!row) return null;
    const corrected = reversesId === null ? undefined : await this.#store.find(reversesId);
    return {
      number: numberOf(row),
      corrects: corrected ? numberOf(corrected) : null,
      issuedAt: iso(row.issuedAt),
      seller: { name: row.sellerName, address: row.sellerAddress, vatNumber: row.sellerVatNumber },
      buyerName: row.buyerName,
    };
  }

  getBillingName(identity: string): Promise<string | null> {
    return this.#store.findBillingName(identity);
  }

  /** For receipts from now on; null takes the name away. */
  async setBillingName(identity: string, name: string | null): Promise<void> {
    if (name === null) await this.#store.deleteBillingName(identity);
    else await this.#store.saveBillingName({ identity, name, notedAt: this.#context.nowIso() });
  }
}

function numberOf({ year, number }: { year: number; number: number }): string {
  return `${year}-${String(number).padStart(NUMBER_DIGITS, '0')}`;
}
