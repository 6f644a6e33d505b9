/** Tip menu, goal and leaderboard over sockets and HTTP: the real app with two participants. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatEntry, ChatFrame } from '../../../server/protocol/chat/chat.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { payCheckout } from '../../support/people/checkout.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const SONG = { id: 'song', label: 'The next song', amountMinor: 500 };
let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});

afterAll(async () => {
  await loge[Symbol.asyncDispose]();
});

const connect = async (identity: string, room: string, role = 'fan') =>
  TestParticipant.connect(loge.url, { token: await loge.token({ identity, room, role }) });

test('the creator sets a goal and a menu that all see; tips move the goal, and a refund moves it back', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  using creator = await connect('ada', room, 'creator');
  using fan = await connect('lea', room);
  expect(fan.welcome.inside?.tipping).toEqual({ goal: null, menu: { items: [], currency: 'eur' } });

  const told = fan.next('money:goalProgress');
  const { goal } = await creator.request('money:setGoal', { title: 'An encore', targetMinor: 1_000 });
  expect(goal).toMatchObject({ title: 'An encore', reachedMinor: 0, targetMinor: 1_000 });
  expect((await told).goal).toEqual(goal);
  const menuTold = fan.next('money:tipMenuChanged');
  await creator.request('money:setTipMenu', { items: [SONG] });
  expect(await menuTold).toEqual({ items: [SONG], currency: 'eur' });

  const { checkoutUrl } = await fan.request('money:topup', { amountMinor: 2_000 });
  const credited = fan.next('money:walletChanged', (wallet) => wallet.balanceMinor === 2_000);
  await payCheckout(checkoutUrl);
  await credited;
  const tip = { menuItem: 'song', idempotencyKey: 'tip-00000001' };
  expect(await fan.refusal('money:tip', { ...tip, amountMinor: 400 })).toBe('menu_price_mismatch');
  const moved = creator.next('money:goalProgress', (data) => data.goal?.reachedMinor === 500);
  const walletTold = fan.next('money:walletChanged', (wallet) => wallet.balanceMinor === 1_500);
  const receipt = await fan.request('money:tip', { ...tip, amountMinor: 500 });
  expect((await moved).goal).toEqual({ ...goal, reachedMinor: 500 });
  await walletTold;
  expect((await fan.request('money:leaderboard')).entries).toEqual([
    { rank: 1, identity: 'lea', name: expect.any(String), amountMinor: 500, tipCount: 1 },
  ]);
  using newcomer = await connect('malik', room);
  expect(newcomer.welcome.inside?.tipping).toEqual({
    goal: { ...goal, reachedMinor: 500 },
    menu: { items: [SONG], currency: 'eur' },
  });

  const back = fan.next('money:goalProgress', (data) => data.goal?.reachedMinor === 0);
  const isRefund = ({ entries }: ChatFrame) => entries.some(({ kind }) => kind === 'tip_refund');
  const shown = newcomer.next('chat:frame', isRefund);
  await loge.server('POST', '/v1/refunds', { tip: receipt.id, reason: 'A mistake' });
  await back;
  expect((await shown).entries).toContainEqual(expect.objectContaining({ kind: 'tip_refund', tip: receipt.id }));
  const { entries } = await newcomer.request('chat:history', { limit: 10 });
  expect(entries.filter(({ kind }: ChatEntry) => kind === 'notice')).toEqual([]);
  expect(entries.find((entry: ChatEntry) => entry.kind === 'tip')).toMatchObject({
    id: receipt.id,
    refunded: true,
  });
  expect((await fan.request('money:leaderboard')).entries).toEqual([]);
  const cleared = fan.next('money:goalProgress', (data) => data.goal === null);
  await creator.request('money:clearGoal');
  await cleared;
});

test('R21c: nothing that others are sent or can read tells who gave an anonymous tip', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  using creator = await connect('ada', room, 'creator');
  using moderator = await connect('mo', room, 'moderator');
  using fan = await connect('malik', room);
  const token = await loge.token({ identity: 'unseen-1', name: 'Unseen Giver', room, role: 'fan' });
  using giver = await TestParticipant.connect(loge.url, { token });
  await creator.request('money:setTipMenu', { items: [SONG] });
  const { checkoutUrl } = await giver.request('money:topup', { amountMinor: 2_000 });
  const credited = giver.next('money:walletChanged', (wallet) => wallet.balanceMinor === 2_000);
  await payCheckout(checkoutUrl);
  await credited;

  const isTip = ({ entries }: ChatFrame) => entries.some(({ kind }) => kind === 'tip');
  const told = [creator, moderator, fan, giver].map((each) => each.next('chat:frame', isTip));
  const asked = creator.next('money:requestsChanged', ({ requests }) => requests.length === 1);
  const input = { menuItem: 'song', amountMinor: 500, message: 'Brava', idempotencyKey: 'tip-00000002' };
  const { id } = await giver.request('money:tip', { ...input, anonymous: true });
  const frames = await Promise.all(told);
  const own = { id, from: { identity: 'unseen-1', name: 'Unseen Giver', role: 'fan' }, anonymous: true };
  expect(frames.pop()?.entries).toMatchObject([own]);
  for (const { entries } of frames) expect(entries).toMatchObject([{ id, from: null, anonymous: true }]);
  expect((await asked).requests).toMatchObject([{ tip: id, from: null }]);
  expect((await giver.request('chat:history', { limit: 10 })).entries).toMatchObject([own]);
  await moderator.request('chat:remove', { messageId: id, reason: 'Not here' });

  using newcomer = await connect('ines', room);
  const read = await Promise.all([
    ...(['money:requests', 'money:leaderboard', 'money:summary', 'money:earnings'] as const).map((name) =>
      creator.request(name),
    ),
    ...(['chat:history', 'chat:audit', 'chat:reports'] as const).map((name) => moderator.request(name)),
    loge.server('GET', `/v1/rooms/${room}/chat/messages`),
  ]);
  const sent = [creator, moderator, fan, newcomer].map(({ events }) => events);
  expect(JSON.stringify([sent, read])).not.toMatch(/unseen/i);
});

test('a goal that is reached is said once, also to who comes later; what all gave is for those inside', async () => {
  const { id: room } = await loge.createRoom({ kind: 'ticket', priceMinor: 500 });
  const { id: next } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
    ...{ creator: 'ada', title: 'The next one', access: { kind: 'free' }, listed: true },
    startsAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  using creator = await connect('ada', room, 'creator');
  const token = await loge.token({ identity: 'lea-of-the-goal', room, entitled: true });
  using fan = await TestParticipant.connect(loge.url, { token });
  const { checkoutUrl } = await fan.request('money:topup', { amountMinor: 2_000 });
  const credited = fan.next('money:walletChanged', (wallet) => wallet.balanceMinor === 2_000);
  await payCheckout(checkoutUrl);
  await credited;
  await creator.request('money:setGoal', { title: 'An encore', targetMinor: 1_000 });
  for (const [index, amountMinor] of [900, 200, 300, 100].entries()) {
    const shown = fan.next('chat:frame', ({ entries }) => entries.some(({ kind }) => kind === 'tip'));
    await fan.request('money:tip', { amountMinor, idempotencyKey: `goal-tip-${index}` });
    await shown;
  }
  // What follows a tip in the log stands there before the next tip.
  const { entries } = await creator.request('chat:history', { limit: 10 });
  const notices = entries.flatMap((entry: ChatEntry) =>
    entry.kind === 'notice' ? [[entry.notice, entry.subject]] : [],
  );
  expect(notices).toEqual([['goal_reached', 'An encore']]);

  const keyOfMalik = await loge.token({ identity: 'malik-of-the-goal', room, entitled: true });
  using quiet = await TestParticipant.connect(loge.url, { token: keyOfMalik });
  using outside = await connect('tom-of-the-goal', room);
  await creator.request('rooms:end', {});
  const givers = [{ identity: 'lea-of-the-goal', name: expect.any(String) }];
  const told = { goal: { title: 'An encore', reachedMinor: 1_500 }, givers, next: { id: next, title: 'The next one' } };
  expect(await fan.request('money:summary', {})).toMatchObject(told);
  // Who gave nothing saw it too.
  expect(await quiet.request('money:summary', {})).toMatchObject(told);
  expect(await outside.request('money:summary', {})).toMatchObject({ goal: null, givers: [], next: { id: next } });
  expect(await outside.request('rooms:remind', { wanted: true, next })).toEqual({ wanted: true });
  expect(await outside.request('rooms:remind', { next })).toEqual({ wanted: true });
  expect(await outside.request('rooms:remind', {})).toEqual({ wanted: false });
  expect(await outside.refusal('rooms:remind', { wanted: true, next: room })).toBe('room_not_found');
});

test('only the creator sets them, from inside, with well-formed input', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  using creator = await connect('ada', room, 'creator');
  using fan = await connect('lea', room);
  for (const [name, input] of [
    ['money:setGoal', { title: 'Mine', targetMinor: 1_000 }],
    ['money:clearGoal', {}],
    ['money:setTipMenu', { items: [SONG] }],
  ] as const) {
    expect(await fan.refusal(name, input)).toBe('forbidden');
  }
  expect(await creator.refusal('money:setTipMenu', { items: [SONG, SONG] })).toBe('menu_item_duplicate');
  for (const items of [[{ ...SONG, amountMinor: 1 }], [{ ...SONG, label: '' }]]) {
    expect(await creator.refusal('money:setTipMenu', { items })).toBe('invalid_request');
  }
  for (const targetMinor of [0, -1, 1.5]) {
    expect(await creator.refusal('money:setGoal', { title: 'An encore', targetMinor })).toBe('invalid_request');
  }
});

test('the same by HTTP', async () => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  const call = async (identity: string, role: string, path: string, body?: unknown) => {
    const response = await fetch(`${loge.url}/v1/rooms/${room}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${await loge.token({ identity, room, role })}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, data: await response.json() };
  };
  expect((await call('ada', 'creator', '/goal', { title: 'An encore', targetMinor: 1_000 })).status).toBe(200);
  expect((await call('ada', 'creator', '/tip-menu', { items: [SONG] })).data).toEqual({
    items: [SONG],
    currency: 'eur',
  });
  expect((await call('lea', 'fan', '/tip-menu', { items: [] })).status).toBe(403);
  expect((await call('lea', 'fan', '/tipping')).data).toMatchObject({
    goal: { title: 'An encore', reachedMinor: 0 },
    menu: { items: [SONG] },
  });
  expect((await call('lea', 'fan', '/leaderboard?limit=5')).data).toEqual({ entries: [], currency: 'eur' });
  expect((await call('ada', 'creator', '/goal/clear', {})).data).toEqual({ goal: null });
});
