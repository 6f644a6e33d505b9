/** Values of bulk statements reach the database unchanged, whatever they contain. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';

describe.each(BOTH_DATABASES)('values of bulk statements on $name', ({ open }) => {
  let db: Database & AsyncDisposable;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  // Excludes what Postgres text cannot store: the zero character and unpaired surrogates.
  const storable = (text: string) => text.isWellFormed() && !text.includes('\u0000');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }).filter(storable),
    fc.constantFrom('', 'null', 'NULL', '{}', '{"a"}', '"', '\\', '\\n', 'a,b', '\n', '\u2028', 'Léa 🎉', ' padded '),
  );

  test('arrays of texts are preserved, including nulls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(text, fc.constant(null))), async (items) => {
        const rows = await db.bulk<{ item: string | null }>(
          'select item from unnest($1::text[]) with ordinality as given (item, n) order by n',
          [items],
        );
        expect(rows.map(({ item }) => item)).toEqual(items);
      }),
    );
  });

  test('arrays of integers are preserved, including nulls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.maxSafeInteger(), fc.constant(null))), async (items) => {
        const rows = await db.bulk<{ item: string | null }>(
          'select item::text from unnest($1::bigint[]) with ordinality as given (item, n) order by n',
          [items],
        );
        expect(rows.map(({ item }) => item)).toEqual(items.map((item) => item?.toString() ?? null));
      }),
    );
  });

  test('a transaction may commit more facts than a statement has parameters', async () => {
    const log = createLog({ level: 'silent', pretty: false });
    const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
    const given = Array.from({ length: 11_000 }, (_, n) => ({ topic: 'room.ended', room: `room_${n}`, data: { n } }));
    await db.transaction((tx) => outbox.add(tx, ...given));
    const rows = await db.bulk('select topic, room, data from outbox where identity is null order by seq', []);
    expect(rows).toEqual(given);
  });
});
