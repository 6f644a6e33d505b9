import { AppError } from '../../../protocol/errors.ts';
import { committeeContract } from '../../../protocol/operations/trust/committee.ts';
import { type HttpDomains, implement } from '../operation.ts';

/** On record with the other acts of operators. */
function record<T>(
  { money }: HttpDomains,
  act: { act: 'seat_changed' | 'member_invited' | 'member_removed'; subject: string; by: string; reason: string },
  work: () => Promise<T>,
): Promise<T> {
  return money.desk.record(act, work);
}

export const committeeOperations = implement(committeeContract, {
  getCommittee: ({ committee }) => committee.view(),
  getOwnSeat: ({ committee }, { caller }) => committee.ownSeat(caller.identity),
  saveBiography: async ({ committee }, { caller, input }) => {
    await committee.saveBiography(caller.identity, input.biography);
    return committee.ownSeat(caller.identity);
  },
  declare: async ({ committee }, { caller, input }) => {
    await committee.declare(caller.identity, input);
    return committee.ownSeat(caller.identity);
  },
  resign: ({ committee }, { caller, input }) => committee.resign(caller.identity, input.reason ?? null),
  getCheckpointToSign: ({ memberSignatures }, { caller }) => memberSignatures.offer(caller.identity),
  signCheckpoint: async ({ memberSignatures }, { caller, input }) => {
    await memberSignatures.sign(caller.identity, input);
    return memberSignatures.offer(caller.identity);
  },
  createSeat: async (domains, { caller: { identity: by }, input: { name } }) => {
    const act = { act: 'seat_changed', subject: 'committee', by, reason: name.en } as const;
    await record(domains, act, () => domains.committee.createSeat(name, by));
    return domains.committee.view();
  },
  renameSeat: async (domains, { caller: { identity: by }, params: { seat }, input: { name } }) => {
    const act = { act: 'seat_changed', subject: seat, by, reason: name.en } as const;
    await record(domains, act, () => domains.committee.renameSeat(seat, name));
    return domains.committee.view();
  },
  removeSeat: async (domains, { caller: { identity: by }, params: { seat } }) => {
    const act = { act: 'seat_changed', subject: seat, by, reason: '' } as const;
    await record(domains, act, () => domains.committee.removeSeat(seat, by));
    return domains.committee.view();
  },
  inviteMember: async (domains, { caller: { identity: by }, params: { seat }, input }) => {
    const { committee, operators, config } = domains;
    if (!config.hasSite) throw new AppError('forbidden', 'A house without accounts has no committee.');
    const { address, appointedBy, from = null, until } = input;
    const appointment = { seat, appointedBy, from, until };
    await committee.assertMayAppoint(appointment);
    const act = { act: 'member_invited', subject: seat, by, reason: appointedBy.en } as const;
    return record(domains, act, () => operators.invite(address, by, appointment));
  },
  removeMember: async (domains, { caller: { identity: by }, params: { term }, input: { reason } }) => {
    const act = { act: 'member_removed', subject: term, by, reason: reason.en } as const;
    await record(domains, act, () => domains.committee.remove(term, reason, by));
    return domains.committee.view();
  },
});
