/** Roles of the house's people: facts with who gave them and when. A participant's role in a room is another thing. */
import { z } from 'zod';
import { identity, singleLine } from './accounts/accounts.ts';
import { idSchema, roomId } from './ids.ts';
import * as LIMITS from './limits.ts';

const roleName = z.enum(['creator', 'moderator', 'reviewer', 'operator']);
export type RoleName = z.infer<typeof roleName>;

/** Whose rooms a moderator moderates: one of them, or all (`room` is null). Null for every other role. */
const roleScope = z.object({ creator: identity, room: roomId.nullable() }).nullable();
export type RoleScope = z.infer<typeof roleScope>;

export const heldRole = z.object({
  id: idSchema('role'),
  person: identity,
  role: roleName,
  scope: roleScope,
  requestedAt: z.iso.datetime(),
  /** Null while a request waits for an operator. */
  givenAt: z.iso.datetime().nullable(),
  givenBy: z.string().nullable(),
});
export type HeldRole = z.infer<typeof heldRole>;

/** The roles that operators give and end. */
const houseRole = z.enum(['reviewer', 'operator']);
export type HouseRole = z.infer<typeof houseRole>;
export const houseRoleInput = z.object({ role: houseRole, reason: singleLine(500) });

export const heldRoleList = z.object({
  roles: z.array(heldRole),
  /** Not used, and not expired; oldest first. Their links were shown once. */
  invitations: z.array(
    z.object({
      address: z.string(),
      /** The seat of the committee that it gives; null: it makes an operator. */
      seat: idSchema('committeeSeat').nullable(),
      expiresAt: z.iso.datetime(),
    }),
  ),
});
export type OpenInvitation = z.infer<typeof heldRoleList>['invitations'][number];

const personCard = z.object({ id: identity, name: z.string(), handle: z.string().nullable() });
const roomCard = z.object({ id: roomId, title: z.string() });

export const moderatorInvitationInput = z.object({
  /** Absent: the answer is a link for anybody, once. */
  handle: z.string().min(1).max(LIMITS.handleMaxChars).optional(),
  /** Absent: all of the creator's rooms, later ones too. */
  room: roomId.optional(),
});
export const moderatorInvitationAnswer = z.object({
  /** For one person, who signs in with it; shown only here. Null for an invitation by handle. */
  link: z.url().nullable(),
});

const invitation = z.object({
  id: idSchema('invitation'),
  /** Null for all rooms of the creator. */
  room: roomCard.nullable(),
  expiresAt: z.iso.datetime(),
});
/** `person` is null for a link. */
const ownInvitation = invitation.extend({ person: personCard.nullable() });
const moderator = z.object({
  id: idSchema('role'),
  person: personCard,
  room: roomCard.nullable(),
  givenAt: z.iso.datetime(),
});
export const moderatorList = z.object({ moderators: z.array(moderator), invitations: z.array(ownInvitation) });
export type ModeratorList = z.infer<typeof moderatorList>;

export const receivedInvitation = invitation.extend({ creator: personCard });
export type ReceivedInvitation = z.infer<typeof receivedInvitation>;
export const moderatingList = z.object({
  moderating: z.array(moderator.omit({ person: true }).extend({ creator: personCard })),
  invitations: z.array(receivedInvitation),
});
export type ModeratingList = z.infer<typeof moderatingList>;
export const invitationLinkInput = z.object({ token: z.string().min(20).max(100) });
export const invitationAnswerInput = z.object({ accepted: z.boolean() });
