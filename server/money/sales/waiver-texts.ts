/**
 * Texts with which a ticket's buyer waives the right of withdrawal (directive 2011/83/EU, article 16 (m)). A version is
 * never edited; a change is a new version at the end. Counsel confirms the wording.
 */
import { AppError } from '../../protocol/errors.ts';
import type { WaiverInput, WaiverText } from '../../protocol/money/pricing.ts';

type Language = WaiverText['language'];

const WAIVER_TEXTS: readonly { version: string; texts: Record<Language, string> }[] = [
  {
    version: '2026-01',
    texts: {
      en: 'I ask for access to this live to begin at once, before the 14-day withdrawal period ends, and I acknowledge that I thereby lose my right of withdrawal for this ticket.',
      fr: 'Je demande que l’accès à ce live commence immédiatement, avant la fin du délai de rétractation de 14 jours, et je reconnais perdre ainsi mon droit de rétractation pour ce billet.',
    },
  },
];

/** The current text. */
export function currentWaiver(language: Language = 'en'): WaiverText {
  const { version, texts } = WAIVER_TEXTS.at(-1) as (typeof WAIVER_TEXTS)[number];
  return { textVersion: version, language, text: texts[language] };
}

/** The text that a buyer accepted. It must be the current version; an older page shows an older text. */
export function acceptedWaiver(input: WaiverInput, locale: string | undefined): WaiverText {
  const language = input.language ?? (locale === 'fr' ? 'fr' : 'en');
  const current = currentWaiver(language);
  if (input.textVersion !== current.textVersion) throw new AppError('waiver_invalid');
  return current;
}
