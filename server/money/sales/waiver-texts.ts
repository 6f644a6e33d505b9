/**
 * Texts to which a buyer agrees about the right of withdrawal: of a ticket, that they waive it (directive 2011/83/EU,
 * article 16 (m)); of a membership, that it begins at once, so that a withdrawal leaves the used time paid (articles
 * 7 (3), 8 (8) and 14 (3)). A version is never edited; a change is a new version at the end. Counsel confirms the
 * wording.
 */
import { AppError } from '../../protocol/errors.ts';
import type { WaiverInput, WaiverText } from '../../protocol/money/pricing.ts';

type Language = WaiverText['language'];

type Sold = 'ticket' | 'membership';

const WAIVER_TEXTS: Record<Sold, readonly { version: string; texts: Record<Language, string> }[]> = {
  ticket: [
    {
      version: '2026-01',
      texts: {
        en: 'I ask for access to this live to begin at once, before the 14-day withdrawal period ends, and I acknowledge that I thereby lose my right of withdrawal for this ticket.',
        fr: 'Je demande que l’accès à ce live commence immédiatement, avant la fin du délai de rétractation de 14 jours, et je reconnais perdre ainsi mon droit de rétractation pour ce billet.',
      },
    },
  ],
  membership: [
    {
      version: '2026-12',
      texts: {
        en: 'I ask for my membership to begin at once. If I withdraw within 14 days, I get back what I paid for the time that is left, and pay for the time that has passed.',
        fr: 'Je demande que mon abonnement commence immédiatement. Si je me rétracte dans les 14 jours, le temps restant m’est remboursé et le temps écoulé reste dû.',
      },
    },
  ],
};

/** The current text. */
export function currentWaiver(language: Language = 'en', sold: Sold = 'ticket'): WaiverText {
  const { version, texts } = WAIVER_TEXTS[sold].at(-1) as (typeof WAIVER_TEXTS)[Sold][number];
  return { textVersion: version, language, text: texts[language] };
}

/** The text that a buyer accepted. It must be the current version; an older page shows an older text. */
export function acceptedWaiver(input: WaiverInput, locale: string | undefined, sold: Sold = 'ticket'): WaiverText {
  const language = input.language ?? (locale === 'fr' ? 'fr' : 'en');
  const current = currentWaiver(language, sold);
  if (input.textVersion !== current.textVersion) throw new AppError('waiver_invalid');
  return current;
}
