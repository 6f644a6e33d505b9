/** What a person with an account of the house asks about themselves: profile, sessions, becoming a creator. */

import { z } from 'zod';
import { becomeCreatorInput, personSessionList, profile, profileChange } from '../../accounts/people.ts';
import { PICTURE_ERRORS, PICTURE_UPLOAD, picture } from '../../pictures.ts';
import { operation, uploadOperation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;

export const peopleContract = {
  getProfile: operation({
    ...BY_PERSON,
    http: 'GET /v1/me',
    answer: profile,
    summary: 'Your profile',
    errors: ['not_found'],
  }),
  changeProfile: operation({
    ...BY_PERSON,
    http: 'PATCH /v1/me',
    input: profileChange,
    example: { name: 'Léa Martin', handle: 'lea.martin' },
    answer: profile,
    summary: 'Change your profile',
    description:
      'A handle has 3 to 30 small letters and digits, with single dots, hyphens or underscores between them. Handles that look alike count as one. `null` gives the handle up; others cannot take it for 90 days.',
    errors: ['not_found', 'handle_invalid', 'handle_unavailable', 'name_reserved'],
  }),
  setOwnPicture: uploadOperation({
    ...BY_PERSON,
    http: 'PUT /v1/me/picture',
    upload: PICTURE_UPLOAD,
    answer: z.object({ picture }),
    summary: 'Upload your picture',
    description:
      'The body is the file. The picture is cropped to a square; what else the file holds, such as the place where it was taken, is not kept.',
    errors: PICTURE_ERRORS,
  }),
  removeOwnPicture: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/picture',
    summary: 'Remove your picture',
  }),
  becomeCreator: operation({
    ...BY_PERSON,
    http: 'POST /v1/me/creator',
    input: becomeCreatorInput,
    example: { name: 'Léa Martin', country: 'FR', isAdult: true, acceptsTerms: true },
    answer: profile,
    status: 201,
    summary: 'Become a creator',
    description:
      'You declare that you are 18 or older, and accept the terms of the house. A repeated call keeps the first country.',
    errors: ['not_found', 'country_not_payable', 'name_reserved'],
  }),
  listOwnSessions: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/sessions',
    answer: personSessionList,
    summary: 'Where you are signed in',
  }),
  revokeOwnSession: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/sessions/:session',
    summary: 'Sign out on one of your devices',
    description: 'A repeated call has no further effect.',
  }),
  revokeOwnSessions: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/sessions',
    summary: 'Sign out everywhere, here too',
  }),
};
