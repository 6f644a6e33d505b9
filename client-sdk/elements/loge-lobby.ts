/**
 * `<loge-lobby>`: the room for people without access: description, viewer count, price, and buying by card or from the
 * wallet.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import * as LIMITS from '../../server/protocol/limits.ts';
import type { Quote } from '../../server/protocol/money/pricing.ts';
import type { Access, Offer, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { Room } from '../client/room.ts';
import { icon } from './controls/icons.ts';
import { button, plainControlStyles, spinner } from './controls/plain-controls.ts';
import { openCheckout, returnUrlFor, TOPUP_WANTED } from './money/checkout.ts';
import './loge-wallet.ts';
import './money/loge-price.ts';
import { QUOTE_CHANGED } from './money/loge-price.ts';
import { neededTopup } from './money/topup-amounts.ts';
import type { LogePayingElement } from './public-elements.ts';
import { appealLink, lobbyFace, priceLine } from './room/lobby-face.ts';
import { lobbyStyles } from './room/lobby-styles.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
import { badgeStyles } from './stage/badges.ts';
import { posterStyles } from './stage/poster.ts';
import { formatLongDay, formatUntil } from './texts/format.ts';

/** Tickets are scarce from this number down, when at least as many are sold. */
const FEW_TICKETS = 20;

const DATE_DUE_DAYS = LIMITS.dateDueAfterMs / 86_400_000;

/** Emitted when the person is about to buy, or can do so with one tap. */
export const ENTRY_NEAR = 'loge-entry-near';

/** State of the payment after the return from the payment page. */
export type PaymentNotice = 'confirming' | 'confirmed' | 'cancelled' | 'returned' | 'refused' | 'late';

