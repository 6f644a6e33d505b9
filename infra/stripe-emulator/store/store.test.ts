import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Store } from './store.ts';

const newFile = () => path.join(mkdtempSync(path.join(tmpdir(), 'stripe-emulator-')), 'journal.jsonl');
const ids = (store: Store) => [...store.newestFirst('deleted_customers')].map(({ id }) => id);
const deleted = (id: string) => ({ id, object: 'customer', deleted: true }) as const;

function put(store: Store, ...customerIds: string[]): void {
  store.transact((transaction) => {
    for (const id of customerIds) transaction.put('deleted_customers', id, deleted(id));
  });
}

test('a transaction holds as a whole or not at all', () => {
  const file = newFile();
  const store = Store.create(file);
  put(store, 'cus_1', 'cus_2');
  expect(() =>
    store.transact((transaction) => {
      transaction.put('deleted_customers', 'cus_3', deleted('cus_3'));
      transaction.remove('deleted_customers', 'cus_1');
      expect([...transaction.newestFirst('deleted_customers')].map(({ id }) => id)).toEqual(['cus_3', 'cus_2']);
      throw new Error('changed its mind');
    }),
  ).toThrow('changed its mind');
  expect(ids(store)).toEqual(['cus_2', 'cus_1']);
  expect(ids(Store.create(file))).toEqual(['cus_2', 'cus_1']);
});

test('what is written is there after a restart without closing, in the same order', () => {
  const file = newFile();
  const store = Store.create(file);
  put(store, 'cus_1');
  put(store, 'cus_2');
  store.transact((transaction) => transaction.remove('deleted_customers', 'cus_1'));
  put(store, 'cus_3');
  expect(ids(Store.create(file))).toEqual(['cus_3', 'cus_2']);
  // The start has compacted the file: what was removed is gone from it.
  expect(readFileSync(file, 'utf8')).not.toContain('cus_1');
});

test('a torn last line is a write that nobody was told of', () => {
  const file = newFile();
  put(Store.create(file), 'cus_1');
  appendFileSync(file, '[["deleted_customers","cus_2",{"id":"cus_2","obj');
  const store = Store.create(file);
  expect(ids(store)).toEqual(['cus_1']);
  put(store, 'cus_3');
  expect(ids(Store.create(file))).toEqual(['cus_3', 'cus_1']);
});

test('damage before the last line, and a foreign file, stop the start', () => {
  const file = newFile();
  put(Store.create(file), 'cus_1');
  appendFileSync(file, 'garbage\n[]\n');
  expect(() => Store.create(file)).toThrow('damaged at line 3');
  writeFileSync(file, '{"format":"something else"}\n');
  expect(() => Store.create(file)).toThrow('not a journal');
});

test('a record that someone holds does not change under their hands', () => {
  const store = Store.create(undefined);
  store.transact((transaction) =>
    transaction.put('card_behaviours', 'pm_1', {
      authentication: 'never',
      refund: 'pending',
      decline: { code: 'a', declineCode: 'b' },
    }),
  );
  const held = store.get('card_behaviours', 'pm_1');
  expect(() => {
    (held as { decline: { code: string } }).decline.code = 'c';
  }).toThrow(TypeError);
});

test('a closed journal takes nothing more, and the memory does not run ahead of it', () => {
  const store = Store.create(newFile());
  store.close();
  expect(() => put(store, 'cus_1')).toThrow('closed');
  expect(ids(store)).toEqual([]);
});
