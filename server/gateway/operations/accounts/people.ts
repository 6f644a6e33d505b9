/** What a person with an account of the house asks about themselves: profile, sessions, becoming a creator. */
import { z } from 'zod';
import {
  becomeCreatorInput,
  type Profile,
  personSessionList,
  profile,
  profileChange,
} from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import { picture } from '../../../protocol/pictures.ts';
import { type HttpDomains, operation, uploadOperation } from '../operation.ts';
import { PICTURE_ERRORS, PICTURE_UPLOAD } from '../pictures.ts';

const TOPIC = 'lives';

async function profileOf({ people, pictures, rooms, mail }: HttpDomains, identity: string): Promise<Profile> {
  const person = await people.getProfile(identity);
  const [address = ''] = person.addresses;
  const [picture, followers, lives] = await Promise.all([
    pictures.find({ use: 'portrait', subject: identity }),
    person.role === 'creator' ? rooms.followers.count(identity) : null,
    mail.unsubscribing.isSubscribed({ address, topic: TOPIC }),
  ]);
  return { ...person, picture, followers, mail: { lives } };
}

/** Letters go to addresses, so they are what one unsubscribes. */
async function setMail({ mail: { unsubscribing } }: HttpDomains, addresses: string[], wanted: boolean): Promise<void> {
  for (const address of addresses) {
    if (wanted) await unsubscribing.subscribe({ address, topic: TOPIC });
    else await unsubscribing.unsubscribe({ address, topic: TOPIC });
  }
}

const BY_PERSON = { by: ['person'] } as const;

export const peopleOperations = [
  operation({
    ...BY_PERSON,
    name: 'getProfile',
    http: 'GET /v1/me',
    answer: profile,
    summary: 'Your profile',
    errors: ['not_found'],
    run: (domains, { caller }) => profileOf(domains, caller.identity),
  }),
  operation({
    ...BY_PERSON,
    name: 'changeProfile',
    http: 'PATCH /v1/me',
    input: profileChange,
    example: { name: 'Léa Martin', handle: 'lea.martin' },
    answer: profile,
    summary: 'Change your profile',
    description:
      'A handle has 3 to 30 small letters and digits, with single dots, hyphens or underscores between them. Handles that look alike count as one. `null` gives the handle up; others cannot take it for 90 days.',
    errors: ['not_found', 'handle_invalid', 'handle_unavailable', 'name_reserved'],
    run: async (domains, { caller: { identity }, input: { mail, ...change } }) => {
      const { addresses } = await domains.people.changeProfile(identity, change);
      if (mail) await setMail(domains, addresses, mail.lives);
      return profileOf(domains, identity);
    },
  }),
  uploadOperation({
    ...BY_PERSON,
    name: 'setOwnPicture',
    http: 'PUT /v1/me/picture',
    upload: PICTURE_UPLOAD,
    answer: z.object({ picture }),
    summary: 'Upload your picture',
    description:
      'The body is the file. The picture is cropped to a square; what else the file holds, such as the place where it was taken, is not kept.',
    errors: PICTURE_ERRORS,
    run: async ({ pictures }, { caller: { identity }, input }) => ({
      picture: await pictures.set({ use: 'portrait', subject: identity }, identity, input),
    }),
  }),
  operation({
    ...BY_PERSON,
    name: 'removeOwnPicture',
    http: 'DELETE /v1/me/picture',
    answer: z.object({}),
    summary: 'Remove your picture',
    run: async ({ pictures }, { caller }) => {
      await pictures.remove({ use: 'portrait', subject: caller.identity });
      return {};
    },
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
    errors: ['not_found', 'country_not_payable', 'name_reserved'],
    run: async (domains, { caller, input }) => {
      const { people, config, money } = domains;
      if (!config.creatorsWithoutPayouts && !money.creatorAccounts.payableCountries.has(input.country)) {
        throw new AppError('country_not_payable');
      }
      await people.becomeCreator(caller.identity, input);
      return profileOf(domains, caller.identity);
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
