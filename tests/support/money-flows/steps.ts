/**
 * The steps of a flow: the soak's actions, and steps that need a run without crashes to be repeatable, such as held
 * webhooks and passing time.
 */
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId, type RoomId, type TicketId, type TipId } from '../../../server/protocol/ids.ts';
import { sessionOf } from '../houses/money-house.ts';
import { payCheckout } from '../people/checkout.ts';
import { keyOf } from '../soak/acts/paying.ts';
import { ACTS } from '../soak/soak.ts';
import { type Act, NOTHING, type Scene } from '../soak/soak-world.ts';
import { EVENINGS, type FlowAct } from './evenings.ts';
import { select } from './whereabouts.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A test card whose bank returns refunds. */
export const RETURNING_CARD = '4000000000005126';
const UNDOES_PAYMENT = /dispute|refund/;

/** From here on webhooks are held back, until they are delivered. */
const holdWebhooks: Act = async ({ house }) => {
  if (house.heldWebhooks) return 'held already';
  house.heldWebhooks = [];
  return 'held';
};

/** Delivers some of the held webhooks, in any order. */
const deliverSome: Act = ({ house, dice }) => deliver({ house, dice }, dice.between(1, 4));

const deliverAll: Act = async ({ house, dice }) => {
  const outcome = await deliver({ house, dice }, Number.POSITIVE_INFINITY);
  house.heldWebhooks = undefined;
  return outcome;
};

export async function deliver({ house, dice }: Pick<Scene, 'house' | 'dice'>, count: number): Promise<string> {
  const held = house.heldWebhooks ?? [];
  const heard: string[] = [];
  while (held.length > 0 && heard.length < count) {
    const [webhook] = held.splice(dice.between(0, held.length - 1), 1);
    if (!webhook) break;
    await house.deliver(webhook);
    await house.app.money.idle();
    heard.push(JSON.parse(webhook.payload).type);
  }
  return heard.join(', ') || NOTHING;
}

/** Another process continues the pending work. */
const restart: Act = async ({ house }) => {
  await house.reopen();
  return 'restarted';
};

const minutes: Act = async ({ house, dice }) => pass(house, dice.between(1, 90) * MINUTE_MS, true);
/** Days pass with the server running, or as if it were down. */
const days: Act = async ({ house, dice }) => pass(house, dice.between(1, 20) * DAY_MS, dice.chance(0.6));
const month: Act = async ({ house }) => pass(house, 31 * DAY_MS, true);

async function pass(house: Scene['house'], ms: number, isAtWork: boolean): Promise<string> {
  house.advance(ms);
  await house.emulator.flush();
  if (isAtWork) await house.app.money.sweep();
  return `${(ms / DAY_MS).toFixed(1)} days${isAtWork ? '' : ' down'}`;
}

/**
 * A creator pays a menu request back, which they may for 30 days while its earnings are held or their balance covers
 * it; one that a bank has taken back whole costs nothing any more.
 */
const undoRequest: Act = async ({ app, house, dice }) => {
  const asked = await select<{
    id: string;
    room: string;
    creator: string;
    sent_at: string;
    part: string;
    has: string;
    released: boolean;
  }>(
    house,
    `select t.id, t.room, r.creator, t.sent_at::text, rel.sale is not null as released,
        (select coalesce(sum(e.amount_minor), 0) from ledger_transactions y join ledger_entries e on e.transaction = y.id
          where (y.id = x.id or y.reverses_id = x.id) and e.account like 'creator\\_%:' || r.creator) as part,
        (select coalesce(sum(amount_minor), 0) from ledger_entries where account = 'creator_available:eur:' || r.creator) as has
      from tips t join rooms r on r.id = t.room
      join ledger_transactions x on x.kind = 'tip' and x.source_id = t.id
      left join released_earnings rel on rel.sale = x.id and rel.part = 0
      join payments p on p.id = t.id and p.refunded_at is null
      where t.request is not null order by t.id`,
  );
  const tip = dice.pick(asked);
  if (!tip) return NOTHING;
  const isFresh = house.clock.now() - Date.parse(tip.sent_at) < 30 * DAY_MS;
  const isGone = Number(tip.part) === 0;
  const mayUndo = isGone || (isFresh && (!tip.released || Number(tip.has) >= Number(tip.part)));
  const call = { room: tip.room as RoomId, tip: tip.id as TipId, outcome: 'undone', by: tip.creator } as const;
  const { state } = await app.money.tipRequests.settle(call);
  if (!mayUndo) throw new Error(`${tip.id} was undone, and the creator had ${tip.has} of ${tip.part} left`);
  return `${tip.id} ${state}`;
};

