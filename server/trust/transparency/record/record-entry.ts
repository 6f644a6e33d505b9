/**
 * An entry of the record: canonical JSON (RFC 8785) with its kind, its month and what everybody may know. Words and
 * people stand behind a commitment: SHA-256 of 16 random bytes and the canonical JSON of the content. Whoever has both
 * proves that the house has published these words; once they are erased, nobody can tell what they were.
 */
import { createHash, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AppError } from '../../../protocol/errors.ts';
import type { EntryKind } from '../../../protocol/trust/record.ts';
import { ENTRY_BYTES_MAX } from '../tlog/tiles.ts';

const SALT_BYTES = 16;

/** Something that was published, before it is in the log. */
export interface Publication {
  kind: EntryKind;
  /** The id of its row. */
  subject: string;
  /** When it happened, of which the entry tells the month alone. */
  at: string;
  /** What everybody may know, for good. */
  open: object;
  /** Words and people. Absent: there are none. */
  content?: object;
  person?: string | null;
  about?: string | null;
  /** Null: the content is nobody's but the person's. */
  publicFrom?: string | null;
}

export interface Opening {
  salt: string;
  content: string;
}

/** @param month in the time zone of the house, such as `2026-11`. */
export function toEntry(
  { kind, open, content }: Pick<Publication, 'kind' | 'open' | 'content'>,
  month: string,
): { entry: string; opening: Opening | undefined } {
  const opening = content && { salt: randomBytes(SALT_BYTES).toString('base64'), content: canonicalJson(content) };
  const entry = canonicalJson({ ...open, kind, month, ...(opening && { commitment: commitmentOf(opening) }) });
  if (Buffer.byteLength(entry) > ENTRY_BYTES_MAX)
    throw new AppError('internal', `An entry of the kind ${kind} is too long for the record.`);
  return { entry, opening };
}

/** Base64. */
export function commitmentOf({ salt, content }: Opening): string {
  return createHash('sha256').update(Buffer.from(salt, 'base64')).update(content, 'utf8').digest('base64');
}

export function canonicalJson(value: object): string {
  const canonical = canonicalize(value);
  if (canonical === undefined) throw new AppError('internal', 'There is no canonical form.');
  return canonical;
}
