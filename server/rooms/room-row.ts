/** A room as it goes over the wire, from its row. */
import { iso, isoOrNull } from '../platform/clock.ts';
import type { RoomId, TierId } from '../protocol/ids.ts';
import { pictureOf } from '../protocol/pictures.ts';
import type { Room } from '../protocol/rooms.ts';
import type { rooms } from './rooms.schema.ts';

export interface JoinedRoom {
  room: typeof rooms.$inferSelect;
  creatorName: string | null;
  /** Hash of the picture, as of the portrait. */
  poster: string | null;
  portrait: string | null;
}

export function toRoom({ room, creatorName, poster, portrait }: JoinedRoom): Room {
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
    portrait: pictureOf('portrait', portrait),
    capacity: room.capacity,
    status: room.endedAt ? 'ended' : room.liveStartedAt ? 'live' : 'scheduled',
    startsAt: isoOrNull(room.startsAt),
    dateDueAt: room.startsAt || room.firstLiveAt ? null : isoOrNull(room.dateDueAt),
    movedAt: isoOrNull(room.movedAt),
    returnUntil: isoOrNull(room.returnUntil),
    liveStartedAt: isoOrNull(room.liveStartedAt),
    firstLiveAt: isoOrNull(room.firstLiveAt),
    liveEndedAt: isoOrNull(room.liveEndedAt),
    pausedUntil: isoOrNull(room.pausedUntil),
    pauseAnnounced: room.pauseAnnounced,
    liveSeconds: room.liveSeconds,
    endedAt: isoOrNull(room.endedAt),
    createdAt: iso(room.createdAt),
  };
}
