/**
 * What a creator agrees to: that the house writes their bills (directive 2006/112/EC, article 224: a prior agreement,
 * and a procedure for the acceptance of each bill). A version is never edited; a change is a new version at the end.
 * Counsel confirms the wording.
 */
import type { Language } from '../../protocol/languages.ts';

const TEXTS: readonly { version: string; texts: Record<Language, string> }[] = [
  {
    version: '2026-12',
    texts: {
      en: 'I ask the house to write the bills for my share in my name and on my behalf, from now on, once a month. My share, as the house pays it to me, includes any VAT that I owe. I tell the house when my details change. A bill counts as accepted unless I object in writing to the house within 15 days. I stay responsible for declaring my VAT, and I can end this at any time.',
      fr: 'Je donne mandat à la maison d’établir, à partir de maintenant et chaque mois, les factures de ma part en mon nom et pour mon compte. Ma part, telle que la maison me la verse, comprend la TVA dont je suis redevable. J’informe la maison de tout changement de mes informations. Une facture est réputée acceptée si je ne la conteste pas par écrit auprès de la maison dans les 15 jours. Je reste responsable de la déclaration de ma TVA, et je peux mettre fin à ce mandat à tout moment.',
    },
  },
];

/** The current text. */
export function currentSelfBillingText(language: Language): { version: string; language: Language; text: string } {
  const { version, texts } = TEXTS.at(-1) as (typeof TEXTS)[number];
  return { version, language, text: texts[language] };
}
