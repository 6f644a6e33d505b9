/** Facts that rooms commit to the outbox, by topic. The fact itself names room and identity. */
import type { RoomId } from '../protocol/ids.ts';
import type { AccessReason, RoomChange } from '../protocol/rooms.ts';
import type { EntitlementSource } from './rooms.schema.ts';
import type { Rank } from './token-statements.ts';

export interface RoomFacts {
  'access.changed': AccessChanged;
  'rank.changed': Rank;
  'participant.removed': { by: string; reason: string };
  'participant.blocked': ParticipantBlocked;
  /** The same for each open room of the creator. */
  'block.changed': ParticipantBlocked;
  /** The house's decision on a person, for one room or for all. */
  'suspension.changed': SuspensionChanged;
  /** The house has stopped the live. */
  'live.stopped': Record<string, never>;
  'follower.added': { creator: string };
  'follower.removed': { creator: string };
  'live.started': Record<string, never>;
  'live.ended': Record<string, never>;
  /** The creator has said until when a room without a live is paused. */
  'room.paused': Record<string, never>;
  'room.ended': Record<string, never>;
  'room.changed': RoomChanged;
}

export interface RoomChanged {
  changed: (keyof RoomChange | 'poster')[];
  /** When the change was made; with the other dates only if the date changed. */
  at: string;
  startsAt: string | null;
  previousStartsAt: string | null;
  returnUntil: string | null;
}

/** A creator has blocked a person from all of their rooms, or unblocked them. */
export interface ParticipantBlocked {
  creator: string;
  identity: string;
  change: { isBlocked: true; by: string; reason: string } | { isBlocked: false; by: string };
}

export interface SuspensionChanged {
  decision: string;
  kind: 'account' | 'room';
  isSuspended: boolean;
}

export interface AccessChanged {
  room: RoomId;
  identity: string;
  /** For webhooks; access is always decided from the database. */
  change: { granted: true; source: EntitlementSource; until: string | null } | { granted: false; reason: AccessReason };
}

/** The fact that a person's access to a room has changed. */
export function accessChanged(room: RoomId, identity: string, change: AccessChanged['change']) {
  const data: AccessChanged = { room, identity, change };
  return { topic: 'access.changed', room, identity, data } as const;
}
