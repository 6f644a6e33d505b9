/** Who calls the stage, and what their access allows a media session on an SFU node to do. */
import type { SessionGrant } from '../../../sfu/contract.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Access } from '../../protocol/rooms.ts';

/** A participant with the access that the gateway has just decided. */
export interface StageCaller {
  room: RoomId;
  identity: string;
  /** Absent: the session that is opened waits for the participant's socket. */
  socket: string | undefined;
  /** When the socket connected, on this process's monotonic clock. */
  connectedAtMs?: number;
  /** The API key of the participant's token. */
  issuer?: string;
  /** The session of the site that made the token. */
  signIn?: string | undefined;
  access: Access;
  publish: boolean;
}

export function viewerGrant({ room, identity, access }: StageCaller): SessionGrant {
  return {
    room,
    identity,
    publish: false,
    subscribe: access.state === 'granted',
    ...(access.until ? { until: Date.parse(access.until) } : {}),
    ...(access.reason === 'private' ? { metered: true } : {}),
  };
}

export function publisherGrant({ room, identity }: StageCaller): SessionGrant {
  return { room, identity, publish: true, subscribe: false };
}

export function assertMayPublish({ publish, access }: StageCaller): void {
  if (!publish || access.state !== 'granted') throw new AppError('publish_not_allowed');
}

/** For a transport without tracks. */
export function preparedGrant({ room, identity }: StageCaller, nowMs: number): SessionGrant {
  return { room, identity, publish: false, subscribe: false, until: nowMs + LIMITS.preparedMs };
}
