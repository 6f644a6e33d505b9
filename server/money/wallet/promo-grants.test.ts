import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expiredOfGrants, leftOfGrants, type PromoEntry, type PromoGrant } from './promo-grants.ts';

const DAY_MS = 86_400_000;
const grants: PromoGrant[] = [
  { id: 'forever', expiresAtMs: null },
  { id: 'soon', expiresAtMs: DAY_MS },
  { id: 'later', expiresAtMs: 2 * DAY_MS },
];
const give = (grant: string, amountMinor: number): PromoEntry => {
  return { transaction: `of ${grant}`, amountMinor, grant, reverses: null };
};
const spend = (transaction: string, amountMinor: number, reverses: string | null = null): PromoEntry => {
  return { transaction, amountMinor: -amountMinor, grant: null, reverses };
};
const giveBack = (sale: string, amountMinor: number) => spend(`back of ${sale}`, -amountMinor, sale);

describe('the remainder of promotional grants', () => {
  test('spends the grant that expires first, and restores it last', () => {
    const entries = [give('forever', 100), give('later', 100), give('soon', 100), spend('sale', 250)];
    const leftAfter = (...more: PromoEntry[]) => Object.fromEntries(leftOfGrants(grants, [...entries, ...more]));
    expect(leftAfter()).toEqual({ soon: 0, later: 0, forever: 50 });
    expect(leftAfter(giveBack('sale', 60))).toEqual({ soon: 0, later: 10, forever: 100 });
    expect(leftAfter(giveBack('sale', 60), giveBack('sale', 190))).toEqual({ soon: 100, later: 100, forever: 100 });
  });

  test('keeps held credit of the grant that expires first until it is released', () => {
    const entries = [give('soon', 100), give('later', 100)];
    const expired = (heldMinor: number) => expiredOfGrants(grants, entries, { nowMs: 2 * DAY_MS, heldMinor });
    expect(expired(130)).toEqual([
      { grant: 'soon', amountMinor: 0 },
      { grant: 'later', amountMinor: 70 },
    ]);
    expect(expiredOfGrants(grants, entries, { nowMs: DAY_MS, heldMinor: 0 })).toEqual([
      { grant: 'soon', amountMinor: 100 },
    ]);
  });

  test('for any spending and refunds, the parts sum to the balance and none is negative', () => {
    const act = fc.record({ isSpend: fc.boolean(), amount: fc.integer({ min: 1, max: 400 }), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const entries = [give('forever', 300), give('soon', 300), give('later', 300)];
        const sales: { id: string; leftMinor: number }[] = [];
        let balance = 900;
        for (const { isSpend, amount, pick } of acts) {
          const sale = sales[pick % Math.max(1, sales.length)];
          const amountMinor = Math.min(amount, isSpend ? balance : (sale?.leftMinor ?? 0));
          if (amountMinor === 0) continue;
          balance += isSpend ? -amountMinor : amountMinor;
          if (isSpend) {
            const id = `sale ${sales.length}`;
            sales.push({ id, leftMinor: amountMinor });
            entries.push(spend(id, amountMinor));
          } else if (sale) {
            sale.leftMinor -= amountMinor;
            entries.push(giveBack(sale.id, amountMinor));
          }
        }
        const left = [...leftOfGrants(grants, entries).values()];
        expect(left.every((each) => each >= 0)).toBe(true);
        expect(left.reduce((sum, each) => sum + each, 0)).toBe(balance);
      }),
    );
  });
});
