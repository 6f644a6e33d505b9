/** `<wallet-tickets>`: a fan's tickets: those to come first, each with its room, calendar, receipt and the way back. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import { whenOfTicket } from '../rooms/room-card.ts';
import { PagePart, type Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

const SHOWN_AT_FIRST = 5;

export class WalletTickets extends PagePart<OwnTicket[]> {
  #isAll = false;

  protected override read = async () => {
    const { tickets } = await call('GET /v1/tickets');
    // What one still holds comes first.
    return tickets.toSorted((one, other) => Number(isHeld(other)) - Number(isHeld(one)));
  };

  protected override isHidden = (tickets: OwnTicket[]) => tickets.length === 0;

  protected override show(tickets: OwnTicket[]): unknown {
    const { tickets: texts, historyMore } = this.words.wallet;
    const isCut = !this.#isAll && tickets.length > SHOWN_AT_FIRST;
    const showAll = async () => {
      this.#isAll = true;
    };
    const list = this.list({
      items: isCut ? tickets.slice(0, SHOWN_AT_FIRST) : tickets,
      testId: 'own-tickets',
      row: (ticket) => this.#row(ticket),
      acts: [
        {
          label: texts.back,
          testId: ({ id }) => `give-back-${id}`,
          isFor: ({ withdrawable }) => withdrawable,
          question: ({ title, priceMinor, currency }) => ({
            title: texts.askTitle(title),
            text: texts.askText(this.money(priceMinor, currency)),
            confirm: texts.back,
            cancel: texts.keep,
            testId: 'confirm-give-back',
          }),
          run: async ({ id }) => {
            await call('POST /v1/withdrawals', { item: id });
            this.emit('wallet-changed', {});
          },
          done: () => texts.done,
        },
      ],
      more: isCut ? { label: historyMore, testId: 'tickets-more', load: showAll } : undefined,
    });
    return this.section('tickets', { title: texts.title }, list);
  }

  #row(ticket: OwnTicket): Row {
    const { texts, language } = this;
    const { tickets: words, receipt } = this.words.wallet;
    const { id, room, title, status, roomStatus, startsAt, movedAt } = ticket;
    const isToCome = isHeld(ticket) && startsAt && roomStatus === 'scheduled';
    const when = status === 'refunded' ? words.returned : whenOfTicket(ticket, { texts, language });
    return {
      title: html`<a href="/rooms/${room}"><bdi>${title}</bdi></a>`,
      lines: [
        html`<bdi>${shownName({ name: ticket.creatorName }, texts)}</bdi> · ${when}`,
        movedAt && html`<span data-testid="moved-${id}">${words.moved}</span>`,
        html`${isToCome ? html`<a class="link" href="/v1/public/rooms/${room}/calendar" download>${words.calendar}</a> · ` : nothing}<a class="link" href="/receipts/${id}">${receipt}</a>`,
      ],
      testId: `ticket-${id}`,
    };
  }
}

function isHeld({ status, roomStatus }: OwnTicket): boolean {
  return status === 'valid' && roomStatus !== 'ended';
}

defineElement('wallet-tickets', WalletTickets);
