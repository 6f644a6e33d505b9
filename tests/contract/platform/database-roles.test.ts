import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Database, sqlState } from '../../../server/platform/db/db.ts';
import { migrateAsOwner } from '../../../server/platform/db/schema-version.ts';
import { databaseUrl, runOnServer } from '../../support/databases/postgres.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';

const serverUrl = process.env.LOGE_TEST_POSTGRES_URL ?? '';
const INSUFFICIENT_PRIVILEGE = '42501';

function withUser(url: string, user: string): string {
  const changed = new URL(url);
  changed.username = user;
  return changed.href;
}

test.skipIf(!serverUrl)('gateways run under a role that can neither create tables nor change the books', async () => {
  const name = `roles_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(serverUrl, `create database ${name}`);
  const owner = databaseUrl(serverUrl, name);
  const gateway = withUser(owner, `gateway_${name}`);
  try {
    await runOnServer(serverUrl, `create role gateway_${name} login`);
    await expect(Database.create({ url: gateway })).rejects.toThrow('npm run migrate');
    await migrateAsOwner(owner, gateway);
    await migrateAsOwner(owner, gateway);

    await using db = await openAs(gateway);
    await using house = await openMoneyHouse({ db });
    const identity = await house.createFan(2_000);
    const room = await house.createRoom({ kind: 'free' });
    const { tip } = await house.money.tips.send({
      room,
      from: { identity, name: 'Léa', role: 'fan' },
      input: { amountMinor: 500, idempotencyKey: 'a-tip-to-refund' },
    });
    await house.money.desk.refund({ tip: tip.id, reason: 'asked for' }, 'ada');
    expect(await house.money.desk.listActs(tip.id)).toMatchObject([{ outcome: 'done', by: 'ada' }]);
    expect(await house.money.checkInvariants()).toEqual([]);

    for (const statement of [
      'update ledger_entries set amount_minor = 0',
      'delete from ledger_transactions',
      "update desk_acts set by = 'somebody else'",
      'delete from desk_act_outcomes',
      'truncate ledger_entries',
      'create table mine (id text)',
      'alter table ledger_entries disable trigger all',
      'drop trigger ledger_entries_append_only on ledger_entries',
    ]) {
      const error = await db.bulk(statement, []).catch((thrown: unknown) => thrown);
      expect([statement, sqlState(error)]).toEqual([statement, INSUFFICIENT_PRIVILEGE]);
    }
  } finally {
    await runOnServer(serverUrl, `drop database if exists ${name} with (force)`);
    await runOnServer(serverUrl, `drop role if exists gateway_${name}`);
  }
});

async function openAs(url: string): Promise<Database & AsyncDisposable> {
  const db = await Database.create({ url });
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() });
}
