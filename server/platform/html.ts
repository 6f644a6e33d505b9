/** Markup from template strings in which every value is escaped, unless it is markup already. */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Value = Markup | string | number | undefined | false | Value[];

export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + toMarkup(values[index - 1]) + string));
}

function toMarkup(value: Value): string {
  if (value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map(toMarkup).join('');
  if (value instanceof Markup) return value.text;
  return String(value).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
