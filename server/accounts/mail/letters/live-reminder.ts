import { formatMoment } from './dates.ts';
import type { LetterData, Template } from './template.ts';

export const liveReminder: Template<LetterData['live-reminder']> = {
  lane: 'other',
  topic: 'lives',
  lifetimeMs: () => 3 * 3_600_000,
  write: {
    en: ({ creator, title, link, startsAt }, house) => ({
      subject: `${creator}: ${title}`,
      blocks: [
        startsAt ? `${creator} goes live on ${formatMoment(startsAt, 'en')}.` : `${creator} is live now.`,
        { facts: [['Live', title]] },
        { button: 'Open the live', href: link },
      ],
      reason: `You get this letter because you follow ${creator} on ${house}.`,
    }),
    fr: ({ creator, title, link, startsAt }, house) => ({
      subject: `${creator} : ${title}`,
      blocks: [
        startsAt ? `${creator} sera en direct le ${formatMoment(startsAt, 'fr')}.` : `${creator} est en direct.`,
        { facts: [['Direct', title]] },
        { button: 'Ouvrir le direct', href: link },
      ],
      reason: `Vous recevez ce message parce que vous suivez ${creator} sur ${house}.`,
    }),
  },
};
