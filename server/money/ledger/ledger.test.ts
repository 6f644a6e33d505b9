import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Account,
  accountId,
  assertAmount,
  fanWallet,
  houseAccount,
  type Leg,
  reversalLegs,
  saleLegs,
  splitSale,
  sumOf,
  transferLegs,
} from './ledger.ts';

const FEES_V1 = { vatBps: 2_000, commissionBps: 2_000, charityBps: 0 };

const amount = fc.integer({ min: 1, max: 100_000_000 });
const policy = fc.record({
  vatBps: fc.integer({ min: 0, max: 3_000 }),
  commissionBps: fc.integer({ min: 0, max: 10_000 }),
  charityBps: fc.integer({ min: 0, max: 10_000 }),
});
const wallet = fanWallet('lea', 'eur');

function sale(grossMinor: number, fees: typeof FEES_V1): Leg[] {
  const split = splitSale(grossMinor, fees);
  return saleLegs({ payer: wallet, creator: 'ada', grossMinor, split, association: 'restos' });
}

function balances(...lists: Leg[][]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { account, amountMinor } of lists.flat()) {
    const id = accountId(account);
    sums.set(id, (sums.get(id) ?? 0) + amountMinor);
  }
  return sums;
}

describe('a split', () => {
  test('of 6.00 with 20 % VAT and 20 % commission: 1.00 VAT, 1.00 commission, 4.00 for the creator', () => {
    expect(splitSale(600, FEES_V1)).toEqual({
      vatMinor: 100,
      commissionMinor: 100,
      charityMinor: 0,
      creatorMinor: 400,
    });
  });

  test('of an odd amount leaves the creator the remainder', () => {
    // 9.99 holds 1.665 VAT, rounded up to 1.67; 20 % of 8.32 is 1.664, rounded down.
    expect(splitSale(999, FEES_V1)).toEqual({
      vatMinor: 167,
      commissionMinor: 166,
      charityMinor: 0,
      creatorMinor: 666,
    });
  });

  test('takes a pledge from what is left after the commission', () => {
    const { charityMinor, creatorMinor } = splitSale(600, { ...FEES_V1, charityBps: 1_000 });
    expect([charityMinor, creatorMinor]).toEqual([40, 360]);
  });

  test('sums to the gross, has no negative part, and gives the creator at least their share', () => {
    fc.assert(
      fc.property(amount, policy, (grossMinor, fees) => {
        const { vatMinor, commissionMinor, charityMinor, creatorMinor } = splitSale(grossMinor, fees);
        const parts = [vatMinor, commissionMinor, charityMinor, creatorMinor];
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(grossMinor);
        for (const part of parts) expect(part).toBeGreaterThanOrEqual(0);
        const net = BigInt(grossMinor - vatMinor);
        const share = net * BigInt(10_000 - fees.commissionBps) * BigInt(10_000 - fees.charityBps);
        expect(BigInt(creatorMinor) * 100_000_000n).toBeGreaterThanOrEqual(share);
        // VAT contained in the gross, to the nearest minor unit: |vat·(1+r) − gross·r| ≤ (1+r)/2.
        const exact = vatMinor * (10_000 + fees.vatBps) - grossMinor * fees.vatBps;
        expect(Math.abs(exact) * 2).toBeLessThanOrEqual(10_000 + fees.vatBps);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('legs', () => {
  test('of a sale sum to zero, name each account once and have no zero', () => {
    fc.assert(
      fc.property(amount, policy, (grossMinor, fees) => {
        const legs = sale(grossMinor, fees);
        expect(sumOf(legs)).toBe(0);
        expect(new Set(legs.map((leg) => accountId(leg.account))).size).toBe(legs.length);
        expect(legs.every((leg) => leg.amountMinor !== 0)).toBe(true);
      }),
    );
  });

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e12])('of %d are refused', (bad) => {
    expect(() => assertAmount(bad)).toThrowError(expect.objectContaining({ code: 'amount_invalid' }));
    expect(() => transferLegs(wallet, houseAccount('provider_clearing', 'eur'), bad)).toThrowError();
    expect(() => splitSale(bad, FEES_V1)).toThrowError();
  });
});

describe('a reversal', () => {
  const toCard: Account = houseAccount('refund_payable', 'eur');

  test('of everything undoes every leg', () => {
    fc.assert(
      fc.property(amount, policy, (grossMinor, fees) => {
        const original = sale(grossMinor, fees);
        const back = reversalLegs({ original, payer: wallet, to: wallet, amountMinor: grossMinor });
        expect([...balances(original, back).values()].every((sum) => sum === 0)).toBe(true);
      }),
    );
  });

  test('in any number of parts never takes more from a leg than its amount, and in the end exactly that', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(parts, policy, (amounts, fees) => {
        const grossMinor = amounts.reduce((sum, part) => sum + part, 0);
        const original = sale(grossMinor, fees);
        const reversals: Leg[][] = [];
        for (const amountMinor of amounts) {
          const earlier = reversals.flat();
          const legs = reversalLegs({ original, payer: wallet, to: toCard, amountMinor, earlier });
          expect(sumOf(legs)).toBe(0);
          reversals.push(legs);
          for (const [id, left] of balances(original, ...reversals)) {
            if (id !== accountId(wallet) && id !== accountId(toCard)) expect(left).toBeGreaterThanOrEqual(0);
          }
        }
        const sums = balances(original, ...reversals);
        expect(sums.get(accountId(toCard))).toBe(grossMinor);
        expect([...sums.values()].filter((sum) => sum !== 0)).toHaveLength(2);
        expect(() =>
          reversalLegs({ original, payer: wallet, to: toCard, amountMinor: 1, earlier: reversals.flat() }),
        ).toThrowError(expect.objectContaining({ code: 'not_refundable' }));
      }),
      { numRuns: 500 },
    );
  });

  test('counts what the house bore of an earlier one as the creator’s part', () => {
    const original = sale(2_000, { vatBps: 2_000, commissionBps: 2_000, charityBps: 0 });
    const lost = reversalLegs({ original, payer: wallet, to: toCard, amountMinor: 500 }).map((leg) =>
      leg.account.kind.startsWith('creator_') ? { ...leg, account: houseAccount('chargeback_loss', 'eur') } : leg,
    );
    const rest = reversalLegs({ original, payer: wallet, to: wallet, amountMinor: 1_500, earlier: lost });
    const left = balances(original, lost, rest);
    for (const kind of ['vat_payable', 'platform_revenue'] as const)
      expect(left.get(accountId(houseAccount(kind, 'eur'))) ?? 0).toBe(0);
  });

  test('of more than the payment is refused', () => {
    const original = sale(600, FEES_V1);
    expect(() => reversalLegs({ original, payer: wallet, to: wallet, amountMinor: 601 })).toThrowError();
  });
});
