import type { PictureUse } from '../../protocol/pictures.ts';
import { customType, index, integer, pgTable, primaryKey, text, time } from '../db/tables.ts';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** Encoded pictures, by the hash of their largest size. A picture that is used twice is kept once. */
export const pictureFiles = pgTable(
  'picture_files',
  {
    hash: text('hash').notNull(),
    width: integer('width').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hash, table.width] })],
);

/** One picture per use and subject. Files without a use are deleted. */
export const pictureUses = pgTable(
  'picture_uses',
  {
    use: text('use').$type<PictureUse>().notNull(),
    /** A person for a portrait, a room for a poster. */
    subject: text('subject').notNull(),
    /** The person whose picture it is. */
    owner: text('owner').notNull(),
    hash: text('hash').notNull(),
    setAt: time('set_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.use, table.subject] }),
    index('picture_uses_owner').on(table.owner),
    index('picture_uses_hash').on(table.hash),
  ],
);
