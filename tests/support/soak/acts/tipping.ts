/**
 * Actions of fans and creators in a room: tips, menus, goals, promotional credit, and rooms that open, go live and end.
 */
import * as LIMITS from '../../../../server/protocol/limits.ts';
import { type Act, type Doubt, NOTHING, type Scene } from '../soak-world.ts';
import { keyOf } from './paying.ts';

const HOUR_MS = 60 * 60_000;

/** An unanswered tip stays in doubt, and its sender retries it with the same key. */
export async function sendTip({ app, world, answers }: Scene, doubt: Doubt): Promise<string> {
  const { identity, input } = doubt;
  world.doubts.push(doubt);
  try {
    const room = await app.rooms.getRoom(doubt.room);
    const receipt = await app.money.tips.send({ room, from: { identity, name: 'Fan', role: 'fan' }, input });
    answers.noteOnce('tip', `${doubt.room} ${identity} ${input.idempotencyKey}`, receipt.tip.id);
    world.tips.add(receipt.tip.id);
    settle(world.doubts, doubt);
    return receipt.tip.id;
  } catch (error) {
    // A crashed application has answered nothing.
    if (!app.life.isOver) settle(world.doubts, doubt);
    throw error;
  }
}

function settle(doubts: Doubt[], doubt: Doubt): void {
  const index = doubts.indexOf(doubt);
  if (index >= 0) doubts.splice(index, 1);
}

function draw({ world, dice }: Scene, more: Partial<Doubt['input']> = {}): Doubt | undefined {
  const room = dice.pick([...world.free, ...world.ticketRooms.items.slice(-3)]);
  const identity = dice.pick(world.fans) ?? '';
  const amountMinor = dice.between(LIMITS.tipMinMinor, 900);
  return room && { room: room.id, identity, input: { amountMinor, idempotencyKey: keyOf(dice), ...more } };
}

const tip: Act = async (scene) => {
  const doubt = draw(scene, scene.dice.chance(0.3) ? { message: 'Brava!' } : {});
  return doubt ? sendTip(scene, doubt) : NOTHING;
};

/** An unstable connection: the same tip three times concurrently. */
const tipAgainAndAgain: Act = async (scene) => {
  const doubt = draw(scene);
  if (!doubt) return NOTHING;
  const results = await Promise.allSettled([1, 2, 3].map(() => sendTip(scene, { ...doubt })));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return 'three times';
};

const tipFromMenu: Act = async (scene) => {
  const { app, world, dice } = scene;
  const room = dice.pick(world.free);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const { items } = await app.money.tipping.getMenu(room.id);
  const item = dice.pick(items);
  const amountMinor = item && dice.chance(0.9) ? item.amountMinor : 777;
  const input = { amountMinor, menuItem: item?.id ?? 'song', idempotencyKey: keyOf(dice) };
  return sendTip(scene, { room: room.id, identity, input });
};

const setMenu: Act = async ({ app, world, dice }) => {
  const room = dice.pick(world.free);
  if (!room) return NOTHING;
  world.menuVersion += 1;
  const items = ['song', 'dance', 'wave'].map((id) => ({ id, label: id, amountMinor: dice.between(100, 1_000) }));
  await app.money.tipping.setMenu(room.id, dice.chance(0.8) ? items : []);
  return room.id;
};

const setGoal: Act = async ({ app, world, dice }) => {
  const room = dice.pick(world.free);
  if (!room) return NOTHING;
  if (dice.chance(0.3)) await app.money.tipping.clearGoal(room.id);
  else await app.money.tipping.setGoal(room.id, { title: 'A new guitar', targetMinor: dice.between(1_000, 50_000) });
  return room.id;
};

const promote: Act = async ({ app, world, answers, dice, house }) => {
  const identity = dice.pick(world.fans) ?? '';
  const expiresAt = new Date(house.clock.now() + dice.between(1, 72) * HOUR_MS).toISOString();
  const input = { identity, amountMinor: dice.between(50, 600), reason: 'soak', idempotencyKey: keyOf(dice) };
  const granted = await app.money.promotions.grant(dice.chance(0.6) ? { ...input, expiresAt } : input, 'the-house');
  answers.note('promotion', granted.id);
  return granted.id;
};

const openRoom: Act = async ({ app, world, dice, house }) => {
  const creator = dice.pick(world.creators) ?? '';
  const startsAt = new Date(house.clock.now() + dice.between(0, 24) * HOUR_MS).toISOString();
  const room = await app.rooms.createRoom({
    creator,
    title: 'An evening',
    access: { kind: 'ticket', priceMinor: dice.between(LIMITS.ticketMinMinor, 2_000) },
    ...(dice.chance(0.4) ? { capacity: dice.between(1, 4) } : {}),
    ...(dice.chance(0.5) ? { startsAt } : {}),
  });
  world.ticketRooms.add(room);
  return room.id;
};

const goLive: Act = async ({ app, world, dice }) => {
  const room = dice.pick(world.ticketRooms.items);
  if (!room) return NOTHING;
  await app.rooms.startLive(room.id);
  return room.id;
};

const endRoom: Act = async ({ app, world, dice }) => {
  const room = dice.pick(world.ticketRooms.items);
  if (!room) return NOTHING;
  await app.rooms.endRoom(room.id);
  return room.id;
};

const look: Act = async ({ app, world, dice }) => {
  const identity = dice.pick(world.fans) ?? '';
  const room = dice.pick(world.free);
  const { balanceMinor } = await app.money.wallets.get(identity);
  if (balanceMinor < 0) throw new Error(`${identity} has ${balanceMinor}`);
  await app.money.wallets.listEntries(identity);
  const paid = dice.pick([...world.tips.items, ...world.tickets.items.map(({ id }) => id), ...world.topups.items]);
  if (paid) await app.money.receipts.get(paid);
  if (room) await app.money.tipping.getLeaderboard(room.id, 10);
  return `${identity} ${balanceMinor}`;
};

export const TIPPING = {
  tip: { act: tip, weight: 40 },
  tipAgainAndAgain: { act: tipAgainAndAgain, weight: 2 },
  tipFromMenu: { act: tipFromMenu, weight: 3 },
  setMenu: { act: setMenu, weight: 0.5 },
  setGoal: { act: setGoal, weight: 0.4 },
  promote: { act: promote, weight: 2 },
  openRoom: { act: openRoom, weight: 2 },
  goLive: { act: goLive, weight: 0.8 },
  endRoom: { act: endRoom, weight: 0.9 },
  look: { act: look, weight: 1.5 },
};
