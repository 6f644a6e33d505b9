/** What a person with an account of the house asks about themselves: profile, sessions, becoming a creator. */
import { z } from 'zod';
import { AppError } from '../../protocol/errors.ts';
import { becomeCreatorInput, personSessionList, profile, profileChange } from '../../protocol/people.ts';
import { operation } from './operation.ts';

const BY_PERSON = { by: ['person'] } as const;

export const peopleOperations = [
  operation({
    ...BY_PERSON,
    name: 'getProfile',
    http: 'GET /v1/me',
    answer: profile,
    summary: 'Your profile',
    errors: ['not_found'],
    run: ({ people }, { caller }) => people.getProfile(caller.identity),
  }),
  operation({
    ...BY_PERSON,
    name: 'changeProfile',
    http: 'PATCH /v1/me',
    input: profileChange,
    example: { name: 'Léa Martin', handle: 'lea.martin' },
    answer: profile,
    summary: 'Change your name, language or handle',
    description:
      'A handle has 3 to 30 small letters and digits, with single dots, hyphens or underscores between them. Handles that look alike count as one. `null` gives the handle up; others cannot take it for 90 days.',
    errors: ['not_found', 'handle_invalid', 'handle_unavailable'],
    run: ({ people }, { caller, input }) => people.changeProfile(caller.identity, input),
  }),
  operation({
    ...BY_PERSON,
    name: 'becomeCreator',
    http: 'POST /v1/me/creator',
    input: becomeCreatorInput,
    example: { name: 'Léa Martin', country: 'FR', isAdult: true, acceptsTerms: true },
    answer: profile,
    status: 201,
    summary: 'Become a creator',
    description:
      'You declare that you are 18 or older, and accept the terms of the house. A repeated call keeps the first country.',
    errors: ['not_found', 'country_not_payable'],
    run: ({ people, config, money }, { caller, input }) => {
      if (!config.creatorsWithoutPayouts && !money.creatorAccounts.payableCountries.has(input.country)) {
        throw new AppError('country_not_payable');
      }
      return people.becomeCreator(caller.identity, input);
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'listOwnSessions',
    http: 'GET /v1/me/sessions',
    answer: personSessionList,
    summary: 'Where you are signed in',
    run: async ({ people }, { caller, session }) => ({
      sessions: await people.sessions.list(caller.identity, session?.id),
    }),
  }),
  operation({
    ...BY_PERSON,
    name: 'revokeOwnSession',
    http: 'DELETE /v1/me/sessions/:session',
    answer: z.object({}),
    summary: 'Sign out on one of your devices',
    description: 'A repeated call has no further effect.',
    run: async ({ people }, { caller, params }) => {
      await people.sessions.revoke(caller.identity, params.session);
      return {};
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'revokeOwnSessions',
    http: 'DELETE /v1/me/sessions',
    answer: z.object({}),
    summary: 'Sign out everywhere, here too',
    run: async ({ people }, { caller }) => {
      await people.sessions.revokeAll(caller.identity);
      return {};
    },
  }),
];
