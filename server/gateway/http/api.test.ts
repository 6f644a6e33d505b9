/** The server and participant APIs as an embedder uses them, over real HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../tests/support/houses/http.ts';
import { payCheckout } from '../../../tests/support/people/checkout.ts';
import type { TopupId } from '../../protocol/ids.ts';
import type { Room } from '../../protocol/rooms.ts';

/** Longer than a webhook takes on a busy machine. */
const SETTLE_MS = 20_000;

let http: TestHttp;
let freeRoom: Room;
let ticketRoom: Room;

beforeAll(async () => {
  http = await startHttp();
  freeRoom = await http.createRoom({ kind: 'free' });
  ticketRoom = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
});

afterAll(async () => {
  // Every error that these tests caused is documented, and there was no server error.
  expect(http.logs.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  await http[Symbol.asyncDispose]();
});

/** Gives a fan credit by a card payment on the checkout page. */
async function topUp(identity: string, amountMinor: number): Promise<TopupId> {
  const token = http.token({ room: freeRoom.id, identity });
  const { status, json } = await http.participant(token, 'POST', '/v1/wallet/topups', { amountMinor });
  expect(status).toBe(201);
  await payCheckout(json.checkoutUrl);
  await expect
    .poll(async () => (await http.participant(token, 'GET', '/v1/wallet')).json.balanceMinor, { timeout: SETTLE_MS })
    .toBeGreaterThanOrEqual(amountMinor);
  return json.topup;
}

describe('creators and tokens', () => {
  test('a creator is created once, and again with the same answer', async () => {
    const input = { identity: 'noah', name: 'Noah', country: 'SE' };
    const first = await http.server('POST', '/v1/creators', input);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject(input);
    expect((await http.server('POST', '/v1/creators', input)).json).toEqual(first.json);
    const other = await http.server('POST', '/v1/creators', { ...input, name: 'Another' });
    expect([other.status, other.json.error.code]).toEqual([409, 'creator_exists']);
  });

  test('refuses a creator in a country without payouts, unless the configuration allows it', async () => {
    const input = { identity: 'wei', name: 'Wei', country: 'SG' };
    // Iceland is in the EEA, and has no accounts.
    for (const country of [input.country, 'IS']) {
      const refused = await http.server('POST', '/v1/creators', { ...input, country });
      expect([refused.status, refused.json.error?.code]).toEqual([422, 'country_not_payable']);
    }
    await using wanting = await startHttp({ env: { LOGE_CREATORS_WITHOUT_PAYOUTS: 'on' }, db: http.context.db });
    expect((await wanting.server('POST', '/v1/creators', input)).status).toBe(201);
    // The provider's answer about a country overrides the list.
    const asked = await wanting.server('POST', '/v1/creators/wei/onboarding', {});
    expect([asked.status, asked.json.error.code]).toEqual([422, 'country_not_payable']);
  });

  test("a room's token buys into the club of the room's creator, and into no other", async () => {
    const { accounts, rooms } = http.context;
    await accounts.createCreator({ identity: 'bob', name: 'Bob', country: 'FR' });
    const tierOf = (creator: string) =>
      rooms.clubs.createTier(creator, { name: 'Club', priceMinor: 900, interval: 'month' });
    const [own, foreign] = [await tierOf('ada'), await tierOf('bob')];
    const other = await rooms.createRoom({ creator: 'bob', title: 'Elsewhere', access: { kind: 'members' } });
    const token = http.token({ room: freeRoom.id, identity: 'club-fan' });
    const join = (tier: string) => http.participant(token, 'POST', '/v1/memberships', { tier });
    expect((await join(foreign.id)).json.error.code).toBe('tier_not_found');
    expect((await join(own.id)).status).toBe(201);
    const tiers = (room: string) => http.participant(token, 'GET', `/v1/rooms/${room}/tiers`);
    expect((await tiers(other.id)).json.error.code).toBe('forbidden');
    expect((await tiers(freeRoom.id)).json.tiers.map(({ id }: { id: string }) => id)).toContain(own.id);
  });

  test('a token needs an existing room, and the role creator its creator', async () => {
    const ask = (input: object) => http.server('POST', '/v1/tokens', { identity: 'lea', name: 'Léa', ...input });
    const { status, json } = await ask({ room: freeRoom.id, role: 'fan', ttlSeconds: 60 });
    expect(status).toBe(201);
    expect(http.context.tokens.parse(json.token, undefined)).toMatchObject({
      sub: 'lea',
      name: 'Léa',
      room: freeRoom.id,
    });
    expect((await ask({ room: 'room_00000000000000000000', role: 'fan' })).json.error.code).toBe('room_not_found');
    expect((await ask({ room: freeRoom.id, role: 'creator' })).json.error.code).toBe('forbidden');
    expect((await ask({ room: freeRoom.id, role: 'creator', identity: 'ada' })).status).toBe(201);
  });
});

describe('rooms', () => {
  test('a room is created, read, listed and ended', async () => {
    const input = {
      creator: 'ada',
      title: 'To be ended',
      access: { kind: 'ticket', priceMinor: 700, currency: 'eur' },
    };
    const { status, json: room } = await http.server('POST', '/v1/rooms', input);
    expect(status).toBe(201);
    expect(room).toMatchObject({ title: 'To be ended', status: 'scheduled', access: input.access });
    expect((await http.server('GET', `/v1/rooms/${room.id}`)).json).toEqual({
      ...room,
      viewerCount: 0,
      soldOut: false,
    });
    const ids = async (query: string) =>
      (await http.server('GET', `/v1/rooms${query}`)).json.rooms.map((it: Room) => it.id);
    expect(await ids('?status=scheduled&creator=ada')).toContain(room.id);
    const ended = await http.server('POST', `/v1/rooms/${room.id}/end`);
    expect([ended.status, ended.json.status]).toEqual([200, 'ended']);
    expect((await http.server('POST', `/v1/rooms/${room.id}/end`, {})).json).toEqual(ended.json);
    expect(await ids('?status=scheduled')).not.toContain(room.id);
  });

  test.each<[string, object, string]>([
    ['an unknown creator', { creator: 'nobody' }, 'creator_not_found'],
    ['a price on a free room', { access: { kind: 'free', priceMinor: 500 } }, 'amount_invalid'],
    ['no price for a ticket', { access: { kind: 'ticket' } }, 'amount_invalid'],
    ['a price below the minimum', { access: { kind: 'ticket', priceMinor: 1 } }, 'amount_too_small'],
    ['another currency', { access: { kind: 'ticket', priceMinor: 500, currency: 'usd' } }, 'amount_invalid'],
    ['a price on a members room', { access: { kind: 'members', priceMinor: 500 } }, 'amount_invalid'],
    ['a tier that is none', { access: { kind: 'members', minTier: 'tier_00000000000000000000' } }, 'tier_not_found'],
    ['a fraction of a cent', { access: { kind: 'ticket', priceMinor: 500.5 } }, 'invalid_request'],
  ])('refused: %s', async (_name, over, code) => {
    const reply = await http.server('POST', '/v1/rooms', {
      creator: 'ada',
      title: 'T',
      access: { kind: 'free' },
      ...over,
    });
    expect(reply.json.error.code).toBe(code);
  });

  test('a removal persists, and the creator cannot be removed', async () => {
    const path = `/v1/rooms/${freeRoom.id}/removals`;
    const { status, json } = await http.server('POST', path, { identity: 'rude', reason: 'Insults' });
    expect(status).toBe(201);
    expect(json).toMatchObject({ identity: 'rude', reason: 'Insults', room: freeRoom.id, by: 'embedding-server' });
    expect((await http.server('POST', path, { identity: 'rude', reason: 'Again' })).json).toEqual(json);
    const creator = await http.server('POST', path, { identity: 'ada', reason: 'No' });
    expect(creator.json.error.code).toBe('participant_not_removable');
  });
});

describe('money', () => {
  test('top-up, ticket, tip and refunds move exactly their amounts', async () => {
    const topup = await topUp('lea', 2_000);
    const token = http.token({ room: ticketRoom.id, identity: 'lea' });
    const tickets = `/v1/rooms/${ticketRoom.id}/tickets`;
    const tips = `/v1/rooms/${ticketRoom.id}/tips`;
    const tipInput = { amountMinor: 300, message: 'Bravo', idempotencyKey: 'tip-00000001' };

    const outside = await http.participant(token, 'POST', tips, tipInput);
    expect([outside.status, outside.json.error.code]).toEqual([402, 'access_required']);

    const ticket = await http.participant(token, 'POST', tickets, { from: 'wallet' });
    expect(ticket.status).toBe(201);
    expect(ticket.json).toMatchObject({ room: ticketRoom.id, identity: 'lea', priceMinor: 500, status: 'valid' });
    expect((await http.participant(token, 'POST', tickets, { from: 'wallet' })).json).toEqual(ticket.json);

    const tip = await http.participant(token, 'POST', tips, tipInput);
    expect(tip.status).toBe(201);
    expect(tip.json).toMatchObject({ amountMinor: 300, message: 'Bravo', wallet: { balanceMinor: 1_200 } });
    expect((await http.participant(token, 'POST', tips, tipInput)).json.id).toBe(tip.json.id);
    const other = await http.participant(token, 'POST', tips, { ...tipInput, amountMinor: 400 });
    expect([other.status, other.json.error.code]).toEqual([409, 'idempotency_conflict']);
    const broke = await http.participant(token, 'POST', tips, { amountMinor: 5_000, idempotencyKey: 'tip-00000002' });
    expect([broke.status, broke.json.error.code]).toEqual([402, 'insufficient_funds']);

    const refund = await http.server('POST', '/v1/refunds', { ticket: ticket.json.id, reason: 'Cut short' });
    expect(refund.status).toBe(201);
    expect(refund.json).toMatchObject({ payment: ticket.json.id, amountMinor: 500, to: 'wallet', status: 'succeeded' });
    const twice = await http.server('POST', '/v1/refunds', { ticket: ticket.json.id, reason: 'Again' });
    expect([twice.status, twice.json.error.code]).toEqual([409, 'already_refunded']);
    expect((await http.participant(token, 'GET', '/v1/wallet')).json).toEqual({
      balanceMinor: 1_700,
      promoMinor: 0,
      currency: 'eur',
    });
    expect(
      (await http.participant(token, 'POST', tips, { ...tipInput, idempotencyKey: 'tip-00000003' })).json.error.code,
    ).toBe('access_required');
    expect((await http.server('POST', '/v1/refunds', { topup, reason: 'Unspent' })).json).toMatchObject({ to: 'card' });
    await http.context.money.idle();
    expect(await http.context.money.checkInvariants()).toEqual([]);
  });

  test('payment by card returns a payment page, and paying opens the room', async () => {
    const token = http.token({ room: ticketRoom.id, identity: 'malik' });
    const { status, json } = await http.participant(token, 'POST', `/v1/rooms/${ticketRoom.id}/tickets`, {
      from: 'card',
    });
    expect([status, Object.keys(json)]).toEqual([201, ['checkoutUrl']]);
    await payCheckout(json.checkoutUrl);
    await expect
      .poll(() => http.context.rooms.decideAccess({ room: ticketRoom, identity: 'malik', role: 'fan' }), {
        timeout: SETTLE_MS,
      })
      .toMatchObject({ state: 'granted', reason: 'ticket' });
  });

  test('a token can state access that the embedder has sold', async () => {
    await topUp('ines', 500);
    const token = http.token({ room: ticketRoom.id, identity: 'ines', entitled: true });
    const input = { amountMinor: 200, idempotencyKey: 'tip-00000001' };
    expect((await http.participant(token, 'POST', `/v1/rooms/${ticketRoom.id}/tips`, input)).status).toBe(201);
    const denied = http.token({ room: ticketRoom.id, identity: 'ines', entitled: true, can: { tip: false } });
    const reply = await http.participant(denied, 'POST', `/v1/rooms/${ticketRoom.id}/tips`, input);
    expect(reply.json.error.code).toBe('tip_not_allowed');
  });

  test.each<[string, () => Promise<{ json: { error: { code: string } } }>, string]>([
    ['a ticket to a free room', () => buy(freeRoom, 'tom', 'wallet'), 'nothing_to_buy'],
    ['a ticket without credit', () => buy(ticketRoom, 'tom', 'wallet'), 'insufficient_funds'],
    ['a ticket for the creator', () => buy(ticketRoom, 'ada', 'wallet', 'creator'), 'nothing_to_buy'],
    ['a tip by the creator', () => tip(freeRoom, 'ada', 'creator'), 'tip_not_allowed'],
    ['a tip by somebody who was removed', () => tip(freeRoom, 'banned'), 'access_removed'],
    ['a refund of nothing', () => refund({ reason: 'x' }), 'invalid_request'],
    ['a refund of two things', () => refund({ ticket: ids.ticket, tip: ids.tip, reason: 'x' }), 'invalid_request'],
    ['a refund of a ticket that is none', () => refund({ ticket: ids.ticket, reason: 'x' }), 'payment_not_found'],
    ['a top-up below the minimum', () => topup({ amountMinor: 1 }), 'amount_too_small'],
    ['a top-up above the maximum', () => topup({ amountMinor: 99_999_999 }), 'amount_too_large'],
    [
      'a return to a foreign site',
      () => topup({ amountMinor: 500, returnUrl: 'https://evil.example/' }),
      'origin_not_allowed',
    ],
    ['a return to a script', () => topup({ amountMinor: 500, returnUrl: 'javascript:alert(1)' }), 'invalid_request'],
  ])('refused: %s', async (_name, act, code) => {
    await http.server('POST', `/v1/rooms/${freeRoom.id}/removals`, { identity: 'banned', reason: 'Insults' });
    expect((await act()).json.error.code).toBe(code);
  });

  const ids = { ticket: 'ticket_00000000000000000000', tip: 'tip_00000000000000000000' };
  const buy = (room: Room, identity: string, from: string, role: 'fan' | 'creator' = 'fan') =>
    http.participant(http.token({ room: room.id, identity, role }), 'POST', `/v1/rooms/${room.id}/tickets`, { from });
  const tip = (room: Room, identity: string, role: 'fan' | 'creator' = 'fan') =>
    http.participant(http.token({ room: room.id, identity, role }), 'POST', `/v1/rooms/${room.id}/tips`, {
      amountMinor: 100,
      idempotencyKey: 'tip-00000009',
    });
  const refund = (input: object) => http.server('POST', '/v1/refunds', input);
  const topup = (input: object) =>
    http.participant(http.token({ room: freeRoom.id, identity: 'tom' }), 'POST', '/v1/wallet/topups', input);
});
