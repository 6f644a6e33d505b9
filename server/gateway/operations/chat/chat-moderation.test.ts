import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import type { Participant } from '../../../protocol/accounts/accounts.ts';
import { createId, type RoomId } from '../../../protocol/ids.ts';

let http: TestHttp;
let room: RoomId;

beforeAll(async () => {
  http = await startHttp();
  await http.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  room = (await http.server('POST', '/v1/rooms', { creator: 'ada', title: 'An evening', access: { kind: 'free' } }))
    .json.id;
});
afterAll(() => http[Symbol.asyncDispose]());

const lea: Participant = { identity: 'lea', name: 'Léa', role: 'fan' };
const say = async (text: string) =>
  http.context.chat.send({ room, from: lea, input: { clientId: createId('event'), text } });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => error.code,
  );

test("an embedder's server moderates, and its acts are recorded", async () => {
  await say('the first one');
  await http.server('PUT', '/v1/creators/ada/chat/words', { words: [{ pattern: 'spoiler', action: 'hold' }] });
  const answer = await say('a sp0iler');
  expect(answer).toMatchObject({ held: { reason: 'words' } });
  const { held } = (await http.server('GET', `/v1/rooms/${room}/chat/queue`)).json;
  expect(held).toMatchObject([{ text: 'a sp0iler', detail: 'spoiler' }]);
  const review = `/v1/rooms/${room}/chat/queue/${held[0].id}`;
  expect((await http.server('POST', review, { decision: 'allow' })).status).toBe(201);
  expect((await http.server('POST', review, { decision: 'refuse' })).json.error.code).toBe('already_reviewed');

  const restriction = { identity: 'lea', kind: 'timeout', scope: 'room', reason: 'spoils everything' };
  expect((await http.server('POST', `/v1/rooms/${room}/chat/restrictions`, restriction)).status).toBe(201);
  expect(await codeOf(say('let me speak'))).toBe('chat_timed_out');
  const { restrictions } = (await http.server('GET', `/v1/rooms/${room}/chat/restrictions`)).json;
  expect(restrictions).toMatchObject([{ identity: 'lea', kind: 'timeout', by: 'embedding-server', liftedAt: null }]);
  await http.server('POST', `/v1/rooms/${room}/chat/lifts`, { identity: 'lea', scope: 'room' });
  expect(await codeOf(say('thank you'))).toBe('ok');

  const mode = (await http.server('POST', `/v1/rooms/${room}/chat/mode`, { slowModeSeconds: 10 })).json;
  expect(mode).toMatchObject({ mode: { slowModeSeconds: 10 }, panic: false });
  const panic = (await http.server('POST', `/v1/rooms/${room}/chat/panic`, { on: true, reason: 'raid' })).json;
  expect(panic).toMatchObject({ panic: true, mode: { paused: true, membersOnly: true } });

  await http.server('POST', `/v1/rooms/${room}/chat/removals`, { identity: 'lea', reason: 'spam' });
  const { entries } = (await http.server('GET', `/v1/rooms/${room}/chat/messages?limit=50`)).json;
  expect(
    entries.filter((entry: { kind: string; text?: string }) => entry.kind === 'message' && entry.text !== ''),
  ).toEqual([]);
  const { acts } = (await http.server('GET', `/v1/rooms/${room}/chat/audit`)).json;
  expect(acts.map((act: { kind: string }) => act.kind)).toEqual([
    'remove_author',
    'panic',
    'mode',
    'lift',
    'timeout',
    'review',
    'words',
  ]);
  expect(acts[0].actor).toEqual({ identity: 'embedding-server', role: 'server' });
});

test('export, then erasure, of one person', async () => {
  const exported = (await http.server('GET', '/v1/participants/lea/chat?limit=2')).json;
  expect(exported).toMatchObject({ identity: 'lea', hasMore: true });
  expect(exported.messages[0].message.text).toBe('the first one');
  const after = exported.messages.at(-1).message.id;
  expect((await http.server('GET', `/v1/participants/lea/chat?after=${after}`)).json).toMatchObject({
    hasMore: false,
    acts: [],
  });
  const erased = (await http.server('DELETE', '/v1/participants/lea/chat')).json;
  expect(erased).toMatchObject({ identity: 'lea', erasedMessages: 3 });
  expect((await http.server('GET', '/v1/participants/lea/chat')).json.messages).toEqual([]);
});

test.each([
  ['POST', '/chat/removals', {}, 'invalid_request'],
  ['POST', '/chat/removals', { messageId: 'msg_00000000000000000000', reason: 'x' }, 'message_not_found'],
  ['POST', '/chat/removals', { identity: 'lea', reason: 'a\u0000b' }, 'invalid_request'],
  [
    'POST',
    '/chat/restrictions',
    { identity: 'ada', kind: 'ban', scope: 'room', reason: 'x' },
    'participant_not_restrictable',
  ],
  ['POST', '/chat/restrictions', { identity: 'lea', kind: 'ban', scope: 'house', reason: 'x' }, 'invalid_request'],
  ['POST', '/chat/mode', { slowModeSeconds: -1 }, 'invalid_request'],
  ['POST', '/chat/mode', { slowMode: 5 }, 'invalid_request'],
  ['POST', '/chat/queue/held_none', { decision: 'allow' }, 'held_message_not_found'],
  ['GET', '/chat/audit?before=nonsense', undefined, 'invalid_request'],
] as const)('%s %s %j is refused: %s', async (method, path, body, code) => {
  const answer = await http.server(method, `/v1/rooms/${room}${path}`, body);
  expect(answer.json.error.code).toBe(code);
});

test('refuses unknown ids and addresses of the private network', async () => {
  const unknown = createId('room');
  expect((await http.server('GET', `/v1/rooms/${unknown}/chat/messages`)).json.error.code).toBe('room_not_found');
  expect((await http.server('GET', '/v1/creators/nobody/chat/words')).json.error.code).toBe('creator_not_found');
  expect((await http.server('GET', '/v1/chat/hook')).json.error.code).toBe('chat_hook_not_found');
  const hook = { url: 'ftp://club.example/hook', onFailure: 'hold' };
  expect((await http.server('PUT', '/v1/chat/hook', hook)).json.error.code).toBe('webhook_url_not_allowed');
  const good = (await http.server('PUT', '/v1/chat/hook', { url: 'https://club.example/hook', onFailure: 'hold' }))
    .json;
  expect(good).toMatchObject({ timeoutMs: 1_000, secret: expect.stringMatching(/^chs_/) });
  expect((await http.server('GET', '/v1/chat/hook')).json).not.toHaveProperty('secret');
  expect((await http.server('DELETE', '/v1/chat/hook')).json).toEqual({ deleted: true });
});

test("only an embedder's server may read the chat of a room", async () => {
  for (const path of [`/v1/rooms/${room}/chat/messages`, '/v1/participants/lea/chat', '/v1/chat/hook']) {
    expect((await http.call('GET', path)).status).toBe(401);
  }
});
