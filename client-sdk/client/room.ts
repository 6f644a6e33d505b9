/**
 * The facade of the SDK: one room, seen by one participant. It creates the parts (chat, stage, wallet, …) and passes
 * calls on to them; what the server says comes by `room-events.ts`. It holds no logic of a part.
 */
import type { Earnings, RoomSummary, Ticket, Tip } from '../../server/protocol/money/money.ts';
import type { Quote, QuoteInput, Withdrawal } from '../../server/protocol/money/pricing.ts';
import type { Goal, Leaderboard, MenuRequest, TipMenuItem } from '../../server/protocol/money/tipping.ts';
import type { Picture } from '../../server/protocol/pictures.ts';
import type { Access, Block, Removal, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { Report, RoomReportInput } from '../../server/protocol/trust/reports.ts';
import { Chat } from './chat/chat.ts';
import { Connection, type ConnectionState, httpAddress, type TokenSource } from './connection/connection.ts';
import { Emitter, type Listener } from './emitter.ts';
import { LogeError } from './errors.ts';
import type { RoomEventMap } from './events.ts';
import { CONNECTION } from './limits.ts';
import { consoleLog, type Log } from './log.ts';
import { MediaEngine } from './media/media-engine.ts';
import { type JoinRequest, Memberships } from './money/memberships.ts';
import { PrivateSession } from './money/private-session.ts';
import { Tipping } from './money/tipping.ts';
import { type BuyTicketOptions, type CheckoutLink, type TipRequest, Wallet } from './money/wallet.ts';
import { RoomEvents } from './room-events.ts';
import { RoomState } from './room-state.ts';
import { LocalParticipant } from './stage/local-participant.ts';
import { Stage } from './stage/stage.ts';
import { preconnect, readClaims, requestWatch } from './stage/watch/watch-request.ts';
import { Charter } from './trust/charter.ts';

export interface RoomOptions {
  /** URL of the Loge server, such as `https://live.example.com`; a path is used as a prefix. */
  url: string;
  /** The person's language (BCP 47), for interfaces built on the room. Default: `navigator.language`. */
  locale?: string;
  /** Receives the SDK's log. Default: warnings and errors on the console. */
  log?: Log;
  /** Start watching as soon as access is granted, before an element is attached. Default: true. */
  autoWatch?: boolean;
  /** Request the simulcast layer that fits the size of the attached elements. Default: true. */
  adaptiveStream?: boolean;
  /** Load the media code on connecting, rather than when access is granted; see `prepareMedia()`. Default: true. */
  eagerMedia?: boolean;
}

/**
 * A live room: video, chat, tips and access.
 *
 * @example
 * ```ts
 * const room = new Room({ url: 'https://live.example.com' });
 * room.on(RoomEvent.accessRevoked, ({ reason }) => showReason(reason));
 * room.stage.attach(document.querySelector('video'));
 * await room.connect(async () => {
 *   const response = await fetch('/room-token');
 *   return response.ok ? response.text() : Promise.reject(response);
 * });
 * if (room.access.state === 'required') await room.buyTicket({ from: 'wallet' });
 * await room.chat.send('Hello');
 * ```
 */
export class Room {
  readonly locale: string;
  readonly chat: Chat;
  readonly stage: Stage;
  readonly wallet: Wallet;
  /** Memberships of creators' clubs. */
  readonly memberships: Memberships;
  /** Private sessions by the minute, in rooms that offer them. */
  readonly privateSession: PrivateSession;
  /** The charter of the house, for the creator. */
  readonly charter: Charter;
  readonly localParticipant: LocalParticipant;
  readonly #url: string;
  readonly #connection: Connection;
  readonly #engine: MediaEngine;
  readonly #emitter: Emitter<RoomEventMap>;
  readonly #events: RoomEvents;
  readonly #autoWatch: boolean;
  readonly #eagerMedia: boolean;
  readonly #state: RoomState;
  readonly #tipping: Tipping;

  constructor(options: RoomOptions) {
    const { url, log = consoleLog, autoWatch = true, adaptiveStream = true, eagerMedia = true } = options;
    this.locale = options.locale ?? (typeof navigator === 'object' ? navigator.language : 'en');
    this.#url = url;
    this.#autoWatch = autoWatch;
    this.#eagerMedia = eagerMedia;
    this.#emitter = new Emitter((error) => log('error', 'event listener threw', { error }));
    const emit: Emitter<RoomEventMap>['emit'] = (name, payload) => this.#emitter.emit(name, payload);
    this.#state = new RoomState(emit);
    this.#connection = new Connection({
      url,
      log,
      handlers: {
        onWelcome: (welcome, downMs) => this.#events.handleWelcome(welcome, downMs),
        onEvent: (name, data) => this.#events.handleEvent(name, data),
        onReconnecting: (error) => this.#events.handleReconnecting(error),
        onReconnected: (downMs) => emit('reconnected', { downMs }),
        onDisconnected: (error) => this.#events.handleDisconnected(error),
        chatSince: () => this.chat.since,
        router: () => this.#engine.router,
        onToken: (token) => this.#watchAhead(token),
      },
    });
    const connection = this.#connection;
    const engine = new MediaEngine(log);
    this.#engine = engine;
    this.chat = new Chat({ connection, emit, log });
    this.#tipping = new Tipping(connection, emit);
    this.wallet = new Wallet(connection, (wallet) => emit('walletChanged', wallet));
    this.memberships = new Memberships(this.#connection);
    this.charter = new Charter(this.#connection);
    this.privateSession = new PrivateSession({ connection, emit, self: () => this.localParticipant });
    const shouldWatch = (attached: boolean): boolean => this.#shouldWatch(attached);
    this.stage = new Stage({ connection, engine, emit, log, adaptiveStream, shouldWatch });
    this.localParticipant = new LocalParticipant({ connection, engine, emit, log });
    const { chat, stage, wallet, privateSession, localParticipant } = this;
    this.#events = new RoomEvents({
      ...{ chat, stage, wallet, privateSession, localParticipant, emit },
      state: this.#state,
      tipping: this.#tipping,
      refreshEarnings: () => this.refreshEarnings(),
    });
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Title, creator, access rule and status; null before the room is connected. */
  get info(): RoomInfo | null {
    return this.#state.info;
  }

  /** Whether this participant may enter, and otherwise the offer that gives access or the reason for the refusal. */
  get access(): Access {
    return this.#state.access;
  }

  /** The room's date as an iCalendar file; null without a date. */
  get calendarUrl(): string | null {
    return this.info?.startsAt ? this.#at(`/v1/public/rooms/${this.info.id}/calendar`) : null;
  }

  /** The room's poster, 16:9, smallest size first, at absolute addresses; null without one. */
  get poster(): Picture {
    return this.#absolute(this.info?.poster);
  }

  /** The creator's portrait, square, in the same way: for a room without a poster. */
  get portrait(): Picture {
    return this.#absolute(this.info?.portrait);
  }

  #absolute(picture: Picture | undefined): Picture {
    return picture?.map((size) => ({ ...size, path: this.#at(size.path) })) ?? null;
  }

  #at(path: string): string {
    return httpAddress(this.#url, path).href;
  }

  /** Currency of all amounts in the room (ISO 4217, lower case); null before the room is connected. */
  get currency(): string | null {
    return this.#state.currency;
  }

  /** Lives of the room that are shorter together count as not held: its tickets go back. Null before `connected`. */
  get minLiveMinutes(): number | null {
    return this.#state.minLiveMinutes;
  }

  /**
   * How far the server's clock is ahead of this device's, in milliseconds; for countdowns to the server's times, such
   * as the end of `chat.restriction`.
   */
  get clockOffsetMs(): number {
    return this.#state.clockOffsetMs;
  }

  get viewerCount(): number {
    return this.#state.viewerCount;
  }

  /**
   * In the lobby: how many tickets are left for this participant; 0 means sold out, null that they are not limited. See
   * `ticketsLeft`, which also reports a place that became free.
   */
  get ticketsLeft(): number | null {
    return this.#state.ticketsLeft;
  }

  /** Whether the creator's media is on stage. */
  get isLive(): boolean {
    return this.#state.isLive;
  }

  /**
   * The creator's earnings in this room so far; null for other participants, and until they are first read or change.
   */
  get earnings(): Earnings | null {
    return this.#state.earnings;
  }

  /**
   * The room's shared goal with its progress; null without one, and in the lobby. See `goalProgress` and `goalCleared`.
   */
  get goal(): Goal | null {
    return this.#tipping.goal;
  }

  /**
   * What the creator offers for tips of fixed amounts; pass an item's `id` as `menuItem` to `tip()`. Empty in the
   * lobby.
   */
  get tipMenu(): readonly TipMenuItem[] {
    return this.#tipping.menu;
  }

  /** What tips from the menu ask for and is still open, oldest first; for the creator, also when the room has ended. */
  get tipRequests(): readonly MenuRequest[] {
    return this.#tipping.requests;
  }

  /** Adds a listener for an event; returns the function that removes it. */
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
   * Joins the room; resolves in the lobby or inside, see `access`. A token function is called again at every reconnect,
   * so that a live can last longer than a token. An expired token string ends the connection with `token_expired`. A
   * removed person and an ended room are no errors: see `access.reason`, also of who is suspended meanwhile.
   * @throws {LogeError} `token_missing`, `token_invalid`, `token_expired`, `token_unavailable`, `forbidden`,
   * `room_not_found`, `origin_not_allowed`, `too_many_connections`, `account_suspended`, `connection_failed`.
   */
  connect(token: TokenSource): Promise<void> {
    if (this.#eagerMedia) this.prepareMedia();
    preconnect(this.#url);
    // A new connection may be for another room.
    if (this.state === 'idle' || this.state === 'disconnected') this.#events.reset();
    return this.#connection.connect(token);
  }

  /** Loads the code for live video ahead of access, when a purchase is near. It asks for no camera. */
  prepareMedia(): void {
    const isNew = this.#engine.prepare();
    if (isNew && this.state === 'connected' && this.access.state !== 'granted') this.stage.prepare();
  }

  /**
   * Leaves the room: closes media, camera and socket at once, rejects pending requests with `not_connected`, and clears
   * the room's state. Idempotent; `connect()` may be called again, also for another room.
   */
  async disconnect(): Promise<void> {
    this.localParticipant.close('disconnected');
    this.#connection.close();
    this.#events.reset();
  }

  /**
   * Tells the room that this person is about to get access, such as when they touch the button that pays: the
   * connection for the picture is set up meanwhile, without any media, so that the picture comes some 200 ms earlier
   * over a line of 80 ms. Without access it ends after ten seconds; call it again while a payment goes on.
   * `<loge-room>` calls it for the wallet; a page that sells access itself calls it for its own button.
   */
  prepareEntry(): void {
    this.prepareMedia();
    if (this.state === 'connected' && this.isLive) this.stage.prepareTransport();
  }

  /**
   * Buys a ticket for the room. From the wallet it resolves once access is granted; by card to the link of the payment
   * page, and `accessGranted` tells when the payment has arrived.
   * @throws {LogeError} `insufficient_funds`, `already_entitled`, `nothing_to_buy`, `sold_out`, `price_changed`,
   * `waiver_invalid`, `wallet_off`, `provider_unavailable`, `checkout_limit`, `room_ended`, `access_removed`,
   * `account_suspended`, `live_stopped`.
   */
  async buyTicket(options: BuyTicketOptions = { from: 'wallet' }): Promise<Ticket | CheckoutLink> {
    const sale = { ...options, priceMinor: this.access.offer?.priceMinor };
    const bought = await this.wallet.buyTicket(sale).catch((error: unknown) => {
      if (error instanceof LogeError && error.code === 'sold_out') this.#state.setTicketsLeft(0);
      throw error;
    });
    // The doors open moments later: a message or a tip that follows at once must not be refused.
    if (!('checkoutUrl' in bought) && this.access.state !== 'granted') {
      await new Promise((resolve) => {
        this.once('accessGranted', resolve);
        setTimeout(resolve, CONNECTION.requestTimeoutMs);
      });
    }
    return bought;
  }

  /**
   * Opens a payment page to join the club of the room's creator. Emits `accessGranted` when the server grants access.
   * @throws {LogeError} `tier_not_found`, `tier_retired`, `membership_exists`, `already_entitled`, `access_removed`,
   * `account_suspended`, `live_stopped`, `provider_unavailable`.
   */
  joinMembership(request: JoinRequest): Promise<CheckoutLink> {
    return this.memberships.join(request);
  }

  /**
   * Breaks a price down before paying: the shares of the creator, the association, the payment provider, the platform
   * and VAT in the ticket, or in a tip of `amountMinor`. The parts add up to the gross exactly. A ticket's quote also
   * carries the waiver text and the number of tickets left.
   * @throws {LogeError} `nothing_to_buy`, `room_ended`, `amount_too_small`, `amount_too_large`.
   */
  quote(request: QuoteInput): Promise<Quote> {
    return this.wallet.quote(request);
  }

  /**
   * Withdraws from a ticket, a membership or a top-up. A ticket: until a live begins after the purchase, if it was
   * bought without a waiver; after a change of the date also with one, at least until `returnUntil` of the room, if it
   * was ordered before. A membership: within 14 days. A top-up: as far as it is unspent.
   * @throws {LogeError} `not_refundable`, `already_refunded`, `payment_not_found`.
   */
  withdraw(item: string): Promise<Withdrawal> {
    return this.wallet.withdraw(item);
  }

  /**
   * Tips by card, on the returned payment page. The minimum is higher than from the wallet, because each tip bears the
   * fee of a card payment.
   * @throws {LogeError} `amount_too_small`, `tip_not_allowed`, `idempotency_conflict`, `provider_unavailable`.
   */
  tipByCard(request: TipRequest & { returnUrl?: string; locale?: 'en' | 'fr' }): Promise<CheckoutLink> {
    return this.wallet.tipByCard(request);
  }

  /**
   * Tips the creator from the wallet; resolves when the tip is committed. Its own retries use one idempotency key, so
   * that they never pay twice; pass your own key to call it again for the same tip.
   * @throws {LogeError} `insufficient_funds`, `amount_too_small`, `amount_too_large`, `tip_not_allowed`,
   * `access_required`, `idempotency_conflict`, `menu_item_not_found`, `menu_price_mismatch`, `rate_limited`.
   */
  tip(request: TipRequest): Promise<Tip> {
    return this.wallet.tip(request);
  }

  /** The top tippers of this room in descending order, at most 50; refunded tips do not count. */
  leaderboard(options: { limit?: number } = {}): Promise<Leaderboard> {
    return this.#tipping.leaderboard(options.limit);
  }

  /**
   * Sets the shared goal, in the currency's minor unit, and replaces an open one; for the creator. Only later tips
   * count.
   * @throws {LogeError} `forbidden`, `invalid_request`, `access_required`.
   */
  setGoal(goal: { title: string; targetMinor: number }): Promise<Goal> {
    return this.#tipping.setGoal(goal);
  }

  /** Removes the shared goal; for the creator. */
  clearGoal(): Promise<void> {
    return this.#tipping.clearGoal();
  }

  /**
   * Replaces the tip menu; an empty list removes it. For the creator.
   * @throws {LogeError} `forbidden`, `invalid_request`, `access_required`, `menu_item_duplicate`.
   */
  setTipMenu(items: readonly TipMenuItem[]): Promise<readonly TipMenuItem[]> {
    return this.#tipping.setMenu(items);
  }

  /**
   * Says that a request is done, or undoes it, which pays the tip back; for the creator. Repeated calls answer how the
   * request stands.
   * @throws {LogeError} `forbidden`, `tip_request_not_found`, `request_undo_closed`, `not_refundable`.
   */
  settleTipRequest(request: { tip: MenuRequest['tip']; outcome: 'done' | 'undone' }): Promise<MenuRequest> {
    return this.#tipping.settleRequest(request);
  }

  /**
   * Reports a message, a person or the live to the house, which keeps it with its evidence. Resolves to the report with
   * the number to quote. Moderators never see who reported.
   * @throws {LogeError} `message_not_found`, `reports_limited`, `rate_limited`.
   */
  report(request: RoomReportInput): Promise<Report> {
    return this.#connection.request('reports:file', request);
  }

  /** Removes a person from the room; the reason is recorded. For the creator and moderators. */
  removeParticipant(request: { identity: string; reason: string }): Promise<Removal> {
    return this.#connection.request('rooms:remove', request);
  }

  /**
   * Removes a person from all rooms of the creator, also later ones; the reason is recorded. For the creator. Tickets
   * of lives to come go back.
   * @throws {LogeError} `forbidden`, `participant_not_removable`.
   */
  blockParticipant(request: { identity: string; reason: string }): Promise<Block> {
    return this.#connection.request('rooms:block', request);
  }

  /**
   * Ends the live, if one is on, and says that it goes on within so many minutes; for the creator. The room ends by
   * itself when the time has passed. Call it again to change the time.
   */
  pause({ minutes }: { minutes: number }): Promise<RoomInfo> {
    // One request: between two, viewers would see the live end without a pause.
    const publication = this.localParticipant.stopLive();
    return this.#connection.requestReliably('rooms:pause', { minutes, ...(publication && { publication }) });
  }

  /**
   * Asks for a reminder shortly before the live (`true`) or takes that back. Resolves to what holds now. `next`: of the
   * creator's next live, as `summary()` names it.
   */
  async remindMe(wanted?: boolean, { next }: { next?: RoomInfo['id'] | undefined } = {}): Promise<boolean> {
    return (await this.#connection.request('rooms:remind', { wanted, next })).wanted;
  }

  /**
   * What the room came to: how long it was live, what this person paid, what of it goes back, what all gave, and the
   * creator's next live.
   */
  summary(): Promise<RoomSummary> {
    return this.#connection.request('money:summary', {});
  }

  /**
   * Ends the room for good; for the creator. The sale closes, and tickets bought after the last live ended go back by
   * themselves.
   */
  end(): Promise<RoomInfo> {
    return this.#connection.request('rooms:end', {});
  }

  /** Fetches the creator's earnings of this room; changes also arrive as `earningsChanged`. */
  async refreshEarnings(): Promise<Earnings> {
    const earnings = await this.#connection.request('money:earnings', {});
    this.#state.setEarnings(earnings);
    return earnings;
  }

  /** Publishers watch only what they attach: watching their own live by default would waste bandwidth. */
  #shouldWatch(attached: boolean, publishes = this.localParticipant.permissions.publish): boolean {
    return attached || (this.#autoWatch && !publishes);
  }

  /** Opens the media session while the socket is being opened: the picture waits for fewer round trips. */
  #watchAhead(token: string): void {
    const claims = readClaims(token);
    if (!claims || !this.#shouldWatch(this.stage.isAttached, claims.role === 'creator')) return;
    const { room } = claims;
    this.stage.watchAhead((input, signal) => requestWatch(this.#url, room, { ...input, token, signal }));
  }
}
