/**
 * Queues one letter and sends it, in a child process that a test kills. Started again, it finds the letter.
 *
 * node mail-load.ts <Postgres URL or PGlite folder> <port of the mail server> <milliseconds that have passed>
 */
import { Database } from '../../../server/platform/db/db.ts';
import { liveLetter, openMailHouse } from '../houses/mail-house.ts';

const [target = '', port = '', passedMs = '0'] = process.argv.slice(2);
const db = await Database.create(target.startsWith('postgres:') ? { url: target } : { dataDir: target });
const house = openMailHouse(db, {
  smtpUrl: `smtp://127.0.0.1:${port}`,
  nowMs: Date.parse('2026-05-04T20:00:00Z') + Number(passedMs),
});
await db.transaction((tx) => house.mail.enqueue(tx, liveLetter('once')));
await house.sendDue();
await house.mail.close();
await db.close();
