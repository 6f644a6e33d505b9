/**
 * What creators earn: asked by themselves, with a token of one of their rooms or signed in on the site, and by
 * embedders' servers.
 */
import {
  creatorAccount,
  creatorEarnings,
  dac7Year,
  dac7YearQuery,
  earningsExportQuery,
  earningsPage,
  earningsQuery,
  onboarding,
  onboardingInput,
  payoutCalendarQuery,
  payoutList,
  statement,
  statementQuery,
} from '../../../protocol/money/payouts.ts';
import { downloadOperation, operation } from '../operation.ts';
import { exportEntries, payoutCalendar } from './earnings-exports.ts';

const OF_CREATOR = { by: ['server:money'], errors: ['creator_not_found'] } as const;
const OWN = { by: ['participant', 'person'], role: 'creator' } as const;
const ONBOARDING_ERRORS = [
  'creator_not_found',
  'origin_not_allowed',
  'country_not_payable',
  'provider_unavailable',
] as const;

const ofCreator = [
  operation({
    ...OF_CREATOR,
    name: 'getCreatorEarnings',
    http: 'GET /v1/creators/:identity/earnings',
    input: earningsQuery,
    answer: creatorEarnings,
    summary: "Get a creator's earnings",
    description:
      'Every sale is held for some days; each hold has a reason and an end. Available earnings are part of the next payout, unless `frozen` gives a reason.',
    run: async ({ accounts, money }, { params, input }) => {
      const { identity } = await accounts.getCreator(params.identity);
      return money.earnings.describe(identity, input.after);
    },
  }),
  operation({
    ...OF_CREATOR,
    name: 'startOnboarding',
    http: 'POST /v1/creators/:identity/onboarding',
    input: onboardingInput,
    example: { returnUrl: 'https://club.example/studio' },
    answer: onboarding,
    status: 201,
    summary: "Start a creator's payout onboarding",
    description:
      'Redirect the creator to `onboardingUrl`, which can be opened once. They return with `onboarding=complete` or `onboarding=refresh` in the query; read the result from the payout status.',
    errors: ONBOARDING_ERRORS,
    run: async ({ accounts, money }, { params, input }) => {
      const creator = await accounts.getCreator(params.identity);
      return money.creatorAccounts.startOnboarding({ creator, ...input });
    },
  }),
  operation({
    ...OF_CREATOR,
    name: 'getOnboarding',
    http: 'GET /v1/creators/:identity/onboarding',
    answer: creatorAccount,
    summary: 'Get whether a creator can be paid',
    run: async ({ accounts, money }, { params }) => {
      const { identity } = await accounts.getCreator(params.identity);
      return money.creatorAccounts.describe(identity);
    },
  }),
  operation({
    ...OF_CREATOR,
    name: 'listCreatorPayouts',
    http: 'GET /v1/creators/:identity/payouts',
    answer: payoutList,
    summary: "List a creator's payouts",
    description: 'The newest hundred.',
    run: async ({ accounts, money }, { params }) => {
      const { identity } = await accounts.getCreator(params.identity);
      return { payouts: await money.payouts.listOfCreator(identity) };
    },
  }),
  operation({
    ...OF_CREATOR,
    name: 'getStatement',
    http: 'GET /v1/creators/:identity/statement',
    input: statementQuery,
    answer: statement,
    summary: "Get a creator's statement of a month",
    description: 'Months are in UTC. The closing balance is the opening balance plus all entries.',
    run: async ({ accounts, money }, { params, input }) => {
      const { identity } = await accounts.getCreator(params.identity);
      return money.statements.ofMonth(identity, input.month);
    },
  }),
];

