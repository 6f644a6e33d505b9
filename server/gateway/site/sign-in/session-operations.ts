/** Operations of the site itself: the session, and in development signing in as one of the demo people. */
import { z } from 'zod';
import { deviceName } from '../../../accounts/people/device-name.ts';
import { isStrong } from '../../../accounts/people/session-strength.ts';
import { identity } from '../../../protocol/accounts/accounts.ts';
import { AppError } from '../../../protocol/errors.ts';
import { FOOTER_PAGES } from '../../../web/site/site-paths.ts';
import type { HttpContext } from '../../context.ts';
import { type HttpOperation, type Operation, operation } from '../../operations/operation.ts';
import { DEMO_OPERATOR, DEMO_PEOPLE, demoPeopleOf, seedPerson } from '../demo.ts';
import { footerPages } from '../house-pages.ts';
import type { DeskAccess } from './desk-access.ts';
import { type SiteSessions, sitePerson } from './site-session.ts';

const siteSession = z.object({
  person: sitePerson.nullable(),
  /** Whether the desk is open to them. */
  isOperator: z.boolean(),
  /** Whether the review of reports is open to them. */
  isReviewer: z.boolean(),
  /** Whether they proved it with a passkey or at the OpenID provider within hours, which desk and review ask for. */
  isStrong: z.boolean(),
  demo: z.boolean(),
  /** Whether one can sign in with an account of this house. */
  hasAccounts: z.boolean(),
  /** The host of the OpenID provider at which operators and reviewers can sign in. */
  openIdProvider: z.string().nullable(),
  currency: z.string(),
  walletMode: z.enum(['on', 'off']),
  /** Which pages the footer links: the charter in force, and those that the house has written. */
  housePages: z.array(z.enum(FOOTER_PAGES)),
});

const ANYONE = { by: ['visitor'], answer: siteSession } as const;

export function siteOperations(
  context: HttpContext,
  { sessions, desk }: { sessions: SiteSessions; desk: DeskAccess },
): HttpOperation[] {
  const { config, people, roles, clock } = context;
  const describe = async (
    person: z.infer<typeof sitePerson> | null,
    { isOperator = false, isStrong: isProved = false } = {},
  ) => ({
    person,
    isOperator,
    isStrong: isProved,
    isReviewer: person !== null && (await roles.has(person.identity, 'reviewer')),
    demo: config.development,
    hasAccounts: config.hasSite,
    openIdProvider: people.oidc.provider,
    currency: config.currency,
    walletMode: config.walletMode,
    housePages: await footerPages(context),
  });
  const operations: Operation[] = [
    operation({
      ...ANYONE,
      name: 'siteSession',
      http: 'GET /site/session',
      summary: 'Who is signed in',
      run: async (_domains, { caller, session, response }) => {
        await sessions.renew(response);
        // A visitor without a session of a person came by a desk link.
        const isOperator = caller !== null && (!session || (await roles.has(caller.identity, 'operator')));
        const isProved = caller !== null && (!session || isStrong(session, clock.now()));
        return describe(sitePerson.nullable().parse(caller), { isOperator, isStrong: isProved });
      },
    }),
    operation({
      ...ANYONE,
      name: 'siteDemoPeople',
      http: 'GET /site/demo-people',
      answer: z.object({ people: z.array(sitePerson.extend({ isOperator: z.boolean(), isReviewer: z.boolean() })) }),
      summary: 'Whom one can sign in as in development',
      errors: ['not_found'],
      run: () => {
        const people = demoPeopleOf(config);
        if (!people) throw new AppError('not_found');
        return { people };
      },
    }),
    operation({
      ...ANYONE,
      name: 'siteDemoSignIn',
      http: 'POST /site/demo-sign-in',
      limit: 'signIn',
      input: z.object({ identity }),
      summary: 'Sign in as one of the demo people',
      errors: ['not_found'],
      run: async (_domains, { input, response }) => {
        const person = DEMO_PEOPLE.find((it) => it.identity === input.identity);
        if (!config.development || !person) throw new AppError('not_found');
        desk.forget(response);
        const { identity: id } = person;
        await seedPerson(context, person);
        const device = deviceName(response.req.get('user-agent'));
        await sessions.replace(response, await people.sessions.open({ person: id, device, method: 'demo' }));
        return describe(person, { isOperator: id === DEMO_OPERATOR, isStrong: true });
      },
    }),
    operation({
      ...ANYONE,
      name: 'siteSignOut',
      http: 'POST /site/sign-out',
      summary: 'Sign out',
      run: async (_domains, { response }) => {
        await desk.close(response);
        await sessions.close(response);
        return describe(null);
      },
    }),
  ];
  return operations as HttpOperation[];
}
