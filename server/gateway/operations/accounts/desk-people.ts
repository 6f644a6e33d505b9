/** Operators see the house's people, end their sessions and close their accounts. Acts and looks are on record. */
import { z } from 'zod';
import { isAddressQuery } from '../../../accounts/people/mail-addresses.ts';
import { deskPeopleQuery, deskPerson, deskPersonList, deskReasonInput } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import { type HttpDomains, operation } from '../operation.ts';

const BY_OPERATOR = { by: ['operator'] } as const;

/** What the record of a search says: never an address. */
const onRecord = (query: string) => (isAddressQuery(query) ? 'by address' : query);

async function detailsOf({ people, roles, closing }: HttpDomains, person: string) {
  const row = await people.findForDesk(person);
  if (!row) throw new AppError('person_not_found');
  const [addresses, held, requests, sessions, oidcBindings, { openMatters }] = await Promise.all([
    people.addressesOf(person),
    roles.rolesOf(person),
    roles.requests({ person }),
    people.sessions.list(person, undefined),
    people.oidc.list(person),
    closing.look(person),
  ]);
  return { ...row, addresses, roles: [...held, ...requests], sessions, oidcBindings, openMatters };
}

export const deskPeopleOperations = [
  operation({
    ...BY_OPERATOR,
    name: 'deskPeople',
    http: 'GET /v1/desk/people',
    input: deskPeopleQuery,
    answer: deskPersonList,
    summary: 'Search people',
    description: 'By the beginning of a handle, or by a whole mail address or id. The search is on record.',
    run: async ({ people, money }, { caller, input: { query } }) => {
      const search = { act: 'look', subject: 'people', by: caller.identity, reason: onRecord(query) } as const;
      return { people: await money.desk.record(search, () => people.search(query)) };
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'deskPerson',
    http: 'GET /v1/desk/people/:person',
    answer: deskPerson,
    summary: 'Get a person',
    description:
      'Addresses, roles, sessions, and what is open before their account can be closed. The look is on record.',
    errors: ['person_not_found'],
    run: (domains, { caller, params: { person } }) => {
      const look = { act: 'look', subject: person, by: caller.identity, reason: null } as const;
      return domains.money.desk.record(look, () => detailsOf(domains, person));
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'endSessionsOfPerson',
    http: 'POST /v1/desk/people/:person/sessions/end',
    input: deskReasonInput,
    example: { reason: 'They have lost their phone' },
    answer: z.object({}),
    summary: 'Sign a person out everywhere',
    description: 'On record, with the reason. Their open sockets close within a second.',
    errors: ['person_not_found'],
    run: async ({ people, money }, { caller, params: { person }, input: { reason } }) => {
      if (!(await people.find(person))) throw new AppError('person_not_found');
      const act = { act: 'sessions_ended', subject: person, by: caller.identity, reason } as const;
      await money.desk.record(act, () => people.sessions.revokeAll(person));
      return {};
    },
  }),
  operation({
    ...BY_OPERATOR,
    name: 'closeAccountOfPerson',
    http: 'POST /v1/desk/people/:person/close',
    input: deskReasonInput,
    example: { reason: 'They asked for it by letter' },
    answer: z.object({}),
    stepUp: true,
    summary: 'Close the account of a person for good',
    description: 'As they would themselves, and refused while something is open. On record, with the reason.',
    errors: ['person_not_found', 'erasure_blocked', 'last_operator', 'provider_unavailable'],
    run: async ({ closing, people, money }, { caller, params: { person }, input: { reason } }) => {
      if (!(await people.find(person))) throw new AppError('person_not_found');
      const act = { act: 'account_closed', subject: person, by: caller.identity, reason } as const;
      await money.desk.record(act, () => closing.close(person, caller.identity));
      return {};
    },
  }),
];
