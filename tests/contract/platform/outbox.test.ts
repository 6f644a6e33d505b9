/** Facts whose listener fails, and facts that are late, on a real database. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { type Fact, Outbox } from '../../../server/platform/outbox/outbox.ts';
import { openDatabase } from '../../support/databases/databases.ts';

const log = createLog({ level: 'silent', pretty: false });

describe('a fact whose listener fails', () => {
  let db: Database & AsyncDisposable;
  beforeAll(async () => {
    db = await openDatabase();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** `failing` names the facts that fail. The given ones are committed together, and handed over as one batch. */
  async function withOutbox(
    given: { name: string; room: string }[],
    failing: Set<string>,
    work: (parts: { handled: string[]; retry: () => Promise<void> }) => Promise<void>,
  ): Promise<void> {
    const now = performance.now.bind(performance);
    let laterMs = 0;
    using _later = vi.spyOn(performance, 'now').mockImplementation(() => now() + laterMs);
    const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
    const handled: string[] = [];
    outbox.onBatch('test', (facts: Fact[]) => {
      const names = facts.map(({ data }) => data.name);
      if (names.some((name) => failing.has(name))) throw new Error('It fails');
      handled.push(...names);
    });
    try {
      outbox.start();
      await db.transaction((tx) =>
        outbox.add(tx, ...given.map(({ name, room }) => ({ topic: 'test', room, data: { name } }))),
      );
      const retry = async () => {
        laterMs += 10_000;
        outbox.wake();
        await outbox.idle();
      };
      await work({ handled, retry });
      failing.clear();
      await vi.waitFor(async () => {
        await retry();
        expect(await outbox.pending()).toBe(0);
      });
      expect(handled.toSorted()).toEqual(given.map(({ name }) => name).toSorted());
    } finally {
      failing.clear();
      await outbox.close();
    }
  }

  test('holds up the facts of its own room alone, in order', () => {
    const failing = new Set(['a1']);
    const given = [
      { name: 'b1', room: 'b' },
      { name: 'a1', room: 'a' },
      { name: 'a2', room: 'a' },
      { name: 'b2', room: 'b' },
    ];
    return withOutbox(given, failing, async ({ handled, retry }) => {
      await vi.waitFor(async () => {
        await retry();
        expect(handled).toEqual(['b1', 'b2']);
      });
      failing.clear();
      await vi.waitFor(async () => {
        await retry();
        expect(handled).toEqual(['b1', 'b2', 'a1', 'a2']);
      });
    });
  });

  test('holds up its own room for ten attempts, and is then retried alone', () => {
    const given = [
      { name: 'a1', room: 'a' },
      { name: 'a2', room: 'a' },
    ];
    return withOutbox(given, new Set(['a1']), async ({ handled, retry }) => {
      await vi.waitFor(async () => {
        await retry();
        expect(handled).toEqual(['a2']);
      });
    });
  });

  test('does not hold up others when many rooms fail', () => {
    const given = Array.from({ length: 300 }, (_, n) => ({ name: `x${n}`, room: `room ${n}` }));
    const failing = new Set(given.slice(0, 250).map(({ name }) => name));
    return withOutbox(given, failing, async ({ handled, retry }) => {
      await vi.waitFor(async () => {
        await retry();
        expect(handled).toHaveLength(50);
      });
    });
  });

  test('does not keep later facts from being deleted', async () => {
    const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
    await db.bulk(`insert into outbox (id, topic, data) values ('stuck', 'test', '{}')`, []);
    await db.bulk(
      `insert into outbox (seq, id, topic, data, dispatched_at, published_at)
        select currval(pg_get_serial_sequence('outbox', 'seq')) + 10000, 'done', 'test', '{}', now() - interval '2 hours', now()`,
      [],
    );
    await outbox.prune();
    expect(await db.bulk(`select id from outbox where id in ('stuck', 'done')`, [])).toEqual([{ id: 'stuck' }]);
    await db.bulk(`delete from outbox where id = 'stuck'`, []);
  });
});

test('facts whose claims have lapsed come before younger ones, also if they are more than a batch', async () => {
  await using db = await openDatabase();
  const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
  const handled: number[] = [];
  outbox.onBatch('test', (facts) => void handled.push(...facts.map(({ data }) => data.n)));
  const given = Array.from({ length: 300 }, (_, n) => n);
  await db.transaction((tx) => outbox.add(tx, ...given.map((n) => ({ topic: 'test', room: 'a', data: { n } }))));
  await db.bulk(`update outbox set claimed_until = now() - interval '1 second' where (data->>'n')::int < 250`, []);
  try {
    outbox.start();
    await vi.waitFor(async () => expect(await outbox.pending()).toBe(0), { timeout: 10_000 });
    expect(handled).toEqual(given);
  } finally {
    await outbox.close();
  }
});
