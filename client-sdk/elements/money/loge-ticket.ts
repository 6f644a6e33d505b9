/**
 * `<loge-ticket>`: the ticket that a person holds for this room: a button, and the card behind it, which opens by
 * itself after the purchase of a ticket for a live to come: title, date, calendar, receipt, and the way to give it
 * back. A person who was removed from the room gets that way alone.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Receipt } from '../../../server/protocol/money/pricing.ts';
import type { Room } from '../../src/room.ts';
import { icon } from '../controls/more-icons.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { FocusKeeper } from '../room/focus-keeper.ts';
import { defineElement } from '../room/room-part.ts';
import { formatDateTime, formatMoney, formatUntil } from '../texts/format.ts';
import '../texts/inside-texts.ts';
import '../theme/web-awesome.ts';
import { shownName } from '../texts/shown-name.ts';

export class LogeTicket extends DialogPart {
  static override properties = {
    receiptPath: { attribute: 'receipt-path' },
    bought: { attribute: false },
    asked: { state: true },
    receipt: { state: true },
    removed: { state: true },
  };
  /** Where this site shows receipts: the ticket's id follows. Absent: no link. */
  declare receiptPath: string | undefined;
  /** A ticket that was bought just now: its card opens by itself. */
  declare bought: string | undefined;
  /** Whether the person is asked once more before giving it back. */
  declare asked: boolean;
  declare receipt: Receipt | undefined;
  /** Id of the ticket of a person who was removed, and so has no access by it. */
  declare removed: string | undefined;

  static override styles = [
    ...DialogPart.styles,
    css`
      :host {
        display: contents;
      }

      wa-button > svg,
      .words {
        vertical-align: middle;
      }

      .words {
        margin-inline-start: var(--_space-8);
      }

      /* On a phone the title of the room needs the space. */
      @container (max-width: 559px) {
        .words {
          position: absolute;
          width: 1px;
          height: 1px;
          margin: 0;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--_space-8) var(--_space-16);
        margin: var(--_space-12) 0 var(--_space-16);
      }

      dt {
        color: var(--_muted);
      }

      dd {
        margin: 0;
        text-align: end;
      }

      .title {
        font: var(--_title-28);
      }

      .links,
      .back {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8) var(--_space-16);
        align-items: center;
      }

      .links a {
        display: inline-flex;
        align-items: center;
        min-height: 2.75rem;
        color: var(--_accent);
      }

      .back {
        margin-top: var(--_space-12);
      }

      .back p {
        flex: 1 1 100%;
        color: var(--_muted);
        font: var(--_type-16);
      }
    `,
  ];

  /** Focuses the last button of the question, which keeps the ticket: a key that is held down must not answer it. */
  #shownMove: string | null | undefined;
  protected readonly focusKeeper = new FocusKeeper(this, '.back wa-button:last-of-type');

  constructor() {
    super();
    this.asked = false;
  }

  protected override listenTo(room: Room): Array<() => void> {
    this.#shownMove = room.info?.movedAt;
    const readRemoved = () => void this.#readRemoved(room);
    readRemoved();
    return [
      ...this.renderOn(room, [
        ...(['connected', 'accessGranted', 'accessRevoked'] as const),
        ...(['liveStarted', 'liveEnded', 'pauseChanged'] as const),
      ]),
      room.on('roomChanged', () => this.#handleChanged()),
      ...(['connected', 'accessRevoked', 'liveStarted'] as const).map((name) => room.on(name, readRemoved)),
    ];
  }

  /** A new date concerns who has a ticket: the card opens, unless the live is on. */
  #handleChanged(): void {
    const { movedAt = null } = this.room?.info ?? {};
    const isMoved = movedAt !== this.#shownMove;
    this.#shownMove = movedAt;
    this.requestUpdate();
    if (isMoved && this.room?.access.ticket && !this.room.isLive) this.show();
  }

  async #readRemoved(room: Room): Promise<void> {
    if (room.access?.reason !== 'removed') return;
    const summary = await room.summary().catch(() => undefined);
    this.removed = summary?.ticket?.id;
    await this.#load(this.removed);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('bought') && this.bought) this.show();
  }

  /** Whether the button opened the card: the dialog gives the focus back to it then. */
  #isAskedFor = false;

  show(isAskedFor = false): void {
    this.#isAskedFor = isAskedFor;
    this.open = true;
    this.asked = false;
    this.problem = '';
    void this.#load(this.room?.access.ticket);
  }

  async #load(ticket: string | undefined): Promise<void> {
    const { room } = this;
    if (room && ticket) this.receipt = await room.wallet.receipt(ticket).catch(() => undefined);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts, language } = this;
    if (!room?.info) return nothing;
    const { ticket, reason } = room.access;
    if (!ticket) return reason === 'removed' ? this.#ofRemoved(room) : nothing;
    return html`
      <wa-button appearance="outlined" size="s" data-testid="own-ticket" @click=${() => this.show(true)}
        >${icon('ticket', 20)}<span class="words">${texts.ticket.own}</span></wa-button
      >
      <wa-dialog
        lang=${language}
        label=${texts.ticket.own}
        light-dismiss
        .open=${this.open}
        @wa-after-hide=${this.handleHidden}
      >
        ${this.#card(room, ticket)}
        <wa-button slot="footer" variant="neutral" data-testid="ticket-close" @click=${this.close}>${texts.ticket.toRoom}</wa-button>
      </wa-dialog>
    `;
  }

  #ofRemoved(room: Room): TemplateResult | typeof nothing {
    const { removed, receipt, texts, language } = this;
    if (!removed || !receipt) return nothing;
    const amount = formatMoney(receipt.amountMinor, receipt.currency, language);
    return html`<div data-testid="removed-ticket" role="status">
      ${receipt.status === 'refunded' ? html`<p>${texts.ticket.returned(amount)}</p>` : nothing}
      ${receipt.withdrawable ? this.#giveBack(room, removed) : nothing}
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    </div>`;
  }

  #card(room: Room, ticket: string): TemplateResult {
    const { texts, language, receipt, receiptPath } = this;
    const { title = '', creator, startsAt = null } = room.info ?? {};
    return html`<section data-testid="ticket-card">
      <p class="display title"><bdi>${title}</bdi></p>
      <p class="muted">${texts.room.by(shownName(creator, texts))}</p>
      <dl>
        ${startsAt ? html`<dt>${texts.ticket.date}</dt><dd>${formatDateTime(startsAt, language)}</dd>` : nothing}
        ${receipt ? html`<dt>${texts.private.paid}</dt><dd>${formatMoney(receipt.amountMinor, receipt.currency, language)}</dd>` : nothing}
      </dl>
      <p class="links">
        ${room.calendarUrl && !room.info?.firstLiveAt ? html`<a href=${room.calendarUrl} download data-testid="ticket-calendar">${texts.ticket.calendar}</a>` : nothing}
        ${receiptPath ? html`<a href="${receiptPath}${ticket}">${texts.ticket.receipt}</a>` : nothing}
      </p>
      ${receipt?.withdrawable ? this.#giveBack(room, ticket) : nothing}
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    </section>`;
  }

  #giveBack(room: Room, ticket: string): TemplateResult {
    const { texts } = this;
    return html`<div class="back">
      <p>${this.asked ? texts.ticket.backSure : this.removed ? texts.ticket.backRemoved : this.#backUntil(room)}</p>
      ${
        this.asked
          ? html`<wa-button size="s" variant="danger" data-testid="ticket-back-confirm" ?loading=${this.busy === 'back'} @click=${() => this.#back(room, ticket)}>${texts.ticket.back}</wa-button>
              <wa-button size="s" appearance="plain" @click=${() => this.#ask(false)}>${texts.ticket.keep}</wa-button>`
          : html`<wa-button size="s" appearance="outlined" data-testid="ticket-back" @click=${() => this.#ask(true)}>${texts.ticket.back}</wa-button>`
      }
    </div>`;
  }

  #backUntil({ info }: Room): string {
    const { texts, language, receipt } = this;
    const { movedAt = null, returnUntil = null } = info ?? {};
    const isMoved = movedAt && returnUntil && receipt && receipt.at <= movedAt;
    return isMoved ? texts.ticket.backMoved(formatUntil(returnUntil, language)) : texts.ticket.backUntil;
  }

  #ask(asked: boolean): void {
    this.asked = asked;
  }

  async #back(room: Room, ticket: string): Promise<void> {
    if (!(await this.act('back', () => room.withdraw(ticket)))) return;
    if (this.removed) await this.#load(ticket);
    else this.close();
  }

  protected override noteHidden(): void {
    if (!this.#isAskedFor) this.renderRoot.querySelector<HTMLElement>('[data-testid="own-ticket"]')?.focus();
  }
}

defineElement('loge-ticket', LogeTicket);
