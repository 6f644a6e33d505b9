import type { PictureUse } from '../../protocol/pictures.ts';
import type { Database, Orm } from '../db/db.ts';
import { and, eq, inArray, notExists, sql } from '../db/sql.ts';
import { pictureFiles, pictureUses } from './pictures.schema.ts';

export interface PictureFile {
  width: number;
  bytes: Uint8Array;
}

export class PicturesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  async findFile(hash: string, width: number): Promise<Uint8Array | undefined> {
    const [row] = await this.#db.orm
      .select({ bytes: pictureFiles.bytes })
      .from(pictureFiles)
      .where(and(eq(pictureFiles.hash, hash), eq(pictureFiles.width, width)));
    return row?.bytes;
  }

  async findHash(use: PictureUse, subject: string, tx: Orm = this.#db.orm): Promise<string | undefined> {
    const [row] = await tx
      .select({ hash: pictureUses.hash })
      .from(pictureUses)
      .where(and(eq(pictureUses.use, use), eq(pictureUses.subject, subject)));
    return row?.hash;
  }

  /** By use, subject and hash. */
  usesOf(owner: string): Promise<Pick<typeof pictureUses.$inferSelect, 'use' | 'subject' | 'hash'>[]> {
    const { use, subject, hash } = pictureUses;
    return this.#db.orm.select({ use, subject, hash }).from(pictureUses).where(eq(pictureUses.owner, owner));
  }

  countOf(tx: Orm, owner: string): Promise<number> {
    return tx.$count(pictureUses, eq(pictureUses.owner, owner));
  }

  /** Locks the files, also those that are there already: `deleteUnused` waits for the use that comes with them. */
  async insertFiles(tx: Orm, hash: string, files: PictureFile[]): Promise<void> {
    await tx
      .insert(pictureFiles)
      .values(files.map((file) => ({ hash, ...file })))
      .onConflictDoUpdate({ target: [pictureFiles.hash, pictureFiles.width], set: { hash } });
  }

  async setUse(tx: Orm, row: typeof pictureUses.$inferInsert): Promise<void> {
    const { owner, hash, setAt } = row;
    await tx
      .insert(pictureUses)
      .values(row)
      .onConflictDoUpdate({ target: [pictureUses.use, pictureUses.subject], set: { owner, hash, setAt } });
  }

  async deleteUse(tx: Orm, use: PictureUse, subject: string): Promise<string[]> {
    const rows = await tx
      .delete(pictureUses)
      .where(and(eq(pictureUses.use, use), eq(pictureUses.subject, subject)))
      .returning({ hash: pictureUses.hash });
    return rows.map(({ hash }) => hash);
  }

  async deleteUsesOf(tx: Orm, owner: string): Promise<string[]> {
    const rows = await tx.delete(pictureUses).where(eq(pictureUses.owner, owner)).returning({ hash: pictureUses.hash });
    return rows.map(({ hash }) => hash);
  }

  /** A statement sees what was committed before it began, so the files are locked before their uses are read. */
  async deleteUnused(tx: Orm, hashes: string[]): Promise<void> {
    if (hashes.length === 0) return;
    const files = inArray(pictureFiles.hash, hashes);
    await tx
      .select({ width: pictureFiles.width })
      .from(pictureFiles)
      .where(files)
      .orderBy(pictureFiles.hash, pictureFiles.width)
      .for('update');
    const uses = tx.select({ one: sql`1` }).from(pictureUses).where(eq(pictureUses.hash, pictureFiles.hash));
    await tx.delete(pictureFiles).where(and(files, notExists(uses)));
  }
}
