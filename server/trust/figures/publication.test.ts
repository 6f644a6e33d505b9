import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { publishCount, publishCounts, publishPart } from './publication.ts';

/** All breakdowns of these names with totals up to a bound. */
function* breakdowns(names: readonly string[], most: number): Generator<Record<string, number>> {
  const [name, ...rest] = names;
  if (name === undefined) return yield {};
  for (let count = 0; count <= most; count += 1)
    for (const others of breakdowns(rest, most - count)) yield { [name]: count, ...others };
}

describe('what is published of a breakdown', () => {
  // The attacker knows the names, the rule, the order, and everything that is published.
  test.each([
    { names: ['a', 'b'], most: 30, joinFirst: [] },
    { names: ['a', 'b', 'c'], most: 30, joinFirst: [] },
    { names: ['a', 'b', 'c'], most: 30, joinFirst: ['c', 'b'] },
    { names: ['a', 'b', 'c', 'd'], most: 24, joinFirst: ['b'] },
  ])('leaves a hidden count of $names four values at least, whatever one computes', ({ names, most, joinFirst }) => {
    const explanations = new Map<string, Record<string, number>[]>();
    for (const counts of breakdowns(names, most)) {
      const answer = JSON.stringify(publishCounts(counts, joinFirst));
      explanations.set(answer, [...(explanations.get(answer) ?? []), counts]);
    }
    for (const [answer, fitting] of explanations) {
      for (const name of names) {
        const values = new Set(fitting.map((counts) => counts[name] ?? 0));
        const isSensitive = [...values].some((value) => value > 0 && value < 5);
        if (isSensitive)
          expect([answer, name, [1, 2, 3, 4].filter((value) => values.has(value))]).toEqual([
            answer,
            name,
            [1, 2, 3, 4],
          ]);
      }
    }
  });

  test('adds up, shows nothing below five, and hides nothing without need', () => {
    const counts = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.nat({ max: 40 }));
    fc.assert(
      fc.property(counts, (of) => {
        const published = publishCounts(of);
        const sum = Object.values(of).reduce((total, count) => total + count, 0);
        if (sum > 0 && sum < 5) {
          expect(published).toEqual({ total: null, counts: {}, others: null });
          return;
        }
        const shown = Object.values(published.counts);
        expect(shown.reduce((total, count) => total + count, 0) + (published.others ?? 0)).toBe(sum);
        expect(published.total).toBe(sum);
        for (const [name, count] of Object.entries(published.counts))
          expect([of[name], count >= 5]).toEqual([count, true]);
        if (Object.values(of).every((count) => count === 0 || count >= 5)) expect(published.others).toBe(0);
      }),
    );
  });

  test('of a part of a total says neither the part nor the rest where one is small', () => {
    expect([0, 1, 4, 5, 15, 16, 19, 20].map((part) => publishPart(part, 20))).toEqual([
      0,
      null,
      null,
      5,
      15,
      null,
      null,
      20,
    ]);
    expect(publishPart(0, 0)).toBe(0);
    expect([publishPart(2, 4), publishPart(4, 4), publishCount(4), publishCount(5), publishCount(0)]).toEqual([
      ...[null, null, null, 5, 0],
    ]);
  });
});
