/** Attacks with only the wire protocol, and the expected answers. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { DEVELOPMENT_API_SECRET } from '../../../server/config.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { TransportOptions } from '../../../sfu/contract.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { goLive } from '../../support/media/media.ts';
import { RtpPublisher } from '../../support/media/rtp-publisher.ts';
import { rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import { TestParticipant } from '../../support/people/participant.ts';

let loge: TestApp;
let room: string;
let paidRoom: string;

beforeAll(async () => {
  // Trusts one proxy, so that a test can choose its address; without the header it is loopback.
  loge = await startApp({ env: { LOGE_TRUST_PROXY: '1' } });
  room = (await loge.createRoom({ kind: 'free' })).id;
  paidRoom = (await loge.createRoom({ kind: 'ticket', priceMinor: 900 })).id;
});

afterAll(async () => {
  await loge[Symbol.asyncDispose]();
});

const nowSeconds = () => Math.floor(Date.now() / 1000);
const claims = (over: Record<string, unknown> = {}) => ({
  iss: 'devkey',
  sub: 'mallory',
  name: 'Mallory',
  room,
  role: 'fan',
  iat: nowSeconds(),
  exp: nowSeconds() + 600,
  ...over,
});
const sign = (over: Record<string, unknown> = {}, secret = DEVELOPMENT_API_SECRET) =>
  jwt.sign(claims(over), secret, { algorithm: 'HS256' });
const connectionCode = (auth: Record<string, unknown>, headers: Record<string, string> = {}) =>
  TestParticipant.connect(loge.url, auth, { headers }).then(
    (participant) => {
      participant.socket.close();
      return 'ok';
    },
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('R1: tokens', () => {
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const hs384 = () => jwt.sign(claims(), DEVELOPMENT_API_SECRET, { algorithm: 'HS384' });
  const withoutExpiry = () => {
    const { exp: _, ...rest } = claims();
    return jwt.sign(rest, DEVELOPMENT_API_SECRET, { algorithm: 'HS256' });
  };
  const forged = () => {
    const [header, , signature] = sign().split('.');
    return `${header}.${base64(claims({ role: 'creator', sub: 'ada' }))}.${signature}`;
  };
  test.each<[string, () => unknown, string]>([
    ['none at all', () => undefined, 'token_missing'],
    ['an object', () => ({ sub: 'ada' }), 'token_invalid'],
    ['algorithm none', () => `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims())}.`, 'token_invalid'],
    ['algorithm HS384', hs384, 'token_invalid'],
    ['algorithm RS256', () => jwt.sign(claims(), privateKey, { algorithm: 'RS256' }), 'token_invalid'],
    ['another secret', () => sign({}, 'another_secret_of_more_than_32_characters'), 'token_invalid'],
    ['another issuer', () => sign({ iss: 'someone' }), 'token_invalid'],
    ['a swapped payload', forged, 'token_invalid'],
    ['an expired one', () => sign({ iat: nowSeconds() - 900, exp: nowSeconds() - 60 }), 'token_expired'],
    ['one without expiry', withoutExpiry, 'token_invalid'],
    ['one from the future', () => sign({ iat: nowSeconds() + 300, exp: nowSeconds() + 600 }), 'token_invalid'],
    ['one valid for a year', () => sign({ exp: nowSeconds() + 365 * 86_400 }), 'token_invalid'],
    ['an unknown role', () => sign({ role: 'owner' }), 'token_invalid'],
    ['an identity with markup', () => sign({ sub: '<b>x</b>' }), 'token_invalid'],
    ['a name with a direction override', () => sign({ name: 'a\u202eb' }), 'token_invalid'],
    ['a name that nobody sees', () => sign({ name: '\u3164\u2800' }), 'token_invalid'],
    ['an unknown room', () => sign({ room: 'room_0000000000000000000' }), 'room_not_found'],
    ['a giant', () => 'x'.repeat(20_000), 'token_invalid'],
    ['within the clock skew', () => sign({ iat: nowSeconds() - 600, exp: nowSeconds() - 10 }), 'ok'],
  ])('%s', async (_name, make, code) => {
    expect(await connectionCode({ token: make() })).toBe(code);
  });

  test('R3: another person as the creator of a room', async () => {
    expect(await connectionCode({ token: sign({ role: 'creator' }) })).toBe('forbidden');
  });

  test('R4: a page of another origin', async () => {
    expect(await connectionCode({ token: sign() }, { origin: 'https://evil.example' })).not.toBe('ok');
    expect(await connectionCode({ token: sign() }, { origin: loge.url })).toBe('ok');
  });
});

describe('from inside a free room', () => {
  test('a fan cannot publish, moderate, end or see earnings, even if the token allows it', async () => {
    const can = { publish: true, subscribe: true, chat: true, tip: true };
    using fan = await TestParticipant.connect(loge.url, { token: sign({ can }) });
    expect(await fan.refusal('stage:publish', {})).toBe('publish_not_allowed');
    expect(await fan.refusal('stage:endLive', {})).toBe('publish_not_allowed');
    expect(await fan.refusal('chat:remove', { messageId: 'msg_00000000000000000000' })).toBe('forbidden');
    expect(await fan.refusal('rooms:remove', { identity: 'lea', reason: 'because' })).toBe('forbidden');
    expect(await fan.refusal('rooms:end', {})).toBe('forbidden');
    expect(await fan.refusal('money:earnings', {})).toBe('forbidden');
  });

  test('R15d: a prepared publisher is no live, and replaces and outlives what it should', async () => {
    const connect = async () =>
      TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'ada', room, role: 'creator' }) });
    using phone = await connect();
    using laptop = await connect();
    using live = await goLive(phone);
    const publisher = new RtpPublisher();
    const { dtlsParameters, videoRtpParameters: rtpParameters } = publisher;
    const publication = 'of-the-laptop';
    const tracks = [{ kind: 'video' as const, source: 'camera' as const, rtpParameters }];
    const stats = () => loge.app.context.stage.stats();
    const { session: early } = await laptop.request('stage:preparePublish', { dtlsParameters });
    // A socket has one.
    const { session, transport } = await laptop.request('stage:preparePublish', { dtlsParameters });
    expect(await laptop.refusal('stage:takeStage', { session: early, publication, tracks })).toBe('session_not_found');
    await publisher.connect(transport as TransportOptions);
    expect(await laptop.refusal('stage:produce', { session, ...tracks[0] })).toBe('publish_not_allowed');
    expect(await laptop.refusal('stage:publish', { spareOf: session })).toBe('spare_unavailable');
    expect(await phone.refusal('stage:resume', { session })).toBe('session_not_found');
    expect(await phone.refusal('stage:takeStage', { session, publication, tracks })).toBe('session_not_found');
    const rtpCapabilities = rtpViewerCapabilities(laptop.welcome.inside?.stage.routerRtpCapabilities ?? {});
    const watching = await laptop.request('stage:watch', { rtpCapabilities });
    const overViewer = { session: watching.session, publication, tracks };
    expect(await laptop.refusal('stage:takeStage', overViewer)).toBe('session_not_found');
    expect(await stats()).toMatchObject({ producers: 2 });
    const replaced = phone.next('stage:sessionClosed');
    const onStage = { session, publication, tracks };
    expect((await laptop.request('stage:takeStage', onStage)).producerIds).toHaveLength(1);
    expect(await replaced).toEqual({ session: live.session, reason: 'replaced' });
    expect(await laptop.refusal('stage:takeStage', onStage)).toBe('session_not_found');
    expect(await stats()).toMatchObject({ producers: 1 });
    // It ends with its page, and leaves the live alone.
    using tablet = await connect();
    await tablet.request('stage:preparePublish', {});
    await phone.request('stage:preparePublish', {});
    await phone.request('stage:endLive', { publication: 'of-the-phone' });
    expect(await stats()).toMatchObject({ producers: 1 });
    await laptop.request('stage:endLive', { publication });
    expect(await stats()).toMatchObject({ producers: 0 });
    publisher.close();
  });

  test('R14: media sessions of others are out of reach', async () => {
    using creator = await TestParticipant.connect(loge.url, {
      token: await loge.token({ identity: 'ada', room, role: 'creator' }),
    });
    using live = await goLive(creator);
    using fan = await TestParticipant.connect(loge.url, { token: sign() });
    const { session } = live;
    const { dtlsParameters } = live.publisher;
    expect(await fan.refusal('stage:connect', { session, dtlsParameters })).toBe('session_not_found');
    expect(await fan.refusal('stage:restartIce', { session })).toBe('session_not_found');
    expect(await fan.refusal('stage:resume', { session })).toBe('session_not_found');
    expect(await fan.refusal('stage:leave', { session })).toBe('session_not_found');
    const spare = { spareOf: session, dtlsParameters };
    expect(await fan.refusal('stage:watch', { ...spare, rtpCapabilities: {} })).toBe('session_not_found');
    expect(await fan.refusal('stage:publish', spare)).toBe('publish_not_allowed');
    // This server has one media worker.
    expect(await creator.refusal('stage:publish', spare)).toBe('spare_unavailable');
    // Nor can a viewer publish over their own session.
    const rtpCapabilities = rtpViewerCapabilities(fan.welcome.inside?.stage.routerRtpCapabilities ?? {});
    const own = await fan.request('stage:watch', { rtpCapabilities });
    const publisher = new RtpPublisher();
    expect(
      await fan.refusal('stage:produce', {
        session: own.session,
        kind: 'video',
        source: 'camera',
        rtpParameters: publisher.videoRtpParameters,
      }),
    ).toBe('publish_not_allowed');
    publisher.close();
  });

  test('R14a: limits the media sessions of a person, on a socket, in the room and on the SFU', async () => {
    const { id: target } = await loge.createRoom({ kind: 'free' });
    const token = sign({ sub: 'hoarder-of-media', room: target });
    const fans: TestParticipant[] = [];
    for (let index = 0; index < LIMITS.socketsPerIdentity; index += 1)
      fans.push(await TestParticipant.connect(loge.url, { token }));
    const before = await loge.app.context.stage.stats();
    const rtpCapabilities = rtpViewerCapabilities(fans[0]?.welcome.inside?.stage.routerRtpCapabilities ?? {});
    const ask = (fan: TestParticipant) => fan.emit('stage:watch', { rtpCapabilities });
    // Concurrently: an open session cannot be replaced while it is still opening.
    const rush = await Promise.all(fans.flatMap((fan) => Array.from({ length: 10 }, () => ask(fan))));
    const codes = rush.flatMap((answer) => (answer.ok ? [] : [answer.error.code]));
    expect(codes.filter((code) => code !== 'rate_limited' && code !== 'too_many_media_sessions')).toEqual([]);
    expect(codes).toContain('too_many_media_sessions');
    // Sequentially: each replaces an unconnected one.
    for (const fan of fans) expect((await ask(fan)).ok || codes.includes('rate_limited')).toBe(true);
    const after = await loge.app.context.stage.stats();
    for (const fan of fans) fan.socket.close();
    expect(after.sessions - before.sessions).toBeLessThanOrEqual(4);
    expect(after.sessions - before.sessions).toBeGreaterThan(0);
  });

  test('R5: malformed input is refused and leaves no trace', async () => {
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: 'fuzzer' }) });
    const before = await fan.request('chat:history', {});
    const attempts: [string, unknown][] = [
      ['chat:send', null],
      ['chat:send', 'text'],
      ['chat:send', []],
      ['chat:send', { text: 'no client id' }],
      ['chat:send', { clientId: 'client-0001', text: { $ne: '' } }],
      ['chat:send', { clientId: "';drop table chat_entries;--", text: 'x' }],
      ['chat:history', { since: -1 }],
      ['chat:history', { limit: 1e9 }],
      ['chat:history', { since: Number.MAX_VALUE }],
      ['stage:watch', { rtpCapabilities: { codecs: 'all' } }],
      ['stage:watch', {}],
      ['stage:viewport', { session: 'sess_x', viewport: { width: -1, height: 5 } }],
      ['money:topup', { amountMinor: 10.5 }],
      ['money:topup', { amountMinor: '1000' }],
      ['money:tip', { amountMinor: -500, idempotencyKey: 'tip-00000001' }],
      ['money:buyTicket', { from: 'nowhere' }],
    ];
    for (const [name, input] of attempts) {
      const code = await fan.refusal(name, input);
      expect([name, code]).toEqual([name, 'invalid_request']);
    }
    expect(await fan.refusal('money:topup', { amountMinor: 1_000, returnUrl: 'https://evil.example/' })).not.toBe('ok');
    expect(await fan.refusal('stage:watch', { rtpCapabilities: {} })).toMatch(
      /invalid_media_parameters|cannot_consume/,
    );
    expect(await fan.refusal('__proto__', {})).toBe('unknown_event');
    expect(await fan.refusal('constructor', {})).toBe('unknown_event');
    expect(await fan.request('chat:history', {})).toEqual(before);
  });

  test('R7: drops an event without a callback and keeps the socket', async () => {
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: 'silent' }) });
    fan.socket.emit('chat:send', { clientId: 'client-0009', text: 'unheard' });
    const { entries } = await fan.request('chat:history', {});
    expect(entries.some((entry: { text?: string }) => entry.text === 'unheard')).toBe(false);
  });

  test('R8: an oversized packet closes the connection', async () => {
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: 'giant' }) });
    const gone = new Promise((resolve) => fan.socket.once('disconnect', resolve));
    fan.socket.emit('chat:send', { clientId: 'client-0001', text: 'x'.repeat(LIMITS.socketPacketBytes + 1) }, () => {});
    await gone;
  });

  test('raw bytes that are not a packet close only that connection', async () => {
    using neighbour = await TestParticipant.connect(loge.url, { token: sign({ sub: 'neighbour' }) });
    const socket = new WebSocket(`${loge.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('42["chat:send",{"__proto__":{"admin":true}}');
    socket.send(Buffer.alloc(16, 0xff));
    socket.send('9garbage');
    await closed;
    expect((await neighbour.request('money:wallet')).balanceMinor).toBe(0);
  });

  test.each<[string, (socket: WebSocket) => void]>([
    ['events without an acknowledgement', (socket) => socket.send('42["no:such:event"]')],
    ['heartbeats', (socket) => socket.send('3')],
    ['WebSocket pings', (socket) => socket.ping()],
    ['WebSocket pongs', (socket) => socket.pong()],
  ])('R8c: a connection that sends without pause is closed, and no other: %s', async (_name, send) => {
    using neighbour = await TestParticipant.connect(loge.url, { token: sign({ sub: 'neighbour' }) });
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: 'flooder-of-packets' }) });
    const { ws } = fan.socket.io.engine.transport as unknown as { ws: WebSocket };
    for (let index = 0; index < 2 * LIMITS.socketPacketsPerSecond; index += 1) send(ws);
    await expect.poll(() => fan.socket.connected).toBe(false);
    expect(await neighbour.refusal('chat:history', {})).toBe('ok');
  });

  test('a connection that sends requests without waiting for answers is closed', async () => {
    const { hostname, port } = new URL(loge.url);
    const socket = connect(Number(port), hostname);
    let answers = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answers += text;
    });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET /healthz HTTP/1.1\r\nHost: loge\r\n\r\n'.repeat(10 * LIMITS.httpRequestsPipelined));
    await closed;
    expect(answers.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(LIMITS.httpRequestsPipelined);
  });

  test('a request whose connection is reset counts for its address', async () => {
    const form = 'category=illegal&place=x&note=x';
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(form.length) };
    const lines = Object.entries({ host: 'loge', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    const { hostname, port } = new URL(loge.url);
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(port), hostname);
      socket.write(`POST /reports/new HTTP/1.1\r\n${lines.join('')}\r\n${form}`, () => socket.resetAndDestroy());
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect(await fetch(`${loge.url}/reports/new`, { method: 'POST', headers, body: form })).toMatchObject({
      status: 429,
    });
  });

  test('R18: keeps markup in chat and names as literal text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: 'markup', name }) });
    const text = '<script>alert(document.cookie)</script> & "quotes"';
    const { message } = await fan.request('chat:send', { clientId: 'client-0001', text });
    expect(message).toMatchObject({ text, from: { name } });
  });

  test.each([
    { place: 'inside', codes: ['rate_limited'] },
    { place: 'lobby', codes: ['access_required', 'rate_limited'] },
  ])('a flood is answered with the time to wait: $place', async ({ place, codes }) => {
    const token = sign({ sub: `flooder-${place}`, room: place === 'inside' ? room : paidRoom });
    using fan = await TestParticipant.connect(loge.url, { token });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fan.emit('chat:send', { clientId: `client-${1000 + index}`, text: `spam ${index}` }),
      ),
    );
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
    const limited = refused.filter(({ code }) => code === 'rate_limited');
    expect([...new Set(refused.map(({ code }) => code))]).toEqual(codes);
    expect(limited.length).toBeGreaterThan(50);
    expect(limited.every(({ retryAfterMs = 0 }) => retryAfterMs > 0)).toBe(true);
  });

  test('limits the sockets of an identity', async () => {
    const token = sign({ sub: 'hoarder' });
    const come = () => TestParticipant.connect(loge.url, { token }).catch((error: { code: string }) => error.code);
    const came = await Promise.all(Array.from({ length: 3 * LIMITS.socketsPerIdentity }, come));
    const held = came.filter((it) => it instanceof TestParticipant);
    expect(held).toHaveLength(LIMITS.socketsPerIdentity);
    expect(new Set(came.filter((it) => typeof it === 'string'))).toEqual(new Set(['too_many_connections']));
    for (const participant of held) participant.socket.close();
    await expect.poll(() => connectionCode({ token })).toBe('ok');
  });

  test('R8b: a connection has one handshake', async () => {
    const address = `${loge.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1));
    const send = (...packets: string[]) =>
      fetch(`${address}&sid=${sid}`, { method: 'POST', body: packets.join('\x1e') });
    const handshake = (sub: string) => `40${JSON.stringify({ token: sign({ sub }) })}`;
    let answers = '';
    const receive = async () => {
      answers += await (await fetch(`${address}&sid=${sid}`)).text();
      return answers;
    };
    await send(handshake('fan-1'), handshake('fan-2'));
    await expect.poll(receive).toContain('"rooms:welcome"');
    await send('41');
    await send(handshake('fan-3'));
    await expect.poll(receive).toMatch(/(44\{"message":"too_many_connections".*){2}/s);
    expect(answers.split('"rooms:welcome"')).toHaveLength(2);
  });

  test('limits the sockets of an address, before the upgrade', async () => {
    const open = (address: string) =>
      new Promise<WebSocket | string>((resolve) => {
        const socket = new WebSocket(`${loge.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
          headers: { 'x-forwarded-for': address },
        });
        socket.once('open', () => resolve(socket));
        socket.once('unexpected-response', (_request, response) => {
          response.setEncoding('utf8').once('data', (text: string) => resolve(JSON.parse(text).code));
        });
        socket.on('error', () => {});
      });
    const hoarder = '203.0.113.9';
    const came = await Promise.all(Array.from({ length: LIMITS.socketsPerAddress + 20 }, () => open(hoarder)));
    const held = came.filter((it) => it instanceof WebSocket);
    expect([held.length, ...new Set(came.filter((it) => typeof it === 'string'))]).toEqual([
      LIMITS.socketsPerAddress,
      'too_many_connections',
    ]);
    using neighbour = await TestParticipant.connect(
      loge.url,
      { token: sign({ sub: 'next-door' }) },
      { headers: { 'x-forwarded-for': '203.0.113.10' } },
    );
    expect(neighbour.welcome.access.state).toBe('granted');
    held[0]?.close();
    await expect.poll(async () => (await open(hoarder)) instanceof WebSocket).toBe(true);
    for (const socket of held) socket.close();
  });
});

describe('without a ticket', () => {
  test("another room's token does not open a paid room over HTTP", async () => {
    const response = await fetch(`${loge.url}/v1/rooms/${paidRoom}/tips`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sign()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ amountMinor: 500, idempotencyKey: 'tip-00000001' }),
    });
    expect(response.status).toBe(403);
  });

  test('access that expires ends on the open socket', async () => {
    const identity = 'short-stay';
    using fan = await TestParticipant.connect(loge.url, { token: sign({ sub: identity, room: paidRoom }) });
    const expired = fan.next('rooms:accessRevoked', ({ access }) => access.reason === 'expired');
    const { db, outbox, rooms } = loge.app.context;
    const ticket = { room: paidRoom as RoomId, identity, source: 'ticket', sourceId: createId('ticket') } as const;
    const validUntil = new Date(Date.now() + 500).toISOString();
    await db.transaction((tx) => rooms.entitlements.grant(tx, { ...ticket, validUntil }));
    outbox.wake();
    expect((await expired).access.state).toBe('required');
    expect(await fan.refusal('chat:history', {})).toBe('access_required');
  });

  test('the SFU itself creates no consumer without a subscribe grant', async () => {
    const { stage } = loge.app.context;
    const caller = { room: paidRoom, identity: 'mallory', socket: 'none', publish: false } as never;
    await expect(
      stage.watch({ ...(caller as object), access: { state: 'required' } } as never, { rtpCapabilities: {} }),
    ).rejects.toMatchObject({ code: 'access_required' });
  });
});

describe('R9a: older tokens', () => {
  /** A token with an older issue time. */
  const signAged = (ageSeconds: number, over: Record<string, unknown>) =>
    sign({ iat: nowSeconds() - ageSeconds, exp: nowSeconds() + 600, ...over });
  const tipCode = async (token: string) => {
    const response = await fetch(`${loge.url}/v1/rooms/${paidRoom}/tips`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ amountMinor: 500, idempotencyKey: 'tip-00000001' }),
    });
    return ((await response.json()) as { error: { code: string } }).error.code;
  };

  test('an older token does not restore access that a newer one revoked', async () => {
    const fan = { sub: 'refunded', room: paidRoom };
    const old = signAged(60, { ...fan, entitled: true });
    using before = await TestParticipant.connect(loge.url, { token: old });
    expect(before.welcome.access.state).toBe('granted');
    const revoked = before.next('rooms:accessRevoked');
    using after = await TestParticipant.connect(loge.url, { token: signAged(30, { ...fan, entitled: false }) });
    expect(after.welcome.access.state).toBe('required');
    expect((await revoked).access).toMatchObject({ state: 'required', reason: 'revoked' });
    expect(await tipCode(old)).toBe('access_required');
    using again = await TestParticipant.connect(loge.url, { token: old });
    expect(again.welcome).toMatchObject({ access: { state: 'required' }, inside: null });
    expect(await again.refusal('chat:history', {})).toBe('access_required');
    // A later token restores it, also on open sockets.
    const granted = again.next('rooms:accessGranted');
    using later = await TestParticipant.connect(loge.url, { token: signAged(10, { ...fan, entitled: true }) });
    expect(later.welcome.access.state).toBe('granted');
    await granted;
  });

  test('a late token that revokes does not end access that was granted after it', async () => {
    const fan = { sub: 'late-word', room: paidRoom };
    const stale = signAged(60, { ...fan, entitled: false });
    using bought = await TestParticipant.connect(loge.url, { token: signAged(30, { ...fan, entitled: true }) });
    using other = await TestParticipant.connect(loge.url, { token: stale });
    expect([bought.welcome.access.state, other.welcome.access.state]).toEqual(['granted', 'granted']);
  });

  test('the embedder ends access that it granted, on open sockets and for every earlier token', async () => {
    const claims = { identity: 'ended', room: paidRoom, entitled: true };
    const unused = await loge.token(claims);
    using fan = await TestParticipant.connect(loge.url, { token: await loge.token(claims) });
    expect(fan.welcome.access).toMatchObject({ state: 'granted', reason: 'embedder' });
    const revoked = fan.next('rooms:accessRevoked');
    const end = () => loge.server('DELETE', `/v1/rooms/${paidRoom}/entitlements/ended`);
    expect(await end()).toMatchObject({ identity: 'ended', room: paidRoom, access: { state: 'required' } });
    expect((await revoked).access).toMatchObject({ state: 'required', reason: 'revoked' });
    using again = await TestParticipant.connect(loge.url, { token: unused });
    expect(again.welcome.access.state).toBe('required');
    // Repeating it changes nothing; a token issued afterwards, even in the same second, grants access again.
    await end();
    using renewed = await TestParticipant.connect(loge.url, { token: await loge.token(claims) });
    expect(renewed.welcome.access.state).toBe('granted');
  });

  test('a demoted moderator loses the rights on the open socket, and an old token does not restore them', async () => {
    const moderator = { sub: 'demoted', role: 'moderator' };
    const old = signAged(60, moderator);
    using open = await TestParticipant.connect(loge.url, { token: old });
    expect(open.welcome.can.moderate).toBe(true);
    const changed = open.next('rooms:rightsChanged');
    using fan = await TestParticipant.connect(loge.url, { token: signAged(30, { sub: 'demoted' }) });
    expect(fan.welcome.can.moderate).toBe(false);
    expect(await changed).toMatchObject({ participant: { role: 'fan' }, can: { moderate: false } });
    const remove = { identity: 'victim', reason: 'because' };
    expect(await open.refusal('rooms:remove', remove)).toBe('forbidden');
    using again = await TestParticipant.connect(loge.url, { token: old });
    expect(again.welcome).toMatchObject({ participant: { role: 'fan' }, can: { moderate: false } });
    expect(await again.refusal('rooms:remove', remove)).toBe('forbidden');
    // A token issued by the server applies from then on, presented or not.
    const promoted = open.next('rooms:rightsChanged');
    await loge.token({ identity: 'demoted', room, role: 'moderator' });
    expect(await promoted).toMatchObject({ participant: { role: 'moderator' }, can: { moderate: true } });
    expect(await open.refusal('rooms:remove', remove)).toBe('ok');
  });

  test('a moderator without a ticket loses access to a paid room with the rank', async () => {
    const claims = { sub: 'gate-keeper', room: paidRoom };
    using keeper = await TestParticipant.connect(loge.url, { token: signAged(60, { ...claims, role: 'moderator' }) });
    expect(keeper.welcome.access.state).toBe('granted');
    const revoked = keeper.next('rooms:accessRevoked');
    await loge.token({ identity: 'gate-keeper', room: paidRoom, role: 'fan' });
    expect((await revoked).access.state).toBe('required');
    expect(await keeper.refusal('chat:history', {})).toBe('access_required');
  });

  test('of two tokens of one second the one that revokes wins, in either order', async () => {
    const iat = nowSeconds() - 20;
    const stateAfter = async (sub: string, ...said: Record<string, unknown>[]) => {
      let last = '';
      for (const over of said) {
        using fan = await TestParticipant.connect(loge.url, { token: sign({ sub, room: paidRoom, iat, ...over }) });
        last = `${fan.welcome.access.state} ${fan.welcome.participant.role}`;
      }
      return last;
    };
    const yes = { entitled: true };
    const no = { entitled: false };
    expect(await stateAfter('tie-1', yes, no, yes)).toBe('required fan');
    expect(await stateAfter('tie-2', no, yes)).toBe('required fan');
    expect(await stateAfter('tie-3', { role: 'fan', can: { moderate: true } }, { role: 'moderator' })).toBe(
      'required fan',
    );
  });

  test('a moderator whose token does not allow watching gets no access', async () => {
    const token = sign({ sub: 'blind', role: 'moderator', can: { subscribe: false } });
    using moderator = await TestParticipant.connect(loge.url, { token });
    expect(moderator.welcome.access).toEqual({ state: 'refused', reason: 'subscribe_not_allowed' });
    expect(await moderator.refusal('stage:watch', { rtpCapabilities: {} })).toBe('access_required');
  });
});

describe('webhooks', () => {
  const body = JSON.stringify({ id: 'evt_forged', object: 'event', type: 'checkout.session.completed' });
  const secret = 'whsec_loge_emulator';
  const signature = (time: number, key = secret) =>
    `t=${time},v1=${createHmac('sha256', key).update(`${time}.${body}`).digest('hex')}`;
  const post = (header: string | undefined) =>
    fetch(`${loge.url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(header ? { 'stripe-signature': header } : {}) },
      body,
    });
  test.each<[string, () => string | undefined]>([
    ['no signature', () => undefined],
    ['a wrong secret', () => signature(nowSeconds(), 'whsec_other')],
    ['an old timestamp', () => signature(nowSeconds() - 3_600)],
    ['a timestamp in the future', () => signature(nowSeconds() + 3_600)],
    ['no timestamp', () => signature(nowSeconds()).replace(/^t=\d+,/, '')],
    ['garbage', () => 'garbage'],
  ])('%s is refused', async (_name, header) => {
    const response = await post(header());
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'signature_invalid' } });
  });
});
