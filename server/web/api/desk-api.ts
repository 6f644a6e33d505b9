/** The operators' desk's calls to the server, all of which may want a passkey: a session for the desk is over soon. */

import type { Recovery, RecoveryInput } from '../../protocol/accounts/addresses.ts';
import type { UndeliveredLetter } from '../../protocol/accounts/mail.ts';
import type { DueWorkReport } from '../../protocol/due-work.ts';
import type {
  CreatorFreeze,
  DeskActView,
  DeskOverview,
  DeskPaymentDetail,
  DeskPaymentList,
  DeskPayouts,
  RefundPreview,
} from '../../protocol/money/desk.ts';
import type { Refund } from '../../protocol/money/money.ts';
import type { Dispute, PayoutBatch, Reconciliation } from '../../protocol/money/payouts.ts';
import type { FeePolicyView } from '../../protocol/money/pricing.ts';
import type { Article, CharterDraft, CharterVersion, PublishedVersion } from '../../protocol/trust/charter.ts';
import type { FiledReportList } from '../../protocol/trust/reports.ts';
import { confirmedCall as call } from './confirmed-call.ts';
import { withQuery } from './site-call.ts';

export interface RefundOrder {
  payment: string;
  amountMinor: number;
  reason: string;
  /** Without a key, a failed refund of the same amount is sent again. */
  idempotencyKey?: string;
}

export const deskApi = {
  overview: () => call<DeskOverview>('GET', '/v1/desk/overview'),
  payments: (query: { query?: string; kind?: string; after?: string }) =>
    call<DeskPaymentList>('GET', withQuery('/v1/payments', query)),
  payment: (id: string) => call<DeskPaymentDetail>('GET', `/v1/payments/${encodeURIComponent(id)}`),
  previewRefund: (payment: string, amountMinor: number) =>
    call<RefundPreview>(
      'GET',
      withQuery(`/v1/payments/${encodeURIComponent(payment)}/refund-preview`, { amountMinor }),
    ),
  refund: (order: RefundOrder) => call<Refund>('POST', '/v1/refunds', order),
  acts: async () => (await call<{ acts: DeskActView[] }>('GET', '/v1/desk/acts')).acts,
  actsOn: async (subject: string) =>
    (await call<{ acts: DeskActView[] }>('GET', withQuery('/v1/desk/acts', { subject }))).acts,
  undeliveredLetters: async () => (await call<{ letters: UndeliveredLetter[] }>('GET', '/v1/desk/letters')).letters,
  dueWork: async () => (await call<{ kinds: DueWorkReport[] }>('GET', '/v1/desk/jobs')).kinds,
  recoveries: async () => (await call<{ recoveries: Recovery[] }>('GET', '/v1/desk/recoveries')).recoveries,
  beginRecovery: (input: RecoveryInput) => call<Recovery>('POST', '/v1/desk/recoveries', input),
  withdrawRecovery: (person: string) => call<object>('DELETE', `/v1/desk/recoveries/${encodeURIComponent(person)}`),
  disputes: async () => (await call<{ disputes: Dispute[] }>('GET', '/v1/disputes')).disputes,
  submitEvidence: (dispute: string, note: string) =>
    call<unknown>('POST', `/v1/disputes/${encodeURIComponent(dispute)}/evidence`, note ? { note } : {}),
  payouts: () => call<DeskPayouts>('GET', '/v1/payouts'),
  runPayouts: () => call<PayoutBatch>('POST', '/v1/payout-batches', {}),
  setHold: (creator: string, input: { frozen: boolean; reason: string }) =>
    call<{ freeze: CreatorFreeze | null }>('POST', `/v1/creators/${encodeURIComponent(creator)}/payout-freeze`, input),
  reconciliations: async () =>
    (await call<{ reconciliations: Reconciliation[] }>('GET', '/v1/reconciliations')).reconciliations,
  reconcile: () => call<Reconciliation>('POST', '/v1/reconciliations', {}),
  feePolicies: async () => (await call<{ feePolicies: FeePolicyView[] }>('GET', '/v1/fee-policies')).feePolicies,
  reports: (before?: number) => call<FiledReportList>('GET', withQuery('/v1/desk/reports', { before })),
  charterVersions: async () => (await call<{ versions: PublishedVersion[] }>('GET', '/v1/charter/versions')).versions,
  charterVersion: (version: number) => call<CharterVersion>('GET', `/v1/charter/versions/${version}`),
  charterDraft: async () => (await call<{ draft: CharterDraft | null }>('GET', '/v1/charter/draft')).draft,
  saveCharterDraft: async (articles: Article[], basedOn: string | null) =>
    (await call<{ draft: CharterDraft | null }>('PUT', '/v1/charter/draft', { articles, basedOn })).draft,
  deleteCharterDraft: (hash: string) => call<unknown>('DELETE', withQuery('/v1/charter/draft', { hash })),
  announceCharter: (input: { hash: string; effectiveFrom?: string }) =>
    call<CharterVersion>('POST', '/v1/charter/announcements', input),
  createFeePolicy: (input: { commissionBps: number; effectiveAt?: string }) =>
    call<FeePolicyView>('POST', '/v1/fee-policies', input),
};
