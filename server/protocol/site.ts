/** The session of the first-party site on the wire. */
import { z } from 'zod';
import { displayName, identity } from './accounts/accounts.ts';
import { FOOTER_PAGES } from './house-pages.ts';

export const sitePerson = z.object({ identity, name: displayName, role: z.enum(['creator', 'fan']) });
export type SitePerson = z.infer<typeof sitePerson>;

export const siteSession = z.object({
  person: sitePerson.nullable(),
  /** Whether the desk is open to them. */
  isOperator: z.boolean(),
  /** Whether the review of reports is open to them. */
  isReviewer: z.boolean(),
  /** Whether they hold a seat of the committee, or hold one soon. */
  isMember: z.boolean(),
  /** Whether they proved it with a passkey or at the OpenID provider within hours, which those three ask for. */
  isStrong: z.boolean(),
  demo: z.boolean(),
  /** Whether one can sign in with an account of this house. */
  hasAccounts: z.boolean(),
  /** The host of the OpenID provider at which operators, reviewers and members can sign in. */
  openIdProvider: z.string().nullable(),
  currency: z.string(),
  /** `off`: no credit, everything is paid directly by card. */
  walletMode: z.enum(['on', 'off']),
  /** Lives of a room that are shorter together count as not held, and its tickets go back. */
  minLiveMinutes: z.number().int(),
  /** Which pages the footer links: the charter in force, and those that the house has written. */
  housePages: z.array(z.enum(FOOTER_PAGES)),
});
export type SiteSession = z.infer<typeof siteSession>;

/** Whom one can sign in as in development. */
const demoPerson = sitePerson.extend({
  /** Whether they may open the desk. */
  isOperator: z.boolean(),
  /** Whether they decide about reports. */
  isReviewer: z.boolean(),
});
export type DemoPerson = z.infer<typeof demoPerson>;
export const demoPersonList = z.object({ people: z.array(demoPerson) });
