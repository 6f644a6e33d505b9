/** A room in a list: picture, creator, price, whether it is live. One link, one touch target. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { whenOf } from '../../../client-sdk/elements/room/lobby-face.ts';
import { badgeStyles, liveBadge, viewersBadge } from '../../../client-sdk/elements/stage/badges.ts';
import { poster, posterStyles } from '../../../client-sdk/elements/stage/poster.ts';
import type { BaseTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

/** The number of viewers changes all the time, so what the server renders is without it. */
export type CardRoom = Room & { viewerCount?: number; soldOut: boolean };

export interface CardContext {
  words: SiteTexts;
  texts: BaseTexts;
  language: Language;
  /** Writes a date where the reader's time zone is not known. */
  formatDate?: ((at: string) => string) | undefined;
}

export const roomCardStyles = [
  badgeStyles,
  posterStyles,
  css`
    .cards {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr));
      gap: var(--_space-24);
    }

    .room-card {
      display: block;
      overflow: hidden;
      border: 1px solid var(--_line);
      border-radius: var(--_radius);
      background: var(--_surface);
      text-decoration: none;
      transition: border-color 140ms, translate 140ms;
    }

    .room-card:hover {
      border-color: color-mix(in oklab, var(--_accent) 60%, var(--_line));
      translate: 0 -2px;
    }

    .room-card .picture {
      position: relative;
      aspect-ratio: 16 / 9;
      container-type: size;
    }

    .room-card .badges {
      position: absolute;
      inset-block-start: 0.75rem;
      inset-inline-start: 0.75rem;
      display: flex;
      gap: var(--_space-8);
    }

    .room-card .text {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--_space-4) var(--_space-16);
      align-items: start;
      padding: var(--_space-16) var(--_space-16) var(--_space-16);
    }

    .room-card :is(h2, h3) {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
      font: var(--_title-20);
    }

    .room-card .creator {
      grid-column: 1;
      color: var(--_muted);
    }

    .room-card .price {
      grid-row: 1;
      grid-column: 2;
      font: var(--_title-20);
      color: var(--_accent);
      white-space: nowrap;
    }

    .room-card .sold-out {
      color: var(--_muted);
    }

    /* In very large text, the price is below the title, and the picture has room for the badges. */
    @media (max-width: 18rem) {
      .room-card .picture {
        aspect-ratio: 4 / 3;
      }

      .room-card .text > * {
        grid-area: auto / 1 / auto / span 2;
      }
    }
  `,
];

export function priceOf(
  room: Pick<Room, 'access'>,
  { words, language }: Pick<CardContext, 'words' | 'language'>,
): string {
  const { priceMinor, ratePerMinuteMinor, currency } = room.access;
  if (ratePerMinuteMinor !== undefined && currency)
    return `${formatMoney(ratePerMinuteMinor, currency, language)} / min`;
  if (room.access.kind === 'members') return words.home.members;
  if (room.access.kind === 'free' || priceMinor === undefined || !currency) return words.home.free;
  return formatMoney(priceMinor, currency, language);
}

/** What everybody reads in place of a price. */
export function priceOrSoldOut(
  room: Pick<CardRoom, 'access' | 'soldOut'>,
  context: Omit<CardContext, 'formatDate'>,
): string {
  return room.soldOut ? context.texts.lobby.soldOut : priceOf(room, context);
}

/** When the live of a ticket is. */
export function whenOfTicket(
  { roomStatus: status, ...ticket }: OwnTicket,
  { texts, language }: Pick<CardContext, 'texts' | 'language'>,
): string {
  // A room with tickets that had a live ends by itself, so it has a time until which it waits for the next one.
  const info = { ...ticket, status, liveEndedAt: ticket.pausedUntil };
  return whenOf({ info, isLive: status === 'live', texts, language });
}

/** `isOwnPage`: on the page of its creator, whose name needs no saying. */
export function roomCard(room: CardRoom, context: CardContext, { isOwnPage = false } = {}): TemplateResult {
  const { words, texts, language, formatDate } = context;
  const { viewerCount } = room;
  const isLive = room.status === 'live';
  return html`<a class="room-card" href="/rooms/${room.id}" data-testid="room-${room.id}">
    <div class="picture">
      ${poster(room, { loading: 'lazy' })}
      <div class="badges">
        ${isLive ? liveBadge(texts) : html`<span class="badge">${whenOf({ info: room, isLive, texts, language, formatDate })}</span>`}
        ${isLive && viewerCount !== undefined ? viewersBadge(viewerCount, texts, language) : nothing}
      </div>
    </div>
    <div class="text">
      <h3 class="display">${room.title}</h3>
      <span class="price ${room.soldOut ? 'sold-out' : ''}">${priceOrSoldOut(room, context)}</span>
      ${isOwnPage ? nothing : html`<span class="creator">${words.home.with(shownName(room.creator, texts))}</span>`}
    </div>
  </a>`;
}
