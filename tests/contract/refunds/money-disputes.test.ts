import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PaymentProvider, ProviderRefund } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { eq } from '../../../server/platform/db/sql.ts';
import { outbox } from '../../../server/platform/outbox/outbox.schema.ts';
import { createId, type TicketId, type TipId, type TopupId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const failure = (code: string) => expect.objectContaining({ code });
const reason = 'By mistake';

describe.each(DATABASES)('disputes, refunds by hand and reconciliation on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let provider: PaymentProvider;
  /** Provider payments that this server did not create. */
  let strangers: string[];

  beforeEach(async () => {
    db = await open();
    strangers = [];
    house = await openMoneyHouse({
      db,
      isRunning: false,
      wrapProvider: (each) => {
        provider = each;
        return each;
      },
    });
    stripe = house.stripe;
  });

  afterEach(async () => {
    house.emulator.clearFaults();
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    // In every test, ledger and provider agree at the end.
    house.advance(3 * DAY_MS);
    await house.money.sweep();
    const { items } = await reconcile();
    expect(items.map(({ reference }) => reference)).toEqual(strangers);
    await house[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const reconcile = () => house.money.reconciliations.run(0);
  const balanceOf = async (identity: string) => (await house.money.wallets.get(identity)).balanceMinor;
  const accessOf = (room: Room, identity: string) => house.rooms.decideAccess({ room, identity, role: 'fan' });
  const earningsOf = (room: Room) => house.money.earnings.describe(room.creator.identity);
  const disputes = () => house.money.disputes;

  async function paymentOf(source: string): Promise<string> {
    const all = await stripe.paymentIntents.list({ limit: 100 });
    const found = all.data.find((each) => Object.values(each.metadata).includes(source));
    if (!found) throw new Error('The payment is not at the provider.');
    return found.id;
  }

  async function dispute(
    source: string,
    part: { amountMinor?: number } = {},
  ): Promise<{ id: string; close(outcome: 'won' | 'lost'): Promise<void> }> {
    const made = house.emulator.act('open_dispute', { paymentIntent: await paymentOf(source), ...part });
    await house.money.sweep();
    const kept = (await disputes().list()).find((each) => each.source === source);
    return {
      id: kept?.id ?? '',
      async close(outcome) {
        await house.emulator.act('close_dispute', { dispute: made.id, outcome });
        await house.money.sweep();
      },
    };
  }

  async function ticketByCard({ card, ...more }: { capacity?: number; card?: string } = {}) {
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 }, more);
    const identity = await house.createFan();
    const page = await house.buyByCard({ room, identity });
    const confirmed = await house.money.confirmCheckout(await pay(page, card));
    return { room, identity, ticket: confirmed.id as TicketId };
  }

  /** Refunds at the provider and returns its state as a webhook handler reads it, to be booked later. */
  async function refundByHand(source: string): Promise<ProviderRefund> {
    const payment = await paymentOf(source);
    const { id, amount, currency, created } = await stripe.refunds.create({ payment_intent: payment });
    const look = { providerRefund: id, payment, amountMinor: amount, currency, createdAtMs: created * 1_000 };
    return { ...look, status: 'succeeded', reference: null, order: null, failure: null };
  }

  const toldOf = (topic: string) => db.orm.select({ data: outbox.data }).from(outbox).where(eq(outbox.topic, topic));
  const handle = (found: ProviderRefund) => house.money.providerRefunds.handle(found);

  async function topupAndTip(tipMinor: number) {
    const room = await house.createRoom({ kind: 'free' });
    const identity = await house.createFan(5_000);
    const input = { amountMinor: tipMinor, idempotencyKey: createId('event') };
    const { tip } = await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    const { entries } = await house.money.wallets.listEntries(identity);
    return { room, identity, tip: tip.id, topup: entries.find(({ kind }) => kind === 'topup')?.id as TopupId };
  }

  test('a disputed ticket gives no access, is not refunded, and its earnings stay held; a won dispute restores all', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const { close } = await dispute(ticket);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'disputed' });
    await expect(house.money.refunds.refund({ ticket, reason }, 'operator')).rejects.toEqual(failure('not_refundable'));
    expect((await earningsOf(room)).holds).toMatchObject([{ reason: 'disputed', releaseAt: null, source: ticket }]);
    house.advance(10 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(room)).toMatchObject({ availableMinor: 0 });
    expect(await reconcile()).toMatchObject({ differenceMinor: 0, unexplainedCount: 0 });

    await close('won');
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted', ticket });
    expect(await disputes().list('won')).toMatchObject([{ source: ticket, amountMinor: 2_000, lossMinor: 0 }]);
    await house.playLive(room);
    house.advance(15 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0, availableMinor: expect.any(Number) });
    expect((await earningsOf(room)).availableMinor).toBeGreaterThan(1_300);
  });

  test.each(['won', 'lost'] as const)(
    'the place of a disputed ticket is not sold before the dispute is %s',
    async (outcome) => {
      const { room, identity, ticket } = await ticketByCard({ capacity: 1 });
      const { close } = await dispute(ticket);
      const other = await house.createFan(4_000);
      const buy = () => house.money.tickets.buy({ room, identity: other, name: 'Malik', from: 'wallet' });
      await expect(buy()).rejects.toEqual(failure('sold_out'));
      await close(outcome);
      if (outcome === 'lost') return expect(await buy()).toMatchObject({ ticket: { status: 'valid' } });
      await expect(buy()).rejects.toEqual(failure('sold_out'));
      expect(await accessOf(room, identity)).toMatchObject({ state: 'granted', ticket });
    },
  );

  test('concurrent dispute refreshes keep the latest amounts', async () => {
    const { ticket } = await ticketByCard();
    const made = (await house.emulator.act('open_dispute', { paymentIntent: await paymentOf(ticket) })) as {
      id: string;
    };
    const older = await provider.disputes.fetchDispute(made.id);
    await house.emulator.act('close_dispute', { dispute: made.id, outcome: 'won' });
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    const look = vi.spyOn(provider.disputes, 'fetchDispute').mockResolvedValueOnce(older);
    await disputes().handleDisputeChanged(made.id);
    look.mockRestore();
    expect(await disputes().list()).toMatchObject([{ status: 'won' }]);
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test('a stale dispute refresh resets neither status nor evidence deadline', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const made = (await house.emulator.act('open_dispute', {
      paymentIntent: await paymentOf(ticket),
      isInquiry: true,
    })) as { id: string };
    await house.money.sweep();
    const [inquiry] = await disputes().list('inquiry');
    const fetchDispute = provider.disputes.fetchDispute.bind(provider.disputes);
    const look = vi.spyOn(provider.disputes, 'fetchDispute');
    /** Runs code between the provider's answer and its processing. */
    const lookLateAfter = async (meanwhile: () => Promise<unknown>) => {
      look.mockImplementationOnce(async (id) => {
        const older = await fetchDispute(id);
        await meanwhile();
        return older;
      });
      await disputes().handleDisputeChanged(made.id);
    };
    house.advance(DAY_MS);
    await lookLateAfter(async () => {
      await house.emulator.act('escalate_inquiry', { dispute: made.id });
      await house.money.sweep();
    });
    const [open] = await disputes().list('open');
    expect(Date.parse(open?.evidenceDueAt ?? '')).toBeGreaterThan(Date.parse(inquiry?.evidenceDueAt ?? ''));
    expect(await accessOf(room, identity)).toMatchObject({ reason: 'disputed' });
    await lookLateAfter(() => disputes().submitEvidence(open?.id ?? '', { by: 'operator' }));
    expect(await disputes().list()).toMatchObject([{ status: 'under_review', evidenceDueAt: open?.evidenceDueAt }]);
    const again = disputes().submitEvidence(open?.id ?? '', { by: 'operator' });
    await expect(again).rejects.toEqual(failure('dispute_closed'));
    look.mockRestore();
  });

  test('evidence that is submitted again, once an inquiry has become a dispute, is on record', async () => {
    const { ticket } = await ticketByCard();
    const paymentIntent = await paymentOf(ticket);
    const made = house.emulator.act('open_dispute', { paymentIntent, isInquiry: true });
    await house.money.sweep();
    const [inquiry] = await disputes().list('inquiry');
    await disputes().submitEvidence(inquiry?.id ?? '', { by: 'first', note: 'They watched it.' });
    await house.emulator.act('escalate_inquiry', { dispute: made.id });
    await house.money.sweep();
    house.advance(DAY_MS);
    const { dispute: after } = await disputes().submitEvidence(inquiry?.id ?? '', { by: 'second', note: 'All of it.' });
    expect(Date.parse(after.submittedAt ?? '') - Date.parse(inquiry?.openedAt ?? '')).toBeGreaterThan(DAY_MS / 2);
    const kept = await db.bulk('select evidence, submitted_by from disputes where id = $1', [after.id]);
    expect(kept).toMatchObject([{ evidence: { uncategorized_text: 'All of it.' }, submitted_by: 'second' }]);
  });

  test('a lost ticket is reversed for everyone with a part, and the house bears the fee', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const { close } = await dispute(ticket);
    await close('lost');
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'disputed' });
    expect(await disputes().list()).toMatchObject([{ status: 'lost', lossMinor: 0, feeMinor: 2_000 }]);
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0, availableMinor: 0, holds: [] });
    await expect(house.money.refunds.refund({ ticket, reason }, 'operator')).rejects.toHaveProperty('code');
  });

  test('the rest of a sale after a partly lost dispute becomes available', async () => {
    const { room, ticket } = await ticketByCard();
    const pendingMinor = Math.floor((await earningsOf(room)).pendingMinor * 0.75);
    const { close } = await dispute(ticket, { amountMinor: 500 });
    await close('lost');
    expect(await earningsOf(room)).toMatchObject({ pendingMinor });
    await house.playLive(room);
    house.advance(15 * DAY_MS);
    await house.money.sweep();
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0, availableMinor: pendingMinor });
    await expect(house.money.refunds.refund({ ticket, reason }, 'operator')).rejects.toEqual(failure('not_refundable'));
  });

  test.each(['held', 'not held'] as const)(
    'a ticket with a won dispute is refunded to the card if its payer has bought another one, in a room that is %s',
    async (how) => {
      const { room, identity, ticket } = await ticketByCard();
      const { close } = await dispute(ticket);
      const page = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
      const { id: second } = await house.money.confirmCheckout(
        await pay('checkoutUrl' in page ? page.checkoutUrl : ''),
      );
      await close('won');
      await house.money.sweep();
      const { data } = await stripe.refunds.list({ payment_intent: await paymentOf(ticket) });
      expect(data).toMatchObject([{ amount: 2_000, status: 'succeeded' }]);
      expect(await house.money.receipts.get(ticket)).toMatchObject({ status: 'refunded' });
      expect(await accessOf(room, identity)).toMatchObject({ state: 'granted', ticket: second });
      expect(await house.money.earnings.ofRoom(room.id)).toMatchObject({ ticketCount: 1, ticketsMinor: 2_000 });
      if (how === 'held') return;
      await house.rooms.endRoom(room.id);
      await house.money.sweep();
      await house.money.sweep();
      expect((await stripe.refunds.list()).data).toHaveLength(2);
      expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0 });
    },
  );

  test('a won dispute returns the ticket of a person who was blocked meanwhile and saw no live', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const { close } = await dispute(ticket);
    const { creator } = house;
    await house.rooms.removals.block({ creator, identity, by: creator, reason: 'Insults' });
    await close('won');
    await house.money.sweep();
    expect(await house.money.receipts.get(ticket)).toMatchObject({ status: 'refunded' });
    expect((await stripe.refunds.list()).data).toMatchObject([{ amount: 2_000, status: 'succeeded' }]);
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0 });
  });

  test('the house bears a lost ticket whose earnings were already available', async () => {
    const { room, ticket } = await ticketByCard();
    await house.playLive(room);
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    const { availableMinor } = await earningsOf(room);
    expect(availableMinor).toBeGreaterThan(1_300);
    const { close } = await dispute(ticket);
    await close('lost');
    expect(await earningsOf(room)).toMatchObject({ availableMinor });
  });

  test('a disputed top-up holds unspent credit, then held earnings, and the house bears the rest', async () => {
    const { room, identity, topup, tip } = await topupAndTip(2_000);
    const { close } = await dispute(topup);
    expect(await balanceOf(identity)).toBe(0);
    expect(await disputes().list()).toMatchObject([{ status: 'open', frozenCreditMinor: 3_000 }]);
    await expect(house.money.refunds.refund({ tip, reason }, 'operator')).rejects.toEqual(failure('not_refundable'));
    await expect(house.money.refunds.refund({ topup, reason }, 'operator')).rejects.toEqual(failure('not_refundable'));
    expect((await earningsOf(room)).holds).toMatchObject([{ reason: 'disputed' }]);
    await close('lost');
    expect(await balanceOf(identity)).toBe(0);
    expect(await disputes().list()).toMatchObject([{ status: 'lost', lossMinor: 0 }]);
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0, holds: [] });
  });

  test('the house bears a lost top-up that was spent and released; a won one returns the credit', async () => {
    const spent = await topupAndTip(4_000);
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    const lost = await dispute(spent.topup);
    const { availableMinor } = await earningsOf(spent.room);
    await lost.close('lost');
    expect(await disputes().list()).toMatchObject([{ status: 'lost', lossMinor: availableMinor }]);
    expect(await earningsOf(spent.room)).toMatchObject({ availableMinor });

    const kept = await topupAndTip(1_000);
    const won = await dispute(kept.topup);
    expect(await balanceOf(kept.identity)).toBe(0);
    await won.close('won');
    expect(await balanceOf(kept.identity)).toBe(4_000);
    await house.money.refunds.refund({ tip: kept.tip, reason }, 'operator');
    expect(await balanceOf(kept.identity)).toBe(5_000);
  });

  test.each(['ticket', 'tip'] as const)(
    'after a lost dispute over part of the credit of a %s, the rest can be refunded, and that ends it',
    async (kind) => {
      const identity = await house.createFan(1_000);
      const [disputed] = (await house.money.wallets.listEntries(identity)).entries;
      const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 5_000 });
      await house.money.confirmCheckout(await pay(checkoutUrl));
      const room = await house.createRoom(kind === 'ticket' ? { kind, priceMinor: 6_000 } : { kind: 'free' });
      const buy = async () => {
        const bought = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
        return { ticket: ('ticket' in bought ? bought.ticket.id : '') as TicketId };
      };
      const tip = async () => {
        const input = { amountMinor: 6_000, idempotencyKey: createId('event') };
        return {
          tip: (await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input })).tip.id,
        };
      };
      const sale = await (kind === 'ticket' ? buy() : tip());
      await (await dispute(disputed?.id ?? '')).close('lost');
      expect(await disputes().list()).toMatchObject([{ status: 'lost', amountMinor: 1_000, lossMinor: 0 }]);
      expect(await house.money.checkInvariants()).toEqual([]);
      // Nobody has seen anything for the ticket: what other credit paid of it goes back by itself.
      if (kind === 'tip')
        expect(await house.money.refunds.refund({ ...sale, reason }, 'operator')).toMatchObject({ amountMinor: 5_000 });
      expect(await balanceOf(identity)).toBe(5_000);
      expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0 });
      if (kind === 'ticket') expect(await accessOf(room, identity)).toMatchObject({ reason: 'disputed' });
      expect(await house.money.checkInvariants()).toEqual([]);
      await expect(house.money.refunds.refund({ ...sale, reason }, 'operator')).rejects.toEqual(
        failure('already_refunded'),
      );
    },
  );

  test('a lost dispute of a partly refunded sale takes at most the remaining money', async () => {
    const { room, identity, topup } = await topupAndTip(2_000);
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    const { availableMinor } = await earningsOf(room);
    await house.money.promotions.grant({ identity, amountMinor: 6_000, reason: 'Welcome' }, 'operator');
    const input = { amountMinor: 8_000, idempotencyKey: createId('event') };
    const { tip } = await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    // It was paid with 60.00 of promotional credit and 20.00 of paid credit; half of each is refunded.
    await house.money.refunds.refund({ tip: tip.id, amountMinor: 4_000, reason }, 'operator');
    await (await dispute(topup)).close('lost');
    expect(await disputes().list()).toMatchObject([{ status: 'lost', amountMinor: 5_000, lossMinor: availableMinor }]);
    expect(await house.money.refunds.refund({ tip: tip.id, reason }, 'operator')).toMatchObject({ amountMinor: 3_000 });
    expect(await house.money.wallets.get(identity)).toMatchObject({ balanceMinor: 6_000, promoMinor: 6_000 });
  });

  test('rooms with disputed tickets do not delay refunds of others, and follow when the dispute is won', async () => {
    const identity = await house.createFan(2_000);
    const other = await house.createFan(500);
    const [topup] = (await house.money.wallets.listEntries(identity)).entries;
    const rooms: Room[] = [];
    // The batch size of the job.
    for (let count = 0; count < 20; count += 1) rooms.push(await house.createRoom({ kind: 'ticket', priceMinor: 100 }));
    for (const room of rooms) await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    const { close } = await dispute(topup?.id ?? '');
    for (const room of rooms) await house.rooms.endRoom(room.id);
    await house.money.sweep();
    expect(await balanceOf(identity)).toBe(0);
    const last = await house.createRoom();
    await house.money.tickets.buy({ room: last, identity: other, name: 'Malik', from: 'wallet' });
    await house.rooms.endRoom(last.id);
    await house.money.sweep();
    expect(await balanceOf(other)).toBe(500);
    expect(await toldOf('room.notHeld')).toMatchObject([{ data: { room: last.id, ticketCount: 1 } }]);
    await close('won');
    await house.money.sweep();
    expect(await balanceOf(identity)).toBe(2_000);
    expect(await toldOf('room.notHeld')).toHaveLength(21);
  });

  test('a room counts as refunded after its last disputed ticket, and other tickets do not wait', async () => {
    const room = await house.createRoom();
    const [frozen, free] = [await house.createFan(500), await house.createFan(500)];
    const [topup] = (await house.money.wallets.listEntries(frozen)).entries;
    for (const identity of [frozen, free])
      await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    const { close } = await dispute(topup?.id ?? '');
    await house.rooms.endRoom(room.id);
    await house.money.sweep();
    expect([await balanceOf(frozen), await balanceOf(free)]).toEqual([0, 500]);
    expect(await toldOf('room.notHeld')).toEqual([]);
    await close('won');
    await house.money.sweep();
    expect(await balanceOf(frozen)).toBe(500);
    expect(await toldOf('room.notHeld')).toMatchObject([{ data: { ticketCount: 2, refundedMinor: 1_000 } }]);
  });

  test('a disputed top-up holds what its own credit bought, after an earlier lost dispute of another one', async () => {
    const identity = await house.createFan(1_000);
    const [first] = (await house.money.wallets.listEntries(identity)).entries;
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 5_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const [second] = (await house.money.wallets.listEntries(identity)).entries;
    const room = await house.createRoom({ kind: 'free' });
    for (const amountMinor of [1_000, 2_500, 2_500]) {
      const input = { amountMinor, idempotencyKey: createId('event') };
      await house.money.tips.send({ room, from: { identity, name: 'Léa', role: 'fan' }, input });
    }
    await (await dispute(first?.id ?? '')).close('lost');
    const { close } = await dispute(second?.id ?? '');
    expect((await earningsOf(room)).holds.map((hold) => hold.reason)).toEqual(['disputed', 'disputed']);
    await close('lost');
    const lost = await disputes().list('lost');
    expect(lost.map(({ lossMinor }) => lossMinor)).toEqual([0, 0]);
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0, availableMinor: 0 });
  });

  test('a cancelled room is refunded completely, although a ticket was lost in a dispute before', async () => {
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 });
    const [taken, other] = [await house.createFan(2_000), await house.createFan(2_000)];
    const [topup] = (await house.money.wallets.listEntries(taken)).entries;
    const buy = (identity: string) => house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    for (const identity of [taken, other]) await buy(identity);
    await (await dispute(topup?.id ?? '')).close('lost');
    expect(await accessOf(room, taken)).toMatchObject({ state: 'required', reason: 'disputed' });
    await house.rooms.endRoom(room.id);
    for (let times = 0; times < 3; times += 1) await house.money.sweep();
    expect([await balanceOf(taken), await balanceOf(other)]).toEqual([0, 2_000]);
    expect(await toldOf('room.notHeld')).toMatchObject([
      { data: { room: room.id, ticketCount: 1, refundedMinor: 2_000 } },
    ]);
    expect(await accessOf(await house.rooms.getRoom(room.id), taken)).toMatchObject({ state: 'refused' });
    expect(await house.money.checkInvariants()).toEqual([]);
  });

  test.each([1_000, 400])(
    'a card tip that is refunded in full at the provider, %d at a time, is refunded and no longer counts',
    async (partMinor) => {
      const room = await house.createRoom({ kind: 'free' });
      const identity = await house.createFan();
      await house.money.tipping.setGoal(room.id, { title: 'An encore', targetMinor: 2_000 });
      const input = { amountMinor: 1_000, idempotencyKey: createId('event') };
      const { checkoutUrl } = await house.money.cardTips.open({
        room,
        from: { identity, name: 'Léa', role: 'fan' },
        input,
      });
      const { id } = await house.money.confirmCheckout(await pay(checkoutUrl));
      const payment_intent = await paymentOf(id);
      for (let leftMinor = 1_000; leftMinor > 0; leftMinor -= partMinor) {
        expect(await house.money.tipping.getGoal(room.id)).toMatchObject({ reachedMinor: leftMinor });
        await stripe.refunds.create({ payment_intent, amount: Math.min(partMinor, leftMinor) });
        await house.money.sweep();
      }
      expect(await house.money.receipts.get(id)).toMatchObject({ status: 'refunded' });
      expect(await house.money.tipping.getGoal(room.id)).toMatchObject({ reachedMinor: 0 });
      expect((await house.money.tipping.getLeaderboard(room.id, 10)).entries).toEqual([]);
      expect(await toldOf('tip.refunded')).toMatchObject([{ data: { tip: id, room: room.id, amountMinor: 1_000 } }]);
      const again = house.money.refunds.refund({ tip: id as TipId, reason }, 'operator');
      await expect(again).rejects.toEqual(failure('already_refunded'));
    },
  );

  test('evidence is on record with its submitter although the answer of the provider is lost', async () => {
    const { ticket } = await ticketByCard();
    const { id } = await dispute(ticket);
    house.emulator.addFault({ path: '/v1/disputes*', method: 'POST', kind: 'server_error', isApplied: true });
    const note = 'They watched it all.';
    const lost = disputes().submitEvidence(id, { by: 'operator', note });
    await expect(lost).rejects.toEqual(failure('provider_unavailable'));
    const kept = await db.bulk('select evidence, submitted_by, submitted_at from disputes where id = $1', [id]);
    expect(kept).toMatchObject([
      { evidence: { uncategorized_text: note }, submitted_by: 'operator', submitted_at: null },
    ]);
  });

  test('evidence comes from the records, is submitted once, and is refused after the deadline', async () => {
    const { room, ticket } = await ticketByCard();
    await house.rooms.startLive(room.id);
    await house.rooms.endLive(room.id);
    const { id, close } = await dispute(ticket);
    const { dispute: after, evidence } = await disputes().submitEvidence(id, {
      by: 'operator',
      note: 'They watched it all.',
    });
    expect(after.status).toBe('under_review');
    expect(evidence.product_description).toMatch(/An evening with Ada.*, €20\.00\.$/);
    expect(evidence.access_activity_log).toMatch(
      /access to the live event was given at once\n.* the live event began$/,
    );
    const [atProvider] = (await stripe.disputes.list()).data;
    expect(atProvider?.evidence.uncategorized_text).toBe('They watched it all.');
    await expect(disputes().submitEvidence(id, { by: 'operator' })).rejects.toEqual(failure('dispute_closed'));
    await close('won');
    await expect(disputes().submitEvidence('dispute_of_nobody00', { by: 'x' })).rejects.toEqual(
      failure('dispute_not_found'),
    );
  });

  test('evidence for a top-up names what its credit bought, and no refunds', async () => {
    const { topup } = await topupAndTip(2_000);
    await house.money.refunds.refund(
      { topup, amountMinor: 500, reason, idempotencyKey: createId('event') },
      'operator',
    );
    await house.money.sweep();
    const { id } = await dispute(topup);
    const { evidence } = await disputes().submitEvidence(id, { by: 'operator' });
    const bought = evidence.access_activity_log?.split('\n').filter((line) => line.includes('spent'));
    expect(bought).toEqual([expect.stringMatching(/ spent €20\.00 on a tip in "An evening with Ada"$/)]);
  });

  test('a manual refund at the provider is booked: it ends a whole ticket, and the house bears spent credit', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const part = await stripe.refunds.create({ payment_intent: await paymentOf(ticket), amount: 500 });
    await house.money.sweep();
    expect(part.amount).toBe(500);
    // The purchase, and the part that was taken back.
    expect(await toldOf('earnings.changed')).toHaveLength(2);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'granted' });
    await stripe.refunds.create({ payment_intent: await paymentOf(ticket) });
    await house.money.sweep();
    await house.money.sweep();
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required', reason: 'refunded' });
    expect(await earningsOf(room)).toMatchObject({ pendingMinor: 0 });

    const spent = await topupAndTip(4_000);
    await stripe.refunds.create({ payment_intent: await paymentOf(spent.topup) });
    await house.money.sweep();
    expect(await balanceOf(spent.identity)).toBe(0);
    expect((await earningsOf(spent.room)).pendingMinor).toBeGreaterThan(2_000);
  });

  test('a manual refund that fails while it is being booked is owed to the payer', async () => {
    const { ticket } = await ticketByCard({ card: '4000 0000 0000 5126' });
    const seen = await refundByHand(ticket);
    await house.emulator.flush();
    expect((await stripe.refunds.retrieve(seen.providerRefund)).status).toBe('failed');
    await house.money.sweep();
    await handle(seen);
    expect(await house.money.checkInvariants()).toEqual([]);
    expect(await reconcile()).toMatchObject({ differenceMinor: 0, unexplainedCount: 0 });
  });

  test('a manually refunded ticket gives no access when its dispute is won later', async () => {
    const { room, identity, ticket } = await ticketByCard();
    const paymentIntent = await paymentOf(ticket);
    const made = (await house.emulator.act('open_dispute', { paymentIntent })) as { id: string };
    await house.money.sweep();
    await house.emulator.act('close_dispute', { dispute: made.id, outcome: 'won' });
    await handle(await refundByHand(ticket));
    await house.money.sweep();
    expect(await disputes().list()).toMatchObject([{ status: 'won' }]);
    expect(await accessOf(room, identity)).toMatchObject({ state: 'required' });
  });

  test('reconciliation names an unknown payment and a payment that the books do not have yet', async () => {
    const stray = await stripe.paymentIntents.create({
      amount: 700,
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    const identity = await house.createFan();
    const { checkoutUrl } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await pay(checkoutUrl);
    // The provider's balance follows a payment after a moment.
    const found = await eventually(async () => {
      const result = await reconcile();
      return result.items.length === 2 && result;
    });
    expect(found.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ verdict: 'unknown_payment', reference: stray.id, isExplained: false }),
        expect.objectContaining({ verdict: 'in_flight', isExplained: true }),
      ]),
    );
    expect(found).toMatchObject({ unexplainedCount: 1 });
    expect(found.differenceMinor).toBeGreaterThan(600);
    strangers = [stray.id];
  });
});
