/**
 * Who is removed from a creator's rooms: from one, for good, or blocked from all of them, also later ones, until the
 * creator unblocks them. Access decisions read the same table (`rooms.store.ts`).
 */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Block, Removal } from '../../protocol/rooms.ts';
import { FollowersStore } from '../followers/followers.store.ts';
import { accessChanged, type ParticipantBlocked } from '../room-facts.ts';
import type { RoomsStore } from '../rooms.store.ts';
import { type RemovalKey, type RemovalRow, RemovalsStore } from './removals.store.ts';

interface RemovalsOptions {
  db: Database;
  outbox: Outbox;
  clock: Clock;
  store: Pick<RoomsStore, 'findOpenRooms'>;
  /** The identity of a room's creator. */
  creatorOf: (room: RoomId) => Promise<string>;
  /** Whether a person moderates the room. */
  moderates: (of: { creator: string; room: RoomId; identity: string }) => Promise<boolean>;
}

interface Remover {
  identity: string;
  role: Role | 'server';
}

export class Removals {
  readonly #store: RemovalsStore;
  readonly #followers: FollowersStore;
  readonly #options: RemovalsOptions;

  constructor(options: RemovalsOptions) {
    this.#store = new RemovalsStore(options.db);
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
    await this.#store.transaction(async (tx) => {
      if (!(await this.#store.insert(tx, this.#row({ creator, room, identity, by, reason })))) return;
      await outbox.add(
        tx,
        { topic: 'participant.removed', room, identity, data: { by, reason } },
        accessChanged(room, identity, { granted: false, reason: 'removed' }),
      );
    });
    outbox.wake();
    return toRemoval(await this.#find({ creator, room, identity }));
  }

  /** Removes a person from all rooms of the creator, and from their followers; the first reason stays. */
  async block({ creator, identity, by, reason }: Omit<RemovalRow, 'id' | 'room' | 'removedAt'>): Promise<Block> {
    if (identity === creator) throw new AppError('participant_not_removable');
    const { outbox } = this.#options;
    await this.#store.transaction(async (tx) => {
      await this.#followers.lockCreator(tx, creator, 'update');
      if (!(await this.#store.insert(tx, this.#row({ creator, room: null, identity, by, reason })))) return;
      await this.#followers.delete(tx, { creator, follower: identity });
      await this.#addBlockChanged(tx, { creator, identity, change: { isBlocked: true, by, reason } });
    });
    outbox.wake();
    return toBlock(await this.#find({ creator, room: null, identity }));
  }

  /** Idempotent. Removals from single rooms stay. */
  async unblock({ creator, identity, by }: { creator: string; identity: string; by: string }): Promise<void> {
    const { outbox } = this.#options;
    await this.#store.transaction(async (tx) => {
      if (!(await this.#store.delete(tx, { creator, room: null, identity }))) return;
      await this.#addBlockChanged(tx, { creator, identity, change: { isBlocked: false, by } });
    });
    outbox.wake();
  }

  async listBlocks(creator: string, after?: string): Promise<Block[]> {
    const rows = await this.#store.listBlocks(creator, { after, limit: LIMITS.listPageItems });
    return rows.map(toBlock);
  }

  async assertNotBlocked(creator: string, identity: string, tx?: Orm): Promise<void> {
    if (!(await this.isBlocked(creator, identity, tx))) return;
    throw new AppError('access_removed', 'This creator has blocked you.');
  }

  /** In a transaction, it also locks the creator: a later block waits for the commit, and its fact comes after it. */
  async isBlocked(creator: string, identity: string, tx?: Orm): Promise<boolean> {
    if (tx) await this.#followers.lockCreator(tx, creator, 'share');
    return (await this.#store.find({ creator, room: null, identity }, tx)) !== undefined;
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

  #row(row: Omit<RemovalRow, 'id' | 'removedAt'>): RemovalRow {
    return { ...row, id: createId('removal'), removedAt: isoIn(this.#options.clock) };
  }

  async #find(key: RemovalKey): Promise<RemovalRow> {
    const row = await this.#store.find(key);
    if (!row) throw new AppError('internal', 'The removal was not stored.');
    return row;
  }
}

function toRemoval({ room, ...row }: RemovalRow): Removal {
  return { ...toBase(row), room: room as RoomId };
}

function toBlock({ creator, ...row }: RemovalRow): Block {
  return { ...toBase(row), creator };
}

function toBase({ id, identity, by, reason, removedAt }: Omit<RemovalRow, 'creator' | 'room'>) {
  return { id: id as Removal['id'], identity, by, reason, removedAt: iso(removedAt) };
}
