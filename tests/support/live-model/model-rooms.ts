import type { LiveState } from '../../../server/gateway/socket/live-fanout.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { LivesOptions } from '../../../server/stage/sessions/lives.ts';
import type { ModelChance } from './model-chance.ts';

const NO_TIMES = { liveStartedAt: null, liveEndedAt: null, pausedUntil: null, pauseAnnounced: false };

interface ModelLive {
  heldBy: string | undefined;
  publication: string | undefined;
  fence: number;
}

/** The live rows of `Rooms` in the database, one per room: slow, sometimes failing, each statement atomic. */
export class ModelRooms {
  readonly lives = new Map<RoomId, ModelLive>();
  readonly #chance: ModelChance;
  isAway = false;
  /** The gateway has committed that a live began or ended. */
  onFact: (gateway: string) => void = () => {};

  constructor(chance: ModelChance) {
    this.#chance = chance;
  }

  isLive(room: RoomId): boolean {
    return this.#row(room).heldBy !== undefined;
  }

  /** The gateways' read before they send the live's state to a room. */
  readLive(room: RoomId): Promise<LiveState> {
    return this.#run(() => ({ status: this.isLive(room) ? 'live' : 'scheduled', ...NO_TIMES }));
  }

  of(gateway: string): LivesOptions['rooms'] {
    const assertHolds = (room: RoomId, publication: string): number => {
      const { publication: holder, fence } = this.#row(room);
      if (holder !== publication) throw new AppError(holder === undefined ? 'live_over' : 'live_replaced');
      return fence;
    };
    const end = (room: RoomId): void => {
      Object.assign(this.#row(room), { heldBy: undefined, publication: undefined });
      this.onFact(gateway);
    };
    return {
      startLive: (room, publication) =>
        this.#run(() => {
          if (publication !== undefined) assertHolds(room, publication);
          const row = this.#row(room);
          const isNew = row.heldBy === undefined;
          row.heldBy = gateway;
          if (isNew) this.onFact(gateway);
        }),
      endLive: (room) => this.#run(() => this.isLive(room) && end(room)).then(() => {}),
      endHeldLive: (room) => this.#run(() => this.#row(room).heldBy === gateway && end(room)).then(() => {}),
      findHeldLives: () =>
        this.#run(() => [...this.lives].filter(([, { heldBy }]) => heldBy === gateway).map(([room]) => room)),
      takeStage: (room, publication) =>
        this.#run(() => {
          const row = this.#row(room);
          row.publication = publication;
          row.fence += 1;
          return row.fence;
        }),
      assertHoldsStage: (room, publication) => this.#run(() => assertHolds(room, publication)),
      findStageHolder: (room) => this.#run(() => this.#row(room).publication ?? null),
    };
  }

  #row(room: RoomId): ModelLive {
    const row = this.lives.get(room) ?? { heldBy: undefined, publication: undefined, fence: 0 };
    this.lives.set(room, row);
    return row;
  }

  async #run<T>(act: () => T): Promise<T> {
    await this.#chance.pause(400);
    if (this.isAway) throw new Error('The database is away.');
    const answer = act();
    await this.#chance.pause(400);
    // Committed, but the answer is lost.
    if (this.isAway) throw new Error('The database is away.');
    return answer;
  }
}
