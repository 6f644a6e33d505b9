/** Steps that decide about tickets: lives, dates, waivers, and people who are shut out or close their account. */
import { PERSONAL_TABLES } from '../../../server/personal-tables.ts';
import { PersonRecords } from '../../../server/platform/db/person-records.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import { sessionOf } from '../houses/money-house.ts';
import { payCheckout } from '../people/checkout.ts';
import { NOTHING, type Scene } from '../soak/soak-world.ts';
import type { Diary } from './diary.ts';
import { mayWithdraw, readTickets } from './ticket-rules.ts';
import { select } from './whereabouts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WAIVER = { accepted: true, textVersion: '2026-01' } as const;

export interface FlowScene extends Scene {
  diary: Diary;
}

export type FlowAct = (scene: FlowScene) => Promise<string>;

async function pickOpenRoom({ house, world, dice }: Scene) {
  const open = await select<{ id: string; starts_at: string | null }>(
    house,
    `select id, starts_at::text from rooms where access_kind = 'ticket' and ended_at is null`,
  );
  const room = dice.pick(world.ticketRooms.items.filter(({ id }) => open.some((each) => each.id === id)));
  const startsAt = open.find(({ id }) => id === room?.id)?.starts_at;
  return room && { ...room, dateMs: startsAt ? Date.parse(startsAt) : null };
}

/** A live, too short to count or long enough, with some of its buyers inside; it may go on after the step. */
const perform: FlowAct = async (scene) => {
  const { app, house, dice, diary } = scene;
  const room = await pickOpenRoom(scene);
  if (!room) return NOTHING;
  await app.rooms.startLive(room.id);
  diary.begin(room.id, house.clock.now());
  const inside: string[] = [];
  for (const { id, room: of, identity, status } of await readTickets(house)) {
    const isOut = diary.shutOuts.some((out) => out.identity === identity && out.liftedMs === undefined);
    if (of !== room.id || status !== 'valid' || isOut || dice.chance(0.4)) continue;
    await app.rooms.attendances.count([{ room: room.id, identity }]);
    diary.seen.add(id);
    inside.push(id);
  }
  const minutes = dice.chance(0.4) ? dice.between(1, 4) : dice.between(6, 90);
  if (dice.chance(0.3)) return `${room.id} goes on, ${inside} inside`;
  house.advance(minutes * MINUTE_MS);
  return `${await stop(scene, room.id)} after ${minutes} minutes, ${inside} inside`;
};

const stopLives: FlowAct = async (scene) => {
  const room = scene.dice.pick(scene.diary.listLive());
  return room ? stop(scene, room) : NOTHING;
};

async function stop({ app, house, dice, diary }: FlowScene, room: string): Promise<string> {
  const isOver = dice.chance(0.5);
  if (isOver) await app.rooms.endRoom(room as never);
  else await app.rooms.endLive(room as never);
  diary.stop(room, house.clock.now());
  if (isOver) diary.ended.add(room);
  return `${room} ${isOver ? 'ended' : 'paused'}`;
}

const closeRoom: FlowAct = async (scene) => {
  const { app, house, diary } = scene;
  const room = await pickOpenRoom(scene);
  if (!room) return NOTHING;
  await app.rooms.endRoom(room.id);
  diary.stop(room.id, house.clock.now());
  diary.ended.add(room.id);
  return room.id;
};

const moveRoom: FlowAct = async (scene) => {
  const { app, house, dice, diary } = scene;
  const room = await pickOpenRoom(scene);
  if (!room) return NOTHING;
  const now = house.clock.now();
  const kind = dice.weighted({ none: 2, soon: 3, later: 5 });
  const ahead = kind === 'soon' ? dice.between(1, 20) * HOUR_MS : dice.between(1, 40) * DAY_MS;
  const nextMs = kind === 'none' ? null : now + ahead;
  const startsAt = nextMs === null ? null : new Date(nextMs).toISOString();
  await app.rooms.changes.apply(room.id, { startsAt }, (tx) => app.money.tickets.isSold(tx, room.id));
  diary.move(room.id, { atMs: now, previousMs: room.dateMs, nextMs });
  return `${room.id} to ${startsAt}`;
};

/** A ticket is bought, the date moves, and the live takes place before both dates, with the buyer inside or not. */
const performMoved: FlowAct = async (scene) => {
  const { app, house, world, dice, diary } = scene;
  const creator = world.creators[0] ?? '';
  const now = house.clock.now();
  const [previousMs, nextMs] = [now + dice.between(1, 20) * DAY_MS, now + dice.between(1, 20) * DAY_MS];
  const startsAt = new Date(previousMs).toISOString();
  const access = { kind: 'ticket', priceMinor: 600 } as const;
  const room = await app.rooms.createRoom({ creator, title: 'An evening', access, startsAt });
  world.ticketRooms.add(room);
  const identity = dice.pick(world.fans) ?? '';
  const ticket = await order(scene, room.id, identity, 'card');
  const change = { startsAt: new Date(nextMs).toISOString() };
  await app.rooms.changes.apply(room.id, change, (tx) => app.money.tickets.isSold(tx, room.id));
  diary.move(room.id, { atMs: now, previousMs, nextMs });
  await app.rooms.startLive(room.id);
  diary.begin(room.id, now);
  if (dice.chance(0.7)) {
    await app.rooms.attendances.count([{ room: room.id, identity }]);
    diary.seen.add(ticket);
  }
  house.advance(dice.between(6, 60) * MINUTE_MS);
  await app.rooms.endLive(room.id);
  diary.stop(room.id, house.clock.now());
  return `${ticket} for ${startsAt}, then ${change.startsAt}`;
};

