/**
 * Merges the wallet's two paged lists, credit movements and direct card payments, into one history. Entries older than
 * the other list's last loaded one wait, so that nothing appears above what is already shown.
 */

import * as LIMITS from '../../protocol/limits.ts';
import type { WalletHistory } from '../../protocol/money/pricing.ts';
import type { CardPayment } from '../../protocol/money/wallet.ts';
import { call } from '../site/site-call.ts';

type CreditEntry = WalletHistory['entries'][number];
export type WalletEntry = Omit<CreditEntry, 'kind'> & {
  kind: CreditEntry['kind'] | CardPayment['kind'];
  /** Paid directly by card, without changing the credit. */
  isByCard?: boolean;
  /** How much was refunded to the card. */
  refundedMinor?: number;
  refunds?: CardPayment['refunds'];
};

/** A page of one of the lists that make up the history. */
export interface HistoryList {
  entries: WalletEntry[];
  next: string | null;
}

export function readCreditHistory(after: string): Promise<HistoryList> {
  return call('GET /v1/wallet/history', { after });
}

/** Direct card payments as entries of the history. */
export async function readCardHistory(after: string): Promise<HistoryList> {
  const { payments, next } = await call('GET /v1/wallet/card-payments', { after, limit: LIMITS.listPageItems });
  const entries = payments.map(({ amountMinor, title, ...payment }) => ({
    ...payment,
    amountMinor: -amountMinor,
    promoMinor: 0,
    label: title,
    isByCard: true,
  }));
  return { entries, next };
}

type ReadPage = (after: string) => Promise<HistoryList>;

/** The lists that continue, each with its next page and its waiting entries. */
export interface HistoryPlace {
  lists: { read: ReadPage; after: string }[];
  waiting: WalletEntry[];
}

export function startOfHistory(...lists: ReadPage[]): HistoryPlace {
  return { lists: lists.map((read) => ({ read, after: '' })), waiting: [] };
}

export interface HistoryPage {
  /** Newest first. */
  entries: WalletEntry[];
  /** Where the history continues; null at the end. */
  next: HistoryPlace | null;
}

export async function readHistory(place: HistoryPlace): Promise<HistoryPage> {
  const pages = await Promise.all(place.lists.map(async ({ read, after }) => ({ read, page: await read(after) })));
  const all = [...place.waiting, ...pages.flatMap(({ page }) => page.entries)];
  all.sort((one, other) => other.at.localeCompare(one.at));
  const lists = pages.flatMap(({ read, page }) => (page.next === null ? [] : [{ read, after: page.next }]));
  const reached = pages.flatMap(({ page }) => (page.next === null ? [] : (page.entries.at(-1)?.at ?? [])));
  const sure = reached.sort().at(-1) ?? '';
  const waiting = all.filter(({ at }) => at < sure);
  return {
    entries: all.filter(({ at }) => at >= sure),
    next: lists.length > 0 || waiting.length > 0 ? { lists, waiting } : null,
  };
}
