/**
 * `<loge-summary>`: what a room that has ended came to. Its creator reads the takings and the tickets that go back; a
 * fan the thanks, what all gave together, the creator's next live and club, and in a line what they paid.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { RoomSummary } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../client/room.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import { formatCount, formatDateTime, formatDuration } from '../texts/format.ts';
import '../texts/inside-texts.ts';
import { shownName } from '../texts/shown-name.ts';
import { defineElement, RoomPart, withProperties } from './room-part.ts';

export class LogeSummary extends withProperties(
  RoomPart,
  {
    /** Absent: no link to the receipt. */
    receiptPath: undefined as string | undefined,
    returnUrl: undefined as string | undefined,
    summary: undefined as RoomSummary | undefined,
    /** Whether this person is in the creator's club; undefined until that is known. */
    club: undefined as boolean | undefined,
  },
  { receiptPath: { attribute: 'receipt-path' }, returnUrl: { attribute: 'return-url' } },
) {
  #isStale = false;

  static override styles = [
    plainControlStyles,
    css`
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
        text-align: end;
      }

      p {
        margin: var(--_space-8) 0 0;
        color: var(--_muted);
      }

      .thanks h2 {
        font: var(--_title-28);
      }

      .thanks > div {
        margin-top: var(--_space-16);
        padding-top: var(--_space-16);
        border-top: 1px solid var(--_line);
      }

      h3 {
        font: var(--_strong-16);
        overflow-wrap: anywhere;
      }

      .bar {
        display: block;
        height: 4px;
        margin-top: var(--_space-8);
        border-radius: var(--_radius-full);
        background: linear-gradient(to right, var(--_accent) var(--share), var(--_line) var(--share));
      }

      a {
        color: var(--_text);
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
        const own = this.summary.returnedTickets ? undefined : await room.memberships?.list().catch(() => undefined);
        this.club = own?.some(({ creator, status }) => status !== 'ended' && creator === room.info?.creator.identity);
      });
    } while (this.#isStale);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, summary, texts } = this;
    if (room?.info?.status !== 'ended') return nothing;
    if (!summary) return this.problem ? this.#lost(room) : nothing;
    const hasRequests = room.tipRequests.length > 0;
    if (summary.returnedTickets === null && !hasRequests) return this.#thanks(room, summary);
    return html`<section part="summary" data-testid="room-summary" role="status">
      <h2>${texts.summary.titleCreator}</h2>
      <dl>
        ${summary.liveSeconds > 0 ? this.#line(texts.summary.duration, formatDuration(summary.liveSeconds * 1000)) : nothing}
        ${this.#takings(summary)}
        ${summary.next ? this.#line(html`<bdi>${summary.next.title}</bdi>`, formatDateTime(summary.next.startsAt, this.language)) : nothing}
      </dl>
      <slot></slot>
      ${hasRequests ? html`<loge-studio-requests .room=${room}></loge-studio-requests>` : nothing}
    </section>`;
  }

  #thanks(room: Room, summary: RoomSummary): TemplateResult | typeof nothing {
    const texts = this.texts.summary;
    const { ticket, tips, goal, givers, next, liveSeconds } = summary;
    const wasThere = ticket !== null || tips.count > 0;
    if (!wasThere && !next && liveSeconds === 0) return nothing;
    const creator = shownName(room.info?.creator, this.texts);
    const names = givers.map((giver) => shownName(giver, this.texts));
    return html`<section class="thanks" part="summary" data-testid="room-summary" role="status">
      ${
        liveSeconds > 0
          ? html`<h2>${wasThere ? texts.thanks : texts.titleOther}</h2>
              <p>${texts.lasted(creator, formatDuration(liveSeconds * 1000))}</p>`
          : nothing
      }
      ${this.#note(summary)}
      ${goal || names.length > 0 ? html`<div data-testid="summary-gifts">${this.#goal(goal)} ${names.length > 0 ? html`<p>${texts.givers(new Intl.ListFormat(this.language).format(names))}</p>` : nothing}</div>` : nothing}
      ${
        next
          ? html`<div data-testid="summary-next">
              <h3><bdi>${next.title}</bdi></h3>
              <p>${formatDateTime(next.startsAt, this.language)}</p>
              <loge-reminder .room=${room} .next=${next.id}></loge-reminder>
            </div>`
          : nothing
      }
      ${this.#ofClub(room, creator)}
      ${
        wasThere
          ? html`<div class="paid" data-testid="summary-paid">
              ${texts.paid([ticket && this.money(ticket.priceMinor), tips.count > 0 && this.money(tips.amountMinor)])}
              ${ticket && this.receiptPath ? html`<a href="${this.receiptPath}${ticket.id}">${this.texts.ticket.receipt}</a>` : nothing}
            </div>`
          : nothing
      }
    </section>`;
  }

  #goal(goal: RoomSummary['goal']): TemplateResult | typeof nothing {
    if (!goal) return nothing;
    const { texts, money } = this;
    const amounts = texts.goal.progress(money(goal.reachedMinor), money(goal.targetMinor));
    const sharePct = Math.min(100, (goal.reachedMinor * 100) / goal.targetMinor);
    return html`<h3><bdi>${goal.title}</bdi></h3>
      <i class="bar" style=${`--share: ${sharePct}%`}></i>
      <p>${sharePct === 100 ? texts.goal.reached(amounts) : amounts}</p>`;
  }

  #ofClub(room: Room, creator: string): TemplateResult | typeof nothing {
    if (this.club === undefined) return nothing;
    if (this.club) return html`<div><p>${this.texts.summary.member(creator)}</p></div>`;
    return html`<loge-club exportparts="club" .heading=${this.texts.summary.club(creator)} .room=${room} .returnUrl=${this.returnUrl}></loge-club>`;
  }

  #lost(room: Room): TemplateResult {
    return html`<p class="lost" role="alert">
      ${this.problem} ${button({ label: this.texts.room.retry, testId: 'summary-retry', onClick: () => this.#read(room) })}
    </p>`;
  }

  #line(label: unknown, value: string): TemplateResult {
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

  #note({ ticket }: RoomSummary): TemplateResult | typeof nothing {
    if (!ticket || ticket.state === 'kept') return nothing;
    const { back } = this.texts.summary;
    return html`<p data-testid="ticket-returns">${back(this.money(ticket.priceMinor), ticket.paidFrom)}</p>`;
  }
}

defineElement('loge-summary', LogeSummary);
