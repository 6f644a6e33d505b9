/**
 * The yearly report about sellers under DAC7 (directive 2011/16/EU, article 8ac and annex V) as files in the OECD's
 * schema: what would be reported, and what was.
 */
import { z } from 'zod';
import { singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';

export const dac7FilingQuery = z.object({ year: z.coerce.number().int().min(2000).max(2999) });
export const dac7FilingInput = z.object({ year: z.number().int().min(2000).max(2999) });
export const dac7RefusalInput = z.object({ reason: singleLine(LIMITS.reasonChars) });
export const dac7FileQuery = z.object({ filing: idSchema('dac7Filing') });

/** `DPI401`: new information. `DPI402`: corrections. `DPI403`: nothing to report. */
export const DAC7_MESSAGE_TYPES = ['DPI401', 'DPI402', 'DPI403'] as const;
export type Dac7MessageType = (typeof DAC7_MESSAGE_TYPES)[number];

export const dac7Filing = z.object({
  id: idSchema('dac7Filing'),
  year: z.number().int(),
  type: z.enum(DAC7_MESSAGE_TYPES),
  sellerCount: z.number().int(),
  createdAt: z.string(),
  by: z.string(),
  /** The file of the schema that it is valid against; null: nothing has checked it. */
  schema: z.string().nullable(),
  /** When the tax authority had refused it: as if it had not been made. */
  refusedAt: z.string().nullable(),
  refusalReason: z.string().nullable(),
});
export type Dac7Filing = z.infer<typeof dac7Filing>;

export const dac7Candidate = z.object({
  creator: z.string(),
  name: z.string(),
  /** Of residence; empty where it is not known. */
  country: z.string(),
  /**
   * `new`, `changed`, `unchanged`: reportable, against what was reported before. `no_details`: has not said who they
   * are. `outside`: lives outside the EU and is not reported.
   */
  state: z.enum(['new', 'changed', 'unchanged', 'no_details', 'outside']),
});
export type Dac7Candidate = z.infer<typeof dac7Candidate>;

export const dac7Filings = z.object({
  year: z.number().int(),
  currency: z.string(),
  /** A report can be made once the year is over. */
  isOver: z.boolean(),
  /** Settings without which no report can be made. */
  missingSettings: z.array(z.string()),
  /** Everybody who has earned something in the year. */
  sellers: z.array(dac7Candidate),
  /** What a report that is made now would be. */
  next: z.array(z.object({ type: z.enum(DAC7_MESSAGE_TYPES), sellerCount: z.number().int() })),
  /** The file of the operator's schema; null: none was supplied. */
  schema: z.string().nullable(),
  /** What the schema says against what would be made. */
  faults: z.array(z.string()),
  filings: z.array(dac7Filing),
});
export type Dac7Filings = z.infer<typeof dac7Filings>;
export const dac7FilingList = z.object({ filings: z.array(dac7Filing) });
