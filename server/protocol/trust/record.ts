/** The record: what the house and its committee have published, as entries of a transparency log. */
import { z } from 'zod';
import { passkeyProof, passkeyRequestOptions } from '../accounts/passkeys.ts';

/**
 * - `decision`: of the house, on reports.
 * - `appeal`: the answer to one.
 * - `charter`: a version that was announced.
 * - `appointment`, `member_key`, `declaration`, `term_end`: of members of the committee.
 * - `case`, `opinion`, `alarm`: of the committee.
 * - `answer`, `step`: of the management to an opinion, and what it promised and did.
 * - `figures`: of a quarter that is over.
 * - `day`: all that was published until the end of a date is before it in the log.
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
  'day',
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

/**
 * A member's signature: WebAuthn with the SHA-256 of a checkpoint's text as challenge. A line of
 * `/transparency/log/members` as JSON.
 */
export const memberSignature = z.object({
  /** Of the member, as in the entry of the appointment. */
  term: z.string(),
  /** Of the checkpoint that was signed. */
  size: z.number().int().min(1),
  /** base64url, as the rest: the credential that the entry `member_key` has. */
  id: z.string(),
  clientDataJSON: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
});
export type MemberSignature = z.infer<typeof memberSignature>;

export const memberSignatureInput = passkeyProof.extend({
  /** Of the checkpoint that was offered. */
  size: z.number().int().min(1),
});

/** The last checkpoint, for a member to sign. */
export const checkpointToSign = z.object({
  /** How many entries the record has. */
  size: z.number().int(),
  /** Null before it has begun. */
  at: z.iso.datetime().nullable(),
  /** How many it had when the member signed last. */
  signedSize: z.number().int().nullable(),
  /** The challenge is the SHA-256 of the checkpoint’s text. Null: none of one’s passkeys is in the record yet. */
  options: passkeyRequestOptions.nullable(),
});
export type CheckpointToSign = z.infer<typeof checkpointToSign>;
