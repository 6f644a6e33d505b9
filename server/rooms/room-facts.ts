/** Facts that rooms commit to the outbox, by topic. The fact itself names room and identity. */
import type { RoomId } from '../protocol/ids.ts';
import type { AccessReason } from '../protocol/rooms.ts';
import type { EntitlementSource } from './rooms.schema.ts';
import type { Rank } from './token-statements.ts';

export interface RoomFacts {
  'access.changed': AccessChanged;
  'rank.changed': Rank;
  'participant.removed': { by: string; reason: string };
  'live.started': Record<string, never>;
  'live.ended': Record<string, never>;
  /** The creator has said until when a room without a live is paused. */
  'room.paused': Record<string, never>;
  'room.ended': Record<string, never>;
}

export interface AccessChanged {
  room: RoomId;
  identity: string;
  /** For webhooks; access is always decided from the database. */
  change: { granted: true; source: EntitlementSource; until: string | null } | { granted: false; reason: AccessReason };
}
