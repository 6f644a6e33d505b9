/** The VAT of a sale is that of the buyer's country, as their payment shows it: in the books and on every receipt. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { payCheckout } from '../../support/people/checkout.ts';
import { pinnedSeed } from '../../support/run/effort.ts';

const DAY_MS = 24 * 60 * 60_000;
const GERMAN = '4000 0027 6000 0016';
const FRENCH = '4000 0025 0000 1001';
const AMERICAN = '4242 4242 4242 4242';
/** Of 11.90: in France 1.98 of VAT. */
const GROSS_MINOR = 1_190;
const GERMAN_SALE = {
  vat: { country: 'DE', rateBps: 1_900, amountMinor: 190 },
  parts: { creatorMinor: 800, platformMinor: 200, vatMinor: 190, associationMinor: 0 },
};

type Kind = 'ticket' | 'tip' | 'membership' | 'wallet';
const KINDS: Kind[] = ['ticket', 'tip', 'membership', 'wallet'];

describe.each(DATABASES)('VAT by country on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let tier: string;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db, isRunning: false });
    const input = { name: 'Backstage', priceMinor: GROSS_MINOR, interval: 'month' } as const;
    tier = (await house.rooms.clubs.createTier(house.creator, input)).id;
  });

  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const confirm = async (page: string, card: string, country: string) =>
    house.money.confirmCheckout(await pay(page, card, country));
  const latestOf = async (identity: string, kind: 'ticket' | 'tip' | 'membership') => {
    const { payments } = await house.money.desk.payments.search({ query: identity, kind, limit: 1 });
    return payments[0]?.id ?? '';
  };
  const quoteOf = async (identity: string, from: 'card' | 'wallet') =>
    house.money.quotes.quote({
      ...{ room: await house.createRoom({ kind: 'free' }), identity, kind: 'tip', amountMinor: GROSS_MINOR, from },
    });
  const tip = async (identity: string) => {
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    const input = { amountMinor: GROSS_MINOR, idempotencyKey: createId('event') };
    return { room: await house.createRoom({ kind: 'free' }), from, input };
  };

  /** A purchase of one kind, paid by this card with this billing country; returns the sale's id. */
  async function buy(identity: string, kind: Kind, card: string, country: string): Promise<string> {
    if (kind === 'ticket') {
      const room = await house.createRoom({ kind, priceMinor: GROSS_MINOR });
      await confirm(await house.buyByCard({ room, identity }), card, country);
    } else if (kind === 'membership') {
      const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
      await confirm(checkoutUrl, card, country);
    } else if (kind === 'tip') {
      const { checkoutUrl } = await house.money.cardTips.open(await tip(identity));
      await confirm(checkoutUrl, card, country);
    } else {
      const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: GROSS_MINOR });
      await confirm(checkoutUrl, card, country);
      await house.money.tips.send(await tip(identity));
    }
    return latestOf(identity, kind === 'wallet' ? 'tip' : kind);
  }

  test.each(KINDS)('the first purchase of a German fan carries German VAT, and keeps why: %s', async (kind) => {
    const identity = await house.createFan();
    expect(await quoteOf(identity, 'card')).toMatchObject({ vat: { country: 'FR', isEstimate: true } });
    const sale = await buy(identity, kind, GERMAN, 'DE');
    expect(await house.money.receipts.get(sale, identity)).toMatchObject({ amountMinor: GROSS_MINOR, ...GERMAN_SALE });
    const kept = await db.bulk<{ evidence: unknown }>(
      'select m.evidence from payments p join sale_terms m on m.id = p.terms where p.id = $1',
      [sale],
    );
    const evidence = [
      { kind: 'billing', country: 'DE' },
      { kind: 'card', country: 'DE' },
    ];
    expect(kept).toEqual([{ evidence }]);
    expect(await quoteOf(identity, 'card')).toMatchObject({ vat: { country: 'DE', isEstimate: false } });
  });

  test('a renewal carries the VAT of the card that pays it', async () => {
    const identity = await house.createFan();
    const first = await buy(identity, 'membership', GERMAN, 'DE');
    const [subscription] = (await house.stripe.subscriptions.list({ limit: 1 })).data;
    const customer = String(subscription?.customer);
    const moved = await house.stripe.paymentMethods.attach('pm_card_fr', { customer });
    await house.stripe.customers.update(customer, { invoice_settings: { default_payment_method: moved.id } });
    await house.stripe.subscriptions.update(subscription?.id ?? '', { default_payment_method: moved.id });
    house.advance(32 * DAY_MS);
    await house.emulator.flush();
    await house.money.sweep();
    const renewed = await latestOf(identity, 'membership');
    expect(renewed).not.toBe(first);
    expect(await house.money.receipts.get(first)).toMatchObject({ vat: { country: 'DE' } });
    expect(await house.money.receipts.get(renewed)).toMatchObject({ vat: { country: 'FR', amountMinor: 198 } });
  });

  test('credit carries the VAT of the top-up that it came from, also one by a saved card', async () => {
    const identity = await house.createFan();
    const order = { identity, name: 'Léa', amountMinor: GROSS_MINOR };
    const page = (await house.money.topups.create(order)).checkoutUrl;
    await payCheckout(page, GERMAN, { save: true, country: 'DE' });
    await house.money.sweep();
    const [saved] = await house.money.cards.list(identity);
    await house.money.topups.createByCard({ ...order, card: saved?.id ?? '', idempotencyKey: createId('event') });
    await confirm((await house.money.topups.create(order)).checkoutUrl, FRENCH, 'FR');
    const countries: (string | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      house.advance(10_000);
      await house.money.tips.send(await tip(identity));
      countries.push((await house.money.receipts.get(await latestOf(identity, 'tip'))).vat?.country);
    }
    expect(countries).toEqual(['DE', 'DE', 'FR']);
  });

  test('receipts and books agree by country, whatever the cards, addresses and refunds', async () => {
    const seed = pinnedSeed(282);
    let state = seed;
    const draw = <T>(options: readonly T[]): T => {
      state = (state * 48_271) % 2_147_483_647;
      return options[state % options.length] as T;
    };
    const sales: string[] = [];
    for (let count = 0; count < 16; count += 1) {
      const identity = await house.createFan();
      const named = draw([undefined, undefined, 'IT', 'CH', 'DE']);
      if (named) await house.money.pricing.noteBuyerCountry(identity, named);
      const [kind, card] = [draw(KINDS), draw([GERMAN, FRENCH, AMERICAN])];
      const sale = await buy(identity, kind, card, draw(['FR', 'DE', 'IT', 'US', 'CH']));
      sales.push(sale);
      const amountMinor = draw([undefined, 1, 595, GROSS_MINOR]);
      if (amountMinor) await house.money.refunds.refund({ payment: sale, amountMinor, reason: 'A part' }, 'operator');
      await house.money.sweep();
    }
    const papers = new Map<string, number>();
    for (const sale of sales) {
      const { vat, corrections = [] } = await house.money.receipts.get(sale);
      const country = vat?.country ?? '';
      const back = await Promise.all(corrections.map(({ id }) => house.money.receipts.get(id)));
      const minor = [vat, ...back.map((credit) => credit.vat)].reduce((sum, each) => sum + (each?.amountMinor ?? 0), 0);
      papers.set(country, (papers.get(country) ?? 0) + minor);
    }
    const books = await db.bulk<{ country: string; minor: string }>(
      `select m.country, sum(e.amount_minor)::text as minor from ledger_entries e
        join ledger_transactions x on x.id = e.transaction
        join ledger_transactions root on root.id = coalesce(x.reverses_id, x.id)
        join payments p on p.id = root.source_id join sale_terms m on m.id = p.terms
        where e.account like 'vat_payable:%' group by m.country`,
      [],
    );
    const inBooks = Object.fromEntries(books.map(({ country, minor }) => [country, Number(minor)]));
    const taxed = [...papers].filter(([country]) => country in inBooks || papers.get(country) !== 0);
    expect(Object.fromEntries(taxed), `seed ${seed}`).toEqual(inBooks);
    expect(Object.keys(inBooks).length, `seed ${seed}`).toBeGreaterThan(2);
  });
});
