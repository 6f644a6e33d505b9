/** Rows that are work, on a real database: claims by several processes, leases, faults, lanes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { eq, sql } from '../../../server/platform/db/sql.ts';
import { dueColumns, dueIndexes, pgTable, text } from '../../../server/platform/db/tables.ts';
import { DueRows, type DueRowsOptions, NOT_DUE } from '../../../server/platform/jobs/due-rows.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const tasks = pgTable(
  'tasks',
  { id: text('id').primaryKey(), lane: text('lane').notNull(), ...dueColumns() },
  (table) => dueIndexes('tasks', table),
);
type Task = typeof tasks.$inferSelect;
const LEASE_MS = 40_000;
const HOUR_MS = 3_600_000;

describe.each(BOTH_DATABASES)('rows that are work, on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let clock: MovableClock;
  const opened: DueRows<typeof tasks>[] = [];

  beforeAll(async () => {
    db = await open();
    await db.orm.execute(sql`create table tasks (id text primary key, lane text not null, due_at timestamptz,
      attempts integer not null default 0, fault text, failing_since timestamptz)`);
  });
  beforeEach(async () => {
    clock = new MovableClock(Date.parse('2026-05-15T12:00:00Z'));
    await db.orm.delete(tasks);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** One process of the house. */
  function openRows(options: Partial<DueRowsOptions<typeof tasks>>): DueRows<typeof tasks> {
    const rows = new DueRows({
      name: 'tasks',
      table: tasks,
      key: [tasks.id],
      services: { db, clock, log: createLog({ level: 'silent', pretty: false }), metrics: createMetrics() },
      everyMs: HOUR_MS,
      waitsForClock: false,
      concurrency: 3,
      recheck: { firstMs: LEASE_MS, factor: 2, maxMs: HOUR_MS },
      retry: { firstMs: 1_000, maxMs: HOUR_MS },
      attempt: async ({ id }) => finish(id),
      ...options,
    });
    opened.push(rows);
    return rows;
  }
  const add = (count: number, lane = 'all') =>
    db.orm.insert(tasks).values(
      Array.from({ length: count }, (_, n) => ({
        id: `${lane}-${n}`,
        lane,
        dueAt: new Date(clock.now() - 1_000 + n).toISOString(),
      })),
    );
  const finish = async (id: string) => {
    await db.orm.update(tasks).set(NOT_DUE).where(eq(tasks.id, id));
  };
  const read = async (id: string): Promise<Task> =>
    (await db.orm.select().from(tasks).where(eq(tasks.id, id)))[0] as Task;
  const dueInMs = async (id: string) => Date.parse((await read(id)).dueAt ?? '') - clock.now();

  test('two processes attempt each row once, the longest due first, and no more at a time than allowed', async () => {
    await add(30);
    const [attempted, running]: [string[], Set<string>] = [[], new Set()];
    let most = 0;
    const attempt = async ({ id }: Task) => {
      attempted.push(id);
      running.add(id);
      most = Math.max(most, running.size);
      await finish(id);
      running.delete(id);
    };
    const processes = [openRows({ attempt }), openRows({ attempt })];
    await Promise.all(processes.map((rows) => rows.drain()));
    expect(attempted.toSorted()).toEqual(Array.from({ length: 30 }, (_, n) => `all-${n}`).toSorted());
    expect(most).toBeLessThanOrEqual(6);
    expect(attempted.every((id, index) => Math.abs(Number(id.slice(4)) - index) <= 6)).toBe(true);
  });

  test('a row whose process died, or that is not done, is due again when its growing claim ends', async () => {
    await add(1);
    const attempted: number[] = [];
    const rows = openRows({ attempt: async ({ attempts }) => void attempted.push(attempts) });
    for (const leaseMs of [LEASE_MS, 2 * LEASE_MS, 4 * LEASE_MS]) {
      await rows.drain();
      expect(await dueInMs('all-0')).toBe(leaseMs);
      clock.advance(leaseMs - 1);
      await rows.drain();
      clock.advance(1);
    }
    expect(attempted).toEqual([1, 2, 3]);
    await rows.recheck();
    expect(await dueInMs('all-0')).toBe(0);
  });

  test('a fault is stored, reported and retried ever later, and forgotten after a success', async () => {
    await add(1);
    let isBroken = true;
    const rows = openRows({
      attempt: async () => {
        if (isBroken) throw new AppError('provider_unavailable', 'The bank is closed.');
      },
    });
    const since = new Date(clock.now()).toISOString();
    for (const pauseMs of [1_000, 1_000, 2_000, 4_000]) {
      await rows.drain();
      expect(await dueInMs('all-0')).toBe(pauseMs);
      const [fault] = (await rows.report()).faults;
      expect(fault).toMatchObject({ key: 'all-0', since, fault: 'The bank is closed.' });
      clock.advance(pauseMs);
    }
    isBroken = false;
    await rows.drain();
    expect(await rows.report()).toMatchObject({ failing: 0, faults: [], overdue: 0, oldestDueAt: null });
  });

  test('a fault does not undo what was decided about the row during the attempt', async () => {
    await add(1);
    const rows = openRows({
      attempt: async ({ id }) => {
        await finish(id);
        throw new Error('after the end');
      },
    });
    await rows.drain();
    expect(await read('all-0')).toMatchObject({ dueAt: null, fault: null });
  });

  test('a full lane holds up no other, and closing waits for what is under way alone', async () => {
    await add(10, 'slow');
    await add(4, 'fast');
    const started: string[] = [];
    const held = Promise.withResolvers<void>();
    const rows = openRows({
      lanes: {
        list: async () => ['slow', 'fast'].map((name) => ({ name, where: eq(tasks.lane, name) })),
        of: ({ lane }) => lane,
      },
      attempt: async ({ id, lane }) => {
        started.push(id);
        if (lane === 'slow') await held.promise;
        await finish(id);
      },
    });
    rows.wake();
    await expect.poll(() => started.filter((id) => id.startsWith('fast')).length).toBe(4);
    expect(started.filter((id) => id.startsWith('slow'))).toHaveLength(3);
    const closed = rows.close();
    held.resolve();
    await closed;
    expect(started.filter((id) => id.startsWith('slow'))).toHaveLength(3);
    clock.advance(2 * 60_000);
    expect(await rows.report()).toMatchObject({ overdue: 7, failing: 0 });
  });
});
