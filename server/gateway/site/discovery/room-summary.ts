/**
 * A room for those who have only its link: search engines, previews of a shared link. It says what everybody reads in
 * the lobby and does not change by the minute; nothing of who is inside or of what happens there.
 */

import { elementTexts } from '../../../../client-sdk/elements/texts/element-texts.ts';
import { minorUnits } from '../../../../client-sdk/elements/texts/format.ts';
import { shownName } from '../../../../client-sdk/elements/texts/shown-name.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import type { Room } from '../../../protocol/rooms.ts';
import { type CardRoom, priceOrSoldOut } from '../../../web/rooms/room-card.ts';
import { siteTexts } from '../../../web/texts/site-texts.ts';

export interface RoomSummary {
  title: string;
  /** `with Camille Aubry`. */
  creator: string;
  /** Price, or that it is sold out, and date if there is one. */
  facts: string[];
  description: string;
}

export function summaryOf(room: CardRoom, locale: HouseLocale): RoomSummary {
  const { language } = locale;
  const words = siteTexts(language);
  const texts = elementTexts(language);
  const creator = texts.room.by(shownName(room.creator, texts));
  const date = room.startsAt ? [formatDate(room.startsAt, 'short', locale)] : [];
  const facts =
    room.status === 'ended' ? [texts.room.ended] : [...date, priceOrSoldOut(room, { words, texts, language })];
  return { title: room.title, creator, facts, description: [creator, ...facts].join(' · ') };
}

/** Whether search engines and public lists may show the room. */
export function isPublic(room: Room): boolean {
  return room.listed && room.status !== 'ended';
}

/** schema.org's `Event`; undefined without the date that it must have. */
export function eventOf(room: CardRoom, { url, picture }: { url: string; picture: string }): object | undefined {
  const startDate = room.startsAt ?? room.liveStartedAt;
  if (!startDate) return undefined;
  const person = { '@type': 'Person', name: shownName(room.creator, elementTexts('en')) };
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: room.title,
    startDate,
    ...(room.text && { description: room.text }),
    eventStatus: `https://schema.org/Event${room.movedAt ? 'Rescheduled' : 'Scheduled'}`,
    eventAttendanceMode: 'https://schema.org/OnlineEventAttendanceMode',
    location: { '@type': 'VirtualLocation', url },
    image: [picture],
    performer: person,
    organizer: person,
    isAccessibleForFree: room.access.kind === 'free',
    ...offersOf(room, url),
  };
}

function offersOf({ access, soldOut }: CardRoom, url: string): object {
  const { kind, priceMinor, ratePerMinuteMinor, currency } = access;
  const priceCurrency = (currency ?? '').toUpperCase();
  const major = (amountMinor: number) => amountMinor / minorUnits(priceCurrency);
  const availability = `https://schema.org/${soldOut ? 'SoldOut' : 'InStock'}`;
  const offer = (price: object) => ({ offers: { '@type': 'Offer', url, availability, ...price } });
  if (kind === 'free') return offer({ price: 0, priceCurrency });
  if (kind === 'ticket' && priceMinor !== undefined) return offer({ price: major(priceMinor), priceCurrency });
  if (kind === 'private' && ratePerMinuteMinor !== undefined) {
    const price = major(ratePerMinuteMinor);
    return offer({ priceSpecification: { '@type': 'UnitPriceSpecification', price, priceCurrency, unitCode: 'MIN' } });
  }
  // What a membership costs depends on the tier.
  return {};
}
