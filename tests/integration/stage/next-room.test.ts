/** An SDK room object that leaves a room and enters another: no request or state of the first leaks into the second. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Room } from '../../../client-sdk/client/room.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { TcpProxy } from '../../support/programs/tcp-proxy.ts';

let loge: TestApp;
let line: TcpProxy;

beforeAll(async () => {
  loge = await startApp();
  line = await TcpProxy.create(loge.app.port);
});
afterAll(async () => {
  await line?.[Symbol.asyncDispose]();
  await loge?.[Symbol.asyncDispose]();
});

const lea = (room: string) => loge.token({ identity: 'lea', room });
/** Plain values that a failed assertion can print. */
const shown = ({ goal, tipMenu, info, currency, viewerCount, isLive, earnings, access, privateSession }: Room) => ({
  ...{ goal, tipMenu, info, currency, viewerCount, isLive, earnings, access: access.state },
  ...{ private: privateSession.state, lastPrivate: privateSession.last },
});
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error) => error.code as string,
  );

test('what is pending when a room is left is rejected, and never reaches the next one', async () => {
  const [{ id: anns }, { id: bobs }] = [
    await loge.createRoom({ kind: 'free' }),
    await loge.createRoom({ kind: 'free' }),
  ];
  const room = new Room({ url: `http://localhost:${line.port}`, log: () => {} });
  await room.connect(await lea(anns));
  line.cut();
  const pending = [room.chat.send('For Ann'), room.chat.send('For Ann, too'), room.tip({ amountMinor: 500 })].map(
    codeOf,
  );
  await room.disconnect();
  line.mend();
  await room.connect(await lea(bobs));
  expect(await Promise.all(pending)).toEqual(['not_connected', 'not_connected', 'not_connected']);
  // The socket is ordered: an earlier message would have arrived by now.
  await room.chat.send('For Bob');
  expect(room.chat.messages.map((item) => 'text' in item && item.text)).toEqual(['For Bob']);
  await room.disconnect();
});

test('goal, menu, chat and all other room state are cleared on leaving', async () => {
  const { id: anns } = await loge.createRoom({ kind: 'free' });
  const { id: bobs } = await loge.createRoom({ kind: 'ticket', priceMinor: 1_000 });
  const ann = new Room({ url: loge.url, log: () => {} });
  await ann.connect(await loge.token({ identity: 'ada', role: 'creator', room: anns }));
  await ann.setGoal({ title: 'A new lamp', targetMinor: 10_000 });
  await ann.setTipMenu([{ id: 'song', label: 'A song', amountMinor: 500 }]);
  const room = new Room({ url: loge.url, log: () => {} });
  await room.connect(await lea(anns));
  await room.chat.send('Hello Ann');
  expect(shown(room)).toMatchObject({ goal: { title: 'A new lamp' }, tipMenu: [{ id: 'song' }] });
  await room.disconnect();
  const empty = { goal: null, tipMenu: [], info: null, currency: null, viewerCount: 0, isLive: false, earnings: null };
  expect(shown(room)).toEqual({ ...empty, access: 'required', private: 'none', lastPrivate: null });
  expect(room.chat.messages).toEqual([]);
  expect([room.wallet.currency, room.localParticipant.identity]).toEqual([null, '']);
  await room.connect(await lea(bobs));
  expect(shown(room)).toMatchObject({ goal: null, tipMenu: [], access: 'required' });
  await room.disconnect();
  await ann.disconnect();
});

test('a requested private session is cleared on leaving', async () => {
  const { id } = await loge.createRoom({ kind: 'private', ratePerMinuteMinor: 300 });
  await loge.app.context.money.promotions.grant(
    { identity: 'lea', amountMinor: 5_000, reason: 'credit of the test', idempotencyKey: 'credit-of-lea' },
    'operator',
  );
  using _creator = await TestParticipant.connect(loge.url, {
    token: await loge.token({ identity: 'ada', role: 'creator', room: id }),
  });
  const room = new Room({ url: loge.url, log: () => {} });
  await room.connect(await lea(id));
  await room.privateSession.request();
  expect(room.privateSession.state).toBe('waiting');
  await room.disconnect();
  expect(room.privateSession.state).toBe('none');
});

test('R7a: a request that names another room is refused, and leaves no trace', async () => {
  const [{ id: anns }, { id: bobs }] = [
    await loge.createRoom({ kind: 'free' }),
    await loge.createRoom({ kind: 'free' }),
  ];
  using fan = await TestParticipant.connect(loge.url, { token: await lea(bobs) });
  const message = { clientId: 'client-0001', text: 'For Ann' };
  expect(await fan.refusal('chat:send', message, { room: anns })).toBe('wrong_room');
  expect(await fan.refusal('chat:send', message, { room: 7 })).toBe('invalid_request');
  expect((await fan.request('chat:history', {})).entries).toEqual([]);
  expect(await fan.refusal('chat:send', message, { room: bobs })).toBe('ok');
});
