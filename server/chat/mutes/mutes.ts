/**
 * Whose messages people do not want to read. A mute is one's own: nobody else learns of it, and it changes nothing for
 * the muted person. Clients hide what they write; it is kept here, so that it follows a person to all rooms and devices.
 */
import { isoIn } from '../../platform/clock.ts';
import { GatheredRead } from '../../platform/db/gathered-read.ts';
import type { MutedPerson } from '../../protocol/chat/chat-room.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import { MutesStore } from './mutes.store.ts';

export class Mutes {
  readonly #parts: Pick<ChatParts, 'bus' | 'clock'>;
  readonly #store: MutesStore;
  /** Everybody who enters a room asks. */
  readonly #lists: GatheredRead<string, MutedPerson[]>;

  constructor(parts: Pick<ChatParts, 'db' | 'bus' | 'clock'>) {
    this.#parts = parts;
    this.#store = new MutesStore(parts.db);
    this.#lists = new GatheredRead((identities) => this.#store.list(identities));
  }

  /** The latest first. */
  list(identity: string): Promise<MutedPerson[]> {
    return this.#lists.get(identity);
  }

  /** Idempotent. Returns the list. */
  async add({ room, identity, muted }: { room: RoomId; identity: string; muted: string }): Promise<MutedPerson[]> {
    if (identity === muted) throw new AppError('forbidden', 'One cannot mute oneself.');
    await this.#store.insert({ room, identity, muted, at: isoIn(this.#parts.clock) });
    const list = await this.#tell(identity);
    if (!list.some((person) => person.identity === muted)) throw new AppError('mute_limit');
    return list;
  }

  /** Idempotent. Returns the list. */
  async remove({ identity, muted }: { identity: string; muted: string }): Promise<MutedPerson[]> {
    await this.#store.delete({ identity, muted });
    return this.#tell(identity);
  }

  #tell(identity: string): Promise<MutedPerson[]> {
    publishNews(this.#parts.bus, { type: 'mutes', identity });
    return this.list(identity);
  }
}
