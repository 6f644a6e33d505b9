/**
 * The facade of the SDK: one room, as one participant. It owns the parts and hands each what the server says; what a part does with
 * it is the part's own affair.
 */
import type { Tier } from '../../server/protocol/memberships.ts';
import type { Earnings, Refund, Ticket, Tip } from '../../server/protocol/money.ts';
import type { Quote, QuoteInput } from '../../server/protocol/pricing.ts';
import type { EventData, EventName, Inside, Welcome } from '../../server/protocol/realtime.ts';
import type { Access, Removal, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { Goal, Leaderboard, TipMenuItem } from '../../server/protocol/tipping.ts';
import { Chat } from './chat/chat.ts';
import { Connection, type ConnectionState, type TokenSource } from './connection/connection.ts';
import { Emitter, type Listener } from './emitter.ts';
import type { LogeError } from './errors.ts';
import type { RoomEventMap } from './events.ts';
import { consoleLog, type Log } from './log.ts';
import { MediaEngine } from './media/media-engine.ts';
import { Memberships } from './money/memberships.ts';
import { PrivateSession } from './money/private-session.ts';
import { Tipping } from './money/tipping.ts';
import { type BuyTicketOptions, type CheckoutLink, type TipRequest, Wallet } from './money/wallet.ts';
import { RoomState } from './room-state.ts';
import { LocalParticipant } from './stage/local-participant.ts';
import { Stage } from './stage/stage.ts';

export interface RoomOptions {
  /** Where the Loge server is, such as `https://live.example.com`; a path is taken as a prefix. */
  url: string;
  /** Language of the person (BCP 47), for faces built on the room; `navigator.language` when absent. */
  locale?: string;
  /** Receives the SDK's log; absent: warnings and errors on the console. */
  log?: Log;
  /** Watch as soon as access is granted, before any element is attached. Default true. */
  autoWatch?: boolean;
  /** Ask for the layer that fits the size of the attached elements. Default true. */
  adaptiveStream?: boolean;
}

type EventHandlers = { [N in EventName]: (data: EventData<N>) => void };

/**
 * A live room: video, chat, tips and access.
 *
 * @example
 * ```ts
 * const room = new Room({ url: 'https://live.example.com' });
 * room.on(RoomEvent.accessRevoked, ({ reason }) => showReason(reason));
 * room.stage.attach(document.querySelector('video'));
 * await room.connect(() => fetch('/room-token').then((response) => response.text()));
 * if (room.access.state === 'required') await room.buyTicket({ from: 'wallet' });
 * await room.chat.send('Hello');
 * ```
 */
export class Room {
  readonly locale: string;
  readonly chat: Chat;
  readonly stage: Stage;
  readonly wallet: Wallet;
  /** Private sessions by the minute, in rooms that have them. */
  /** Memberships of creators' clubs. */
  readonly memberships: Memberships;
  readonly privateSession: PrivateSession;
  readonly localParticipant: LocalParticipant;
  readonly #connection: Connection;
  readonly #engine: MediaEngine;
  readonly #emitter: Emitter<RoomEventMap>;
  readonly #handlers: EventHandlers;
  readonly #autoWatch: boolean;
  readonly #state: RoomState;
  readonly #tipping: Tipping;

  constructor(options: RoomOptions) {
    const { url, log = consoleLog, autoWatch = true, adaptiveStream = true } = options;
    this.locale = options.locale ?? (typeof navigator === 'object' ? navigator.language : 'en');
    this.#autoWatch = autoWatch;
    this.#emitter = new Emitter((error) => log('error', 'a listener failed', { error }));
    const emit: Emitter<RoomEventMap>['emit'] = (name, payload) => this.#emitter.emit(name, payload);
    this.#state = new RoomState(emit);
    this.#connection = new Connection({
      url,
      log,
      handlers: {
        onWelcome: (welcome, downMs) => this.#handleWelcome(welcome, downMs),
        onEvent: (name, data) => (this.#handlers[name] as ((data: unknown) => void) | undefined)?.(data),
        onReconnecting: (error) => {
          this.localParticipant.publisher.handleConnectionLost();
          emit('reconnecting', { error });
        },
        onReconnected: (downMs) => emit('reconnected', { downMs }),
        onDisconnected: (error) => this.#handleDisconnected(error),
        chatSince: () => this.chat.since,
      },
    });
    const connection = this.#connection;
    const engine = new MediaEngine(log);
    this.#engine = engine;
    this.chat = new Chat({ connection, emit, log });
    this.#tipping = new Tipping(connection, emit);
    this.wallet = new Wallet(connection, (wallet) => emit('walletChanged', wallet));
    this.memberships = new Memberships(this.#connection);
    this.privateSession = new PrivateSession({ connection, emit, self: () => this.localParticipant });
    const shouldWatch = (attached: boolean): boolean => this.#shouldWatch(attached);
    this.stage = new Stage({ connection, engine, emit, log, adaptiveStream, shouldWatch });
    this.localParticipant = new LocalParticipant({ connection, engine, emit, log });
    this.#handlers = this.#createHandlers();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Title, creator, access rule and status; null before the room is connected. */
  get info(): RoomInfo | null {
    return this.#state.info;
  }

  /** Whether one may enter, and what would let one in. */
  get access(): Access {
    return this.#state.access;
  }

  /** ISO 4217, lower case, of every amount in the room; null before the room is connected. */
  get currency(): string | null {
    return this.#state.currency;
  }

  get viewerCount(): number {
    return this.#state.viewerCount;
  }

  /** Whether the creator's media is on stage. */
  get isLive(): boolean {
    return this.#state.isLive;
  }

  /** The creator's earnings in this room so far; null for everyone else, and until they were read or changed. */
  get earnings(): Earnings | null {
    return this.#state.earnings;
  }

  /** The shared goal of the room and how far it is; null without one, and in the lobby. See `goalProgress` and `goalCleared`. */
  get goal(): Goal | null {
    return this.#tipping.goal;
  }

  /** What the creator offers for a tip of a certain amount: tip with its `id` as `menuItem`. Empty without a menu, and in the lobby. */
  get tipMenu(): readonly TipMenuItem[] {
    return this.#tipping.menu;
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends keyof RoomEventMap>(name: Name, listener: Listener<RoomEventMap[Name]>): () => void {
    return this.#emitter.on(name, listener);
  }

  once<Name extends keyof RoomEventMap>(name: Name, listener: Listener<RoomEventMap[Name]>): () => void {
    return this.#emitter.once(name, listener);
  }

  off<Name extends keyof RoomEventMap>(name: Name, listener: Listener<RoomEventMap[Name]>): void {
    this.#emitter.off(name, listener);
  }

  /**
   * Joins the room; resolves in the lobby or inside, see `access`. A function as token is called again at every reconnect, so that a
   * live outlasts the token; a string that has expired ends the connection with `token_expired`.
   * @throws {LogeError} `token_invalid`, `token_expired`, `token_unavailable`, `room_not_found`, `room_ended`, `access_removed`,
   * `origin_not_allowed`, `too_many_connections`, `connection_failed`.
   */
  connect(token: TokenSource): Promise<void> {
    this.#engine.prepare();
    // A connection that starts over may be to another room.
    if (this.state === 'idle' || this.state === 'disconnected') this.#forget();
    return this.#connection.connect(token);
  }

  /**
   * Leaves the room; media, camera and socket are closed at once, what is pending rejects with `not_connected`, and nothing of the room is kept.
   * Idempotent; `connect()` may be called again, also for another room.
   */
  async disconnect(): Promise<void> {
    this.localParticipant.close('disconnected');
    this.#connection.close();
    this.#forget();
  }

  /**
   * Buys the ticket of the room: from the wallet at once, by card on the payment page of the answer. Access follows by itself, see
   * `accessGranted`.
   * @throws {LogeError} `insufficient_funds`, `already_entitled`, `nothing_to_buy`, `sold_out`, `waiver_invalid`, `wallet_off`,
   * `provider_unavailable`.
   */
  buyTicket(options: BuyTicketOptions = { from: 'wallet' }): Promise<Ticket | CheckoutLink> {
    return this.wallet.buyTicket(options);
  }

  /**
   * Opens the page on which one joins the club of the room's creator; access follows by itself, see `accessGranted`.
   * @throws {LogeError} `tier_not_found`, `tier_retired`, `membership_exists`, `provider_unavailable`.
   */
  joinMembership(request: { tier: Tier['id']; returnUrl?: string }): Promise<CheckoutLink> {
    return this.memberships.join(request);
  }

  /**
   * The receipt before paying: what the creator, the association, the payment provider, the house and VAT get of the ticket, or of a tip of
   * `amountMinor`. The parts sum to the gross exactly. For a ticket it carries the text of the waiver, and how many tickets are left.
   * @throws {LogeError} `nothing_to_buy`, `room_ended`, `amount_too_small`, `amount_too_large`.
   */
  quote(request: QuoteInput): Promise<Quote> {
    return this.wallet.quote(request);
  }

  /**
   * Gives one's ticket back: possible until the first live begins, where it was bought without the waiver.
   * @throws {LogeError} `not_refundable`, `already_refunded`, `payment_not_found`.
   */
  withdraw(ticket: string): Promise<Refund> {
    return this.wallet.withdraw(ticket);
  }

  /**
   * Tips by card directly, on the payment page of the answer; with a higher minimum, as each such tip bears the fee of a card payment.
   * @throws {LogeError} `amount_too_small`, `tip_not_allowed`, `idempotency_conflict`, `provider_unavailable`.
   */
  tipByCard(request: TipRequest & { returnUrl?: string; locale?: 'en' | 'fr' }): Promise<CheckoutLink> {
    return this.wallet.tipByCard(request);
  }

  /**
   * Tips the creator from the wallet; resolves when it is booked for good. A lost answer is asked for again with the same key, so
   * that a tip is never paid twice.
   * @throws {LogeError} `insufficient_funds`, `amount_too_small`, `amount_too_large`, `tip_not_allowed`, `access_required`,
   * `idempotency_conflict`, `menu_item_not_found`, `menu_price_mismatch`, `rate_limited`.
   */
  tip(request: TipRequest): Promise<Tip> {
    return this.wallet.tip(request);
  }

  /** Who has tipped most in this room, the most generous first; refunded tips do not count. At most 50. */
  leaderboard(options: { limit?: number } = {}): Promise<Leaderboard> {
    return this.#tipping.leaderboard(options.limit);
  }

  /**
   * Sets the shared goal, in the currency's minor unit; for the creator. Tips count from now on, and a goal that was open gives way.
   * @throws {LogeError} `forbidden`, `invalid_request`, `room_ended`.
   */
  setGoal(goal: { title: string; targetMinor: number }): Promise<Goal> {
    return this.#tipping.setGoal(goal);
  }

  /** Takes the shared goal away; for the creator. */
  clearGoal(): Promise<void> {
    return this.#tipping.clearGoal();
  }

  /**
   * Sets the whole menu; an empty list takes it away. For the creator.
   * @throws {LogeError} `forbidden`, `invalid_request`, `room_ended`.
   */
  setTipMenu(items: readonly TipMenuItem[]): Promise<readonly TipMenuItem[]> {
    return this.#tipping.setMenu(items);
  }

  /** Removes a person from the room, with the reason on record; for the creator and moderators. */
  removeParticipant(request: { identity: string; reason: string }): Promise<Removal> {
    return this.#connection.request('rooms:remove', request);
  }

  /** Ends the room for good; for the creator. */
  end(): Promise<RoomInfo> {
    return this.#connection.request('rooms:end', {});
  }

  /** Reads the creator's earnings of this room; they also change by themselves, see `earningsChanged`. */
  async refreshEarnings(): Promise<Earnings> {
    const earnings = await this.#connection.request('money:earnings', {});
    this.#state.setEarnings(earnings);
    return earnings;
  }

  #createHandlers(): EventHandlers {
    const { subscriber } = this.stage;
    const { publisher } = this.localParticipant;
    return {
      // The connection keeps these two to itself.
      'rooms:welcome': () => {},
      'rooms:goodbye': () => {},
      'rooms:rightsChanged': (self) => {
        this.localParticipant.handleSelf(self);
        this.#emitter.emit('rightsChanged', { role: self.participant.role, permissions: self.can });
      },
      'rooms:accessGranted': ({ access, inside }) => this.#handleGranted(access, inside),
      'rooms:accessRevoked': ({ access }) => this.#handleRevoked(access),
      'rooms:viewerCount': ({ count }) => this.#state.setViewerCount(count),
      'rooms:ended': ({ room }) => this.#handleRoomEnded(room),
      'stage:liveStarted': ({ startedAt }) => this.#setLive(true, startedAt),
      'stage:liveEnded': ({ endedAt }) => this.#setLive(false, endedAt),
      'stage:consumersAdded': (data) => subscriber.handleConsumersAdded(data),
      'stage:consumersRemoved': (data) => subscriber.handleConsumersRemoved(data),
      'stage:trackMuted': (data) => subscriber.handleTrackMuted(data),
      'stage:layersWanted': (data) => publisher.handleLayersWanted(data),
      'stage:keyFrameWanted': (data) => publisher.handleKeyFrameWanted(data),
      'stage:moveWanted': (data) => {
        subscriber.handleMoveWanted(data);
        publisher.handleMoveWanted(data);
      },
      'stage:paused': (data) => subscriber.handlePaused(data),
      'stage:takenOver': (data) => {
        for (const part of [subscriber, publisher]) part.handleTakenOver(data);
      },
      'stage:sessionClosed': (data) => {
        for (const part of [subscriber, publisher]) part.handleSessionClosed(data);
      },
      'stage:transportState': (data) => {
        for (const part of [subscriber, publisher]) part.handleTransportState(data);
      },
      'chat:frame': (frame) => this.chat.handleFrame(frame),
      ...this.chat.handlers,
      'money:walletChanged': (wallet) => this.wallet.handleState(wallet),
      'money:earningsChanged': (earnings) => this.#state.setEarnings(earnings),
      'private:requested': (data) => this.privateSession.handleEvent('private:requested', data),
      'private:started': (data) => this.privateSession.handleEvent('private:started', data),
      'private:closed': (data) => this.privateSession.handleEvent('private:closed', data),
      'private:ended': (data) => this.privateSession.handleEvent('private:ended', data),
      'private:running': (running) => this.privateSession.handleRunning(running),
      'private:fundsLow': (data) => this.#emitter.emit('privateFundsLow', data),
      'money:goalProgress': ({ goal }) => this.#tipping.handleGoal(goal),
      'money:tipMenuChanged': (menu) => this.#tipping.handleMenu(menu),
    };
  }

  #handleWelcome(welcome: Welcome, downMs: number | null): void {
    const wasGranted = this.access.state === 'granted';
    const { access, inside, room, live } = welcome;
    this.localParticipant.handleSelf(welcome);
    if (welcome.participant.role === 'creator') void this.refreshEarnings().catch(() => undefined);
    if (room.access.kind === 'private') void this.privateSession.refresh().catch(() => undefined);
    if (downMs === null) {
      this.#state.begin(welcome);
      this.wallet.begin(welcome.wallet);
      if (inside) this.#enter(inside);
      this.#emitter.emit('connected', { access });
      return;
    }
    this.#state.info = room;
    this.wallet.handleState(welcome.wallet);
    this.#state.setViewerCount(welcome.viewerCount);
    // What changed while the connection was down is told as if it had been there.
    if (access.state !== 'granted' && wasGranted) this.#handleRevoked(access);
    else if (inside && !wasGranted) this.#handleGranted(access, inside);
    else if (inside) this.#resume(inside, downMs);
    this.#state.access = access;
    this.#setLive(live, room.liveStartedAt ?? welcome.serverTime);
    if (room.status === 'ended') this.#handleRoomEnded(room);
  }

  #enter(inside: Inside): void {
    this.chat.handleInside(inside);
    this.#tipping.handleState(inside.tipping);
    this.stage.enter(inside.stage);
  }

  #resume(inside: Inside, downMs: number): void {
    this.chat.handleInside(inside);
    this.#tipping.handleState(inside.tipping);
    this.stage.handleReconnected();
    void this.localParticipant.publisher.handleReconnected(downMs);
  }

  #handleGranted(access: Access, inside: Inside): void {
    const wasGranted = this.access.state === 'granted';
    this.#state.access = access;
    this.#enter(inside);
    if (!wasGranted) this.#emitter.emit('accessGranted', access);
  }

  #handleRevoked(access: Access): void {
    this.#state.access = access;
    this.localParticipant.close('access');
    this.stage.leave();
    this.chat.close();
    this.#tipping.close();
    this.#emitter.emit('accessRevoked', access);
  }

  #handleRoomEnded(info: RoomInfo): void {
    this.localParticipant.close('room_ended');
    this.stage.leave();
    this.#state.setEnded(info);
  }

  /** Nothing of one room is shown in the next. */
  #forget(): void {
    this.localParticipant.handleSelf(null);
    this.stage.forget();
    this.chat.close();
    this.#tipping.close();
    this.privateSession.reset();
    this.wallet.begin(null);
    this.#state.reset();
  }

  #handleDisconnected(error: LogeError | null): void {
    this.localParticipant.close('disconnected');
    this.stage.leave();
    this.#state.end();
    this.#emitter.emit('disconnected', { error });
  }

  #setLive(live: boolean, at: string): void {
    if (!this.#state.setLive(live, at)) return;
    if (live) this.stage.handleLiveStarted();
    else {
      this.stage.handleLiveEnded();
      void this.localParticipant.publisher.handleLiveEnded();
    }
  }

  /** Who publishes does not watch themselves unasked: that would cost their uplink twice. */
  #shouldWatch(attached: boolean): boolean {
    if (this.localParticipant.permissions.publish) return attached;
    return this.#autoWatch || attached;
  }
}
