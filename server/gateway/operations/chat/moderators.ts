/** Moderators: whom a creator invites, lists and removes, and what people do about invitations that they got. */
import { z } from 'zod';
import type { Invitation } from '../../../accounts/roles/moderators.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { RoomId } from '../../../protocol/ids.ts';
import {
  invitationAnswerInput,
  invitationLinkInput,
  moderatingList,
  moderatorInvitationAnswer,
  moderatorInvitationInput,
  moderatorList,
  receivedInvitation,
} from '../../../protocol/roles.ts';
import { type HttpDomains, operation } from '../operation.ts';

const BY_PERSON = { by: ['person'] } as const;
const BY_CREATOR = { ...BY_PERSON, role: 'creator' } as const;

async function cardOf({ people }: HttpDomains, id: string) {
  const { name = id, handle = null } = (await people.findCard(id)) ?? {};
  return { id, name, handle };
}

async function roomCardOf({ rooms }: HttpDomains, id: RoomId | null | undefined) {
  if (!id) return null;
  const { title } = await rooms.getRoom(id);
  return { id, title };
}

/** A room of this creator; `room_not_found` for every other. */
async function ownRoom({ rooms }: HttpDomains, id: RoomId, creator: string) {
  const room = await rooms.getRoom(id);
  if (room.creator.identity !== creator) throw new AppError('room_not_found');
  return room;
}

async function received(domains: HttpDomains, { id, creator, room, expiresAt }: Invitation) {
  const [by, where] = await Promise.all([cardOf(domains, creator), roomCardOf(domains, room)]);
  return { id, expiresAt, creator: by, room: where };
}

const creatorOperations = [
  operation({
    ...BY_CREATOR,
    name: 'listModerators',
    http: 'GET /v1/me/moderators',
    answer: moderatorList,
    summary: 'List your moderators, and your open invitations',
    run: async (domains, { caller: { identity } }) => {
      const { moderators, roles } = domains;
      const [held, open] = await Promise.all([roles.moderatorsOf(identity), moderators.invitationsBy(identity)]);
      const named = held.map(async ({ id, person, scope, givenAt, requestedAt }) => ({
        ...{ id, givenAt: givenAt ?? requestedAt },
        person: await cardOf(domains, person),
        room: await roomCardOf(domains, scope?.room),
      }));
      const invited = open.map(async ({ id, person, room, expiresAt }) => ({
        ...{ id, expiresAt },
        person: person === null ? null : await cardOf(domains, person),
        room: await roomCardOf(domains, room),
      }));
      return { moderators: await Promise.all(named), invitations: await Promise.all(invited) };
    },
  }),
  operation({
    ...BY_CREATOR,
    name: 'inviteModerator',
    http: 'POST /v1/me/moderators',
    input: moderatorInvitationInput,
    example: { handle: 'lea.martin' },
    answer: moderatorInvitationAnswer,
    status: 201,
    summary: 'Invite a moderator',
    description:
      'With a `handle` the person gets a letter and a notice in their account; without one the answer is a link, which makes the first person who uses it a moderator. Both are valid for seven days. With `room` for that room alone, otherwise for all of your rooms. While an invitation by handle is open, the same one again has no further effect; who has declined one is not invited by handle for 30 days (`forbidden`).',
    errors: ['person_not_found', 'room_not_found'],
    run: async (domains, { caller: { identity: creator }, input: { handle, room: id } }) => {
      const { moderators } = domains;
      const room = id ? await ownRoom(domains, id, creator) : null;
      if (handle === undefined) {
        return { link: await moderators.inviteByLink({ creator, room: room?.id ?? null }) };
      }
      await moderators.inviteByHandle(handle, { creator, room });
      return { link: null };
    },
  }),
  operation({
    ...BY_CREATOR,
    name: 'withdrawInvitation',
    http: 'DELETE /v1/me/moderators/invitations/:invitation',
    answer: z.object({}),
    summary: 'Withdraw an invitation',
    description: 'A repeated call has no further effect.',
    run: async ({ moderators }, { caller, params }) => {
      await moderators.withdraw({ creator: caller.identity, id: params.invitation });
      return {};
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'endModerator',
    http: 'DELETE /v1/me/moderators/:moderator',
    answer: z.object({}),
    summary: 'Remove one of your moderators, or stop moderating',
    description:
      'By the creator or by the moderator, with the id of the role. It takes effect at once, on open sockets too. A repeated call has no further effect.',
    run: async ({ moderators }, { caller, params }) => {
      await moderators.end(params.moderator, caller.identity);
      return {};
    },
  }),
];

const invitedOperations = [
  operation({
    ...BY_PERSON,
    name: 'listModerating',
    http: 'GET /v1/me/moderating',
    answer: moderatingList,
    summary: 'List where you moderate, and invitations to you',
    run: async (domains, { caller: { identity } }) => {
      const { moderators, roles } = domains;
      const [held, open] = await Promise.all([roles.rolesOf(identity), moderators.invitationsTo(identity)]);
      const moderating = held.flatMap(({ id, scope, givenAt, requestedAt }) =>
        scope ? [{ id, scope, givenAt: givenAt ?? requestedAt }] : [],
      );
      const named = moderating.map(async ({ scope, ...rest }) => ({
        ...rest,
        creator: await cardOf(domains, scope.creator),
        room: await roomCardOf(domains, scope.room),
      }));
      const invitations = await Promise.all(open.map((each) => received(domains, each)));
      return { moderating: await Promise.all(named), invitations };
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'answerInvitation',
    http: 'POST /v1/me/moderating/:invitation',
    input: invitationAnswerInput,
    example: { accepted: true },
    answer: z.object({}),
    summary: 'Accept or decline an invitation to you',
    errors: ['invitation_invalid'],
    run: async ({ moderators }, { caller, params: { invitation: id }, input: { accepted } }) => {
      await moderators.answer({ id }, { person: caller.identity, accepted });
      return {};
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'findInvitationLink',
    http: 'POST /v1/me/invitation-links',
    input: invitationLinkInput,
    example: { token: 'kUo0m8cJH3kq2b0yYkq6d3yq0m8cJH3kq2b0yYkq6d3' },
    answer: receivedInvitation,
    summary: 'See what a link invites you to',
    description: 'It does not use the link up.',
    errors: ['invitation_invalid'],
    run: async (domains, { input }) => received(domains, await domains.moderators.findLink(input.token)),
  }),
  operation({
    ...BY_PERSON,
    name: 'acceptInvitationLink',
    http: 'POST /v1/me/invitation-links/accept',
    input: invitationLinkInput,
    example: { token: 'kUo0m8cJH3kq2b0yYkq6d3yq0m8cJH3kq2b0yYkq6d3' },
    answer: z.object({}),
    summary: 'Accept the invitation of a link, once',
    errors: ['invitation_invalid'],
    run: async ({ moderators }, { caller, input: { token } }) => {
      await moderators.answer({ token }, { person: caller.identity, accepted: true });
      return {};
    },
  }),
];

export const moderatorOperations = [...creatorOperations, ...invitedOperations];
