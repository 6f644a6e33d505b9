/** The house's name on bank statements, behind the one of its Stripe account, which takes up to 12 of 22 characters. */

const CHARS = 10;

/** Stripe's rules for a suffix (docs.stripe.com/get-started/account/statement-descriptors). */
export function isStatementName(name: string): boolean {
  return /^[A-Za-z0-9 .-]{2,10}$/.test(name) && /[A-Za-z]/.test(name);
}

/** The first words of the house's name that fit; undefined where none has a letter. */
export function statementNameOf(houseName: string | undefined): string | undefined {
  const plain = (houseName ?? '').normalize('NFD').replace(/[^A-Za-z0-9 .-]/g, '');
  const [first = '', ...others] = plain.split(' ').filter(Boolean);
  let name = first.slice(0, CHARS);
  for (const word of others) {
    if (name.length + 1 + word.length > CHARS) break;
    name += ` ${word}`;
  }
  return isStatementName(name) ? name : undefined;
}
