import { type SessionGrant, SfuError } from '../contract.ts';
import { personKey } from '../shared-state.ts';
import { Session } from './session.ts';

export interface SessionRequest {
  session: string;
  grant: SessionGrant;
  spareOf?: string;
}

/**
 * The sessions of a node by id. An id is reserved before the first await, so that two requests cannot open the same
 * session.
 */
export class SessionRegistry {
  readonly #sessions = new Map<string, Session | ReservedPlace>();
  /** Ids by room and identity, oldest first. */
  readonly #byPerson = new Map<string, Set<string>>();
  /** Releases the slots that sessions hold, by session. */
  readonly #releases = new Map<string, () => void>();

  get all(): Session[] {
    return [...this.#sessions.values()].filter((session) => session instanceof Session);
  }

  get(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session instanceof Session ? session : undefined;
  }

  /** Whether the session is open or being opened. */
  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Reserves the id, or throws `session_exists`. */
  reserve(request: SessionRequest): ReservedPlace {
    const { session: id, grant } = request;
    if (this.#sessions.has(id)) throw new SfuError('session_exists', `There is already a session ${id}.`);
    const place = new ReservedPlace(request);
    this.#sessions.set(id, place);
    const key = personKey(grant);
    const theirs = this.#byPerson.get(key) ?? new Set();
    theirs.add(id);
    this.#byPerson.set(key, theirs);
    return place;
  }

  /** The sessions of a person in a room, open or being opened, oldest first. */
  ofPerson(person: { room: string; identity: string }): (Session | ReservedPlace)[] {
    const ids = this.#byPerson.get(personKey(person)) ?? [];
    return [...ids].flatMap((id) => this.#sessions.get(id) ?? []);
  }

  /** Releases the slot when the session of this place ends, or at once if the place is gone. */
  holdSlot(place: ReservedPlace, release: () => void): void {
    if (this.#sessions.get(place.id) === place) this.#releases.set(place.id, release);
    else release();
  }

  /** One session replaces another and keeps its slot. */
  passSlot(from: string, to: string): void {
    const release = this.#releases.get(from);
    this.#releases.delete(from);
    if (release) this.#releases.set(to, release);
  }

  /** Puts the session into its place; `session_not_found` if the place was given up meanwhile. */
  fill(place: ReservedPlace, session: Session): void {
    if (this.#sessions.get(place.id) !== place) {
      throw new SfuError('session_not_found', 'The session was closed while it was being opened.');
    }
    this.#sessions.set(place.id, session);
  }

  /** Frees the place if it holds no session. */
  release(place: ReservedPlace): void {
    if (this.#sessions.get(place.id) === place) this.#remove(place);
  }

  /** Gives up sessions that are being opened: their open requests find their places gone and undo their work. */
  giveUp(matches: (place: ReservedPlace) => boolean): void {
    for (const place of this.#sessions.values())
      if (place instanceof ReservedPlace && matches(place)) this.#remove(place);
  }

  delete(session: Session): void {
    if (this.#sessions.get(session.id) === session) this.#remove(session);
  }

  #remove({ id, grant }: Session | ReservedPlace): void {
    this.#sessions.delete(id);
    this.#releases.get(id)?.();
    this.#releases.delete(id);
    const key = personKey(grant);
    const theirs = this.#byPerson.get(key);
    theirs?.delete(id);
    if (theirs?.size === 0) this.#byPerson.delete(key);
  }
}

export class ReservedPlace {
  readonly id: string;
  readonly grant: SessionGrant;
  readonly isSpare: boolean;

  constructor({ session, grant, spareOf }: SessionRequest) {
    this.id = session;
    this.grant = grant;
    this.isSpare = spareOf !== undefined;
  }
}
