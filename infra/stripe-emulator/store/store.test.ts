import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Stripe from 'stripe';
import { expect, test } from 'vitest';
import type { Reader } from './reader.ts';
import { Store } from './store.ts';

const newFile = () => path.join(mkdtempSync(path.join(tmpdir(), 'stripe-emulator-')), 'journal.jsonl');
const ids = (store: Store) => [...store.newestFirst('deleted_customers')].map(({ id }) => id);
const deleted = (id: string) => ({ id, object: 'customer', deleted: true }) as const;

function put(store: Store, ...customerIds: string[]): void {
  store.transact((transaction) => {
    for (const id of customerIds) transaction.put('deleted_customers', id, deleted(id));
  });
}

test('a transaction is atomic', () => {
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

test('written records survive a restart without close, in the same order', () => {
  const file = newFile();
  const store = Store.create(file);
  put(store, 'cus_1');
  put(store, 'cus_2');
  store.transact((transaction) => transaction.remove('deleted_customers', 'cus_1'));
  put(store, 'cus_3');
  expect(ids(Store.create(file))).toEqual(['cus_3', 'cus_2']);
  // The start has compacted the file, without the removed record.
  expect(readFileSync(file, 'utf8')).not.toContain('cus_1');
});

test('a truncated last line is dropped as an unconfirmed write', () => {
  const file = newFile();
  put(Store.create(file), 'cus_1');
  appendFileSync(file, '[["deleted_customers","cus_2",{"id":"cus_2","obj');
  const store = Store.create(file);
  expect(ids(store)).toEqual(['cus_1']);
  put(store, 'cus_3');
  expect(ids(Store.create(file))).toEqual(['cus_3', 'cus_1']);
});

test('damage before the last line, or a foreign file, prevents the start', () => {
  const file = newFile();
  put(Store.create(file), 'cus_1');
  appendFileSync(file, 'garbage\n[]\n');
  expect(() => Store.create(file)).toThrow('damaged at line 3');
  writeFileSync(file, '{"format":"something else"}\n');
  expect(() => Store.create(file)).toThrow('not a journal');
});

test('a record that was read does not change later', () => {
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

test('a closed journal refuses writes, and the memory stays equal to it', () => {
  const store = Store.create(newFile());
  store.close();
  expect(() => put(store, 'cus_1')).toThrow('closed');
  expect(ids(store)).toEqual([]);
});

test('finds records by reference, also within a transaction that changes them', () => {
  const store = Store.create(undefined);
  const card = (id: string, customer: string | null) => ({ id, customer }) as unknown as Stripe.PaymentMethod;
  const of = (reader: Reader, customer: string) =>
    [...reader.newestFirst('payment_methods', { customer })].map(({ id }) => id);
  store.transact((transaction) => {
    for (const [id, customer] of [
      ['pm_1', 'cus_1'],
      ['pm_2', 'cus_2'],
      ['pm_3', 'cus_1'],
    ] as const) {
      transaction.put('payment_methods', id, card(id, customer));
    }
  });
  expect(of(store, 'cus_1')).toEqual(['pm_3', 'pm_1']);
  store.transact((transaction) => {
    transaction.put('payment_methods', 'pm_1', card('pm_1', null));
    transaction.put('payment_methods', 'pm_2', card('pm_2', 'cus_1'));
    transaction.remove('payment_methods', 'pm_3');
    transaction.put('payment_methods', 'pm_4', card('pm_4', 'cus_1'));
    expect(of(transaction, 'cus_1')).toEqual(['pm_4', 'pm_2']);
    expect(of(transaction, 'cus_2')).toEqual([]);
  });
  expect(of(store, 'cus_1')).toEqual(['pm_4', 'pm_2']);
  expect(() => [...store.newestFirst('payment_methods', { type: 'card' })]).toThrow('No index');
});
