import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Rank, RankHeap, unranked } from './rank-heap.ts';

interface Item {
  rank: Rank;
  key: number;
}

const key = fc.integer({ min: 0, max: 20 });
const step = fc.record({ item: fc.nat(11), action: fc.constantFrom('put', 'remove'), key });

test('keeps the order of the keys under any inserts, changes and removals', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const items: Item[] = Array.from({ length: 12 }, () => ({ rank: unranked(), key: 0 }));
      const heap = new RankHeap<Item>(({ rank }) => rank);
      const inside = new Set<Item>();
      for (const { item: index, action, key } of steps) {
        const item = items[index] as Item;
        if (action === 'remove') {
          heap.remove(item);
          inside.delete(item);
        } else {
          item.key = key;
          heap.put(item, key);
          inside.add(item);
        }
        expect([...heap.inOrder()].map((each) => each.key)).toEqual(
          [...inside].map((each) => each.key).sort((left, right) => left - right),
        );
      }
    }),
  );
});

test('corrects keys that have grown when the first is read', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, key), { minLength: 1, maxLength: 30 }), (keys) => {
      const heap = new RankHeap<Item>(({ rank }) => rank);
      const items = keys.map(([before, growth]) => ({ rank: unranked(), key: before + growth, before }));
      for (const item of items) heap.put(item, item.before);
      expect(heap.settledFirst((item) => item.key)?.key).toBe(Math.min(...items.map((item) => item.key)));
    }),
  );
});
