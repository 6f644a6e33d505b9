/** The VAT of a quarter by country and rate, for the returns of the house. */
import { z } from 'zod';
import { currency } from '../rooms.ts';

const minor = z.number().int();
const count = z.number().int().nonnegative();

/** `domestic`: the house's own country. `oss`: other countries of the EU. `outside`: neither return. */
export const VAT_SCHEMES = ['domestic', 'oss', 'outside'] as const;
export type VatScheme = (typeof VAT_SCHEMES)[number];

const scheme = z.enum(VAT_SCHEMES);

export const vatLine = z.object({
  scheme,
  /** The quarter of the sales: of a correction, the earlier one that it corrects. */
  period: z.string(),
  country: z.string(),
  rateBps: count,
  salesCount: count,
  /** Of these, sales whose country rests on less than two pieces of evidence that agree. */
  unprovenCount: count,
  /** Refunds, lost disputes, and what undoes them. */
  reversalsCount: count,
  /** Without VAT. */
  netMinor: minor,
  vatMinor: minor,
});
export type VatLine = z.infer<typeof vatLine>;

export const vatReport = z.object({
  quarter: z.string(),
  timeZone: z.string(),
  currency,
  houseCountry: z.string(),
  /** Of this quarter, after what was taken back in it. */
  sales: z.array(vatLine),
  /** Of earlier quarters, booked in this one. */
  corrections: z.array(vatLine),
  /** Sales and corrections together; less than nothing comes back from that country. */
  due: z.array(z.object({ scheme, country: z.string(), vatMinor: minor })),
  /** Sales and reversals that have no numbered receipt yet. */
  unnumberedCount: count,
});
export type VatReport = z.infer<typeof vatReport>;
