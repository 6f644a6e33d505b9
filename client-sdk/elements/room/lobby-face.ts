/**
 * What everybody sees of a room: picture, date or state, title, creator. `<loge-lobby>` renders it, and so does the
 * server of the first-party site, before any script.
 */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Room } from '../../../server/protocol/rooms.ts';
import { liveBadge, viewersBadge } from '../stage/badges.ts';
import { poster } from '../stage/poster.ts';
import type { BaseTexts } from '../texts/element-texts.ts';
import { formatDateTime, formatUntil } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';
import { shownName } from '../texts/shown-name.ts';

/** A longer title is set smaller, so that a phone shows all of it above the offer. */
const SHORT_TITLE_CHARS = 60;

/** What says when a room's next live is. */
type TimedRoom = Pick<Room, 'status' | 'startsAt' | 'movedAt' | 'liveEndedAt' | 'pausedUntil' | 'pauseAnnounced'>;

export interface LobbyFace {
  info: TimedRoom & Pick<Room, 'id' | 'title' | 'text' | 'poster' | 'portrait' | 'creator'>;
  isLive: boolean;
  /** Of the creator's page. */
  creatorPath?: string | undefined;
  /** Absent if unknown. Zero is not shown. */
  viewerCount?: number | undefined;
  texts: BaseTexts;
  language: Language;
  /** Writes a date where the reader's time zone is not known. */
  formatDate?: ((at: string) => string) | undefined;
}

/** `below` follows the creator's name: the offer, the sign-in, a reason. */
export function lobbyFace(face: LobbyFace, below: unknown): TemplateResult {
  const { info, isLive, viewerCount, texts, language, creatorPath } = face;
  const creator = shownName(info.creator, texts);
  const by = texts.room.by(creator);
  return html`
    <section class="lobby" part="lobby" aria-label=${texts.lobby.label}>
      <div class="picture" part="poster">
        ${poster(info)}
        <div class="badges">
          ${isLive ? liveBadge(texts) : nothing}
          ${viewerCount ? viewersBadge(viewerCount, texts, language) : nothing}
        </div>
      </div>
      <div class="panel" part="panel">
        <p class="when">${whenOf(face)}</p>
        <h1 class="display ${info.title.length > SHORT_TITLE_CHARS ? 'long' : ''}">${info.title}</h1>
        <p class="creator">${creatorPath ? html`<a href=${creatorPath}>${by}</a>` : by}</p>
        ${info.text ? html`<p class="about">${info.text}</p>` : nothing}
        ${below}
      </div>
    </section>
  `;
}

/** For a suspended person, on a site that has the page for it. */
export function appealLink(decisionsPath: string, texts: BaseTexts): TemplateResult {
  return html`<p data-testid="access-appeal"><a href=${decisionsPath}>${texts.lobby.appeal}</a></p>`;
}

export function priceLine(line: { title: string; note: string; price: string; testId?: string }): TemplateResult {
  return html`<div class="price-line">
    <span><strong>${line.title}</strong><small class="muted">${line.note}</small></span>
    <span class="price display" data-testid=${line.testId ?? nothing}>${line.price}</span>
  </div>`;
}

export function whenOf({
  info,
  isLive,
  texts,
  language,
  formatDate,
}: Pick<LobbyFace, 'isLive' | 'texts' | 'language' | 'formatDate'> & { info: TimedRoom }): string {
  if (info.status === 'ended') return texts.room.ended;
  if (isLive) return texts.lobby.liveNow;
  if (info.pausedUntil && info.pauseAnnounced)
    return texts.lobby.pausedUntil(formatDate?.(info.pausedUntil) ?? formatUntil(info.pausedUntil, language));
  const isDateAhead = !info.pausedUntil && info.startsAt && info.liveEndedAt && info.startsAt > info.liveEndedAt;
  if (info.liveEndedAt && !isDateAhead) return texts.lobby.offAir;
  if (!info.startsAt) return info.movedAt ? texts.lobby.postponed : texts.lobby.noDate;
  const date = formatDate?.(info.startsAt) ?? formatDateTime(info.startsAt, language);
  return info.movedAt ? texts.lobby.newDate(date) : date;
}
