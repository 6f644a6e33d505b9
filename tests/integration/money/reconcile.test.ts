/** `npm run reconcile` without a server: its output and exit codes. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StripeEmulator } from '@loge/stripe-emulator';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { borrowPostgres, hasPostgres } from '../../support/databases/databases.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';

const PROGRAM = fileURLToPath(new URL('../../../server/reconcile.ts', import.meta.url));
const DAY_MS = 24 * 60 * 60_000;

let folder: string;
let postgres: Awaited<ReturnType<typeof borrowPostgres>> | undefined;
let freePort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loge-reconcile-'));
  postgres = hasPostgres ? await borrowPostgres() : undefined;
  if (!postgres) await copyPgliteTemplate(join(folder, 'pglite'));
  const db = await Database.create({ url: postgres?.url, dataDir: join(folder, 'pglite') });
  const house = await openMoneyHouse({ db, isRunning: false, dataFile: join(folder, 'stripe-emulator.jsonl') });
  await house.createFan(2_000);
  house.advance(DAY_MS);
  await house.money.sweep();
  await house[Symbol.asyncDispose]();
  await db.close();
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  freePort = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
});

afterAll(async () => {
  await postgres?.giveBack();
  await rm(folder, { recursive: true, force: true });
});

function reconcile(
  args: string[],
  more: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    ...{ ...process.env, NODE_ENV: 'test', LOGE_DATA_DIR: folder, PORT: String(freePort) },
    ...{ DATABASE_URL: postgres?.url ?? '', ...more },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('0: they agree', async () => {
  const { code, stdout } = await reconcile(['--all', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ unexplainedCount: 0 })]);
});

test('exits 2 and prints why it could not compare', async () => {
  const noDate = await reconcile(['--since', 'yesterday']);
  expect([noDate.code, noDate.stderr]).toEqual([2, expect.stringContaining('"yesterday" is no date')]);
  const stranger = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  // A server is asked only where it may hold the database.
  const PORT = String((stranger.address() as AddressInfo).port);
  const taken = await reconcile([], { PORT, DATABASE_URL: '' });
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('answered 404')]);
  stranger.closeAllConnections();
  await new Promise((resolve) => stranger.close(resolve));
});

test('exits 1 for an unexplained difference', async () => {
  const emulator = await StripeEmulator.create({
    payoutInterval: 'manual',
    port: 0,
    dataFile: join(folder, 'stripe-emulator.jsonl'),
    log: () => {},
  });
  const stripe = new Stripe('sk_test_loge_emulator', { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
  const { id } = await stripe.paymentIntents.create({
    amount: 1_234,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  await emulator.close();
  const { code, stdout } = await reconcile(['--all']);
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(new RegExp(`UNEXPLAINED \\d+ ${id}: A payment at the provider`)),
  ]);
});
