import { isAddressQuery } from '../../../accounts/people/mail-addresses.ts';
import { AppError } from '../../../protocol/errors.ts';
import { deskPeopleContract } from '../../../protocol/operations/accounts/desk-people.ts';
import { type HttpDomains, implement } from '../operation.ts';

/** What the record of a search says: never an address. */
const onRecord = (query: string) => (isAddressQuery(query) ? 'by address' : query);

async function detailsOf({ people, roles, closing, money }: HttpDomains, person: string) {
  const row = await people.findForDesk(person);
  if (!row) throw new AppError('person_not_found');
  const [addresses, held, requests, sessions, oidcBindings, { openMatters }, business] = await Promise.all([
    people.addressesOf(person),
    roles.rolesOf(person),
    roles.requests({ person }),
    people.sessions.list(person, undefined),
    people.oidc.list(person),
    closing.look(person),
    money.creatorBusinesses.find(person),
  ]);
  return { ...row, addresses, roles: [...held, ...requests], sessions, oidcBindings, openMatters, business };
}

export const deskPeopleOperations = implement(deskPeopleContract, {
  deskPeople: async ({ people, money }, { caller, input: { query } }) => {
    const search = { act: 'look', subject: 'people', by: caller.identity, reason: onRecord(query) } as const;
    return { people: await money.desk.record(search, () => people.search(query)) };
  },
  deskPerson: (domains, { caller, params: { person } }) => {
    const look = { act: 'look', subject: person, by: caller.identity, reason: null } as const;
    return domains.money.desk.record(look, () => detailsOf(domains, person));
  },
  endSessionsOfPerson: async ({ people, money }, { caller, params: { person }, input: { reason } }) => {
    if (!(await people.find(person))) throw new AppError('person_not_found');
    const act = { act: 'sessions_ended', subject: person, by: caller.identity, reason } as const;
    await money.desk.record(act, () => people.sessions.revokeAll(person));
  },
  closeAccountOfPerson: async ({ closing, people, money }, { caller, params: { person }, input: { reason } }) => {
    if (!(await people.find(person))) throw new AppError('person_not_found');
    const act = { act: 'account_closed', subject: person, by: caller.identity, reason } as const;
    await money.desk.record(act, () => closing.close(person, caller.identity));
  },
});
