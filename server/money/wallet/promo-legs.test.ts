import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lostSaleLegs } from '../disputes/dispute-legs.ts';
import {
  accountId,
  charityAccount,
  fanPromo,
  fanWallet,
  type Leg,
  saleLegs,
  splitSale,
  sumOf,
} from '../ledger/ledger.ts';
import { payWithPromo, returnLegs } from './promo-legs.ts';

const wallet = fanWallet('lea', 'eur');
const promo = fanPromo('lea', 'eur');
const terms = fc.record({
  vatBps: fc.integer({ min: 0, max: 3_000 }),
  commissionBps: fc.integer({ min: 0, max: 10_000 }),
  charityBps: fc.integer({ min: 0, max: 10_000 }),
});
const amount = fc.integer({ min: 1, max: 1_000_000 });

function paid(grossMinor: number, policy: Parameters<typeof splitSale>[1], promoMinor: number): Leg[] {
  const split = splitSale(grossMinor, policy);
  const legs = saleLegs({ payer: wallet, creator: 'ada', grossMinor, split, association: 'restos' });
  return payWithPromo(legs, { payer: wallet, promoMinor });
}

const on = (legs: Leg[], id: string) =>
  legs.filter((leg) => accountId(leg.account) === id).reduce((sum, leg) => sum + leg.amountMinor, 0);

describe('a sale paid with promotional credit', () => {
  test('uses promotional credit first and sums to zero', () => {
    fc.assert(
      fc.property(amount, terms, fc.integer({ min: 0, max: 2_000_000 }), (grossMinor, policy, promoMinor) => {
        const legs = paid(grossMinor, policy, promoMinor);
        expect(sumOf(legs)).toBe(0);
        expect(on(legs, accountId(promo))).toBe(-Math.min(promoMinor, grossMinor) + 0);
        expect(on(legs, accountId(wallet))).toBe(-Math.max(0, grossMinor - promoMinor) + 0);
        expect(legs.every((leg) => leg.amountMinor !== 0)).toBe(true);
      }),
    );
  });

  test('is refunded in any parts, and in the end each account has exactly its own amount', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(parts, terms, fc.integer({ min: 0, max: 10_000 }), (amounts, policy, promoMinor) => {
        const original = paid(
          amounts.reduce((sum, part) => sum + part, 0),
          policy,
          promoMinor,
        );
        const earlier: Leg[] = [];
        for (const amountMinor of amounts) {
          const legs = returnLegs({ original, earlier: [...earlier], wallet, amountMinor });
          expect(sumOf(legs)).toBe(0);
          for (const account of [wallet, promo]) expect(on(legs, accountId(account))).toBeGreaterThanOrEqual(0);
          earlier.push(...legs);
        }
        for (const { account } of original) expect(on([...original, ...earlier], accountId(account))).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('after a lost dispute is refunded in any parts, and the wallet gets at most the remaining money', () => {
    const policy = { vatBps: 2_000, commissionBps: 2_000, charityBps: 0 };
    const parts = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(parts, amount, amount, (amounts, disputedMinor, moreMinor) => {
        const restMinor = amounts.reduce((sum, part) => sum + part, 0);
        const paidMinor = Math.min(disputedMinor + moreMinor, disputedMinor + restMinor);
        const original = paid(restMinor + disputedMinor, policy, restMinor + disputedMinor - paidMinor);
        const earlier = lostSaleLegs(
          { id: 'ltx_1', legs: original, earlier: [], isFrozen: false },
          disputedMinor,
          'eur',
        );
        for (const amountMinor of amounts) {
          const legs = returnLegs({ original, earlier: [...earlier], wallet, amountMinor });
          expect(sumOf(legs)).toBe(0);
          for (const account of [wallet, promo]) expect(on(legs, accountId(account))).toBeGreaterThanOrEqual(0);
          earlier.push(...legs);
        }
        expect(on(earlier, accountId(wallet))).toBe(paidMinor - disputedMinor);
        expect(on([...original, ...earlier], accountId(promo))).toBe(0);
      }),
    );
  });

  test('books the pledge to the account of its association', () => {
    const legs = paid(600, { vatBps: 2_000, commissionBps: 2_000, charityBps: 1_000 }, 0);
    expect(on(legs, accountId(charityAccount('restos', 'eur')))).toBe(40);
  });
});
