/** People with an account on the first-party site: profile, sessions, and what signing in takes. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { creatorBusiness } from '../money/creator-business.ts';
import { picture } from '../pictures.ts';
import { heldRole } from '../roles.ts';
import { country, displayName, identity, multiLine, pageLocale, singleLine } from './accounts.ts';
import { oidcBinding } from './oidc.ts';
import { operatorAcceptance } from './operators.ts';

export type { Language } from '../languages.ts';

const PERSON_ID = /^person_[A-Za-z0-9._:@|-]*$/;

/** Whether an identity is of the kind that only the house makes. */
export function isPersonId(text: string): boolean {
  return PERSON_ID.test(text);
}

/** The same, as a pattern of SQL's `like`. */
export const PERSON_ID_LIKE = 'person\\_%';

/** A path of this site to return to after signing in; never the address of another one. */
export const returnPath = z
  .string()
  .max(500)
  .regex(/^\/(?:[\w\-.?=&%][\w\-./?=&%]*)?$/, 'A path of this site');

export const signInInput = z.object({ address: z.string().min(3).max(254), returnTo: returnPath.optional() });
export const signInCodeInput = z.object({
  code: z.string().length(LIMITS.signInCodeDigits).regex(/^\d+$/, 'Digits only'),
});

/**
 * At the house's OpenID provider. `confirm`: signed in, prove again who one is. `enrol`: bind an account at the
 * provider to oneself, as an operator or reviewer, or with the `invitation` of an operator.
 */
export const oidcStart = z.object({
  purpose: z.enum(['sign-in', 'confirm', 'enrol']),
  returnTo: returnPath.default('/'),
  invitation: operatorAcceptance.shape.token.optional(),
});

const mailPreferences = z.object({ lives: z.boolean().meta({ description: 'Lives of creators whom one follows' }) });

export const profile = z.object({
  id: identity,
  /** Null until the person has given one. */
  name: displayName.nullable(),
  handle: z.string().nullable(),
  language: pageLocale,
  /** What they say of themselves. */
  about: z.string(),
  picture,
  /** Which letters they get; those that are a duty are not asked about. */
  mail: mailPreferences,
  /** How many follow them; null for who is no creator. */
  followers: z.number().int().nullable(),
  addresses: z.array(z.string()),
  role: z.enum(['creator', 'fan']),
  /** Whether they have asked to be a creator, and an operator has not decided yet. */
  isCreatorRequested: z.boolean(),
  createdAt: z.iso.datetime(),
});
export type Profile = z.infer<typeof profile>;

export const profileChange = z
  .object({
    name: displayName,
    language: pageLocale,
    about: multiLine(LIMITS.aboutChars),
    mail: mailPreferences,
    /** Null gives the handle up. */
    handle: z.string().max(LIMITS.handleMaxChars).nullable(),
  })
  .partial();
export type ProfileChange = z.infer<typeof profileChange>;

export const becomeCreatorInput = z.object({
  name: displayName,
  country,
  isAdult: z.literal(true),
  acceptsTerms: z.literal(true),
});
export type BecomeCreatorInput = z.infer<typeof becomeCreatorInput>;

const personSession = z.object({
  id: idSchema('personSession'),
  /** Browser and system, such as `Firefox, Android`; empty if unknown. */
  device: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  /** Whether it is the one that asks. */
  isCurrent: z.boolean(),
});
export type PersonSession = z.infer<typeof personSession>;
export const personSessionList = z.object({ sessions: z.array(personSession) });

/** What closing one's account would mean. */
export const accountClosing = z.object({
  /** Kinds of matters that have to end first, such as `payout`, `dispute` or `room`. */
  openMatters: z.array(z.string()),
  /** For rooms that are not over; they would be lost. */
  tickets: z.array(z.object({ room: z.string(), title: z.string(), startsAt: z.iso.datetime().nullable() })),
  /** How many years after the year of their issue receipts keep the name. */
  receiptYears: z.number().int(),
  /** The year until whose end the name is kept for reports to the tax authorities; null: nothing was earned. */
  taxReportUntil: z.number().int().nullable(),
});
export type AccountClosing = z.infer<typeof accountClosing>;
export const closingInput = z.object({ confirmed: z.literal(true) });

export const deskPeopleQuery = z.object({ query: z.string().trim().min(1).max(254) });
export const deskReasonInput = z.object({ reason: singleLine(500) });
const deskPersonRow = z.object({
  id: identity,
  name: z.string(),
  handle: z.string().nullable(),
  role: z.enum(['creator', 'fan']),
  createdAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
});
export type DeskPersonRow = z.infer<typeof deskPersonRow>;
export const deskPersonList = z.object({ people: z.array(deskPersonRow) });
export const deskPerson = deskPersonRow.extend({
  addresses: z.array(z.string()),
  /** Requests too; those have no `givenAt`. */
  roles: z.array(heldRole),
  sessions: z.array(personSession),
  /** Accounts at the OpenID provider of the house. */
  oidcBindings: z.array(oidcBinding),
  openMatters: z.array(z.string()),
  /** A creator's tax details; null: they gave none. */
  business: creatorBusiness.nullable(),
});
export type DeskPerson = z.infer<typeof deskPerson>;
