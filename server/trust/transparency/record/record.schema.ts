import {
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../../platform/db/tables.ts';
import type { EntryKind } from '../../../protocol/trust/record.ts';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** The logs of the house: one, and after a restore that could not be completed its successors. The last one grows. */
export const recordLogs = pgTable('record_logs', {
  /** From 1 on. */
  number: integer('number').primaryKey(),
  /** Names it in checkpoints (C2SP tlog-checkpoint). */
  origin: text('origin').notNull().unique(),
  startedAt: time('started_at').notNull(),
  /** A midnight of the house: all that was published before it is in the log. Null: nothing was appended yet. */
  appendedUntil: time('appended_until'),
  /** All from before it came back from a copy of the log, after a restore. */
  completedUntil: time('completed_until'),
  /** Since when nothing is appended: a witness knows a longer tree of this log, or another one; or a log follows. */
  haltedAt: time('halted_at'),
  haltReason: text('halt_reason').$type<'ahead' | 'inconsistent' | 'succeeded'>(),
});

/** Keys that sign checkpoints. The last one of a log that is not retired signs. */
export const recordKeys = pgTable('record_keys', {
  /** The verifier key (C2SP signed-note). */
  vkey: text('vkey').primaryKey(),
  log: integer('log').notNull(),
  /** The private key (PKCS #8, base64), encrypted by `SecretBox`. */
  sealed: text('sealed').notNull(),
  createdAt: time('created_at').notNull(),
  retiredAt: time('retired_at'),
});

/** What was published, in the order of the tree. Append-only. */
export const recordEntries = pgTable(
  'record_entries',
  {
    log: integer('log').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').$type<EntryKind>().notNull(),
    /** The row that it is about, once in each log. Null: an entry that came back from outside after a restore. */
    subject: text('subject'),
    /** Canonical JSON (RFC 8785): the bytes of the leaf. */
    entry: text('entry').notNull(),
    appendedAt: time('appended_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.log, table.seq] }),
    uniqueIndex('record_entries_once').on(table.log, table.kind, table.subject),
  ],
);

/** What stands behind the commitment of an entry. Erasure takes salt and content out, for good. */
export const recordOpenings = pgTable(
  'record_openings',
  {
    log: integer('log').notNull(),
    seq: integer('seq').notNull(),
    /** 16 random bytes, base64. */
    salt: text('salt'),
    /** Canonical JSON: the bytes that were hashed after those of the salt. */
    content: text('content'),
    /** Whose it is. */
    person: text('person'),
    /** Whom else the words are about. */
    about: text('about'),
    /** From when on everybody reads it. Null: never. */
    publicFrom: time('public_from'),
  },
  (table) => [
    primaryKey({ columns: [table.log, table.seq] }),
    index('record_openings_person').on(table.person),
    index('record_openings_about').on(table.about),
  ],
);

/** Tiles of the tree (C2SP tlog-tiles), without bundles of entries. A partial one is replaced when it grows. */
export const recordTiles = pgTable(
  'record_tiles',
  {
    log: integer('log').notNull(),
    level: integer('level').notNull(),
    index: integer('index').notNull(),
    /** 32 bytes for each hash. */
    hashes: bytea('hashes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.level, table.index] })],
);

/** Signed tree heads. Append-only. */
export const recordCheckpoints = pgTable(
  'record_checkpoints',
  {
    log: integer('log').notNull(),
    size: integer('size').notNull(),
    /** A signed note (C2SP tlog-checkpoint), signed by the house alone. */
    note: text('note').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.size] })],
);

/** What members of the committee signed with their passkeys. Append-only. */
export const recordMemberSignatures = pgTable(
  'record_member_signatures',
  {
    log: integer('log').notNull(),
    size: integer('size').notNull(),
    term: text('term').notNull(),
    credential: text('credential').notNull(),
    /** WebAuthn, base64url: the answer to a challenge that is the SHA-256 of the checkpoint's text. */
    clientData: text('client_data').notNull(),
    authenticatorData: text('authenticator_data').notNull(),
    signature: text('signature').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.size, table.credential] })],
);

/** What witnesses signed. Append-only. */
export const recordCosignatures = pgTable(
  'record_cosignatures',
  {
    log: integer('log').notNull(),
    size: integer('size').notNull(),
    witness: text('witness').notNull(),
    /** The line of the note (C2SP tlog-cosignature), with its newline. */
    line: text('line').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.size, table.witness] })],
);
