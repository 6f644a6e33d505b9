import type { Invitation } from '../../../accounts/roles/moderators.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { RoomId } from '../../../protocol/ids.ts';
import { moderatorContract } from '../../../protocol/operations/chat/moderators.ts';
import { type HttpDomains, implement } from '../operation.ts';

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

export const moderatorOperations = implement(moderatorContract, {
  listModerators: async (domains, { caller: { identity } }) => {
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
  inviteModerator: async (domains, { caller: { identity: creator }, input: { handle, room: id } }) => {
    const { moderators } = domains;
    const room = id ? await ownRoom(domains, id, creator) : null;
    if (handle === undefined) {
      return { link: await moderators.inviteByLink({ creator, room: room?.id ?? null }) };
    }
    await moderators.inviteByHandle(handle, { creator, room });
    return { link: null };
  },
  withdrawInvitation: ({ moderators }, { caller, params }) =>
    moderators.withdraw({ creator: caller.identity, id: params.invitation }),
  endModerator: ({ moderators }, { caller, params }) => moderators.end(params.moderator, caller.identity),
  listModerating: async (domains, { caller: { identity } }) => {
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
  answerInvitation: ({ moderators }, { caller, params: { invitation: id }, input: { accepted } }) =>
    moderators.answer({ id }, { person: caller.identity, accepted }),
  findInvitationLink: async (domains, { input }) => received(domains, await domains.moderators.findLink(input.token)),
  acceptInvitationLink: ({ moderators }, { caller, input: { token } }) =>
    moderators.answer({ token }, { person: caller.identity, accepted: true }),
});
