import { HOUR_MS } from '../../../platform/clock.ts';
import { formatDate } from '../../../platform/house-dates.ts';
import { liveEvent } from './live-event.ts';
import type { LetterData, Template } from './template.ts';

type Data = LetterData['live-reminder'];

const REASONS = {
  en: {
    asked: (house: string) => `You get this letter because you asked ${house} to remind you of this live.`,
    tickets: (house: string) => `You get this letter because you have a ticket for this live on ${house}.`,
    followers: (house: string, creator: string) => `You get this letter because you follow ${creator} on ${house}.`,
  },
  fr: {
    asked: (house: string) => `Vous recevez ce message parce que vous avez demandé à ${house} un rappel de ce live.`,
    tickets: (house: string) => `Vous recevez ce message parce que vous avez un billet pour ce live sur ${house}.`,
    followers: (house: string, creator: string) =>
      `Vous recevez ce message parce que vous suivez ${creator} sur ${house}.`,
  },
} as const;

export const liveReminder: Template<Data> = {
  lane: 'bulk',
  cause: ({ room }) => room,
  topic: 'lives',
  lifetimeMs: () => 3 * HOUR_MS,
  // Calendars refuse a file without an event.
  event: (data, publicUrl) => (data.startsAt === null ? undefined : liveEvent(data, publicUrl)),
  write: {
    en: ({ creator, title, link, startsAt, because }, house, locale) => ({
      subject: `${creator}: ${title}`,
      blocks: [
        startsAt ? `${creator} goes live on ${formatDate(startsAt, 'full', locale)}.` : `${creator} is live now.`,
        { facts: [['Live', title]] },
        { button: 'Open the live', href: link },
      ],
      reason: REASONS.en[because](house, creator),
    }),
    fr: ({ creator, title, link, startsAt, because }, house, locale) => ({
      subject: `${creator} : ${title}`,
      blocks: [
        startsAt
          ? `${creator} sera en direct le ${formatDate(startsAt, 'full', locale)}.`
          : `${creator} est en direct.`,
        { facts: [['Live', title]] },
        { button: 'Ouvrir le live', href: link },
      ],
      reason: REASONS.fr[because](house, creator),
    }),
  },
};
