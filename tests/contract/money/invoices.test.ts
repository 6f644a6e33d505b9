/**
 * Numbers of receipts: every sale and every refund of one gets one, without gaps, whatever process dies meanwhile and
 * however many give numbers at once.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { type KillableHouse, openKillableHouse } from '../../support/crash/refund-steps.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, SELLER } from '../../support/houses/money-house.ts';

const STEPS = 4;

describe.each(BOTH_DATABASES)('numbers of receipts on $name', { timeout: 60_000 }, ({ open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];
  let room: Room;

  beforeAll(async () => {
    killable = await openKillableHouse(open);
    house = killable.house;
    room = await house.createRoom({ kind: 'free' });
  });

  afterAll(() => closeBalanced(killable));

  const tip = async (identity: string) => {
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const input = { amountMinor: 500, idempotencyKey: createId('event') };
    return (await house.money.tips.send({ room, from, input })).tip.id;
  };
  const invoiceOf = async (payment: string) => (await house.money.receipts.get(payment)).invoice;
  const numberOf = async (payment: string) => Number((await invoiceOf(payment))?.number.split('-')[1]);

  test('a series without gaps, wherever a process is killed and however many number at once', async () => {
    const identity = await house.createFan(20_000);
    const sales: string[] = [];
    for (let steps = 0; steps < STEPS; steps += 1) {
      for (let count = 0; count < 3; count += 1) sales.push(await tip(identity));
      await killable.killDuring(steps, () => house.money.invoices.sweep());
      const others = [await house.openGateway(), await house.openGateway()];
      await Promise.all([house.money, ...others].map((money) => money.invoices.sweep()));
    }
    expect(await Promise.all(sales.map(numberOf))).toEqual(sales.map((_, index) => index + 1));
  });

  test('a refund has a number of its own; a top-up has none; what is issued keeps the names of that time', async () => {
    const identity = await house.createFan(1_000);
    const sale = await tip(identity);
    await house.money.invoices.setBillingName(identity, 'Léa Martin');
    await house.money.sweep();
    expect(await invoiceOf(sale)).toMatchObject({ seller: SELLER, buyerName: 'Léa Martin' });
    await house.money.invoices.setBillingName(identity, null);
    const { id } = await house.money.refunds.refund({ tip: sale, reason: 'By mistake' }, 'operator');
    expect(await invoiceOf(id)).toBeNull();
    await house.money.sweep();
    expect(await numberOf(id)).toBe((await numberOf(sale)) + 1);
    expect(await invoiceOf(id)).toMatchObject({ buyerName: null });
    expect(await invoiceOf(sale)).toMatchObject({ buyerName: 'Léa Martin' });
    const { entries } = await house.money.wallets.listEntries(identity, { limit: 10 });
    const topup = entries.find(({ kind }) => kind === 'topup')?.id ?? '';
    expect(await invoiceOf(topup)).toBeNull();
  });
});
