import { creatorPapersContract } from '../../../protocol/operations/money/creator-papers.ts';
import { implement } from '../operation.ts';
import { exportSelfBills } from './earnings-exports.ts';

export const creatorPapersOperations = implement(creatorPapersContract, {
  getBusiness: async ({ money }, { caller }) => ({ business: await money.creatorBusinesses.find(caller.identity) }),
  setBusiness: async ({ money }, { caller, input }) => ({
    business: await money.creatorBusinesses.save(caller.identity, input),
  }),
  getCreatorBusiness: async ({ accounts, money }, { params }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return { business: await money.creatorBusinesses.find(identity) };
  },
  setCreatorBusiness: async ({ accounts, money }, { params, input }) => {
    const { identity } = await accounts.getCreator(params.identity);
    return { business: await money.creatorBusinesses.save(identity, input) };
  },
  getSelfBilling: ({ money }, { caller, input }) => money.selfBilling.describe(caller.identity, input.language),
  setSelfBilling: ({ money }, { caller, input }) => money.selfBilling.setAgreement(caller.identity, input),
  exportSelfBills: async ({ money, config }, { input: { month } }) =>
    exportSelfBills(month, money.selfBilling.readMonth(month), config.publicUrl),
  getSelfBill: async ({ money }, { by, caller, params: { bill } }) => ({
    bill: await money.selfBilling.get(bill, by === 'operator' ? undefined : caller.identity),
  }),
});
