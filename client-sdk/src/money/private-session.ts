/** Private sessions by the minute as one participant sees them: a fan their own, the creator the running one and everyone who waits. */

import type { PrivateRunning, PrivateSession as Session } from '../../../server/protocol/private-sessions.ts';
import type { EventData } from '../../../server/protocol/realtime.ts';
import type { Connection } from '../connection/connection.ts';
import type { Emitter } from '../emitter.ts';
import { LogeError } from '../errors.ts';
import type { RoomEventMap } from '../events.ts';

/** `waiting`: asked for and not answered yet. For the creator `none` and `active` alone. */
export type PrivateSessionState = 'none' | 'waiting' | 'active';

type PrivateEventName = 'private:requested' | 'private:started' | 'private:closed' | 'private:ended';

/**
 * The private session of the room. Amounts are integers in the currency's minor unit (ISO 4217); time is the server's, and counts only
 * while both sides' media is confirmed. Access and video follow by themselves, see `accessGranted`.
 *
 * @example
 * ```ts
 * room.on(RoomEvent.privateRunning, () => show(room.privateSession.costMinor));
 * await room.privateSession.request();
 * ```
 */
export class PrivateSession {
  readonly #connection: Connection;
  readonly #emit: Emitter<RoomEventMap>['emit'];
  readonly #self: () => { identity: string; role: string };
  #open: readonly Session[] = [];
  #running: PrivateRunning | null = null;
  #last: Session | null = null;

  /** @internal */
  constructor(options: {
    connection: Connection;
    emit: Emitter<RoomEventMap>['emit'];
    self: () => { identity: string; role: string };
  }) {
    this.#connection = options.connection;
    this.#emit = options.emit;
    this.#self = options.self;
  }

  get state(): PrivateSessionState {
    const { current } = this;
    if (!current) return 'none';
    return current.status === 'active' ? 'active' : 'waiting';
  }

  /** The running session; for a fan also the one that they wait for. */
  get current(): Session | null {
    const active = this.#open.find(({ status }) => status === 'active');
    return active ?? (this.#self().role === 'creator' ? null : (this.#open[0] ?? null));
  }

  /** The latest that is over, with its price and reason, until the next one begins; null when there was none. */
  get last(): Session | null {
    return this.#last;
  }

  /** Who waits for the creator's answer, the first to ask first; empty for everyone else. */
  get requests(): readonly Session[] {
    return this.#self().role === 'creator' ? this.#open.filter(({ status }) => status === 'requested') : [];
  }

  /** What the running session has cost the fan so far. */
  get costMinor(): number {
    return this.#running?.costMinor ?? this.current?.costMinor ?? 0;
  }

  /** What the creator gets of it, after VAT and commission. */
  get earningsMinor(): number {
    return this.#running?.creatorMinor ?? this.current?.creatorMinor ?? 0;
  }

  /** Time that was billed, in milliseconds. */
  get confirmedMs(): number {
    return this.#running?.confirmedMs ?? this.current?.confirmedMs ?? 0;
  }

  /** How long what is held lasts, in milliseconds; more is held by itself while there is credit. Null before the session runs. */
  get remainingMs(): number | null {
    return this.#running?.remainingMs ?? null;
  }

  /** Whether media flows on both sides; nothing is billed while it does not. */
  get isConfirmed(): boolean {
    return this.#running?.confirmed ?? false;
  }

  /**
   * Whether the server sends the fan nothing, as their client does not report that the video arrives (RTCP receiver
   * reports). Both sides know it; the
   * fan's page knows from `room.stage.pause` when it is asked to go on.
   */
  get isPaused(): boolean {
    return this.#running?.paused ?? false;
  }

  /**
   * Asks the creator for a session, and holds so many minutes ahead (1 to 3, one when absent).
   * @throws {LogeError} `insufficient_funds`, `private_not_offered`, `private_session_exists`, `private_queue_full`, `already_entitled`.
   */
  request(options: { minutes?: number } = {}): Promise<Session> {
    return this.#send('private:request', options);
  }

  /** Lets a fan in; for the creator. @throws {LogeError} `private_session_not_found`, `private_session_busy`. */
  accept(session: Session['id']): Promise<Session> {
    return this.#send('private:accept', { session });
  }

  /** Says no to a request, and what was held is free again; for the creator. @throws {LogeError} `private_session_not_found`. */
  decline(session: Session['id']): Promise<Session> {
    return this.#send('private:decline', { session });
  }

  /** Ends the running session, or withdraws one's own request. @throws {LogeError} `private_session_not_found`. */
  async end(): Promise<Session> {
    return this.#send('private:end', { session: this.#currentId() });
  }

  /** Holds more ahead now, such as after a top-up. @throws {LogeError} `private_session_not_found`. */
  async extend(options: { minutes?: number } = {}): Promise<Session> {
    return this.#send('private:extend', { session: this.#currentId(), ...options });
  }

  /** Reads again what is open; it also changes by itself. */
  async refresh(): Promise<void> {
    const { sessions } = await this.#connection.request('private:list', {});
    this.#open = sessions;
    if (!sessions.some(({ id }) => id === this.#running?.session)) this.#running = null;
    this.#emit('privateSessionChanged', this.current);
  }

  /** @internal */
  handleEvent(name: PrivateEventName, { session }: EventData<PrivateEventName>): void {
    this.#keep(session);
    if (name === 'private:requested') this.#emit('privateRequested', session);
    if (name === 'private:started') this.#emit('privateStarted', session);
    if (name === 'private:closed') this.#emit('privateClosed', session);
    if (name === 'private:ended') this.#emit('privateEnded', session);
  }

  /** @internal */
  handleRunning(running: PrivateRunning): void {
    this.#running = running;
    this.#emit('privateRunning', running);
  }

  /** @internal The room was left. */
  reset(): void {
    this.#open = [];
    this.#running = null;
    this.#last = null;
  }

  #currentId(): Session['id'] {
    const { current } = this;
    if (!current) throw new LogeError('private_session_not_found');
    return current.id;
  }

  async #send(
    name: 'private:request' | 'private:accept' | 'private:decline' | 'private:end' | 'private:extend',
    input: { session?: Session['id']; minutes?: number },
  ): Promise<Session> {
    // Each of these takes a part of the same input, which the server checks.
    const { session } = await this.#connection.request(name, input as { session: Session['id'] });
    this.#keep(session);
    return session;
  }

  /** The answer and the event of the same change may come in either order: what is over stays over. */
  #keep(session: Session): void {
    const isOpen = session.status === 'requested' || session.status === 'active';
    const known = this.#open.find(({ id }) => id === session.id);
    if (known?.status === 'active' && session.status === 'requested') return;
    const others = this.#open.filter(({ id }) => id !== session.id);
    this.#open = isOpen ? [...others, session].sort((a, b) => a.requestedAt.localeCompare(b.requestedAt)) : others;
    // A creator's queue comes and goes; what they look back on is the session that they had.
    const isOwn = this.#self().role !== 'creator' || session.status === 'ended' || session.status === 'active';
    if (isOwn) this.#last = isOpen ? null : session;
    if (!isOpen && this.#running?.session === session.id) this.#running = null;
    this.#emit('privateSessionChanged', this.current);
  }
}
