import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';
import { createTestDatabase } from '../../support/databases/postgres.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';
import { isLong, killSteps } from '../../support/run/effort.ts';

const PAYOUT = new URL('../../support/crash/payout-load.ts', import.meta.url).pathname;
const REFUND = new URL('../../support/crash/refund-load.ts', import.meta.url).pathname;
/** The decision, the provider call, and the booking of its answer: before and after each. */
const REFUND_STEPS_MIN = 6;
const TIMEOUT_MS = 240_000;

interface Target {
  name: string;
  /** A Postgres URL or a folder, and a connection to it from this process. */
  open(folder: string): Promise<{ target: string; connect(): Promise<Database>; close(): Promise<void> }>;
}

const PGLITE: Target = {
  name: 'PGlite',
  async open(folder) {
    const dataDir = join(folder, 'db');
    await copyPgliteTemplate(dataDir);
    return { target: dataDir, connect: () => Database.create({ dataDir }), close: async () => {} };
  },
};
const POSTGRES: Target = {
  name: 'Postgres',
  async open() {
    const { url, close } = await createTestDatabase();
    return { target: url, connect: () => Database.create({ url }), close };
  },
};
const hasPostgres = Boolean(process.env.LOGE_TEST_POSTGRES_BIN);
const TARGETS = hasPostgres ? (isLong ? [PGLITE, POSTGRES] : [POSTGRES]) : [PGLITE];

describe.each(TARGETS)('kill -9 between a transfer and its booking, on $name', ({ open }) => {
  test(
    'the resumed batch pays the creator once, and the ledger agrees',
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
        const { payouts } = house.money;
        expect(await payouts.listOfCreator(creator)).toMatchObject([{ status: 'pending' }]);
        // As every start does first.
        house.advance(20 * 24 * 60 * 60_000);
        await house.money.payouts.recheckAll();
        await house.money.sweep();
        const [paid, ...others] = await payouts.listOfCreator(creator);
        expect([paid?.status, others]).toEqual(['paid', []]);
        const { stripe } = house;
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

describe.runIf(hasPostgres)('kill -9 at each step of a refund, on Postgres', () => {
  test(
    'the card is refunded once, and the ledger agrees',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
      const { url, close } = await createTestDatabase();
      const dataFile = join(folder, 'stripe.jsonl');
      const bought: { ticket: TicketId; payment: string }[] = [];
      try {
        let last = 0;
        for (const steps of killSteps()) {
          last = steps;
          const args = [REFUND, url, dataFile, String(steps)];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
          const exited = new Promise<string | null>((resolve) => child.once('exit', (_code, by) => resolve(by)));
          for await (const line of createInterface(child.stdout)) bought.push(JSON.parse(line));
          if ((await exited) !== 'SIGKILL') break;
        }
        expect(last).toBeGreaterThan(REFUND_STEPS_MIN);
        const db = await Database.create({ url });
        const house = await openMoneyHouse({ db, dataFile, isRunning: false });
        house.advance(24 * 60 * 60_000);
        await house.money.sweep();
        const { stripe } = house;
        for (const { ticket, payment } of bought) {
          // The operator retries after a lost answer.
          await house.money.refunds.refund({ ticket, reason: 'Again' }, 'operator').catch(() => {});
          const { data } = await stripe.refunds.list({ payment_intent: payment });
          expect(data.map(({ amount, status }) => [amount, status])).toEqual([[2_000, 'succeeded']]);
        }
        expect(await house.money.checkInvariants()).toEqual([]);
        expect((await house.money.reconciliations.run(0)).items).toEqual([]);
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
