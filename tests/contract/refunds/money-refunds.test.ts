import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PaymentsStore } from '../../../server/money/payments/payments.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TicketId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import {
  closeBalanced,
  type MoneyHouse,
  openMoneyHouse,
  pay,
  refusingRefunds,
} from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const failure = (code: string) => expect.objectContaining({ code });
const CARD_WHOSE_REFUNDS_FAIL_LATER = '4000000000005126';
const CARD_WHOSE_REFUNDS_TAKE_TIME = '4000000000007726';

describe.each(DATABASES)('refunds on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  /** While true, the provider refuses every refund permanently. */
  let isRefusing = false;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db, wrapProvider: refusingRefunds(() => isRefusing) });
  });

  afterAll(() => closeBalanced({ db, house }));

  const reason = 'The sound was gone';
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const accessOf = (room: Room, identity: string) => house.rooms.decideAccess({ room, identity, role: 'fan' });
  const refund = (what: Parameters<MoneyHouse['money']['refunds']['refund']>[0]) =>
    house.money.refunds.refund(what, 'operator');
  const statusOf = (id: string) =>
    house.facts.findLast((fact) => fact.topic === 'refund.changed' && fact.data.refund.id === id)?.data.refund.status;
  const providerRefunds = async (id: string) => {
    const client = house.stripe;
    const all = await client.refunds.list({ limit: 100 });
    return all.data.filter((each) => each.metadata?.refund === id);
  };

  async function ticketByCard(card?: string) {
    const room = await house.createRoom();
    const identity = await house.createFan();
    const page = await house.buyByCard({ room, identity });
    const confirmed = await house.money.confirmCheckout(await pay(page, card));
    return { room, identity, ticket: confirmed.id as TicketId };
  }

  async function ticketFromWallet() {
    const room = await house.createRoom();
    const identity = await house.createFan(500);
    const answer = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    if (!('ticket' in answer)) throw new Error('A ticket was expected.');
    return { room, identity, ticket: answer.ticket.id };
  }

  test('a ticket by card: access ends, card and creator are reversed, and the room can be bought again', async () => {
    const { room, identity, ticket } = await ticketByCard();
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted', ticket });
    const done = await refund({ ticket, reason });
    expect(done).toMatchObject({ payment: ticket, amountMinor: 500, to: 'card', status: 'succeeded', reason });
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'refunded' });
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ ticketCount: 0, creatorMinor: 0 });
    expect(await providerRefunds(done.id)).toMatchObject([{ amount: 500, status: 'succeeded' }]);
    await expect(refund({ ticket, reason })).rejects.toEqual(failure('already_refunded'));
    const told = house.facts.filter((fact) => fact.identity === identity).map((fact) => fact.topic);
    expect(told).toEqual(expect.arrayContaining(['ticket.refunded', 'access.changed']));
    const again = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
    expect(again).toHaveProperty('checkoutUrl');
  });

  test('refunds unspent credit of a top-up in parts, each key once', async () => {
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const part = (idempotencyKey: string, amountMinor?: number) =>
      refund({ topup, reason, amountMinor, idempotencyKey });
    const first = await part('part-one', 300);
    expect(first).toMatchObject({ payment: topup, amountMinor: 300, to: 'card', status: 'succeeded' });
    expect((await part('part-one', 300)).id).toBe(first.id);
    await expect(part('part-one', 400)).rejects.toEqual(failure('idempotency_conflict'));
    // Without a key, a second refund could be a retry of the first.
    await expect(refund({ topup, reason, amountMinor: 100 })).rejects.toEqual(failure('already_refunded'));
    const same = await Promise.all(Array.from({ length: 5 }, () => part('part-two', 200)));
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
    expect(await balanceOf(identity)).toBe(500);
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 400 });
    await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    await expect(part('part-three', 101)).rejects.toEqual(failure('amount_too_large'));
    expect(await house.money.desk.previewRefund(topup, undefined)).toMatchObject({ amountMinor: 100, to: 'card' });
    expect(await part('part-three')).toMatchObject({ amountMinor: 100 });
    await expect(part('part-four')).rejects.toEqual(failure('not_refundable'));
    await eventually(async () => (await providerRefunds(first.id)).length === 1);
    expect((await house.money.desk.payments.get(topup)).payment).toMatchObject({ refundedMinor: 600 });
  });

  test('a ticket of a closed account goes back to the card of its top-up, and what no card takes is work at the desk', async () => {
    const { identity, ticket } = await ticketFromWallet();
    const other = await ticketFromWallet();
    const close = (person: string) => house.db.transaction((tx) => house.money.refunds.closeWallet(tx, person));
    await Promise.all([close(identity), close(other.identity)]);
    expect(await refund({ ticket, reason })).toMatchObject({ to: 'wallet', status: 'succeeded' });
    expect(await balanceOf(identity)).toBe(0);
    const sentOn = async (person: string) => {
      const { payments } = await house.money.desk.payments.search({ query: person, kind: 'topup', limit: 1 });
      return (await house.money.desk.payments.get(payments[0]?.id ?? '')).refunds;
    };
    await eventually(async () => (await sentOn(identity))[0]?.status === 'succeeded');
    expect(await sentOn(identity)).toMatchObject([{ to: 'card', amountMinor: 500, reason: 'account_closed' }]);

    // The bank does not take it: it is owed, and counts as a failure.
    const failed = async () => (await house.money.desk.overview()).failures.refunds;
    const before = await failed();
    isRefusing = true;
    await refund({ ticket: other.ticket, reason });
    await eventually(async () => (await failed()) === before + 1);
    isRefusing = false;
    const [owed] = await sentOn(other.identity);
    await refund({ payment: owed?.payment ?? '', reason });
    expect(await sentOn(other.identity)).toMatchObject([{ status: 'succeeded' }]);

    // No top-up is left that could take it.
    const last = await ticketFromWallet();
    await close(last.identity);
    const unspent = vi.spyOn(PaymentsStore.prototype, 'listUnspent').mockResolvedValueOnce([]);
    await refund({ ticket: last.ticket, reason });
    unspent.mockRestore();
    const { closedWallets } = await house.money.desk.overview();
    expect(closedWallets).toEqual({ count: 1, amountMinor: 500, oldest: last.identity });
    await close(last.identity);
    expect((await house.money.desk.overview()).closedWallets).toMatchObject({ count: 0, oldest: null });
    await eventually(async () => (await sentOn(last.identity))[0]?.status === 'succeeded');
  });

  test('credit with a failed refund is refunded once under a new key; the failed one stays owed until its own key is repeated', async () => {
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const part = (idempotencyKey: string, amountMinor?: number) =>
      refund({ topup, reason, amountMinor, idempotencyKey });
    const owedMinor = async () => (await house.money.desk.overview()).owed.cardsMinor;
    const owedBefore = await owedMinor();
    isRefusing = true;
    const failed = await part('failed-part', 300);
    isRefusing = false;
    expect(failed).toMatchObject({ amountMinor: 300, status: 'failed' });
    const [shown] = (await house.money.wallets.listEntries(identity)).entries;
    expect(shown).toMatchObject({ id: failed.id, amountMinor: -300, status: 'failed' });
    const same = await part('same-amount', 300);
    expect(same).toMatchObject({ amountMinor: 300, to: 'card', status: 'succeeded' });
    expect(same.id).not.toBe(failed.id);
    expect(await balanceOf(identity)).toBe(400);
    expect((await part('same-amount', 300)).id).toBe(same.id);
    const rest = await part('what-is-left');
    expect(rest).toMatchObject({ amountMinor: 400, status: 'succeeded' });
    expect(await balanceOf(identity)).toBe(0);
    const sent = async () => (await Promise.all([failed, same, rest].map(({ id }) => providerRefunds(id)))).flat();
    expect((await sent()).map(({ amount }) => amount)).toEqual([300, 400]);
    expect((await owedMinor()) - owedBefore).toBe(300);
    expect(await part('failed-part', 300)).toMatchObject({ id: failed.id, status: 'succeeded' });
    expect((await sent()).map(({ amount }) => amount)).toEqual([300, 300, 400]);
    expect(await owedMinor()).toBe(owedBefore);
    expect((await house.money.desk.payments.get(topup)).payment).toMatchObject({
      refundedMinor: 1_000,
      status: 'refunded',
    });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a ticket from the wallet is refunded there, and the room can be bought again', async () => {
    const { room, identity, ticket } = await ticketFromWallet();
    expect(await refund({ ticket, reason })).toMatchObject({ to: 'wallet', status: 'succeeded' });
    expect(await balanceOf(identity)).toBe(500);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'refunded' });
    const { entries } = await house.money.wallets.listEntries(identity);
    expect(entries[0]).toMatchObject({ kind: 'refund', amountMinor: 500, label: reason, room: room.id });
    expect(await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' })).toHaveProperty('ticket');
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted' });
    await expect(refund({ ticket, reason })).rejects.toEqual(failure('already_refunded'));
  });

  test('concurrent refunds of a tip return it to the wallet once', async () => {
    const room = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(500);
    const { tip } = await house.money.tips.send({
      room,
      from: { identity, name: 'Léa', role: 'fan' },
      input: { amountMinor: 333, idempotencyKey: createId('event') },
    });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => refund({ tip: tip.id, reason })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(failure('already_refunded'));
    }
    expect(await balanceOf(identity)).toBe(500);
    expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ tipsMinor: 0, tipCount: 0, creatorMinor: 0 });
    const told = await eventually(() =>
      house.facts.find((fact) => fact.topic === 'tip.refunded' && fact.identity === identity),
    );
    expect(told.data).toEqual({ tip: tip.id, room: room.id, identity, amountMinor: 333, currency: 'eur' });
  });

  test('refunds only the unspent part of a top-up to the card', async () => {
    const { money } = house;
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await money.confirmCheckout(await pay(checkoutUrl));
    const room = await house.createRoom();
    await money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    expect(await refund({ topup, reason })).toMatchObject({
      payment: topup,
      amountMinor: 500,
      to: 'card',
      status: 'succeeded',
    });
    expect(await balanceOf(identity)).toBe(0);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted' });
    await expect(refund({ topup, reason })).rejects.toEqual(failure('already_refunded'));
  });

  test('refuses refunds of unpaid, spent and unknown payments', async () => {
    const identity = await house.createFan();
    const unpaid = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 500 });
    await expect(refund({ topup: unpaid.topup, reason })).rejects.toEqual(failure('payment_not_found'));
    const spender = await house.createFan();
    const { checkoutUrl, topup } = await house.money.topups.create({
      identity: spender,
      name: 'Léa',
      amountMinor: 500,
    });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    await house.money.tickets.buy({ room: await house.createRoom(), identity: spender, name: 'Léa', from: 'wallet' });
    await expect(refund({ topup, reason })).rejects.toEqual(failure('not_refundable'));
    for (const unknown of [
      { ticket: createId('ticket') },
      { tip: createId('tip') },
      { topup: createId('topup') },
      { topup: createId('tip') as never },
    ]) {
      await expect(refund({ ...unknown, reason })).rejects.toEqual(failure('payment_not_found'));
    }
    await expect(refund({ reason })).rejects.toEqual(failure('invalid_request'));
    await expect(refund({ ticket: createId('ticket'), tip: createId('tip'), reason })).rejects.toEqual(
      failure('invalid_request'),
    );
  });

  test.each(['server_error', 'hang'] as const)(
    'with a provider that fails (%s), access ends at once and the card gets its money later, once',
    async (kind) => {
      const { room, identity, ticket } = await ticketByCard();
      house.emulator.addFault({ path: '/v1/refunds', method: 'POST', kind, times: 1 });
      const asked = refund({ ticket, reason });
      await eventually(async () => (await accessOf(room, identity)).state === 'required');
      const { id, status } = await asked;
      expect(status).toBe('pending');
      house.advance(60_000);
      await eventually(() => statusOf(id) === 'succeeded');
      expect(await providerRefunds(id)).toHaveLength(1);
    },
  );

  test.each(['reset', 'hang', 'server_error'] as const)(
    'a refund whose answer is lost (%s) is not executed twice',
    async (kind) => {
      const identity = await house.createFan();
      const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
      await house.money.confirmCheckout(await pay(checkoutUrl));
      await house.money.tickets.buy({ room: await house.createRoom(), identity, name: 'Léa', from: 'wallet' });
      await eventually(() => house.emulator.listDeliveries('pending').length === 0);
      // A partial refund could be executed twice, and no webhook confirms it.
      house.emulator.addWebhookRule({ action: 'drop', times: 1_000 });
      house.emulator.addFault({ path: '/v1/refunds', method: 'POST', kind, times: 1, isApplied: true });
      const { id } = await refund({ topup, reason });
      // Longer than the provider remembers idempotency keys.
      house.advance(25 * 3_600_000);
      await eventually(() => statusOf(id) === 'succeeded');
      house.emulator.clearWebhookRules();
      expect(await providerRefunds(id)).toHaveLength(1);
    },
  );

  test('a returned refund is owed again and can be retried', async () => {
    const { identity, room, ticket } = await ticketByCard(CARD_WHOSE_REFUNDS_FAIL_LATER);
    const { id } = await refund({ ticket, reason });
    await eventually(() => statusOf(id) === 'failed');
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'refunded' });
    expect(await house.money.checkInvariants()).toEqual([]);
    const again = await refund({ ticket, reason });
    expect(again.id).toBe(id);
    await eventually(async () => (await providerRefunds(id)).length === 2);
    await eventually(() => statusOf(id) === 'failed');
  });

  test('a slow refund is pending and then succeeds', async () => {
    const { ticket } = await ticketByCard(CARD_WHOSE_REFUNDS_TAKE_TIME);
    const { id } = await refund({ ticket, reason });
    await eventually(() => statusOf(id) === 'succeeded');
    expect(await providerRefunds(id)).toMatchObject([{ status: 'succeeded' }]);
  });

  test('concurrent refunds, purchases and tips do not deadlock', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(1_000);
    const order = { room, identity, name: 'Léa', from: 'wallet' } as const;
    for (let round = 0; round < 5; round += 1) {
      const bought = await house.money.tickets.buy(order);
      if (!('ticket' in bought)) throw new Error('A ticket was expected.');
      const results = await Promise.allSettled([
        refund({ ticket: bought.ticket.id, reason }),
        house.money.tickets.buy(order),
        house.money.tickets.buy(order),
        refund({ ticket: bought.ticket.id, reason }),
      ]);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toEqual(failure('already_refunded'));
      }
    }
    const access = await accessOf(room, identity);
    expect(await balanceOf(identity)).toBe(access.state === 'granted' ? 500 : 1_000);
  });
});
