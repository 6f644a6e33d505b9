import { expect, test } from 'vitest';
import { openDatabase } from '../../../tests/support/databases/databases.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { WatchedClock } from '../watched-clock.ts';
import { GatewayLease } from './gateway-lease.ts';

const log = createLog({ level: 'silent', pretty: false });
const createClock = () => new WatchedClock({ log, metrics: createMetrics() });

test('a gateway that was stalled gives others time to renew before it takes them for lost', async () => {
  await using db = await openDatabase();
  let nowMs = 0;
  const lease = await GatewayLease.create({ db, id: 'gw_here', log, clock: createClock(), now: () => nowMs });
  for (nowMs = 5_000; nowMs <= 20_000; nowMs += 5_000) await lease.beat();
  expect(lease.steadyForMs).toBeGreaterThanOrEqual(20_000);
  // The database is away for a minute.
  nowMs += 60_000;
  // Whoever looks at others may do so before the first beat after it.
  expect(lease.steadyForMs).toBe(0);
  await lease.beat();
  expect(lease.steadyForMs).toBe(0);
  nowMs += 5_000;
  await lease.beat();
  expect(lease.steadyForMs).toBe(5_000);
  await lease.close();
});

test('a jump of the database clock gives others time to renew, too', async () => {
  await using db = await openDatabase();
  let nowMs = 0;
  const lease = await GatewayLease.create({ db, id: 'gw_here', log, clock: createClock(), now: () => nowMs });
  for (nowMs = 5_000; nowMs <= 20_000; nowMs += 5_000) await lease.beat();
  await db.bulk(`update gateways set seen_at = seen_at - interval '1 minute'`, []);
  await lease.beat();
  expect(lease.steadyForMs).toBe(0);
  nowMs += 5_000;
  await lease.beat();
  expect(lease.steadyForMs).toBe(5_000);
  await lease.close();
});

test.each([
  ['eight hours ago', `seen_at - interval '8 hours'`, true],
  ['in eight hours', `seen_at + interval '8 hours'`, true],
  ['half a minute ago', `seen_at - interval '30 seconds'`, false],
])(
  'a start whose last heartbeat was %s: the clock that house and database share may be wrong',
  async (_, seenAt, isInDoubt) => {
    await using db = await openDatabase();
    const start = async (id: string) => {
      const clock = createClock();
      const lease = await GatewayLease.create({ db, id, log, clock });
      await lease.close();
      return clock.isInDoubt;
    };
    expect(await start('gw_first')).toBe(false);
    await db.bulk(`update gateways set seen_at = ${seenAt}`, []);
    expect(await start('gw_second')).toBe(isInDoubt);
    // Its heartbeats are recent now, and say that the clock has not held yet.
    expect(await start('gw_third')).toBe(isInDoubt);
  },
);
