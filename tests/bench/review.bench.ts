/**
 * How long reviewers wait: pages of the queue and cases over HTTP with 10,000 reports, beside a house with 100, in turn
 * (A B A B) on one real Postgres. Times are those of the client, the session's check and the JSON included.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createId } from '../../server/protocol/ids.ts';
import { EXAMPLE_CHARTER } from '../../server/trust/charter/example-charter.ts';
import { startPostgres } from '../support/databases/postgres.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { signIn } from '../support/people/site-person.ts';
import { percentiles } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- review [options]

Pages of the queue of reports and cases, with many reports and with few. It needs Postgres's own programs:
LOGE_TEST_POSTGRES_BIN names their folder.

  --reports N   reports in the large house (default 10000); a fifth of them is about one message
  --few N       reports in the small house (default 100)
  --rounds N    rounds of each side (default 3)
  --requests N  requests of each kind in a round (default 12)
  --plans       shows how Postgres reads the queue and a case
  --help        this text

The last line of the output is one JSON.
`;

const { values } = parseArgs({
  options: {
    reports: { type: 'string', default: '10000' },
    few: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '12' },
    plans: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const ROUNDS = Number(values.rounds);
const REQUESTS = Number(values.requests);
const POSTGRES = { shared_buffers: '128MB', fsync: 'on', synchronous_commit: 'on' };

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Cases by category and by date; a third are decided, and one has many reports. */
const FILL = `
  with made as (
    insert into review_cases (id, subject_kind, subject_key, room, accused, category, article, charter_version, severity,
      is_order, state, owed, due_at, decide_by, opened_at)
    select c.id || n, c.subject_kind, c.subject_key || n, c.room, 'fan-' || n % 700,
      (array['minors', 'violence', 'hate', 'harassment', 'spam'])[1 + n % 5], c.article, c.charter_version, n % 12, false,
      case when n % 3 = 0 then 'decided' else 'open' end, case when n % 3 = 0 then null else 'decision' end,
      c.due_at + n * interval '7 seconds', c.due_at + n * interval '7 seconds', c.opened_at
    from review_cases c, generate_series(1, $1::int) n where c.id = $2 returning id
  ) insert into reports (id, source, room, "case", subject_kind, subject_key, accused, category, article,
      charter_version, note, reporter, evidence, created_at)
    select r.id || n, r.source, r.room, r."case" || n, r.subject_kind, r.subject_key || n, r.accused, r.category,
      r.article, r.charter_version, r.note, 'fan-' || n % 900, r.evidence, r.created_at
    from reports r, generate_series(1, $1::int) n where r."case" = $2`;
const GATHER = `
  insert into reports (id, source, room, "case", subject_kind, subject_key, accused, category, article, charter_version,
    note, reporter, evidence, created_at)
  select r.id || 'x' || n, r.source, r.room, r."case", r.subject_kind, r.subject_key, r.accused, r.category, r.article,
    r.charter_version, r.note, 'reporter-' || n, r.evidence, r.created_at
  from reports r, generate_series(1, $1::int) n where r."case" = $2`;

interface House {
  name: 'many' | 'few';
  url: string;
  /** Of reviewers, each with limits of their own. */
  cookies: string[];
  /** Of the case with a fifth of all reports. */
  gathered: string;
  /** A place in the middle of the queue. */
  middle: string;
  samples: Record<string, number[]>;
}

