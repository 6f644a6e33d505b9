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
} from '../../money/payouts.ts';
import { downloadOperation, operation } from '../contract.ts';

const OF_CREATOR = { by: ['server:money'], errors: ['creator_not_found'] } as const;
const OWN = { by: ['participant', 'person'], role: 'creator' } as const;
const ONBOARDING_ERRORS = [
  'creator_not_found',
  'origin_not_allowed',
  'country_not_payable',
  'provider_unavailable',
] as const;

export const earningsContract = {
  getCreatorEarnings: operation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/earnings',
    input: earningsQuery,
    answer: creatorEarnings,
    summary: "Get a creator's earnings",
    description:
      'Every sale is held for some days; each hold has a reason and an end. Available earnings are part of the next payout, unless `frozen` gives a reason.',
  }),
  startOnboarding: operation({
    ...OF_CREATOR,
    http: 'POST /v1/creators/:identity/onboarding',
    input: onboardingInput,
    example: { returnUrl: 'https://club.example/studio' },
    answer: onboarding,
    status: 201,
    summary: "Start a creator's payout onboarding",
    description:
      'Redirect the creator to `onboardingUrl`, which can be opened once. They return with `onboarding=complete` or `onboarding=refresh` in the query; read the result from the payout status.',
    errors: ONBOARDING_ERRORS,
  }),
  getOnboarding: operation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/onboarding',
    answer: creatorAccount,
    summary: 'Get whether a creator can be paid',
  }),
  listCreatorPayouts: operation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/payouts',
    answer: payoutList,
    summary: "List a creator's payouts",
    description: 'The newest hundred.',
  }),
  getStatement: operation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/statement',
    input: statementQuery,
    answer: statement,
    summary: "Get a creator's statement of a month",
    description: 'Months are in the house’s time zone. The closing balance is the opening balance plus all entries.',
  }),
  getEarnings: operation({
    ...OWN,
    http: 'GET /v1/earnings',
    input: earningsQuery,
    answer: creatorEarnings,
    summary: 'Get your own earnings',
    description: 'For creators, with a token of one of their rooms.',
  }),
  getEarningsOverview: operation({
    http: 'GET /v1/earnings/overview',
    by: ['person'],
    role: 'creator',
    answer: earningsPage,
    summary: 'Get your own earnings with holds, payouts and statements',
  }),
  getPayoutCalendar: downloadOperation({
    http: 'GET /v1/earnings/calendar',
    by: ['person'],
    role: 'creator',
    format: 'ics',
    input: payoutCalendarQuery,
    summary: 'Get your next payouts for a calendar',
    description: 'An iCalendar file with the days and amounts as they are known now; imported again, it replaces them.',
  }),
  getOwnStatement: operation({
    ...OWN,
    http: 'GET /v1/earnings/statement',
    input: statementQuery,
    answer: statement,
    summary: 'Get your own statement of a month',
  }),
  listOwnPayouts: operation({
    ...OWN,
    http: 'GET /v1/earnings/payouts',
    answer: payoutList,
    summary: 'List your own payouts',
  }),
  getOwnOnboarding: operation({
    ...OWN,
    http: 'GET /v1/earnings/onboarding',
    answer: creatorAccount,
    summary: 'Get whether you can be paid',
  }),
  startOwnOnboarding: operation({
    ...OWN,
    http: 'POST /v1/earnings/onboarding',
    limit: 'money',
    input: onboardingInput,
    example: {},
    answer: onboarding,
    status: 201,
    stepUp: true,
    summary: 'Start your own payout onboarding',
    errors: ONBOARDING_ERRORS,
  }),
  getOwnTaxYear: operation({
    http: 'GET /v1/earnings/tax-year',
    by: ['person'],
    role: 'creator',
    input: dac7YearQuery,
    answer: dac7Year,
    summary: 'Get your figures reported to the tax authorities, by quarter',
    errors: ['creator_not_found'],
  }),
  exportCreatorEarningsCsv: downloadOperation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/earnings.csv',
    format: 'csv',
    input: earningsExportQuery,
    summary: "Export a creator's earnings as CSV, of all time or of a month",
  }),
  exportOwnEarningsCsv: downloadOperation({
    ...OWN,
    http: 'GET /v1/earnings.csv',
    format: 'csv',
    input: earningsExportQuery,
    summary: 'Export your own earnings as CSV, of all time or of a month',
  }),
  exportCreatorEarningsJson: downloadOperation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/earnings.json',
    format: 'json',
    input: earningsExportQuery,
    summary: "Export a creator's earnings as JSON, of all time or of a month",
  }),
  exportOwnEarningsJson: downloadOperation({
    ...OWN,
    http: 'GET /v1/earnings.json',
    format: 'json',
    input: earningsExportQuery,
    summary: 'Export your own earnings as JSON, of all time or of a month',
  }),
};
