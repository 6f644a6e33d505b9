/** What the operator's money desk asks of the site. */
import type { Refund } from '../protocol/money.ts';
import type { Dispute, PayoutBatch, Reconciliation } from '../protocol/payouts.ts';
import type { FeePolicyView, Receipt } from '../protocol/pricing.ts';
import { call, withQuery } from './site-call.ts';

export interface DeskFailure {
  kind: string;
  id: string;
  text: string;
  at: string;
}

export interface DeskOverview {
  currency: string;
  clearingMinor: number;
  providerMinor: number;
  differenceMinor: number;
  lastReconciliation: Reconciliation | null;
  openDisputes: number;
  heldMinor: number;
  availableMinor: number;
  duePayouts: { count: number; totalMinor: number };
  failures: DeskFailure[];
}

export interface DeskPayment {
  id: string;
  kind: string;
  identity: string;
  creator: string | null;
  room: { id: string; title: string } | null;
  amountMinor: number;
  currency: string;
  at: string;
  status: string;
  refundedMinor: number;
  refundableMinor: number;
}

export interface DeskLeg {
  account: string;
  amountMinor: number;
  transaction: string;
  at: string;
}

export interface DeskPaymentDetail {
  payment: DeskPayment;
  receipt: Receipt | null;
  legs: DeskLeg[];
  refunds: Refund[];
  dispute: Dispute | null;
}

export interface RefundPreview {
  amountMinor: number;
  to: 'wallet' | 'card';
  legs: { part: string; amountMinor: number }[];
}

export interface DueCreator {
  creator: string;
  name: string;
  amountMinor: number;
}

export interface HeldCreator {
  creator: string;
  name: string;
  frozen: boolean;
  reason: string | null;
  by: string | null;
  at: string | null;
  pendingMinor: number;
  availableMinor: number;
}

export interface RefundOrder {
  payment: string;
  kind: string;
  amountMinor: number;
  reason: string;
}

/** By which name a refund takes the id of each kind. */
const NAME_OF_KIND: Record<string, string> = {
  ticket: 'ticket',
  tip: 'tip',
  topup: 'topup',
  membership: 'membership',
  private_session: 'privateSession',
};

export const deskApi = {
  overview: () => call<DeskOverview>('GET', '/site/desk/overview'),
  payments: (query: { query?: string; kind?: string; after?: string }) =>
    call<{ payments: DeskPayment[]; next: string | null }>('GET', withQuery('/site/desk/payments', query)),
  payment: (id: string) => call<DeskPaymentDetail>('GET', `/site/desk/payments/${encodeURIComponent(id)}`),
  previewRefund: (payment: string, amountMinor: number) =>
    call<RefundPreview>('GET', withQuery('/site/desk/refund-preview', { payment, amountMinor })),
  refund: ({ payment, kind, amountMinor, reason }: RefundOrder) =>
    call<Refund>('POST', '/site/desk/refunds', { [NAME_OF_KIND[kind] ?? kind]: payment, amountMinor, reason }),
  disputes: async () => (await call<{ disputes: Dispute[] }>('GET', '/site/desk/disputes')).disputes,
  submitEvidence: (dispute: string, note: string) =>
    call<unknown>('POST', `/site/desk/disputes/${encodeURIComponent(dispute)}/evidence`, note ? { note } : {}),
  payouts: () => call<{ currency: string; due: DueCreator[]; batches: PayoutBatch[] }>('GET', '/site/desk/payouts'),
  runPayouts: () => call<PayoutBatch>('POST', '/site/desk/payouts/run', {}),
  holds: () => call<{ currency: string; creators: HeldCreator[] }>('GET', '/site/desk/holds'),
  setHold: (creator: string, input: { frozen: boolean; reason: string }) =>
    call<unknown>('POST', `/site/desk/holds/${encodeURIComponent(creator)}`, input),
  reconciliations: async () =>
    (await call<{ reconciliations: Reconciliation[] }>('GET', '/site/desk/reconciliations')).reconciliations,
  reconcile: () => call<Reconciliation>('POST', '/site/desk/reconciliations', {}),
  feePolicies: async () => (await call<{ feePolicies: FeePolicyView[] }>('GET', '/site/desk/fee-policies')).feePolicies,
  createFeePolicy: (input: { commissionBps: number; effectiveAt?: string }) =>
    call<FeePolicyView>('POST', '/site/desk/fee-policies', input),
};
