import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { Database } from '../../server/platform/db.ts';
import { openMoneyHouse } from '../support/money-house.ts';
import { createTestDatabase } from '../support/postgres.ts';

const PAYOUT = new URL('../support/payout-load.ts', import.meta.url).pathname;
const TIMEOUT_MS = 240_000;

interface Target {
  name: string;
  /** A Postgres URL or a folder, and how to open it here. */
  open(folder: string): Promise<{ target: string; connect(): Promise<Database>; close(): Promise<void> }>;
}

const TARGETS: Target[] = [
  {
    name: 'PGlite',
    async open(folder) {
      const dataDir = join(folder, 'db');
      return { target: dataDir, connect: () => Database.create({ dataDir }), close: async () => {} };
    },
  },
];
if (process.env.LOGE_TEST_POSTGRES_BIN) {
  TARGETS.push({
    name: 'Postgres',
    async open() {
      const { url, close } = await createTestDatabase();
      return { target: url, connect: () => Database.create({ url }), close };
    },
  });
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
