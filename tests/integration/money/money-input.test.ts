/**
 * Bad input to the whole money API, over HTTP, sockets and the site's API, on the real app: invalid amounts, other
 * currencies, other people's objects, repetitions, ended offers. Each is refused with a code of the catalogue, and
 * nothing is written.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { type Body, MoneyScene, REASON, SONG } from '../../support/houses/money-scene.ts';

/** Sends the value where an amount belongs; returns the code of the refusal, or `ok`. */
type Ask = (value: unknown) => Promise<string>;
type Refusal = [value: unknown, code: string];

interface Input {
  name: string;
  ask: Ask;
  refusals: Refusal[];
  /**
   * A value that must be accepted, which shows that the refusals are about the value alone. Undefined where it would
   * keep booking afterwards.
   */
  good?: unknown;
}

let scene: MoneyScene;

beforeAll(async () => {
  scene = await MoneyScene.create();
});

afterAll(async () => {
  expect(await scene.loge.app.context.money.checkInvariants()).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const fan = () => scene.fan();
const creator = () => scene.creator();
const person = (identity: string) => scene.person(identity);
const key = () => ({ idempotencyKey: createId('event') });
const tipTo = (id: string) => `/v1/rooms/${id}/tips`;
const tip = (more: Body = {}) => ({ amountMinor: 500, ...key(), ...more });
const tier = (priceMinor: unknown) => ({ name: 'Backstage', priceMinor, interval: 'month' });
const room = (access: Body, more: Body = {}) =>
  scene.server('POST', '/v1/rooms', { creator: 'camille', title: 'An evening', access, ...more });
const promotion = (more: Body) =>
  scene.server('POST', '/v1/promotions', { identity: 'fan-1', amountMinor: 100, reason: REASON, ...more });
const refund = (input: Body) => scene.server('POST', '/v1/refunds', { reason: REASON, ...input });

/** Negative, zero, a fraction, a text, null, huge, and beyond the safe integers. */
const NO_AMOUNTS = [-500, 0, 500.5, '500', null, 1e15, 2 ** 53];
const NO_MINUTES = [-1, 0, 0.5, LIMITS.privateHoldMinutesMax + 1, '1', null];
const NO_SHARES = [-1, 0.5, 10_001, '500', null];
const NO_QUERIES = ['-500', '0', '500.5', '1e15', 'all', ''];

const malformed = (values: unknown[]): Refusal[] => values.map((value) => [value, 'invalid_request']);
const beyond = (min: number, max: number): Refusal[] => [
  [min - 1, 'amount_too_small'],
  [max + 1, 'amount_too_large'],
];
/** An amount between two bounds; the lower one is valid. */
const amount = (name: string, [min, max]: readonly [number, number], ask: Ask): Input => ({
  name,
  ask,
  refusals: [...malformed(NO_AMOUNTS), ...beyond(min, max)],
  good: min,
});

const TOPUP = [LIMITS.topupMinMinor, LIMITS.topupMaxMinor] as const;
const TIP = [LIMITS.tipMinMinor, LIMITS.tipMaxMinor] as const;
const CARD_TIP = [LIMITS.directTipMinMinor, LIMITS.tipMaxMinor] as const;
const TICKET = [LIMITS.ticketMinMinor, LIMITS.ticketMaxMinor] as const;
const RATE = [LIMITS.privateRateMinMinor, LIMITS.privateRateMaxMinor] as const;
const TIER = [LIMITS.tierMinMinor, LIMITS.tierMaxMinor] as const;
const NO_PRICES = malformed([...NO_AMOUNTS, LIMITS.tipMinMinor - 1, LIMITS.tipMaxMinor + 1]);
const NO_GOALS = malformed([...NO_AMOUNTS, 100_000_001]);

const AMOUNTS: Input[] = [
  amount('a top-up', TOPUP, (amountMinor) => fan().post('/v1/wallet/topups', { amountMinor })),
  amount('a top-up by socket', TOPUP, (amountMinor) => fan().ask('money:topup', { amountMinor })),
  amount('a top-up on the site', TOPUP, (amountMinor) =>
    scene.site('malik', 'POST', '/wallet/topups', { amountMinor }),
  ),
  {
    name: 'a top-up by saved card',
    ask: (amountMinor) => person('iris').ask('money:topup', { amountMinor, card: scene.own.card, ...key() }),
    refusals: [...malformed(NO_AMOUNTS), ...beyond(...TOPUP)],
  },
  amount('a tip', TIP, (amountMinor) => fan().post(tipTo(scene.rooms.free), tip({ amountMinor }))),
  amount('a tip by socket', TIP, (amountMinor) => fan().ask('money:tip', tip({ amountMinor }))),
  amount('a tip by card', CARD_TIP, (amountMinor) =>
    fan().post(`${tipTo(scene.rooms.free)}/card`, tip({ amountMinor })),
  ),
  amount('a tip by card by socket', CARD_TIP, (amountMinor) => fan().ask('money:tipByCard', tip({ amountMinor }))),
  amount('the quote of a tip by socket', TIP, (amountMinor) => fan().ask('money:quote', { kind: 'tip', amountMinor })),
  amount('the price of a ticket', TICKET, (priceMinor) => room({ kind: 'ticket', priceMinor })),
  amount('the price of a ticket on the site', TICKET, (priceMinor) =>
    scene.site('camille', 'POST', '/me/rooms', { title: 'An evening', access: { kind: 'ticket', priceMinor } }),
  ),
  amount('the rate of a private session', RATE, (ratePerMinuteMinor) => room({ kind: 'private', ratePerMinuteMinor })),
  amount('the price of a tier', TIER, (priceMinor) => scene.server('POST', '/v1/creators/ada/tiers', tier(priceMinor))),
  amount('the price of a tier on the site', TIER, (priceMinor) =>
    scene.site('camille', 'POST', '/me/tiers', tier(priceMinor)),
  ),
  {
    name: 'the price of a menu item',
    ask: (amountMinor) => {
      const { person, room: id } = creator();
      return person.post(`/v1/rooms/${id}/tip-menu`, { items: [{ ...SONG, amountMinor }] });
    },
    refusals: NO_PRICES,
    good: 100,
  },
  {
    name: 'the price of a menu item by socket',
    ask: (amountMinor) => creator().person.ask('money:setTipMenu', { items: [{ ...SONG, amountMinor }] }),
    refusals: NO_PRICES,
    good: 100,
  },
  {
    name: 'a goal',
    ask: (targetMinor) => {
      const { person, room: id } = creator();
      return person.post(`/v1/rooms/${id}/goal`, { title: 'An encore', targetMinor });
    },
    refusals: NO_GOALS,
    good: 1,
  },
  {
    name: 'a goal by socket',
    ask: (targetMinor) => creator().person.ask('money:setGoal', { title: 'An encore', targetMinor }),
    refusals: NO_GOALS,
    good: 1,
  },
  {
    name: 'promotional credit',
    ask: (amountMinor) => promotion({ amountMinor }),
    refusals: [...malformed(NO_AMOUNTS), [LIMITS.promotionMaxMinor + 1, 'amount_too_large']],
    good: 1,
  },
  {
    name: 'the refund of a tip',
    ask: (amountMinor) => refund({ tip: scene.own.tip, amountMinor }),
    refusals: [...malformed(NO_AMOUNTS), [501, 'amount_too_large'], [100_000_000, 'amount_too_large']],
    good: 100,
  },
  {
    name: 'the refund of a top-up',
    ask: (amountMinor) => refund({ topup: scene.own.topup, amountMinor, ...key() }),
    refusals: [...malformed(NO_AMOUNTS), [4_501, 'amount_too_large'], [100_000_000, 'amount_too_large']],
    good: 100,
  },
  {
    name: 'the refund of a ticket from the desk',
    ask: (amountMinor) =>
      scene.site('operator', 'POST', '/refunds', { ticket: scene.own.ticket, amountMinor, reason: REASON }),
    refusals: [...malformed(NO_AMOUNTS), [501, 'amount_too_large']],
    good: 100,
  },
  {
    name: 'the preview of a refund',
    ask: (value) => scene.server('GET', `/v1/payments/${scene.own.topup}/refund-preview?amountMinor=${value}`),
    refusals: [...malformed(NO_QUERIES), [100_000_000, 'amount_too_large']],
    good: 100,
  },
  {
    name: 'the quote of a tip',
    ask: (value) => fan().get(`/v1/rooms/${scene.rooms.free}/quote?kind=tip&amountMinor=${value}`),
    refusals: [...malformed(NO_QUERIES), ...beyond(...TIP)],
    good: 100,
  },
  {
    name: 'the quote of minutes',
    ask: (value) =>
      person('caller').get(`/v1/rooms/${scene.rooms.private}/quote?kind=private_session&minutes=${value}`),
    refusals: malformed([...NO_QUERIES, LIMITS.quoteMinutesMax + 1]),
    good: LIMITS.quoteMinutesMax,
  },
  {
    name: 'the reserved minutes of a private session',
    ask: (minutes) => person('caller').ask('private:request', { minutes }),
    refusals: malformed(NO_MINUTES),
  },
  {
    name: 'the added minutes of a private session',
    ask: (minutes) => person('caller').ask('private:extend', { session: createId('privateSession'), minutes }),
    refusals: [...malformed(NO_MINUTES), [1, 'access_required']],
  },
  {
    name: 'the capacity of a room',
    ask: (capacity) => room({ kind: 'ticket', priceMinor: 500 }, { capacity }),
    refusals: malformed([-1, 0, 1.5, '5', null, LIMITS.capacityMax + 1]),
    good: 5,
  },
  {
    name: 'the commission',
    ask: (commissionBps) => scene.server('POST', '/v1/fee-policies', { commissionBps, effectiveAt: tomorrow() }),
    refusals: malformed(NO_SHARES),
    good: 1_500,
  },
  {
    name: 'the commission from the desk',
    ask: (commissionBps) => scene.site('operator', 'POST', '/fee-policies', { commissionBps, effectiveAt: tomorrow() }),
    refusals: malformed(NO_SHARES),
    good: 1_500,
  },
  {
    name: 'a pledge',
    ask: (shareBps) => scene.server('PUT', '/v1/creators/ada/pledge', { association: 'restos', shareBps }),
    refusals: malformed(NO_SHARES),
    good: 500,
  },
  {
    name: 'the creators of a batch',
    ask: (creators) => scene.server('POST', '/v1/payout-batches', { creators }),
    refusals: [...malformed([[], ['../ada'], 'ada', [7], null]), [['ada', 'nobody'], 'creator_not_found']],
    good: ['ada'],
  },
  {
    name: 'the creators of a batch, from the desk',
    ask: (creators) => scene.site('operator', 'POST', '/payout-batches', { creators }),
    refusals: [...malformed([[], ['../ada']]), [['nobody'], 'creator_not_found']],
    good: ['ada'],
  },
];

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();

describe('invalid amounts are refused, and nothing is written', () => {
  test.each(AMOUNTS)('$name', async ({ ask, refusals, good }) => {
    const before = await scene.written();
    const answers: Refusal[] = [];
    for (const [value] of refusals) answers.push([value, await ask(value)]);
    expect(answers).toEqual(refusals);
    expect(await scene.written()).toEqual(before);
    if (good !== undefined) expect(await ask(good)).toBe('ok');
  });
});

type Case = [name: string, act: () => Promise<string>, code: string];

/** Expects these codes and unchanged tables, also for `ok`. */
function writesNothing(cases: Case[]): void {
  test.each(cases)('%s', async (_name, act, code) => {
    const before = await scene.written();
    expect(await act()).toBe(code);
    expect(await scene.written()).toEqual(before);
  });
}

const dollars = { currency: 'usd' };

describe("another currency than the server's", () => {
  writesNothing([
    ['of a ticket', () => room({ kind: 'ticket', priceMinor: 500, ...dollars }), 'amount_invalid'],
    ['of a private session', () => room({ kind: 'private', ratePerMinuteMinor: 100, ...dollars }), 'amount_invalid'],
    ['that is none', () => room({ kind: 'ticket', priceMinor: 500, currency: 'EURO' }), 'invalid_request'],
    ['of a top-up', () => fan().post('/v1/wallet/topups', { amountMinor: 500, ...dollars }), 'invalid_request'],
    ['of a tip', () => fan().post(tipTo(scene.rooms.free), tip(dollars)), 'invalid_request'],
    ['of a tip by card', () => fan().post(`${tipTo(scene.rooms.free)}/card`, tip(dollars)), 'invalid_request'],
    [
      'of a quote',
      () => fan().get(`/v1/rooms/${scene.rooms.free}/quote?kind=tip&amountMinor=500&currency=usd`),
      'invalid_request',
    ],
    [
      'of a tier',
      () => scene.server('POST', '/v1/creators/ada/tiers', { ...tier(500), ...dollars }),
      'invalid_request',
    ],
    ['of promotional credit', () => promotion(dollars), 'invalid_request'],
    ['of a refund', () => refund({ topup: scene.own.topup, ...dollars }), 'invalid_request'],
    ['of a batch of payouts', () => scene.server('POST', '/v1/payout-batches', dollars), 'invalid_request'],
    [
      'of a goal',
      () =>
        person('late host').post(`/v1/rooms/${scene.rooms.ended}/goal`, {
          title: 'An encore',
          targetMinor: 500,
          ...dollars,
        }),
      'invalid_request',
    ],
  ]);
});

describe('objects of others, and unknown ones', () => {
  const menu = { items: [SONG] };
  const goal = { title: 'An encore', targetMinor: 500 };
  const none = (kind: Parameters<typeof createId>[0]) => createId(kind);
  writesNothing([
    ["a tip in another room than the token's", () => fan().post(tipTo(scene.rooms.foreign), tip()), 'forbidden'],
    ['a tip by card in another room', () => fan().post(`${tipTo(scene.rooms.foreign)}/card`, tip()), 'forbidden'],
    ['a ticket there', () => fan().post(`/v1/rooms/${scene.rooms.ticket}/tickets`, { from: 'wallet' }), 'forbidden'],
    ['a quote there', () => fan().get(`/v1/rooms/${scene.rooms.ticket}/quote?kind=ticket`), 'forbidden'],
    ['a tip in an unknown room', () => fan().post(tipTo(none('room')), tip()), 'forbidden'],
    ['a tip by a removed fan', () => person('banned').post(tipTo(scene.rooms.free), tip()), 'access_removed'],
    ['a menu by a fan', () => fan().post(`/v1/rooms/${scene.rooms.free}/tip-menu`, menu), 'forbidden'],
    ['a menu by a fan, by socket', () => fan().ask('money:setTipMenu', menu), 'forbidden'],
    [
      'a menu in another creator’s room',
      () => creator().person.post(`/v1/rooms/${scene.rooms.free}/tip-menu`, menu),
      'forbidden',
    ],
    ['a goal by a fan', () => fan().post(`/v1/rooms/${scene.rooms.free}/goal`, goal), 'forbidden'],
    ['a goal by a fan, by socket', () => fan().ask('money:setGoal', goal), 'forbidden'],
    [
      'a goal in another creator’s room',
      () => creator().person.post(`/v1/rooms/${scene.rooms.free}/goal`, goal),
      'forbidden',
    ],
    [
      "another's card",
      () => fan().post('/v1/wallet/topups', { amountMinor: 500, card: scene.own.card, ...key() }),
      'card_not_found',
    ],
    [
      "another's card, by socket",
      () => fan().ask('money:topup', { amountMinor: 500, card: scene.own.card, ...key() }),
      'card_not_found',
    ],
    ["another's card, removed", () => fan().remove(`/v1/wallet/cards/${scene.own.card}`), 'card_not_found'],
    [
      "another's card, removed by socket",
      () => fan().ask('money:removeCard', { card: scene.own.card }),
      'card_not_found',
    ],
    [
      "another's ticket, given back",
      () => fan().post('/v1/withdrawals', { item: scene.own.ticket }),
      'payment_not_found',
    ],
    ["another's ticket, by socket", () => fan().ask('money:withdraw', { item: scene.own.ticket }), 'payment_not_found'],
    [
      "another's ticket, on the site",
      () => scene.site('malik', 'POST', '/withdrawals', { item: scene.own.ticket }),
      'payment_not_found',
    ],
    [
      'a tip, refunded as a ticket',
      () => person('lea').post('/v1/withdrawals', { item: scene.own.tip }),
      'payment_not_found',
    ],
    [
      "another's top-up, given back",
      () => scene.site('malik', 'POST', '/withdrawals', { item: scene.own.topup }),
      'payment_not_found',
    ],
    ["another's receipt", () => fan().get(`/v1/receipts/${scene.own.tip}`), 'payment_not_found'],
    ["another's receipt, by socket", () => fan().ask('money:receipt', { payment: scene.own.tip }), 'payment_not_found'],
    [
      "another's membership, cancelled",
      () => fan().post(`/v1/memberships/${scene.own.membership}/cancel`),
      'membership_not_found',
    ],
    [
      "another's membership, cancelled by socket",
      () => fan().ask('memberships:cancel', { membership: scene.own.membership }),
      'membership_not_found',
    ],
    [
      "another's membership, resumed",
      () => fan().post(`/v1/memberships/${scene.own.membership}/resume`),
      'membership_not_found',
    ],
    [
      "another's membership, moved",
      () => fan().post(`/v1/memberships/${scene.own.membership}/tier`, { tier: scene.tiers.own }),
      'membership_not_found',
    ],
    [
      "another's membership, its card",
      () => fan().post(`/v1/memberships/${scene.own.membership}/card`, {}),
      'membership_not_found',
    ],
    [
      "one's own membership, moved to another club",
      () => person('lea').post(`/v1/memberships/${scene.own.membership}/tier`, { tier: scene.tiers.foreign }),
      'tier_not_found',
    ],
    ['an unknown club', () => fan().ask('memberships:join', { tier: none('tier') }), 'tier_not_found'],
    [
      "another creator's tier, retired",
      () => scene.server('POST', `/v1/creators/ada/tiers/${scene.tiers.own}/retire`),
      'tier_not_found',
    ],
    [
      "another creator's tier, as the key to a room",
      () => room({ kind: 'members', minTier: scene.tiers.foreign }),
      'tier_not_found',
    ],
    [
      'an unknown checkout',
      () => fan().ask('money:confirmCheckout', { checkoutSession: 'cs_test_unknown' }),
      'payment_not_found',
    ],
    [
      'a room of an unknown creator',
      () => scene.server('POST', '/v1/rooms', { creator: 'nobody', title: 'T', access: { kind: 'free' } }),
      'creator_not_found',
    ],
    [
      'a tier of an unknown creator',
      () => scene.server('POST', '/v1/creators/nobody/tiers', tier(500)),
      'creator_not_found',
    ],
    [
      'a pledge of an unknown creator',
      () => scene.server('PUT', '/v1/creators/nobody/pledge', { association: 'restos', shareBps: 1 }),
      'creator_not_found',
    ],
    [
      'a pledge to an unknown association',
      () => scene.server('PUT', '/v1/creators/ada/pledge', { association: 'none', shareBps: 1 }),
      'association_not_found',
    ],
    [
      'a freeze of an unknown creator',
      () => scene.server('POST', '/v1/creators/nobody/payout-freeze', { frozen: true, reason: REASON }),
      'creator_not_found',
    ],
    [
      'an account of an unknown creator',
      () => scene.server('POST', '/v1/creators/nobody/onboarding', {}),
      'creator_not_found',
    ],
    ['an unknown buyer', () => scene.server('PUT', '/v1/buyers/..%2Fada', { country: 'FR' }), 'invalid_request'],
    ['a refund of an unknown ticket', () => refund({ ticket: none('ticket') }), 'payment_not_found'],
    ['a refund of an unknown tip', () => refund({ tip: none('tip') }), 'payment_not_found'],
    ['a refund of an unknown top-up', () => refund({ topup: none('topup') }), 'payment_not_found'],
    ['a refund of an unknown membership', () => refund({ payment: none('membership') }), 'payment_not_found'],
    ['a refund of an unknown private session', () => refund({ payment: none('privateSession') }), 'payment_not_found'],
    ['a refund of a tip as a ticket', () => refund({ ticket: scene.own.tip }), 'invalid_request'],
    ['a refund of two at once', () => refund({ ticket: scene.own.ticket, tip: scene.own.tip }), 'invalid_request'],
    [
      'a preview of an unknown payment',
      () => scene.server('GET', `/v1/payments/${none('tip')}/refund-preview`),
      'payment_not_found',
    ],
    [
      'evidence for an unknown dispute',
      () => scene.server('POST', `/v1/disputes/${none('dispute')}/evidence`, {}),
      'dispute_not_found',
    ],
    [
      'an unknown batch of payouts',
      () => scene.server('GET', `/v1/payout-batches/${none('payoutBatch')}`),
      'payout_batch_not_found',
    ],
  ]);
});

describe('repetitions', () => {
  const repeated = { amountMinor: 500, message: 'Brava', idempotencyKey: 'tip-of-lea' };
  const byCard = { amountMinor: 1_000, idempotencyKey: 'card-tip-of-lea' };
  const part = { amountMinor: 500, idempotencyKey: 'refund-of-lea' };
  const grant = { identity: 'lea', amountMinor: 100, reason: 'Hello', idempotencyKey: 'promo-of-lea' };
  const order = () => ({ amountMinor: 500, card: scene.own.card, idempotencyKey: 'topup-of-iris' });
  const restos = { id: 'restos', name: 'Les Restos', country: 'FR' };
  writesNothing([
    ['the same tip', () => person('lea').post(tipTo(scene.rooms.free), repeated), 'ok'],
    ['the same tip by socket', () => person('lea').ask('money:tip', repeated), 'ok'],
    [
      'another amount under its key',
      () => person('lea').post(tipTo(scene.rooms.free), { ...repeated, amountMinor: 501 }),
      'idempotency_conflict',
    ],
    [
      'another message under its key',
      () => person('lea').ask('money:tip', { ...repeated, message: 'Bravo' }),
      'idempotency_conflict',
    ],
    ['the same tip by card', () => person('lea').post(`${tipTo(scene.rooms.free)}/card`, byCard), 'ok'],
    [
      'another amount under its key, by card',
      () => person('lea').post(`${tipTo(scene.rooms.free)}/card`, { ...byCard, amountMinor: 1_001 }),
      'idempotency_conflict',
    ],
    ['the same top-up by saved card', () => person('iris').ask('money:topup', order()), 'ok'],
    [
      'another amount under its key, by saved card',
      () => person('iris').post('/v1/wallet/topups', { ...order(), amountMinor: 501 }),
      'idempotency_conflict',
    ],
    ['the same grant', () => promotion(grant), 'ok'],
    ['another amount under its key, granted', () => promotion({ ...grant, amountMinor: 101 }), 'idempotency_conflict'],
    ['another person under its key', () => promotion({ ...grant, identity: 'fan-1' }), 'idempotency_conflict'],
    ['the same refund', () => refund({ topup: scene.own.topup, ...part }), 'ok'],
    [
      'another amount under its key, refunded',
      () => refund({ topup: scene.own.topup, ...part, amountMinor: 501 }),
      'idempotency_conflict',
    ],
    ['another payment under its key', () => refund({ tip: scene.own.tip, ...part }), 'idempotency_conflict'],
    ['the refund of a top-up without a key', () => refund({ topup: scene.own.topup }), 'already_refunded'],
    ['the refund of a refunded tip', () => refund({ tip: scene.own.refundedTip }), 'already_refunded'],
    [
      'a ticket that was refunded',
      () => person('lea').post('/v1/withdrawals', { item: scene.own.withdrawn }),
      'already_refunded',
    ],
    [
      'a club that the fan has joined',
      () => person('lea').ask('memberships:join', { tier: scene.tiers.own }),
      'membership_exists',
    ],
    ['the same association', () => scene.server('POST', '/v1/associations', restos), 'ok'],
    [
      'other details of an association',
      () => scene.server('POST', '/v1/associations', { ...restos, country: 'BE' }),
      'association_exists',
    ],
  ]);
});

describe('ended and withdrawn offers', () => {
  const song = (more: Body) => tip({ menuItem: 'song', ...more });
  const oldText = { from: 'wallet', waiver: { accepted: true, textVersion: '2020-01' } };
  writesNothing([
    [
      'a ticket of an ended room',
      () => person('late').post(`/v1/rooms/${scene.rooms.ended}/tickets`, { from: 'card' }),
      'room_ended',
    ],
    ['a tip there', () => person('late').post(tipTo(scene.rooms.ended), tip()), 'room_ended'],
    [
      'a tip by card in an ended room',
      () => person('late').post(`${tipTo(scene.rooms.ended)}/card`, tip()),
      'room_ended',
    ],
    ['a quote there', () => person('late').get(`/v1/rooms/${scene.rooms.ended}/quote?kind=ticket`), 'room_ended'],
    [
      'a menu there',
      () => person('late host').post(`/v1/rooms/${scene.rooms.ended}/tip-menu`, { items: [] }),
      'room_ended',
    ],
    [
      'a goal there',
      () => person('late host').post(`/v1/rooms/${scene.rooms.ended}/goal`, { title: 'T', targetMinor: 1 }),
      'room_ended',
    ],
    ['a room without a ticket', () => fan().ask('money:buyTicket', { from: 'wallet' }), 'nothing_to_buy'],
    [
      'a room that is sold out',
      () => person('seats').post(`/v1/rooms/${scene.rooms.full}/tickets`, { from: 'wallet' }),
      'sold_out',
    ],
    ['a room that is sold out, by card', () => person('seats').ask('money:buyTicket', { from: 'card' }), 'sold_out'],
    [
      'an item that is not on the menu',
      () => fan().post(tipTo(scene.rooms.free), tip({ menuItem: 'dance' })),
      'menu_item_not_found',
    ],
    ["another price than the menu's", () => fan().ask('money:tip', song({ amountMinor: 501 })), 'menu_price_mismatch'],
    [
      'an item that is not on the menu, by card',
      () => fan().post(`${tipTo(scene.rooms.free)}/card`, tip({ menuItem: 'dance' })),
      'menu_item_not_found',
    ],
    [
      "another price than the menu's, by card",
      () => fan().ask('money:tipByCard', song({ amountMinor: 501 })),
      'menu_price_mismatch',
    ],
    [
      'an earlier text of the waiver',
      () => person('seats').post(`/v1/rooms/${scene.rooms.full}/tickets`, oldText),
      'waiver_invalid',
    ],
    ['a tier that is retired', () => fan().post('/v1/memberships', { tier: scene.tiers.retired }), 'tier_retired'],
    [
      'a move to a tier that is retired',
      () =>
        person('lea').ask('memberships:changeTier', { membership: scene.own.membership, tier: scene.tiers.retired }),
      'tier_retired',
    ],
    ['a ticket that was refunded, refunded again', () => refund({ ticket: scene.own.withdrawn }), 'already_refunded'],
    ['credit with a past expiry', () => promotion({ expiresAt: '2020-01-01T00:00:00Z' }), 'time_in_past'],
    [
      'fees from a past day',
      () => scene.server('POST', '/v1/fee-policies', { commissionBps: 1, effectiveAt: '2020-01-01T00:00:00Z' }),
      'time_in_past',
    ],
  ]);
});

describe('times and texts that the database cannot store', () => {
  const PAST_ALL_YEARS = '9999-12-31T23:59:59-23:59';
  const BEFORE_ALL_YEARS = '0000-01-01T00:00:00Z';
  writesNothing([
    ['credit with that expiry', () => promotion({ expiresAt: PAST_ALL_YEARS }), 'invalid_request'],
    [
      'fees from that time',
      () => scene.server('POST', '/v1/fee-policies', { commissionBps: 1, effectiveAt: PAST_ALL_YEARS }),
      'invalid_request',
    ],
    [
      'a room starting at that time',
      () => room({ kind: 'ticket', priceMinor: 500 }, { startsAt: PAST_ALL_YEARS }),
      'invalid_request',
    ],
    [
      'a room starting before the supported range',
      () => room({ kind: 'ticket', priceMinor: 500 }, { startsAt: BEFORE_ALL_YEARS }),
      'invalid_request',
    ],
    [
      'a reconciliation since before the supported range',
      () => scene.server('POST', '/v1/reconciliations', { since: BEFORE_ALL_YEARS }),
      'invalid_request',
    ],
    ['the last month', () => scene.server('GET', '/v1/creators/ada/statement?month=9999-12'), 'invalid_request'],
    ['the last quarter', () => scene.server('GET', '/v1/reports/dac7?quarter=9999-Q4'), 'invalid_request'],
    ['an item with a NUL', () => fan().ask('money:tip', tip({ menuItem: 'a\0b' })), 'invalid_request'],
    ['an item with a NUL, by card', () => fan().ask('money:tipByCard', tip({ menuItem: 'a\0b' })), 'invalid_request'],
    ['a place with a NUL', () => fan().ask('money:history', { after: 'ltx_\0' }), 'invalid_request'],
    ['a message with a NUL', () => fan().ask('money:tip', tip({ message: 'a\0b' })), 'invalid_request'],
    [
      'a text of the waiver with a NUL',
      () => person('seats').ask('money:buyTicket', { from: 'card', waiver: { accepted: true, textVersion: '\0' } }),
      'waiver_invalid',
    ],
  ]);
});

test.each(['2030-05-01T20:00:00+16:00', `2030-05-01T04:00:00.${'0'.repeat(200)}Z`])(
  'a room starting at %s is stored as that moment in any notation',
  async (startsAt) => {
    const body = { creator: 'ada', title: 'Far away', access: { kind: 'free' }, startsAt };
    const room = await scene.loge.server<{ startsAt: string }>('POST', '/v1/rooms', body);
    expect(room.startsAt).toBe('2030-05-01T04:00:00.000Z');
  },
);

test('only its two participants access a private session, and an expired request cannot be accepted', async () => {
  using asker = await scene.connect('fan-1', scene.rooms.private);
  using stranger = await scene.enter('fan-2', scene.rooms.private);
  const callee = person('callee');
  const { id: session } = (await asker.request('private:request', { minutes: 1 })).session;
  const before = await scene.written();
  expect(await stranger.ask('private:end', { session })).toBe('private_session_not_found');
  expect(await stranger.ask('private:extend', { session })).toBe('access_required');
  expect(await stranger.ask('private:accept', { session })).toBe('access_required');
  expect(await asker.refusal('private:request', { minutes: 1 })).toBe('private_session_exists');
  expect(await callee.ask('private:accept', { session: createId('privateSession') })).toBe('private_session_not_found');
  expect(await callee.ask('private:extend', { session })).toBe('forbidden');
  expect(await scene.written()).toEqual(before);
  const lapsed = asker.next('private:closed');
  scene.clock.advance(121_000);
  await lapsed;
  const after = await scene.written();
  for (const act of ['private:accept', 'private:decline', 'private:end']) {
    expect([act, await callee.ask(act, { session })]).toEqual([act, 'private_session_not_found']);
  }
  expect(await scene.written()).toEqual(after);
});