const own = [
  operation({
    ...OWN,
    name: 'getEarnings',
    http: 'GET /v1/earnings',
    input: earningsQuery,
    answer: creatorEarnings,
    summary: 'Get your own earnings',
    description: 'For creators, with a token of one of their rooms.',
    run: ({ money }, { caller, input }) => money.earnings.describe(caller.identity, input.after),
  }),
  operation({
    name: 'getEarningsOverview',
    http: 'GET /v1/earnings/overview',
    by: ['person'],
    role: 'creator',
    answer: earningsPage,
    summary: 'Get your own earnings with holds, payouts and statements',
    run: async ({ money, config }, { caller: { identity } }) => {
      const [account, earnings, payouts, statements, freeze] = await Promise.all([
        money.creatorAccounts.describe(identity),
        money.earnings.describe(identity),
        money.payouts.listOfCreator(identity),
        money.statements.listMonths(identity),
        money.desk.findFreeze(identity),
      ]);
      const { holds, nextHold, ...summary } = earnings;
      return {
        account,
        summary,
        freeze: freeze ?? null,
        contact: config.contact,
        holds,
        nextHold,
        payouts,
        statements,
      };
    },
  }),
  downloadOperation({
    name: 'getPayoutCalendar',
    http: 'GET /v1/earnings/calendar',
    by: ['person'],
    role: 'creator',
    format: 'ics',
    input: payoutCalendarQuery,
    summary: 'Get your next payouts for a calendar',
    description: 'An iCalendar file with the days and amounts as they are known now; imported again, it replaces them.',
    run: async ({ money }, { caller, input, locale = 'en' }) =>
      payoutCalendar(await money.earnings.describe(caller.identity), input.locale ?? locale),
  }),
  operation({
    ...OWN,
    name: 'getOwnStatement',
    http: 'GET /v1/earnings/statement',
    input: statementQuery,
    answer: statement,
    summary: 'Get your own statement of a month',
    run: ({ money }, { caller, input }) => money.statements.ofMonth(caller.identity, input.month),
  }),
  operation({
    ...OWN,
    name: 'listOwnPayouts',
    http: 'GET /v1/earnings/payouts',
    answer: payoutList,
    summary: 'List your own payouts',
    run: async ({ money }, { caller }) => ({ payouts: await money.payouts.listOfCreator(caller.identity) }),
  }),
  operation({
    ...OWN,
    name: 'getOwnOnboarding',
    http: 'GET /v1/earnings/onboarding',
    answer: creatorAccount,
    summary: 'Get whether you can be paid',
    run: ({ money }, { caller }) => money.creatorAccounts.describe(caller.identity),
  }),
  operation({
    ...OWN,
    name: 'startOwnOnboarding',
    http: 'POST /v1/earnings/onboarding',
    limit: 'money',
    input: onboardingInput,
    example: {},
    answer: onboarding,
    status: 201,
    stepUp: true,
    summary: 'Start your own payout onboarding',
    errors: ONBOARDING_ERRORS,
    run: async ({ accounts, money }, { caller, input }) => {
      const creator = await accounts.getCreator(caller.identity);
      return money.creatorAccounts.startOnboarding({ creator, ...input });
    },
  }),
  operation({
    name: 'getOwnTaxYear',
    http: 'GET /v1/earnings/tax-year',
    by: ['person'],
    role: 'creator',
    input: dac7YearQuery,
    answer: dac7Year,
    summary: 'Get your figures reported to the tax authorities, by quarter',
    errors: ['creator_not_found'],
    run: async ({ accounts, money }, { caller, input }) =>
      money.statements.dac7OfSeller(await accounts.getCreator(caller.identity), input.year),
  }),
];

/** Every entry, streamed page by page. */
const exports = (['csv', 'json'] as const).flatMap((format) => [
  downloadOperation({
    ...OF_CREATOR,
    name: `exportCreatorEarnings${format === 'csv' ? 'Csv' : 'Json'}`,
    http: `GET /v1/creators/:identity/earnings.${format}`,
    format,
    input: earningsExportQuery,
    summary: `Export a creator's earnings as ${format.toUpperCase()}, of all time or of a month`,
    run: async ({ accounts, money }, { params, input }) => {
      const { identity } = await accounts.getCreator(params.identity);
      return exportEntries(format, money.statements.readEntries(identity, input.month));
    },
  }),
  downloadOperation({
    ...OWN,
    name: `exportOwnEarnings${format === 'csv' ? 'Csv' : 'Json'}`,
    http: `GET /v1/earnings.${format}`,
    format,
    input: earningsExportQuery,
    summary: `Export your own earnings as ${format.toUpperCase()}, of all time or of a month`,
    run: async ({ money }, { caller, input }) =>
      exportEntries(format, money.statements.readEntries(caller.identity, input.month)),
  }),
]);

export const earningsOperations = [...ofCreator, ...own, ...exports];
