/** The files that an operator supplies, whose paths stand in the environment (`config.ts`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ACCOUNTS_CHART } from './money/books/accounts-chart.ts';
import type { SchemaFile } from './money/dac7/dac7-schemas.ts';
import type { AccountKind } from './money/ledger/ledger.ts';

const text = z.string().trim().min(1);

const countryCode = z.string().regex(/^[A-Z]{2}$/, 'a country is an ISO 3166-1 alpha-2 code, such as FR');
export const vatRates = z.record(countryCode, z.number().int().min(0).max(10_000));
export const accountsChart = z.partialRecord(
  z.enum(Object.keys(ACCOUNTS_CHART) as [AccountKind, ...AccountKind[]]),
  z.strictObject({ number: text.regex(/^\d{3}\w{0,17}$/, 'begins with three digits'), name: text.max(100) }),
);
export const helpContacts = z.record(
  countryCode,
  z.array(
    z.strictObject({
      name: z.strictObject({ en: text, fr: text }),
      /** A telephone number, as it is dialled in that country. */
      number: text.max(30).regex(/^\+?\d[\d .-]*$/, 'must be a telephone number'),
      /** Where the number was read: no number is invented. */
      source: z.url({ protocol: /^https$/ }),
    }),
  ),
);
export type HelpContacts = z.infer<typeof helpContacts>;

/** Reads a JSON file of the operator. */
export function readFrom<Schema extends z.ZodType>(schema: Schema) {
  return (path: string, context: z.RefinementCtx): z.output<Schema> => {
    let raw: unknown;
    try {
      raw = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      context.addIssue(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return z.NEVER;
    }
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    for (const { path: place, message } of parsed.error.issues)
      context.addIssue(`${place.join('.') || 'file'}: ${message}`);
    return z.NEVER;
  };
}

/** The files of a schema for reports under DAC7, the one that defines a report first. */
export function readDac7Schema(folder: string, context: z.RefinementCtx): SchemaFile[] {
  try {
    const files = readdirSync(folder)
      .filter((fileName) => fileName.endsWith('.xsd'))
      .map((fileName) => ({ fileName, contents: readFileSync(join(folder, fileName), 'utf8') }));
    const main = files.find(({ contents }) => /<[\w:]*element\s+name="DPI_OECD"/.test(contents));
    if (main) return [main, ...files.filter((file) => file !== main)];
    context.addIssue('has no .xsd file that defines the element DPI_OECD');
  } catch (error) {
    context.addIssue(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return z.NEVER;
}