async function createHouse(
  app: TestApp,
  client: pg.Client,
  { name, reports }: { name: House['name']; reports: number },
) {
  const { context } = app.app;
  await context.charter.seed(EXAMPLE_CHARTER, 'bench');
  await context.accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
  const room = await context.rooms.createRoom({ creator: 'ada', title: 'An evening', access: { kind: 'free' } });
  for (let n = 0; n < 21; n += 1) {
    const from = { identity: `fan-${n % 5}`, name: `Fan ${n % 5}`, role: 'fan' } as const;
    const text = `Line ${n}: what people write to each other while they watch`;
    await context.chat.send({ room: room.id, from, input: { clientId: `line-${n}-of-bench`, text } });
  }
  const { entries } = await context.chat.history(room.id, { limit: 50 });
  const reported = entries[10];
  if (reported?.kind !== 'message') throw new Error('There is no message to report.');
  const { id } = reported;
  const about = { subject: { kind: 'message', id }, category: 'harassment', note: 'It goes on.' } as const;
  await context.reports.file(room.id, 'lea', about);
  const [row] = (await client.query(`select "case" from reports`)).rows as { case: string }[];
  const gathered = row?.case ?? '';
  await client.query(FILL, [Math.floor(reports * 0.8), gathered]);
  await client.query(GATHER, [Math.floor(reports * 0.2), gathered]);
  await client.query('vacuum analyze');
  const cookies: string[] = [];
  for (let n = 0; n < REQUESTS; n += 1) {
    const person = createId('person');
    cookies.push(await signIn(app.app as never, person));
    await context.roles.give({ person, role: 'reviewer', by: 'bench' });
  }
  const house: House = { name, url: app.url, cookies, gathered, middle: '', samples: {} };
  const half = Math.floor(reports * 0.27);
  const [at] = (
    await client.query(
      `select severity, due_at, id from review_cases where owed is not null order by severity, due_at, id offset $1 limit 1`,
      [half],
    )
  ).rows as { severity: number; due_at: Date; id: string }[];
  if (at) house.middle = `${at.severity}~${at.due_at.getTime()}~${at.id}`;
  return house;
}

async function measure(house: House): Promise<void> {
  const { url, cookies, gathered, middle, samples } = house;
  const paths = {
    queue: '/v1/review/cases',
    hundred: '/v1/review/cases?limit=100',
    middle: `/v1/review/cases?after=${middle}`,
    category: '/v1/review/cases?category=hate',
    late: '/v1/review/cases?late=true',
    decided: '/v1/review/cases?state=decided',
    case: `/v1/review/cases/${gathered}1`,
    gatheredCase: `/v1/review/cases/${gathered}`,
    figures: '/v1/review/figures',
  };
  for (const cookie of cookies) {
    for (const [name, path] of Object.entries(paths)) {
      const startMs = performance.now();
      const answer = await fetch(url + path, { headers: { cookie } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`);
      samples[name] = [...(samples[name] ?? []), performance.now() - startMs];
    }
  }
}

async function showPlans(client: pg.Client, { gathered }: House): Promise<void> {
  const queries = {
    queue: `select * from review_cases where owed is not null and (accused is null or accused not in ('person_1'))
      order by severity, due_at, id limit 21`,
    'reports of a case': `select * from reports where "case" = '${gathered}' order by number desc limit 100`,
    'count of reports': `select "case", count(*) from reports where "case" in ('${gathered}') group by "case"`,
  };
  for (const [name, query] of Object.entries(queries)) {
    const { rows } = await client.query(`explain (analyze, costs off, summary off) ${query}`);
    say(`${name}\n${rows.map((row: Record<string, string>) => `  ${row['QUERY PLAN']}`).join('\n')}`);
  }
}

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
await using stack = new AsyncDisposableStack();
const postgres = await startPostgres(undefined, POSTGRES);
stack.defer(() => postgres.close());
const houses: { house: House; client: pg.Client }[] = [];
for (const [name, reports] of [
  ['many', Number(values.reports)],
  ['few', Number(values.few)],
] as const) {
  const database = new URL(postgres.url);
  database.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const app = await startApp({ env: { DATABASE_URL: database.href } });
  stack.defer(() => app.app.close());
  const client = new pg.Client({ connectionString: database.href });
  await client.connect();
  stack.defer(() => client.end());
  houses.push({ house: await createHouse(app, client, { name, reports }), client });
  say(`the house with ${reports} reports is ready`);
}
for (const { house, client } of houses) if (values.plans && house.name === 'many') await showPlans(client, house);
for (const { house } of houses) {
  await measure(house);
  house.samples = {};
}
for (let turn = 0; turn < ROUNDS; turn += 1) for (const { house } of houses) await measure(house);
const figures = Object.fromEntries(
  houses.map(({ house: { name, samples } }) => [
    name,
    Object.fromEntries(Object.entries(samples).map(([what, times]) => [what, percentiles(times)])),
  ]),
);
for (const what of Object.keys(houses[0]?.house.samples ?? {})) {
  const [many, few] = [figures.many?.[what], figures.few?.[what]];
  say(`${what}: p50 ${many?.p50} ms, p95 ${many?.p95} ms; with few reports p50 ${few?.p50} ms, p95 ${few?.p95} ms`);
}
process.stdout.write(`${JSON.stringify({ reports: Number(values.reports), few: Number(values.few), ...figures })}\n`);
