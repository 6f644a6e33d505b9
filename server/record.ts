/**
 * `npm run record`: what an operator does by hand with the log of the record. It opens the database itself: no API key
 * reaches the keys of the record.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { SecretBox } from './platform/secret-box.ts';
import { LogUpkeep } from './trust/transparency/record/log-upkeep.ts';
import { openCopy } from './trust/transparency/verify/published-copy.ts';
import { readLog } from './trust/transparency/verify/read-log.ts';

const USAGE = 'add-key | retire-key VKEY | complete FILE_OR_URL | succeed --reason TEXT';

async function main(): Promise<string> {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { reason: { type: 'string' } },
  });
  const [verb, given, ...more] = positionals;
  const isUsed = more.length === 0 && (verb === 'succeed') === (values.reason !== undefined);
  const config = parseConfig(process.env, 'command');
  if (isUsed && verb === 'add-key' && given === undefined)
    return change(config, async (upkeep) => {
      const vkey = await upkeep.addKey();
      return `Checkpoints are signed by this key too, from the next one on:\n\n  ${vkey}\n\nTell it to your witnesses. Once they know it, retire the old one: npm run record -- retire-key VKEY`;
    });
  if (isUsed && verb === 'retire-key' && given !== undefined)
    return change(config, async (upkeep) => {
      await upkeep.retireKey(given);
      return 'This key signs no checkpoint any more.';
    });
  if (isUsed && verb === 'complete' && given !== undefined) {
    const { read } = await openCopy(given);
    const copy = await readLog(read);
    return change(config, async (upkeep) => {
      const { from, to } = await upkeep.complete(copy);
      return `The log is completed from the copy: it had ${from} entries, and has ${to}. The words of these ${to - from} are in no database of this house any more.`;
    });
  }
  if (isUsed && verb === 'succeed' && given === undefined && values.reason) {
    const { reason } = values;
    return change(config, async (upkeep) => {
      const origin = await upkeep.succeed(reason);
      return `The log has ended. ${origin} follows it, and says so in its first entry. Tell its key to your witnesses.`;
    });
  }
  throw new ConfigError([`write it like: ${USAGE}`]);
}

async function change(config: Config, work: (upkeep: LogUpkeep) => Promise<string>): Promise<string> {
  const { databaseUrl, dataDir, encryptionKeys, timeZone, publicUrl } = config;
  const db = await Database.create({ url: databaseUrl, dataDir: join(resolve(dataDir), 'pglite') });
  try {
    const box = new SecretBox(encryptionKeys);
    return await work(new LogUpkeep({ db, clock: systemClock, box, timeZone, publicUrl }));
  } finally {
    await db.close();
  }
}

main().then(
  (text) => {
    process.stdout.write(`${text}\n`);
    process.exit(0);
  },
  (error) => {
    process.stderr.write(`\nNothing was changed. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
