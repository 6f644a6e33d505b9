/** What somebody does who has the database and the key of the house. */
import { createPrivateKey } from 'node:crypto';
import { parseConfig } from '../../../server/config.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import { RecordStore } from '../../../server/trust/transparency/record/record.store.ts';
import { formatCheckpoint } from '../../../server/trust/transparency/tlog/checkpoint.ts';
import { createSigner, NOTE_SIGNATURE } from '../../../server/trust/transparency/tlog/note-keys.ts';
import { signNote } from '../../../server/trust/transparency/tlog/signed-note.ts';
import { TILE_WIDTH } from '../../../server/trust/transparency/tlog/tiles.ts';
import { appendLeaves, leafHash } from '../../../server/trust/transparency/tlog/tree.ts';

/** The database has no guard against its owner. */
export async function asOwner(db: Database, ...statements: string[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql.raw("set local session_replication_role = 'replica'"));
    for (const statement of statements) await tx.execute(sql.raw(statement));
  });
}

/** Makes tiles and a signed checkpoint of the `size` entries that are there; there must be none of either. */
export async function resign(db: Database, size: number): Promise<void> {
  const store = new RecordStore(db);
  const log = await store.findLog();
  const [key] = await store.listKeys(1);
  if (!log || !key) throw new Error('The record has not begun.');
  const secret = new SecretBox(parseConfig({ NODE_ENV: 'test' }).encryptionKeys).open(key.sealed, key.vkey);
  const der = Buffer.from(secret ?? '', 'base64');
  const signer = createSigner(log.origin, NOTE_SIGNATURE, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const entries: Buffer[] = [];
  for (let index = 0; entries.length < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - entries.length);
    entries.push(...((await store.readBundle(1, { index, width })) ?? []));
  }
  const grown = await appendLeaves(0, entries.map(leafHash), () => Buffer.alloc(0));
  const note = signNote(formatCheckpoint({ origin: log.origin, ...grown }), [signer]);
  await db.transaction(async (tx) => {
    await store.saveTiles(tx, 1, grown.tiles);
    await store.insertCheckpoint(tx, { log: 1, size, note, at: new Date().toISOString() });
  });
}
