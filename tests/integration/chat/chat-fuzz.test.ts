/**
 * Hostile input to every chat request, over the wire, from a moderator: each gets a typed error or succeeds, never
 * `internal`, and a refused request changes nothing.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CATALOGUE } from '../../../server/protocol/errors.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { REQUESTS, type RequestName } from '../../../server/protocol/realtime.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { effort, SEED } from '../../support/run/effort.ts';

const INPUTS_PER_REQUEST = effort({ short: 10, long: 30 });
/** Below the burst limit of one person. */
const REQUESTS_PER_PERSON = 10;

let loge: TestApp;
let room: string;
let people = 0;
let left = 0;
let attacker: TestParticipant;
let messageId: string;

beforeAll(async () => {
  loge = await startApp();
  room = (await loge.createRoom({ kind: 'free' })).id;
  const first = await nextAttacker();
  messageId = (await first.request('chat:send', { clientId: createId('event'), text: 'a message to aim at' })).message
    .id;
});

afterAll(async () => {
  attacker.socket.close();
  await loge[Symbol.asyncDispose]();
});

async function nextAttacker(): Promise<TestParticipant> {
  if (left > 0) {
    left -= 1;
    return attacker;
  }
  attacker?.socket.close();
  people += 1;
  left = REQUESTS_PER_PERSON;
  const identity = `mallory-${people}`;
  attacker = await TestParticipant.connect(loge.url, {
    token: await loge.token({ identity, room, role: 'moderator' }),
  });
  return attacker;
}

const TABLES = [
  ...['entries', 'acts', 'held', 'words', 'reports', 'polls', 'poll_votes', 'hooks'].map((name) => `chat_${name}`),
  'restrictions',
  'mutes',
];

async function written(): Promise<string> {
  const counts = TABLES.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ');
  const settings = '(select json_agg(r order by room)::text from chat_rooms r) as rooms';
  return JSON.stringify(await loge.app.context.db.bulk(`select ${counts}, ${settings}`, []));
}

type ChatRequest = Extract<RequestName, `chat:${string}`>;

/** Valid inputs, as a start for the mutations. */
const valid = (): Record<ChatRequest, Record<string, unknown>> => ({
  'chat:send': { clientId: createId('event'), text: 'hello', replyTo: messageId, mentions: ['lea'] },
  'chat:history': { since: 0, before: 5, limit: 10 },
  'chat:react': { emoji: '🔥' },
  'chat:pin': { messageId },
  'chat:startPoll': { question: 'Which?', options: ['One', 'Two'], seconds: 60 },
  'chat:vote': { poll: createId('poll'), option: 0 },
  'chat:closePoll': {},
  'chat:raiseHand': { raised: true },
  'chat:hands': {},
  'chat:people': { query: 'l' },
  'chat:remove': { messageId: createId('message'), reason: 'because' },
  'chat:removeAuthor': { identity: 'lea', reason: 'because' },
  'chat:restrict': { identity: 'lea', kind: 'timeout', scope: 'room', seconds: 60, reason: 'because' },
  'chat:lift': { identity: 'lea', scope: 'room', reason: 'because' },
  'chat:setMode': { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false, linksAllowed: false },
  'chat:panic': { on: false, reason: 'because' },
  'chat:queue': {},
  'chat:review': { id: createId('heldMessage'), decision: 'allow', reason: 'because' },
  'chat:context': { messageId },
  'chat:reports': {},
  'chat:audit': { before: createId('chatAct'), limit: 10 },
  'chat:setWords': { words: [{ pattern: 'spoiler', action: 'hold' }] },
  'chat:words': {},
  'chat:report': { messageId, category: 'spam', note: 'because' },
  'chat:mute': { identity: 'tom' },
  'chat:unmute': { identity: 'tom' },
});

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\u202e\u2066',
    "'; drop table chat_entries; --",
    '$1',
    '__proto__',
    'msg_',
    'msg_\u0000aaaaaaaaaaaa',
    `msg_${'a'.repeat(41)}`,
    'x'.repeat(9_000),
    '😀'.repeat(600),
    -1,
    0.5,
    1e300,
    2 ** 31,
    2 ** 53,
    true,
    [],
    {},
    [[[[]]]],
    ['a'.repeat(5_000)],
    Array(1_000).fill('lea'),
    { length: 5 },
    { toString: 'x' },
    { $gt: 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .anything({ maxDepth: 2, withNullPrototype: false, key: fc.constantFrom('pattern', 'action', 'id', 'constructor') })
    .filter(isPlain),
);

/** Whether Socket.IO can carry the value as JSON. */
function isPlain(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function mutate(sample: Record<string, unknown>, at: number, value: unknown, whole: boolean): unknown {
  const keys = Object.keys(sample);
  const key = keys[at % Math.max(1, keys.length)];
  return whole || key === undefined ? value : { ...sample, [key]: value };
}

test.each(Object.keys(REQUESTS).filter((name): name is ChatRequest => name.startsWith('chat:')))(
  `R5: %s (seed ${SEED})`,
  { timeout: 60_000 },
  async (name) => {
    const mutation = fc.tuple(
      fc.nat(9),
      hostile,
      fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    );
    let before: string | undefined;
    await fc.assert(
      fc.asyncProperty(mutation, async ([at, value, whole]) => {
        const participant = await nextAttacker();
        before ??= await written();
        const answer = await participant.emit(name, mutate(valid()[name], at, value, whole));
        if (answer.ok) {
          before = undefined;
          return;
        }
        expect(Object.keys(ERROR_CATALOGUE)).toContain(answer.error.code);
        expect(['internal', 'rate_limited', 'unavailable']).not.toContain(answer.error.code);
        expect(await written()).toBe(before);
      }),
      { seed: SEED, numRuns: INPUTS_PER_REQUEST, endOnFailure: true },
    );
    // Other participants are not affected.
    const witness = await nextAttacker();
    expect((await witness.request('chat:history', { limit: 1 })).lastSeq).toBeGreaterThan(0);
  },
);
