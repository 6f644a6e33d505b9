import { AppError } from '../../../protocol/errors.ts';
import { deskContract } from '../../../protocol/operations/money/desk.ts';
import { DESK_SIGN_IN_PATH } from '../../site/sign-in/desk-access.ts';
import { type Caller, implement, withPeople } from '../operation.ts';

/** Under which name an act is kept: the operator's, or the id of the server's API key. */
export function actorOf({ key, caller }: { key: { apiKey: string } | undefined; caller: Caller }): string {
  return key?.apiKey ?? caller.identity;
}

/** API keys do not see payments of people of the house, nor those to its creators. */
export function seenBy({ key }: { key: object | undefined }): { ofEmbedders: boolean } {
  return { ofEmbedders: key !== undefined };
}

export const deskOperations = implement(deskContract, {
  deskOverview: ({ money }, call) => money.desk.overview(seenBy(call)),
  deskPayments: async (domains, call) => {
    const answer = await domains.money.desk.payments.search(call.input, seenBy(call));
    const named = answer.payments.flatMap(({ identity, creator }) => [identity, creator]);
    return withPeople(domains, { ...call, answer, named });
  },
  deskPayment: async (domains, call) => {
    const answer = await domains.money.desk.payments.get(call.params.payment, seenBy(call));
    const { payment, legs, refunds } = answer;
    const named = [
      payment.identity,
      payment.creator,
      ...legs.map(({ owner }) => owner),
      ...refunds.map(({ by }) => by),
    ];
    return withPeople(domains, { ...call, answer, named });
  },
  deskActs: async (domains, call) => {
    const acts = await domains.money.desk.listActs(call.input.subject, seenBy(call));
    return withPeople(domains, { ...call, answer: { acts }, named: acts.flatMap(({ by, subject }) => [by, subject]) });
  },
  deskRefundPreview: ({ money }, call) =>
    money.desk.previewRefund(call.params.payment, call.input.amountMinor, seenBy(call)),
  createRefund: ({ money }, call) => money.desk.refund(call.input, actorOf(call), seenBy(call)),
  createPromotion: ({ money }, { input, key }) => money.promotions.grant(input, key.apiKey),
  createDeskSession: async ({ config, deskSessions }, { key, input }) => {
    if (config.hasSite) {
      const way = 'with a passkey. Invite them with `npm run operators -- invite ADDRESS`.';
      throw new AppError('forbidden', `This house has accounts: operators come in ${way}`);
    }
    const { id, token, expiresAt } = await deskSessions.invite(input, key.apiKey);
    return { id, url: `${config.publicUrl}${DESK_SIGN_IN_PATH}/${token}`, expiresAt };
  },
  revokeDeskSession: ({ deskSessions }, { params }) => deskSessions.revoke(params.session),
});