/** A fan spends what is left of their credit on a ticket, and disputes their oldest top-up. */
const disputeSpent: Act = async ({ app, house, world, dice }) => {
  const room = dice.pick(world.ticketRooms.items);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const answer = await app.money.tickets.buy({ room, identity, name: 'Fan', from: 'wallet' }).catch((error) => {
    if (error instanceof AppError) return undefined;
    throw error;
  });
  if (answer && 'ticket' in answer) world.tickets.add({ id: answer.ticket.id, identity });
  const paid = await select<{ payment: string }>(
    house,
    `select provider_payment as payment from payments p
      where kind = 'topup' and identity = '${identity}' and provider_payment is not null and not exists (
        select 1 from disputes d where d.source_id = p.id) order by paid_at, id`,
  );
  const topup = dice.chance(0.7) ? paid[0] : dice.pick(paid);
  if (!topup) return NOTHING;
  world.disputes.add(house.emulator.act('open_dispute', { paymentIntent: topup.payment }).id);
  return topup.payment;
};

/** A bank decides again, for the house, about a dispute that was lost. */
const winLate: Act = async ({ house, dice }) => {
  const { data } = await house.stripe.disputes.list({ limit: 100 });
  const lost = dice.pick(data.filter(({ status }) => status === 'lost'));
  if (!lost) return NOTHING;
  house.emulator.act('close_dispute', { dispute: lost.id, outcome: 'won' });
  return `${lost.id} won late`;
};

/** Some days of payouts, in which the creator may be suspended. */
const suspend: FlowAct = async ({ app, house, world, dice, diary }) => {
  const creator = dice.pick(world.creators) ?? '';
  const until = new Date(house.clock.now() + dice.between(5, 40) * DAY_MS).toISOString();
  const decision = createId('decision');
  await app.rooms.suspensions.suspend(creator, { decision, reason: 'flow', until: dice.chance(0.7) ? until : null });
  for (const room of diary.listLive()) diary.stop(room, house.clock.now());
  await pass(house, dice.between(8, 20) * DAY_MS, true);
  const { payouts } = await app.money.payouts.createBatch({ by: 'operator' });
  // What is paid out before the end must have an earlier timestamp.
  house.advance(1);
  if (dice.chance(0.7)) await app.rooms.suspensions.lift({ decision, kind: 'suspension' });
  return `${until}, ${payouts.length} payouts`;
};

/** A tip whose answer is lost, followed by "pay by card" with the same key. */
const tipBothWays: Act = async ({ app, world, dice }) => {
  const room = dice.pick(world.free);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const input = { amountMinor: dice.between(500, 900), idempotencyKey: keyOf(dice) };
  const from = { identity, name: 'Fan', role: 'fan' } as const;
  const both = [() => app.money.tips.send({ room, from, input }), () => app.money.cardTips.open({ room, from, input })];
  const [first, second] = dice.chance(0.5) ? both : both.reverse();
  const begun = [first?.()];
  if (dice.chance(0.5)) await begun[0]?.catch(() => {});
  const answers = await Promise.allSettled([...begun, second?.()]);
  for (const answer of answers) {
    if (answer.status === 'fulfilled' && answer.value && 'checkoutUrl' in answer.value) {
      await payCheckout(answer.value.checkoutUrl);
    }
  }
  return answers.map(({ status }) => status).join(', ');
};

/** Schedules a fee change, and perhaps another one from an earlier day. */
const changeFeesLater: Act = async ({ app, house, dice }) => {
  const days = [dice.between(10, 40), ...(dice.chance(0.5) ? [dice.between(1, 9)] : [])];
  const added: string[] = [];
  for (const day of days) {
    const effectiveAt = new Date(house.clock.now() + day * DAY_MS).toISOString();
    added.push((await app.money.pricing.addFeePolicy({ commissionBps: dice.between(500, 4_000), effectiveAt })).id);
  }
  return added.join(', ');
};

/**
 * A membership is renewed, and the renewal disputed or refunded, before any webhook arrives. The webhooks then arrive
 * in any order, or those that undo the payment first.
 */
