/** Reports: what somebody says is wrong with a message, a person or a live. */
import { z } from 'zod';
import { identity, singleLine, storableText } from '../accounts/accounts.ts';
import { removableId } from '../chat/chat.ts';
import { reportCategory as chatReportCategory } from '../chat/chat-moderation.ts';
import { idSchema, roomId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { articleId } from './charter.ts';

/** `consent`: somebody is shown who did not agree to it, or no longer does. `illegal`: a law is broken otherwise. */
export const reportCategory = z.enum([...chatReportCategory.options, 'consent', 'illegal']);
export type ReportCategory = z.infer<typeof reportCategory>;

const words = (maxChars: number) => storableText.trim().min(1).max(maxChars);

export const reportSubject = z.discriminatedUnion('kind', [
  /** A message, or the words of a tip. */
  z.object({ kind: z.literal('message'), id: removableId }),
  z.object({ kind: z.literal('person'), id: identity }),
  z.object({ kind: z.literal('live'), id: z.string().max(LIMITS.identityChars).optional() }),
]);
export type ReportSubject = z.infer<typeof reportSubject>;

const about = {
  subject: reportSubject,
  category: reportCategory,
  note: words(LIMITS.reportNoteChars).optional(),
};
export const reportInput = z.object({ room: roomId, ...about });
export const roomReportInput = z.object(about);
export type RoomReportInput = z.infer<typeof roomReportInput>;

/** The public form, for somebody without an account. */
export const reportFormInput = z.object({
  /** Address or title of the room, as they know it. */
  place: singleLine(300),
  /** When it was, in their own words. */
  time: singleLine(120).optional(),
  category: reportCategory,
  note: words(LIMITS.reportNoteChars),
  /** How to reach them; without it nobody can answer. */
  contact: singleLine(200).optional(),
});
export type ReportForm = z.infer<typeof reportFormInput>;

export const report = z.object({
  id: idSchema('report'),
  /** What to quote when asking about it. */
  number: z.number().int(),
  room: roomId.nullable(),
  subject: z.enum(['message', 'person', 'live', 'form']),
  category: reportCategory,
  /** The article of the charter that the category stands for; null where no charter with it was in force. */
  article: articleId.nullable(),
  note: z.string().nullable(),
  /** `appealed`: an appeal against the decision waits. */
  state: z.enum(['received', 'decided', 'appealed']),
  /** Null until a decision is made. It says nothing of the person whom the report is about. */
  outcome: z
    .object({
      decision: idSchema('decision'),
      at: z.string(),
      /** Whether the house did something; false: it saw no reason to. */
      acted: z.boolean(),
      /** Whether the reporter can appeal now, and until when. */
      mayAppeal: z.boolean(),
      appealUntil: z.string().nullable(),
      /** The reporter's own appeal, and its answer. */
      appeal: z
        .object({
          id: idSchema('appeal'),
          outcome: z.enum(['granted', 'upheld']).nullable(),
          reasons: z.string().nullable(),
        })
        .nullable(),
    })
    .nullable(),
  createdAt: z.string(),
});
export type Report = z.infer<typeof report>;
/** One's own, newest first. */
export const reportList = z.object({
  reports: z.array(report),
  limitedUntil: z.string().nullable().meta({
    description: 'Until when you may file fewer, after several manifestly unfounded ones; null: you are not limited',
  }),
});
export type ReportList = z.infer<typeof reportList>;

/** A report as the house reads it. */
export const filedReport = report.omit({ state: true, outcome: true }).extend({
  /** `order`: an authority ordered something. */
  source: z.enum(['room', 'form', 'order']),
  /** Of an order. */
  order: z.object({ authority: z.string(), legalGround: z.string(), reference: z.string().nullable() }).nullable(),
  case: idSchema('case'),
  charterVersion: z.number().int().nullable(),
  accused: identity.nullable(),
  /** Null by the form, and after erasure. */
  reporter: identity.nullable(),
  contact: z.string().nullable(),
  /** Null once its term is over. */
  evidence: z.unknown(),
  /** How many reports there are of the same thing, this one included. */
  sameSubject: z.number().int(),
});
export type FiledReport = z.infer<typeof filedReport>;
export const filedReportQuery = z.object({
  /** The number of the last report of the page before. */
  before: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(20),
});
export type FiledReportQuery = z.infer<typeof filedReportQuery>;
/** Newest first. */
export const filedReportList = z.object({ reports: z.array(filedReport), hasMore: z.boolean() });
export type FiledReportList = z.infer<typeof filedReportList>;
