/**
 * French sets a space before its double signs. It must not break, or a line begins with a question mark; nor may the
 * one of a number. The texts are written with plain spaces, and get the others here.
 */
export function withFrenchSpaces<Texts>(texts: Texts): Texts {
  const entries = Object.entries(texts as object).map(([name, text]) => [name, spaced(text)]);
  return (Array.isArray(texts) ? entries.map(([, text]) => text) : Object.fromEntries(entries)) as Texts;
}

function spaced(text: unknown): unknown {
  if (typeof text === 'string') return text.replace(/ ([?!:;»%])/g, '\u00a0$1').replace(/(«|n°) /g, '$1\u00a0');
  if (typeof text === 'function') return (...details: unknown[]) => spaced(text(...details));
  return typeof text === 'object' && text !== null ? withFrenchSpaces(text) : text;
}
