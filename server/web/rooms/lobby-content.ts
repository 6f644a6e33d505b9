/** A room as everybody knows it before they have a token: its face, its offer, and the sign-in below. */
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import type { LobbyFace } from '../../../client-sdk/elements/room/lobby-face.ts';
import { lobbyFace, priceLine } from '../../../client-sdk/elements/room/lobby-face.ts';
import { lobbyStyles } from '../../../client-sdk/elements/room/lobby-styles.ts';
import { badgeStyles } from '../../../client-sdk/elements/stage/badges.ts';
import { posterStyles } from '../../../client-sdk/elements/stage/poster.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import type { CardContext, CardRoom } from './room-card.ts';

/** A room with its creator's handle, if they have a page here. */
export type LobbyRoom = CardRoom & { creatorHandle: string | null };

export const lobbyContentStyles = [
  badgeStyles,
  posterStyles,
  lobbyStyles,
  css`
    .creator a {
      color: inherit;
    }

    .below {
      margin-top: var(--_space-16);
    }
  `,
];

export function lobbyContent(room: LobbyRoom, context: CardContext, below: unknown): TemplateResult {
  const { texts, language, formatDate } = context;
  const face: LobbyFace = {
    info: room,
    isLive: room.status === 'live',
    viewerCount: room.viewerCount,
    creatorPath: room.creatorHandle ? `/c/${room.creatorHandle}` : undefined,
    texts,
    language,
    formatDate,
  };
  return lobbyFace(
    face,
    html`${room.status === 'ended' ? '' : html`<div class="offer">${priceLine(offerOf(room, context))}</div>`}
      <div class="below">${below}</div>`,
  );
}

function offerOf({ access, soldOut, capacity }: CardRoom, { words, texts, language }: CardContext) {
  const { kind, priceMinor, ratePerMinuteMinor, currency = '' } = access;
  if (kind === 'ticket' && priceMinor !== undefined) {
    const price = formatMoney(priceMinor, currency, language);
    return soldOut
      ? { title: texts.lobby.soldOut, note: texts.lobby.soldOutNote(capacity ?? 0), price }
      : { title: texts.lobby.ticket, note: texts.lobby.once, price };
  }
  if (kind === 'private' && ratePerMinuteMinor !== undefined) {
    const rate = formatMoney(ratePerMinuteMinor, currency, language);
    return { title: texts.lobby.privateSession, note: '', price: texts.lobby.aMinute(rate) };
  }
  return { title: kind === 'members' ? texts.club.title : words.home.free, note: '', price: '' };
}
