/** The server API for creators' earnings, payouts, statements, disputes and reconciliation, and what creators themselves may see of it. */
import { z } from 'zod';
import type { TokenClaims } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import {
  creatorAccount,
  creatorEarnings,
  dac7Query,
  dac7Report,
  disputeList,
  disputesQuery,
  earningsQuery,
  evidence,
  evidenceInput,
  onboarding,
  onboardingInput,
  payout,
  payoutBatch,
  payoutBatchInput,
  reconciliation,
  reconciliationInput,
  statement,
  statementQuery,
} from '../protocol/payouts.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

const payoutList = z.object({ payouts: z.array(payout) });
const CREATOR_ERRORS = ['creator_not_found'] as const;
const ONBOARDING_ERRORS = ['origin_not_allowed', 'country_not_payable', 'provider_unavailable'] as const;

export function payoutsRoutes(context: HttpContext): Route[] {
  return [
    ...creatorRoutes(context),
    ...ownEarningsRoutes(context),
    ...batchRoutes(context),
    ...disputeRoutes(context),
    ...reconciliationRoutes(context),
  ];
}

function creatorRoutes({ accounts, money: { settlement } }: HttpContext): Route[] {
  const base = { auth: 'server', scope: 'money', limit: 'server' } as const;
  return [
    defineRoute({
      ...base,
      name: 'getCreatorEarnings',
      method: 'get',
      path: '/v1/creators/:identity/earnings',
      input: earningsQuery,
      answer: creatorEarnings,
      summary: "Get a creator's earnings",
      description:
        'Every sale is held for some days; each hold says why and until when. What is available goes into the next payout unless `frozen` says why not.',
      errors: CREATOR_ERRORS,
      handler: async ({ params, input }) => {
        await accounts.getCreator(params.identity);
        return settlement.holds.describe(params.identity, input.after);
      },
    }),
    defineRoute({
      ...base,
      name: 'startOnboarding',
      method: 'post',
      path: '/v1/creators/:identity/onboarding',
      input: onboardingInput,
      example: { returnUrl: 'https://club.example/studio' },
      answer: onboarding,
      status: 201,
      summary: 'Let a creator say where the money goes',
      description:
        'Send the creator to `onboardingUrl`, which is good for one visit. They come back with `onboarding=complete` or `onboarding=refresh` in the query; how it stands is in the status.',
      errors: [...CREATOR_ERRORS, ...ONBOARDING_ERRORS],
      handler: async ({ params, input }) =>
        settlement.accounts.startOnboarding({ creator: await accounts.getCreator(params.identity), ...input }),
    }),
    defineRoute({
      ...base,
      name: 'getOnboarding',
      method: 'get',
      path: '/v1/creators/:identity/onboarding',
      answer: creatorAccount,
      summary: 'Get whether a creator can be paid',
      errors: CREATOR_ERRORS,
      handler: async ({ params }) => {
        await accounts.getCreator(params.identity);
        return settlement.accounts.describe(params.identity);
      },
    }),
    defineRoute({
      ...base,
      name: 'listCreatorPayouts',
      method: 'get',
      path: '/v1/creators/:identity/payouts',
      answer: payoutList,
      summary: "List a creator's payouts",
      description: 'The newest hundred.',
      errors: CREATOR_ERRORS,
      handler: async ({ params }) => {
        await accounts.getCreator(params.identity);
        return { payouts: await settlement.payouts.listOfCreator(params.identity) };
      },
    }),
    defineRoute({
      ...base,
      name: 'getStatement',
      method: 'get',
      path: '/v1/creators/:identity/statement',
      input: statementQuery,
      answer: statement,
      summary: "Get a creator's statement of a month",
      description: 'Months are those of UTC. The closing balance is the opening one with everything between added up.',
      errors: CREATOR_ERRORS,
      handler: async ({ params, input }) => {
        await accounts.getCreator(params.identity);
        return settlement.statements.ofMonth(params.identity, input.month);
      },
    }),
  ];
}

/** The same for creators themselves, by their room token. */
function ownEarningsRoutes({ accounts, money: { settlement } }: HttpContext): Route[] {
  const base = { auth: 'participant', limit: 'participant' } as const;
  return [
    defineRoute({
      ...base,
      name: 'getEarnings',
      method: 'get',
      path: '/v1/earnings',
      input: earningsQuery,
      answer: creatorEarnings,
      summary: 'Get your own earnings',
      description: 'For creators, with a token of one of their rooms.',
      errors: ['forbidden'],
      handler: ({ caller, input }) => settlement.holds.describe(creatorOf(caller), input.after),
    }),
    defineRoute({
      ...base,
      name: 'getOwnStatement',
      method: 'get',
      path: '/v1/earnings/statement',
      input: statementQuery,
      answer: statement,
      summary: 'Get your own statement of a month',
      errors: ['forbidden'],
      handler: ({ caller, input }) => settlement.statements.ofMonth(creatorOf(caller), input.month),
    }),
    defineRoute({
      ...base,
      name: 'listOwnPayouts',
      method: 'get',
      path: '/v1/earnings/payouts',
      answer: payoutList,
      summary: 'List your own payouts',
      errors: ['forbidden'],
      handler: async ({ caller }) => ({ payouts: await settlement.payouts.listOfCreator(creatorOf(caller)) }),
    }),
    defineRoute({
      ...base,
      name: 'getOwnOnboarding',
      method: 'get',
      path: '/v1/earnings/onboarding',
      answer: creatorAccount,
      summary: 'Get whether you can be paid',
      errors: ['forbidden'],
      handler: ({ caller }) => settlement.accounts.describe(creatorOf(caller)),
    }),
    defineRoute({
      ...base,
      name: 'startOwnOnboarding',
      method: 'post',
      path: '/v1/earnings/onboarding',
      limit: 'money',
      input: onboardingInput,
      example: {},
      answer: onboarding,
      status: 201,
      summary: 'Say where your money goes',
      errors: ['forbidden', ...CREATOR_ERRORS, ...ONBOARDING_ERRORS],
      handler: async ({ caller, input }) =>
        settlement.accounts.startOnboarding({ creator: await accounts.getCreator(creatorOf(caller)), ...input }),
    }),
  ];
}

