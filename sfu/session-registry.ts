import { SfuError } from './contract.ts';
import { Session } from './session.ts';

/** The sessions of a node by id. An id is taken from the first moment, so that two requests can't open the same session. */
export class SessionRegistry {
  readonly #sessions = new Map<string, Session | ReservedPlace>();

  get all(): Session[] {
    return [...this.#sessions.values()].filter((session) => session instanceof Session);
  }

  get(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session instanceof Session ? session : undefined;
  }

  /** Whether the session is there or being opened. */
  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Takes the id, or throws `session_exists`. */
  reserve(id: string, { room, identity }: { room: string; identity: string }): ReservedPlace {
    if (this.#sessions.has(id)) throw new SfuError('session_exists', `There is already a session ${id}.`);
    const place = new ReservedPlace(id, room, identity);
    this.#sessions.set(id, place);
    return place;
  }

  /** Puts the session into its place; `session_not_found` if the place was given up while it was being opened. */
  fill(place: ReservedPlace, session: Session): void {
    if (this.#sessions.get(place.id) !== place) {
      throw new SfuError('session_not_found', 'The session was closed while it was being opened.');
    }
    this.#sessions.set(place.id, session);
  }

  /** Gives up the place if nothing has been put into it. */
  release(place: ReservedPlace): void {
    if (this.#sessions.get(place.id) === place) this.#sessions.delete(place.id);
  }

  /** Gives up what is being opened under the id: whoever opens it finds the place gone and undoes what they have done. */
  giveUp(id: string): void {
    const place = this.#sessions.get(id);
    if (place instanceof ReservedPlace) this.#sessions.delete(id);
  }

  giveUpRoom(room: string): void {
    for (const place of this.#sessions.values()) {
      if (place instanceof ReservedPlace && place.room === room) this.#sessions.delete(place.id);
    }
  }

  giveUpPerson(room: string, identity: string): void {
    for (const place of this.#sessions.values()) {
      const isTheirs = place instanceof ReservedPlace && place.room === room && place.identity === identity;
      if (isTheirs) this.#sessions.delete(place.id);
    }
  }

  delete(session: Session): void {
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id);
  }
}

export class ReservedPlace {
  readonly id: string;
  readonly room: string;
  readonly identity: string;

  constructor(id: string, room: string, identity: string) {
    this.id = id;
    this.room = room;
    this.identity = identity;
  }
}
