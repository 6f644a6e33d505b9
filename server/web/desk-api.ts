/** What the operator's money desk asks of the site. */
import type {
  CreatorFreeze,
  DeskActView,
  DeskOverview,
  DeskPaymentDetail,
  DeskPaymentList,
  DeskPayouts,
  RefundPreview,
} from '../protocol/desk.ts';
import type { Refund } from '../protocol/money.ts';
import type { Dispute, PayoutBatch, Reconciliation } from '../protocol/payouts.ts';
import type { FeePolicyView } from '../protocol/pricing.ts';
import { call, withQuery } from './site-call.ts';

export interface RefundOrder {
  payment: string;
  kind: string;
  amountMinor: number;
  reason: string;
  /** Without one, a refund of that amount that has failed is sent again. */
  idempotencyKey?: string;
}

/** By which name a refund takes the id of a payment. */
function refundNameOf(kind: string, payment: string): string {
  if (kind === 'private_session') return 'privateSession';
  // What bought nothing has the id of what it was for.
  return kind === 'unusable' ? (payment.split('_', 1)[0] ?? kind) : kind;
}

export const deskApi = {
  overview: () => call<DeskOverview>('GET', '/site/desk/overview'),
  payments: (query: { query?: string; kind?: string; after?: string }) =>
    call<DeskPaymentList>('GET', withQuery('/site/desk/payments', query)),
  payment: (id: string) => call<DeskPaymentDetail>('GET', `/site/desk/payments/${encodeURIComponent(id)}`),
  previewRefund: (payment: string, amountMinor: number) =>
    call<RefundPreview>(
      'GET',
      withQuery(`/site/desk/payments/${encodeURIComponent(payment)}/refund-preview`, { amountMinor }),
    ),
  refund: ({ payment, kind, ...order }: RefundOrder) =>
    call<Refund>('POST', '/site/desk/refunds', { [refundNameOf(kind, payment)]: payment, ...order }),
  acts: async () => (await call<{ acts: DeskActView[] }>('GET', '/site/desk/acts')).acts,
  disputes: async () => (await call<{ disputes: Dispute[] }>('GET', '/site/desk/disputes')).disputes,
  submitEvidence: (dispute: string, note: string) =>
    call<unknown>('POST', `/site/desk/disputes/${encodeURIComponent(dispute)}/evidence`, note ? { note } : {}),
  payouts: () => call<DeskPayouts>('GET', '/site/desk/payouts'),
  runPayouts: () => call<PayoutBatch>('POST', '/site/desk/payouts/run', {}),
  setHold: (creator: string, input: { frozen: boolean; reason: string }) =>
    call<{ freeze: CreatorFreeze | null }>('POST', `/site/desk/holds/${encodeURIComponent(creator)}`, input),
  reconciliations: async () =>
    (await call<{ reconciliations: Reconciliation[] }>('GET', '/site/desk/reconciliations')).reconciliations,
  reconcile: () => call<Reconciliation>('POST', '/site/desk/reconciliations', {}),
  feePolicies: async () => (await call<{ feePolicies: FeePolicyView[] }>('GET', '/site/desk/fee-policies')).feePolicies,
  createFeePolicy: (input: { commissionBps: number; effectiveAt?: string }) =>
    call<FeePolicyView>('POST', '/site/desk/fee-policies', input),
};
