/** Absolute URLs of a room, and its picture for shared links. */
import { createHash } from 'node:crypto';
import { curtain } from '../../../../client-sdk/elements/stage/poster.ts';
import { elementTexts } from '../../../../client-sdk/elements/texts/element-texts.ts';
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { shownName } from '../../../../client-sdk/elements/texts/shown-name.ts';
import type { HouseLocale } from '../../../platform/house-dates.ts';
import type { Room } from '../../../protocol/rooms.ts';
import type { CardRoom } from '../../../web/rooms/room-card.ts';
import { siteTexts } from '../../../web/texts/site-texts.ts';
import { drawable, type ShareCard } from '../cards/card-content.ts';
import { summaryOf } from './room-summary.ts';

export function houseCard(language: Language): ShareCard {
  const { home } = siteTexts(language);
  return { title: home.title, subtitle: home.text, facts: [] };
}

export function roomCard(room: CardRoom, locale: HouseLocale): ShareCard {
  const { language } = locale;
  const { facts } = summaryOf(room, locale);
  const name = drawable(shownName(room.creator, elementTexts(language)));
  const subtitle = name && elementTexts(language).room.by(name);
  const title = drawable(room.title) || siteTexts(language).home.title;
  const { poster, portrait } = room;
  const picture = (poster ?? portrait)?.at(-1)?.path;
  if (picture === undefined) return { title, subtitle, facts, curtain: curtain(room) };
  return { title, subtitle, facts, poster: picture, ...(!poster && { isVelvet: true }) };
}

export function roomUrl(publicUrl: string, room: Room): string {
  return new URL(`/rooms/${room.id}`, publicUrl).href;
}

/** The version changes with what the picture shows, so that it can be cached for long. */
export function cardUrl(pageUrl: string, card: ShareCard, language: Language): string {
  const version = createHash('sha256').update(JSON.stringify(card)).digest('hex').slice(0, 8);
  return `${pageUrl.replace(/\/$/, '')}/card.jpg?lang=${language}&v=${version}`;
}
