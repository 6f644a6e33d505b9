/**
 * The record at its size after years: entries are appended as the house appends them, beside the same rows without a
 * tree; then its files are read over HTTP, and `npm run verify-transparency` checks all of it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../server/config.ts';
import { iso, systemClock } from '../../server/platform/clock.ts';
import type { Orm } from '../../server/platform/db/db.ts';
import { sql } from '../../server/platform/db/sql.ts';
import { SecretBox } from '../../server/platform/secret-box.ts';
import { createId } from '../../server/protocol/ids.ts';
import { LogWriter } from '../../server/trust/transparency/record/log-writer.ts';
import { RecordStore } from '../../server/trust/transparency/record/record.store.ts';
import { type Publication, toEntry } from '../../server/trust/transparency/record/record-entry.ts';
import { tilePath } from '../../server/trust/transparency/tlog/tiles.ts';
import { startApp } from '../support/houses/app.ts';
import { percentile, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- tlog [options]

Appends decisions to the public log of a house on Postgres, in transactions of 2,000 as the house does, each beside the
same rows without a tree; then reads tiles and checkpoints over HTTP, and verifies the log. Prints 10 million entries by
arithmetic.

  --entries N   how many (default 100,000)
  --help        this text
`;
const { values } = parseArgs({
  options: { entries: { type: 'string', default: '100000' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const ENTRIES = Number(values.entries);
const BATCH = 2_000;
const READS = 500;
const MANY = 10_000_000;
const SAY_EVERY_MS = 2_000;
const VERIFIER = fileURLToPath(new URL('../../server/verify-transparency.ts', import.meta.url));
const REASONS = 'The message insults a person for where they come from, which the charter excludes. '.repeat(4);
const say = (text: string) => process.stderr.write(`${text}\n`);

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
await using loge = await startApp();
const { db, record } = loge.app.context;
await record.sweep();
const store = new RecordStore(db);
const { encryptionKeys, timeZone } = parseConfig({ NODE_ENV: 'test' });
const writer = new LogWriter({ store, clock: systemClock, box: new SecretBox(encryptionKeys), timeZone });
await db.orm.execute(sql.raw('create table plain_entries (like record_entries including all)'));
await db.orm.execute(sql.raw('create table plain_openings (like record_openings including all)'));

const decision = (): Publication => ({
  ...{ kind: 'decision', subject: createId('decision'), at: iso(systemClock.now()), person: 'person_max' },
  open: { category: 'harassment', article: 'conduct', version: 1, machine: false, stage: 'final', measure: 'mute' },
  content: { reasons: REASONS, language: 'en' },
});

async function timed(work: (tx: Orm) => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await db.transaction(work);
  return performance.now() - startMs;
}

async function insertPlain(tx: Orm, table: string, rows: readonly object[]): Promise<void> {
  const given = sql`select * from json_populate_recordset(null::${sql.raw(table)}, ${JSON.stringify(rows)}::json)`;
  await tx.execute(sql`insert into ${sql.raw(table)} ${given}`);
}

const appendMs: number[] = [];
const plainMs: number[] = [];
let toldAtMs = performance.now();
for (let size = 0; size < ENTRIES; size += BATCH) {
  const publications = Array.from({ length: Math.min(BATCH, ENTRIES - size) }, decision);
  appendMs.push(
    await timed(async (tx) => {
      const log = await store.lockLog(tx);
      if (log) await writer.append(tx, log, publications);
    }),
  );
  plainMs.push(
    await timed(async (tx) => {
      const at = iso(systemClock.now());
      const made = publications.map((each, index) => ({ ...toEntry(each, at.slice(0, 7)), seq: size + index }));
      const { kind, person } = decision();
      const entries = made.map(({ entry, seq }, index) => {
        return { log: 1, seq, kind, subject: publications[index]?.subject, entry, appended_at: at };
      });
      const openings = made.map(({ opening, seq }) => ({ log: 1, seq, ...opening, person }));
      await insertPlain(tx, 'plain_entries', entries);
      await insertPlain(tx, 'plain_openings', openings);
    }),
  );
  if (performance.now() - toldAtMs < SAY_EVERY_MS) continue;
  toldAtMs = performance.now();
  say(`${size + BATCH} of ${ENTRIES} entries …`);
}

const log = `${loge.url}/transparency/log/`;
async function readMs(pathOf: (index: number) => string): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < READS; at += 1) {
    const startMs = performance.now();
    const answer = await fetch(log + pathOf(at));
    if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}.`);
    await answer.arrayBuffer();
    times.push(performance.now() - startMs);
  }
  return times;
}
const wholeTiles = Math.max(1, Math.floor(ENTRIES / 256));
const width = Math.min(256, ENTRIES);
const reads = {
  checkpoint: await readMs(() => 'checkpoint'),
  tile: await readMs((at) => tilePath({ level: 0, index: at % wholeTiles, width })),
  bundle: await readMs((at) => tilePath({ level: 'entries', index: at % wholeTiles, width })),
};

/** Seconds and MB of the verifier. */
async function verify(): Promise<{ seconds: number; peakMb: number; result: string }> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [VERIFIER, loge.url, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let peakMb = 0;
  child.stdout.on('data', (chunk) => (text += chunk));
  const looking = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 50);
  await once(child, 'close');
  clearInterval(looking);
  return { seconds: (performance.now() - startMs) / 1_000, peakMb, result: JSON.parse(text).result };
}
const verified = await verify();

const sizes = (await db.orm.execute(
  sql.raw(
    `select ${['entries', 'openings', 'tiles', 'checkpoints'].map((name) => `pg_total_relation_size('record_${name}')::float8 / 1048576 as ${name}`).join()}`,
  ),
)) as unknown as { rows: Record<string, number>[] };
const megabytes = Object.fromEntries(Object.entries(sizes.rows[0] ?? {}).map(([name, mb]) => [name, round(mb)]));
const total = (times: number[]) => times.reduce((sum, ms) => sum + ms, 0) / 1_000;
const fifth = Math.max(1, Math.floor(appendMs.length / 5));
const times = (all: number[]) => ({ p50: round(percentile(all, 0.5)), p99: round(percentile(all, 0.99)) });
const scale = MANY / ENTRIES;

process.stdout.write(
  `${JSON.stringify({
    entries: ENTRIES,
    appendSeconds: round(total(appendMs)),
    sameRowsWithoutTreeSeconds: round(total(plainMs)),
    batchMs: {
      first: round(percentile(appendMs.slice(0, fifth), 0.5)),
      last: round(percentile(appendMs.slice(-fifth), 0.5)),
    },
    readMs: Object.fromEntries(Object.entries(reads).map(([name, all]) => [name, times(all)])),
    verify: { ...verified, seconds: round(verified.seconds), peakMb: Math.round(verified.peakMb) },
    megabytes,
    tenMillion: {
      appendMinutes: round((total(appendMs) * scale) / 60),
      verifyMinutes: round((verified.seconds * scale) / 60),
      verifyGigabytes: round((verified.peakMb * scale) / 1024),
      gigabytes: round((Object.values(megabytes).reduce((sum, mb) => sum + mb, 0) * scale) / 1024),
    },
  })}\n`,
);
