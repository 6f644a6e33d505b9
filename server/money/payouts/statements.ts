/**
 * Creators' statements: a month's statement, every entry as a stream, and the quarterly figures that a platform reports
 * under DAC7 (Directive (EU) 2021/514, annex V, section III B: for each seller the consideration paid or credited each
 * quarter, net of what the platform withheld, the number of activities, and fees, commissions and taxes withheld).
 * Everything is read from the ledger. Months and quarters are in the house's time zone, as those of its other papers.
 */
import { type Period, periodIn } from '../../platform/house-dates.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Dac7Report, EarningsEntry, Statement, StatementSums } from '../../protocol/money/payouts.ts';
import type { MoneyContext } from '../money-context.ts';
import { StatementsStore } from './statements.store.ts';

const EVER: Period = { fromIso: '1970-01-01T00:00:00.000Z', untilIso: '9999-01-01T00:00:00.000Z' };

export class Statements {
  readonly #context: MoneyContext;
  readonly #store: StatementsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new StatementsStore(context.db);
  }

  async ofMonth(creator: string, month: string): Promise<Statement> {
    const { currency } = this.#context;
    const period = this.#month(month);
    const sales = noSums();
    const refunds = noSums();
    let payoutsMinor = 0;
    let writtenOffMinor = 0;
    let saleCount = 0;
    let refundCount = 0;
    for await (const page of this.#store.readEntries(creator, currency, period)) {
      for (const entry of page) {
        if (entry.category === 'payout') payoutsMinor += entry.netMinor;
        else if (entry.category === 'write_off') writtenOffMinor += entry.netMinor;
        else addTo(entry.category === 'sale' ? sales : refunds, entry);
        if (entry.category === 'sale') saleCount += 1;
        if (entry.category === 'refund') refundCount += 1;
      }
    }
    const openingMinor = await this.#store.sumBefore(creator, currency, period.fromIso);
    const closingMinor = await this.#store.sumBefore(creator, currency, period.untilIso);
    const isOver = Date.parse(period.untilIso) <= this.#context.clock.now();
    // The current month may grow between the two readings; a past month may not.
    const reckonedMinor = openingMinor + sales.netMinor + refunds.netMinor + payoutsMinor + writtenOffMinor;
    if (isOver && reckonedMinor !== closingMinor) {
      throw new AppError('internal', `The statement of ${creator} for ${month} does not add up.`);
    }
    return {
      creator,
      month,
      currency,
      openingMinor,
      closingMinor: reckonedMinor,
      sales,
      refunds,
      payoutsMinor,
      writtenOffMinor,
      saleCount,
      refundCount,
    };
  }

  /** All entries of a creator, or those of one month, in pages. */
  readEntries(creator: string, month?: string): AsyncGenerator<EarningsEntry[]> {
    return this.#store.readEntries(creator, this.#context.currency, month ? this.#month(month) : EVER);
  }

  /** Months with entries of this creator, newest first. */
  listMonths(creator: string): Promise<string[]> {
    const { currency, timeZone } = this.#context;
    return this.#store.listMonths(creator, { currency, timeZone });
  }

  /** The four quarters of one seller; a quarter without sales is all zero. */
  async dac7OfSeller(seller: { identity: string; name: string; country: string }, year: string) {
    const { identity: creator, name, country } = seller;
    const nothing = { considerationMinor: 0, activities: 0, feesMinor: 0, taxesMinor: 0, charityMinor: 0 };
    const quarters = [];
    for (const quarter of [1, 2, 3, 4].map((number) => `${year}-Q${number}`)) {
      const [sums] = (await this.dac7(quarter, { creator })).sellers;
      quarters.push({ creator, name, country, currency: this.#context.currency, ...nothing, ...sums, quarter });
    }
    return { year, quarters };
  }

  /** The report of every seller, of those of embedders, or of one. */
  async dac7(
    quarter: string,
    { creator, ofEmbedders = false }: { creator?: string; ofEmbedders?: boolean } = {},
  ): Promise<Dac7Report> {
    const { currency, timeZone } = this.#context;
    const [year, number] = quarter.split('-Q');
    const period = periodIn(timeZone, {
      firstMonth: `${year}-${String(Number(number) * 3 - 2).padStart(2, '0')}`,
      months: 3,
    });
    const all = await this.#store.sumSellers(currency, period, creator);
    const sellers = all.filter((seller) => !(ofEmbedders && isPersonId(seller.creator)));
    return {
      quarter,
      currency,
      sellers: sellers.map((seller) => ({
        creator: seller.creator,
        name: seller.name,
        country: seller.country,
        currency,
        considerationMinor: seller.consideration,
        activities: seller.activities,
        feesMinor: seller.fees,
        taxesMinor: seller.taxes,
        charityMinor: seller.charity,
      })),
    };
  }

  #month(month: string): Period {
    return periodIn(this.#context.timeZone, { firstMonth: month, months: 1 });
  }
}

function noSums(): StatementSums {
  return { grossMinor: 0, vatMinor: 0, feesMinor: 0, charityMinor: 0, netMinor: 0 };
}

function addTo(sums: StatementSums, entry: EarningsEntry): void {
  sums.grossMinor += entry.grossMinor;
  sums.vatMinor += entry.vatMinor;
  sums.feesMinor += entry.feesMinor;
  sums.charityMinor += entry.charityMinor;
  sums.netMinor += entry.netMinor;
}
