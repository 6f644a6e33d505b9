/**
 * Appends a day to the record in a child process that kills itself with SIGKILL right after one of the writes of the
 * transaction, or right after its commit. Prints the moment first.
 *
 * node record-load.ts <Postgres URL or PGlite folder> <days since the house began> <method of the store, or commit>
 */
import { writeSync } from 'node:fs';
import { DAY_MS } from '../../../server/platform/clock.ts';
import { Database } from '../../../server/platform/db/db.ts';
import { RecordStore } from '../../../server/trust/transparency/record/record.store.ts';
import { ReviewHouse } from '../houses/review-house.ts';

type Write = (...args: unknown[]) => Promise<unknown>;

const [target = '', days = '', moment = ''] = process.argv.slice(2);
const db = await Database.create(target.startsWith('postgres:') ? { url: target } : { dataDir: target });
const house = await ReviewHouse.create(db);
house.clock.advance(Number(days) * DAY_MS);

const owner = (moment === 'commit' ? db : RecordStore.prototype) as unknown as Record<string, Write>;
const name = moment === 'commit' ? 'transaction' : moment;
const write = owner[name] as Write;
owner[name] = async function (this: unknown, ...args: unknown[]) {
  const written = await write.apply(this, args);
  writeSync(1, `${JSON.stringify({ at: moment })}\n`);
  process.kill(process.pid, 'SIGKILL');
  return written;
};
await house.domains.record.sweep();
