/** The embedder's moderation hook over real HTTP: its decisions, and the fallback when it does not decide. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Chat } from '../../../server/chat/chat.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { AddressGuard } from '../../../server/platform/outbound/address-guard.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import type { HookFailure, HookRequest } from '../../../server/protocol/chat/chat-server.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { ada, codeOf, createChat, fan, lea, mod, sayIn, tom } from '../../support/houses/chat-house.ts';

interface Asked {
  question: HookRequest;
  body: string;
  signature: string;
}

let db: Database & AsyncDisposable;
let chat: Chat;
let metrics: ReturnType<typeof createMetrics>;
let server: Server;
let asked: Asked[];
let open: number;
let mostOpen: number;
let answer: (question: HookRequest, response: ServerResponse) => void;
let room: RoomId;

beforeAll(async () => {
  db = await openDatabase();
  server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  [asked, open, mostOpen] = [[], 0, 0];
  room = createId('room');
  metrics = createMetrics();
  chat = createChat({ db, metrics });
});

afterEach(() => chat.close());

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await db[Symbol.asyncDispose]();
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  response.on('close', () => {
    open -= 1;
  });
  let body = '';
  for await (const chunk of request) body += chunk;
  const question = JSON.parse(body) as HookRequest;
  asked.push({ question, body, signature: String(request.headers['loge-signature']) });
  answer(question, response);
}

const decide = (response: ServerResponse, decision: object) => response.end(JSON.stringify(decision));
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const setHook = (onFailure: HookFailure, timeoutMs = 1_000) => chat.hook.set({ url: url(), timeoutMs, onFailure }, ada);
const send = (text: string, from = lea) => chat.send({ room, from, input: { clientId: createId('event'), text } });
const outcomes = async () => {
  const { values } = await metrics.chatHookAnswers.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
};

test('R55b: allow, deny and hold, with a signed request before the message is delivered', async () => {
  answer = ({ message }, response) =>
    decide(
      response,
      message.text === 'no'
        ? { decision: 'deny', reason: 'not here' }
        : { decision: message.text === 'hm' ? 'hold' : 'allow' },
    );
  const { secret } = await setHook('deny');
  expect(await send('yes')).toMatchObject({ message: { text: 'yes' } });
  await expect(send('no')).rejects.toMatchObject({ code: 'message_refused', message: 'not here' });
  expect(await send('hm')).toMatchObject({ held: { reason: 'hook' } });
  const [first] = asked;
  expect(first?.question).toMatchObject({
    type: 'chat.message',
    room,
    creator: 'ada',
    from: lea,
    message: { text: 'yes' },
  });
  const [, seconds = '', signature] = /^t=(\d+),v1=(\w+)$/.exec(first?.signature ?? '') ?? [];
  expect(signature).toBe(createHmac('sha256', secret).update(`${seconds}.${first?.body}`).digest('hex'));
  // A message that a moderator allows is not sent to the hook again.
  const { held } = await chat.held.queue(room);
  await chat.held.review(room, mod, { id: held[0]?.id ?? 'held_', decision: 'allow' });
  expect(asked).toHaveLength(3);
  expect((await chat.history(room, { limit: 10 })).entries).toHaveLength(2);
});

test.each(['allow', 'hold'])(
  'a message whose author lost access before the hook answered %s is refused',
  async (decision) => {
    let isInside = true;
    answer = (_question, response) => {
      isInside = false;
      decide(response, { decision });
    };
    await setHook('deny');
    const assertMayWrite = () => {
      if (!isInside) throw new AppError('access_removed');
    };
    const input = { clientId: createId('event'), text: 'one more' };
    expect(await codeOf(chat.send({ room, from: lea, input, assertMayWrite }))).toBe('access_removed');
    expect(await chat.history(room, { limit: 10 })).toEqual({ entries: [], lastSeq: 0 });
    expect(await chat.held.countWaiting(room)).toBe(0);
  },
);

test.each<[HookFailure, string, object]>([
  ['allow', 'ok', { message: { text: 'hello' } }],
  ['hold', 'ok', { held: { reason: 'hook_failed' } }],
  ['deny', 'message_refused', {}],
])('R55b: a hook that does not answer in time: %s', async (onFailure, code, shown) => {
  answer = () => {};
  await setHook(onFailure, 100);
  const sending = send('hello');
  expect(await codeOf(sending)).toBe(code);
  if (code === 'ok') expect(await sending).toMatchObject(shown);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['a status that is not 200', (response) => response.writeHead(500).end('{"decision":"allow"}')],
  ['a redirect', (response) => response.writeHead(302, { location: url() }).end()],
  ['no JSON', (response) => response.end('yes')],
  ['no decision', (response) => response.end('{}')],
  ['another decision', (response) => response.end('{"decision":"maybe"}')],
  ['an endless answer', (response) => response.end(`{"decision":"allow","reason":"${'x'.repeat(100_000)}"}`)],
  ['a closed connection', (response) => response.destroy()],
])('R55b: %s counts as no answer', async (_name, reply) => {
  answer = (_question, response) => reply(response);
  await setHook('deny');
  expect(await codeOf(send('hello'))).toBe('message_refused');
  expect(await outcomes()).toEqual({ failed: 1 });
});

test('an idle connection that the hook has closed is replaced by a new one', async () => {
  const used = new Set<unknown>();
  answer = (_question, response) => {
    const { socket } = response;
    if (used.has(socket)) return void socket?.resetAndDestroy();
    used.add(socket);
    decide(response, { decision: 'allow' });
  };
  await setHook('deny');
  for (const text of ['one', 'two', 'three']) expect(await send(text)).toMatchObject({ message: { text } });
  expect(await outcomes()).toEqual({ allow: 3 });
});

test('R55b: after five failures the circuit breaker applies onFailure at once', async () => {
  answer = (_question, response) => response.writeHead(503).end();
  await setHook('allow');
  for (let index = 0; index < 8; index += 1) await send(`message number ${index}`, fan(`fan-${index}`));
  expect(asked).toHaveLength(5);
  expect(await outcomes()).toEqual({ failed: 5, circuit_open: 3 });
  // Saving the configuration resets the circuit breaker.
  answer = (_question, response) => decide(response, { decision: 'allow' });
  await setHook('allow');
  await send('is it back?');
  expect(asked).toHaveLength(6);
});

test("R55b: limits concurrent requests, keeps each author's order, and waits no longer than the timeout", async () => {
  const waiting: (() => void)[] = [];
  answer = (_question, response) => waiting.push(() => decide(response, { decision: 'allow' }));
  await setHook('allow', 2_000);
  const sending = Array.from({ length: 80 }, (_, index) => sayIn(chat, room, fan(`fan-${index}`), `message ${index}`));
  const ofTom = [1, 2, 3].map((n) => sayIn(chat, room, tom, `Tom says ${n}`));
  const answering = setInterval(() => {
    // Newest first, so that a correct order is no coincidence.
    for (const reply of waiting.splice(0).reverse()) reply();
  }, 20);
  const messages = await Promise.all(ofTom);
  await Promise.all(sending);
  clearInterval(answering);
  expect(mostOpen).toBeLessThanOrEqual(32);
  expect(mostOpen).toBeGreaterThan(8);
  const seqs = messages.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
});

test('R55b: never connects to a name that resolves to the private network', async () => {
  const guard = new AddressGuard({
    isOpen: false,
    resolve: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const box = new SecretBox(['an_encryption_key_of_this_test_00000']);
  const guarded = createChat({ db, hook: { guard, box } });
  const hook = (address: string) => guarded.hook.set({ url: address, timeoutMs: 500, onFailure: 'deny' }, ada);
  for (const address of [
    url(),
    'https://localhost/x',
    'https://10.0.0.1/x',
    'https://u:p@club.example/',
    'file:///etc/passwd',
  ]) {
    expect(await codeOf(hook(address)), address).toBe('webhook_url_not_allowed');
  }
  await hook(`https://rebind.example:${(server.address() as AddressInfo).port}/hook`);
  expect(await codeOf(sayIn(guarded, room, lea, 'hello'))).toBe('message_refused');
  expect(asked).toEqual([]);
  await guarded.hook.delete(ada);
  await guarded.close();
});

test('R4n: the hook is not asked about rooms of people of the house', async () => {
  const rooms = { creatorOf: async () => 'person_ada', hasChat: async () => true };
  const house = createChat({ db, rooms: { ...rooms, moderates: async () => false, isMember: async () => false } });
  await setHook('deny');
  answer = (_question, response) => decide(response, { decision: 'deny' });
  await sayIn(house, room, lea, 'hello');
  expect(asked).toEqual([]);
  await house.close();
});

test('without a hook no request is sent', async () => {
  await chat.hook.delete(ada).catch(() => undefined);
  await send('hello');
  expect(asked).toEqual([]);
});
