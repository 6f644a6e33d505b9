/** The desk's calls about people and their roles. */
import type { DeskPerson, DeskPersonRow } from '../../protocol/accounts/people.ts';
import type { RoleHolder } from '../../protocol/roles.ts';
import { confirmedCall as call } from './confirmed-call.ts';
import { withQuery } from './site-call.ts';

const at = (person: string, path = '') => `/v1/desk/people/${encodeURIComponent(person)}${path}`;

export type HouseRole = 'reviewer' | 'operator';

export const deskPeopleApi = {
  search: async (query: string) =>
    (await call<{ people: DeskPersonRow[] }>('GET', withQuery('/v1/desk/people', { query }))).people,
  person: (person: string) => call<DeskPerson>('GET', at(person)),
  roles: async () => (await call<{ roles: RoleHolder[] }>('GET', '/v1/desk/roles')).roles,
  giveRole: (person: string, role: HouseRole, reason: string) =>
    call<object>('POST', at(person, '/roles'), { role, reason }),
  endRole: (person: string, role: HouseRole, reason: string) =>
    call<object>('POST', at(person, '/roles/end'), { role, reason }),
  decideCreator: (person: string, accepted: boolean, reason: string) =>
    call<object>('POST', at(person, '/creator'), { accepted, reason }),
  endSessions: (person: string, reason: string) => call<object>('POST', at(person, '/sessions/end'), { reason }),
  close: (person: string, reason: string) => call<object>('POST', at(person, '/close'), { reason }),
};
