/** Fields for a text that the public reads, in each language of the house. */
import { LANGUAGE_CODES, type Language } from '../../protocol/languages.ts';
import type { PublicText } from '../../protocol/trust/committee.ts';
import type { Field, Values } from './page-part.ts';

interface PublicTextFields extends Partial<Omit<Field, 'label' | 'value'>> {
  name: string;
  label: Readonly<Record<Language, string>>;
  value?: PublicText | null | undefined;
}

/** The reader's first. */
export function languagesFor(reader: Language): Language[] {
  return LANGUAGE_CODES.toSorted((one, other) => Number(other === reader) - Number(one === reader));
}

/** A field for each language, the reader's first; `name` and the test id get the language as a suffix. */
export function publicTextFields(reader: Language, { name, label, value, ...more }: PublicTextFields): Field[] {
  return languagesFor(reader).map((language) => ({
    ...{ name: `${name}-${language}`, label: label[language], testId: `${name}-${language}` },
    ...{ value: value?.[language] ?? '', ...more },
  }));
}

export function publicTextOf(values: Values, name: string): PublicText {
  return { en: values(`${name}-en`), fr: values(`${name}-fr`) };
}

/** Where a text may be left out, it stands in both languages or in none. */
export function publicTextFaults(values: Values, name: string, fault: string): Record<string, string | false> {
  const { en, fr } = publicTextOf(values, name);
  return { [`${name}-en`]: en === '' && fr !== '' && fault, [`${name}-fr`]: fr === '' && en !== '' && fault };
}
