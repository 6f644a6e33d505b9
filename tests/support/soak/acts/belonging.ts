/** Actions of members and of private sessions. */
import type { Participant } from '../../../../server/protocol/accounts/accounts.ts';
import { type Act, NOTHING, type Scene } from '../soak-world.ts';
import { payOn } from './paying.ts';

const SECOND_MS = 1_000;

const join: Act = async (scene) => {
  const { app, world, dice } = scene;
  const tier = dice.pick(world.tiers);
  const identity = dice.pick(world.fans) ?? '';
  if (!tier) return NOTHING;
  const { checkoutUrl } = await app.money.memberships.join({ tier: tier.id, identity, name: 'Fan' });
  const outcome = await payOn(scene, checkoutUrl, 'membership');
  for (const { id } of await app.money.memberships.list(identity)) world.memberships.add({ id, identity });
  return outcome;
};

const cancel: Act = async ({ app, world, dice }) => {
  const membership = dice.pick(world.memberships.items);
  if (!membership) return NOTHING;
  return (await app.money.memberships.cancel(membership.identity, membership.id)).status;
};

const resume: Act = async ({ app, world, dice }) => {
  const membership = dice.pick(world.memberships.items);
  if (!membership) return NOTHING;
  return (await app.money.memberships.resume(membership.identity, membership.id)).status;
};

const changeTier: Act = async ({ app, world, dice }) => {
  const membership = dice.pick(world.memberships.items);
  const tier = dice.pick(world.tiers);
  if (!membership || !tier) return NOTHING;
  return (await app.money.memberships.changeTier(membership.identity, membership.id, tier.id)).status;
};

/** The member's card changes: the next renewal fails, or succeeds again. */
const changeCard: Act = async ({ dice, house }) => {
  const { data } = await house.stripe.subscriptions.list({ limit: 20 });
  const subscription = dice.pick(data);
  if (!subscription) return NOTHING;
  const name = dice.chance(0.6) ? 'pm_card_chargeCustomerFail' : 'pm_card_visa';
  const card = await house.stripe.paymentMethods.attach(name, { customer: String(subscription.customer) });
  await house.stripe.subscriptions.update(subscription.id, { default_payment_method: card.id });
  return `${subscription.id} ${name}`;
};

const person = (identity: string, role: Participant['role']) => ({ identity, name: 'Somebody', role });

function drawRoom({ world, dice }: Scene) {
  const room = dice.pick(world.privateRooms);
  return room && { room, creator: { room: room.id, participant: person(room.creator.identity, 'creator' as const) } };
}

const ask: Act = async (scene) => {
  const { app, world, dice } = scene;
  const drawn = drawRoom(scene);
  const identity = dice.pick(world.fans) ?? '';
  if (!drawn) return NOTHING;
  const fan = { room: drawn.room.id, participant: person(identity, 'fan') };
  const { id } = await app.money.privateSessions.request(fan, { minutes: dice.between(1, 3) });
  if (dice.chance(0.8)) await app.money.privateSessions.accept(drawn.creator, id);
  return id;
};

const answer: Act = async (scene) => {
  const { app, dice } = scene;
  const drawn = drawRoom(scene);
  if (!drawn) return NOTHING;
  const open = await app.money.privateSessions.list(drawn.creator);
  const asked = dice.pick(open.filter(({ status }) => status === 'requested'));
  if (!asked) return NOTHING;
  if (dice.chance(0.6)) await app.money.privateSessions.accept(drawn.creator, asked.id);
  else await app.money.privateSessions.decline(drawn.creator, asked.id);
  return asked.id;
};

/** Some seconds of every session, with or without media. */
const watch: Act = async ({ app, house, dice }) => {
  for (let seconds = dice.between(2, 12); seconds > 0 && !app.life.isOver; seconds -= 1) {
    house.advance(SECOND_MS);
    await app.money.privateSessions.sweep();
  }
  return 'watched';
};

const disturbMedia: Act = async (scene) => {
  const drawn = drawRoom(scene);
  if (!drawn) return NOTHING;
  if (scene.dice.chance(0.2)) scene.house.media.interrupt();
  else scene.house.media.setFlowing(drawn.room.id, scene.dice.chance(0.6));
  return drawn.room.id;
};

const extend: Act = async (scene) => {
  const session = await drawActive(scene);
  if (!session) return NOTHING;
  const fan = { room: session.room, participant: person(session.identity, 'fan') };
  return (await scene.app.money.privateSessions.extend(fan, session.id, scene.dice.between(1, 3))).id;
};

const end: Act = async (scene) => {
  const { app, dice, answers, world } = scene;
  const session = await drawActive(scene);
  if (!session) return NOTHING;
  const creator = world.privateRooms.find(({ id }) => id === session.room)?.creator.identity ?? '';
  const by = dice.chance(0.5) ? person(session.identity, 'fan') : person(creator, 'creator');
  const ended = await app.money.privateSessions.end({ room: session.room, participant: by }, session.id);
  if (ended.status === 'ended') {
    answers.note('private_session', ended.id);
    world.privateSessions.add(ended.id);
  }
  return `${ended.id} ${ended.costMinor}`;
};

async function drawActive(scene: Scene) {
  const drawn = drawRoom(scene);
  const open = drawn ? await scene.app.money.privateSessions.list(drawn.creator) : [];
  return scene.dice.pick(open.filter(({ status }) => status === 'active'));
}

export const BELONGING = {
  join: { act: join, weight: 2 },
  cancel: { act: cancel, weight: 0.5 },
  resume: { act: resume, weight: 0.4 },
  changeTier: { act: changeTier, weight: 0.6 },
  changeCard: { act: changeCard, weight: 0.6 },
  ask: { act: ask, weight: 2.5 },
  answer: { act: answer, weight: 1 },
  watch: { act: watch, weight: 2.5 },
  disturbMedia: { act: disturbMedia, weight: 0.7 },
  extend: { act: extend, weight: 0.7 },
  end: { act: end, weight: 1 },
};
