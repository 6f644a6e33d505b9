/**
 * `npm run reconcile`: compares the books with the payment provider once and prints every difference. Exit code 1: an
 * unexplained difference; 2: the comparison failed. If a running server holds the database (PGlite), it does the work;
 * otherwise the parts are opened here.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { createMoney, createRooms, moneySettings } from './domains.ts';
import { askOwnServer } from './own-server.ts';
import { createPayment } from './payment.ts';
import { MemoryBus } from './platform/bus.ts';
import { iso, systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { createLog, STDERR } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { Outbox } from './platform/outbox/outbox.ts';
import { type Reconciliation, reconciliation } from './protocol/money/payouts.ts';

const SERVER_TIMEOUT_MS = 10 * 60_000;

interface Options {
  since: string | undefined;
  isJson: boolean;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const config = parseConfig(process.env, 'command');
  const found = (await askServer(config, options)) ?? (await runHere(config, options));
  process.stdout.write(options.isJson ? `${JSON.stringify(found, null, 2)}\n` : describe(found));
  return found.unexplainedCount === 0 ? 0 : 1;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { since: { type: 'string' }, all: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const since = values.all ? iso(0) : values.since;
  if (since !== undefined && Number.isNaN(Date.parse(since))) {
    throw new ConfigError([`--since: "${since}" is no date; write it like 2026-11-01`]);
  }
  return { since: since && iso(since), isJson: values.json ?? false };
}

async function askServer(config: Config, { since }: Options): Promise<Reconciliation | undefined> {
  const body = since ? { since } : {};
  const path = '/v1/reconciliations';
  const answer = await askOwnServer(config, { method: 'POST', path, body, timeoutMs: SERVER_TIMEOUT_MS });
  return answer === undefined ? undefined : reconciliation.parse(answer);
}

async function runHere(config: Config, { since }: Options): Promise<Reconciliation> {
  const log = createLog({ level: config.logLevel, pretty: config.development, destination: STDERR });
  const metrics = createMetrics();
  const clock = systemClock;
  const dataDir = resolve(config.dataDir);
  const db = await Database.create({ url: config.databaseUrl, dataDir: join(dataDir, 'pglite') });
  const payment = await createPayment({ config, dataDir, clock, log });
  try {
    const bus = new MemoryBus((error) => log.error({ err: error }, 'bus handler failed'));
    const outbox = new Outbox({ db, bus, log, metrics });
    const platform = { db, outbox, clock, log, metrics };
    const { rooms } = createRooms(platform, { currency: config.currency });
    // Nothing is started: it only reads, and books what the provider alone knows.
    const money = await createMoney(platform, rooms, {
      ...moneySettings(config),
      provider: payment.provider,
      isReturnUrlAllowed: () => false,
    });
    return await money.reconciliations.run(since === undefined ? undefined : Date.parse(since));
  } finally {
    await payment.close();
    await db.close();
  }
}

function describe(found: Reconciliation): string {
  const unit = `minor units of ${found.currency}`;
  const lines = [
    `Compared ${found.movementCount} movements at the provider since ${found.since}.`,
    `At the provider: ${found.providerMinor} ${unit}. By the books: ${found.ledgerMinor}.`,
    ...found.items.map(
      (item) =>
        `  ${item.isExplained ? 'explained  ' : 'UNEXPLAINED'} ${item.differenceMinor} ${item.reference}: ${item.text}`,
    ),
    found.unexplainedCount === 0
      ? found.items.length === 0
        ? 'They agree.'
        : 'They agree but for what is explained above.'
      : `They differ by ${found.differenceMinor} ${unit} in ${found.unexplainedCount} items that nothing explains.`,
  ];
  return `${lines.join('\n')}\n`;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(
      `\nThe books could not be compared. ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(2);
  },
);