const missRenewal: Act = async ({ app, house, world, dice }) => {
  if (house.heldWebhooks) return 'held already';
  const tier = dice.pick(world.tiers.filter(({ interval }) => interval === 'month'));
  const identity = dice.pick(world.fans) ?? '';
  if (!tier) return NOTHING;
  const isMember = (await app.money.memberships.list(identity)).some(({ status }) => status === 'active');
  if (!isMember) {
    const { checkoutUrl } = await app.money.memberships.join({ tier: tier.id, identity, name: 'Fan' });
    await payCheckout(checkoutUrl);
    await app.money.confirmCheckout(sessionOf(checkoutUrl));
  }
  house.heldWebhooks = [];
  // A renewal is invoiced first, and paid an hour later.
  for (const ms of [31 * DAY_MS, 2 * 60 * MINUTE_MS]) {
    house.advance(ms);
    await house.emulator.flush();
  }
  const { data } = await house.stripe.paymentIntents.list({ limit: 10 });
  const renewal = data.find(({ status, metadata }) => status === 'succeeded' && !metadata.checkout);
  if (renewal) {
    // A missed dispute webhook is followed by the one of the decision; a missed manual refund by none.
    const undo = dice.weighted({ byBank: 1, byHand: 2, byHouse: 2 });
    if (undo === 'byBank') house.emulator.act('open_dispute', { paymentIntent: renewal.id });
    if (undo === 'byHand') await house.stripe.refunds.create({ payment_intent: renewal.id });
    if (undo === 'byHouse') await refundLatestKnown(app);
  }
  house.advance(dice.between(1, 60) * 2 * 60 * MINUTE_MS);
  await house.emulator.flush();
  if (dice.chance(0.75)) {
    const held = Map.groupBy(house.heldWebhooks, ({ payload }) => UNDOES_PAYMENT.test(JSON.parse(payload).type));
    house.heldWebhooks = held.get(true) ?? [];
    await deliver({ house, dice }, Number.POSITIVE_INFINITY);
    house.heldWebhooks = held.get(false) ?? [];
  }
  await deliver({ house, dice }, Number.POSITIVE_INFINITY);
  house.heldWebhooks = undefined;
  return renewal?.id ?? 'no renewal';
};

/** An operator refunds the member's latest payment that the server knows, which is not the renewal yet. */
async function refundLatestKnown(app: Scene['app']): Promise<void> {
  const [latest] = (await app.money.desk.payments.search({ kind: 'membership', limit: 1 })).payments;
  if (latest) await app.money.refunds.refund({ payment: latest.id, reason: 'flow' }, 'operator');
}

/** A buyer who disputed a ticket wants to enter again, and buys another one. */
const buyAgain: Act = async ({ app, house, world, dice }) => {
  const bought = await select<{ room: string; identity: string; payment: string }>(
    house,
    `select t.room, t.identity, c.provider_payment as payment from tickets t join checkouts c on c.source_id = t.id
      where t.status = 'valid' order by t.id`,
  );
  const ticket = dice.pick(bought);
  if (!ticket) return NOTHING;
  world.disputes.add(house.emulator.act('open_dispute', { paymentIntent: ticket.payment }).id);
  await house.emulator.flush();
  await app.money.idle();
  const room = await app.rooms.getRoom(ticket.room);
  const answer = await app.money.tickets.buy({ room, identity: ticket.identity, name: 'Fan', from: 'wallet' });
  if (!('ticket' in answer)) return NOTHING;
  world.tickets.add({ id: answer.ticket.id, identity: ticket.identity });
  return answer.ticket.id;
};

/**
 * Part of a ticket is refunded, by the server or at the provider, to a card whose bank returns it; then the payer may
 * dispute the payment.
 */
