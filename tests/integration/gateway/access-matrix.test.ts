/**
 * Tries every operation of the table, and every other route of the Express app, as every kind of caller, and compares
 * with the handwritten `access-matrix.expected.txt`. Without `--long`, equal callers take turns over the runs.
 * LOGE_MATRIX_FILE=PATH writes the actual table.
 */
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../../server/gateway/http/docs/openapi.ts';
import { HTTP_OPERATIONS, SOCKET_OPERATIONS } from '../../../server/gateway/operations/table.ts';
import { isoIn } from '../../../server/platform/clock.ts';
import type { TokenInput } from '../../../server/protocol/accounts/accounts.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { SCOPES, type Scope } from '../../../server/protocol/keys.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { RequestInput, RequestName } from '../../../server/protocol/realtime.ts';
import { committeeSeats } from '../../../server/trust/committee/committee.schema.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { PRODUCTION_ENV, startHttp, type TestHttp } from '../../support/houses/http.ts';
import { basicOf } from '../../support/people/basic.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { giveOpinion, giveSeat, signIn } from '../../support/people/site-person.ts';
import {
  allowedIn,
  isInconclusive,
  isRefusal,
  printMatrix,
  type Row,
  readExpected,
  readStrengths,
} from '../../support/requests/access-matrix.ts';
import { isLong, SEED } from '../../support/run/effort.ts';

const PARTICIPANTS = ['lobby', 'inside', 'helper', 'moderator', 'creator', 'other'] as const;
type ParticipantKind = (typeof PARTICIPANTS)[number];
/** They open no socket. */
const SUSPENDED = 'suspended';
const PEOPLE = ['person', 'appointed', 'artist', 'reviewer', 'operator', 'member'];
const HTTP_CALLERS = ['none', 'wrong', ...SCOPES, ...PARTICIPANTS, SUSPENDED, ...PEOPLE];
/** Of the scopes that neither the row nor the route names, and of a kind of callers of whom the row allows none. */
const REFUSED_ASKED = 2;
const HOUSE = { LOGE_HOUSE_NAME: 'Loge', LOGE_HOUSE_ADDRESS: 'Paris', LOGE_HOUSE_TAX_NUMBER: '123456789' };
const ROOM_ACCESS = { kind: 'ticket', priceMinor: 500 } as const;

function print(title: string, callers: readonly string[], rows: Map<string, Row>): void {
  const file = process.env.LOGE_MATRIX_FILE;
  if (file) appendFileSync(file, `${printMatrix(title, callers, rows)}\n`);
}

function compare(callers: readonly string[], rows: Map<string, Row>, expected: Map<string, string[]>): void {
  expect([...rows.keys()].sort()).toEqual([...expected.keys()].sort());
  const useless = [...rows].flatMap(([name, row]) =>
    [...row].flatMap(([caller, code]) => (isInconclusive(code) ? [`${name} by ${caller}: ${code}`] : [])),
  );
  expect(useless).toEqual([]);
  const found = Object.fromEntries([...rows].map(([name, row]) => [name, allowedIn(row).join(' ')]));
  const asked = (name: string, who: string[]) => who.filter((caller) => rows.get(name)?.has(caller));
  const wanted = Object.fromEntries([...expected].map(([name, who]) => [name, asked(name, who).join(' ')]));
  expect(found).toEqual(wanted);
  expect(callers.length).toBeGreaterThan(1);
}

/** The callers that a row is tried as, given those whom it must allow and the scope that its route names. */
function askedOf(allowed: readonly string[], named: Scope | undefined, row: number): readonly string[] {
  if (isLong) return HTTP_CALLERS;
  const draw = (of: readonly string[], count: number) =>
    of.filter((_, index) => (index + SEED + row) % of.length < count);
  if (allowed.length === HTTP_CALLERS.length)
    return ['none', 'wrong', ...[SCOPES, PARTICIPANTS, PEOPLE].flatMap((kind) => draw(kind, 1))];
  const kinds = [SCOPES.filter((scope) => scope !== named && !allowed.includes(scope)), PARTICIPANTS, PEOPLE];
  const refused: readonly (readonly string[])[] = kinds.filter(
    (kind) => !kind.some((caller) => allowed.includes(caller)),
  );
  const left = refused.flatMap((kind) => kind.filter((caller) => !draw(kind, REFUSED_ASKED).includes(caller)));
  return HTTP_CALLERS.filter((caller) => !left.includes(caller));
}

