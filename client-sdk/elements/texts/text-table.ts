/** Texts by language, to which each part adds its own when it is loaded. */
import { LANGUAGE_CODES, type Language } from '../../../server/protocol/languages.ts';
import { withFrenchSpaces } from './french-spaces.ts';

export type InLanguages<Texts> = Readonly<Record<Language, Texts>>;

export class TextTable<Texts extends object> {
  readonly #texts = Object.fromEntries(LANGUAGE_CODES.map((language) => [language, {}])) as InLanguages<Texts>;

  constructor(base: InLanguages<Partial<Texts>>) {
    this.add(base);
  }

  add(added: InLanguages<Partial<Texts>>): void {
    for (const language of LANGUAGE_CODES) this.addIn(language, added[language]);
  }

  addIn(language: Language, added: Partial<Texts>): void {
    Object.assign(this.#texts[language], language === 'fr' ? withFrenchSpaces(added) : added);
  }

  /** Complete for what imports the texts that it reads. */
  of(language: Language): Texts {
    return this.#texts[language];
  }
}
