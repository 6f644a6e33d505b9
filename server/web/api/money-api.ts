/** The money pages' calls to the server, for the signed-in person: earnings, wallet, cards, memberships. */
import type { z } from 'zod';
import { LIMITS } from '../../protocol/limits.ts';
import type { Membership, OwnMembership, Tier } from '../../protocol/money/memberships.ts';
import type { OwnTicket, Refund, SavedCard, TopupAnswer, Wallet } from '../../protocol/money/money.ts';
import type { CreatorEarnings, dac7Year, earningsPage, Statement } from '../../protocol/money/payouts.ts';
import type { Receipt, WalletHistory } from '../../protocol/money/pricing.ts';
import type { CardPayment, UnspentTopup } from '../../protocol/money/wallet.ts';
import { confirmedCall } from './confirmed-call.ts';
import { call, withQuery } from './site-call.ts';

export type EarningsPage = z.infer<typeof earningsPage>;
export type TaxYear = z.infer<typeof dac7Year>;

export interface TopupRequest {
  amountMinor: number;
  returnUrl: string;
  locale: 'en' | 'fr';
  /** A saved card, with an idempotency key. */
  card?: string;
  idempotencyKey?: string;
}

type CreditEntry = WalletHistory['entries'][number];
export type WalletEntry = Omit<CreditEntry, 'kind'> & {
  kind: CreditEntry['kind'] | CardPayment['kind'];
  /** Paid directly by card, without changing the credit. */
  isByCard?: boolean;
  /** How much was refunded to the card. */
  refundedMinor?: number;
  refunds?: CardRefund[];
};
export type CardRefund = CardPayment['refunds'][number];

/** A page of one of the lists that make up the history. */
export interface HistoryList {
  entries: WalletEntry[];
  next: string | null;
}

const membershipPath = (id: string, what: string) => `/v1/memberships/${encodeURIComponent(id)}/${what}`;

export const earningsApi = {
  read: () => call<EarningsPage>('GET', '/v1/earnings/overview'),
  holds: (after: string) => call<CreatorEarnings>('GET', withQuery('/v1/earnings', { after })),
  startOnboarding: (returnUrl: string) =>
    confirmedCall<{ onboardingUrl: string }>('POST', '/v1/earnings/onboarding', { returnUrl }),
  statement: (month: string) => call<Statement>('GET', withQuery('/v1/earnings/statement', { month })),
  taxYear: (year: number) => call<TaxYear>('GET', withQuery('/v1/earnings/tax-year', { year })),
};

export const walletApi = {
  read: () => call<Wallet>('GET', '/v1/wallet'),
  creditHistory: (after: string) => call<WalletHistory>('GET', withQuery('/v1/wallet/history', { after })),
  /** Direct card payments as entries of the history. */
  cardHistory: async (after: string): Promise<HistoryList> => {
    const path = withQuery('/v1/wallet/card-payments', { after, limit: LIMITS.listPageItems });
    const { payments, next } = await call<{ payments: CardPayment[]; next: string | null }>('GET', path);
    const paid = payments.map(({ amountMinor, title, ...payment }) => ({
      ...payment,
      amountMinor: -amountMinor,
      promoMinor: 0,
      label: title,
      isByCard: true,
    }));
    return { entries: paid, next };
  },
  topUp: (input: TopupRequest) => call<TopupAnswer>('POST', '/v1/wallet/topups', input),
  cards: async () => (await call<{ cards: SavedCard[] }>('GET', '/v1/wallet/cards')).cards,
  removeCard: (id: string) => call<unknown>('DELETE', `/v1/wallet/cards/${encodeURIComponent(id)}`),
  refundable: async () => (await call<{ topups: UnspentTopup[] }>('GET', '/v1/wallet/refundable')).topups,
  refund: (topup: string) => call<Refund>('POST', '/v1/wallet/refunds', { topup }),
  tickets: async () => (await call<{ tickets: OwnTicket[] }>('GET', '/v1/tickets')).tickets,
  billingName: async () => (await call<{ name: string | null }>('GET', '/v1/wallet/billing-name')).name,
  setBillingName: (name: string | null) => call<unknown>('PUT', '/v1/wallet/billing-name', { name }),
  withdraw: (ticket: string) => call<Refund>('POST', '/v1/withdrawals', { ticket }),
  receipt: (id: string) => call<Receipt>('GET', `/v1/receipts/${encodeURIComponent(id)}`),
};

export const membershipsApi = {
  list: async () => (await call<{ memberships: OwnMembership[] }>('GET', '/v1/memberships')).memberships,
  tiers: async (creator: string) =>
    (await call<{ tiers: Tier[] }>('GET', `/v1/creators/${encodeURIComponent(creator)}/tiers`)).tiers,
  cancel: (id: string) => call<Membership>('POST', membershipPath(id, 'cancel'), {}),
  resume: (id: string) => call<Membership>('POST', membershipPath(id, 'resume'), {}),
  changeTier: (id: string, tier: string) => call<Membership>('POST', membershipPath(id, 'tier'), { tier }),
  changeCard: (id: string, page: { returnUrl: string; locale: 'en' | 'fr' }) =>
    call<{ url: string }>('POST', membershipPath(id, 'card'), page),
};
