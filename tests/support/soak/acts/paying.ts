/** Actions that pay: top-ups, tickets, card tips, and the provider's pages. */
import { sessionOf } from '../../houses/money-house.ts';
import type { Dice } from '../dice.ts';
import { type Act, NOTHING, type OpenPage, type Scene } from '../soak-world.ts';

const CARDS = {
  '4242424242424242': 78,
  /** Declined. */
  '4000000000000002': 5,
  /** Requires authentication each time. */
  '4000000000003220': 5,
  /** Refunds are slow, or fail. */
  '4000000000007726': 3,
  '4000000000005126': 3,
  /** Funds available immediately. */
  '4000000000000077': 4,
} as const;
/** Disputed after a while, or inquired about. */
const DISPUTED_CARDS = { '4000000000000259': 1.3, '4000000000001976': 0.7 } as const;

/** Share of buyers who save their card. */
const SAVED_SHARE = 0.25;

export async function post(scene: Scene, url: string, fields: Record<string, string>): Promise<Response> {
  return scene.house.emulator.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

/** Pays a checkout page like a person; returns `paid`, or why it is not. */
async function payPage(scene: Scene, page: OpenPage): Promise<string> {
  const { dice, answers, world } = scene;
  const cards = { ...CARDS, ...world.cardWeights };
  const card = dice.weighted(page.purpose === 'membership' ? cards : { ...cards, ...DISPUTED_CARDS });
  const isHonest = dice.chance(0.8);
  let response = await post(scene, page.url, {
    email: 'fan@example.com',
    cardNumber: card,
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'A. Fan',
    ...(page.purpose !== 'membership' && dice.chance(SAVED_SHARE) ? { savePaymentMethod: 'on' } : {}),
  });
  const location = response.headers.get('location') ?? '';
  if (response.status === 303 && location.includes('/authenticate/')) {
    const challenge = new URL(location, page.url).href;
    response = await post(scene, challenge, { verdict: isHonest ? 'complete' : 'fail' });
  }
  const isPaid = response.status === 303 && !(response.headers.get('location') ?? '').includes('/pay/');
  if (!isPaid) return `not paid (${response.status})`;
  answers.note('paid_page', page.session);
  world.pages.remove(page);
  world.paidSessions.add(page);
  return 'paid';
}

/** Returns from the page, or closes the browser on it. */
async function payAndReturn(scene: Scene, page: OpenPage): Promise<string> {
  const outcome = await payPage(scene, page);
  if (outcome !== 'paid') return outcome;
  return scene.dice.chance(0.7) ? comeBack(scene, page) : 'paid, and away';
}

function comeBack(scene: Scene, page: OpenPage): Promise<string> {
  return confirm(scene, page.session);
}

/** The request of the page that buyers return to. */
export async function confirm({ app, answers, world }: Scene, session: string): Promise<string> {
  const { status, purpose, id } = await app.money.confirmCheckout(session);
  if (status !== 'paid') return `came back: ${status}`;
  answers.note(purpose === 'tip' ? 'tip' : purpose, id);
  if (purpose === 'topup') world.topups.add(id);
  if (purpose === 'tip') world.tips.add(id);
  if (purpose === 'ticket') world.tickets.add({ id, identity: '' });
  return `came back: ${id}`;
}

async function openPage(scene: Scene, checkoutUrl: string, purpose: OpenPage['purpose']): Promise<string> {
  const page: OpenPage = { url: checkoutUrl, session: sessionOf(checkoutUrl), purpose };
  scene.world.pages.add(page);
  return scene.dice.chance(0.12) ? 'page left open' : payAndReturn(scene, page);
}

function order({ world, dice }: Scene, from: 'wallet' | 'card') {
  const room = dice.pick(world.ticketRooms.items);
  const identity = dice.pick(world.fans) ?? '';
  return room && { room, identity, name: 'Fan', from };
}

/** Rooms change while they are sold: the buyer read the price a moment ago. */
async function buy(scene: Scene, from: 'wallet' | 'card'): Promise<string> {
  const { app, answers, world } = scene;
  const request = order(scene, from);
  if (!request) return NOTHING;
  const room = await app.rooms.getRoom(request.room.id);
  const answer = await app.money.tickets.buy({ ...request, room });
  if ('checkoutUrl' in answer) return openPage(scene, answer.checkoutUrl, 'ticket');
  answers.note('ticket', answer.ticket.id);
  world.tickets.add({ id: answer.ticket.id, identity: request.identity });
  return answer.ticket.id;
}

const topUp: Act = async (scene) => {
  const { app, world, dice } = scene;
  const identity = dice.pick(world.fans) ?? '';
  const amountMinor = dice.between(500, 12_000);
  const { checkoutUrl, topup } = await app.money.topups.create({ identity, name: 'Fan', amountMinor });
  return `${topup} ${amountMinor}: ${await openPage(scene, checkoutUrl, 'topup')}`;
};

const ticketFromWallet: Act = (scene) => buy(scene, 'wallet');
const ticketByCard: Act = (scene) => buy(scene, 'card');

/** The same ticket from two tabs concurrently, one by card and one from the wallet. */
const ticketTwice: Act = async (scene) => {
  const { app, answers } = scene;
  const request = order(scene, 'wallet');
  if (!request) return NOTHING;
  const results = await Promise.allSettled([
    app.money.tickets.buy(request),
    app.money.tickets.buy({ ...request, from: 'card' }),
    app.money.tickets.buy(request),
  ]);
  const bought = new Set<string>();
  for (const result of results) {
    if (result.status === 'rejected') continue;
    if ('ticket' in result.value) bought.add(result.value.ticket.id);
    else await openPage(scene, result.value.checkoutUrl, 'ticket');
  }
  for (const id of bought) answers.note('ticket', id);
  const [first, ...others] = bought;
  if (others.length > 0) answers.doubled.push(`one purchase of a ticket made ${[first, ...others].join(' and ')}`);
  return first ?? 'none';
};

const cardTip: Act = async (scene) => {
  const { app, world, dice } = scene;
  const room = dice.pick(world.free);
  const identity = dice.pick(world.fans) ?? '';
  if (!room) return NOTHING;
  const { checkoutUrl } = await app.money.cardTips.open({
    room,
    from: { identity, name: 'Fan', role: 'fan' },
    input: { amountMinor: dice.between(500, 4_000), idempotencyKey: keyOf(dice) },
  });
  return openPage(scene, checkoutUrl, 'tip');
};

/** A checkout page from some time ago, which may have expired or whose room may have ended. */
const payOldPage: Act = async (scene) => {
  const page = scene.dice.pick(scene.world.pages.items);
  return page ? payAndReturn(scene, page) : NOTHING;
};

const confirmAgain: Act = async (scene) => {
  const page = scene.dice.pick(scene.world.paidSessions.items);
  return page ? comeBack(scene, page) : NOTHING;
};

export function keyOf(dice: Dice): string {
  return `key-${Math.floor(dice.next() * 2 ** 48).toString(36)}-soak`;
}

export const payOn = openPage;

export const PAYING = {
  topUp: { act: topUp, weight: 11 },
  ticketFromWallet: { act: ticketFromWallet, weight: 8 },
  ticketByCard: { act: ticketByCard, weight: 4 },
  ticketTwice: { act: ticketTwice, weight: 1.5 },
  cardTip: { act: cardTip, weight: 2 },
  payOldPage: { act: payOldPage, weight: 2 },
  confirmAgain: { act: confirmAgain, weight: 1 },
};
