/** Kills a real server repeatedly during a mixed load, and checks the remaining data. */

import { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createTestDatabase } from '../databases/postgres.ts';
import { startApp } from '../houses/app.ts';
import { ServerProcess } from '../programs/server-process.ts';
import { eventually } from '../run/eventually.ts';
import { Answers } from '../soak/answers.ts';
import { Dice } from '../soak/dice.ts';
import { CrashLoad } from './crash-load.ts';

export type CrashDatabase = 'PGlite' | 'Postgres';

interface CrashOptions {
  database: CrashDatabase;
  seed: number;
  kills: number;
  onKill?: (state: { kills: number; answered: number }) => void;
}

interface CrashResult {
  kills: number;
  answered: number;
  lost: string[];
  doubled: string[];
  violations: string[];
}

/** Each kill comes after a random number of answers up to this, plus a random delay. */
const KILL_ANSWERS = 60;
const KILL_DELAY_MS = 60;

export async function runCrashes({ database, seed, kills, onKill }: CrashOptions): Promise<CrashResult> {
  await using stack = new AsyncDisposableStack();
  // With a seller, receipts get numbers.
  const env: Record<string, string> = { LOGE_HOUSE_NAME: 'Loge', LOGE_HOUSE_ADDRESS: '1 rue de la Paix, Paris' };
  if (database === 'Postgres') {
    const postgres = await createTestDatabase();
    stack.defer(() => postgres.close());
    env.DATABASE_URL = postgres.url;
  }
  const server = stack.use(await ServerProcess.create(env));
  const dice = new Dice(seed);
  const answers = new Answers();
  const load = await CrashLoad.create(server, answers, dice.fork());
  for (let round = 1; round <= kills; round += 1) {
    await runAndKill(server, load, dice);
    onKill?.({ kills: round, answered: answers.count });
    await server.start();
  }
  await load.settle();
  await server.stop();
  const violations = await balance(server.dataDir, env);
  const db = await Database.create({ url: env.DATABASE_URL, dataDir: `${server.dataDir}/pglite` });
  stack.defer(() => db.close());
  const lost = (await answers.findLost(db)).map(({ kind, id }) => `${kind} ${id}`);
  const doubled = [...answers.doubled, ...(await findDoubled(db))];
  violations.push(...(await findGaps(db)));
  return { kills, answered: answers.count, lost, doubled, violations };
}

async function runAndKill(server: ServerProcess, load: CrashLoad, dice: Dice): Promise<void> {
  const killed = Promise.withResolvers<void>();
  const running = load.run(killed.promise);
  running.catch(() => {});
  await Promise.race([running, countAnswers(load, dice.between(1, KILL_ANSWERS))]);
  await new Promise((resolve) => setTimeout(resolve, dice.next() * KILL_DELAY_MS));
  // Resolve before the kill, so that later failures are attributed to it.
  killed.resolve();
  await server.kill();
  await running;
}

function countAnswers(load: CrashLoad, wanted: number): Promise<void> {
  return new Promise((resolve) => {
    let answers = 0;
    load.onAnswer = () => {
      answers += 1;
      if (answers >= wanted) resolve();
    };
  });
}

/** Restarts the server on the remaining data, lets its jobs finish, and checks the ledger. */
async function balance(dataDir: string, env: Record<string, string>): Promise<string[]> {
  await using books = await startApp({ dataDir, env });
  const { money, db } = books.app.context;
  // Jobs that a kill has interrupted are due again after a while.
  const isSettled = async () => {
    await money.sweep();
    return (await findUnsettled(db)).length === 0;
  };
  await eventually(isSettled, 'every receipt has its number, and unused tickets have gone back').catch(() => {});
  return [...(await money.checkInvariants()), ...(await findUnsettled(db))];
}

/** Receipts without a number of a series without gaps, and tickets of rooms that ended without a live. */
async function findUnsettled(db: Database): Promise<string[]> {
  const series = await select<{ n: string; last: number; sales: string }>(
    db,
    `select (select count(*) from invoices) as n, (select coalesce(max(number), 0) from invoices) as last,
      (select count(*) from ledger_transactions where kind in ('tip', 'ticket')) as sales`,
  );
  const unused = await select<{ id: string }>(
    db,
    `select t.id from tickets t join rooms r on r.id = t.room
      where r.ended_at is not null and r.first_live_at is null and t.status = 'valid'`,
  );
  return [
    ...series
      .filter(({ n, last, sales }) => Number(n) !== Number(last) || Number(n) < Number(sales))
      .map(({ n, last, sales }) => `${n} receipts with numbers up to ${last}, for ${sales} sales and their refunds`),
    ...unused.map(({ id }) => `${id} was not given back at the end of its room`),
  ];
}

async function select<Row>(db: Database, statement: string): Promise<Row[]> {
  return ((await db.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
}

export async function findDoubled(db: Database): Promise<string[]> {
  const rows = await select<{ what: string; n: string }>(
    db,
    `select 'tip ' || identity || ' ' || idempotency_key as what, count(*) as n from tips group by 1 having count(*) > 1
      union all select 'message ' || identity || ' ' || client_id, count(*) from chat_entries
        where client_id is not null group by 1 having count(*) > 1
      union all select 'ticket ' || room || ' ' || identity, count(*) from tickets where status = 'valid' group by 1 having count(*) > 1
      union all select 'shown ' || id, count(*) from chat_entries where kind = 'tip' group by 1 having count(*) > 1
      union all select 'place ' || t.room, count(*) from tickets t join rooms r on r.id = t.room
        where t.status = 'valid' group by t.room, r.capacity having count(*) > r.capacity`,
  );
  return rows.map(({ what, n }) => `${what}: ${n} times`);
}

/** The chat log has no gaps, and shows exactly the tips of the ledger. */
export async function findGaps(db: Database): Promise<string[]> {
  const gaps = await select<{ room: string; n: string; last: string }>(
    db,
    `select room, count(*) as n, max(seq) as last from chat_entries group by room having count(*) <> max(seq)`,
  );
  const unshown = await select<{ id: string }>(
    db,
    `select coalesce(t.id, c.id) as id from tips t
      full join (select id from chat_entries where kind = 'tip') c on c.id = t.id where t.id is null or c.id is null`,
  );
  return [
    ...gaps.map(({ room, n, last }) => `${room}: ${n} entries, the last of them ${last}`),
    ...unshown.map(({ id }) => `${id} is in only one of ledger and chat log`),
  ];
}
