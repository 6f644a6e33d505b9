import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { PriceQuote } from '../../../server/protocol/money/pricing.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const failure = (code: string, details = {}) => expect.objectContaining({ code, ...details });
const sumOf = (parts: Record<string, number>) => Object.values(parts).reduce((sum, part) => sum + part, 0);

describe.each(DATABASES)('terms of sale on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    await house.money.pricing.addAssociation({ id: 'restos', name: 'Les Restos', country: 'FR' });
  });

  afterAll(() => closeBalanced({ db, house }));

  const quote = async (
    identity: string,
    amountMinor: number,
    from: 'wallet' | 'card' = 'wallet',
  ): Promise<PriceQuote> =>
    house.money.quotes.quote({ room: await house.createRoom(), identity, kind: 'tip', amountMinor, from });
  const tip = async (identity: string, amountMinor: number) => {
    const room = await house.createRoom();
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    return house.money.tips.send({ room, from, input: { amountMinor, idempotencyKey: createId('event') } });
  };

  test('a new fee policy applies to sales from its date on, and earlier sales keep theirs', async () => {
    const identity = await house.createFan(5_000);
    const before = await tip(identity, 600);
    await expect(
      house.money.pricing.addFeePolicy({ commissionBps: 100, effectiveAt: '2020-01-01T00:00:00Z' }),
    ).rejects.toEqual(failure('time_in_past'));
    const effectiveAt = new Date(Date.now() + 3_600_000).toISOString();
    const added = await house.money.pricing.addFeePolicy({ commissionBps: 1_000, effectiveAt });
    expect(added).toMatchObject({ version: 2, commissionBps: 1_000, inForce: false });
    expect((await quote(identity, 600)).feePolicy).toBe('fees_v1');
    house.advance(2 * 3_600_000);
    expect(await quote(identity, 600)).toMatchObject({ feePolicy: 'fees_v2', parts: { creatorMinor: 450 } });
    const after = await tip(identity, 600);
    const receipts = await Promise.all(
      [before, after].map(({ tip: { id } }) => house.money.receipts.get(id, identity)),
    );
    expect(receipts.map((receipt) => [receipt.feePolicy, receipt.parts?.creatorMinor])).toEqual([
      ['fees_v1', 400],
      ['fees_v2', 450],
    ]);
    const listed = await house.money.pricing.listFeePolicies();
    expect(listed.map(({ id, inForce }) => [id, inForce])).toEqual([
      ['fees_v2', true],
      ['fees_v1', false],
    ]);
  });

  test('concurrently added versions get distinct numbers', async () => {
    const added = await Promise.all(
      [1_000, 1_000, 1_000].map((commissionBps) => house.money.pricing.addFeePolicy({ commissionBps })),
    );
    expect(new Set(added.map((policy) => policy.version)).size).toBe(3);
  });

  test("uses the VAT of the buyer's country, or the house's if that is unknown", async () => {
    const identity = await house.createFan(5_000);
    expect((await quote(identity, 1_200)).vat).toMatchObject({ rateBps: 2_000, country: 'FR', amountMinor: 200 });
    await house.money.pricing.noteBuyerCountry(identity, 'DE');
    expect((await quote(identity, 1_190)).vat).toMatchObject({ rateBps: 1_900, country: 'DE', amountMinor: 190 });
    const { tip: sent } = await tip(identity, 1_190);
    await house.money.pricing.noteBuyerCountry(identity, 'CH');
    expect((await quote(identity, 1_190)).vat).toMatchObject({ rateBps: 0, country: 'CH', amountMinor: 0 });
    expect((await house.money.receipts.get(sent.id, identity)).vat).toEqual({
      rateBps: 1_900,
      country: 'DE',
      amountMinor: 190,
    });
  });

  test("takes an unknown country from an EU card; any other card keeps the house's rate", async () => {
    const payWith = async (identity: string, card: string) => {
      const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 });
      await house.money.confirmCheckout(await pay(checkoutUrl, card));
    };
    const [german, american, told] = ['de', 'us', 'told'].map((name) => `${name}-${createId('event')}`);
    await payWith(german ?? '', '4000 0027 6000 0016');
    expect((await quote(german ?? '', 1_190)).vat).toMatchObject({ country: 'DE', rateBps: 1_900 });
    await payWith(american ?? '', '4242 4242 4242 4242');
    expect((await quote(american ?? '', 1_200)).vat).toMatchObject({ country: 'FR', rateBps: 2_000 });
    await house.money.pricing.noteBuyerCountry(told ?? '', 'IT');
    await payWith(told ?? '', '4000 0027 6000 0016');
    expect((await quote(told ?? '', 1_220)).vat).toMatchObject({ country: 'IT', rateBps: 2_200 });
  });

  test.each([101, 333, 600, 999, 49_999])('the five parts of %d sum to it, before and after paying', async (gross) => {
    const identity = await house.createFan(50_000);
    const before = await quote(identity, gross);
    expect(sumOf(before.parts)).toBe(gross);
    const { tip: sent } = await tip(identity, gross);
    const { parts } = await house.money.receipts.get(sent.id, identity);
    expect(parts).toEqual({
      creatorMinor: before.parts.creatorMinor,
      associationMinor: before.parts.associationMinor,
      platformMinor: before.parts.platformMinor + before.parts.processorMinor,
      vatMinor: before.parts.vatMinor,
    });
    if (gross >= 500) expect(sumOf((await quote(identity, gross, 'card')).parts)).toBe(gross);
  });

  test('refuses a quote of too little or too much, naming the limit, or for nothing on sale', async () => {
    const identity = await house.createFan();
    const free = await house.createRoom({ kind: 'free' });
    await expect(quote(identity, 99)).rejects.toEqual(failure('amount_too_small', { limitMinor: 100 }));
    await expect(quote(identity, 499, 'card')).rejects.toEqual(failure('amount_too_small', { limitMinor: 500 }));
    await expect(quote(identity, 50_001)).rejects.toEqual(failure('amount_too_large', { limitMinor: 50_000 }));
    await expect(quote(identity, 100.5)).rejects.toEqual(failure('amount_invalid'));
    await expect(house.money.quotes.quote({ room: free, identity, kind: 'ticket' })).rejects.toEqual(
      failure('nothing_to_buy'),
    );
    await expect(house.money.quotes.quote({ room: free, identity, kind: 'tip' })).rejects.toEqual(
      failure('amount_invalid'),
    );
  });

  test('a pledge is quoted, booked to its association, reversed by a refund, and ends when it is withdrawn', async () => {
    const { pricing } = house.money;
    const identity = await house.createFan(10_000);
    await expect(pricing.pledge(house.creator, { association: 'nobody', shareBps: 500 })).rejects.toEqual(
      failure('association_not_found'),
    );
    const pledge = await pricing.pledge(house.creator, { association: 'restos', shareBps: 1_000 });
    expect(pledge).toMatchObject({ association: { id: 'restos', name: 'Les Restos' }, shareBps: 1_000 });
    const shown = await quote(identity, 1_200);
    expect(shown.association).toEqual({ id: 'restos', name: 'Les Restos', url: null, shareBps: 1_000 });
    expect(shown.parts).toMatchObject({ creatorMinor: 810, associationMinor: 90 });
    const before = (await pricing.readAccount('restos')).balanceMinor;
    const sent = await tip(identity, 1_200);
    const card = await house.buyByCard({ room: await house.createRoom(), identity });
    await pricing.pledge(house.creator, { association: 'restos', shareBps: 0 });
    // The ticket keeps the pledge that was shown when its page was opened.
    await house.money.confirmCheckout(await pay(card));
    expect((await pricing.readAccount('restos')).balanceMinor - before).toBe(90 + 37);
    await house.money.refunds.refund({ tip: sent.tip.id, reason: 'By mistake' }, 'operator');
    const account = await pricing.readAccount('restos');
    expect(account.balanceMinor - before).toBe(37);
    expect(account.refundedMinor).toBeGreaterThanOrEqual(90);
    expect(account.months.reduce((sum, month) => sum + month.amountMinor, 0)).toBe(account.balanceMinor);
    expect((await quote(identity, 1_200)).association).toBeNull();
  });

  test('an association is added once, and not changed by adding it again', async () => {
    const { pricing } = house.money;
    const again = { id: 'restos', name: 'Les Restos', country: 'FR' };
    expect((await pricing.addAssociation(again)).id).toBe('restos');
    await expect(pricing.addAssociation({ ...again, name: 'Others' })).rejects.toEqual(failure('association_exists'));
    await expect(pricing.readAccount('nobody')).rejects.toEqual(failure('association_not_found'));
  });
});
