/** Two lists that come in pages, shown as one history. */
import { expect, test } from 'vitest';
import type { HistoryList, WalletEntry } from './history-pages.ts';
import { readHistory, startOfHistory } from './history-pages.ts';

const entry = (id: string, second: number): WalletEntry => ({
  id,
  kind: 'tip',
  amountMinor: -100,
  promoMinor: 0,
  currency: 'eur',
  at: new Date(second * 1_000).toISOString(),
  label: null,
});

/** A list with pages of this size, newest first. */
function listOf(entries: WalletEntry[], pageItems: number) {
  return async (after: string): Promise<HistoryList> => {
    const start = Number(after);
    const end = start + pageItems;
    return { entries: entries.slice(start, end), next: end < entries.length ? String(end) : null };
  };
}

async function readAll(...lists: Parameters<typeof startOfHistory>): Promise<string[][]> {
  const shown: string[][] = [];
  let place: ReturnType<typeof startOfHistory> | null = startOfHistory(...lists);
  while (place) {
    const { entries, next } = await readHistory(place);
    shown.push(entries.map(({ id }) => id));
    place = next;
  }
  return shown;
}

test("holds back entries that are older than a list's last page reaches", async () => {
  const credit = [9, 8, 7, 4, 3].map((second) => entry(`credit-${second}`, second));
  const card = [6, 5, 1].map((second) => entry(`card-${second}`, second));
  expect(await readAll(listOf(credit, 2), listOf(card, 2))).toEqual([
    ['credit-9', 'credit-8'],
    ['credit-7', 'card-6', 'card-5', 'credit-4'],
    ['credit-3', 'card-1'],
  ]);
});

test('a history of one page has no next page', async () => {
  expect(await readAll(listOf([entry('only', 1)], 5), listOf([], 5))).toEqual([['only']]);
});
