import { SfuError } from '../contract.ts';
import { AUDIENCE_ROOMS_MAX } from '../limits.ts';
import { Room, type RoomOptions } from './room.ts';

/** The rooms of a node by name, and their audiences, which outlive them. */
export class RoomDirectory {
  readonly #options: RoomOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #audiences = new Map<string, number>();

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  get all(): Room[] {
    return [...this.#rooms.values()];
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** The room, opened if it is not. The caller enters it, or closes it again, in the same turn. */
  open(name: string): Room {
    const earlier = this.#rooms.get(name);
    if (earlier) return earlier;
    const room = new Room({ name, ...this.#options });
    room.setAudience(this.#audiences.get(name) ?? 0);
    this.#rooms.set(name, room);
    return room;
  }

  close(room: Room): void {
    room.close();
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
  }

  setAudience(name: string, people: number): void {
    if (people <= 0) this.#audiences.delete(name);
    else if (this.#audiences.has(name) || this.#audiences.size < AUDIENCE_ROOMS_MAX) this.#audiences.set(name, people);
    else throw new SfuError('node_full', `The node stores the audience of at most ${AUDIENCE_ROOMS_MAX} rooms.`);
    this.#rooms.get(name)?.setAudience(Math.max(0, people));
  }
}
