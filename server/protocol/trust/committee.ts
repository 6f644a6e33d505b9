/** The committee: seats by competence, terms of members, what members declare, and whether the quorum stands. */
import { z } from 'zod';
import { multiLine, singleLine } from '../accounts/accounts.ts';
import { operatorInvitationInput } from '../accounts/operators.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { moment } from '../moments.ts';
import { picture } from '../pictures.ts';

const shortText = singleLine(LIMITS.titleChars);
const longText = (minChars: number) => multiLine(LIMITS.committeeTextChars, minChars);

/** What the public reads stands in both languages. */
export const shortTexts = z.object({ en: shortText, fr: shortText });
export const longTexts = z.object({ en: longText(1), fr: longText(1) });
export type PublicText = z.infer<typeof shortTexts>;

export const seatInput = z.object({
  /** The competence, such as the law of data. */
  name: shortTexts,
});

export const appointmentInput = operatorInvitationInput.extend({
  /** Who appointed the member, such as the founders of the house. */
  appointedBy: shortTexts,
  /** Absent, or past by then: the term begins once the invitation is accepted. */
  from: moment.optional(),
  until: moment,
});
/** What an invitation gives. */
export interface Appointment {
  seat: string;
  appointedBy: PublicText;
  from: string | null;
  until: string;
}

export const declarationInput = z.object({
  /** False is published too: `interests` explains it. */
  independent: z.boolean(),
  unpaid: z.boolean(),
  /** Interests that could bear on what the member decides, or that there are none. */
  interests: longTexts,
});
export type DeclarationInput = z.infer<typeof declarationInput>;

/** Empty in both languages: there is none. */
export const biographyInput = z.object({ biography: z.object({ en: longText(0), fr: longText(0) }) });
export const resignationInput = z.object({
  /** Published. */
  reason: longTexts.optional(),
});
/** Published, for as long as the page exists. */
export const removalInput = z.object({ reason: longTexts });

const time = z.iso.datetime();
/** Read by members alone, so in the language that they share. */
export const memberText = longText(1);
export const publicText = z.object({ en: z.string(), fr: z.string() });

const declaration = z.object({
  independent: z.boolean(),
  unpaid: z.boolean(),
  /** Null once it was erased. */
  interests: publicText.nullable(),
  declaredAt: time,
  /** It counts for a year. */
  countsUntil: time,
});
export type Declaration = z.infer<typeof declaration>;

const member = z.object({
  term: idSchema('committeeTerm'),
  name: z.string(),
  portrait: picture,
  biography: publicText.nullable(),
  appointedBy: publicText,
  from: time,
  until: time,
  /** The latest one of this term. */
  declaration: declaration.nullable(),
  /** Since when a declaration is due; null where one counts, and before the term begins. */
  declarationDueSince: time.nullable(),
});
export type CommitteeMember = z.infer<typeof member>;

const ending = z.enum(['term', 'resigned', 'removed', 'account_closed']);
const pastMember = member.omit({ declarationDueSince: true }).extend({
  /** As the seat was called then. */
  seatName: publicText,
  ended: z.object({ at: time, how: ending, reason: publicText.nullable() }),
});
export type PastMember = z.infer<typeof pastMember>;

const seat = z.object({
  id: idSchema('committeeSeat'),
  name: publicText,
  member: member.nullable(),
  /** Appointed, with a term that has not begun. */
  next: member.nullable(),
  /** Null where the seat is held. */
  vacantSince: time.nullable(),
});
export type CommitteeSeat = z.infer<typeof seat>;

/** In the order of the seats, and past members with the latest end first. */
export const committee = z.object({
  quorum: z.object({
    needed: z.number().int(),
    held: z.number().int(),
    /** Null: the quorum stands, or the house has no seats. */
    failsSince: time.nullable(),
  }),
  seats: z.array(seat),
  past: z.array(pastMember),
});
export type CommitteeView = z.infer<typeof committee>;

/** Null for who is no member. */
export const ownSeat = z.object({ seat: z.object({ name: publicText, member }).nullable() });
export type OwnSeat = z.infer<typeof ownSeat>;
