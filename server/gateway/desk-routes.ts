/**
 * The money desk over HTTP: for operators on the site's pages, by their session, and for the embedder's server under `/v1`, by its API key. Each
 * act is one entry that makes both routes, so that neither can do more than the other; what the house did is kept under the name of who did it.
 */
import type { z } from 'zod';
import { identity } from '../protocol/accounts.ts';
import {
  creatorFreezeAnswer,
  creatorFreezeInput,
  deskActList,
  deskActsQuery,
  deskOverview,
  deskPaymentDetail,
  deskPaymentList,
  deskPaymentsQuery,
  deskPayouts,
  deskPayoutsInput,
  reconciliationList,
  refundPreview,
  refundPreviewQuery,
} from '../protocol/desk.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { refund, refundInput } from '../protocol/money.ts';
import {
  disputeList,
  disputesQuery,
  evidence,
  evidenceInput,
  payoutBatch,
  reconciliation,
  reconciliationInput,
} from '../protocol/payouts.ts';
import { feePolicy, feePolicyInput, feePolicyList } from '../protocol/pricing.ts';
import type { HttpContext } from './http-context.ts';
import { parseExactly } from './http-input.ts';
import { defineRoute, type PathParams, type Route } from './http-route.ts';

interface DeskSpec<Path extends string, I extends z.ZodType, O extends z.ZodType> {
  name: string;
  method: 'get' | 'post';
  /** Path on the site; `api` is that of the server API, absent where it has no route of its own here. */
  site: Path;
  api?: string;
  input?: I;
  example?: z.input<I>;
  answer: O;
  status?: 200 | 201;
  summary: string;
  description?: string;
  errors?: readonly ErrorCode[];
  handler(call: { by: string; params: PathParams<Path>; input: z.output<I> }): Promise<z.input<O>> | z.input<O>;
}

function deskRoute<const Path extends string, I extends z.ZodType, O extends z.ZodType>(
  spec: DeskSpec<Path, I, O>,
): Route[] {
  const { name, site, api, handler, ...shared } = spec;
  const siteRoute = defineRoute({
    ...shared,
    name: `siteDesk${name}`,
    path: site as string,
    auth: 'operator',
    limit: shared.method === 'get' ? 'site' : 'money',
    handler: ({ caller, params, input }) =>
      handler({ by: caller.identity, params: params as PathParams<Path>, input: input as z.output<I> }),
  });
  if (api === undefined) return [siteRoute];
  const apiRoute = defineRoute({
    ...shared,
    name: `desk${name}`,
    path: api,
    auth: 'server',
    scope: 'money',
    limit: 'server',
    handler: ({ caller, params, input }) =>
      handler({ by: caller.apiKey, params: params as PathParams<Path>, input: input as z.output<I> }),
  });
  return [siteRoute, apiRoute];
}

export function deskRoutes(context: HttpContext): Route[] {
  return [
    ...lookingRoutes(context),
    ...refundAndDisputeRoutes(context),
    ...payoutRoutes(context),
    ...booksRoutes(context),
  ];
}

function lookingRoutes({ money: { desk } }: HttpContext): Route[] {
  return [
    ...deskRoute({
      name: 'Overview',
      method: 'get',
      site: '/site/desk/overview',
      api: '/v1/desk/overview',
      answer: deskOverview,
      summary: 'How the house stands',
      description:
        'What lies at the provider by the books and by the provider itself, to whom the house owes what, and what waits for somebody.',
      handler: () => desk.overview(),
    }),
    ...deskRoute({
      name: 'Payments',
      method: 'get',
      site: '/site/desk/payments',
      api: '/v1/payments',
      input: deskPaymentsQuery,
      answer: deskPaymentList,
      summary: 'Search payments',
      description: 'The newest first: by whole identity of buyer or creator, id of a payment, a refund or a room.',
      errors: ['cursor_invalid'],
      handler: ({ input }) => desk.searchPayments(input),
    }),
    ...deskRoute({
      name: 'Payment',
      method: 'get',
      site: '/site/desk/payments/:payment',
      api: '/v1/payments/:payment',
      answer: deskPaymentDetail,
      summary: 'Get everything about a payment',
      description: 'Its receipt, every line of the books, its refunds, and its dispute.',
      errors: ['payment_not_found'],
      handler: ({ params }) => desk.getPayment(params.payment),
    }),
    ...deskRoute({
      name: 'Acts',
      method: 'get',
      site: '/site/desk/acts',
      api: '/v1/desk/acts',
      input: deskActsQuery,
      answer: deskActList,
      summary: 'List what people of the house did',
      description: 'The newest hundred, all or those on one subject, each with who did it and why.',
      handler: async ({ input }) => ({ acts: await desk.listActs(input.subject) }),
    }),
  ];
}

