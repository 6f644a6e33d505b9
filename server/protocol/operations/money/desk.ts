/**
 * The money desk: what operators see of payments and do about them, and the embedder's server with its key. What the
 * house did is kept under the name of who did it.
 */

import { withPeople } from '../../accounts/profiles.ts';
import {
  deskActList,
  deskActsQuery,
  deskOverview,
  deskPaymentDetail,
  deskPaymentList,
  deskPaymentsQuery,
  deskSession,
  deskSessionInput,
  deskSessionLink,
  refundPreview,
  refundPreviewQuery,
} from '../../money/desk.ts';
import { refund, refundInput } from '../../money/money.ts';
import { promotion, promotionInput } from '../../money/pricing.ts';
import { operation } from '../contract.ts';

const BY_HOUSE = { by: ['server:money', 'operator'] } as const;

export const deskContract = {
  deskOverview: operation({
    ...BY_HOUSE,
    http: 'GET /v1/desk/overview',
    answer: deskOverview,
    summary: 'Get the overview of the house',
    description:
      'The balance at the provider by the books and by the provider, debts by kind, and open tasks, of the whole house. An API key is shown no interrupted act of or on people of the house.',
  }),
  deskPayments: operation({
    ...BY_HOUSE,
    http: 'GET /v1/payments',
    input: deskPaymentsQuery,
    answer: withPeople(deskPaymentList),
    summary: 'Search payments',
    description:
      'Newest first. Searches by the full identity of a buyer or creator, or the id of a payment, refund or room.',
    errors: ['cursor_invalid'],
  }),
  deskPayment: operation({
    ...BY_HOUSE,
    http: 'GET /v1/payments/:payment',
    answer: withPeople(deskPaymentDetail),
    summary: 'Get everything about a payment',
    description: 'Its receipt, all entries of the ledger, its refunds and its dispute.',
    errors: ['payment_not_found'],
  }),
  deskActs: operation({
    ...BY_HOUSE,
    http: 'GET /v1/desk/acts',
    input: deskActsQuery,
    answer: withPeople(deskActList),
    summary: 'List acts of operators',
    description: 'The newest hundred, all or those on one subject, with operator and reason.',
  }),
  deskRefundPreview: operation({
    ...BY_HOUSE,
    http: 'GET /v1/payments/:payment/refund-preview',
    input: refundPreviewQuery,
    answer: refundPreview,
    summary: 'Preview a refund',
    description: 'Shows what the refund would book for whom, without booking it. Refuses what the refund would refuse.',
    errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'amount_too_large'],
  }),
  createRefund: operation({
    ...BY_HOUSE,
    http: 'POST /v1/refunds',
    limit: 'money',
    input: refundInput,
    example: { payment: 'ticket_9aYx3mPq7LdR2vKe5tWz', reason: 'The concert was cut short' },
    answer: refund,
    status: 201,
    stepUp: true,
    summary: 'Refund a payment, whole or in part',
    description:
      'Name the payment: any by `payment` (the id of a membership means its latest payment), or one of a kind by `ticket`, `tip` or `topup`. A payment can be refunded in part once, and then the rest; a top-up in several parts, each with its own `idempotencyKey`. A full refund ends the access that the payment gave at once. The money returns to its source; a refund to a card is `pending` until the payment provider confirms it.',
    errors: [
      'payment_not_found',
      'not_refundable',
      'already_refunded',
      'amount_too_large',
      'idempotency_conflict',
      'provider_unavailable',
    ],
  }),
  createPromotion: operation({
    http: 'POST /v1/promotions',
    by: ['server:money'],
    input: promotionInput,
    example: { identity: 'fan-7', amountMinor: 500, reason: 'Welcome', idempotencyKey: 'welcome-fan-7' },
    answer: promotion,
    status: 201,
    summary: 'Grant promotional credit',
    description:
      'It is spent before paid credit, is never refunded to a card, and expires at `expiresAt`. Repeated calls with the same `idempotencyKey` grant it once.',
    errors: ['time_in_past', 'wallet_off', 'amount_invalid', 'amount_too_large', 'idempotency_conflict'],
  }),
  createDeskSession: operation({
    http: 'POST /v1/desk/sessions',
    by: ['server:admin'],
    input: deskSessionInput,
    example: { operator: 'operator', name: 'La maison' },
    answer: deskSessionLink,
    status: 201,
    summary: 'Create a link to the desk for an operator',
    description:
      'In a house that only embeds. Redirect the operator to `url`, or send it to them. It can be used once within ten minutes and opens the desk for eight hours. Acts are recorded under the operator’s identity, which must be in `LOGE_OPERATORS`. The session ends with the API key that created it.',
    errors: ['forbidden'],
  }),
  revokeDeskSession: operation({
    http: 'DELETE /v1/desk/sessions/:session',
    by: ['server:admin'],
    answer: deskSession,
    summary: 'End a session of the desk, or revoke its link',
    description: 'Takes effect with the next request. Repeated calls have no further effect.',
    errors: ['desk_session_not_found'],
  }),
};
