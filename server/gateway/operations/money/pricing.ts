import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { pricingContract } from '../../../protocol/operations/money/pricing.ts';
import { implement } from '../operation.ts';
import { parseIdentity } from '../params.ts';
import { actorOf } from './desk.ts';

export const pricingOperations = implement(pricingContract, {
  createFeePolicy: ({ money }, call) => money.desk.addFeePolicy(call.input, actorOf(call)),
  listFeePolicies: async ({ money }) => ({ feePolicies: await money.pricing.listFeePolicies() }),
  setBuyer: async ({ money }, call) => {
    const { country } = call.input;
    const subject = parseIdentity(call.params.identity);
    const kind = call.by === 'operator' ? 'checked' : 'named';
    const act = { act: 'buyer_country', subject, by: actorOf(call), reason: reasonOf(call, country) } as const;
    await money.desk.record(act, () => money.pricing.noteBuyerCountry(subject, country, kind));
    return { identity: subject, country };
  },
  createAssociation: ({ money }, { input }) => money.pricing.addAssociation(input),
  listAssociations: async ({ money }) => ({ associations: await money.pricing.listAssociations(LIMITS.listPageItems) }),
  getAssociationAccount: ({ money }, { params }) => money.pricing.readAccount(params.association),
  setPledge: async ({ accounts, money }, call) => {
    const { identity: subject } = await accounts.getCreator(parseIdentity(call.params.identity));
    const { association, shareBps } = call.input;
    const reason = reasonOf(call, `${association} ${shareBps}`);
    const act = { act: 'pledge', subject, by: actorOf(call), reason } as const;
    return money.desk.record(act, async () => ({
      pledge: await money.pricing.pledge(subject, { association, shareBps }),
    }));
  },
  getPledge: async ({ accounts, money }, { params }) => {
    const creator = await accounts.getCreator(parseIdentity(params.identity));
    return { pledge: await money.pricing.findPledge(creator.identity) };
  },
  setOwnPledge: async ({ money }, { caller, input }) => ({
    pledge: await money.pricing.pledge(caller.identity, input),
  }),
  getOwnPledge: async ({ money }, { caller }) => ({ pledge: await money.pricing.findPledge(caller.identity) }),
});

/** What is kept with the act: what was set, and an operator's reason. */
function reasonOf({ key, input }: { key: object | undefined; input: { reason?: string | undefined } }, set: string) {
  const { reason } = input;
  if (!key && !reason) throw new AppError('invalid_request', 'Give a reason. It goes on record.');
  return reason ? `${set}: ${reason}` : set;
}
