/** `<wallet-tickets>`: a fan's tickets: those to come first, each with its room, calendar, receipt and the way back. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import { whenOfTicket } from '../rooms/room-card.ts';
import { call } from '../site/site-call.ts';
import { SitePart } from '../site/site-part.ts';

const SHOWN_AT_FIRST = 5;

export class WalletTickets extends SitePart {
  static override properties = { ...SitePart.properties, tickets: { state: true }, isAll: { state: true } };
  declare tickets: OwnTicket[];
  declare isAll: boolean;

  constructor() {
    super();
    this.tickets = [];
    this.isAll = false;
  }

  protected override async load(): Promise<void> {
    const { tickets } = await call('GET /v1/tickets');
    // What one still holds comes first.
    this.tickets = tickets.toSorted((one, other) => Number(isHeld(other)) - Number(isHeld(one)));
  }

  override render(): TemplateResult | typeof nothing {
    const texts = this.words.wallet.tickets;
    if (this.tickets.length === 0 && !this.hasMessages) return nothing;
    const shown = this.isAll ? this.tickets : this.tickets.slice(0, SHOWN_AT_FIRST);
    return html`<section aria-labelledby="tickets">
      <h2 id="tickets" class="display">${texts.title}</h2>
      <ul class="rows" data-testid="own-tickets">${shown.map((ticket) => this.#ticket(ticket))}</ul>
      ${
        shown.length < this.tickets.length
          ? html`<wa-button appearance="outlined" size="s" @click=${this.#showAll}>${this.words.wallet.historyMore}</wa-button>`
          : nothing
      }
      ${this.messages()}
    </section>`;
  }

  #ticket(ticket: OwnTicket): TemplateResult {
    const texts = this.words.wallet.tickets;
    const { id, room, title, startsAt, withdrawable } = ticket;
    const creator = shownName({ name: ticket.creatorName }, this.texts);
    return html`<li data-testid="ticket-${id}">
      <div class="what">
        <p><a href="/rooms/${room}"><b><bdi>${title}</bdi></b></a></p>
        <p class="small muted"><bdi>${creator}</bdi> · ${ticket.status === 'refunded' ? texts.returned : whenOfTicket(ticket, { texts: this.texts, language: this.language })}</p>
        ${ticket.movedAt ? html`<p class="small" data-testid="moved-${id}">${texts.moved}</p>` : nothing}
        <p class="small">
          ${isHeld(ticket) && startsAt && ticket.roomStatus === 'scheduled' ? html`<a class="link" href="/v1/public/rooms/${room}/calendar" download>${texts.calendar}</a> · ` : nothing}
          <a class="link" href="/receipts/${id}">${this.words.wallet.receipt}</a>
        </p>
      </div>
      ${
        withdrawable
          ? html`<wa-button size="s" appearance="outlined" data-testid="give-back-${id}" ?loading=${this.busy === id} @click=${() => this.#giveBack(ticket)}
              >${texts.back}</wa-button
            >`
          : nothing
      }
    </li>`;
  }

  #showAll = (): void => {
    this.isAll = true;
  };

  async #giveBack({ id, title, priceMinor, currency }: OwnTicket): Promise<void> {
    const words = this.words.wallet.tickets;
    const answer = await this.ask({
      title: words.askTitle(title),
      text: words.askText(this.money(priceMinor, currency)),
      confirm: words.back,
      cancel: words.keep,
      testId: 'confirm-give-back',
    });
    if (answer === undefined || !(await this.act(id, () => call('POST /v1/withdrawals', { ticket: id })))) return;
    this.note = words.done;
    this.emit('wallet-changed', {});
    await this.reload();
  }
}

function isHeld({ status, roomStatus }: OwnTicket): boolean {
  return status === 'valid' && roomStatus !== 'ended';
}

defineElement('wallet-tickets', WalletTickets);
