/** Downloads of what creators earned, line by line as CSV or JSON, and of what is paid to them next. */
import ical from 'ical-generator';
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import { HOUR_MS } from '../../../platform/clock.ts';
import type { CreatorEarnings, Dac7Seller, EarningsEntry } from '../../../protocol/money/payouts.ts';
import type { SelfBill } from '../../../protocol/money/self-bills.ts';
import type { VatLine, VatReport } from '../../../protocol/money/vat-report.ts';
import { toCsvLine } from '../csv.ts';
import type { Download } from '../operation.ts';

const ENTRY_COLUMNS = [
  'at',
  'category',
  'kind',
  'source',
  'room',
  'currency',
  'grossMinor',
  'vatMinor',
  'feesMinor',
  'charityMinor',
  'netMinor',
  'transaction',
] as const satisfies (keyof EarningsEntry)[];
const SELLER_COLUMNS = [
  'creator',
  'name',
  'country',
  'currency',
  'considerationMinor',
  'activities',
  'feesMinor',
  'taxesMinor',
  'charityMinor',
] as const satisfies (keyof Dac7Seller)[];
const VAT_COLUMNS = [
  'scheme',
  'period',
  'country',
  'rateBps',
  'salesCount',
  'unprovenCount',
  'reversalsCount',
  'netMinor',
  'vatMinor',
] as const satisfies (keyof VatLine)[];

export function exportEntries(format: 'csv' | 'json', pages: AsyncIterable<EarningsEntry[]>): Download {
  return { name: 'earnings', chunks: format === 'csv' ? entriesAsCsv(pages) : entriesAsJson(pages) };
}

const PAYOUT_EVENT_MS = HOUR_MS;
const PAYOUT_TEXTS = {
  en: { summary: 'Payout', description: 'Your bank then takes 1 to 5 days. Sales and refunds until then change it.' },
  fr: {
    summary: 'Virement',
    description: 'Votre banque prend ensuite 1 à 5 jours. Les ventes et remboursements d’ici là changent le montant.',
  },
};

/** The days on which something is paid out. An event of the same day keeps its id, so that a calendar replaces it. */
export function payoutCalendar({ creator, currency, releases }: CreatorEarnings, language: 'en' | 'fr'): Download {
  const { summary, description } = PAYOUT_TEXTS[language];
  const calendar = ical({ name: `Loge: ${summary}` });
  for (const { at, payoutMinor } of releases) {
    if (payoutMinor === 0) continue;
    const start = new Date(at);
    calendar.createEvent({
      id: `payout-${creator}-${at.slice(0, 10)}`,
      start,
      end: new Date(start.getTime() + PAYOUT_EVENT_MS),
      summary: `${summary} · ${formatMoney(payoutMinor, currency, language)}`,
      description,
    });
  }
  return { name: 'payouts', chunks: [calendar.toString()] };
}

export function exportSellers(quarter: string, sellers: Dac7Seller[]): Download {
  const lines = sellers.map((seller) => toCsvLine(SELLER_COLUMNS.map((column) => seller[column])));
  return { name: `dac7-${quarter}`, chunks: [toCsvLine(SELLER_COLUMNS), ...lines] };
}

/** A line whose period is not the quarter is a correction of that period. */
export function exportVat({ quarter, currency, sales, corrections }: VatReport): Download {
  const lines = [...sales, ...corrections].map((line) =>
    toCsvLine([quarter, ...VAT_COLUMNS.map((column) => line[column]), currency]),
  );
  return { name: `vat-${quarter}`, chunks: [toCsvLine(['quarter', ...VAT_COLUMNS, 'currency']), ...lines] };
}

const BILL_COLUMNS = [
  'number',
  'creator',
  'issuedAt',
  'month',
  'vat',
  'vatBps',
  'netMinor',
  'vatMinor',
  'totalMinor',
  'currency',
] as const satisfies (keyof SelfBill)[];

/** `page`: where the bill can be read and printed. */
export function exportSelfBills(month: string, pages: AsyncIterable<SelfBill[]>, publicUrl: string): Download {
  async function* lines() {
    yield toCsvLine([...BILL_COLUMNS, 'seller', 'country', 'vatNumber', 'page']);
    for await (const bills of pages)
      for (const { seller, ...bill } of bills) {
        const { name, country, vatNumber } = seller;
        const cells = BILL_COLUMNS.map((column) => bill[column]);
        yield toCsvLine([...cells, name, country, vatNumber, `${publicUrl}/self-bills/${bill.id}`]);
      }
  }
  return { name: `self-bills-${month}`, chunks: lines() };
}

async function* entriesAsCsv(pages: AsyncIterable<EarningsEntry[]>): AsyncGenerator<string> {
  yield toCsvLine(ENTRY_COLUMNS);
  for await (const page of pages) {
    yield page.map((entry) => toCsvLine(ENTRY_COLUMNS.map((column) => entry[column]))).join('');
  }
}

async function* entriesAsJson(pages: AsyncIterable<EarningsEntry[]>): AsyncGenerator<string> {
  yield '{"entries":[';
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${isFirst ? '' : ','}${page.map((entry) => JSON.stringify(entry)).join(',')}`;
    isFirst = false;
  }
  yield ']}';
}
