/**
 * A client that stops reading its TCP connection and keeps sending requests: the server's queue for it is bounded, and
 * it learns why the connection was closed.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ChatPage } from '../../../server/protocol/chat/chat.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { signToken, WireFan } from '../../support/people/wire-fan.ts';

/** Makes a page of the history about 400 KiB: within the rate limit, more can be requested than the system buffers. */
const MESSAGES = 200;
const LONG_TEXT = '🎭'.repeat(500);
/** At first, of the hundred that one identity may ask in ten seconds. */
const ASKED = 80;
const WAIT = { timeout: 20_000, interval: 200 };

let loge: TestApp;
let room: RoomId;

beforeAll(async () => {
  loge = await startApp();
  room = (await loge.createRoom({ kind: 'free' })).id as RoomId;
  const { chat } = loge.app.context;
  const from = { identity: 'ada', name: 'Ada', role: 'creator' } as const;
  const send = () => chat.send({ room, from, input: { clientId: createId('event'), text: LONG_TEXT } });
  await Promise.all(Array.from({ length: MESSAGES }, send));
});
afterAll(() => loge[Symbol.asyncDispose]());

async function closedFor(code: string): Promise<number> {
  const { values } = await loge.app.context.metrics.connectionsClosed.get();
  return values.find(({ labels }) => labels.code === code)?.value ?? 0;
}

interface Received {
  asked: number;
  answers: number;
  goodbyes: unknown[];
  isClosed: boolean;
}

/** Resolves when the server has given the connection up. */
async function askWithoutReading(identity: string) {
  const received: Received = { asked: 0, answers: 0, goodbyes: [], isClosed: false };
  const fan = await WireFan.connect({
    url: loge.url,
    auth: { token: signToken({ identity, room }) },
    onEvent: (name, data) => {
      if (name === 'rooms:goodbye') received.goodbyes.push(data);
    },
    onClose: () => {
      received.isClosed = true;
    },
  });
  const before = await closedFor('connection_too_slow');
  fan.ws.pause();
  const ask = () => {
    received.asked += 1;
    void fan.emit<{ ok: boolean; data: ChatPage }>('chat:history', { since: 0 }).then(() => {
      received.answers += 1;
    });
  };
  for (let count = 0; count < ASKED; count += 1) ask();
  await vi.waitFor(async () => {
    ask();
    expect(await closedFor('connection_too_slow')).toBe(before + 1);
  }, WAIT);
  return { fan, received };
}

test('R8a: past the limit the connection is closed with a reason, and the client that comes back resumes', async () => {
  using neighbour = await TestParticipant.connect(loge.url, { token: signToken({ identity: 'neighbour', room }) });
  const { fan, received } = await askWithoutReading('slow');
  // Reading again yields everything written until then, and the reason of the close.
  fan.ws.resume();
  await vi.waitFor(() => expect(received.isClosed).toBe(true), WAIT);
  expect(received.goodbyes).toMatchObject([{ code: 'connection_too_slow', reconnect: true }]);
  expect(received.answers).toBeGreaterThan(0);
  expect(received.answers).toBeLessThan(received.asked);
  await neighbour.request('chat:send', { clientId: createId('event'), text: 'meanwhile' });
  using back = await TestParticipant.connect(loge.url, {
    token: signToken({ identity: 'slow', room }),
    since: MESSAGES,
  });
  expect(back.welcome.inside?.chat.entries).toMatchObject([{ seq: MESSAGES + 1, text: 'meanwhile' }]);
});

test('R8a: a client that never reads is disconnected', async () => {
  const { app } = loge;
  const sockets = async () => (await app.context.metrics.sockets.get()).values[0]?.value ?? 0;
  await vi.waitFor(async () => expect(await sockets()).toBe(0));
  const { fan } = await askWithoutReading('deaf');
  await vi.waitFor(async () => expect(await sockets()).toBe(0), WAIT);
  fan.drop();
});
