/** Downloads of what creators earned, line by line, as CSV or JSON. */
import type { Dac7Seller, EarningsEntry } from '../../../protocol/money/payouts.ts';
import type { Download } from '../operation.ts';
import { toCsvLine } from './csv.ts';

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

export function exportEntries(format: 'csv' | 'json', pages: AsyncIterable<EarningsEntry[]>): Download {
  return { name: 'earnings', chunks: format === 'csv' ? entriesAsCsv(pages) : entriesAsJson(pages) };
}

export function exportSellers(quarter: string, sellers: Dac7Seller[]): Download {
  const lines = sellers.map((seller) => toCsvLine(SELLER_COLUMNS.map((column) => seller[column])));
  return { name: `dac7-${quarter}`, chunks: [toCsvLine(SELLER_COLUMNS), ...lines] };
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
