/**
 * The money desk: what operators see of payments and do about them, and the embedder's server with its key. What the
 * house did is kept under the name of who did it.
 */
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
} from '../../../protocol/money/desk.ts';
import { refund, refundInput } from '../../../protocol/money/money.ts';
import { promotion, promotionInput } from '../../../protocol/money/pricing.ts';
import { DESK_SIGN_IN_PATH } from '../../site/desk-access.ts';
import { type Caller, operation } from '../operation.ts';

const BY_HOUSE = { by: ['server:money', 'operator'] } as const;

/** Under which name an act is kept: the operator's, or the id of the server's API key. */
export function actorOf({ key, caller }: { key: { apiKey: string } | undefined; caller: Caller }): string {
  return key?.apiKey ?? caller.identity;
}

const lookingOperations = [
  operation({
    ...BY_HOUSE,
    name: 'deskOverview',
    http: 'GET /v1/desk/overview',
    answer: deskOverview,
    summary: 'How the house stands',
    description:
      'What lies at the provider by the books and by the provider itself, to whom the house owes what, and what waits for somebody.',
    run: ({ money }) => money.desk.overview(),
  }),
  operation({
    ...BY_HOUSE,
    name: 'deskPayments',
    http: 'GET /v1/payments',
    input: deskPaymentsQuery,
    answer: deskPaymentList,
    summary: 'Search payments',
    description: 'The newest first: by whole identity of buyer or creator, id of a payment, a refund or a room.',
    errors: ['cursor_invalid'],
    run: ({ money }, { input }) => money.desk.payments.search(input),
  }),
  operation({
    ...BY_HOUSE,
    name: 'deskPayment',
    http: 'GET /v1/payments/:payment',
    answer: deskPaymentDetail,
    summary: 'Get everything about a payment',
    description: 'Its receipt, every line of the books, its refunds, and its dispute.',
    errors: ['payment_not_found'],
    run: ({ money }, { params }) => money.desk.payments.get(params.payment),
  }),
  operation({
    ...BY_HOUSE,
    name: 'deskActs',
    http: 'GET /v1/desk/acts',
    input: deskActsQuery,
    answer: deskActList,
    summary: 'List what people of the house did',
    description: 'The newest hundred, all or those on one subject, each with who did it and why.',
    run: async ({ money }, { input }) => ({ acts: await money.desk.listActs(input.subject) }),
  }),
];

const givingOperations = [
  operation({
    ...BY_HOUSE,
    name: 'deskRefundPreview',
    http: 'GET /v1/payments/:payment/refund-preview',
    input: refundPreviewQuery,
    answer: refundPreview,
    summary: 'What a refund would take from whom',
    description:
      'Decides as a refund would and takes it back: nothing is booked. What cannot be refunded is refused as the refund would be.',
    errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'amount_too_large'],
    run: ({ money }, { params, input }) => money.desk.previewRefund(params.payment, input.amountMinor),
  }),
  operation({
    ...BY_HOUSE,
    name: 'createRefund',
    http: 'POST /v1/refunds',
    limit: 'money',
    input: refundInput,
    example: { ticket: 'ticket_9aYx3mPq7LdR2vKe5tWz', reason: 'The concert was cut short' },
    answer: refund,
    status: 201,
    summary: 'Refund a payment, whole or in part',
    description:
      'Name exactly one of `ticket`, `tip`, `topup`, `membership` and `privateSession`; a payment can be given back in part once, and then the rest; a top-up in as many parts as there are keys (`idempotencyKey`). Access that it gave ends at once when all of it goes back. Money goes back to where it came from; what goes to a card is `pending` until the payment provider confirms it.',
    errors: [
      'payment_not_found',
      'not_refundable',
      'already_refunded',
      'amount_too_large',
      'idempotency_conflict',
      'provider_unavailable',
    ],
    run: ({ money }, call) => money.desk.refund(call.input, actorOf(call)),
  }),
  operation({
    name: 'createPromotion',
    http: 'POST /v1/promotions',
    by: ['server:money'],
    input: promotionInput,
    example: { identity: 'fan-7', amountMinor: 500, reason: 'Welcome', idempotencyKey: 'welcome-fan-7' },
    answer: promotion,
    status: 201,
    summary: 'Give promotional credit',
    description:
      'It is spent before paid credit, is never sent to a card, and runs out at `expiresAt`. The same `idempotencyKey` gives once.',
    errors: ['time_in_past', 'wallet_off', 'amount_invalid', 'amount_too_large', 'idempotency_conflict'],
    run: ({ money }, { input, key }) => money.promotions.grant(input, key.apiKey),
  }),
];

const sessionOperations = [
  operation({
    name: 'createDeskSession',
    http: 'POST /v1/desk/sessions',
    by: ['server:admin'],
    input: deskSessionInput,
    example: { operator: 'operator', name: 'La maison' },
    answer: deskSessionLink,
    status: 201,
    summary: 'Make a link to the desk for an operator',
    description:
      'Send the operator to `url`, or send it to them: for ten minutes it opens the desk, once, for eight hours. What they do there is kept under their identity, which must be one of `LOGE_OPERATORS`. It ends with the API key that asked for it.',
    errors: ['forbidden'],
    run: async ({ config, deskSessions }, { key, input }) => {
      const { id, token, expiresAt } = await deskSessions.invite(input, key.apiKey);
      return { id, url: `${config.publicUrl}${DESK_SIGN_IN_PATH}/${token}`, expiresAt };
    },
  }),
  operation({
    name: 'revokeDeskSession',
    http: 'DELETE /v1/desk/sessions/:session',
    by: ['server:admin'],
    answer: deskSession,
    summary: 'End a session of the desk, or take back its link',
    description: 'At once: the next request of its pages is refused. Asked twice, nothing more happens.',
    errors: ['desk_session_not_found'],
    run: ({ deskSessions }, { params }) => deskSessions.revoke(params.session),
  }),
];

export const deskOperations = [...lookingOperations, ...givingOperations, ...sessionOperations];
