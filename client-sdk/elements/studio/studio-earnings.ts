/** `<loge-studio-earnings>`: the room's revenue so far, and the creator's share. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';
import { formatCount, isOne } from '../texts/format.ts';
import { studioCardStyles } from './studio-card-styles.ts';

export class LogeStudioEarnings extends RoomPart {
  static override styles = [
    studioCardStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--_space-12);
      }

      dt {
        font: var(--_type-14);
        color: var(--_muted);
      }

      dd.amount {
        font: var(--_title-20);
        white-space: nowrap;
      }

      .yours .amount {
        color: var(--_accent);
      }

      dd.count {
        font: var(--_type-14);
        color: var(--_muted);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['earningsChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts, language, money } = this;
    if (!room?.currency) return nothing;
    const count = (number: number) => formatCount(number, language);
    const { ticketCount = 0, ticketsMinor = 0, tipCount = 0, tipsMinor = 0, creatorMinor = 0 } = room.earnings ?? {};
    return html`<section part="earnings" data-testid="earnings">
      <h2>${texts.studio.earnings}</h2>
      <dl>
        <div>
          <dt>${texts.studio.tickets}</dt>
          <dd class="amount" data-testid="earnings-tickets">${money(ticketsMinor)}</dd>
          <dd class="count">${texts.studio.sold(count(ticketCount), isOne(ticketCount, language))}</dd>
        </div>
        <div>
          <dt>${texts.studio.tips}</dt>
          <dd class="amount" data-testid="earnings-tips">${money(tipsMinor)}</dd>
          <dd class="count">${texts.studio.received(count(tipCount), isOne(tipCount, language))}</dd>
        </div>
        <div class="yours">
          <dt>${texts.studio.yours}</dt>
          <dd class="amount" data-testid="earnings-yours">${money(creatorMinor)}</dd>
          <dd class="count">${texts.studio.yoursHint}</dd>
        </div>
      </dl>
    </section>`;
  }
}

defineElement('loge-studio-earnings', LogeStudioEarnings);
