/** Operators give and end the roles of the house, and decide on people who ask to be creators. */
import { z } from 'zod';
import { singleLine } from '../../../protocol/accounts/accounts.ts';
import { AppError } from '../../../protocol/errors.ts';
import { houseRoleInput, roleHolderList } from '../../../protocol/roles.ts';
import type { HttpDomains } from '../operation.ts';
import { operation } from '../operation.ts';

const BY_OPERATOR = { by: ['operator'] } as const;
const reason = singleLine(500);

/** A closed account counts as no person: an operator who cannot sign in would let the last real one leave. */
async function assertOpenAccount({ people }: HttpDomains, person: string): Promise<void> {
  const found = await people.findForDesk(person);
  if (!found || found.closedAt !== null) throw new AppError('person_not_found');
}

export const deskRoleOperations = [
  operation({
    ...BY_OPERATOR,
    name: 'deskRoles',
    http: 'GET /v1/desk/roles',
    answer: roleHolderList,
    summary: 'List reviewers, operators, and people who ask to be creators',
    run: async ({ roles, people }) => {
      const [reviewers, operators, requests] = await Promise.all([
        roles.holders('reviewer'),
        roles.holders('operator'),
        roles.requests({ role: 'creator' }),
      ]);
      const named = [...reviewers, ...operators, ...requests].map(async (held) => {
        const { name = '', handle = null } = (await people.findCard(held.person)) ?? {};
        return { ...held, name, handle };
      });
      return { roles: await Promise.all(named) };
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'giveRole',
    http: 'POST /v1/desk/people/:person/roles',
    input: houseRoleInput,
    example: { role: 'reviewer', reason: 'Joins the team that reads reports' },
    answer: z.object({}),
    status: 201,
    stepUp: true,
    summary: 'Make a person a reviewer or an operator',
    description: 'On record, with the reason. A repeated call has no further effect.',
    errors: ['person_not_found'],
    run: async (domains, { caller, params: { person }, input: { role, reason } }) => {
      await assertOpenAccount(domains, person);
      const { roles, money } = domains;
      const by = caller.identity;
      await money.desk.record({ act: 'role_given', subject: person, by, reason: `${role}: ${reason}` }, () =>
        roles.give({ person, role, by }),
      );
      return {};
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'endRole',
    http: 'POST /v1/desk/people/:person/roles/end',
    input: houseRoleInput,
    example: { role: 'reviewer', reason: 'Has left the team' },
    answer: z.object({}),
    stepUp: true,
    summary: 'End the role of a reviewer or an operator',
    description: 'On record, with the reason, and effective at the next request. The last operator stays.',
    errors: ['last_operator'],
    run: async ({ roles, money }, { caller, params: { person }, input: { role, reason } }) => {
      const by = caller.identity;
      await money.desk.record({ act: 'role_ended', subject: person, by, reason: `${role}: ${reason}` }, () =>
        roles.end({ person, role, by }),
      );
      return {};
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'decideCreator',
    http: 'POST /v1/desk/people/:person/creator',
    input: z.object({ accepted: z.boolean(), reason }),
    example: { accepted: true, reason: 'Known to us' },
    answer: z.object({}),
    summary: 'Accept or refuse a person who asks to be a creator',
    description: 'In a house with `LOGE_CREATOR_APPROVAL=on`. On record, with the reason.',
    errors: ['person_not_found'],
    run: async ({ roles, money }, { caller, params: { person }, input: { accepted, reason } }) => {
      const by = caller.identity;
      const role = { person, role: 'creator', by } as const;
      if ((await roles.requests({ person, role: 'creator' })).length === 0) throw new AppError('person_not_found');
      await money.desk.record(
        { act: accepted ? 'role_given' : 'role_ended', subject: person, by, reason: `creator: ${reason}` },
        () => roles.decide(role, accepted),
      );
      return {};
    },
  }),
];
