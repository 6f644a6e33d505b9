/**
 * The people of one case under their numbers. Who is not in it has no number; in what people wrote, names of the case
 * become numbers, and whatever leads elsewhere is taken out: addresses, links, handles and ids.
 */

interface NumberedPerson {
  person: string;
  number: number | null;
}

/** RFC 5321's local part and domain, as people write them. */
const MAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const LINK = /\b(?:https?:\/\/|www\.)\S+/giu;
const HANDLE = /(?<![\p{L}\p{N}])@[\p{L}\p{N}._-]{3,}/gu;
/** Of the house: a prefix of letters, then time and random characters. */
const ID = /\b[a-z]{2,}_[0-9A-Za-z]{20,}\b/gu;
/** Nine digits and more, as phone numbers are written. */
const PHONE = /\+?\d(?:[ ./()-]?\d){8,}/gu;
const SHORTEST_NAME = 3;

export class CasePeople {
  readonly #numbers: ReadonlyMap<string, number | null>;
  readonly #names: readonly (readonly [RegExp, string])[];

  /** `number`: null for who has none yet. `names`: what each of them is called, in any place. */
  constructor(rows: readonly NumberedPerson[], names: ReadonlyMap<string, readonly string[]>) {
    this.#numbers = new Map(rows.map(({ person, number }) => [person, number]));
    const called = rows.flatMap(({ person, number }) =>
      [person, ...(names.get(person) ?? [])]
        .filter((name) => name.length >= SHORTEST_NAME)
        .map((name) => ({ name, number })),
    );
    // The longest first: one name can be a part of another.
    this.#names = called
      .sort((one, other) => other.name.length - one.name.length)
      .map(({ name, number }) => [
        new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(name)}(?![\\p{L}\\p{N}])`, 'giu'),
        `[${number ?? '…'}]`,
      ]);
  }

  numberOf(person: string | null): number | null {
    return person === null ? null : (this.#numbers.get(person) ?? null);
  }

  hide(text: string): string;
  hide(text: string | null): string | null;
  hide(text: string | null): string | null {
    if (text === null) return null;
    let hidden = text;
    // Before names, which are a part of addresses.
    for (const pattern of [LINK, MAIL, HANDLE, ID, PHONE]) hidden = hidden.replace(pattern, '[…]');
    for (const [name, number] of this.#names) hidden = hidden.replace(name, number);
    return hidden;
  }
}
