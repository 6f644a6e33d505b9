import { earningsContract } from '../../../protocol/operations/money/earnings.ts';
import { type Download, type HttpDomains, implement } from '../operation.ts';
import { exportEntries, payoutCalendar } from './earnings-exports.ts';

/** Every entry, streamed page by page. */
async function exportOfCreator(
  { accounts, money }: HttpDomains,
  format: 'csv' | 'json',
  of: string,
  month: string | undefined,
): Promise<Download> {
  const { identity } = await accounts.getCreator(of);
  return exportEntries(format, money.statements.readEntries(identity, month));
}

export const earningsOperations = implement(earningsContract, {
  getCreatorEarnings: async ({ accounts, money }, { params, input }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return money.earnings.describe(identity, input.after);
  },
  startOnboarding: async ({ accounts, money }, { params, input }) => {
    const creator = await accounts.getCreator(params.identity);
    return money.creatorAccounts.startOnboarding({ creator, ...input });
  },
  getOnboarding: async ({ accounts, money }, { params }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return money.creatorAccounts.describe(identity);
  },
  listCreatorPayouts: async ({ accounts, money }, { params }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return { payouts: await money.payouts.listOfCreator(identity) };
  },
  getStatement: async ({ accounts, money }, { params, input }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return money.statements.ofMonth(identity, input.month);
  },
  getEarnings: ({ money }, { caller, input }) => money.earnings.describe(caller.identity, input.after),
  getEarningsOverview: async ({ money, config }, { caller: { identity } }) => {
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
  getPayoutCalendar: async ({ money }, { caller, input, locale = 'en' }) =>
    payoutCalendar(await money.earnings.describe(caller.identity), input.locale ?? locale),
  getOwnStatement: ({ money }, { caller, input }) => money.statements.ofMonth(caller.identity, input.month),
  listOwnPayouts: async ({ money }, { caller }) => ({ payouts: await money.payouts.listOfCreator(caller.identity) }),
  getOwnOnboarding: ({ money }, { caller }) => money.creatorAccounts.describe(caller.identity),
  startOwnOnboarding: async ({ accounts, money }, { caller, input }) => {
    const creator = await accounts.getCreator(caller.identity);
    return money.creatorAccounts.startOnboarding({ creator, ...input });
  },
  getOwnTaxYear: async ({ accounts, money }, { caller, input }) =>
    money.statements.dac7OfSeller(await accounts.getCreator(caller.identity), input.year),
  exportCreatorEarningsCsv: (domains, { params, input }) =>
    exportOfCreator(domains, 'csv', params.identity, input.month),
  exportOwnEarningsCsv: async ({ money }, { caller, input }) =>
    exportEntries('csv', money.statements.readEntries(caller.identity, input.month)),
  exportCreatorEarningsJson: (domains, { params, input }) =>
    exportOfCreator(domains, 'json', params.identity, input.month),
  exportOwnEarningsJson: async ({ money }, { caller, input }) =>
    exportEntries('json', money.statements.readEntries(caller.identity, input.month)),
});