const buyWaived: FlowAct = async (scene) => {
  const room = await pickOpenRoom(scene);
  if (!room) return NOTHING;
  const { world, dice } = scene;
  return order(scene, room.id, dice.pick(world.fans) ?? '', dice.chance(0.6) ? 'wallet' : 'card');
};

/** With a waiver; by card on the page at once. */
async function order({ app, world }: Scene, id: RoomId, identity: string, from: 'wallet' | 'card'): Promise<string> {
  const room = await app.rooms.getRoom(id);
  const answer = await app.money.tickets.buy({ room, identity, name: 'Fan', from, waiver: WAIVER });
  if ('ticket' in answer) {
    world.tickets.add({ id: answer.ticket.id, identity });
    return answer.ticket.id;
  }
  await payCheckout(answer.checkoutUrl);
  const session = sessionOf(answer.checkoutUrl);
  const bought = await app.money.confirmCheckout(session);
  world.tickets.add({ id: bought.id, identity });
  world.paidSessions.add({ url: answer.checkoutUrl, session, purpose: 'ticket' });
  return bought.id;
}

/** A buyer gives a ticket back, which the model allows or not; only a dispute may stand in the way besides. */
const giveBack: FlowAct = async ({ app, house, dice, diary, answers }) => {
  const ticket = dice.pick((await readTickets(house)).filter(({ status }) => status === 'valid'));
  if (!ticket) return NOTHING;
  const isAllowed = mayWithdraw(ticket, diary, house.clock.now());
  try {
    const { id } = await app.money.withdrawals.giveBack(ticket.id);
    answers.note('refund', id);
  } catch (error) {
    if (!isAllowed || ticket.hasDispute) throw error;
    throw new Error(`${ticket.id} could not be given back: ${error}`);
  }
  if (!isAllowed) throw new Error(`${ticket.id} was given back, and could not be any more`);
  return ticket.id;
};

/** A creator removes somebody from one room, or blocks them, before or after they were inside. */
const shutOut: FlowAct = async (scene) => {
  const { app, house, world, dice, diary } = scene;
  const creator = world.creators[0] ?? '';
  const by = { identity: creator, role: 'creator' } as const;
  const atMs = house.clock.now();
  if (dice.chance(0.3)) {
    const identity = dice.pick(world.fans) ?? '';
    await app.rooms.removals.block({ creator, identity, by: creator, reason: 'flow' });
    const isOut = diary.shutOuts.some((out) => out.identity === identity && !out.room && out.liftedMs === undefined);
    if (!isOut) diary.shutOuts.push({ identity, atMs });
    await app.outbox.idle();
    return `${identity} blocked`;
  }
  const holders = (await readTickets(house)).filter(({ status, endedMs }) => status === 'valid' && endedMs === null);
  const ticket = dice.pick(holders);
  if (!ticket) return NOTHING;
  const { room, identity } = ticket;
  await app.rooms.removals.remove({ room: room as never, identity, by, reason: 'flow' });
  diary.shutOuts.push({ identity, room, atMs });
  await app.outbox.idle();
  return `${identity} from ${room}`;
};

const letIn: FlowAct = async ({ app, house, world, dice, diary }) => {
  const identity = dice.pick(diary.shutOuts.filter(({ room, liftedMs }) => !room && liftedMs === undefined))?.identity;
  const creator = world.creators[0] ?? '';
  if (identity === undefined) return NOTHING;
  await app.rooms.removals.unblock({ creator, identity, by: creator });
  for (const out of diary.shutOuts) if (out.identity === identity && !out.room) out.liftedMs ??= house.clock.now();
  return identity;
};

/** Somebody closes their account, as far as money lets them; a new fan comes. */
const closeAccount: FlowAct = async ({ app, house, world, dice, diary }) => {
  const identity = dice.pick(world.fans) ?? '';
  const open = await app.money.findOpenMatters(identity);
  const [credit] = await select<{ balance: string }>(
    house,
    `select balance from ledger_accounts where kind = 'fan_wallet' and owner = '${identity}'`,
  );
  const hasCredit = Number(credit?.balance ?? 0) !== 0;
  if (hasCredit !== open.includes('wallet_credit')) throw new Error(`${identity} has ${credit?.balance}, and ${open}`);
  if (open.length > 0) return `${identity} has ${open}`;
  await app.money.cards.removeAll(identity);
  await new PersonRecords(app.db, PERSONAL_TABLES).erase(identity, (tx) => app.money.refunds.closeWallet(tx, identity));
  diary.closed.add(identity);
  world.fans.splice(world.fans.indexOf(identity), 1, `fan-${diary.closed.size + world.fans.length}`);
  return identity;
};

export const EVENINGS = {
  perform: { act: perform, weight: 1 },
  performMoved: { act: performMoved, weight: 1 },
  stopLives: { act: stopLives, weight: 1 },
  closeRoom: { act: closeRoom, weight: 1 },
  moveRoom: { act: moveRoom, weight: 1 },
  buyWaived: { act: buyWaived, weight: 1 },
  giveBack: { act: giveBack, weight: 1 },
  shutOut: { act: shutOut, weight: 1 },
  letIn: { act: letIn, weight: 1 },
  closeAccount: { act: closeAccount, weight: 1 },
};
