/**
 * What the house's decisions do in rooms: a person enters no room, or not this one; nobody goes live in a room. Access
 * decisions read the same table (`rooms.store.ts`), and so does everything that begins a live. Each method is
 * idempotent by the decision.
 */
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import type { NewFact, Outbox } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { accessChanged, type SuspensionChanged } from '../room-facts.ts';
import type { RoomsStore } from '../rooms.store.ts';
import type { NewRestriction, RestrictionRow } from './restrictions.store.ts';
import type { Restrictions } from './restrictions.ts';

/** On record as who acts. */
const HOUSE = 'house';

interface SuspensionsOptions {
  outbox: Outbox;
  clock: Clock;
  restrictions: Restrictions;
  store: Pick<RoomsStore, 'isStageClosed' | 'lockLives' | 'setLiveEnded'>;
}

type OfDecision = Pick<NewRestriction, 'kind' | 'identity' | 'room'> & { decision: string };
type Suspension = Pick<NewRestriction, 'reason'> & Pick<OfDecision, 'decision'>;

export class Suspensions {
  readonly #options: SuspensionsOptions;

  constructor(options: SuspensionsOptions) {
    this.#options = options;
  }

  /** The person is out of every room at once, enters none, and their lives end. */
  suspend(identity: string, suspension: Suspension & { until: string | null }): Promise<void> {
    return this.#set({ ...suspension, kind: 'suspension', identity, room: null }, async (tx) => {
      for (const room of await this.#options.store.lockLives(tx, { creator: identity })) await this.#stop(tx, room);
    });
  }

  /** As a removal by a moderator, which it does not touch. */
  removeFromRoom(room: RoomId, identity: string, suspension: Suspension): Promise<void> {
    return this.#set({ ...suspension, kind: 'removal', identity, room, until: null }, async (tx) => {
      await this.#options.store.lockLives(tx, { room });
      await this.#options.outbox.add(
        tx,
        { topic: 'participant.removed', room, identity, data: { by: HOUSE, reason: suspension.reason } },
        accessChanged(room, identity, { granted: false, reason: 'removed' }),
      );
    });
  }

  /** Ends the live and closes the stage of the room. */
  closeStage(room: RoomId, suspension: Suspension): Promise<void> {
    return this.#set({ ...suspension, kind: 'stop', identity: null, room, until: null }, async (tx) => {
      await this.#options.store.lockLives(tx, { room });
      await this.#stop(tx, room);
    });
  }

  /** Nothing happens if there is none. */
  async lift(key: Pick<OfDecision, 'decision' | 'kind'>): Promise<void> {
    await this.#options.restrictions.lift(key, (tx, lifted) => this.#addFact(tx, { ...lifted, ...key }, false));
  }

  /** The suspension of an account that ends last; `until` is null if it has no end. */
  find(identity: string, tx?: Orm): Promise<Pick<RestrictionRow, 'until'> | undefined> {
    return this.#options.restrictions.find('enter', { identity }, tx);
  }

  async isSuspended(identity: string, tx?: Orm): Promise<boolean> {
    return (await this.find(identity, tx)) !== undefined;
  }

  /** Whether an account is suspended without an end. */
  async isForGood(identity: string, tx?: Orm): Promise<boolean> {
    return (await this.find(identity, tx))?.until === null;
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
    return this.#options.store.isStageClosed(room, isoIn(this.#options.clock), tx);
  }

  /** Throws `live_stopped` where the stage of the room is closed. */
  async assertStageOpen(room: RoomId, tx?: Orm): Promise<void> {
    if (await this.isStageClosed(room, tx)) throw new AppError('live_stopped');
  }

  async #set(
    said: OfDecision & Pick<NewRestriction, 'reason' | 'until'>,
    work: (tx: Orm) => Promise<void>,
  ): Promise<void> {
    const ofHouse = { creator: null, by: HOUSE, byRole: HOUSE } as const;
    await this.#options.restrictions.impose({ ...said, ...ofHouse, id: createId('restriction') }, async (tx) => {
      await work(tx);
      await this.#addFact(tx, said, true);
    });
  }

  /** The gateway that holds the live learns of `live.stopped`, and ends its media. */
  async #stop(tx: Orm, room: RoomId): Promise<void> {
    const { store, outbox } = this.#options;
    const hasEnded = await store.setLiveEnded(tx, room, { at: isoIn(this.#options.clock) });
    if (hasEnded) await outbox.add(tx, { topic: 'live.ended', room, data: {} });
    await outbox.add(tx, { topic: 'live.stopped', room, data: {} });
  }

  async #addFact(tx: Orm, { decision, kind, identity, room }: OfDecision, isSuspended: boolean): Promise<void> {
    if (kind === 'stop') return;
    const data: SuspensionChanged = { decision, kind: kind === 'suspension' ? 'account' : 'room', isSuspended };
    const fact: NewFact = { topic: 'suspension.changed', data };
    await this.#options.outbox.add(tx, { ...fact, ...(room && { room }), ...(identity && { identity }) });
  }
}