const refundReturned: Act = async ({ app, house, world, dice }) => {
  const room = dice.pick(world.ticketRooms.items);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const page = await app.money.tickets.buy({ room, identity, name: 'Fan', from: 'card' });
  if (!('checkoutUrl' in page)) return NOTHING;
  await payCheckout(page.checkoutUrl, RETURNING_CARD);
  const session = sessionOf(page.checkoutUrl);
  const { id } = await app.money.confirmCheckout(session);
  world.tickets.add({ id, identity });
  world.paidSessions.add({ url: page.checkoutUrl, session, purpose: 'ticket' });
  const ticket = id as TicketId;
  const amountMinor = dice.between(50, 100);
  const payment = (await app.money.desk.payments.get(ticket)).providerPayment ?? '';
  if (dice.chance(0.5)) await app.money.refunds.refund({ ticket, amountMinor, reason: 'flow' }, 'operator');
  else {
    await house.stripe.refunds.create({ payment_intent: payment, amount: amountMinor });
    // Book the refund before the bank returns it.
    await app.money.sweep();
  }
  if (dice.chance(0.5)) return id;
  await pass(house, DAY_MS, true);
  world.disputes.add(house.emulator.act('open_dispute', { paymentIntent: payment }).id);
  return `${id} disputed`;
};

/** A private session, or a request for one, reserves promotional credit past its expiry. */
const holdExpiringCredit: Act = async ({ app, house, world, dice }) => {
  const room = dice.pick(world.privateRooms);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const expiresAt = new Date(house.clock.now() + MINUTE_MS).toISOString();
  await app.money.promotions.grant(
    { identity, amountMinor: dice.between(100, 600), reason: 'flow', expiresAt, idempotencyKey: keyOf(dice) },
    'operator',
  );
  const caller = (participant: Participant) => ({ room: room.id, participant });
  const fan = caller({ identity, name: 'Fan', role: 'fan' });
  const { id } = await app.money.privateSessions.request(fan, { minutes: dice.between(1, 3) });
  const creator = caller({ identity: room.creator.identity, name: 'Creator', role: 'creator' });
  if (dice.chance(0.5)) await app.money.privateSessions.accept(creator, id);
  await pass(house, 2 * MINUTE_MS, true);
  return id;
};

/** The provider answers a refund request with a permanent failure, and executes it before it is retried. */
const refundLate: Act = async ({ app, house, dice }) => {
  const sold = await select<{ id: string; price_minor: string }>(
    house,
    `select id, price_minor from tickets where paid_from = 'card' and status = 'valid' order by id`,
  );
  const ticket = dice.pick(sold);
  if (!ticket || house.heldWebhooks) return NOTHING;
  house.isKeySpent = true;
  const amountMinor = Math.floor(Number(ticket.price_minor) / 2);
  const { id } = await app.money.refunds.refund(
    { ticket: ticket.id as TicketId, amountMinor, reason: 'flow' },
    'operator',
  );
  const [order] = await select<{ round: number; status: string; payment: string }>(
    house,
    `select round, status, provider_payment as payment from refunds where id = '${id}'`,
  );
  if (order?.status !== 'pending') return `${id} ${order?.status}`;
  const metadata = { refund: id, order: `${id}:${order.round - 1}` };
  // No webhook arrives before the server asks the provider.
  house.heldWebhooks = [];
  await house.stripe.refunds.create({ payment_intent: order.payment, amount: amountMinor, metadata });
  house.advance(MINUTE_MS);
  await app.money.sweep();
  await deliverAll({ house, dice } as Scene);
  return `${id} late`;
};

/** An operator stops payouts to a creator while a batch is being created. */
const freezeWhilePaying: Act = async ({ app, house, world, dice }) => {
  house.advance(20 * DAY_MS);
  await house.emulator.flush();
  while (await app.money.earnings.release()) {}
  const creator = dice.pick(world.creators) ?? '';
  const freezing = { frozen: true, reason: 'flow', by: 'operator' };
  const [batch] = await Promise.all([
    app.money.payouts.createBatch({ by: 'operator' }),
    // The freeze must have a later timestamp than the batch.
    app.money.desk.setFreeze(creator, freezing).then(() => house.advance(1)),
  ]);
  return `${batch.payouts.length} payouts`;
};

/** A share of what a creator's sales are released with from now on is held back for longer, or none is any more. */
const reserve: Act = async ({ app, world, dice }) => {
  const creator = dice.pick(world.creators) ?? '';
  const set = dice.chance(0.3) ? null : { shareBps: dice.between(1, 10_000), days: dice.between(10, 90) };
  await app.money.desk.setReserve(creator, { reserve: set, reason: 'flow', by: 'operator' });
  return `${creator}: ${set ? `${set.shareBps} for ${set.days} days` : 'none'}`;
};

/**
 * A fan withdraws from a contract that the page lists; it is gone from there, and brings what was shown, which a
 * disputed membership brings only once its dispute is won.
 */
