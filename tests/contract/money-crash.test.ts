import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { Database } from '../../server/platform/db.ts';
import { openMoneyHouse } from '../support/money-house.ts';
import type { Answered } from '../support/money-load.ts';
import { startPostgres } from '../support/postgres.ts';

const LOAD = new URL('../support/money-load.ts', import.meta.url).pathname;
const PAYOUT = new URL('../support/payout-load.ts', import.meta.url).pathname;
const ANSWERS_MIN = 5;
const ANSWERS_SPREAD = 60;
const TIMEOUT_MS = 240_000;

interface Target {
  name: string;
  rounds: number;
  /** A Postgres URL or a folder, and how to open it here. */
  open(folder: string): Promise<{ target: string; connect(): Promise<Database>; close(): Promise<void> }>;
}

const TARGETS: Target[] = [
  {
    name: 'PGlite',
    rounds: 3,
    async open(folder) {
      const dataDir = join(folder, 'db');
      return { target: dataDir, connect: () => Database.create({ dataDir }), close: async () => {} };
    },
  },
];
if (process.env.LOGE_TEST_POSTGRES_BIN) {
  TARGETS.push({
    name: 'Postgres',
    rounds: 6,
    async open() {
      const { url, close } = await startPostgres();
      return { target: url, connect: () => Database.create({ url }), close };
    },
  });
}

/** Lets the load run until it has had so many answers, then kills it where it stands. Answers all that it said. */
async function runAndKill(target: string, dataFile: string, afterAnswers: number): Promise<Answered[]> {
  const child = spawn(process.execPath, [LOAD, target, dataFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  const answered: Answered[] = [];
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  for await (const line of createInterface(child.stdout)) {
    answered.push(JSON.parse(line) as Answered);
    if (answered.length === afterAnswers) child.kill('SIGKILL');
  }
  expect(await exited, errors).toBe('SIGKILL');
  return answered;
}

describe.each(TARGETS)('kill -9 in the middle of everything, on $name', ({ rounds, open }) => {
  test(
    'loses and doubles nothing that was answered, and the books balance',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
      const { target, connect, close } = await open(folder);
      try {
        const dataFile = join(folder, 'stripe.jsonl');
        const answered: Answered[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const afterAnswers = ANSWERS_MIN + Math.floor(Math.random() * ANSWERS_SPREAD);
          answered.push(...(await runAndKill(target, dataFile, afterAnswers)));
        }
        const db = await connect();
        const house = await openMoneyHouse({ db, dataFile });
        await house.money.sweep();
        expect(await house.money.checkInvariants()).toEqual([]);
        expect(new Set(answered.map(({ id }) => id)).size).toBe(answered.length);
        expect(await findMissing(db, answered)).toEqual([]);
        await house[Symbol.asyncDispose]();
        await db.close();
      } finally {
        await close();
        await rm(folder, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );
});

/** What was answered and is not in the database as it was answered. */
async function findMissing(db: Database, answered: Answered[]): Promise<Answered[]> {
  const kept = (await db.orm.execute(sql`
    select id from tips union all select id from tickets where status in ('valid', 'refunded')
    union all select id from refunds where status = 'succeeded' union all select id from topups where status = 'settled'
  `)) as unknown as { rows: { id: string }[] };
  const ids = new Set(kept.rows.map(({ id }) => id));
  return answered.filter(({ id }) => !ids.has(id));
}

describe.each(TARGETS)('kill -9 between a transfer and its booking, on $name', ({ open }) => {
  test(
    'the batch is resumed: the creator is paid once, and the books say so',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
      const { target, connect, close } = await open(folder);
      try {
        const dataFile = join(folder, 'stripe.jsonl');
        const child = spawn(process.execPath, [PAYOUT, target, dataFile], { stdio: ['ignore', 'pipe', 'inherit'] });
        const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
        let creator = '';
        for await (const line of createInterface(child.stdout)) {
          creator = (JSON.parse(line) as { transferred: string }).transferred;
          child.kill('SIGKILL');
        }
        expect(await exited).toBe('SIGKILL');
        const db = await connect();
        const house = await openMoneyHouse({ db, dataFile, isRunning: false });
        const { payouts } = house.money.settlement;
        expect(await payouts.listOfCreator(creator)).toMatchObject([{ status: 'pending' }]);
        // What every start does first.
        house.advance(20 * 24 * 60 * 60_000);
        await house.money.settlement.recheckAll();
        await house.money.sweep();
        const [paid, ...others] = await payouts.listOfCreator(creator);
        expect([paid?.status, others]).toEqual(['paid', []]);
        const stripe = new Stripe('sk_test_of_the_tests', {
          host: '127.0.0.1',
          port: house.emulator.port,
          protocol: 'http',
        });
        const { data } = await stripe.transfers.list({ limit: 100 });
        expect(data.map(({ amount }) => amount)).toEqual([paid?.amountMinor]);
        expect(await house.money.checkInvariants()).toEqual([]);
        await house[Symbol.asyncDispose]();
        await db.close();
      } finally {
        await close();
        await rm(folder, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );
});
