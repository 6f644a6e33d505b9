/** The smallest card payment depends on the currency: a price below it is refused where it is set and paid. */
import { expect, test } from 'vitest';
import { parseAccessRule } from '../../../server/rooms/access-rule-input.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';

const refused = (limitMinor: number) => expect.objectContaining({ code: 'amount_too_small', limitMinor });

test.each([
  ['eur', 100],
  ['sek', 300],
  ['czk', 1_500],
  ['jpy', 100],
])('in %s a ticket costs at least %d', (currency, minimumMinor) => {
  const set = (priceMinor: number) => parseAccessRule({ kind: 'ticket', priceMinor }, currency);
  expect(set(minimumMinor)).toEqual({ kind: 'ticket', priceMinor: minimumMinor });
  expect(() => set(minimumMinor - 1)).toThrow(refused(minimumMinor));
});

test('a price from before is refused at the card with the minimum, also by the provider alone', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db, isRunning: false });
  const room = await house.createRoom({ kind: 'ticket', priceMinor: 100 });
  await db.bulk('update rooms set price_minor = 20 where id = $1', [room.id]);
  const cheap = await house.rooms.getRoom(room.id);
  const identity = await house.createFan();
  await expect(house.buyByCard({ room: cheap, identity })).rejects.toEqual(refused(50));
});
