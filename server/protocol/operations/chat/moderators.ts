/** Moderators: whom a creator invites, lists and removes, and what people do about invitations that they got. */

import {
  invitationAnswerInput,
  invitationLinkInput,
  moderatingList,
  moderatorInvitationAnswer,
  moderatorInvitationInput,
  moderatorList,
  receivedInvitation,
} from '../../roles.ts';
import { operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;
const BY_CREATOR = { ...BY_PERSON, role: 'creator' } as const;

export const moderatorContract = {
  listModerators: operation({
    ...BY_CREATOR,
    http: 'GET /v1/me/moderators',
    answer: moderatorList,
    summary: 'List your moderators, and your open invitations',
  }),
  inviteModerator: operation({
    ...BY_CREATOR,
    http: 'POST /v1/me/moderators',
    input: moderatorInvitationInput,
    example: { handle: 'lea.martin' },
    answer: moderatorInvitationAnswer,
    status: 201,
    summary: 'Invite a moderator',
    description:
      'With a `handle` the person gets a letter and a notice in their account; without one the answer is a link, which makes the first person who uses it a moderator. Both are valid for seven days. With `room` for that room alone, otherwise for all of your rooms. While an invitation by handle is open, the same one again has no further effect; who has declined one is not invited by handle for 30 days (`forbidden`).',
    errors: ['person_not_found', 'room_not_found'],
  }),
  withdrawInvitation: operation({
    ...BY_CREATOR,
    http: 'DELETE /v1/me/moderators/invitations/:invitation',
    summary: 'Withdraw an invitation',
    description: 'A repeated call has no further effect.',
  }),
  endModerator: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/moderators/:moderator',
    summary: 'Remove one of your moderators, or stop moderating',
    description:
      'By the creator or by the moderator, with the id of the role. It takes effect at once, on open sockets too. A repeated call has no further effect.',
  }),
  listModerating: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/moderating',
    answer: moderatingList,
    summary: 'List where you moderate, and invitations to you',
  }),
  answerInvitation: operation({
    ...BY_PERSON,
    http: 'POST /v1/me/moderating/:invitation',
    input: invitationAnswerInput,
    example: { accepted: true },
    summary: 'Accept or decline an invitation to you',
    errors: ['invitation_invalid'],
  }),
  findInvitationLink: operation({
    ...BY_PERSON,
    http: 'POST /v1/me/invitation-links',
    input: invitationLinkInput,
    example: { token: 'kUo0m8cJH3kq2b0yYkq6d3yq0m8cJH3kq2b0yYkq6d3' },
    answer: receivedInvitation,
    summary: 'See what a link invites you to',
    description: 'It does not use the link up.',
    errors: ['invitation_invalid'],
  }),
  acceptInvitationLink: operation({
    ...BY_PERSON,
    http: 'POST /v1/me/invitation-links/accept',
    input: invitationLinkInput,
    example: { token: 'kUo0m8cJH3kq2b0yYkq6d3yq0m8cJH3kq2b0yYkq6d3' },
    summary: 'Accept the invitation of a link, once',
    errors: ['invitation_invalid'],
  }),
};
