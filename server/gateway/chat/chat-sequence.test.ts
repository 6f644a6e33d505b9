import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../chat/log/log-entry.ts';
import { ReadingBudget, toRanges } from './chat-budget.ts';
import { ChatSequence } from './chat-sequence.ts';

function message(seq: number, role: 'fan' | 'creator' = 'fan'): LogEntry {
  const from = { identity: `${role}-${seq % 7}`, name: 'Someone', role };
  return { kind: 'message', id: `msg_${seq}`, seq, from, text: `text ${seq}`, sentAt: '2030-01-01T00:00:00.000Z' };
}

function tip(seq: number): LogEntry {
  const giver = { identity: 'lea', name: 'Léa', role: 'fan' as const };
  const sentAt = '2030-01-01T00:00:00.000Z';
  return { kind: 'tip', id: `tip_${seq}`, seq, giver, amountMinor: 500, currency: 'eur', message: null, sentAt };
}

test('releases each entry once and in order, for any order of arrival and duplicates', () => {
  const seed = Date.now();
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 1, max: 80 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 9 }),
      (start, count, doubled, order, size) => {
        const sequence = new ChatSequence(start);
        const entries = Array.from({ length: count }, (_, index) => message(start + index + 1));
        const arriving = [...entries, ...doubled.map((index) => entries[index % count] as LogEntry)]
          .map((entry) => ({ entry, key: order.next().value as number }))
          .sort((left, right) => left.key - right.key)
          .map(({ entry }) => entry);
        const through: LogEntry[] = [];
        for (let at = 0; at < arriving.length; at += size)
          through.push(...sequence.accept(arriving.slice(at, at + size)));
        expect(through).toEqual(entries);
        expect(sequence.hasGap).toBe(false);
      },
    ),
    { seed, verbose: true },
  );
});

test('holds back entries after a gap until it is filled or skipped', () => {
  const sequence = new ChatSequence(10);
  expect(sequence.accept([message(12), message(14)])).toEqual([]);
  expect(sequence.hasGap).toBe(true);
  expect(sequence.accept([message(11)]).map(({ seq }) => seq)).toEqual([11, 12]);
  expect(sequence.skipTo(13).map(({ seq }) => seq)).toEqual([14]);
  expect([sequence.lastSeq, sequence.hasGap]).toEqual([14, false]);
});

test('above the readable rate, samples fans’ messages evenly; tips and the creator always pass', () => {
  const budget = new ReadingBudget(30, 0);
  budget.take(
    Array.from({ length: 120 }, (_, index) => message(index + 1)),
    0,
  );
  const entries = Array.from({ length: 200 }, (_, index) =>
    index % 20 === 0 ? tip(index) : index % 20 === 10 ? message(index, 'creator') : message(index),
  );
  const { shown, skipped } = budget.take(entries, 1_000);
  expect(shown.length + skipped.length).toBe(200);
  expect(shown.filter(({ kind }) => kind === 'tip')).toHaveLength(10);
  expect(shown.filter((entry) => entry.kind === 'message' && entry.from.role === 'creator')).toHaveLength(10);
  expect(shown.filter((entry) => entry.kind === 'message' && entry.from.role === 'fan')).toHaveLength(30);
  const gaps = shown.map(({ seq }) => seq).filter((seq, index, all) => seq - (all[index - 1] ?? 0) > 20);
  expect(gaps).toEqual([]);
  const numbers = toRanges(skipped.map(({ seq }) => seq)).flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  expect(numbers).toEqual(skipped.map(({ seq }) => seq));
});

test('shows a burst in a quiet room in full, and everything if the rate is 0', () => {
  const burst = Array.from({ length: 100 }, (_, index) => message(index + 1));
  expect(new ReadingBudget(30, 0).take(burst, 0).skipped).toEqual([]);
  const unlimited = new ReadingBudget(0, 0);
  for (let round = 0; round < 10; round += 1) expect(unlimited.take(burst, 0).skipped).toEqual([]);
});
