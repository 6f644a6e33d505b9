import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../server/platform/db.ts';
import { DATABASES } from '../support/databases.ts';
import { eventually, type MoneyHouse, openMoneyHouse, pay } from '../support/money-house.ts';

describe.each(DATABASES)('money by card on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
  });

  afterAll(async () => {
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  test('a top-up is credited once, by its doubled and shuffled webhooks alone', async () => {
    const { money } = house;
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await money.createTopup({ identity, name: 'Léa', amountMinor: 2_000 });
    expect(await money.getWallet(identity)).toEqual({ balanceMinor: 0, currency: 'eur' });
    const session = await pay(checkoutUrl);
    await eventually(async () => (await money.getWallet(identity)).balanceMinor === 2_000);
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await money.settled();
    expect(await money.confirmCheckout(session)).toEqual({ status: 'paid', purpose: 'topup', id: topup });
    expect(await money.getWallet(identity)).toEqual({ balanceMinor: 2_000, currency: 'eur' });
    const { entries } = await money.getWalletHistory(identity);
    expect(entries).toMatchObject([{ kind: 'topup', id: topup, amountMinor: 2_000, label: null }]);
    await eventually(() => house.facts.some((fact) => fact.topic === 'topup.settled' && fact.data.topup.id === topup));
  });
});
