/**
 * `<loge-room url token>`: a whole room in one element. It connects, and shows the lobby or the room depending on
 * access, which may change at any time without a reload. Child elements replace its own layout and get its
 * room; one with `slot="loading"` is shown until the room is known, one with
 * `slot="lobby"` below the lobby.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Tip } from '../../server/protocol/money/money.ts';
import type { LogeError } from '../client/errors.ts';
import type { Room } from '../client/room.ts';
import { icon } from './controls/icons.ts';
import { button, plainControlStyles, spinner } from './controls/plain-controls.ts';
import { type CheckoutReturn, readCheckoutReturn, takeCheckoutReturn } from './money/checkout.ts';
import './loading/part-table.ts';
import { loadParts, preloadParts } from './loading/parts.ts';
import './loge-lobby.ts';
import { ENTRY_NEAR, type LogeLobby, type PaymentNotice } from './loge-lobby.ts';
import './loge-wallet.ts';
import type { LogeWallet } from './loge-wallet.ts';
import type { LogeRoomElement } from './public-elements.ts';
import { FocusKeeper } from './room/focus-keeper.ts';
import { HostTimer } from './room/host-timer.ts';
import { appealLink } from './room/lobby-face.ts';
import type { RoomWanted } from './room/room-part.ts';
import { defineElement, ROOM_WANTED, RoomPart, withProperties } from './room/room-part.ts';
import type { SessionSource, TokenProvider } from './room/room-session.ts';
import { RoomSession } from './room/room-session.ts';
import { roomStyles } from './room/room-styles.ts';
import { shownName } from './texts/shown-name.ts';

const TOAST_MS = 10_000;
const CLOSING_MS = 900;
/** With the thanks, and until it has vanished. */
const CLOSED_MS = 2_000;
/** A title beyond this may be cut off in the bar, and can be focused to be read. */
const BAR_TITLE_CHARS = 24;