/** Claims of a participant's token in a room of `creator`; `other` has a token of another room. */
function tokenOf(
  kind: ParticipantKind,
  at: { row: number; room: RoomId; creator: string; otherRoom: RoomId },
): TokenInput {
  const identity = `${kind}-${at.row}`;
  const base = { identity, name: identity, room: at.room, role: 'fan' } as const;
  switch (kind) {
    case 'lobby':
      return base;
    case 'inside':
      return { ...base, entitled: true };
    case 'helper':
      return { ...base, entitled: true, can: { moderate: true } };
    case 'moderator':
      return { ...base, role: 'moderator' };
    case 'creator':
      return { ...base, identity: at.creator, name: at.creator, role: 'creator' };
    case 'other':
      return { ...base, room: at.otherRoom, role: 'creator' };
  }
}

describe('over HTTP', () => {
  /** Routes share a few scenes, because making one costs more than asking; one for all would meet people's limits. */
  const SCENES = 20;
  /** They change who may do what afterwards in the same scene. */
  const ALONE = [
    'DELETE /v1/me/sessions',
    'POST /v1/me/closing',
    'POST /v1/rooms/:id/end',
    'POST /v1/me/seat/resignation',
  ];
  const OPERATORS = [
    'operator',
    ...Array.from({ length: 2 * SCENES + ALONE.length }, (_, index) => `operator-${index}`),
  ];
  let http: TestHttp;
  let document: OpenApiDocument;
  let keys: Map<string, string>;
  let calls = 0;
  /** Each report needs a year of its own. */
  let reportedYear = 2000;

  beforeAll(async () => {
    http = await startHttp({
      env: { ...PRODUCTION_ENV, ...HOUSE, LOGE_TRUST_PROXY: '1', LOGE_OPERATORS: OPERATORS.join(',') },
    });
    document = (await http.call('GET', '/openapi.json')).json;
    const made = SCOPES.map(async (scope) => [scope, (await http.makeKey([scope])).basic] as const);
    keys = new Map(await Promise.all(made));
  });
  afterAll(() => http[Symbol.asyncDispose]());

  interface Scene {
    row: number;
    room: RoomId;
    otherRoom: RoomId;
    creator: string;
    tier: string;
    /** A vacant seat of the committee, and the term of a member in another. */
    seat: string;
    term: string;
    /** Of the committee, adopted and answered. */
    opinion: string;
    step: string;
    comment: string;
    threshold: string;
    /** What each caller sends. */
    credentials: Map<string, Promise<Record<string, string>>>;
  }

  async function createScene(row: number): Promise<Scene> {
    const { accounts, rooms } = http.context;
    const create = async (creator: string) => {
      await accounts.createCreator({ identity: creator, name: creator, country: 'FR' });
      return (await rooms.createRoom({ creator, title: 'An evening', access: ROOM_ACCESS })).id;
    };
    const [room, otherRoom] = await Promise.all([create(`creator-${row}`), create(`other-${row}`)]);
    const creator = `creator-${row}`;
    const { id: tier } = await rooms.clubs.createTier(creator, { name: 'Club', priceMinor: 900, interval: 'month' });
    const seat = createId('committeeSeat');
    // A committee has no seat for each scene; those of reading routes need none.
    if (row < SCENES) {
      const name = { en: 'Law of data', fr: 'Droit des données' };
      const created = { position: row, createdAt: isoIn(http.context.clock), createdBy: 'test' };
      await http.context.db.orm.insert(committeeSeats).values({ id: seat, name, ...created });
    }
    const term = await giveSeat(http, `seated-${row}`);
    const given = await giveOpinion(http);
    return { row, room, otherRoom, creator, tier, seat, term, ...given, credentials: new Map() };
  }

  /** Inputs where the documented example is missing, or needs existing ids. */
  const bodies: Record<string, (scene: Scene) => object> = {
    'POST /v1/tokens': ({ room }) => ({ identity: 'fan-7', name: 'Léa', room, role: 'fan' }),
    'POST /v1/reports': ({ room }) => ({ room, subject: { kind: 'live' }, category: 'fraud' }),
    'POST /v1/review/orders': ({ room }) => ({
      ...{ room, subject: { kind: 'live' }, authority: 'A court', legalGround: 'A law' },
    }),
    'POST /v1/keys': () => ({ name: 'Another', scopes: ['admin'] }),
    'POST /v1/memberships': ({ tier }) => ({ tier }),
    'POST /v1/withdrawals': () => ({ item: createId('ticket') }),
    'POST /site/demo-sign-in': () => ({ identity: 'lea' }),
    // Reaches the domain without making the operator, whom other rows use too, a creator.
    'POST /v1/me/creator': () => ({ name: 'Léa', country: 'KP', isAdult: true, acceptsTerms: true }),
    'POST /site/sign-in': () => ({ address: 'lea@example.org' }),
    'POST /site/sign-in/code': () => ({ code: '00000000' }),
    'POST /site/oidc': () => ({ purpose: 'sign-in' }),
    'POST /site/passkeys': () => ({ id: 'x', clientDataJSON: 'x', attestationObject: 'x', transports: [] }),
    'POST /site/passkeys/sign-in': () => ({ id: 'x', clientDataJSON: 'x', authenticatorData: 'x', signature: 'x' }),
    'POST /v1/wallet/topups': () => ({ amountMinor: 1_000 }),
    'POST /v1/memberships/:membership/tier': ({ tier }) => ({ tier }),
    'POST /v1/reports/dac7-filings': () => {
      reportedYear += 1;
      return { year: reportedYear };
    },
    'POST /v1/refunds': () => ({ ticket: createId('ticket'), reason: 'Cut short' }),
  };
  const queries: Record<string, string> = {
    'DELETE /v1/charter/draft': `?hash=${'0'.repeat(64)}`,
    'GET /v1/rooms/:id/quote': '?kind=ticket',
    'GET /v1/desk/people': '?query=lea',
    'GET /v1/earnings/statement': '?month=2026-10',
    'GET /v1/creators/:identity/statement': '?month=2026-10',
    'GET /v1/reports/dac7': '?quarter=2026-Q3',
    'GET /v1/reports/dac7.csv': '?quarter=2026-Q3',
    'GET /v1/reports/dac7-filings': '?year=2025',
    'GET /v1/reports/dac7.xml': `?filing=${createId('dac7Filing')}`,
    'GET /v1/reports/self-bills.csv': '?month=2026-10',
    'GET /v1/desk/statements.jsonl': '?period=2026-Q3',
    'GET /v1/reports/vat': '?quarter=2026-Q3',
    'GET /v1/reports/vat.csv': '?quarter=2026-Q3',
    'GET /v1/reports/journal.txt': '?from=2026-01',
    'GET /v1/earnings/tax-year': '?year=2026',
    'GET /oembed': '?url=https://loge.example/rooms/:id',
  };

  function pathFor(
    path: string,
    { room, creator, tier, seat, term, opinion, step, comment, threshold }: Scene,
  ): string {
    // A creator beside another person.
    const identity = path.includes('/:creator/') ? 'fan-7' : creator;
    const values: Record<string, string> = {
      identity,
      creator,
      tier,
      seat,
      term,
      opinion,
      step,
      comment,
      threshold,
      month: '2026-10',
    };
    return path
      .replace(/\/rooms\/:id/, `/rooms/${room}`)
      .replace(/:(\w+)/g, (_, name: string) => values[name] ?? `${name}_0000000000000000000000`);
  }

  /** What to send: the documented example, or as a file something that is refused as no picture. */
  function bodyOf(method: string, path: string): { type: string; body: unknown } {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase() as 'post'];
    const [[type, content] = ['application/json', undefined]] = Object.entries(operation?.requestBody?.content ?? {});
    return { type, body: type.startsWith('image/') ? 'no picture' : (content?.example ?? {}) };
  }

  function credentialsOf(caller: string, scene: Scene): Promise<Record<string, string>> {
    const known = scene.credentials.get(caller) ?? makeCredentials(caller, scene);
    scene.credentials.set(caller, known);
    return known;
  }

  async function makeCredentials(caller: string, scene: Scene): Promise<Record<string, string>> {
    const { row } = scene;
    const operator = OPERATORS[row % OPERATORS.length] ?? '';
    const key = keys.get(caller);
    if (key) return { authorization: key };
    if ((PARTICIPANTS as readonly string[]).includes(caller)) {
      const token = http.context.tokens.create(tokenOf(caller as ParticipantKind, scene));
      return { authorization: `Bearer ${token}` };
    }
    switch (caller) {
      case 'none':
        return {};
      case SUSPENDED: {
        const identity = `suspended-${row}`;
        const decision = { decision: createId('decision'), reason: 'Insults', until: null };
        await http.context.rooms.suspensions.suspend(identity, decision);
        const claims = { identity, name: identity, room: scene.room, role: 'fan', entitled: true } as const;
        return { authorization: `Bearer ${http.context.tokens.create(claims)}` };
      }
      case 'wrong':
        return { authorization: basicOf(PRODUCTION_ENV.LOGE_API_KEY, 'not_the_secret_of_this_house_00000') };
      case 'artist':
        await http.context.roles.give({ person: scene.creator, role: 'creator', by: 'test' });
        return { cookie: await signIn(http, scene.creator) };
      case 'appointed': {
        const scope = { creator: scene.creator, room: null };
        await http.context.roles.give({ person: `appointed-${row}`, role: 'moderator', scope, by: scene.creator });
        return { cookie: await signIn(http, `appointed-${row}`) };
      }
      case 'reviewer':
        await http.context.roles.give({ person: `reviewer-${row}`, role: 'reviewer', by: 'test' });
        return { cookie: await signIn(http, `reviewer-${row}`) };
      case 'member':
        await giveSeat(http, `member-${row}`);
        return { cookie: await signIn(http, `member-${row}`) };
      case 'operator':
        await http.context.roles.give({ person: operator, role: 'operator', by: 'test' });
        return { cookie: await signIn(http, operator) };
      default:
        return { cookie: await signIn(http, `${caller}-${row}`) };
    }
  }

  /** A person with the role of `caller` who is new, as far as the role allows. */
  async function signInAs(caller: string, scene: Scene, proved: Parameters<typeof signIn>[2]): Promise<string> {
    const { roles } = http.context;
    const person = caller === 'artist' ? scene.creator : `${caller}-${scene.row}-${calls}`;
    if (caller === 'artist') await roles.give({ person, role: 'creator', by: 'test' });
    if (caller === 'reviewer' || caller === 'operator') await roles.give({ person, role: caller, by: 'test' });
    if (caller === 'member') await giveSeat(http, person);
    return signIn(http, person, proved);
  }

  /** Each call has its own client address, so that no rate limit answers instead of the route. */
  async function ask(
    route: { method: string; path: string },
    caller: string,
    scene: Scene,
    credentials = credentialsOf(caller, scene),
  ): Promise<string> {
    const name = `${route.method} ${route.path}`;
    calls += 1;
    const address = `198.${18 + (calls >> 16)}.${(calls >> 8) & 255}.${calls & 255}`;
    const hasBody = ['POST', 'PUT', 'PATCH'].includes(route.method);
    const documented = bodyOf(route.method, route.path);
    const body = bodies[name]?.(scene) ?? documented.body;
    const isJson = !route.path.startsWith('/desk/sign-in') && route.method !== 'GET' && route.method !== 'OPTIONS';
    const reply = await http.call(route.method, pathFor(route.path + (queries[name] ?? ''), scene), {
      headers: {
        'x-forwarded-for': address,
        ...(isJson ? { 'content-type': documented.type } : {}),
        ...(await credentials),
      },
      ...(hasBody && isJson ? { body } : {}),
    });
    if (reply.json?.error?.code) return reply.json.error.code;
    // A page.
    if (reply.status === 401) return 'token_missing';
    if (reply.status >= 500 && reply.status !== 503) return 'internal';
    return 'ok';
  }

  test('the callers of each route', async () => {
    const rows = new Map<string, Row>();
    const keyOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
    const listed = HTTP_OPERATIONS.map(({ http: { method, path } }) => ({ method: method.toUpperCase(), path }));
    const mounted = new Map(http.routes.map((route) => [keyOf(route), route]));
    expect(listed.map(keyOf).filter((key) => !mounted.has(key))).toEqual([]);
    const routes = [...new Map([...listed.map((route) => [keyOf(route), route] as const), ...mounted]).values()];
    const expected = readExpected('HTTP', HTTP_CALLERS);
    const scopes = new Map(HTTP_OPERATIONS.map(({ http: door }) => [keyOf(door), door.scope]));
    const scenes = new Map<number, Scene>();
    for (const [index, route] of routes.entries()) {
      const name = `${route.method.toUpperCase()} ${route.path}`;
      const shared = (index % SCENES) + (route.method.toUpperCase() === 'GET' ? SCENES : 0);
      const row = ALONE.includes(name) ? 2 * SCENES + ALONE.indexOf(name) : shared;
      const scene = scenes.get(row) ?? (await createScene(row));
      scenes.set(row, scene);
      const callers = askedOf(expected.get(name) ?? [], scopes.get(name), index);
      const answers = callers.map(async (caller) => [caller, await ask(route, caller, scene)] as const);
      rows.set(`${route.method} ${route.path}`, new Map(await Promise.all(answers)));
    }
    print('HTTP', HTTP_CALLERS, rows);
    compare(HTTP_CALLERS, rows, expected);
  }, 300_000);

  test('what a person must have proved for each route: a sign-in by mail opens neither the desk nor the review', async () => {
    const keyOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
    const doors = HTTP_OPERATIONS.flatMap(({ http: door }) => (door.strength ? [door] : []));
    const declared = doors.flatMap((door) => (door.strength === 'session' ? [] : [[keyOf(door), door.strength]]));
    expect(Object.fromEntries(readStrengths())).toEqual(Object.fromEntries(declared));
    const expected = readExpected('HTTP', HTTP_CALLERS);
    const hours = (LIMITS.strongHours - 1) * 3_600_000;
    const check = async (door: (typeof doors)[number], scene: Scene) => {
      const [caller = ''] = PEOPLE.filter((each) => expected.get(keyOf(door))?.includes(each));
      // Asked in the house of people alone.
      if (!caller) return;
      const isRefused = async (proved: Parameters<typeof signIn>[2]) => {
        const cookie = await signInAs(caller, scene, proved);
        const route = { method: door.method.toUpperCase(), path: door.path };
        return (await ask(route, caller, scene, Promise.resolve({ cookie }))) === 'step_up_required';
      };
      const isWeak = await isRefused({ method: 'mail' });
      const isOld = await isRefused({ method: 'passkey', agoMs: hours });
      const asked = isOld ? 'confirmed' : isWeak ? 'strong' : 'session';
      expect([keyOf(door), door.strength?.split('/')]).toEqual([keyOf(door), expect.arrayContaining([asked])]);
    };
    const scenes = await Promise.all(Array.from({ length: SCENES }, (_, index) => createScene(10_000 + index)));
    for (let first = 0; first < doors.length; first += SCENES) {
      const checks = scenes.map((scene, index) => [doors[first + index], scene] as const);
      await Promise.all(checks.map(([door, scene]) => door && check(door, scene)));
    }
  }, 120_000);

  test('no row allows a scope that its route does not name', () => {
    const expected = readExpected('HTTP', HTTP_CALLERS);
    for (const { http: door } of HTTP_OPERATIONS) {
      const name = `${door.method.toUpperCase()} ${door.path}`;
      const scopes = expected.get(name)?.filter((caller) => (SCOPES as readonly string[]).includes(caller));
      const named = door.by.includes('visitor') ? SCOPES : [door.scope];
      expect([name, scopes?.filter((scope) => !named.some((each) => each === scope))]).toEqual([name, []]);
    }
  });

  test('no API key finds a room of the house’s own people', async () => {
    const { accounts, rooms, tokens } = http.context;
    const creator = 'person_of_the_house';
    await accounts.createCreator({ identity: creator, name: creator, country: 'FR' });
    const { id: room } = await rooms.createRoom({ creator, title: 'Of the house', access: ROOM_ACCESS });
    const scene = { ...(await createScene(9_000)), room };
    const codes = new Map<string, string>();
    for (const { http: door } of HTTP_OPERATIONS.filter(({ http: it }) => it.isOfRoom && it.scope)) {
      const route = { method: door.method.toUpperCase(), path: door.path };
      codes.set(`${route.method} ${route.path}`, await ask(route, door.scope ?? '', scene));
    }
    codes.set('POST /v1/tokens', await ask({ method: 'POST', path: '/v1/tokens' }, 'tokens', scene));
    expect(codes.size).toBeGreaterThan(10);
    expect([...codes].filter(([, code]) => code !== 'room_not_found')).toEqual([]);

    // A token that an embedder signs itself, whatever it says of a session.
    const signed = { identity: 'fan-7', name: 'Léa', room, role: 'moderator', entitled: true } as const;
    const token = tokens.create(signed, { issuer: PRODUCTION_ENV.LOGE_API_KEY, session: 'login_0000000000' });
    const report = { room, subject: { kind: 'live' }, category: 'spam' };
    for (const answer of [
      await http.participant(token, 'GET', `/v1/rooms/${room}/summary`),
      await http.participant(token, 'POST', '/v1/reports', report),
      await http.participant(token, 'GET', '/v1/wallet'),
    ])
      expect(answer.json.error.code).toBe('room_not_found');
    const listed = (await http.server('GET', '/v1/rooms?limit=100')).json.rooms;
    expect(listed.filter((each: { id: string }) => each.id === room)).toEqual([]);
  });
});

