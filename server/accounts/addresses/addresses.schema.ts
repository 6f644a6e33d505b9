import { index, pgTable, text, time } from '../../platform/db/tables.ts';

/**
 * Changes of a person's mail address. A person's own needs both mailboxes; a recovery, which an operator begins for
 * somebody who has lost theirs, needs the new one and time.
 */
export const addressChanges = pgTable(
  'address_changes',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    kind: text('kind').$type<'own' | 'recovery'>().notNull(),
    oldAddress: text('old_address').notNull(),
    newAddress: text('new_address').notNull(),
    /** SHA-256 of the tokens in the letters. */
    oldDigest: text('old_digest').notNull().unique(),
    newDigest: text('new_digest').notNull().unique(),
    objectionDigest: text('objection_digest').notNull().unique(),
    /** Of the letter that reports the change once it is done. */
    lateObjectionDigest: text('late_objection_digest').unique(),
    createdAt: time('created_at').notNull(),
    /** The person, or the operator who began a recovery. */
    createdBy: text('created_by').notNull(),
    reason: text('reason'),
    oldConfirmedAt: time('old_confirmed_at'),
    newConfirmedAt: time('new_confirmed_at'),
    /** Not done before; of a recovery. */
    dueAt: time('due_at').notNull(),
    /** Not done after. */
    expiresAt: time('expires_at').notNull(),
    doneAt: time('done_at'),
    endedAt: time('ended_at'),
    /** `objection`: stopped or undone by the old mailbox. `taken`: the new address has an account of its own. */
    endedBecause: text('ended_because').$type<'objection' | 'withdrawn' | 'replaced' | 'taken'>(),
  },
  (table) => [
    index('address_changes_person').on(table.person, table.createdAt),
    index('address_changes_due').on(table.dueAt),
  ],
);
