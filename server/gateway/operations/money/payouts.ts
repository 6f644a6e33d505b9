import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { payoutContract } from '../../../protocol/operations/money/payouts.ts';
import { implement, withPeople } from '../operation.ts';
import { parseIdentity } from '../params.ts';
import { actorOf, seenBy } from './desk.ts';
import { exportVat } from './earnings-exports.ts';

export const payoutOperations = implement(payoutContract, {
  deskPayouts: async (domains, call) => {
    const answer = await domains.money.desk.listPayouts(seenBy(call));
    const { due, payouts, frozen, reserves } = answer;
    const creators = [...due, ...payouts, ...frozen, ...reserves].map(({ creator }) => creator);
    const named = [...creators, ...[...frozen, ...reserves].map(({ by }) => by)];
    return withPeople(domains, { ...call, answer, named });
  },
  createPayoutBatch: async ({ accounts, money }, call) => {
    await accounts.assertCreators(call.input.creators ?? []);
    return money.desk.runPayouts({ ...call.input, ...seenBy(call), by: actorOf(call) });
  },
  getPayoutBatch: ({ money }, call) => money.payouts.getBatch(call.params.batch, seenBy(call)),
  deskFreeze: async ({ accounts, money }, call) => {
    const creator = await accounts.getCreator(parseIdentity(call.params.creator));
    return { freeze: await money.desk.setFreeze(creator.identity, { ...call.input, by: actorOf(call) }) };
  },
  setReserve: async ({ accounts, money }, call) => {
    const { identity } = await accounts.getCreator(parseIdentity(call.params.creator));
    return { reserve: await money.desk.setReserve(identity, { ...call.input, by: actorOf(call) }) };
  },
  listCardHolds: async (domains, call) => {
    const holds = await domains.money.desk.listCardHolds(seenBy(call));
    const named = holds.flatMap(({ identity, by }) => [identity, by]);
    return withPeople(domains, { ...call, answer: { holds }, named });
  },
  setCardHold: async ({ money }, call) => {
    const identity = parseIdentity(call.params.identity);
    return { hold: await money.desk.setCardHold(identity, { ...call.input, by: actorOf(call), ...seenBy(call) }) };
  },
  exportJournal: ({ money }, call) => money.journal.export(call.input, seenBy(call)),
  getVatReport: ({ money }, call) => money.vatReport.get(call.input.quarter),
  exportVatReport: async ({ money }, call) => exportVat(await money.vatReport.get(call.input.quarter)),
  listDisputes: async (domains, call) => {
    const disputes = await domains.money.desk.listDisputes(call.input.status, seenBy(call));
    return withPeople(domains, { ...call, answer: { disputes }, named: disputes.map(({ identity }) => identity) });
  },
  submitEvidence: ({ money }, call) =>
    money.desk.submitEvidence(call.params.dispute, { note: call.input.note, by: actorOf(call), ...seenBy(call) }),
  createReconciliation: ({ money }, call) => {
    const { since } = call.input;
    return money.desk.reconcile(actorOf(call), since === undefined ? undefined : Date.parse(since));
  },
  deskReconciliations: async ({ money }) => ({
    reconciliations: await money.reconciliations.list(LIMITS.listPageItems),
  }),
  getReconciliation: async ({ money }) => {
    const found = await money.reconciliations.findLatest();
    if (!found) throw new AppError('not_found', 'Nothing was compared yet.');
    return found;
  },
});
