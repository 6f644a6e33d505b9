import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import {
  closeBalanced,
  type MoneyHouse,
  openMoneyHouse,
  pay,
  sessionOf,
  WEBHOOK_SECRET,
} from '../../support/houses/money-house.ts';
import { CARD, payCheckout } from '../../support/people/checkout.ts';
import { eventually } from '../../support/run/eventually.ts';

const ADA = { identity: 'ada', role: 'creator' } as const;
const failure = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)('money by card on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
  });

  afterAll(() => closeBalanced({ db, house }));

  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const factsOf = (identity: string) => house.facts.filter((fact) => fact.identity === identity);
  const accessOf = (room: Awaited<ReturnType<MoneyHouse['createRoom']>>, identity: string) =>
    house.rooms.decideAccess({ room, identity, role: 'fan' });

  test('a top-up is credited once by duplicated and shuffled webhooks', async () => {
    const { money } = house;
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await money.topups.create({ identity, name: 'Léa', amountMinor: 2_000 });
    expect(await money.wallets.get(identity)).toEqual({ balanceMinor: 0, currency: 'eur', promoMinor: 0 });
    const session = await pay(checkoutUrl);
    await eventually(async () => (await balanceOf(identity)) === 2_000);
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await money.idle();
    expect(await money.confirmCheckout(session)).toEqual({ status: 'paid', purpose: 'topup', id: topup });
    expect(await balanceOf(identity)).toBe(2_000);
    const { entries } = await money.wallets.listEntries(identity);
    expect(entries).toMatchObject([{ kind: 'topup', id: topup, amountMinor: 2_000, label: null }]);
    await eventually(() => factsOf(identity).length === 2);
    expect(factsOf(identity).map((fact) => [fact.topic, fact.data])).toEqual([
      [
        'topup.settled',
        { topup: { id: topup, identity, amountMinor: 2_000, currency: 'eur', settledAt: entries[0]?.at } },
      ],
      ['wallet.changed', { identity, wallet: { balanceMinor: 2_000, currency: 'eur', promoMinor: 0 } }],
    ]);
  });

  test('ten confirmations at once and the webhooks credit a top-up once', async () => {
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 700 });
    const session = await pay(checkoutUrl);
    await Promise.all(Array.from({ length: 10 }, () => house.money.confirmCheckout(session)));
    expect(await balanceOf(identity)).toBe(700);
  });

  test('a declined card credits nothing, and the same page can be paid with another', async () => {
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    expect((await payCheckout(checkoutUrl, CARD.declined)).status).toBe(402);
    const session = sessionOf(checkoutUrl);
    expect(await house.money.confirmCheckout(session)).toMatchObject({ status: 'open' });
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await house.money.idle();
    expect(await balanceOf(identity)).toBe(0);
    await pay(checkoutUrl);
    expect(await house.money.confirmCheckout(session)).toMatchObject({ status: 'paid' });
    expect(await balanceOf(identity)).toBe(1_000);
  });

  test.each([
    [0, 'amount_invalid'],
    [-500, 'amount_invalid'],
    [500.5, 'amount_invalid'],
    [Number.NaN, 'amount_invalid'],
    [1e15, 'amount_invalid'],
    [LIMITS.topupMinMinor - 1, 'amount_too_small'],
    [LIMITS.topupMaxMinor + 1, 'amount_too_large'],
  ])('a top-up of %d is %s', async (amountMinor, code) => {
    const identity = await house.createFan();
    await expect(house.money.topups.create({ identity, name: 'Léa', amountMinor })).rejects.toEqual(failure(code));
  });

  test('a wallet never holds more than it may: neither asked for nor by pages paid side by side', async () => {
    const identity = await house.createFan(LIMITS.topupMaxMinor);
    const order = { identity, name: 'Léa', amountMinor: LIMITS.topupMaxMinor };
    const pages = [await house.money.topups.create(order), await house.money.topups.create(order)];
    for (const { checkoutUrl } of pages) await house.money.confirmCheckout(await pay(checkoutUrl));
    expect(await balanceOf(identity)).toBe(LIMITS.walletMaxMinor);
    await expect(house.money.topups.create({ ...order, amountMinor: 500 })).rejects.toEqual(failure('wallet_limit'));
    const returned = await eventually(() =>
      factsOf(identity).find((fact) => fact.topic === 'refund.changed' && fact.data.refund.status === 'succeeded'),
    );
    expect(returned.data.refund).toMatchObject({ payment: pages[1]?.topup, to: 'card', reason: 'wallet_limit' });
  });

  test('a return address on a foreign site is refused, one on an allowed site is used', async () => {
    const identity = await house.createFan();
    const order = { identity, name: 'Léa', amountMinor: 500 };
    await expect(house.money.topups.create({ ...order, returnUrl: 'https://evil.example/' })).rejects.toEqual(
      failure('origin_not_allowed'),
    );
    const returnUrl = 'https://embedder.example/live?show=7';
    const { checkoutUrl } = await house.money.topups.create({ ...order, returnUrl });
    const { location } = await payCheckout(checkoutUrl);
    expect(location).toBe(`${returnUrl}&checkout=success&session_id=${sessionOf(checkoutUrl)}`);
  });

  test('a ticket by card opens the room, counts as earnings, and is not bought twice', async () => {
    const { money } = house;
    const room = await house.createRoom();
    const identity = await house.createFan(1_000);
    const order = { room, identity, name: 'Léa', from: 'card' } as const;
    const [first, second] = await Promise.all([money.tickets.buy(order), money.tickets.buy(order)]);
    if (!('checkoutUrl' in first)) throw new Error('A page was expected.');
    expect(second).toEqual(first);
    expect(await money.tickets.buy(order)).toEqual(first);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required' });
    await pay(first.checkoutUrl);
    const access = await eventually(async () => {
      const now = await accessOf(room, identity);
      return now.state === 'granted' && now;
    });
    const again = await money.tickets.buy({ ...order, from: 'wallet' });
    expect(again).toEqual({
      ticket: expect.objectContaining({
        id: access.ticket,
        priceMinor: 500,
        paidFrom: 'card',
        status: 'valid',
      }),
    });
    expect(await balanceOf(identity)).toBe(1_000);
    expect(await money.earnings.ofRoom(room.id)).toEqual({
      tipsMinor: 0,
      ticketsMinor: 500,
      creatorMinor: 334,
      ticketCount: 1,
      tipCount: 0,
      currency: 'eur',
    });
    await eventually(() => factsOf(identity).some((fact) => fact.topic === 'ticket.bought'));
  });

  test('a paid page without an event is found when the fan tries again', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan();
    const order = { room, identity, name: 'Léa', from: 'card' } as const;
    house.emulator.addWebhookRule({ action: 'drop', times: 20 });
    const page = await house.money.tickets.buy(order);
    if (!('checkoutUrl' in page)) throw new Error('A page was expected.');
    await pay(page.checkoutUrl);
    expect(await house.money.tickets.buy(order)).toMatchObject({ ticket: { paidFrom: 'card', status: 'valid' } });
    house.emulator.clearWebhookRules();
  });

  test('buying from the wallet closes the open page, so that it cannot be paid any more', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(1_000);
    const page = await house.buyByCard({ room, identity });
    const bought = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    expect(bought).toMatchObject({ ticket: { paidFrom: 'wallet' } });
    await house.money.idle();
    expect((await payCheckout(page)).status).toBe(410);
    expect(await balanceOf(identity)).toBe(500);
  });

  test('a card payment for an existing ticket is refunded automatically', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(1_000);
    house.emulator.addWebhookRule({ action: 'drop', times: 20 });
    const page = await house.buyByCard({ room, identity });
    await pay(page);
    await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    house.emulator.clearWebhookRules();
    const returned = await eventually(() =>
      factsOf(identity).find((fact) => fact.topic === 'refund.changed' && fact.data.refund.status === 'succeeded'),
    );
    expect(returned.data.refund).toMatchObject({ to: 'card', amountMinor: 500, reason: 'ticket_held_already' });
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted' });
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ ticketCount: 1, ticketsMinor: 500 });
  });

  test.each(['room_ended', 'removed'])('a late card payment (%s) is refunded automatically', async (why) => {
    const room = await house.createRoom();
    const identity = await house.createFan();
    const page = await house.buyByCard({ room, identity });
    if (why === 'removed') await house.rooms.removals.remove({ room: room.id, identity, by: ADA, reason: 'charter' });
    else await house.rooms.endRoom(room.id);
    await house.money.confirmCheckout(await pay(page));
    const returned = await eventually(() =>
      factsOf(identity).find((fact) => fact.topic === 'refund.changed' && fact.data.refund.status === 'succeeded'),
    );
    expect(returned.data.refund).toMatchObject({ to: 'card', amountMinor: 500, reason: why });
    const charges = await house.stripe.refunds.list({ limit: 100 });
    expect(charges.data.filter((refund) => refund.metadata?.refund === returned.data.refund.id)).toHaveLength(1);
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ ticketCount: 0, creatorMinor: 0 });
  });

  test('an unknown session is not fetched and settles nothing', async () => {
    await expect(house.money.confirmCheckout('cs_test_of_somebody_else')).rejects.toEqual(failure('payment_not_found'));
  });

  test('a customer that no longer exists at the provider is created again', async () => {
    const identity = await house.createFan(500);
    const { data } = await house.stripe.customers.list({ limit: 100 });
    const customer = data.find((each) => each.metadata.identity === identity);
    await house.stripe.customers.del(customer?.id ?? '');
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 500 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    expect(await balanceOf(identity)).toBe(1_000);
  });

  describe('when the provider fails', () => {
    const path = '/v1/checkout/sessions';

    test.each(['server_error', 'hang', 'reset', 'rate_limit'] as const)(
      '%s: nothing is charged or granted',
      async (kind) => {
        const room = await house.createRoom();
        const identity = await house.createFan();
        house.emulator.addFault({ path, method: 'POST', kind, times: 4 });
        const asked = house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
        await expect(asked).rejects.toEqual(failure('provider_unavailable'));
        house.emulator.clearFaults();
        expect(await accessOf(room, identity)).toMatchObject({ state: 'required' });
        const page = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
        expect(page).toMatchObject({ checkoutUrl: expect.stringContaining('/c/pay/') });
      },
    );

    test('a lost answer is retried, and there is one page', async () => {
      const room = await house.createRoom();
      const identity = await house.createFan();
      house.emulator.addFault({ path, method: 'POST', kind: 'reset', times: 1, isApplied: true });
      await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
      const { data } = await house.stripe.checkout.sessions.list({ limit: 100 });
      expect(data.filter((session) => session.metadata?.identity === identity)).toHaveLength(1);
    });

    test('a page whose address was lost is replaced, and its expiry does not affect the new one', async () => {
      const room = await house.createRoom();
      const identity = await house.createFan();
      const order = { room, identity, name: 'Léa', from: 'card' } as const;
      house.emulator.addFault({ path, method: 'POST', kind: 'hang', times: 1, isApplied: true });
      await expect(house.money.tickets.buy(order)).rejects.toEqual(failure('provider_unavailable'));
      house.emulator.clearFaults();
      const page = await house.money.tickets.buy(order);
      if (!('checkoutUrl' in page)) throw new Error('A page was expected.');
      const { data } = await house.stripe.checkout.sessions.list({ limit: 100 });
      const others = data.filter(
        ({ id, metadata }) => metadata?.identity === identity && id !== sessionOf(page.checkoutUrl),
      );
      expect(others).toHaveLength(1);
      for (const other of others) await house.stripe.checkout.sessions.expire(other.id);
      await eventually(() => house.emulator.listDeliveries('pending').length === 0);
      await house.money.idle();
      expect(await house.money.tickets.buy(order)).toEqual(page);
    });
  });

  describe('webhooks', () => {
    const payload = JSON.stringify({
      id: `evt_${createId('event')}`,
      object: 'event',
      type: 'checkout.session.completed',
      api_version: '2026-10-28.endive',
      created: 1_700_000_000,
      data: { object: { id: 'cs_test_forged', object: 'checkout.session', payment_status: 'paid' } },
    });
    const sign = (secret: string, timestamp: number) =>
      house.stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const nowSeconds = () => Math.floor(Date.now() / 1000);

    test('with a wrong signature, none, or an old or future timestamp are refused', async () => {
      const send = (signature: string | undefined) =>
        house.money.providerEvents.receive(Buffer.from(payload), signature);
      await expect(send(undefined)).rejects.toEqual(failure('signature_invalid'));
      await expect(send(sign('whsec_wrong', nowSeconds()))).rejects.toEqual(failure('signature_invalid'));
      await expect(send(sign(WEBHOOK_SECRET, nowSeconds() - 600))).rejects.toEqual(failure('signature_invalid'));
      await expect(send(sign(WEBHOOK_SECRET, nowSeconds() + 600))).rejects.toEqual(failure('signature_invalid'));
    });

    test('that are signed but not confirmed by the provider have no effect', async () => {
      const identity = await house.createFan();
      const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 500 });
      const forged = payload.replace('cs_test_forged', sessionOf(checkoutUrl)).replace('evt_', 'evt_forged_');
      const signature = house.stripe.webhooks.generateTestHeaderString({
        payload: forged,
        secret: WEBHOOK_SECRET,
        timestamp: nowSeconds(),
      });
      await house.money.providerEvents.receive(Buffer.from(forged), signature);
      await house.money.idle();
      expect(await balanceOf(identity)).toBe(0);
    });
  });
});