const withdrawListed: Act = async ({ app, world, dice }) => {
  const identity = dice.pick(world.fans) ?? '';
  const contract = dice.pick((await app.money.withdrawals.list(identity)).filter(({ kind }) => kind !== 'ticket'));
  if (!contract) return NOTHING;
  const memberships = await app.money.memberships.list(identity);
  const isDisputed = memberships.some(({ id, disputed }) => id === contract.item && disputed);
  const { amountMinor } = await app.money.withdrawals.withdraw(contract.item, identity);
  const left = await app.money.withdrawals.list(identity);
  if (amountMinor !== (isDisputed ? 0 : contract.amountMinor) || left.some(({ item }) => item === contract.item))
    throw new Error(
      `${contract.item} was shown with ${contract.amountMinor}, brought ${amountMinor}: ${JSON.stringify(left)}`,
    );
  return `${contract.item} ${amountMinor}`;
};

export const FLOW_STEPS = {
  ...ACTS,
  ...EVENINGS,
  holdWebhooks: { act: holdWebhooks, weight: 1 },
  deliverSome: { act: deliverSome, weight: 1 },
  deliverAll: { act: deliverAll, weight: 1 },
  restart: { act: restart, weight: 1 },
  minutes: { act: minutes, weight: 1 },
  days: { act: days, weight: 1 },
  month: { act: month, weight: 1 },
  tipBothWays: { act: tipBothWays, weight: 1 },
  changeFeesLater: { act: changeFeesLater, weight: 1 },
  missRenewal: { act: missRenewal, weight: 1 },
  buyAgain: { act: buyAgain, weight: 1 },
  refundReturned: { act: refundReturned, weight: 1 },
  holdExpiringCredit: { act: holdExpiringCredit, weight: 1 },
  refundLate: { act: refundLate, weight: 1 },
  reserve: { act: reserve, weight: 1 },
  freezeWhilePaying: { act: freezeWhilePaying, weight: 1 },
  undoRequest: { act: undoRequest, weight: 1 },
  disputeSpent: { act: disputeSpent, weight: 1 },
  winLate: { act: winLate, weight: 1 },
  withdrawListed: { act: withdrawListed, weight: 1 },
  suspend: { act: suspend, weight: 1 },
};
export type FlowStepName = keyof typeof FLOW_STEPS;

/** Weights for short flows, which must still reach interesting states; steps without a weight are not played. */
export const FLOW_WEIGHTS: Partial<Record<FlowStepName, number>> = {
  topUp: 6,
  saveCard: 1,
  topUpByCard: 2,
  promote: 2,
  openRoom: 3,
  ticketFromWallet: 4,
  ticketByCard: 4,
  ticketTwice: 1,
  tip: 5,
  setMenu: 2,
  tipFromMenu: 3,
  setGoal: 2,
  undoRequest: 3,
  cardTip: 2,
  tipBothWays: 2,
  payOldPage: 1,
  join: 5,
  changeTier: 2,
  cancel: 1,
  resume: 1,
  changeCard: 1,
  ask: 2,
  watch: 2,
  end: 1,
  refundTip: 2,
  refundTicket: 4,
  refundTopup: 2,
  refundMembership: 3,
  refundPrivateSession: 1,
  giveBack: 3,
  withdrawListed: 2,
  refundAtProvider: 4,
  openDispute: 4,
  disputeSpent: 3,
  decideDispute: 5,
  winLate: 3,
  escalate: 1,
  perform: 6,
  performMoved: 2,
  stopLives: 2,
  closeRoom: 1,
  moveRoom: 3,
  buyWaived: 3,
  shutOut: 3,
  letIn: 2,
  closeAccount: 1,
  onboard: 2,
  payOut: 1,
  freeze: 1,
  reserve: 2,
  warnOfFraud: 2,
  suspend: 2,
  reverseTransfer: 1,
  pledge: 1,
  changeFees: 1,
  changeFeesLater: 2,
  missRenewal: 4,
  buyAgain: 2,
  refundReturned: 3,
  holdExpiringCredit: 2,
  refundLate: 2,
  freezeWhilePaying: 2,
  sweep: 3,
  minutes: 3,
  days: 4,
  month: 2,
  holdWebhooks: 2,
  deliverSome: 3,
  deliverAll: 2,
  restart: 1,
};
