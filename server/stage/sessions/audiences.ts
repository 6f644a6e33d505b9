/**
 * Reports each room's audience size to its node: at once, then the latest size after each call, so that a rush of
 * newcomers costs a few calls. A node from which the stage has moved is told that it has no audience any more.
 */
import type { SfuNode } from '../../../sfu/contract.ts';
import type { RoomId } from '../../protocol/ids.ts';

type AudienceNode = Pick<SfuNode, 'setAudience'>;

interface AudiencesOptions {
  /** The node of the room's stage; undefined where it is unknown, as after the room's end. */
  originOf: (room: RoomId) => Promise<AudienceNode | undefined>;
  onError: (error: unknown, room: RoomId) => void;
}

export class Audiences {
  readonly #options: AudiencesOptions;
  /** Rooms with a call under way. */
  readonly #latest = new Map<RoomId, number>();
  /** The node that has each room's audience from here. */
  readonly #told = new Map<RoomId, AudienceNode>();

  constructor(options: AudiencesOptions) {
    this.#options = options;
  }

  set(room: RoomId, people: number): void {
    const isSending = this.#latest.has(room);
    this.#latest.set(room, people);
    if (!isSending) void this.#sendUntilCurrent(room);
  }

  async #sendUntilCurrent(room: RoomId): Promise<void> {
    for (;;) {
      const people = this.#latest.get(room) ?? 0;
      await this.#tell(room, people).catch((error) => this.#options.onError(error, room));
      if (this.#latest.get(room) === people) break;
    }
    this.#latest.delete(room);
  }

  async #tell(room: RoomId, people: number): Promise<void> {
    const before = this.#told.get(room);
    const node = people > 0 ? ((await this.#options.originOf(room)) ?? before) : undefined;
    if (node) this.#told.set(room, node);
    else this.#told.delete(room);
    // Not awaited: the earlier node may not answer any more.
    if (before !== node) before?.setAudience({ room, people: 0 }).catch((error) => this.#options.onError(error, room));
    await node?.setAudience({ room, people });
  }
}
