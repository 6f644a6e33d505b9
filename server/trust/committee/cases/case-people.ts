/**
 * The people of one case under their numbers. Who is not in it has no number; in what people wrote, names of the case
 * become numbers, and whatever leads elsewhere is taken out: addresses, links, handles, ids and phone numbers.
 */

interface NumberedPerson {
  /** Null: erased. */
  person: string | null;
  number: number | null;
}

const WORD = /\S+/g;
/** A mail address or a handle, a link, or an id of the house: its prefix, then time and random characters. */
const LEADS_ELSEWHERE = /@|:\/\/|^www\.|\.[a-z]{2,24}\/|_[0-9a-z]{20}/i;
/** Seven digits and more, with what people write between them. */
const PHONE = /\d(?:[ .()-]?\d){6,}/g;
const LETTER = /[\p{L}\p{N}]/u;
const SHORTEST_NAME = 3;
const HIDDEN = '[…]';

export class CasePeople {
  readonly #numbers: ReadonlyMap<string, number | null>;
  /** In lower case, the longest first: one name can be a part of another. */
  readonly #names: readonly (readonly [name: string, shown: string])[];

  /** `number`: null for a person without one. `names`: what each of them is called, in any place. */
  constructor(numbered: readonly NumberedPerson[], names: ReadonlyMap<string, readonly string[]>) {
    const rows = numbered.flatMap(({ person, number }) => (person === null ? [] : { person, number }));
    this.#numbers = new Map(rows.map(({ person, number }) => [person, number]));
    const shown = new Map<string, string>();
    for (const { person, number } of rows)
      for (const name of [person, ...(names.get(person) ?? [])].flatMap(partsOf)) {
        const known = shown.get(name);
        const own = `[${number ?? '…'}]`;
        // Of several people whose first names are the same, the text does not say which.
        shown.set(name, known === undefined || known === own ? own : HIDDEN);
      }
    this.#names = [...shown]
      .filter(([name]) => name.length >= SHORTEST_NAME)
      .sort(([one], [other]) => other.length - one.length);
  }

  numberOf(person: string | null): number | null {
    return person === null ? null : (this.#numbers.get(person) ?? null);
  }

  hide(text: string): string;
  hide(text: string | null): string | null;
  hide(text: string | null): string | null {
    if (text === null) return null;
    // Before names, which are a part of addresses.
    let hidden = text.replace(WORD, (word) => (LEADS_ELSEWHERE.test(word) ? HIDDEN : word)).replace(PHONE, HIDDEN);
    for (const [name, shown] of this.#names) hidden = replaceName(hidden, name, shown);
    return hidden;
  }
}

/** A name as a whole and each of its words, as people call each other, in lower case. */
function partsOf(name: string): string[] {
  const whole = name.toLowerCase();
  return [whole, ...whole.split(/\s+/)];
}

/** Where no other letters touch it, whatever its case. */
function replaceName(text: string, name: string, shown: string): string {
  // Letter by letter, so that positions fit: the lower case of some letters is longer.
  const lower = Array.from(text, (letter) =>
    letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
  ).join('');
  let replaced = '';
  let from = 0;
  for (let at = lower.indexOf(name); at !== -1; at = lower.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (at < from || LETTER.test(text[at - 1] ?? '') || LETTER.test(text[end] ?? '')) continue;
    replaced += text.slice(from, at) + shown;
    from = end;
  }
  return replaced + text.slice(from);
}
