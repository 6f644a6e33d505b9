import { SfuError } from './contract.ts';
import { AUDIENCE_ROOMS_MAX } from './limits.ts';
import { Room } from './room.ts';
import type { PooledWorker, WorkerPool } from './worker-pool.ts';

/** The rooms of a node by name, each opened once however many ask at the same time, and the audiences, which outlive them. */
export class RoomDirectory {
  readonly #pool: WorkerPool;
  readonly #consumersMax: number;
  readonly #opening = new Map<string, Promise<Room>>();
  readonly #rooms = new Map<string, Room>();
  readonly #audiences = new Map<string, number>();

  constructor(options: { pool: WorkerPool; consumersMax: number }) {
    this.#pool = options.pool;
    this.#consumersMax = options.consumersMax;
  }

  get all(): Room[] {
    return [...this.#rooms.values()];
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  on(worker: PooledWorker): Room[] {
    return this.all.filter((room) => room.worker === worker);
  }

  /** The room, opened on the least loaded worker if it is not open yet. */
  async open(name: string): Promise<Room> {
    for (;;) {
      const room = this.#rooms.get(name) ?? (await this.#create(name));
      // It may have been closed again before this caller's turn came; it is then no longer in the map.
      if (!room.closed) return room;
    }
  }

  close(room: Room): void {
    room.close();
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
  }

  setAudience(name: string, people: number): void {
    if (people <= 0) this.#audiences.delete(name);
    else if (this.#audiences.has(name) || this.#audiences.size < AUDIENCE_ROOMS_MAX) this.#audiences.set(name, people);
    else throw new SfuError('node_full', `The node remembers the audience of ${AUDIENCE_ROOMS_MAX} rooms at most.`);
    this.#rooms.get(name)?.setAudience(Math.max(0, people));
  }

  #create(name: string): Promise<Room> {
    const earlier = this.#opening.get(name);
    if (earlier) return earlier;
    const opening = this.#start(name).finally(() => this.#opening.delete(name));
    this.#opening.set(name, opening);
    return opening;
  }

  async #start(name: string): Promise<Room> {
    const worker = await this.#pool.leastLoaded();
    const room = await Room.create({ name, worker, consumersMax: this.#consumersMax });
    room.setAudience(this.#audiences.get(name) ?? 0);
    this.#rooms.set(name, room);
    return room;
  }
}
