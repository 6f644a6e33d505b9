import type { PrivateRunning, PrivateSession as Session } from '../../../server/protocol/money/private-sessions.ts';
import type { EventData } from '../../../server/protocol/realtime.ts';
import type { Connection } from '../connection/connection.ts';
import type { Emitter } from '../emitter.ts';
import { LogeError } from '../errors.ts';
import type { RoomEventMap } from '../events.ts';

/** `waiting`: requested, not answered yet. For the creator only `none` and `active`. */
export type PrivateSessionState = 'none' | 'waiting' | 'active';

/**
 * Private sessions by the minute. A fan sees their own session, the creator the running one and all requests. Amounts
 * are integers in the currency's minor unit (ISO 4217). The server counts the time while media flows on both sides. An
 * accepted session emits `accessGranted`.
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

  /** The running session; for a fan also their pending request. */
  get current(): Session | null {
    const active = this.#open.find(({ status }) => status === 'active');
    return active ?? (this.#self().role === 'creator' ? null : (this.#open[0] ?? null));
  }

  /** The last session that has ended, with its price and reason, until the next one starts; null without one. */
  get last(): Session | null {
    return this.#last;
  }

  /** Pending requests for the creator, the oldest first; empty for others. */
  get requests(): readonly Session[] {
    return this.#self().role === 'creator' ? this.#open.filter(({ status }) => status === 'requested') : [];
  }

  /** Cost of the running session for the fan so far. */
  get costMinor(): number {
    return this.#running?.costMinor ?? this.current?.costMinor ?? 0;
  }

  /** The creator's share of it, after VAT and commission. */
  get earningsMinor(): number {
    return this.#running?.creatorMinor ?? this.current?.creatorMinor ?? 0;
  }

  /** The billed time in milliseconds. */
  get confirmedMs(): number {
    return this.#running?.confirmedMs ?? this.current?.confirmedMs ?? 0;
  }

  /**
   * How long the held amount lasts, in milliseconds; the server holds more while there is credit. Null before the
   * session runs.
   */
  get remainingMs(): number | null {
    return this.#running?.remainingMs ?? null;
  }

  /** Whether media flows on both sides; otherwise nothing is billed. */
  get isConfirmed(): boolean {
    return this.#running?.confirmed ?? false;
  }

  /**
   * Whether the server has paused the fan's media, because the fan's client does not report that the video arrives
   * (RTCP receiver reports). Known on both sides; `room.stage.pause` tells the fan's page when the SDK asks to resume.
   */
  get isPaused(): boolean {
    return this.#running?.paused ?? false;
  }

  /**
   * Requests a session, and holds the price of so many minutes in advance (1 to 3, default 1).
   * @throws {LogeError} `insufficient_funds`, `private_not_offered`, `private_session_exists`, `private_queue_full`,
   * `already_entitled`.
   */
  request(options: { minutes?: number } = {}): Promise<Session> {
    return this.#send('private:request', options);
  }

  /** Accepts a request; for the creator. @throws {LogeError} `private_session_not_found`, `private_session_busy`. */
  accept(session: Session['id']): Promise<Session> {
    return this.#send('private:accept', { session });
  }

  /**
   * Declines a request, which releases the held amount; for the creator.
   * @throws {LogeError} `private_session_not_found`.
   */
  decline(session: Session['id']): Promise<Session> {
    return this.#send('private:decline', { session });
  }

  /** Ends the running session, or withdraws one's own request. @throws {LogeError} `private_session_not_found`. */
  async end(): Promise<Session> {
    return this.#send('private:end', { session: this.#currentId() });
  }

  /** Holds the price of more minutes, such as after a top-up. @throws {LogeError} `private_session_not_found`. */
  async extend(options: { minutes?: number } = {}): Promise<Session> {
    return this.#send('private:extend', { session: this.#currentId(), ...options });
  }

  /** Fetches the open sessions; changes also arrive as events. */
  async refresh(): Promise<void> {
    const { sessions } = await this.#connection.request('private:list', {});
    this.#open = sessions;
    if (!sessions.some(({ id }) => id === this.#running?.session)) this.#running = null;
    this.#emit('privateSessionChanged', this.current);
  }

  /** @internal */
  readonly handlers = {
    'private:requested': this.#handlerOf('privateRequested'),
    'private:started': this.#handlerOf('privateStarted'),
    'private:closed': this.#handlerOf('privateClosed'),
    'private:ended': this.#handlerOf('privateEnded'),
    'private:running': (running: PrivateRunning) => {
      this.#running = running;
      this.#emit('privateRunning', running);
    },
    'private:fundsLow': (data: EventData<'private:fundsLow'>) => this.#emit('privateFundsLow', data),
  };

  /** @internal The room was left. */
  reset(): void {
    this.#open = [];
    this.#running = null;
    this.#last = null;
  }

  #handlerOf(name: 'privateRequested' | 'privateStarted' | 'privateClosed' | 'privateEnded') {
    return ({ session }: { session: Session }): void => {
      this.#update(session);
      this.#emit(name, session);
    };
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
    // Each request takes a part of this input; the server validates it.
    const { session } = await this.#connection.request(name, input as { session: Session['id'] });
    this.#update(session);
    return session;
  }

  /**
   * Stores a session. Answers and events may arrive in either order: a later status is never replaced by an earlier
   * one.
   */
  #update(session: Session): void {
    const isOpen = session.status === 'requested' || session.status === 'active';
    const known = this.#open.find(({ id }) => id === session.id);
    const isOver = this.#last?.id === session.id;
    if (isOpen && (isOver || (known?.status === 'active' && session.status === 'requested'))) return;
    const others = this.#open.filter(({ id }) => id !== session.id);
    this.#open = isOpen ? [...others, session].sort((a, b) => a.requestedAt.localeCompare(b.requestedAt)) : others;
    // For the creator, declined and expired requests are not a last session.
    const isOwn = this.#self().role !== 'creator' || session.status === 'ended' || session.status === 'active';
    if (isOwn) this.#last = isOpen ? null : session;
    if (!isOpen && this.#running?.session === session.id) this.#running = null;
    this.#emit('privateSessionChanged', this.current);
  }
}
