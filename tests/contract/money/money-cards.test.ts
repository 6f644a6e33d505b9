/**
 * Top-ups by a saved card: one tap, the bank's authentication, and a single charge for any number of retries, answers
 * and events.
 */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TopupId } from '../../../server/protocol/ids.ts';
import type { CardTopup } from '../../../server/protocol/money/money.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const failure = (code: string) => expect.objectContaining({ code });
const FIRST_MINOR = 1_000;

describe.each(DATABASES)('saved cards on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    stripe = house.stripe;
  });

  afterAll(() => closeBalanced({ db, house }));

  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;

  /** A fan who has topped up once on the checkout page, with this card attached to their customer. */
  const fanWith = async (method: string) => {
    const identity = await house.createFan(FIRST_MINOR);
    const customers = await stripe.customers.list({ limit: 100 });
    const customer = customers.data.find(({ metadata }) => metadata.identity === identity)?.id ?? '';
    const { id: card } = await stripe.paymentMethods.attach(method, { customer });
    return { identity, customer, card };
  };
  const topUp = (identity: string, card: string, more: { amountMinor?: number; idempotencyKey?: string } = {}) =>
    house.money.topups.createByCard({
      identity,
      name: 'Léa',
      amountMinor: 2_000,
      idempotencyKey: createId('event'),
      card,
      ...more,
    });
  const chargesOf = async (customer: string) =>
    (await stripe.charges.list({ customer, limit: 100 })).data.filter(({ paid }) => paid).length;
  const actionUrlOf = (answer: CardTopup) => {
    if (answer.status !== 'requires_action') throw new Error(`It was ${answer.status}.`);
    return answer.actionUrl;
  };
  /** The person's action on the bank's page. */
  const answerBank = async (actionUrl: string, verdict: 'complete' | 'fail') => {
    const page = new URL(actionUrl);
    const response = await fetch(page, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.origin },
      body: new URLSearchParams({ verdict }),
    });
    return new URL(response.headers.get('location') ?? 'http://nowhere.example');
  };

  test('a card is saved by the box on the page, listed, and removed by its owner only', async () => {
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    const page = new URL(checkoutUrl);
    await fetch(page, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.origin },
      body: new URLSearchParams({
        email: 'fan@example.com',
        cardNumber: '4242 4242 4242 4242',
        cardExpiry: '12 / 34',
        cardCvc: '123',
        billingName: 'A. Fan',
        savePaymentMethod: 'on',
      }),
    });
    const [saved] = await eventually(async () => {
      const cards = await house.money.cards.list(identity);
      return cards.length > 0 && cards;
    });
    expect(saved).toEqual({ id: saved?.id, brand: 'visa', last4: '4242', expMonth: 12, expYear: 2034 });
    await eventually(async () => (await house.money.wallets.get(identity)).balanceMinor === 1_000);
    expect(await topUp(identity, saved?.id ?? '')).toMatchObject({
      status: 'succeeded',
      wallet: { balanceMinor: 3_000 },
    });
    const other = await house.createFan(FIRST_MINOR);
    expect(await house.money.cards.list(other)).toEqual([]);
    await expect(house.money.cards.remove(other, saved?.id ?? '')).rejects.toEqual(failure('card_not_found'));
    await expect(topUp(other, saved?.id ?? '')).rejects.toEqual(failure('card_not_found'));
    expect(await house.money.cards.remove(identity, saved?.id ?? '')).toEqual([]);
    await expect(topUp(identity, saved?.id ?? '')).rejects.toEqual(failure('card_not_found'));
  });

  test('a person who is removed at the provider leaves no name and no card there, and can still be paid back', async () => {
    const { identity, customer } = await fanWith('pm_card_visa');
    const [topup] = (await house.money.wallets.listEntries(identity)).entries;
    await house.money.cards.removeAll(identity);
    expect(await stripe.customers.retrieve(customer)).toEqual({ id: customer, object: 'customer', deleted: true });
    expect(await house.money.cards.list(identity)).toEqual([]);
    // Again, as after a crash.
    await house.money.cards.removeAll(identity);
    const target = { topup: topup?.id as TopupId, reason: 'By mistake' };
    expect(await house.money.refunds.refund(target, 'operator')).toMatchObject({ to: 'card', status: 'succeeded' });
  });

  test('the same key, ten times at once, charges and credits once', async () => {
    const { identity, customer, card } = await fanWith('pm_card_visa');
    const idempotencyKey = createId('event');
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => topUp(identity, card, { idempotencyKey })),
    );
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    await eventually(async () => (await balanceOf(identity)) === FIRST_MINOR + 2_000);
    expect(await topUp(identity, card, { idempotencyKey })).toMatchObject({ status: 'succeeded' });
    expect(await chargesOf(customer)).toBe(2);
    expect(await balanceOf(identity)).toBe(FIRST_MINOR + 2_000);
    const other = topUp(identity, card, { idempotencyKey, amountMinor: 3_000 });
    await expect(other).rejects.toEqual(failure('idempotency_conflict'));
  });

  test('authentication: no credit before it, and one credit from return, webhook and sweep together', async () => {
    const { identity, customer, card } = await fanWith('pm_card_authenticationRequired');
    const idempotencyKey = createId('event');
    const asked = await topUp(identity, card, { idempotencyKey });
    // A retry returns the same authentication.
    expect(await topUp(identity, card, { idempotencyKey })).toEqual(asked);
    expect(await balanceOf(identity)).toBe(FIRST_MINOR);
    const back = await answerBank(actionUrlOf(asked), 'complete');
    expect(back.searchParams.get('checkout')).toBe('success');
    const session = back.searchParams.get('session_id') ?? '';
    const confirmed = await Promise.all(Array.from({ length: 5 }, () => house.money.confirmCheckout(session)));
    expect(confirmed.map(({ status }) => status)).toEqual(['paid', 'paid', 'paid', 'paid', 'paid']);
    await house.money.sweep();
    expect(await balanceOf(identity)).toBe(FIRST_MINOR + 2_000);
    expect(await topUp(identity, card, { idempotencyKey })).toMatchObject({ status: 'succeeded' });
    expect(await chargesOf(customer)).toBe(2);
  });

  test('the person does not return after authentication: the webhook credits', async () => {
    const { identity, card } = await fanWith('pm_card_authenticationRequired');
    await answerBank(actionUrlOf(await topUp(identity, card)), 'complete');
    await eventually(async () => (await balanceOf(identity)) === FIRST_MINOR + 2_000);
  });

  test('failed authentication: nothing is charged, and the key stays declined', async () => {
    const asked = await fanWith('pm_card_authenticationRequired');
    const idempotencyKey = createId('event');
    const back = await answerBank(actionUrlOf(await topUp(asked.identity, asked.card, { idempotencyKey })), 'fail');
    const { status } = await house.money.confirmCheckout(back.searchParams.get('session_id') ?? '');
    expect(status).toBe('expired');
    await expect(topUp(asked.identity, asked.card, { idempotencyKey })).rejects.toEqual(failure('card_declined'));
    const declined = await fanWith('pm_card_chargeCustomerFail');
    await expect(topUp(declined.identity, declined.card)).rejects.toEqual(failure('card_declined'));
    expect([await balanceOf(asked.identity), await balanceOf(declined.identity)]).toEqual([FIRST_MINOR, FIRST_MINOR]);
  });

  test.each([
    ['server_error', true],
    ['server_error', false],
    ['reset', true],
    ['hang', true],
  ] as const)(
    'an order that is answered by %s (carried out: %s) charges at most once and is credited',
    async (kind, isApplied) => {
      const { identity, customer, card } = await fanWith('pm_card_visa');
      // As often as the SDK retries.
      house.emulator.addFault({ path: '/v1/payment_intents', method: 'POST', kind, isApplied, times: 2 });
      const idempotencyKey = createId('event');
      const first = await topUp(identity, card, { idempotencyKey }).catch((error) => error);
      if (!isApplied) expect(first).toEqual(failure('provider_unavailable'));
      house.emulator.clearFaults();
      if (isApplied) {
        await eventually(async () => (await balanceOf(identity)) === FIRST_MINOR + 2_000);
        expect(await topUp(identity, card, { idempotencyKey })).toMatchObject({ status: 'succeeded' });
      }
      expect(await chargesOf(customer)).toBe(isApplied ? 2 : 1);
      expect(await balanceOf(identity)).toBe(FIRST_MINOR + (isApplied ? 2_000 : 0));
    },
  );

  test('a failed payment that is repeated after its card was removed is refused', async () => {
    const { identity, customer, card } = await fanWith('pm_card_visa');
    house.emulator.addFault({ path: '/v1/payment_intents', method: 'POST', kind: 'reset', isApplied: false, times: 2 });
    const idempotencyKey = createId('event');
    await topUp(identity, card, { idempotencyKey }).catch(() => undefined);
    house.emulator.clearFaults();
    await stripe.paymentMethods.detach(card);
    await expect(topUp(identity, card, { idempotencyKey })).rejects.toEqual(failure('card_not_found'));
    expect(await chargesOf(customer)).toBe(1);
  });

  test('another process finishes a payment that a crash interrupted', async () => {
    const { identity, customer, card } = await fanWith('pm_card_visa');
    house.emulator.addWebhookRule({ action: 'drop', times: 100 });
    house.emulator.addFault({ path: '/v1/payment_intents', method: 'POST', kind: 'hang', isApplied: true, times: 2 });
    const idempotencyKey = createId('event');
    await topUp(identity, card, { idempotencyKey }).catch(() => undefined);
    house.emulator.clearFaults();
    const money = await house.restartMoney();
    await money.sweep();
    expect(await balanceOf(identity)).toBe(FIRST_MINOR + 2_000);
    expect(await chargesOf(customer)).toBe(2);
  });

  test('bad amounts and full wallets are refused before the card is touched', async () => {
    const { identity, customer, card } = await fanWith('pm_card_visa');
    for (const [amountMinor, code] of [
      [1, 'amount_too_small'],
      [-2_000, 'amount_invalid'],
      [10.5, 'amount_invalid'],
      [60_000, 'amount_too_large'],
    ] as const) {
      await expect(topUp(identity, card, { amountMinor })).rejects.toEqual(failure(code));
    }
    await topUp(identity, card, { amountMinor: 50_000 });
    await expect(topUp(identity, card, { amountMinor: 50_000 })).rejects.toEqual(failure('wallet_limit'));
    expect(await chargesOf(customer)).toBe(2);
  });
});
