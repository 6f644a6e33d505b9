import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { WaiverInput } from '../../../server/protocol/money/pricing.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const failure = (code: string) => expect.objectContaining({ code });
const TICKET = { kind: 'ticket', priceMinor: 500 } as const;
const WAIVER: WaiverInput = { accepted: true, textVersion: '2026-01' };

describe.each(DATABASES)('rules of tickets on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;

  beforeAll(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
  });

  afterAll(() => closeBalanced({ db, house }));

  const buy = (identity: string, room: Room, from: 'wallet' | 'card' = 'wallet', waiver?: WaiverInput) =>
    house.money.tickets.buy({ room, identity, name: 'Léa', from, waiver, locale: 'fr' });
  const ticketOf = async (answer: ReturnType<typeof buy>) => {
    const bought = await answer;
    if (!('ticket' in bought)) throw new Error('A ticket was expected.');
    return bought.ticket;
  };
  const pageOf = async (answer: ReturnType<typeof buy>) => {
    const bought = await answer;
    if (!('checkoutUrl' in bought)) throw new Error('A page was expected.');
    return bought.checkoutUrl;
  };
  const stateOf = async (identity: string, room: Room) =>
    (await house.rooms.decideAccess({ room: await house.rooms.getRoom(room.id), identity, role: 'fan' })).state;
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;

  test('a waiver is stored literally and ends the right of withdrawal', async () => {
    const room = await house.createRoom(TICKET, { startsAt: new Date(house.now() + 3_600_000).toISOString() });
    const [waived, kept] = [await house.createFan(500), await house.createFan(500)];
    const shown = await house.money.quotes.quote({ room, identity: waived, kind: 'ticket', locale: 'fr' });
    const ticket = await ticketOf(buy(waived, room, 'wallet', WAIVER));
    const receipt = await house.money.receipts.get(ticket.id, waived);
    expect(receipt).toMatchObject({ withdrawable: false, waiver: { ...shown.waiver, acceptedAt: ticket.boughtAt } });
    await expect(house.money.withdrawals.withdraw(ticket.id, waived)).rejects.toEqual(failure('not_refundable'));

    const other = await ticketOf(buy(kept, room));
    expect(await house.money.receipts.get(other.id, kept)).toMatchObject({ withdrawable: true, waiver: null });
    await expect(house.money.withdrawals.withdraw(other.id, waived)).rejects.toEqual(failure('payment_not_found'));
    expect(await house.money.withdrawals.withdraw(other.id, kept)).toMatchObject({
      kind: 'ticket',
      amountMinor: 500,
    });
    expect(await balanceOf(kept)).toBe(500);
    expect(await stateOf(kept, room)).toBe('required');
    await expect(house.money.withdrawals.withdraw(other.id, kept)).rejects.toEqual(failure('already_refunded'));
  });

  test('without a waiver, the right of withdrawal ends when the live begins', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(500);
    const ticket = await ticketOf(buy(identity, room));
    await house.rooms.startLive(room.id);
    await expect(house.money.withdrawals.withdraw(ticket.id, identity)).rejects.toEqual(failure('not_refundable'));
    expect((await house.money.receipts.get(ticket.id, identity)).withdrawable).toBe(false);
  });

  test('a waiver of another text is refused and nothing is sold; by card it is kept with the open page', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(500);
    const old = { ...WAIVER, textVersion: '1999-01' };
    await expect(buy(identity, room, 'wallet', old)).rejects.toEqual(failure('waiver_invalid'));
    await expect(buy(identity, room, 'card', old)).rejects.toEqual(failure('waiver_invalid'));
    expect(await balanceOf(identity)).toBe(500);
    const url = await pageOf(buy(identity, room, 'card', { ...WAIVER, language: 'en' }));
    const { id } = await house.money.confirmCheckout(await pay(url));
    const { waiver } = await house.money.receipts.get(id, identity);
    expect(waiver).toMatchObject({
      language: 'en',
      textVersion: '2026-01',
      text: expect.stringContaining('withdrawal'),
    });
  });

  test.each([
    ['withdrawn', WAIVER, undefined],
    ['added', undefined, WAIVER],
  ])(
    'a waiver that is %s before the card is charged counts: an open page with another one is closed',
    async (_, first, last) => {
      const room = await house.createRoom(TICKET, { startsAt: new Date(house.now() + 3_600_000).toISOString() });
      const identity = await house.createFan();
      const before = await pageOf(buy(identity, room, 'card', first));
      expect(await pageOf(buy(identity, room, 'card', first))).toBe(before);
      const url = await pageOf(buy(identity, room, 'card', last));
      await expect(pay(before)).rejects.toThrow();
      const { id } = await house.money.confirmCheckout(await pay(url));
      expect(await house.money.receipts.get(id, identity)).toMatchObject({
        withdrawable: last === undefined,
        waiver: last ? { textVersion: last.textVersion, language: 'fr' } : null,
      });
    },
  );

  test('receipts are their owner’s only, and unknown ids are not found', async () => {
    const identity = await house.createFan(500);
    const ticket = await ticketOf(buy(identity, await house.createRoom()));
    await expect(house.money.receipts.get(ticket.id, 'somebody')).rejects.toEqual(failure('payment_not_found'));
    for (const id of ['ticket_00000000000000000000', 'topup_00000000', 'chair_1', '']) {
      await expect(house.money.receipts.get(id, identity)).rejects.toEqual(failure('payment_not_found'));
    }
  });

  test('concurrent buyers never exceed the capacity of a room', async () => {
    const places = 5;
    const room = await house.createRoom(TICKET, { capacity: places });
    // Sequential: only the purchases should race, and a loaded machine is slow with many top-ups at once.
    const fans: string[] = [];
    while (fans.length < 25) fans.push(await house.createFan(500));
    const results = await Promise.allSettled(
      fans.map((identity, index) => buy(identity, room, index % 3 === 0 ? 'card' : 'wallet')),
    );
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    // A page that the provider opened too slowly still reserves its place.
    expect(refusals.filter((code) => code !== 'provider_unavailable')).toEqual(
      Array(fans.length - places).fill('sold_out'),
    );
    const { rows } = (await db.orm.execute(
      `select count(*)::int as n from tickets where room = '${room.id}' and status in ('valid', 'pending')`,
    )) as unknown as { rows: { n: number }[] };
    expect(rows[0]?.n).toBe(places);
    const isSoldOut = (result: (typeof results)[number]) =>
      result.status === 'rejected' && result.reason.code === 'sold_out';
    const outside = fans[results.findIndex(isSoldOut)] as string;
    const quote = await house.money.quotes.quote({ room, identity: outside, kind: 'ticket' });
    expect(quote.ticketsLeft).toBe(0);
    expect(await balanceOf(outside)).toBe(500);
  });

  test('a refund frees a place, and the last place can be bought on its open page', async () => {
    const room = await house.createRoom(TICKET, { capacity: 1 });
    const [lea, malik] = [await house.createFan(500), await house.createFan(500)];
    const url = await pageOf(buy(lea, room, 'card'));
    await expect(buy(malik, room)).rejects.toEqual(failure('sold_out'));
    const ticket = await ticketOf(buy(lea, room));
    expect(await pageOf(Promise.resolve({ checkoutUrl: url }))).toBe(url);
    await house.money.idle();
    await house.money.refunds.refund({ ticket: ticket.id, reason: 'By mistake' }, 'operator');
    expect((await ticketOf(buy(malik, room))).status).toBe('valid');
    await expect(house.createRoom({ kind: 'free' }, { capacity: 3 })).rejects.toEqual(
      failure('capacity_without_tickets'),
    );
  });

  test('a room that ends before any live refunds every ticket to its source', async () => {
    const room = await house.createRoom();
    const [lea, malik, zoe] = [await house.createFan(500), await house.createFan(), await house.createFan()];
    await house.money.promotions.grant({ identity: zoe, amountMinor: 500, reason: 'Welcome' }, 'operator');
    const tickets: TicketId[] = [
      (await ticketOf(buy(lea, room, 'wallet', WAIVER))).id,
      (await ticketOf(buy(zoe, room))).id,
    ];
    const { id } = await house.money.confirmCheckout(await pay(await pageOf(buy(malik, room, 'card'))));
    await house.rooms.endRoom(room.id);
    await house.money.sweep();
    await house.money.sweep();
    expect(await balanceOf(lea)).toBe(500);
    expect((await house.money.wallets.get(zoe)).promoMinor).toBe(500);
    const refund = (await house.money.receipts.get(id, malik)).corrections.at(-1)?.id ?? '';
    await eventually(async () => (await house.money.receipts.get(refund, malik)).status === 'succeeded');
    expect(await house.money.receipts.get(refund, malik)).toMatchObject({
      reason: 'not_held',
      paid: { cardMinor: 500 },
    });
    for (const ticket of [...tickets, id]) expect((await house.money.receipts.get(ticket)).status).toBe('refunded');
    const told = await eventually(() =>
      house.facts.find((fact) => fact.topic === 'room.notHeld' && fact.room === room.id),
    );
    expect(told.data).toEqual({
      room: room.id,
      reason: 'not_held',
      ticketCount: 3,
      refundedMinor: 1_500,
      currency: 'eur',
    });
    expect(house.facts.filter((fact) => fact.topic === 'room.notHeld' && fact.room === room.id)).toHaveLength(1);
  });

  test('a room that was live at least once keeps its tickets when it ends', async () => {
    const room = await house.createRoom();
    const identity = await house.createFan(500);
    const ticket = await ticketOf(buy(identity, room));
    await house.rooms.startLive(room.id);
    await house.rooms.endLive(room.id);
    await house.rooms.endRoom(room.id);
    await house.money.sweep();
    expect((await house.money.receipts.get(ticket.id)).status).toBe('valid');
    expect(await balanceOf(identity)).toBe(0);
  });

  test('two processes that refund a room concurrently, also after a crash, refund each ticket once', async () => {
    const room = await house.createRoom();
    const fans = await Promise.all(Array.from({ length: 12 }, () => house.createFan(500)));
    for (const identity of fans) await ticketOf(buy(identity, room));
    await house.rooms.endRoom(room.id);
    const other = await house.restartMoney();
    await Promise.all([house.money.sweep(), other.sweep(), other.sweep()]);
    await other.sweep();
    for (const identity of fans) expect(await balanceOf(identity)).toBe(500);
  });

  test('a scheduled room without a live ends some hours after its start, and its tickets are refunded', async () => {
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    const room = await house.createRoom(TICKET, { startsAt });
    const identity = await house.createFan(500);
    await ticketOf(buy(identity, room));
    house.advance(3_600_000 + LIMITS.notHeldAfterMs - 60_000);
    await house.money.sweep();
    expect(await balanceOf(identity)).toBe(0);
    house.advance(120_000);
    await house.money.sweep();
    expect(await balanceOf(identity)).toBe(500);
    expect((await house.rooms.getRoom(room.id)).status).toBe('ended');
  });

  test.each(['wallet', 'card'] as const)('no ticket is sold by %s while the creator is suspended', async (from) => {
    const [room, identity] = [await house.createRoom(), await house.createFan(500)];
    const decision = `decision_${from}`;
    const page = from === 'card' && (await pageOf(buy(identity, room, from)));
    await house.rooms.suspensions.suspend(house.creator, { decision, reason: 'Insults', until: null });
    await expect(buy(identity, room, from)).rejects.toEqual(failure('live_stopped'));
    // A page that was open already can be paid.
    if (page) await house.money.confirmCheckout(await pay(page));
    await house.rooms.suspensions.lift({ decision, kind: 'suspension' });
    expect((await ticketOf(buy(identity, room, from))).status).toBe('valid');
  });

  test.each(['ends', 'blocks the buyer'])('the payment page of a ticket closes when the room %s', async (what) => {
    const [room, identity] = [await house.createRoom(), await house.createFan()];
    const page = await pageOf(buy(identity, room, 'card'));
    house.advance(300_000);
    await house.money.sweep();
    expect(await pageOf(buy(identity, room, 'card'))).toBe(page);
    const { creator } = house;
    if (what === 'ends') await house.rooms.endRoom(room.id);
    else await house.rooms.removals.block({ creator, identity, by: creator, reason: 'Insults' });
    house.advance(300_000);
    await house.money.sweep();
    await expect(pay(page)).rejects.toThrow();
  });

  test('a person whom the creator blocks gets tickets of lives to come back, once, and can buy nothing', async () => {
    const [coming, running, unpaid, other] = [
      await house.createRoom(TICKET),
      await house.createRoom(TICKET),
      await house.createRoom(TICKET),
      await house.createRoom(TICKET),
    ];
    const { creator } = house;
    const tier = await house.rooms.clubs.createTier(creator, { name: 'Club', priceMinor: 900, interval: 'month' });
    const [rude, kind] = [await house.createFan(1_500), await house.createFan(500)];
    await ticketOf(buy(rude, coming, 'wallet', WAIVER));
    await ticketOf(buy(rude, running));
    await ticketOf(buy(kind, coming));
    const page = await pageOf(buy(rude, unpaid, 'card'));
    await house.rooms.startLive(running.id);
    await house.rooms.attendances.count([{ room: running.id, identity: rude }]);
    const block = () =>
      house.rooms.removals.block({ creator, identity: rude, by: creator, reason: 'Insults in the chat' });
    await block();
    await block();
    await eventually(async () => (await balanceOf(rude)) === 1_000, 'the ticket of the coming live goes back');
    const states = [coming, running].map(async ({ id }) => {
      const [ticket] = (await house.money.withdrawals.listTickets(rude)).filter(({ room }) => room === id);
      return ticket?.status;
    });
    expect(await Promise.all(states)).toEqual(['refunded', 'valid']);
    expect([await stateOf(rude, coming), await stateOf(rude, running)]).toEqual(['refused', 'refused']);
    expect(await stateOf(kind, coming)).toBe('granted');

    await expect(buy(rude, other)).rejects.toEqual(failure('access_removed'));
    const join = house.money.memberships.join({ tier: tier.id, identity: rude, name: 'Léa' });
    await expect(join).rejects.toEqual(failure('access_removed'));
    // Paid on a page that was open before: the money goes back to the card.
    expect(await house.money.confirmCheckout(await pay(page))).toMatchObject({ status: 'returned' });
    await eventually(async () => {
      const [ticket] = (await house.money.withdrawals.listTickets(rude)).filter(({ room }) => room === unpaid.id);
      return ticket?.status === 'refunded';
    }, 'the late payment is returned');
    expect(await balanceOf(rude)).toBe(1_000);

    await house.rooms.removals.unblock({ creator, identity: rude, by: creator });
    expect((await ticketOf(buy(rude, coming))).status).toBe('valid');
    expect(await stateOf(rude, running)).toBe('granted');
    await house.rooms.endLive(running.id);
  });
});