export class LogeRoom
  extends withProperties(
    RoomPart,
    {
      /** URL of the Loge server. Default: the origin of the script. */
      url: undefined as string | undefined,
      /**
       * A room token from your server. A newer one of the same person for the same room is used at the next reconnect;
       * one for another room or person, or with other rights, is used at once.
       */
      token: undefined as string | undefined,
      /** Return URL of payment pages. Default: the current page. */
      returnUrl: undefined as string | undefined,
      /** Path of receipts on this site; the payment's id follows. Absent: no links to receipts. */
      receiptPath: undefined as string | undefined,
      /** Where a person who was removed can write to. Absent: no link. */
      contactPath: undefined as string | undefined,
      /** Where a suspended person reads the reasons and can appeal. Absent: no link. */
      decisionsPath: undefined as string | undefined,
      /** Called for a token on connecting and at every reconnect; takes precedence over `token`. */
      tokenProvider: undefined as TokenProvider | undefined,
      notice: undefined as PaymentNotice | undefined,
      /** A ticket that was bought for a live to come, while this page was open. */
      bought: undefined as string | undefined,
      /** The evening has just ended, with this person inside: the curtain closes, and gives way to the lobby. */
      ending: '' as '' | 'closing' | 'closed',
    },
    {
      url: {},
      token: {},
      returnUrl: { attribute: 'return-url' },
      receiptPath: { attribute: 'receipt-path' },
      contactPath: { attribute: 'contact-path' },
      decisionsPath: { attribute: 'decisions-path' },
    },
  )
  implements LogeRoomElement
{
  static override styles = [plainControlStyles, roomStyles];

  readonly #session = new RoomSession(this, {
    handleRoom: (room) => {
      this.room = room;
    },
    handleNear: () => this.prepareEntry(),
  });
  protected readonly focusKeeper = new FocusKeeper(this, '.inside, .scroll');
  readonly #roomConsumers = new Set<RoomWanted['setRoom']>();

  constructor() {
    super();
    this.addEventListener(ENTRY_NEAR, () => this.prepareEntry());
    this.addEventListener(ROOM_WANTED, (event) => this.#provideRoom(event as CustomEvent<RoomWanted>));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.hasUpdated) return;
    // Removing the element closed its own connection, or unsubscribed it from the embedder's Room.
    if (this.room) this.#session.adopt(this.room);
    else this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.notice = undefined;
    this.ending = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    // First, because this sets the room, which the rest of the update needs. Only while the element is in the page:
    // its removal closes the connection.
    const isChanged = changed.has('token') || changed.has('tokenProvider') || changed.has('url');
    if (isChanged && this.isConnected) this.#session.update(this.#source, this.room);
    super.willUpdate(changed);
    if (!changed.has('room')) return;
    this.notice = undefined;
    this.bought = undefined;
    if (this.room) this.#session.adopt(this.room);
    if (this.room && readCheckoutReturn()?.outcome === 'success') this.prepareEntry();
    for (const setRoom of this.#roomConsumers) setRoom(this.room);
    // The embedder's Room may be connected before the element has it.
    if (this.room?.state === 'connected') this.#handleConnected(this.room);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // The embedder's own layout. It may be in a shadow root, which only this element searches.
    loadParts(this);
  }

  protected override listenTo(room: Room): Array<() => void> {
    this.#lastBalanceMinor = room.wallet.balanceMinor;
    return [
      ...this.renderOn(room, ['ticketsLeft']),
      room.on('connected', () => this.#handleConnected(room)),
      room.on('accessGranted', (access) => {
        this.#handleGranted(room);
        this.#noteBought(room);
        this.emit('loge-access-changed', { access });
      }),
      room.on('accessRevoked', (access) => {
        this.requestUpdate();
        if (access.reason === 'room_ended' && room.info?.firstLiveAt) this.#closeCurtain();
        this.emit('loge-access-changed', { access });
      }),
      room.on('walletChanged', ({ balanceMinor }) => this.#handleWallet(balanceMinor)),
      room.on('disconnected', ({ error }) => this.emit('loge-disconnected', { code: error?.code ?? null })),
    ];
  }

  override render(): TemplateResult {
    const { room, texts } = this;
    return html`
      <div
        class="room"
        part="room"
        @loge-topup-wanted=${this.#handleTopupWanted}
        @loge-tip-sent=${this.#handleTipSent}
      >
        ${this.#content()} ${this.ending ? html`<loge-curtain .move=${'close'} .room=${room}></loge-curtain>` : nothing}
        <div class="banner-place" role="status" aria-live="polite">
          ${
            room?.state === 'reconnecting'
              ? html`<p class="banner" part="banner" data-testid="reconnecting">${spinner()}${texts.room.reconnecting}</p>`
              : nothing
          }
        </div>
      </div>
      <wa-toast placement="top-center" lang=${this.language}></wa-toast>
    `;
  }

  #content(): TemplateResult {
    const { room } = this;
    const { failure, isConnecting } = this.#session;
    // To a removed person, the lobby shows the reason even after the connection has ended.
    if (failure && room?.access?.state !== 'refused')
      return this.#failure(room?.info ? this.texts.room.disconnected : '', this.wordsFor(failure), failure);
    if (!room && !this.token && !this.tokenProvider) return this.#failure('', this.texts.room.noToken);
    if (!room?.info || (isConnecting && !room.access)) return this.#skeleton();
    const access = room.access;
    if (access?.state !== 'granted' && this.ending !== 'closing') {
      return html`<div class="scroll" tabindex="-1">
        <loge-lobby data-testid="lobby" exportparts="lobby, panel, offer, pay, poster, chip" .room=${room} .notice=${this.notice} .returnUrl=${this.returnUrl} .receiptPath=${this.receiptPath} .contactPath=${this.contactPath} .decisionsPath=${this.decisionsPath}><slot name="lobby"></slot></loge-lobby>
      </div>`;
    }
    if (this.#hasOwnLayout) return html`<slot></slot>`;
    return this.#inside(room);
  }

  #inside(room: Room): TemplateResult {
    const { texts, returnUrl } = this;
    const info = room.info;
    if (!info) return this.#skeleton();
    return html`
      <section class="inside ${this.ending}" part="inside" tabindex="-1" aria-label=${texts.room.label(info.title)}>
        <div class="stage-box">
          <loge-stage exportparts="stage, player, video, controls, corner, tip, live-badge, viewer-count" .room=${room}></loge-stage>
        </div>
        <div class="bar" part="bar">
          <div class="title">
            <h1 class="display" tabindex=${info.title.length > BAR_TITLE_CHARS ? 0 : nothing}>${info.title}</h1>
            <p class="muted">${texts.room.by(shownName(info.creator, texts))}</p>
          </div>
          ${info.access.kind === 'ticket' ? html`<loge-ticket .room=${room} .bought=${this.bought} .receiptPath=${this.receiptPath}></loge-ticket>` : nothing}
          <loge-wallet exportparts="chip" .room=${room} .returnUrl=${returnUrl}></loge-wallet>
          ${info.access.kind === 'private' ? html`<loge-private exportparts="private" .room=${room}></loge-private>` : nothing}
        </div>
        <loge-goal edge .room=${room}></loge-goal>
        <loge-chat exportparts="chat, list, composer" .isGoalOnStage=${true} .room=${room}>
          <loge-tip slot="actions" exportparts="button" .room=${room} .returnUrl=${returnUrl}></loge-tip>
        </loge-chat>
      </section>
    `;
  }

  readonly #endingTimer = new HostTimer(this);

  #closeCurtain(): void {
    this.ending = 'closing';
    this.#endingTimer.start(CLOSING_MS, () => {
      this.ending = 'closed';
      this.#endingTimer.start(CLOSED_MS, () => {
        this.ending = '';
      });
    });
  }

  #skeleton(): TemplateResult {
    return html`<div class="scroll"><slot name="loading">
      <div class="inside skeleton" role="status" aria-label=${this.texts.room.loading}>
        <div class="stage-box"></div>
        <div class="bar"><div class="title"><i class="line wide"></i><i class="line"></i></div></div>
        <div class="chat-box"></div>
      </div>
    </slot></div>`;
  }

  #failure(title: string, words: string, failure?: LogeError): TemplateResult {
    const { texts, decisionsPath } = this;
    // A Room of the embedder is connected by its page.
    const canRetry = failure?.retryable && (this.token || this.tokenProvider);
    return html`<div class="failure" part="failure" role="alert" data-testid="room-error" data-code=${failure?.code ?? ''}>
      ${icon('lock', 34)}
      ${title ? html`<h1 class="display">${title}</h1>` : nothing}
      <p>${words}</p>
      ${failure?.code === 'account_suspended' && decisionsPath ? appealLink(decisionsPath, texts) : nothing}
      ${canRetry ? button({ label: texts.room.retry, testId: 'room-retry', onClick: () => this.#open() }) : nothing}
    </div>`;
  }

  get #hasOwnLayout(): boolean {
    return this.querySelector(':scope > :not([slot])') !== null;
  }

  /** Loads the elements of the room, because access is granted or expected. */
  prepareEntry(): void {
    this.room?.prepareMedia();
    preloadParts(this.#hasOwnLayout ? this : ['loge-stage', 'loge-chat', 'loge-tip']);
  }

  get #source(): SessionSource {
    return { url: this.url, token: this.token, tokenProvider: this.tokenProvider };
  }

  #open(): void {
    void this.#session.open(this.#source);
  }

  #provideRoom(event: CustomEvent<RoomWanted>): void {
    // Our own request is for a surrounding element.
    if (event.composedPath()[0] === this) return;
    event.stopPropagation();
    const { setRoom, onStop } = event.detail;
    this.#roomConsumers.add(setRoom);
    onStop(() => this.#roomConsumers.delete(setRoom));
    if (this.room) setRoom(this.room);
  }

  #handleConnected(room: Room): void {
    this.requestUpdate();
    this.#lastBalanceMinor = room.wallet.balanceMinor;
    const payment = takeCheckoutReturn(room.info?.id);
    if (!payment) return;
    const { texts } = this;
    if (payment.outcome === 'refused') {
      this.#toast(texts.lobby.refused, 'danger');
      return;
    }
    if (payment.outcome === 'cancelled') {
      if (payment.purpose === 'ticket' && room.access?.state !== 'granted') this.notice = 'cancelled';
      else this.#toast(texts.lobby.cancelled, 'neutral');
      return;
    }
    const isKey = payment.purpose === 'ticket' || payment.purpose === 'membership';
    if (isKey && room.access?.state === 'granted') {
      this.#noteBought(room);
      this.#welcomeMember(room);
    } else if (isKey) this.notice = 'confirming';
    void this.#awaitPayment(room, payment, isKey);
  }

  /** Shows what became of a payment. */
  async #awaitPayment(room: Room, { session = '' }: CheckoutReturn, isKey: boolean): Promise<void> {
    const loaded = await import('./money/payment-outcome.ts').catch(() => undefined);
    // Access clears the notice.
    const isWanted = () => this.room === room && this.isConnected && (!isKey || this.notice !== undefined);
    const outcome = await loaded?.findOutcome(room, session, isWanted);
    const { lobby } = this.texts;
    if (!outcome) return;
    if (isKey) this.notice = outcome;
    else if (outcome === 'confirmed') this.#toast(lobby.paid, 'success');
    else this.#toast(lobby[outcome], 'neutral');
  }

  /** A ticket's card opens, but in a live the picture comes first. */
  #noteBought(room: Room): void {
    this.bought = room.isLive ? undefined : room.access.ticket;
  }

  /** After the payment, once: the access may be granted before the page is connected, or after. */
  #welcomeMember(room: Room): void {
    if (room.access.reason === 'membership') this.#toast(this.texts.club.joined, 'success');
  }

  #handleGranted(room: Room): void {
    if (this.notice) this.#welcomeMember(room);
    this.notice = undefined;
    this.requestUpdate();
  }

  #lastBalanceMinor = 0;

  #handleWallet(balanceMinor: number): void {
    const before = this.#lastBalanceMinor;
    this.#lastBalanceMinor = balanceMinor;
    // In private rooms, a released hold also increases the balance.
    if (balanceMinor <= before || this.room?.info?.access.kind === 'private') return;
    this.#toast(this.texts.lobby.topupArrived(this.money(balanceMinor - before)), 'success');
  }

  #handleTopupWanted = (event: CustomEvent<{ missingMinor: number }>): void => {
    const { renderRoot } = this;
    const shown = renderRoot.querySelector<LogeLobby>('loge-lobby')?.renderRoot ?? renderRoot;
    const wallet = shown.querySelector<LogeWallet>('loge-wallet') ?? this.querySelector<LogeWallet>('loge-wallet');
    wallet?.show(event.detail.missingMinor);
  };

  /** The coin, the stage and the chat say enough. */
  #handleTipSent = (event: CustomEvent<{ tip: Tip }>): void => {
    const [from] = event.composedPath() as Element[];
    void import('./room/coin.ts').then(
      ({ throwCoin }) => throwCoin(this, from, event.detail.tip),
      () => undefined,
    );
  };

  #toast(text: string, variant: 'success' | 'neutral' | 'danger'): void {
    const loaded = import('@awesome.me/webawesome/dist/components/toast/toast.js');
    const themed = import('./theme/web-awesome.ts');
    void Promise.all([loaded, themed, this.updateComplete]).then(() => {
      const toast = this.renderRoot.querySelector('wa-toast');
      void toast?.create(text, { variant, duration: TOAST_MS, allowHtml: false });
    });
  }
}

defineElement('loge-room', LogeRoom);
