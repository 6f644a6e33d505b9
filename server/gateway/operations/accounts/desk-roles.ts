import { AppError } from '../../../protocol/errors.ts';
import { deskRoleContract } from '../../../protocol/operations/accounts/desk-roles.ts';
import { type HttpDomains, implement, withPeople } from '../operation.ts';

/** A closed account counts as no person: an operator who cannot sign in would let the last real one leave. */
async function assertOpenAccount({ people }: HttpDomains, person: string): Promise<void> {
  const found = await people.findForDesk(person);
  if (!found || found.closedAt !== null) throw new AppError('person_not_found');
}

export const deskRoleOperations = implement(deskRoleContract, {
  deskRoles: async (domains, { key }) => {
    const { roles } = domains;
    const [reviewers, operators, requests, invitations] = await Promise.all([
      roles.holders('reviewer'),
      roles.holders('operator'),
      roles.requests({ role: 'creator' }),
      domains.operators.listInvitations(),
    ]);
    const held = [...reviewers, ...operators, ...requests];
    return withPeople(domains, { key, answer: { roles: held, invitations }, named: held.map(({ person }) => person) });
  },
  giveRole: async (domains, { caller, params: { person }, input: { role, reason } }) => {
    await assertOpenAccount(domains, person);
    const { roles, money } = domains;
    const by = caller.identity;
    await money.desk.record({ act: 'role_given', subject: person, by, reason: `${role}: ${reason}` }, () =>
      roles.give({ person, role, by }),
    );
  },
  endRole: async ({ roles, money }, { caller, params: { person }, input: { role, reason } }) => {
    const by = caller.identity;
    await money.desk.record({ act: 'role_ended', subject: person, by, reason: `${role}: ${reason}` }, () =>
      roles.end({ person, role, by }),
    );
  },
  decideCreator: async ({ roles, money }, { caller, params: { person }, input: { accepted, reason } }) => {
    const by = caller.identity;
    const role = { person, role: 'creator', by } as const;
    if ((await roles.requests({ person, role: 'creator' })).length === 0) throw new AppError('person_not_found');
    await money.desk.record(
      { act: accepted ? 'role_given' : 'role_ended', subject: person, by, reason: `creator: ${reason}` },
      () => roles.decide(role, accepted),
    );
  },
});
