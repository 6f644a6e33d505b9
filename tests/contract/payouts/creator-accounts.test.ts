/** Creators' provider accounts whose changes arrive by no webhook: they are polled, a few at a time. */

import { describe, expect, test, vi } from 'vitest';
import { CreatorAccountsStore } from '../../../server/money/payouts/creator-accounts.store.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Accounts that are fetched at a time. */
const CONCURRENCY = 2;

/** No webhook arrives, and the server's own event list has no events of connected accounts. */
async function openSilentHouse(db: Database) {
  const asked: string[] = [];
  const open = { now: 0, most: 0 };
  /** Runs once, when the provider has answered and before its answer arrives. */
  const hooks: { afterFetch?: (() => Promise<void>) | undefined } = {};
  const wrapProvider = (provider: PaymentProvider): PaymentProvider => {
    const fetchAccount = provider.connect.fetchAccount.bind(provider.connect);
    provider.connect.fetchAccount = async (account) => {
      asked.push(account);
      open.now += 1;
      open.most = Math.max(open.most, open.now);
      const found = await fetchAccount(account).finally(() => {
        open.now -= 1;
      });
      const act = hooks.afterFetch;
      hooks.afterFetch = undefined;
      await act?.();
      return found;
    };
    return provider;
  };
  const house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
  const { stripe } = house;
  const { creatorAccounts: accounts } = house.money;
  await accounts.startOnboarding({ creator: { identity: house.creator, name: 'Ada', country: 'FR' } });
  const [account] = (await stripe.accounts.list({ limit: 1 })).data;
  return {
    house,
    asked,
    open,
    hooks,
    account: account?.id ?? '',
    isPayable: () => accounts.isPayable(house.creator),
    /** Account statuses in the facts, oldest first. */
    async told() {
      const { rows } = (await db.orm.execute(
        sql`select data -> 'account' ->> 'status' as status from outbox where topic = 'creator.account_changed' order by seq`,
      )) as unknown as { rows: { status: string }[] };
      return rows.map(({ status }) => status);
    },
    async earn() {
      const room = await house.createRoom({ kind: 'free' });
      const input = { amountMinor: 10_000, idempotencyKey: createId('event') };
      const fan = await house.createFan(10_000);
      await house.money.tips.send({ room, from: { identity: fan, name: 'Léa', role: 'fan' }, input });
    },
    async later(ms: number) {
      house.advance(ms);
      asked.length = 0;
      await house.money.sweep();
    },
  };
}