function batchRoutes({ accounts, money: { desk, settlement } }: HttpContext): Route[] {
  const base = { auth: 'server', scope: 'money', limit: 'server' } as const;
  return [
    defineRoute({
      ...base,
      name: 'createPayoutBatch',
      method: 'post',
      path: '/v1/payout-batches',
      input: payoutBatchInput,
      example: {},
      answer: payoutBatch,
      status: 201,
      summary: 'Pay out what is available',
      description:
        'One payout for each creator who can be paid and has the minimum. They are `pending` until the payment provider has taken them; what it refuses is available again.',
      errors: ['creator_not_found'],
      handler: async ({ caller, input }) => {
        await accounts.assertCreators(input.creators ?? []);
        return desk.runPayouts({ ...input, by: caller.apiKey });
      },
    }),
    defineRoute({
      ...base,
      name: 'getPayoutBatch',
      method: 'get',
      path: '/v1/payout-batches/:batch',
      answer: payoutBatch,
      summary: 'Get a batch of payouts',
      errors: ['payout_batch_not_found'],
      handler: ({ params }) => settlement.payouts.getBatch(params.batch),
    }),
    defineRoute({
      ...base,
      name: 'getDac7Report',
      method: 'get',
      path: '/v1/reports/dac7',
      input: dac7Query,
      answer: dac7Report,
      summary: 'Get the DAC7 figures of a quarter',
      description:
        'For each seller what was credited in the quarter, net of what was withheld, the number of sales, and fees and taxes withheld: Directive (EU) 2021/514, annex V, section III. As CSV at `/v1/reports/dac7.csv`.',
      handler: ({ input }) => settlement.statements.dac7(input.quarter),
    }),
  ];
}

function disputeRoutes({ money: { desk, settlement } }: HttpContext): Route[] {
  const base = { auth: 'server', scope: 'money', limit: 'server' } as const;
  return [
    defineRoute({
      ...base,
      name: 'listDisputes',
      method: 'get',
      path: '/v1/disputes',
      input: disputesQuery,
      answer: disputeList,
      summary: 'List disputes',
      description: 'The newest hundred, all or those of one status.',
      handler: async ({ input }) => ({ disputes: await settlement.disputes.list(input.status) }),
    }),
    defineRoute({
      ...base,
      name: 'submitEvidence',
      method: 'post',
      path: '/v1/disputes/:dispute/evidence',
      input: evidenceInput,
      example: { note: 'The fan watched the whole evening and wrote in the chat.' },
      answer: evidence,
      status: 201,
      summary: 'Hand evidence in for a dispute',
      description:
        'What our own records say is gathered, your note added, and handed to the bank. This can be done once.',
      errors: ['dispute_not_found', 'dispute_closed', 'provider_unavailable'],
      handler: ({ params, input, caller }) =>
        desk.submitEvidence(params.dispute, { note: input.note, by: caller.apiKey }),
    }),
  ];
}

function reconciliationRoutes({ money: { desk, settlement } }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createReconciliation',
      method: 'post',
      path: '/v1/reconciliations',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      input: reconciliationInput,
      example: {},
      answer: reconciliation,
      status: 201,
      summary: 'Compare the books with the provider now',
      description: 'Since a moment, by default over the last weeks. Each difference is explained in words.',
      errors: ['provider_unavailable'],
      handler: ({ caller, input }) =>
        desk.reconcile(caller.apiKey, input.since === undefined ? undefined : Date.parse(input.since)),
    }),
    defineRoute({
      name: 'getReconciliation',
      method: 'get',
      path: '/v1/reconciliations/latest',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      answer: reconciliation,
      summary: 'Get the latest comparison of the books with the provider',
      errors: ['not_found'],
      handler: async () => {
        const found = await settlement.reconciliations.findLatest();
        if (!found) throw new AppError('not_found', 'Nothing was compared yet.');
        return found;
      },
    }),
  ];
}

function creatorOf({ role, sub }: TokenClaims): string {
  if (role !== 'creator') throw new AppError('forbidden', 'Only creators have earnings.');
  return sub;
}