/** The server API has these in `money-routes.ts` and `payouts-routes.ts`. */
function refundAndDisputeRoutes({ money: { desk, settlement } }: HttpContext): Route[] {
  return [
    ...deskRoute({
      name: 'RefundPreview',
      method: 'get',
      site: '/site/desk/payments/:payment/refund-preview',
      api: '/v1/payments/:payment/refund-preview',
      input: refundPreviewQuery,
      answer: refundPreview,
      summary: 'What a refund would take from whom',
      description:
        'Decides as a refund would and takes it back: nothing is booked. What cannot be refunded is refused as the refund would be.',
      errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'amount_too_large'],
      handler: ({ params, input }) => desk.previewRefund(params.payment, input.amountMinor),
    }),
    ...deskRoute({
      name: 'Refund',
      method: 'post',
      site: '/site/desk/refunds',
      input: refundInput,
      answer: refund,
      status: 201,
      summary: 'Refund a payment, whole or in part',
      errors: [
        'payment_not_found',
        'not_refundable',
        'already_refunded',
        'amount_too_large',
        'idempotency_conflict',
        'provider_unavailable',
      ],
      handler: ({ input, by }) => desk.refund(input, by),
    }),
    ...deskRoute({
      name: 'Disputes',
      method: 'get',
      site: '/site/desk/disputes',
      input: disputesQuery,
      answer: disputeList,
      summary: 'List disputes',
      handler: async ({ input }) => ({ disputes: await settlement.disputes.list(input.status) }),
    }),
    ...deskRoute({
      name: 'Evidence',
      method: 'post',
      site: '/site/desk/disputes/:dispute/evidence',
      input: evidenceInput,
      answer: evidence,
      status: 201,
      summary: 'Hand evidence in for a dispute',
      errors: ['dispute_not_found', 'dispute_closed', 'provider_unavailable'],
      handler: ({ params, input, by }) => desk.submitEvidence(params.dispute, { note: input.note, by }),
    }),
  ];
}

function payoutRoutes({ accounts, money: { desk } }: HttpContext): Route[] {
  return [
    ...deskRoute({
      name: 'Payouts',
      method: 'get',
      site: '/site/desk/payouts',
      api: '/v1/payouts',
      answer: deskPayouts,
      summary: 'List payouts: what is due, what was paid, who is stopped',
      handler: () => desk.listPayouts(),
    }),
    ...deskRoute({
      name: 'RunPayouts',
      method: 'post',
      site: '/site/desk/payouts/run',
      input: deskPayoutsInput,
      answer: payoutBatch,
      status: 201,
      summary: 'Pay out what is available',
      errors: ['creator_not_found'],
      handler: async ({ input, by }) => {
        await accounts.assertCreators(input.creators ?? []);
        return desk.runPayouts({ ...input, by });
      },
    }),
    ...deskRoute({
      name: 'Freeze',
      method: 'post',
      site: '/site/desk/holds/:creator',
      api: '/v1/creators/:creator/payout-freeze',
      input: creatorFreezeInput,
      example: { frozen: true, reason: 'The identity document is being checked' },
      answer: creatorFreezeAnswer,
      summary: 'Stop payouts to a creator, or let them go on',
      description: 'What they earn goes on being booked. Asked twice, nothing more happens.',
      errors: ['creator_not_found'],
      handler: async ({ params, input, by }) => {
        const creator = await accounts.getCreator(parseExactly(identity, params.creator));
        return { freeze: await desk.setFreeze(creator.identity, { ...input, by }) };
      },
    }),
  ];
}

function booksRoutes({ money: { desk, settlement, pricing } }: HttpContext): Route[] {
  return [
    ...deskRoute({
      name: 'Reconciliations',
      method: 'get',
      site: '/site/desk/reconciliations',
      api: '/v1/reconciliations',
      answer: reconciliationList,
      summary: 'List comparisons of the books with the provider',
      description: 'The newest hundred.',
      handler: async () => ({ reconciliations: await settlement.reconciliations.list(LIMITS.listPageItems) }),
    }),
    ...deskRoute({
      name: 'Reconcile',
      method: 'post',
      site: '/site/desk/reconciliations',
      input: reconciliationInput,
      answer: reconciliation,
      status: 201,
      summary: 'Compare the books with the provider now',
      errors: ['provider_unavailable'],
      handler: ({ input, by }) => desk.reconcile(by, input.since === undefined ? undefined : Date.parse(input.since)),
    }),
    ...deskRoute({
      name: 'FeePolicies',
      method: 'get',
      site: '/site/desk/fee-policies',
      answer: feePolicyList,
      summary: 'List the versions of the fees',
      handler: async () => ({ feePolicies: await pricing.listFeePolicies() }),
    }),
    ...deskRoute({
      name: 'AddFeePolicy',
      method: 'post',
      site: '/site/desk/fee-policies',
      input: feePolicyInput,
      answer: feePolicy,
      status: 201,
      summary: 'Add a version of the fees',
      errors: ['time_in_past'],
      handler: ({ input, by }) => desk.addFeePolicy(input, by),
    }),
  ];
}
