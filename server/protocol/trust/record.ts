/** The record: what the house and its committee have published, as entries of a transparency log. */
import { z } from 'zod';

/**
 * - `decision`: of the house, on reports.
 * - `appeal`: the answer to one.
 * - `charter`: a version that was announced.
 * - `appointment`, `member_key`, `declaration`, `term_end`: of members of the committee.
 * - `case`, `opinion`, `alarm`: of the committee.
 * - `answer`, `step`: of the management to an opinion, and what it promised and did.
 * - `figures`: of a quarter that is over.
 * - `key`: another key signs the checkpoints from here on.
 * - `predecessor`: the log that this one follows.
 */
export const entryKind = z.enum([
  'decision',
  'appeal',
  'charter',
  'appointment',
  'member_key',
  'declaration',
  'term_end',
  'case',
  'opinion',
  'answer',
  'step',
  'alarm',
  'figures',
  'key',
  'predecessor',
]);
export type EntryKind = z.infer<typeof entryKind>;

export const recordsQuery = z.object({
  /** The last `seq` that was read. Absent: from the beginning. */
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});
export type RecordsQuery = z.infer<typeof recordsQuery>;
