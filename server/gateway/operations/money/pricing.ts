import * as LIMITS from '../../../protocol/limits.ts';
import { pricingContract } from '../../../protocol/operations/money/pricing.ts';
import { implement } from '../operation.ts';
import { parseIdentity } from '../params.ts';
import { actorOf } from './desk.ts';

export const pricingOperations = implement(pricingContract, {
  createFeePolicy: ({ money }, call) => money.desk.addFeePolicy(call.input, actorOf(call)),
  listFeePolicies: async ({ money }) => ({ feePolicies: await money.pricing.listFeePolicies() }),
  setBuyer: async ({ money }, { by, params, input }) => {
    const person = parseIdentity(params.identity);
    await money.pricing.noteBuyerCountry(person, input.country, by === 'operator' ? 'checked' : 'named');
    return { identity: person, country: input.country };
  },
  createAssociation: ({ money }, { input }) => money.pricing.addAssociation(input),
  listAssociations: async ({ money }) => ({ associations: await money.pricing.listAssociations(LIMITS.listPageItems) }),
  getAssociationAccount: ({ money }, { params }) => money.pricing.readAccount(params.association),
  setPledge: async ({ accounts, money }, { params, input }) => {
    const creator = await accounts.getCreator(parseIdentity(params.identity));
    return { pledge: await money.pricing.pledge(creator.identity, input) };
  },
  getPledge: async ({ accounts, money }, { params }) => {
    const creator = await accounts.getCreator(parseIdentity(params.identity));
    return { pledge: await money.pricing.findPledge(creator.identity) };
  },
});
