/**
 * Who is removed from a creator's rooms: from one, for good, or blocked from all of them, also later ones, until the
 * creator unblocks them. Access decisions read the same table (`rooms.store.ts`).
 */
import { iso } from '../../platform/clock.ts';
import { type Database, type Orm, runIn } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Block, Removal, Room } from '../../protocol/rooms.ts';
import { FollowersStore } from '../followers/followers.store.ts';
import { accessChanged, type ParticipantBlocked } from '../room-facts.ts';
import type { RoomsStore } from '../rooms.store.ts';
import type { RestrictionRow } from './restrictions.store.ts';
import type { Restrictions } from './restrictions.ts';

interface RemovalsOptions {
  db: Database;
  outbox: Outbox;
  restrictions: Restrictions;
  store: Pick<RoomsStore, 'findOpenRooms' | 'lockLives'>;
  /** The identity of a room's creator. */
  creatorOf: (room: RoomId) => Promise<string>;
  /** Whether a person moderates the room. */
  moderates: (of: { creator: string; room: RoomId; identity: string }) => Promise<boolean>;
}

interface Remover {
  identity: string;
  role: Role | 'server';
}

interface RemovalKey {
  creator: string;
  room: RoomId | null;
  identity: string;
}

/** From one room, or with `room: null` from all rooms of the creator. */
const removalOf = (key: RemovalKey) => ({ ...key, kind: 'removal', decision: null, liftedAt: null }) as const;

export class Removals {
  readonly #followers: FollowersStore;
  readonly #options: RemovalsOptions;

  constructor(options: RemovalsOptions) {
    this.#followers = new FollowersStore(options.db);
    this.#options = options;
  }

  /**
   * Removes a person from a room for good; the first reason stays. A moderator cannot remove another; the creator and
   * the embedder's server can remove anyone.
   */
  async remove(input: { room: RoomId; identity: string; by: Remover; reason: string }): Promise<Removal> {
    const { room, identity, reason } = input;
    const { identity: by, role } = input.by;
    const { creatorOf, moderates, outbox } = this.#options;
    const creator = await creatorOf(room);
    if (identity === creator) throw new AppError('participant_not_removable');
    const isEqual = role !== 'creator' && role !== 'server' && (await moderates({ creator, room, identity }));
    if (isEqual) throw new AppError('participant_not_removable');
    const row = await this.#impose({ creator, room, identity }, { by, byRole: role, reason }, async (tx) => {
      // Their ticket is sold before, or not at all.
      await this.#options.store.lockLives(tx, { room });
      await outbox.add(
        tx,
        { topic: 'participant.removed', room, identity, data: { by, reason } },
        accessChanged(room, identity, { granted: false, reason: 'removed' }),
      );
    });
    return { ...toBase(row), room };
  }

  /** Removes a person from all rooms of the creator, and from their followers; the first reason stays. */
  async block(input: { creator: string; identity: string; by: string; reason: string }): Promise<Block> {
    const { creator, identity, by, reason } = input;
    if (identity === creator) throw new AppError('participant_not_removable');
    const byRole = by === creator ? 'creator' : 'server';
    const row = await this.#impose({ creator, room: null, identity }, { by, byRole, reason }, async (tx) => {
      await this.#followers.lockCreator(tx, creator, 'update');
      await this.#followers.delete(tx, { creator, follower: identity });
      await this.#addBlockChanged(tx, { creator, identity, change: { isBlocked: true, by, reason } });
    });
    return { ...toBase(row), creator };
  }

  /** Idempotent. Removals from single rooms stay. */
  async unblock({ creator, identity, by }: { creator: string; identity: string; by: string }): Promise<void> {
    await this.#options.restrictions.lift(removalOf({ creator, room: null, identity }), (tx) =>
      this.#addBlockChanged(tx, { creator, identity, change: { isBlocked: false, by } }),
    );
  }

  async listBlocks(creator: string, after?: string): Promise<Block[]> {
    const ofCreator = { kind: 'removal', creator, room: null, liftedAt: null } as const;
    const rows = await this.#options.restrictions.store.list(ofCreator, { after, limit: LIMITS.listPageItems });
    return rows.map((row) => ({ ...toBase(row), creator }));
  }

  async assertNotBlocked(creator: string, identity: string, tx?: Orm): Promise<void> {
    if (!(await this.isBlocked(creator, identity, tx))) return;
    throw new AppError('access_removed', 'This creator has blocked you.');
  }

  /** In a transaction, it also locks the creator: a later block waits for the commit, and its fact comes after it. */
  async isBlocked(creator: string, identity: string, tx?: Orm): Promise<boolean> {
    if (tx) await this.#followers.lockCreator(tx, creator, 'share');
    const { restrictions, db } = this.#options;
    return restrictions.store.has(runIn(tx ?? db.orm), removalOf({ creator, room: null, identity }));
  }

  /** Blocked, or removed from this room. For a sale in a transaction that has locked the room: see `isBlocked`. */
  async isShutOut({ id, creator }: Pick<Room, 'id' | 'creator'>, identity: string, tx?: Orm): Promise<boolean> {
    if (await this.isBlocked(creator.identity, identity, tx)) return true;
    const { restrictions, db } = this.#options;
    const which = { kind: 'removal', room: id, identity, liftedAt: null } as const;
    return restrictions.store.has(runIn(tx ?? db.orm), which);
  }

  /** One fact for those who act on it once, and one for each open room, where the person may have sockets. */
  async #addBlockChanged(tx: Orm, { creator, identity, change }: ParticipantBlocked): Promise<void> {
    const { store: rooms, outbox } = this.#options;
    const open = await rooms.findOpenRooms(creator, tx);
    const data = { creator, identity, change } satisfies ParticipantBlocked;
    await outbox.add(
      tx,
      { topic: 'participant.blocked', identity, data },
      ...open.map((room) => ({ topic: 'block.changed', room, identity, data })),
    );
  }

  async #impose(
    key: RemovalKey,
    said: Pick<RestrictionRow, 'by' | 'byRole' | 'reason'>,
    work: (tx: Orm) => Promise<void>,
  ): Promise<RestrictionRow> {
    const { restrictions } = this.#options;
    await restrictions.impose({ ...removalOf(key), ...said, id: createId('removal') }, work);
    const [row] = await restrictions.store.list(removalOf(key), { limit: 1 });
    if (!row) throw new AppError('internal', 'The removal was not stored.');
    return row;
  }
}

function toBase({ id, identity, by, reason, createdAt }: RestrictionRow) {
  return { id: id as Removal['id'], identity: identity ?? '', by, reason, removedAt: iso(createdAt) };
}
