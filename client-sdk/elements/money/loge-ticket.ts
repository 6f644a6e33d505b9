/**
 * `<loge-ticket>`: the ticket that a person holds for this room: a button, and the card behind it, which opens by
 * itself after the purchase of a ticket for a live to come: title, date, calendar, receipt, and the way to give it
 * back. A person who was removed from the room before its live reads that it goes back by itself.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { RoomSummary } from '../../../server/protocol/money/money.ts';
import type { Receipt } from '../../../server/protocol/money/pricing.ts';
import type { Room } from '../../client/room.ts';
import { icon } from '../controls/more-icons.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { FocusKeeper } from '../room/focus-keeper.ts';
import { whenOf } from '../room/lobby-face.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { fades } from '../stage/fades.ts';
import { posterStyles } from '../stage/poster.ts';
import { formatDateTime, formatUntil } from '../texts/format.ts';
import '../texts/inside-texts.ts';
import '../theme/web-awesome.ts';
import { shownName } from '../texts/shown-name.ts';
import { numberOfTicket, ticketCard, ticketCardStyles } from './ticket-card.ts';

export class LogeTicket extends withProperties(
  DialogPart,
  {
    /** Where this site shows receipts: the ticket's id follows. Absent: no link. */
    receiptPath: undefined as string | undefined,
    /** A ticket that was bought just now: its card opens by itself. */
    bought: undefined as string | undefined,
    /** Whether the person is asked once more before giving it back. */
    asked: false,
    receipt: undefined as Receipt | undefined,
    /** The ticket of a person who was removed, and so has no access by it. */
    removed: null as RoomSummary['ticket'],
    /** Whether the button opened the card: it prints otherwise, and the dialog gives the focus back to the button. */
    isAskedFor: false,
  },
  { receiptPath: { attribute: 'receipt-path' } },
) {
  static override styles = [
    plainControlStyles,
    posterStyles,
    ticketCardStyles,
    css`
      :host {
        display: contents;
      }

      .to-room {
        width: 100%;
      }

      wa-button > svg,
      .own {
        vertical-align: middle;
      }

      .own {
        margin-inline-start: var(--_space-8);
      }

      /* On a phone the title of the room needs the space. */
      @container (max-width: 559px) {
        .own {
          position: absolute;
          width: 1px;
          height: 1px;
          margin: 0;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }

      wa-dialog::part(body) {
        padding-top: var(--_space-4);
      }

      [data-testid='removed-ticket'] {
        margin-top: var(--_space-12);
      }

      .printed {
        overflow-y: clip;
      }

      /* Out of the bar at the bottom, on which stood the button that paid. */
      .printed .ticket {
        animation: print 500ms var(--_curve) backwards;
      }

      .printed .ticket ~ * {
        animation: appear 300ms 300ms backwards;
      }

      @keyframes print {
        from {
          translate: 0 calc(100% + 9rem);
        }
      }

      ${fades}

      @media (prefers-reduced-motion: reduce) {
        .printed .ticket {
          animation-name: appear;
          animation-duration: 300ms !important;
        }
      }

      .links {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8) var(--_space-16);
        align-items: center;
        justify-content: center;
        margin-top: var(--_space-16);
      }

      .links a:not(.button),
      .link {
        display: inline-flex;
        align-items: center;
        min-height: max(var(--_control-small), var(--_finger));
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: var(--_type-14);
        text-decoration: underline;
        cursor: pointer;
      }

      .back {
        margin-top: var(--_space-8);
        color: var(--_muted);
        font: var(--_type-14);
        text-align: center;
      }

      .link {
        color: var(--_text);
      }
    `,
  ];

  /** Focuses the last button of the question, which keeps the ticket: a key that is held down must not answer it. */
  #shownMove: string | null | undefined;
  protected readonly focusKeeper = new FocusKeeper(this, '.back button:last-of-type');

  protected override listenTo(room: Room): Array<() => void> {
    this.#shownMove = room.info?.movedAt;
    const readRemoved = () => void this.#readRemoved(room);
    readRemoved();
    return [
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
    const isRemoved = room.access?.reason === 'removed';
    this.removed = (isRemoved && (await room.summary().catch(() => undefined))?.ticket) || null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('bought') && this.bought) this.show();
  }

  /** The first control of the dialog leads away: the focus goes to the one that closes it. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (!changed.has('open') || !this.open) return;
    const dialog = this.renderRoot.querySelector('wa-dialog');
    const close = this.renderRoot.querySelector<HTMLElement>('.to-room');
    // A dialog that is open from the start tells nobody that it is shown.
    void dialog?.updateComplete.then(() => requestAnimationFrame(() => close?.focus()));
  }

  show(isAskedFor = false): void {
    this.isAskedFor = isAskedFor;
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
    const { room, texts } = this;
    if (!room?.info) return nothing;
    const { ticket, reason } = room.access;
    if (!ticket) return reason === 'removed' ? this.#ofRemoved(room) : nothing;
    return html`
      <wa-button appearance="outlined" size="s" data-testid="own-ticket" @click=${() => this.show(true)}
        >${icon('ticket', 20)}<span class="own">${texts.ticket.own}</span></wa-button
      >
      ${this.dialog(
        texts.ticket.own,
        html`${this.#card(room, ticket)}
          <wa-button slot="footer" class="to-room" variant="neutral" data-testid="ticket-close" @click=${this.close}>${texts.ticket.toRoom}</wa-button>`,
      )}
    `;
  }

  #ofRemoved(room: Room): TemplateResult | typeof nothing {
    const { removed, texts } = this;
    if (!removed) return nothing;
    return html`<div data-testid="removed-ticket" role="status">
      ${this.#ticket(room, removed.id)}
      ${removed.state === 'kept' ? nothing : html`<p>${texts.ticket.returned(this.money(removed.priceMinor))}</p>`}
    </div>`;
  }

  /** Of a removed person, the stub alone, which stands among the reasons. */
  #ticket(room: Room, ticket: string): TemplateResult | typeof nothing {
    const { texts, language, receipt, removed } = this;
    const { info, isLive } = room;
    if (!info) return nothing;
    const by = texts.room.by(shownName(info.creator, texts));
    const isBack = removed ? removed.state !== 'kept' : receipt?.status === 'refunded';
    const paidMinor = removed?.priceMinor ?? receipt?.amountMinor;
    const paid = paidMinor === undefined ? undefined : this.money(paidMinor);
    const ahead = isLive || info.liveEndedAt ? null : info.startsAt;
    return ticketCard({
      main: removed ? undefined : { picture: { ...info, poster: room.poster, portrait: room.portrait }, by },
      date: {
        label: ahead && info.movedAt ? texts.ticket.newDate : texts.ticket.date,
        text: ahead ? formatDateTime(ahead, language) : whenOf({ info, isLive, texts, language }),
      },
      facts: [
        [texts.ticket.name, room.localParticipant.name],
        [texts.ticket.number, numberOfTicket(ticket)],
        [texts.private.paid, paid],
      ],
      stamp: isBack ? texts.ticket.stamp : undefined,
    });
  }

  #card(room: Room, ticket: string): TemplateResult {
    const { texts, receipt, receiptPath, bought, isAskedFor } = this;
    return html`<section class=${bought === ticket && !isAskedFor ? 'printed' : ''} data-testid="ticket-card">
      ${this.#ticket(room, ticket)}
      <p class="links">
        ${room.calendarUrl && !room.info?.firstLiveAt ? html`<a class="button outlined small" href=${room.calendarUrl} download data-testid="ticket-calendar">${texts.ticket.calendar}</a>` : nothing}
        ${receiptPath ? html`<a href="${receiptPath}${ticket}">${texts.ticket.receipt}</a>` : nothing}
      </p>
      ${receipt?.withdrawable === false ? nothing : this.#giveBack(room, ticket)}
      ${this.problem ? html`<div class="callout danger" role="alert">${this.problem}</div>` : nothing}
    </section>`;
  }

  #giveBack(room: Room, ticket: string): TemplateResult {
    const { texts } = this;
    const link = (label: string, testId: string, asked: boolean) =>
      html`<button type="button" class="link" data-testid=${testId} @click=${() => this.#ask(asked)}>${label}</button>`;
    // Until it is known whether this is possible, the place is kept: the sheet must not grow while the ticket prints.
    return html`<div class="back" ?inert=${!this.receipt} style=${this.receipt ? nothing : 'visibility: hidden'}>
      <p>${this.asked ? texts.ticket.backSure : this.#backUntil(room)}</p>
      ${
        this.asked
          ? html`<p class="links">
              ${button({ label: texts.ticket.back, testId: 'ticket-back-confirm', isDanger: true, isSmall: true, isBusy: this.busy === 'back', onClick: () => this.#back(room, ticket) })}
              ${link(texts.ticket.keep, 'ticket-keep', false)}
            </p>`
          : link(texts.ticket.back, 'ticket-back', true)
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
    if (await this.act('back', () => room.withdraw(ticket))) this.close();
  }

  protected override noteHidden(): void {
    if (!this.isAskedFor) this.renderRoot.querySelector<HTMLElement>('[data-testid="own-ticket"]')?.focus();
  }
}

defineElement('loge-ticket', LogeTicket);
