/**
 * A creator with many followers goes live: how long until each of them has been written to, what it costs, and whether
 * other requests wait meanwhile. A creator with few followers is the reference, before and after, in the same run.
 */
import { createECDH, randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Database } from '../../server/platform/db/db.ts';
import { sql } from '../../server/platform/db/sql.ts';
import { startPostgres } from '../support/databases/postgres.ts';
import { goLive } from '../support/media/media.ts';
import { TestParticipant } from '../support/people/participant.ts';
import { ServerProcess } from '../support/programs/server-process.ts';
import { Child } from './support/child.ts';
import { cpuSecondsOf, postgresCpuSeconds, postmasterOf } from './support/cpu-time.ts';
import { type Percentiles, percentiles, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- followers [options]

One server over Postgres, with a mail server and a push service on loopback. Every follower is a person of the house with an address; one in ten
also has a browser that takes messages.

  --followers N  of the large audience (default 10000)
  --few N        of the reference (default 100)
  --help         this text

  toldMs         from the live's beginning until a letter and the messages of every follower are queued
  sentMs         until the mail server has every letter, and the push service every message
  serverMs, postgresMs   CPU time for each letter
  beside         how long one simple request takes meanwhile (GET /v1/rooms, 20 a second), in milliseconds; "calm" is the same without a live

The server, Postgres, the mail server and the requests share this machine's cores.
`;
const { values } = parseArgs({
  options: {
    followers: { type: 'string', default: '10000' },
    few: { type: 'string', default: '100' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const ASKED_EVERY_MS = 50;
const CALM_MS = 5_000;
const LOOK_MS = 100;
const LIMIT_MS = 15 * 60_000;
const WITH_BROWSER = 10;

interface Sink {
  smtpPort: number;
  pushPort: number;
  letters: number;
  recipients: number;
  pushed: number;
}
interface Figures {
  followers: number;
  toldMs: number;
  sentMs: number;
  serverMs: number;
  postgresMs: number;
  beside: Percentiles & { max: number };
}

const say = (text: string) => process.stderr.write(`${text}\n`);
say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);

await using stack = new AsyncDisposableStack();
const postgres = await startPostgres();
stack.defer(() => postgres.close());
const sink = stack.use(new Child(new URL('./support/letter-sink.ts', import.meta.url)));
const look = () => sink.order<Sink>('look');
const { smtpPort, pushPort } = await look();
const server = stack.use(
  await ServerProcess.create({
    DATABASE_URL: postgres.url,
    LOGE_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    LOGE_MAIL_FROM: 'Loge <loge@loge.example>',
    LOGE_MAIL_PER_HOUR: '1000000',
  }),
);
const db = await Database.create({ url: postgres.url });
stack.defer(() => db.close());
const postmaster = postmasterOf(postgres.url);

/** People who follow a creator, written to the tables at once. */
async function follow(creator: string, followers: number): Promise<void> {
  const keys = createECDH('prime256v1');
  const p256dh = keys.generateKeys().toString('base64url');
  const auth = randomBytes(16).toString('base64url');
  const endpoint = `http://127.0.0.1:${pushPort}/${creator}/`;
  const person = sql`${`person_${creator}_`} || n`;
  const numbers = sql`generate_series(1, ${sql.raw(String(followers))}) as n`;
  const some = sql`${numbers} where n % ${sql.raw(String(WITH_BROWSER))} = 0`;
  for (const statement of [
    sql`insert into persons (id, name, language, created_at)
      select ${person}, 'Fan ' || n, case when n % 2 = 0 then 'fr' else 'en' end, now() from ${numbers}`,
    sql`insert into person_addresses (address, person, confirmed_at)
      select ${`${creator}-`} || n || '@fans.example', ${person}, now() from ${numbers}`,
    sql`insert into follows (creator, follower, since) select ${creator}, ${person}, now() from ${numbers}`,
    sql`insert into person_sessions (id, person, secret_digest, secret_issued_at, device, method, proved_at, created_at, last_used_at, expires_at)
      select ${`session_${creator}_`} || n, ${person}, ${`${creator}_`} || n, now(), '', 'mail', now(), now(), now(), now() + interval '1 day' from ${some}`,
    sql`insert into push_devices (id, person, session, device, endpoint, p256dh, auth, created_at)
      select ${`device_${creator}_`} || n, ${person}, ${`session_${creator}_`} || n, '', ${endpoint} || n, ${p256dh}, ${auth}, now() from ${some}`,
    sql`analyze`,
  ])
    await db.orm.execute(statement);
}

/** Asks one simple thing again and again until it is told to stop. */
function askBeside() {
  const samples: number[] = [];
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const response = await fetch(`${server.url}/v1/rooms`, { headers: { accept: 'application/json' } });
      await response.arrayBuffer();
      const took = performance.now() - begun;
      samples.push(took);
      await pause(Math.max(0, ASKED_EVERY_MS - took));
    }
  })();
  return async (): Promise<Figures['beside']> => {
    isOver = true;
    await running;
    return { ...percentiles(samples), max: round(Math.max(...samples)) };
  };
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error('The letters did not all arrive in time.');
    await pause(LOOK_MS);
  }
}

async function measure(creator: string, followers: number): Promise<Figures> {
  await server.server('POST', '/v1/creators', { identity: creator, name: creator, country: 'FR' });
  await follow(creator, followers);
  const access = { kind: 'free' };
  const room = { creator, title: 'An evening', access, listed: true };
  const { id } = await server.server<{ id: string }>('POST', '/v1/rooms', room);
  const claims = { identity: creator, name: creator, room: id, role: 'creator' };
  const { token } = await server.server<{ token: string }>('POST', '/v1/tokens', claims);
  using participant = await TestParticipant.connect(server.url, { token });
  const before = await look();
  const cpu = () => [cpuSecondsOf([server.pid ?? 0]), postgresCpuSeconds(postmaster)] as const;
  const [serverBefore, postgresBefore] = cpu();
  const stopAsking = askBeside();
  const begun = performance.now();
  using _live = await goLive(participant);
  await until(async () => (await db.orm.$count(sql`notices`, sql`room = ${id} and done_at is not null`)) > 0);
  const toldMs = performance.now() - begun;
  const pushed = Math.floor(followers / WITH_BROWSER);
  await until(async () => {
    const now = await look();
    return now.recipients - before.recipients >= followers && now.pushed - before.pushed >= pushed;
  });
  const sentMs = performance.now() - begun;
  const beside = await stopAsking();
  const [serverAfter, postgresAfter] = cpu();
  const after = await look();
  if (after.letters - before.letters !== followers) throw new Error('A letter came twice.');
  const each = (seconds: number) => Math.round((seconds * 100_000) / followers) / 100;
  const figures = {
    followers,
    toldMs: Math.round(toldMs),
    sentMs: Math.round(sentMs),
    serverMs: each(serverAfter - serverBefore),
    postgresMs: each(postgresAfter - postgresBefore),
    beside,
  };
  say(JSON.stringify(figures));
  return figures;
}

const stopAsking = askBeside();
await pause(CALM_MS);
const calm = await stopAsking();
say(`calm ${JSON.stringify(calm)}`);
const few = Number(values.few);
// The first live of a process loads what it needs.
await measure('warm', few);
const result = {
  calm,
  fewBefore: await measure('few', few),
  many: await measure('many', Number(values.followers)),
  fewAfter: await measure('again', few),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
