import { deviceName } from '../../../accounts/people/device-name.ts';
import { isStrong } from '../../../accounts/people/session-strength.ts';
import { AppError } from '../../../protocol/errors.ts';
import { siteSessionContract } from '../../../protocol/operations/site.ts';
import { type SitePerson, sitePerson } from '../../../protocol/site.ts';
import type { HttpContext } from '../../context.ts';
import { type HttpOperation, implement } from '../../operations/operation.ts';
import { DEMO_OPERATOR, DEMO_PEOPLE, demoPeopleOf, seedPerson } from '../demo.ts';
import { footerPages } from '../house-pages.ts';
import type { DeskAccess } from './desk-access.ts';
import type { SiteSessions } from './site-session.ts';

export function siteOperations(
  context: HttpContext,
  { sessions, desk }: { sessions: SiteSessions; desk: DeskAccess },
): HttpOperation[] {
  const { config, people, roles, committee, clock } = context;
  const describe = async (person: SitePerson | null, { isOperator = false, isStrong: isProved = false } = {}) => ({
    person,
    isOperator,
    isStrong: isProved,
    isReviewer: person !== null && (await roles.has(person.identity, 'reviewer')),
    isMember: person !== null && (await committee.isMember(person.identity)),
    demo: config.development,
    hasAccounts: config.hasSite,
    openIdProvider: people.oidc.provider,
    currency: config.currency,
    walletMode: config.walletMode,
    minLiveMinutes: Math.floor(config.minLiveSeconds / 60),
    housePages: await footerPages(context),
  });
  const operations = implement(siteSessionContract, {
    siteSession: async (_domains, { caller, session, response }) => {
      await sessions.renew(response);
      // A visitor without a session of a person came by a desk link.
      const isOperator = caller !== null && (!session || (await roles.has(caller.identity, 'operator')));
      const isProved = caller !== null && (!session || isStrong(session, clock.now()));
      return describe(sitePerson.nullable().parse(caller), { isOperator, isStrong: isProved });
    },
    siteDemoPeople: () => {
      const people = demoPeopleOf(config);
      if (!people) throw new AppError('not_found');
      return { people };
    },
    siteDemoSignIn: async (_domains, { input, response }) => {
      const person = DEMO_PEOPLE.find((it) => it.identity === input.identity);
      if (!config.development || !person) throw new AppError('not_found');
      desk.forget(response);
      const { identity: id } = person;
      await seedPerson(context, person);
      const device = deviceName(response.req.get('user-agent'));
      await sessions.replace(response, await people.sessions.open({ person: id, device, method: 'demo' }));
      return describe(person, { isOperator: id === DEMO_OPERATOR, isStrong: true });
    },
    siteSignOut: async (_domains, { response }) => {
      await desk.close(response);
      await sessions.close(response);
      return describe(null);
    },
  });
  return operations as HttpOperation[];
}
