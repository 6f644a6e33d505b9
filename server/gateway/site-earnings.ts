/**
 * What the site's pages show of money that was earned or paid: a creator's earnings, statements and tax figures, and the receipts of whoever is
 * signed in. Thin over the same domain as the server API.
 */
import { AppError } from '../protocol/errors.ts';
import {
  creatorEarnings,
  dac7Year,
  dac7YearQuery,
  earningsPage,
  earningsQuery,
  onboarding,
  onboardingInput,
  statement,
  statementQuery,
} from '../protocol/payouts.ts';
import { receipt } from '../protocol/pricing.ts';
import type { HttpContext } from './http-context.ts';
import { parseExactly } from './http-input.ts';
import { defineRoute, type Route } from './http-route.ts';
import type { SitePerson } from './site-session.ts';

const PERSON = { auth: 'person', limit: 'site' } as const;

export function siteEarningsRoutes(context: HttpContext): Route[] {
  return [...earningsRoutes(context), ...papersRoutes(context), receiptRoute(context)];
}

function earningsRoutes({ accounts, money: { desk, settlement } }: HttpContext): Route[] {
  return [
    defineRoute({
      ...PERSON,
      name: 'siteEarnings',
      method: 'get',
      path: '/site/earnings',
      answer: earningsPage,
      summary: "The creator's earnings, with everything that explains them",
      errors: ['forbidden'],
      handler: async ({ caller }) => {
        const creator = creatorOf(caller);
        const [account, earnings, payouts, statements, freeze] = await Promise.all([
          settlement.accounts.describe(creator),
          settlement.holds.describe(creator),
          settlement.payouts.listOfCreator(creator),
          settlement.statements.listMonths(creator),
          desk.findFreeze(creator),
        ]);
        const { holds, nextHold, ...summary } = earnings;
        return { account, summary, freeze: freeze ?? null, holds, nextHold, payouts, statements };
      },
    }),
    defineRoute({
      ...PERSON,
      name: 'siteEarningsHolds',
      method: 'get',
      path: '/site/earnings/holds',
      input: earningsQuery,
      answer: creatorEarnings,
      summary: 'More of what is held, page by page',
      errors: ['forbidden'],
      handler: ({ caller, input }) => settlement.holds.describe(creatorOf(caller), input.after),
    }),
    defineRoute({
      ...PERSON,
      name: 'siteOnboarding',
      method: 'post',
      path: '/site/earnings/onboarding',
      limit: 'money',
      input: onboardingInput,
      answer: onboarding,
      status: 201,
      summary: 'Say where the money goes',
      errors: ['forbidden', 'creator_not_found', 'origin_not_allowed', 'country_not_payable', 'provider_unavailable'],
      handler: async ({ caller, input }) =>
        settlement.accounts.startOnboarding({ creator: await accounts.getCreator(creatorOf(caller)), ...input }),
    }),
  ];
}

function papersRoutes({ accounts, money: { settlement } }: HttpContext): Route[] {
  return [
    defineRoute({
      ...PERSON,
      name: 'siteStatement',
      method: 'get',
      path: '/site/earnings/statements/:month',
      answer: statement,
      summary: 'The statement of a month',
      errors: ['forbidden'],
      handler: ({ caller, params }) =>
        settlement.statements.ofMonth(creatorOf(caller), parseExactly(statementQuery, params).month),
    }),
    defineRoute({
      ...PERSON,
      name: 'siteDac7',
      method: 'get',
      path: '/site/earnings/dac7',
      input: dac7YearQuery,
      answer: dac7Year,
      summary: 'What the house reports to the tax authorities of the creator, quarter by quarter',
      errors: ['forbidden', 'creator_not_found'],
      handler: async ({ caller, input }) =>
        settlement.statements.dac7OfSeller(await accounts.getCreator(creatorOf(caller)), input.year),
    }),
  ];
}

function receiptRoute({ config, money }: HttpContext): Route {
  return defineRoute({
    ...PERSON,
    name: 'siteReceipt',
    method: 'get',
    path: '/site/receipts/:payment',
    answer: receipt,
    // An operator may be at the desk alone, without being anybody on the site.
    auth: 'visitor',
    summary: "A receipt of one's own; an operator may read every one",
    errors: ['token_missing', 'payment_not_found'],
    handler: ({ caller, params }) => {
      if (!caller) throw new AppError('token_missing');
      return money.getReceipt(params.payment, config.operators.includes(caller.identity) ? undefined : caller.identity);
    },
  });
}

function creatorOf({ role, identity }: SitePerson): string {
  if (role !== 'creator') throw new AppError('forbidden', 'Only creators have earnings.');
  return identity;
}
