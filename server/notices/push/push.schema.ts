import { dueColumns, dueIndexes, index, jsonb, pgTable, text, time } from '../../platform/db/tables.ts';

export interface PushText {
  title: string;
  body: string;
  /** A path of this site. */
  path: string;
  /** A later message with the same tag replaces this one on the screen. */
  tag: string;
}

/** The house's VAPID keys (RFC 8292), made at the first start: one row. */
export const pushKeys = pgTable('push_keys', {
  id: text('id').$type<'vapid'>().primaryKey(),
  publicKey: text('public_key').notNull(),
  sealedPrivateKey: text('sealed_private_key').notNull(),
  createdAt: time('created_at').notNull(),
});

/** Browsers that want messages, one row a device. What signed it in must still be valid when something is sent. */
export const pushDevices = pgTable(
  'push_devices',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    session: text('session').notNull(),
    /** Browser and system. */
    device: text('device').notNull(),
    /** Where its push service takes messages. It is a secret: who knows it can try to send. */
    endpoint: text('endpoint').notNull().unique(),
    p256dh: text('p256dh').notNull(),
    auth: text('auth').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('push_devices_person').on(table.person)],
);

/** Messages to send. Deleted once they were taken, or are too old. */
export const pushMessages = pgTable(
  'push_messages',
  {
    /** The notice and the device: a second message with the same key is not queued. */
    key: text('key').primaryKey(),
    device: text('device').notNull(),
    text: jsonb('text').$type<PushText>().notNull(),
    /** Who answers for the endpoint (`push.store.ts`). */
    owner: text('owner').notNull(),
    ...dueColumns(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [...dueIndexes('push_messages', table, table.owner), index('push_messages_device').on(table.device)],
);