describe.each(DATABASES)('accounts without events, on $name', ({ open }) => {
  test('one that was completed is payable within minutes', async () => {
    await using db = await open();
    const { house, account, isPayable, later, told } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    await later(MINUTE_MS);
    expect(await isPayable()).toBe(false);
    await later(5 * MINUTE_MS);
    expect(await isPayable()).toBe(true);
    expect(await told()).toEqual(['enabled']);
  });

  test('an answer that another one has overtaken is not stored', async () => {
    await using db = await open();
    const { house, account, hooks, isPayable, later, told } = await openSilentHouse(db);
    await using _ = house;
    hooks.afterFetch = async () => {
      house.emulator.act('onboard_account', { account });
      await house.money.creatorAccounts.handleAccountChanged(account);
    };
    await later(6 * MINUTE_MS);
    expect(await isPayable()).toBe(true);
    expect(await told()).toEqual(['enabled']);
  });

  test('a change is told although the server is killed when it has stored it', async () => {
    await using db = await open();
    const { house, account, later, told } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    const add = vi.spyOn(Outbox.prototype, 'add').mockRejectedValueOnce(new Error('Connection terminated'));
    await expect(house.money.creatorAccounts.handleAccountChanged(account)).rejects.toThrow('Connection terminated');
    add.mockRestore();
    await later(6 * MINUTE_MS);
    expect(await told()).toEqual(['enabled']);
  });

  test('an account that is gone at the provider is not payable, and the creator is onboarded again', async () => {
    await using db = await open();
    const { house, account, isPayable, later, told } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    await later(6 * MINUTE_MS);
    await house.stripe.accounts.del(account);
    const { creatorAccounts: accounts } = house.money;
    expect(await accounts.describe(house.creator)).toMatchObject({ status: 'pending', payoutsEnabled: false });
    expect(await isPayable()).toBe(false);
    await accounts.startOnboarding({ creator: { identity: house.creator, name: 'Ada', country: 'FR' } });
    const { data } = await house.stripe.accounts.list();
    expect(data).toMatchObject([{ metadata: { creator: house.creator } }]);
    house.emulator.act('onboard_account', { account: data[0]?.id ?? '' });
    await later(6 * MINUTE_MS);
    expect(await isPayable()).toBe(true);
    expect(await told()).toEqual(['enabled', 'pending', 'enabled']);
  });

  test('a refresh of an account that was replaced meanwhile does not bring it back', async () => {
    await using db = await open();
    const { house, account, isPayable, later } = await openSilentHouse(db);
    await using _ = house;
    await house.stripe.accounts.del(account);
    const { creatorAccounts: accounts } = house.money;
    const readClock = vi.spyOn(CreatorAccountsStore.prototype, 'readClock').mockImplementationOnce(async () => {
      await accounts.startOnboarding({ creator: { identity: house.creator, name: 'Ada', country: 'FR' } });
      return new CreatorAccountsStore(db).readClock();
    });
    await accounts.handleAccountChanged(account);
    readClock.mockRestore();
    const { data } = await house.stripe.accounts.list();
    house.emulator.act('onboard_account', { account: data[0]?.id ?? '' });
    await later(6 * MINUTE_MS);
    expect(await isPayable()).toBe(true);
  });

  test('onboarding that finds the account gone tells that it is not payable any more', async () => {
    await using db = await open();
    const { house, account, asked, later, told } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    await later(6 * MINUTE_MS);
    await house.stripe.accounts.del(account);
    asked.length = 0;
    await house.money.creatorAccounts.startOnboarding({
      creator: { identity: house.creator, name: 'Ada', country: 'FR' },
    });
    expect(await told()).toEqual(['enabled', 'pending']);
    // One answer decides what is told and whether the account is replaced.
    expect(asked).toEqual([account]);
  });

  test('a running server checks by itself', async () => {
    await using db = await open();
    const { house, account, isPayable } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    house.advance(6 * MINUTE_MS);
    house.money.start();
    await eventually(isPayable);
  });

  test('an account that is disabled while a transfer is due is not paid', async () => {
    await using db = await open();
    const { house, account, isPayable, later, earn, told } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    await later(6 * MINUTE_MS);
    await earn();
    await later(20 * DAY_MS);
    expect(await house.money.payouts.listDue()).toMatchObject([{ creator: house.creator }]);
    house.emulator.act('restrict_account', { account, reason: 'under_review' });
    await later(6 * HOUR_MS + MINUTE_MS);
    expect(await isPayable()).toBe(false);
    expect(await told()).toEqual(['enabled', 'restricted']);
    expect((await house.money.payouts.createBatch({ by: 'operator' })).payouts).toEqual([]);
  });

  test('does not check a payable account without earnings', async () => {
    await using db = await open();
    const { house, account, asked, later, earn } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    await later(6 * MINUTE_MS);
    await later(7 * HOUR_MS);
    expect(asked).toEqual([]);
    await earn();
    await later(7 * HOUR_MS);
    expect(asked).toEqual([account]);
  });

  test('checks a few at a time, the longest due first, and each once', async () => {
    await using db = await open();
    const { house, asked, open: requests } = await openSilentHouse(db);
    await using _ = house;
    await db.orm.execute(sql`update creator_accounts set due_at = now() + interval '1 day'`);
    // With the statistics of an almost empty table Postgres prefers a nested loop, which repeats a subquery.
    await db.orm.execute(sql`analyze creator_accounts`);
    await db.orm.execute(sql`insert into creator_accounts (creator, provider_account, created_at, checked_at, due_at)
      select 'creator-' || n, 'acct_' || n, now(), now(), now() - interval '1 day' + n * interval '1 second'
      from generate_series(1, 45) n`);
    const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `acct_${from + n}`);
    await house.money.sweep();
    expect(asked.toSorted()).toEqual(names(1, 45).toSorted());
    expect(requests.most).toBe(CONCURRENCY);
    // A request that takes long lets a few others pass.
    const order = asked.map((account) => Number(account.slice('acct_'.length)));
    expect(Math.max(...order.map((place, index) => Math.abs(place - 1 - index))), asked.join()).toBeLessThan(10);
  });

  test('retries an account that the provider did not answer for', async () => {
    await using db = await open();
    const { house, account, isPayable, later } = await openSilentHouse(db);
    await using _ = house;
    house.emulator.act('onboard_account', { account });
    house.emulator.addFault({ path: `/v1/accounts/${account}`, kind: 'server_error', times: 1 });
    await later(6 * MINUTE_MS);
    expect(await isPayable()).toBe(false);
    await later(11 * MINUTE_MS);
    expect(await isPayable()).toBe(true);
  });
});
