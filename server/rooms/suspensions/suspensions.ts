/**
 * What the house's decisions do in rooms: a person enters no room, or not this one; nobody goes live in a room. Access
 * decisions read the same table (`rooms.store.ts`), and so does everything that begins a live. Each method is
 * idempotent by the decision.
 */
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { NewFact, Outbox } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { accessChanged, type SuspensionChanged } from '../room-facts.ts';
import type { RoomsStore } from '../rooms.store.ts';
import { type SuspensionKey, type SuspensionRow, SuspensionsStore } from './suspensions.store.ts';

/** On record as who acts. */
const HOUSE = 'house';

interface SuspensionsOptions {
  db: Database;
  outbox: Outbox;
  clock: Clock;
  store: Pick<RoomsStore, 'setLiveEnded'>;
}

type Suspension = Pick<SuspensionRow, 'decision' | 'reason'>;

export class Suspensions {
  readonly #options: SuspensionsOptions;
  readonly #store: SuspensionsStore;

  constructor(options: SuspensionsOptions) {
    this.#options = options;
    this.#store = new SuspensionsStore(options.db);
  }

  /** The person is out of every room at once, enters none, and their lives end. */
  suspend(identity: string, suspension: Suspension & { until: string | null }): Promise<void> {
    return this.#set({ ...suspension, kind: 'account', identity, room: null }, async (tx) => {
      for (const room of await this.#store.lockLives(tx, { creator: identity })) await this.#stop(tx, room as RoomId);
    });
  }

  /** As a removal by a moderator, which it does not touch. */
  removeFromRoom(room: RoomId, identity: string, suspension: Suspension): Promise<void> {
    return this.#set({ ...suspension, kind: 'room', identity, room, until: null }, async (tx) => {
      await this.#options.outbox.add(
        tx,
        { topic: 'participant.removed', room, identity, data: { by: HOUSE, reason: suspension.reason } },
        accessChanged(room, identity, { granted: false, reason: 'removed' }),
      );
    });
  }

  /** Ends the live and closes the stage of the room. */
  closeStage(room: RoomId, suspension: Suspension): Promise<void> {
    return this.#set({ ...suspension, kind: 'stage', identity: null, room, until: null }, async (tx) => {
      await this.#store.lockLives(tx, { room });
      await this.#stop(tx, room);
    });
  }

  /** Nothing happens if there is none. */
  async lift(key: SuspensionKey): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const row = await this.#store.lift(tx, key, isoIn(this.#options.clock));
      if (row) await this.#addFact(tx, row, false);
    });
    this.#options.outbox.wake();
  }

  /** The suspension of an account that ends last; `until` is null if it has no end. */
  find(identity: string, tx?: Orm): Promise<{ until: string | null } | undefined> {
    return this.#store.findLongest(identity, isoIn(this.#options.clock), tx);
  }

  async isSuspended(identity: string, tx?: Orm): Promise<boolean> {
    return (await this.find(identity, tx)) !== undefined;
  }

  /** When an account's suspension ends by itself; no fact reports that. */
  async endOf(identity: string, tx: Orm): Promise<string | undefined> {
    return (await this.find(identity, tx))?.until ?? undefined;
  }

  async assertNotSuspended(identity: string, tx?: Orm): Promise<void> {
    if (await this.isSuspended(identity, tx)) throw new AppError('account_suspended');
  }

  /** Throws `live_stopped` while the creator is suspended: their club takes no money for lives that cannot be. */
  async assertClubOpen(creator: string, tx?: Orm): Promise<void> {
    if (await this.isSuspended(creator, tx)) throw new AppError('live_stopped');
  }

  /** Whether the house stopped the live of the room, or suspended its creator. */
  isStageClosed(room: RoomId, tx?: Orm): Promise<boolean> {
    return this.#store.isStageClosed(room, isoIn(this.#options.clock), tx);
  }

  /** Throws `live_stopped` where the stage of the room is closed. */
  async assertStageOpen(room: RoomId, tx?: Orm): Promise<void> {
    if (await this.isStageClosed(room, tx)) throw new AppError('live_stopped');
  }

  async #set(row: Omit<SuspensionRow, 'createdAt' | 'liftedAt'>, work: (tx: Orm) => Promise<void>): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await this.#store.insert(tx, { ...row, createdAt: isoIn(this.#options.clock) }))) return;
      await work(tx);
      await this.#addFact(tx, row, true);
    });
    this.#options.outbox.wake();
  }

  /** The gateway that holds the live learns of `live.stopped`, and ends its media. */
  async #stop(tx: Orm, room: RoomId): Promise<void> {
    const { store, outbox } = this.#options;
    const hasEnded = await store.setLiveEnded(tx, room, { at: isoIn(this.#options.clock) });
    if (hasEnded) await outbox.add(tx, { topic: 'live.ended', room, data: {} });
    await outbox.add(tx, { topic: 'live.stopped', room, data: {} });
  }

  async #addFact(
    tx: Orm,
    { decision, kind, identity, room }: Omit<SuspensionRow, 'createdAt' | 'liftedAt'>,
    isSuspended: boolean,
  ): Promise<void> {
    if (kind === 'stage') return;
    const data: SuspensionChanged = { decision, kind, isSuspended };
    const fact: NewFact = { topic: 'suspension.changed', data };
    await this.#options.outbox.add(tx, { ...fact, ...(room && { room }), ...(identity && { identity }) });
  }
}
