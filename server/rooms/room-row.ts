/** A room as it goes over the wire, from its row. */
import type { RoomId, TierId } from '../protocol/ids.ts';
import { pictureOf } from '../protocol/pictures.ts';
import type { Room } from '../protocol/rooms.ts';
import type { rooms } from './rooms.schema.ts';

export const iso = (time: string | null) => (time === null ? null : new Date(time).toISOString());

export interface JoinedRoom {
  room: typeof rooms.$inferSelect;
  creatorName: string | null;
  /** Hash of the picture. */
  poster: string | null;
}

export function toRoom({ room, creatorName, poster }: JoinedRoom): Room {
  return {
    id: room.id as RoomId,
    title: room.title,
    text: room.text,
    creator: { identity: room.creator, name: creatorName ?? room.creator },
    access: {
      kind: room.accessKind,
      currency: room.currency,
      ...(room.priceMinor === null ? {} : { priceMinor: room.priceMinor }),
      ...(room.ratePerMinuteMinor === null ? {} : { ratePerMinuteMinor: room.ratePerMinuteMinor }),
      ...(room.minTier === null ? {} : { minTier: room.minTier as TierId }),
    },
    chat: { enabled: room.chatEnabled },
    listed: room.listed,
    poster: pictureOf('poster', poster),
    capacity: room.capacity,
    status: room.endedAt ? 'ended' : room.liveStartedAt ? 'live' : 'scheduled',
    startsAt: iso(room.startsAt),
    movedAt: iso(room.movedAt),
    returnUntil: iso(room.returnUntil),
    liveStartedAt: iso(room.liveStartedAt),
    firstLiveAt: iso(room.firstLiveAt),
    liveEndedAt: iso(room.liveEndedAt),
    pausedUntil: iso(room.pausedUntil),
    pauseAnnounced: room.pauseAnnounced,
    liveSeconds: room.liveSeconds,
    endedAt: iso(room.endedAt),
    createdAt: iso(room.createdAt) ?? '',
  };
}
