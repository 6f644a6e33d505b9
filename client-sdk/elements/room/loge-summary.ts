/**
 * `<loge-summary>`: what a room that has ended came to: how long it was live, and for its creator the takings and the
 * tickets that go back, for a fan what they paid and what comes back to them.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { RoomSummary } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../src/room.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import { loadParts } from '../loading/parts.ts';
import { formatCount, formatDuration } from '../texts/format.ts';
import '../texts/inside-texts.ts';
import { defineElement, RoomPart } from './room-part.ts';

export class LogeSummary extends RoomPart {
  static override properties = { summary: { state: true } };
  declare summary: RoomSummary | undefined;
  #isStale = false;

  static override styles = [
    ...RoomPart.styles,
    plainControlStyles,
    css`
      :host {
        display: block;
      }

      section {
        margin-top: var(--_space-16);
        padding: var(--_space-16);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      loge-studio-requests {
        margin-top: var(--_space-16);
      }

      h2 {
        font: var(--_strong-16);
      }

      dl {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: var(--_space-8) var(--_space-16);
        margin: var(--_space-12) 0 0;
      }

      dt {
        color: var(--_muted);
      }

      dd {
        margin: 0;
        text-align: end;
      }

      p {
        margin: var(--_space-16) 0 0;
        color: var(--_muted);
        font: var(--_type-16);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    const read = () => void this.#read(room);
    if (room.info?.status === 'ended') read();
    return [
      ...(['connected', 'reconnected', 'roomEnded', 'walletChanged', 'earningsChanged'] as const).map((name) =>
        room.on(name, read),
      ),
      ...this.renderOn(room, ['tipRequestsChanged']),
    ];
  }

  /** A change during a read is read afterwards. A failed read leaves what is shown, and offers another try. */
  async #read(room: Room): Promise<void> {
    if (room.info?.status !== 'ended') return;
    if (this.busy) {
      this.#isStale = true;
      return;
    }
    do {
      this.#isStale = false;
      await this.act('read', async () => {
        this.summary = await room.summary();
      });
    } while (this.#isStale);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // What was asked for with a tip is still to be done, or paid back.
    loadParts(this.renderRoot);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, summary, texts } = this;
    if (room?.info?.status !== 'ended') return nothing;
    if (!summary) return this.problem ? this.#lost(room) : nothing;
    const isCreator = summary.returnedTickets !== null;
    const wasThere = summary.ticket !== null || summary.tips.count > 0;
    const hasRequests = room.tipRequests.length > 0;
    if (!isCreator && !wasThere && !hasRequests && summary.liveSeconds === 0) return nothing;
    return html`<section part="summary" data-testid="room-summary" role="status">
      <h2>${isCreator ? texts.summary.titleCreator : wasThere ? texts.summary.title : texts.summary.titleOther}</h2>
      <dl>
        ${summary.liveSeconds > 0 ? this.#line(texts.summary.duration, formatDuration(summary.liveSeconds * 1000)) : nothing}
        ${isCreator ? this.#takings(summary) : this.#paid(summary)}
      </dl>
      ${this.#note(summary, isCreator)}
      ${hasRequests ? html`<loge-studio-requests .room=${room}></loge-studio-requests>` : nothing}
    </section>`;
  }

  #lost(room: Room): TemplateResult {
    return html`<p class="lost" role="alert">
      ${this.problem} ${button({ label: this.texts.room.retry, testId: 'summary-retry', onClick: () => this.#read(room) })}
    </p>`;
  }

  #line(label: string, value: string): TemplateResult {
    return html`<dt>${label}</dt><dd>${value}</dd>`;
  }

  #takings({ returnedTickets, earnings }: RoomSummary): TemplateResult {
    const { texts, language } = this;
    const { ticketCount = 0, ticketsMinor = 0, tipCount = 0, tipsMinor = 0, creatorMinor = 0 } = earnings ?? {};
    const count = (number: number) => formatCount(number, language);
    return html`
      ${this.#line(texts.summary.tickets(count(ticketCount)), this.money(ticketsMinor))}
      ${this.#line(texts.summary.tips(count(tipCount)), this.money(tipsMinor))}
      ${
        returnedTickets && returnedTickets.count > 0
          ? this.#line(texts.summary.returned(count(returnedTickets.count)), this.money(returnedTickets.amountMinor))
          : nothing
      }
      ${this.#line(texts.summary.yours, this.money(creatorMinor))}
    `;
  }

  #paid({ ticket, tips }: RoomSummary): TemplateResult {
    const { texts, language } = this;
    return html`
      ${ticket ? this.#line(texts.lobby.ticket, this.money(ticket.priceMinor)) : nothing}
      ${tips.count > 0 ? this.#line(texts.summary.ownTips(formatCount(tips.count, language)), this.money(tips.amountMinor)) : nothing}
    `;
  }

  #note({ ticket }: RoomSummary, isCreator: boolean): TemplateResult | typeof nothing {
    const { texts } = this;
    if (isCreator || !ticket || ticket.state === 'kept') return nothing;
    return html`<p data-testid="ticket-returns">${texts.summary.back(this.money(ticket.priceMinor), ticket.paidFrom)}</p>`;
  }
}

defineElement('loge-summary', LogeSummary);
