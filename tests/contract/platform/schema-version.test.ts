import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';

it('refuses a database of another development version and does not change it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loge-old-schema-'));
  const dataDir = join(dir, 'data');
  try {
    await copyPgliteTemplate(dataDir);
    const db = await Database.create({ dataDir });
    await db.orm.execute(sql`update drizzle.__drizzle_migrations set hash = 'of an earlier commit' where id = 1`);
    await db.close();
    await expect(Database.create({ dataDir })).rejects.toThrow(/another development version.*start with an empty one/s);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

const serverUrl = process.env.LOGE_TEST_POSTGRES_URL ?? '';

/** The message ErrorResponse of Postgres's protocol, version 3. */
function refusal(): Buffer {
  const fields = Buffer.from('SFATAL\0C57P03\0Mthe database system is starting up\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

it.skipIf(!serverUrl)('waits for a Postgres that is starting or recovering', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loge-starting-'));
  const realSocket = `${new URL(serverUrl).searchParams.get('host')}/.s.PGSQL.5432`;
  let refused = 0;
  const server = createServer((client) => {
    if (refused < 2) {
      refused += 1;
      client.once('data', () => client.end(refusal()));
      return;
    }
    const real = connect(realSocket);
    client.pipe(real).pipe(client);
  }).listen(join(dir, '.s.PGSQL.5432'));
  await once(server, 'listening');
  try {
    const url = new URL(serverUrl);
    url.searchParams.set('host', dir);
    const db = await Database.create({ url: url.href });
    await db.ping();
    await db.close();
    expect(refused).toBe(2);
  } finally {
    server.close();
    await rm(dir, { recursive: true, force: true });
  }
});