describe('over sockets', () => {
  /** Requests share a few scenes; one for all would meet people's limits. */
  const SCENES = 8;
  /** They change what people may do afterwards in the same scene. */
  const ALONE: RequestName[] = ['rooms:end', 'rooms:pause', 'chat:panic', 'chat:setMode'];
  let loge: TestApp;
  beforeAll(async () => {
    loge = await startApp();
  });
  afterAll(() => loge[Symbol.asyncDispose]());

  const session = createId('session');
  const producerId = 'producer-00000001';
  const fingerprints = [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AA').join(':') }] as const;
  const rtpParameters = { codecs: [], encodings: [] };
  const message = { messageId: createId('message') };
  const target = { identity: 'somebody', reason: 'Insults' };
  const privateSession = { session: createId('privateSession') };
  const membership = { membership: createId('membership') };
  const tip = { amountMinor: 500, idempotencyKey: 'tip-00000001' };

  /** A well-formed input for each request; exhaustive by type. */
  const inputs: { [N in RequestName]: RequestInput<N> | Record<string, unknown> } = {
    'stage:watch': { rtpCapabilities: {} },
    'stage:prepare': { rtpCapabilities: { router: '0', codecs: [96], headerExtensions: [] } },
    'stage:publish': {},
    'stage:preparePublish': {},
    'stage:takeStage': {
      session,
      publication: 'publication-1',
      tracks: [{ kind: 'video', source: 'camera', rtpParameters }],
    },
    'stage:connect': { session, dtlsParameters: { role: 'client', fingerprints } },
    'stage:restartIce': { session },
    'stage:produce': { session, kind: 'video', source: 'camera', rtpParameters },
    'stage:unproduce': { session, producerId },
    'stage:mute': { session, producerId, muted: true },
    'stage:sentLayers': { session, producerId, maxSpatialLayer: 1 },
    'stage:viewport': { session, viewport: { width: 640, height: 360 } },
    'stage:resume': { session },
    'stage:restartVideo': { session },
    'stage:play': { session },
    'stage:leave': { session },
    'stage:endLive': {},
    'chat:send': { clientId: 'client-00000001', text: 'Bonsoir' },
    'chat:history': {},
    'chat:react': { emoji: '❤️' },
    'chat:pin': { messageId: null },
    'chat:startPoll': { question: 'Encore?', options: ['Yes', 'No'] },
    'chat:vote': { poll: createId('poll'), option: 0 },
    'chat:closePoll': {},
    'chat:raiseHand': { raised: true },
    'chat:hands': {},
    'chat:people': {},
    'chat:remove': message,
    'chat:removeAuthor': target,
    'chat:restrict': { ...target, kind: 'timeout', scope: 'room' },
    'chat:lift': { identity: 'somebody', scope: 'room' },
    'chat:setMode': { slowModeSeconds: 5 },
    'chat:panic': { on: true, reason: 'A raid' },
    'chat:queue': {},
    'chat:review': { id: createId('heldMessage'), decision: 'allow' },
    'chat:context': message,
    'chat:audit': {},
    'chat:reports': {},
    'chat:setWords': { words: [] },
    'chat:words': {},
    'chat:report': { ...message, category: 'harassment' },
    'chat:mute': { identity: 'somebody' },
    'chat:unmute': { identity: 'somebody' },
    'rooms:remove': target,
    'rooms:block': target,
    'rooms:end': {},
    'rooms:pause': { minutes: 15 },
    'rooms:remind': { wanted: true },
    'money:wallet': {},
    'money:topup': { amountMinor: 1_000 },
    'money:cards': {},
    'money:removeCard': { card: 'pm_00000001' },
    'money:buyTicket': { from: 'wallet' },
    'money:confirmCheckout': { checkoutSession: 'cs_test_00000001' },
    'money:tip': tip,
    'money:quote': { kind: 'ticket' },
    'money:tipByCard': tip,
    'money:receipt': { payment: createId('tip') },
    'money:history': {},
    'money:withdraw': { item: createId('ticket') },
    'money:leaderboard': {},
    'money:setGoal': { title: 'An encore', targetMinor: 10_000 },
    'money:clearGoal': {},
    'money:setTipMenu': { items: [] },
    'money:requests': {},
    'money:settleRequest': { tip: createId('tip'), outcome: 'done' },
    'money:earnings': {},
    'money:summary': {},
    'private:request': {},
    'private:accept': privateSession,
    'private:decline': privateSession,
    'private:end': privateSession,
    'private:extend': privateSession,
    'private:list': {},
    'charter:review': {},
    'charter:accept': { version: 1 },
    'reports:file': { subject: { kind: 'live' }, category: 'fraud' },
    'memberships:tiers': {},
    'memberships:list': {},
    'memberships:join': { tier: createId('tier') },
    'memberships:cancel': membership,
    'memberships:resume': membership,
    'memberships:changeTier': { ...membership, tier: createId('tier') },
  };

  interface Scene {
    row: number;
    room: RoomId;
    creator: string;
    /** Those who have asked. */
    connected: Map<string, TestParticipant>;
  }

  async function createScene(row: number): Promise<Scene> {
    const { accounts, rooms } = loge.app.context;
    const creator = `creator-${row}`;
    await accounts.createCreator({ identity: creator, name: creator, country: 'FR' });
    const { id: room } = await rooms.createRoom({ creator, title: 'An evening', access: ROOM_ACCESS });
    return { row, room, creator, connected: new Map() };
  }

  function tokenFor(kind: ParticipantKind, { row, room, creator }: Scene): string {
    const input = tokenOf(kind, { row, room, creator, otherRoom: room });
    return loge.app.context.tokens.create(kind === 'other' ? { ...input, role: 'fan' } : input);
  }

  /** Of a moderator by role, as the site makes it. */
  async function tokenForAppointed({ row, room, creator }: Scene): Promise<string> {
    const { people, roles, tokens } = loge.app.context;
    const identity = `person_appointed${row}`;
    await people.seed({ id: identity, name: identity, address: `${identity}@example.org` });
    await people.sessions.open({ person: identity, device: '', method: 'mail' });
    const [session] = await people.sessions.list(identity, undefined);
    await roles.give({ person: identity, role: 'moderator', scope: { creator, room }, by: creator });
    return tokens.create({ identity, name: identity, room, role: 'fan' }, { ...(session && { session: session.id }) });
  }

  async function ask(name: RequestName, kind: ParticipantKind | 'appointed', scene: Scene): Promise<string> {
    const connect = async () => {
      const token = kind === 'appointed' ? await tokenForAppointed(scene) : tokenFor(kind, scene);
      return await TestParticipant.connect(loge.url, { token });
    };
    const participant = scene.connected.get(kind) ?? (await connect());
    scene.connected.set(kind, participant);
    return await participant.refusal(name, inputs[name]);
  }

  test('the callers of each request', async () => {
    const rows = new Map<string, Row>();
    const appointed = new Map<string, string>();
    const scenes = new Map<number, Scene>();
    for (const [index, { socket: name }] of SOCKET_OPERATIONS.entries()) {
      const row = ALONE.includes(name) ? SCENES + ALONE.indexOf(name) : index % SCENES;
      const scene = scenes.get(row) ?? (await createScene(row));
      scenes.set(row, scene);
      // Sequential: a caller whose request changes state, such as ending the room, comes after those who must be
      // refused.
      const answers: (readonly [string, string])[] = [];
      for (const kind of PARTICIPANTS) {
        if (kind === 'creator') appointed.set(name, await ask(name, 'appointed', scene));
        answers.push([kind, await ask(name, kind, scene)]);
      }
      rows.set(name, new Map(answers));
    }
    for (const { connected } of scenes.values())
      for (const participant of connected.values()) participant.socket.close();
    print('Sockets', PARTICIPANTS, rows);
    compare(PARTICIPANTS, rows, readExpected('Sockets', PARTICIPANTS));
    const differs = [...appointed].filter(([name, code]) => {
      const known = rows.get(name)?.get('moderator') ?? '';
      return isInconclusive(code) || isRefusal(code) !== isRefusal(known);
    });
    expect(differs).toEqual([]);
  }, 300_000);

  test('refuses a connection without a token, with a wrong one, or as another creator', async () => {
    const room = await loge.createRoom(ROOM_ACCESS);
    const { tokens } = loge.app.context;
    const good = tokens.create({ identity: 'bob', name: 'Bob', room: room.id as RoomId, role: 'fan' });
    const asCreator = tokens.create({ identity: 'bob', name: 'Bob', room: room.id as RoomId, role: 'creator' });
    const code = (token?: string) =>
      TestParticipant.connect(loge.url, { token }).then(
        () => 'ok',
        (error: { code: string }) => error.code,
      );
    const forged = `${good.slice(0, -6)}AAAAAA`;
    expect([await code(), await code(forged), await code(asCreator)]).toEqual([
      'token_missing',
      'token_invalid',
      'forbidden',
    ]);
  });
});