describe.each(DATABASES)('payments without a running server, on $name', ({ open }) => {
  let db: Database & AsyncDisposable;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  test('are found by checking open payments, and after a crash by the next process', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const identity = await house.createFan();
    const topups = [];
    for (const amountMinor of [500, 600, 700]) {
      topups.push(await house.money.topups.create({ identity, name: 'Léa', amountMinor }));
    }
    for (const { checkoutUrl } of topups.slice(0, 2)) await pay(checkoutUrl);
    await house.money.sweep();
    // By listing the provider's events: no webhook arrived, and no open payment was due for a check.
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(1_100);
    await pay(topups[2]?.checkoutUrl ?? '');
    const next = await house.restartMoney();
    next.start();
    await eventually(async () => (await next.wallets.get(identity)).balanceMinor === 1_800);
    await next.idle();
    expect(await next.checkInvariants()).toEqual([]);
  });

  test('are found even if events cannot be listed, and unpaid pages expire', async () => {
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { money, emulator } = house;
    const room = await house.createRoom();
    const fans = await Promise.all([house.createFan(), house.createFan()]);
    const pages = [];
    for (const identity of fans) pages.push(await money.tickets.buy({ room, identity, name: 'Léa', from: 'card' }));
    const [paid] = pages;
    if (!paid || !('checkoutUrl' in paid)) throw new Error('A page was expected.');
    await pay(paid.checkoutUrl);
    emulator.addFault({ path: '/v1/events', kind: 'server_error', times: 1_000 });
    await expect(money.sweep()).rejects.toMatchObject({ code: 'provider_unavailable' });
    house.advance(11_000);
    money.start();
    await eventually(async () => (await money.earnings.ofRoom(room.id)).ticketCount === 1);
    const access = await house.rooms.decideAccess({ room, identity: fans[0] ?? '', role: 'fan' });
    expect(access).toMatchObject({ state: 'granted' });
    house.advance(3_600_000);
    const order = { room, identity: fans[1] ?? '', name: 'Léa', from: 'card' } as const;
    const fresh = await money.tickets.buy(order);
    expect(fresh).not.toEqual(pages[1]);
    await money.idle();
    expect(await money.checkInvariants()).toEqual([]);
  });
});