export class LogeLobby
  extends withProperties(
    RoomPart,
    {
      returnUrl: undefined as string | undefined,
      notice: undefined as PaymentNotice | undefined,
      receiptPath: undefined as string | undefined,
      contactPath: undefined as string | undefined,
      decisionsPath: undefined as string | undefined,
      quote: undefined as Quote | undefined,
      /** The text of the waiver that the person has accepted; empty without one. */
      waived: '',
    },
    { returnUrl: { attribute: 'return-url' }, notice: {} },
  )
  implements LogePayingElement
{
  static override styles = [badgeStyles, posterStyles, plainControlStyles, lobbyStyles];

  constructor() {
    super();
    this.addEventListener(QUOTE_CHANGED, (event) => {
      this.quote = (event as CustomEvent<{ quote?: Quote }>).detail.quote;
    });
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['viewerCount', 'ticketsLeft', 'walletChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts, language } = this;
    const info = room?.info;
    const access = room?.access;
    if (!room || !info || !access) return nothing;
    const { isLive, viewerCount } = room;
    return lobbyFace(
      { info: { ...info, poster: room.poster, portrait: room.portrait }, isLive, viewerCount, texts, language },
      html`${this.#reason(access, info)} ${this.#paused(info, access)} ${this.#paymentNotice(access)}
        ${info.status === 'ended' ? html`<loge-summary exportparts="summary" .room=${room} .returnUrl=${this.returnUrl} .receiptPath=${this.receiptPath}></loge-summary>` : nothing}
        ${
          access.state === 'required' && access.offer && access.offer.kind === 'ticket' && !this.#isOpening
            ? this.#offer(room, access.offer)
            : nothing
        }
        ${
          access.state === 'required' && access.offer?.kind === 'members' && !this.#isOpening
            ? html`<loge-club exportparts="club" .room=${room} .returnUrl=${this.returnUrl}></loge-club>`
            : nothing
        }
        ${info.status === 'scheduled' ? html`<loge-reminder .room=${room}></loge-reminder>` : nothing}
        ${info.access.kind === 'private' ? html`<loge-private exportparts="private" .room=${room}></loge-private>` : nothing}
        ${info.access.kind === 'private' && access.state === 'required' ? this.#wallet(room) : nothing}
        <slot></slot>`,
    );
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { wallet, access } = this.room ?? {};
    const offer = access?.state === 'required' ? access.offer : undefined;
    if (offer && wallet?.currency === offer.currency && wallet.balanceMinor >= offer.priceMinor)
      this.emit<null>(ENTRY_NEAR, null);
  }

  get #isOpening(): boolean {
    return this.notice === 'confirmed' || this.notice === 'confirming';
  }

  #reason(access: Access, info: RoomInfo): TemplateResult | typeof nothing {
    const { texts } = this;
    // The summary says more.
    if (access.reason === 'room_ended') return nothing;
    const words = access.reason ? texts.lobby.reasons[access.reason] : '';
    const isRefused = access.state === 'refused';
    if (!words && !isRefused) return nothing;
    // What the person has asked for is no reason to worry.
    const isExpected = access.reason === 'refunded' || access.reason === 'private_ended';
    return html`<div class="callout ${isRefused ? 'danger' : isExpected ? 'neutral' : ''}" role="status">
      ${isExpected ? nothing : icon(isRefused ? 'lock' : 'warning', 22)}
      <div>
        ${isRefused ? html`<strong>${texts.lobby.closed}</strong>` : nothing}
        <span data-testid="access-reason" data-reason=${access.reason ?? ''}>${words || texts.lobby.reasons.revoked}</span>
        ${access.reason === 'removed' ? this.#removed(access.note ?? '', info) : nothing}
        ${access.reason === 'suspended' && this.decisionsPath ? appealLink(this.decisionsPath, texts) : nothing}
      </div>
    </div>`;
  }

  #removed(note: string, info: RoomInfo): TemplateResult {
    const { texts, contactPath } = this;
    return html`<p data-testid="access-note">
        ${texts.lobby.removed(note)} ${contactPath ? html`<a href=${contactPath}>${texts.lobby.contact}</a>` : nothing}
      </p>
      ${info.access.kind === 'ticket' ? html`<loge-ticket .room=${this.room}></loge-ticket>` : nothing}`;
  }

  /** What becomes of a ticket that is bought in a pause. */
  #paused({ pausedUntil, access: rule }: RoomInfo, access: Access): TemplateResult | typeof nothing {
    const { texts, language } = this;
    if (!pausedUntil || rule.kind !== 'ticket' || access.state !== 'required') return nothing;
    return html`<div class="callout neutral" role="status" data-testid="lobby-paused">
      ${texts.lobby.pausedText(formatUntil(pausedUntil, language))}
    </div>`;
  }

  #paymentNotice({ state }: Access): TemplateResult | typeof nothing {
    const { texts, notice } = this;
    const isOpening = this.#isOpening;
    // To a person who is refused, the doors do not open.
    if (!notice || (isOpening && state === 'refused')) return nothing;
    return html`<div class="callout ${isOpening ? '' : 'neutral'}" role="status" data-testid="payment-notice">
      ${isOpening ? spinner() : nothing}<span>${texts.lobby[notice]}</span>
    </div>`;
  }

  #offer(room: Room, offer: Offer): TemplateResult {
    const { texts, money, busy } = this;
    if (room.ticketsLeft === 0) return this.#soldOut(room, offer);
    const price = money(offer.priceMinor);
    const hasWallet = room.wallet.currency === offer.currency;
    const missingMinor = Math.max(0, offer.priceMinor - room.wallet.balanceMinor);
    const isShort = !hasWallet || missingMinor > 0;
    const prepare = () => this.#prepareEntry(room, missingMinor);
    const way = (from: 'card' | 'wallet', label: string, onClick: () => unknown) => {
      const isFirst = (from === 'card') === isShort;
      const look = isFirst ? { icon: from, isPrimary: true } : { isOutlined: true, isSmall: true };
      const isDisabled = busy !== '' && busy !== from;
      return button({ label, testId: `buy-${from}`, ...look, isBusy: busy === from, isDisabled, onClick });
    };
    const other = isShort
      ? way('wallet', texts.lobby.walletTopUp(money(neededTopup(missingMinor))), () => this.#topUp(missingMinor))
      : way('card', texts.lobby.buyCard, () => this.#buy('card'));
    return html`
      <div class="offer" part="offer">
        ${priceLine({ title: texts.lobby.ticket, note: texts.lobby.once, price, testId: 'price' })} ${this.#waiver()}
      </div>
      <div class="buttons" part="pay" @pointerover=${prepare} @focusin=${prepare}>
        ${this.problem ? html`<div class="callout danger" role="alert" data-testid="buy-problem">${this.problem}</div>` : nothing}
        ${
          isShort
            ? way('card', texts.lobby.payCard(price), () => this.#buy('card'))
            : way('wallet', texts.lobby.payWallet(price), () => this.#buy('wallet'))
        }
      </div>
      ${hasWallet ? this.#wallet(room, other) : nothing}
      ${hasWallet && isShort ? html`<p class="holds muted">${texts.lobby.walletShort(money(missingMinor))}</p>` : nothing}
      <loge-price kind="ticket" .room=${room} .amountMinor=${offer.priceMinor} data-testid="ticket-price"></loge-price>
      <p class="secure muted">${icon('lock', 16)}<span>${texts.lobby.secure}</span></p>
    `;
  }

  #wallet(room: Room, beside?: TemplateResult): TemplateResult {
    return html`<div class="wallet">
      <loge-wallet exportparts="chip" .room=${room} .returnUrl=${this.returnUrl}></loge-wallet>${beside ?? nothing}
    </div>`;
  }

  /** One line, which opens to what the person may agree to. */
  #waiver(): TemplateResult | typeof nothing {
    const { quote, texts, waived } = this;
    if (!quote) return html`<div class="waiver"></div>`;
    if (!quote.waiver) return nothing;
    const { text } = quote.waiver;
    return html`
      ${this.#scarce()}
      <details class="waiver">
        <summary data-testid="waiver-open">
          ${texts.price.returns[waived === text && this.#phase !== 'live' ? this.#waived : this.#phase]}
        </summary>
        <p class="muted" data-testid="goes-back">${this.#goesBack()}</p>
        <label>
          <input
            type="checkbox"
            data-testid="waiver"
            .checked=${waived === text}
            @change=${(event: Event) => {
              this.waived = (event.target as HTMLInputElement).checked ? text : '';
            }}
          />
          <span>${text} <em>${texts.price.optional}</em></span>
        </label>
      </details>
    `;
  }

  /** Of the live, as the right of withdrawal sees it. */
  get #phase(): 'before' | 'live' | 'after' {
    if (this.room?.isLive) return 'live';
    return this.room?.info?.liveEndedAt ? 'after' : 'before';
  }

  /** Without a date, there is nothing yet for which the right could be given up. */
  get #waived(): 'waived' | 'waivedUndated' {
    return this.room?.info?.startsAt ? 'waived' : 'waivedUndated';
  }

  /** When the ticket goes back by itself. */
  #goesBack(): string {
    const { texts, language, room } = this;
    const { startsAt, firstLiveAt, dateDueAt } = room?.info ?? {};
    const always = texts.price.goesBack(room?.minLiveMinutes ?? 0);
    if (startsAt || firstLiveAt) return always;
    const dueAt = dateDueAt ? formatLongDay(dateDueAt, language) : null;
    return `${always} ${dueAt ? texts.price.dateDue(dueAt) : texts.price.dateDueDays(DATE_DUE_DAYS)}`;
  }

  #scarce(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const left = room?.ticketsLeft ?? null;
    const capacity = room?.info?.capacity ?? null;
    if (left === null || capacity === null || left > FEW_TICKETS || left > capacity - left) return nothing;
    return html`<p class="holds" data-testid="tickets-left">${texts.price.ticketsLeft(left)}</p>`;
  }

  /** Nothing to press: a place that becomes free brings the offer back. */
  #soldOut({ info }: Room, offer: Offer): TemplateResult {
    const { texts } = this;
    const price = this.money(offer.priceMinor);
    return html`<div class="offer" part="offer" data-testid="sold-out" role="status">
      ${priceLine({ title: texts.lobby.soldOut, note: texts.lobby.soldOutNote(info?.capacity ?? 0), price, testId: 'price' })}
      <p class="holds muted">${texts.lobby.soldOutText}</p>
    </div>`;
  }

  /** The person is about to buy. */
  #prepareEntry(room: Room, missingMinor: number): void {
    this.emit<null>(ENTRY_NEAR, null);
    if (missingMinor === 0) room.prepareEntry();
  }

  #topUp(missingMinor: number): void {
    this.emit(TOPUP_WANTED, { missingMinor });
  }

  async #buy(from: 'wallet' | 'card'): Promise<void> {
    const { room } = this;
    if (!room || this.busy) return;
    this.notice = undefined;
    await this.act(from, async () => {
      const returnUrl = returnUrlFor('ticket', this.returnUrl ?? location.href, room);
      const shown = this.quote?.waiver;
      const waiver =
        shown && shown.text === this.waived
          ? { waiver: { accepted: true as const, textVersion: shown.textVersion, language: shown.language } }
          : {};
      const bought = await room.buyTicket(
        from === 'card' ? { from, returnUrl, locale: this.language, ...waiver } : { from, ...waiver },
      );
      if ('checkoutUrl' in bought) openCheckout(this, bought.checkoutUrl);
    });
  }
}

defineElement('loge-lobby', LogeLobby);
