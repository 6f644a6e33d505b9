/** Entries of a record, read from their bytes. */
import { type EntryKind, entryKind } from '../../../protocol/trust/record.ts';
import { canonicalJson } from '../record/record-entry.ts';

export type KnownEntry = Record<string, unknown> & { seq: number; kind: EntryKind; month: string };

/** The entry, or why it is none. */
export function parseEntry(bytes: Buffer, seq: number): KnownEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return 'it is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no object';
  if (canonicalJson(value) !== bytes.toString('utf8')) return 'it is not in canonical form (RFC 8785)';
  const entry = value as Record<string, unknown>;
  const kind = entryKind.safeParse(entry.kind);
  if (!kind.success) return `it has the unknown kind ${JSON.stringify(entry.kind)}`;
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(String(entry.month))) return 'it has no month';
  return { ...entry, seq, kind: kind.data, month: String(entry.month) };
}
