import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { TipInput } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const failure = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)('a house without wallets on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let room: Room;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db, walletMode: 'off' });
    room = await house.createRoom();
  });

  afterAll(() => closeBalanced({ db, house }));

  const from = (identity: string) => ({ identity, name: 'Léa', role: 'fan' }) as const;
  const tipByCard = (identity: string, input: Partial<TipInput> = {}, where = room) =>
    house.money.cardTips.open({
      room: where,
      from: from(identity),
      input: { amountMinor: 1_000, idempotencyKey: createId('event'), ...input },
    });

  test('keeps no credit: top-ups, tips and tickets from the wallet, and promotions are refused', async () => {
    const identity = await house.createFan();
    const person = { identity, name: 'Léa' };
    const { money } = house;
    await expect(money.topups.create({ ...person, amountMinor: 2_000 })).rejects.toEqual(failure('wallet_off'));
    await expect(money.tickets.buy({ room, ...person, from: 'wallet' })).rejects.toEqual(failure('wallet_off'));
    await expect(
      money.tips.send({ room, from: from(identity), input: { amountMinor: 500, idempotencyKey: createId('event') } }),
    ).rejects.toEqual(failure('wallet_off'));
    await expect(money.promotions.grant({ identity, amountMinor: 500, reason: 'Hi' }, 'operator')).rejects.toEqual(
      failure('wallet_off'),
    );
    expect(await money.quotes.quote({ room, identity, kind: 'ticket' })).toMatchObject({ from: 'card' });
  });

  test('sells tickets by card', async () => {
    const identity = await house.createFan();
    const bought = await house.buyByCard({ room, identity });
    await house.money.confirmCheckout(await pay(bought));
    expect(await house.rooms.decideAccess({ room, identity, role: 'fan' })).toMatchObject({ state: 'granted' });
  });

  test('takes tips by card, told once they are paid, and refunds them to the card', async () => {
    const identity = await house.createFan();
    const { checkoutUrl } = await tipByCard(identity, { message: 'Brava !' });
    const { id, purpose } = await house.money.confirmCheckout(await pay(checkoutUrl));
    expect(purpose).toBe('tip');
    const told = () => house.facts.flatMap((fact) => (fact.topic === 'tips.settled' ? fact.data.tips : []));
    await eventually(() => told().some((tip) => tip.id === id));
    expect(told().filter((tip) => tip.id === id)).toHaveLength(1);
    expect(await house.money.receipts.get(id, identity)).toMatchObject({
      amountMinor: 1_000,
      paid: { cardMinor: 1_000, walletMinor: 0, promoMinor: 0 },
      status: 'settled',
    });
    const refund = await house.money.refunds.refund({ tip: id as `tip_${string}`, reason: 'By mistake' }, 'operator');
    expect(refund.to).toBe('card');
    await eventually(async () => (await house.money.receipts.get(refund.id, identity)).status === 'succeeded');
  });

  test('one key is one page: the same again, and none after it was paid or for another tip', async () => {
    const identity = await house.createFan();
    const key = { idempotencyKey: createId('event') };
    const pages = await Promise.all([tipByCard(identity, key), tipByCard(identity, key), tipByCard(identity, key)]);
    expect(new Set(pages.map(({ checkoutUrl }) => checkoutUrl)).size).toBe(1);
    await expect(tipByCard(identity, { ...key, amountMinor: 2_000 })).rejects.toEqual(failure('idempotency_conflict'));
    await house.money.confirmCheckout(await pay(pages[0]?.checkoutUrl ?? ''));
    await expect(tipByCard(identity, key)).rejects.toEqual(failure('idempotency_conflict'));
  });

  test.each([
    [499, 'amount_too_small'],
    [50_001, 'amount_too_large'],
    [-5, 'amount_invalid'],
    [500.5, 'amount_invalid'],
  ])('a tip of %d by card is %s', async (amountMinor, code) => {
    await expect(tipByCard(await house.createFan(), { amountMinor })).rejects.toEqual(failure(code));
  });
});
