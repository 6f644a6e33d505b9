/**
 * VAT by quarter, country and rate. What reverses a sale of the same quarter lowers that quarter's figures; what
 * reverses one of an earlier quarter is a correction, reported in the quarter in which it was booked, under the period
 * and the country that it corrects (directive 2006/112/EC, article 369g; implementing regulation (EU) 282/2011, article
 * 61, and (EU) 2020/194, annex III, part 3). The country of the house has its domestic return, the other countries of
 * the EU go to the one-stop shop, and all others to neither. Quarters are in the house's time zone, as the years of
 * receipts' numbers are.
 */
import type { VatLine, VatReport as VatReportView } from '../../protocol/money/vat-report.ts';
import type { MoneyContext } from '../money-context.ts';
import { findCountry } from '../sales/country-evidence.ts';
import { VatReportStore, type VatSum } from './vat-report.store.ts';

export class VatReport {
  readonly #context: MoneyContext;
  readonly #store: VatReportStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new VatReportStore(context.db);
  }

  async get(quarter: string): Promise<VatReportView> {
    const { timeZone, currency, taxes } = this.#context;
    const [year, number] = quarter.split('-Q');
    const firstDay = `${year}-${String(Number(number) * 3 - 2).padStart(2, '0')}-01`;
    const sums = await this.#store.sum({ firstDay, timeZone, currency });
    const lines = this.#linesOf(sums);
    const due = new Map<string, VatReportView['due'][number]>();
    for (const { scheme, country, vatMinor } of lines) {
      const before = due.get(country)?.vatMinor ?? 0;
      due.set(country, { scheme, country, vatMinor: before + vatMinor });
    }
    return {
      quarter,
      timeZone,
      currency,
      houseCountry: taxes.houseCountry,
      sales: lines.filter(({ period }) => period === quarter),
      corrections: lines.filter(({ period }) => period !== quarter),
      due: [...due.values()].sort((left, right) => left.country.localeCompare(right.country)),
      unnumberedCount: sums.reduce((count, { unnumbered }) => count + unnumbered, 0),
    };
  }

  /** One line for each period, country and rate, whatever the evidence. */
  #linesOf(sums: VatSum[]): VatLine[] {
    const { taxes } = this.#context;
    const lines = new Map<string, VatLine>();
    for (const { period, country, rateBps, evidence, ...sum } of sums) {
      const key = [period, country, rateBps].join();
      const nothing = { salesCount: 0, unprovenCount: 0, reversalsCount: 0, netMinor: 0, vatMinor: 0 };
      const line = lines.get(key) ?? { scheme: taxes.schemeOf(country), period, country, rateBps, ...nothing };
      line.salesCount += sum.sales;
      line.reversalsCount += sum.reversals;
      if (!findCountry(evidence, taxes)?.isProven) line.unprovenCount += sum.sales;
      line.netMinor += sum.netMinor;
      line.vatMinor += sum.vatMinor;
      lines.set(key, line);
    }
    return [...lines.values()];
  }
}
