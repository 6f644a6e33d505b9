/**
 * Actions that return money: refunds by operators, by rules, by buyers and at the provider, and all kinds of disputes.
 */
import { type Act, NOTHING, type Scene } from '../soak-world.ts';

const PART_SHARE = 0.25;

async function refund({ app, answers }: Scene, input: { payment: string; amountMinor?: number }) {
  const { id, status } = await app.money.refunds.refund({ ...input, reason: 'soak' }, 'operator');
  answers.note('refund', id);
  return `${id} ${status}`;
}

/** A full refund, or occasionally a partial one with the rest later. */
function refundSome(scene: Scene, payment: string): Promise<string> {
  const { dice } = scene;
  return refund(scene, dice.chance(PART_SHARE) ? { payment, amountMinor: dice.between(1, 400) } : { payment });
}

const refundTip: Act = async (scene) => {
  const tip = scene.dice.pick(scene.world.tips.items);
  return tip ? refundSome(scene, tip) : NOTHING;
};

const refundTicket: Act = async (scene) => {
  const ticket = scene.dice.pick(scene.world.tickets.items);
  return ticket ? refundSome(scene, ticket.id) : NOTHING;
};

const refundTopup: Act = async (scene) => {
  const topup = scene.dice.pick(scene.world.topups.items);
  return topup ? refundSome(scene, topup) : NOTHING;
};

/** Refunds the latest payment of a membership; a full refund ends it. */
const refundMembership: Act = async (scene) => {
  const membership = scene.dice.pick(scene.world.memberships.items);
  return membership ? refundSome(scene, membership.id) : NOTHING;
};

const refundPrivateSession: Act = async (scene) => {
  const privateSession = scene.dice.pick(scene.world.privateSessions.items);
  return privateSession ? refundSome(scene, privateSession) : NOTHING;
};

/** Two operators refund the same tip concurrently: one must be refused. */
const refundTwice: Act = async (scene) => {
  const { dice, world, answers } = scene;
  const tip = dice.pick(world.tips.items);
  if (!tip) return NOTHING;
  const results = await Promise.allSettled([refund(scene, { payment: tip }), refund(scene, { payment: tip })]);
  const done = results.filter((result) => result.status === 'fulfilled');
  if (done.length === 2) answers.doubled.push(`${tip} was refunded twice`);
  const failed = results.find((result) => result.status === 'rejected');
  if (done.length === 0 && failed) throw failed.reason;
  return 'once';
};

const withdraw: Act = async ({ app, world, dice, answers }) => {
  const ticket = dice.pick(world.tickets.items.filter(({ identity }) => identity !== ''));
  if (!ticket) return NOTHING;
  await app.money.withdrawals.withdraw(ticket.id, ticket.identity);
  const { refunds } = await app.money.desk.payments.get(ticket.id);
  const id = refunds.at(-1)?.id ?? '';
  answers.note('refund', id);
  return id;
};

const MEMBERSHIP_SHARE = 0.25;

/** A payment by checkout page, by saved card, or for a membership, whose payments name no checkout. */
async function drawPayment({ world, dice, house }: Scene): Promise<string | undefined> {
  if (dice.chance(MEMBERSHIP_SHARE)) {
    const { data } = await house.stripe.paymentIntents.list({ limit: 60 });
    return dice.pick(data.filter(({ status, metadata }) => status === 'succeeded' && !metadata.checkout))?.id;
  }
  const page = dice.pick(world.paidSessions.items.filter(({ purpose }) => purpose !== 'membership'));
  if (!page || page.session.startsWith('pi_')) return page?.session;
  const { payment_intent } = await house.stripe.checkout.sessions.retrieve(page.session);
  return typeof payment_intent === 'string' ? payment_intent : undefined;
}

/** A manual refund in the provider's dashboard. */
const refundAtProvider: Act = async (scene) => {
  const payment_intent = await drawPayment(scene);
  if (!payment_intent) return NOTHING;
  const amount = scene.dice.chance(0.5) ? {} : { amount: scene.dice.between(1, 700) };
  const { id } = await scene.house.stripe.refunds.create({ payment_intent, ...amount });
  return id;
};

/** A manual reversal of a transfer in the provider's dashboard, of what the account still has. */
const reverseTransfer: Act = async ({ dice, house }) => {
  const transfer = dice.pick((await house.stripe.transfers.list({ limit: 10 })).data);
  if (!transfer) return NOTHING;
  const left = transfer.amount - transfer.amount_reversed;
  const amount = left > 1 && dice.chance(0.7) ? { amount: dice.between(1, left) } : {};
  return (await house.stripe.transfers.createReversal(transfer.id, amount)).id;
};

const openDispute: Act = async (scene) => {
  const paymentIntent = await drawPayment(scene);
  if (!paymentIntent) return NOTHING;
  const { dice, house } = scene;
  const { amount } = await house.stripe.paymentIntents.retrieve(paymentIntent);
  const part = dice.chance(PART_SHARE) ? { amountMinor: dice.between(1, amount) } : {};
  const { id } = house.emulator.act('open_dispute', { paymentIntent, isInquiry: dice.chance(0.2), ...part });
  scene.world.disputes.add(id);
  return id;
};

const warnOfFraud: Act = async (scene) => {
  const paymentIntent = await drawPayment(scene);
  if (!paymentIntent) return NOTHING;
  return scene.house.emulator.act('warn_of_fraud', { paymentIntent }).id;
};

const decideDispute: Act = async ({ world, dice, house }) => {
  const dispute = dice.pick(world.disputes.items);
  if (!dispute) return NOTHING;
  const outcome = dice.chance(0.5) ? 'won' : 'lost';
  house.emulator.act('close_dispute', { dispute, outcome });
  world.disputes.remove(dispute);
  return `${dispute} ${outcome}`;
};

const escalate: Act = async ({ world, dice, house }) => {
  const dispute = dice.pick(world.disputes.items);
  if (!dispute) return NOTHING;
  house.emulator.act('escalate_inquiry', { dispute });
  return dispute;
};

const submitEvidence: Act = async ({ app, dice, answers }) => {
  const dispute = dice.pick((await app.money.disputes.list()).filter(({ closedAt }) => closedAt === null));
  if (!dispute) return NOTHING;
  await app.money.disputes.submitEvidence(dispute.id, { note: 'They were there.', by: 'operator' });
  answers.note('evidence', dispute.id);
  return dispute.id;
};

export const GIVING_BACK = {
  refundTip: { act: refundTip, weight: 4 },
  refundTicket: { act: refundTicket, weight: 2 },
  refundTopup: { act: refundTopup, weight: 1.5 },
  refundMembership: { act: refundMembership, weight: 0.7 },
  refundPrivateSession: { act: refundPrivateSession, weight: 0.5 },
  refundTwice: { act: refundTwice, weight: 0.7 },
  withdraw: { act: withdraw, weight: 1 },
  refundAtProvider: { act: refundAtProvider, weight: 0.7 },
  reverseTransfer: { act: reverseTransfer, weight: 0.5 },
  openDispute: { act: openDispute, weight: 0.8 },
  decideDispute: { act: decideDispute, weight: 0.7 },
  warnOfFraud: { act: warnOfFraud, weight: 0.1 },
  escalate: { act: escalate, weight: 0.2 },
  submitEvidence: { act: submitEvidence, weight: 0.3 },
};
