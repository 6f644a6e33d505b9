/**
 * Bills for creators' shares, which the house writes in their names (self-billing: directive 2006/112/EC, article 224;
 * in France article 289 I 2 of the CGI).
 */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import { currency } from '../rooms.ts';
import { statementQuery } from './payouts.ts';

/**
 * `standard`: the VAT of the house's country is in the share. `reverse_charge`: the house owes it (articles 44, 196).
 * `small_business`: exempt (article 284; in France article 293 B of the CGI). `none`: not in business.
 */
export const SELF_BILL_VATS = ['standard', 'reverse_charge', 'small_business', 'none'] as const;
export type SelfBillVat = (typeof SELF_BILL_VATS)[number];

const selfBillParty = z.object({
  name: z.string(),
  /** May have several lines. */
  address: z.string(),
  /** ISO 3166-1 alpha-2. */
  country: z.string(),
  vatNumber: z.string().nullable(),
  registrationNumber: z.string().nullable(),
});
export type SelfBillParty = z.infer<typeof selfBillParty>;

export const selfBill = z.object({
  id: idSchema('selfBill'),
  creator: z.string(),
  /** Of the creator's own series. */
  number: z.string(),
  month: z.string(),
  /** The creator; the house buys. */
  seller: selfBillParty,
  buyer: selfBillParty,
  vat: z.enum(SELF_BILL_VATS),
  vatBps: z.number().int(),
  /** Minor units; all three are below zero where more was taken back than sold: then it is a credit note. */
  netMinor: z.number().int(),
  vatMinor: z.number().int(),
  totalMinor: z.number().int(),
  saleCount: z.number().int(),
  refundCount: z.number().int(),
  currency,
  issuedAt: z.string(),
});
export type SelfBill = z.infer<typeof selfBill>;
export const selfBillAnswer = z.object({ bill: selfBill });
export const selfBillsQuery = statementQuery;

export const selfBillingText = z.object({ version: z.string(), language: z.enum(['en', 'fr']), text: z.string() });
export const selfBilling = z.object({
  /** Since when it is agreed; null: it is not. */
  agreedAt: z.string().nullable(),
  /** What is agreed to now. */
  text: selfBillingText,
  /** Whether the house can write bills: it has a name and an address. */
  isOffered: z.boolean(),
  /** Whether the creator's tax details are complete; until then no bill is written. */
  hasDetails: z.boolean(),
  bills: z.array(selfBill),
});
export type SelfBilling = z.infer<typeof selfBilling>;
export const selfBillingQuery = z.object({ language: z.enum(['en', 'fr']).default('en') });
/** `textVersion`: what the creator has read and agrees to; null ends the agreement. */
export const selfBillingInput = z.object({
  textVersion: z.string().max(20).nullable(),
  language: z.enum(['en', 'fr']),
});
