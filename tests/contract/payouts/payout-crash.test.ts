import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import { CRASH_TARGETS, runUntilKilled } from '../../support/crash/crash-targets.ts';
import { hasPostgres } from '../../support/databases/databases.ts';
import { createTestDatabase } from '../../support/databases/postgres.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';

const PAYOUT = new URL('../../support/crash/payout-load.ts', import.meta.url).pathname;
const REFUND = new URL('../../support/crash/refund-load.ts', import.meta.url).pathname;
/** The decision, the provider call, and the booking of its answer: before and after each. */
const REFUND_STEPS_MIN = 6;
const TIMEOUT_MS = 240_000;

describe.each(CRASH_TARGETS)('kill -9 between a transfer and its booking, on $name', ({ open }) => {
  test(
    'the resumed batch pays the creator once, and the ledger agrees',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
      const { target, connect, close } = await open(folder);
      try {
        const dataFile = join(folder, 'stripe.jsonl');
        const killed = await runUntilKilled<{ transferred: string }>(PAYOUT, [target, dataFile], (_, kill) => kill());
        expect(killed.signal).toBe('SIGKILL');
        const creator = killed.lines[0]?.transferred ?? '';
        const db = await connect();
        const house = await openMoneyHouse({ db, dataFile, isRunning: false });
        const { payouts } = house.money;
        expect(await payouts.listOfCreator(creator)).toMatchObject([{ status: 'pending' }]);
        // As every start does first.
        house.advance(20 * 24 * 60 * 60_000);
        await house.money.payouts.due.recheck();
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
        for (const steps of killSteps(60)) {
          last = steps;
          const { signal, lines } = await runUntilKilled<(typeof bought)[number]>(REFUND, [url, dataFile, `${steps}`]);
          bought.push(...lines);
          if (signal !== 'SIGKILL') break;
        }
        expect(last).toBeGreaterThanOrEqual(REFUND_STEPS_MIN);
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
