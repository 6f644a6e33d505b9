/** Web push against a push service of the test's own, which decrypts what arrives (RFC 8291) and checks who sent it. */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import webPush from 'web-push';
import { PersonSessions } from '../../../server/accounts/people/person-sessions.ts';
import { Push } from '../../../server/notices/push/push.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { AddressGuard } from '../../../server/platform/outbound/address-guard.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const TEXT = { title: 'Ada : Vêpres', body: 'Le live a commencé.', path: '/rooms/room_1', tag: 'live:room_1' };
const WAIT = { timeout: 8_000 };
const clock = new MovableClock();

let db: Database & AsyncDisposable;
let service: PushService;

beforeAll(async () => {
  [db, service] = await Promise.all([openDatabase(), startPushService()]);
});

afterAll(async () => {
  service.close();
  await db[Symbol.asyncDispose]();
});

/** Every name leads to this machine. */
const toLoopback: NonNullable<ConstructorParameters<typeof AddressGuard>[0]['resolve']> = (_host, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);

function openPush({ isOpen = true, secret = 'a secret for tests' } = {}): Push {
  return new Push({
    db,
    clock,
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
    box: new SecretBox([secret]),
    guard: new AddressGuard({ isOpen, ...(isOpen && { resolve: toLoopback }) }),
    subject: 'mailto:mail@loge.example',
  });
}

/** A browser of a person, which is signed in. */
async function signIn(person: string) {
  const sessions = new PersonSessions({ db, clock, outbox: { add: async () => {}, wake: () => {} } });
  await sessions.open({ person, device: 'Firefox, Android', method: 'mail' });
  const [{ id } = { id: '' }] = await sessions.list(person, undefined);
  return { by: { person, session: id, device: 'Firefox, Android' }, sessions };
}

async function send(push: Push, person: string, key: string): Promise<void> {
  await db.transaction((tx) => push.enqueue(tx, { person, key, text: TEXT, lifetimeMs: 60_000 }));
  await push.due.drain();
}

test('a message arrives encrypted for its browser alone, signed by the house, once a key', async () => {
  const push = openPush();
  const browser = service.subscribe();
  const { by } = await signIn('person_lea');
  await push.subscribe(by, browser.input);
  // As a page does at each visit.
  await push.subscribe(by, browser.input);
  expect(await push.list('person_lea', by.session)).toMatchObject([{ device: 'Firefox, Android', isCurrent: true }]);
  for (let times = 0; times < 2; times += 1)
    await db.transaction((tx) =>
      push.enqueue(tx, { person: 'person_lea', key: 'once', text: TEXT, lifetimeMs: 60_000 }),
    );
  await push.due.drain();
  const received = service.received.splice(0);
  expect(received).toHaveLength(1);
  const { body = Buffer.alloc(0), headers = {} }: Partial<Received> = received[0] ?? {};
  expect(body.includes('live')).toBe(false);
  expect(JSON.parse(browser.decrypt(body))).toEqual(TEXT);
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high' });
  expect(Number(headers.ttl)).toBeGreaterThan(0);
  const claims = readVapid(headers.authorization ?? '', await push.publicKey());
  expect(claims).toMatchObject({ aud: service.origin, sub: 'mailto:mail@loge.example' });
  // Another process has the same keys.
  expect(await openPush().publicKey()).toBe(await push.publicKey());
});

test('what the push service calls gone is removed; what it is too busy for is sent again', async () => {
  const push = openPush();
  const { by } = await signIn('person_malik');
  const [gone, busy] = [service.subscribe([410]), service.subscribe([503])];
  for (const input of [gone.input, busy.input]) await push.subscribe(by, input);
  await send(push, 'person_malik', 'first');
  expect(await push.list('person_malik', undefined)).toHaveLength(1);
  expect(service.received.splice(0)).toHaveLength(2);
  clock.advance(30_000);
  await push.due.drain();
  const [again, ...others] = service.received.splice(0);
  expect(others).toEqual([]);
  expect(JSON.parse(busy.decrypt(again?.body ?? Buffer.alloc(0)))).toEqual(TEXT);
});

test('a browser stays subscribed if its message cannot be encrypted; what is no key is refused at once', async () => {
  const push = openPush();
  const browser = service.subscribe();
  const { by } = await signIn('person_noe');
  const noKey = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
  const refused = push.subscribe(by, { ...browser.input, keys: noKey });
  await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
  await push.subscribe(by, browser.input);
  const encrypt = vi.spyOn(webPush, 'generateRequestDetails').mockImplementationOnce(() => {
    throw new Error('out of memory');
  });
  await send(push, 'person_noe', 'once');
  expect(encrypt).toHaveBeenCalledOnce();
  encrypt.mockRestore();
  expect(service.received).toEqual([]);
  clock.advance(30_000);
  await push.due.drain();
  expect(service.received.splice(0)).toHaveLength(1);
});

test('of messages to several people, each browser gets that of its own person', async () => {
  const push = openPush();
  const browsers = [];
  for (const person of ['person_una', 'person_duo']) {
    const browser = service.subscribe();
    await push.subscribe((await signIn(person)).by, browser.input);
    browsers.push({ person, browser });
  }
  const messages = browsers.map(({ person }) => ({
    ...{ person, key: 'several', lifetimeMs: 60_000 },
    text: { ...TEXT, title: person },
  }));
  await db.transaction((tx) => push.enqueue(tx, ...messages));
  await push.due.drain();
  const received = service.received.splice(0);
  expect(received).toHaveLength(2);
  for (const { person, browser } of browsers) {
    const own = received.find(({ path }) => browser.input.endpoint.endsWith(path));
    expect(JSON.parse(browser.decrypt(own?.body ?? Buffer.alloc(0)))).toMatchObject({ title: person });
  }
});

test.each([
  ['one name', (url: string, _count: number) => url],
  [
    'many names of a domain',
    (url: string, count: number) => url.replace(/127\.0\.0\.1|localhost/, `h${count}.Silent.example`),
  ],
])(
  'a push service under %s that does not answer holds up no other, and gets only so many at a time',
  async (kind, place) => {
    const push = openPush();
    const silent = await startPushService();
    silent.isSilent = true;
    const late = { person: `person_late ${kind}`, key: 'silent', text: TEXT, lifetimeMs: 60_000 };
    const { by } = await signIn(late.person);
    for (let count = 0; count < LIMITS.pushDevices; count += 1) {
      const { input } = silent.subscribe();
      await push.subscribe(by, { ...input, endpoint: place(input.endpoint, count) });
    }
    for (let count = 0; count < 4; count += 1)
      await db.transaction((tx) => push.enqueue(tx, { ...late, key: `${kind}-${count}` }));
    const waiting = 4 * LIMITS.pushDevices;
    clock.advance(1);
    await push.subscribe((await signIn(`person_ana ${kind}`)).by, service.subscribe().input);
    await db.transaction((tx) => push.enqueue(tx, { ...late, person: `person_ana ${kind}`, key: `answered ${kind}` }));

    push.wake();
    await vi.waitFor(() => expect(service.received.splice(0)).toHaveLength(1), WAIT);
    expect(silent.ended).toBe(0);
    await vi.waitFor(() => expect(silent.received.length).toBeGreaterThan(0), WAIT);
    expect(silent.received.length).toBeLessThan(waiting);
    // Once it answers, the rest follows without another sweep.
    silent.answer();
    await vi.waitFor(() => expect(silent.received).toHaveLength(waiting), WAIT);
    await push.close();
    silent.close();
  },
);

test('a browser that was signed out gets nothing, nor does another person who had it', async () => {
  const push = openPush();
  const browser = service.subscribe();
  const [zoe, tom] = [await signIn('person_zoe'), await signIn('person_tom')];
  await push.subscribe(zoe.by, browser.input);
  await push.subscribe(tom.by, browser.input);
  await send(push, 'person_zoe', 'zoe');
  expect(service.received.splice(0)).toEqual([]);
  await tom.sessions.revoke('person_tom', tom.by.session);
  await send(push, 'person_tom', 'tom');
  expect(service.received.splice(0)).toEqual([]);
  expect(await push.list('person_tom', undefined)).toEqual([]);
});

test('a message that waits is not sent after the browser was signed out, nor to the next person who uses it', async () => {
  const push = openPush();
  const browser = service.subscribe();
  const wait = (person: string) =>
    db.transaction((tx) => push.enqueue(tx, { person, key: 'waiting', text: TEXT, lifetimeMs: 60_000 }));
  const [kim, sam] = [await signIn('person_kim'), await signIn('person_sam')];
  await push.subscribe(kim.by, browser.input);
  await wait('person_kim');
  await push.subscribe(sam.by, browser.input);
  await push.due.drain();
  await wait('person_sam');
  await sam.sessions.revoke('person_sam', sam.by.session);
  await push.due.drain();
  expect(service.received.splice(0)).toEqual([]);
});

test('in production, an endpoint inside the house is refused, and one that leads there later gets nothing', async () => {
  const { by } = await signIn('person_eve');
  const browser = service.subscribe();
  const production = openPush({ isOpen: false });
  for (const endpoint of [browser.input.endpoint, 'https://10.0.0.7/push', 'https://printer.local/push']) {
    const refused = production.subscribe(by, { ...browser.input, endpoint });
    await expect(refused, endpoint).rejects.toMatchObject({ code: 'push_endpoint_not_allowed' });
  }
  await openPush().subscribe(by, browser.input);
  await send(production, 'person_eve', 'inside');
  expect(service.received.splice(0)).toEqual([]);
});

test('where the key of the house is gone, it makes a new one, and browsers subscribe again', async () => {
  const before = await openPush().publicKey();
  const other = openPush({ secret: 'another secret for tests' });
  expect(await other.publicKey()).not.toBe(before);
  expect(await other.list('person_lea', undefined)).toEqual([]);
});

type PushService = Awaited<ReturnType<typeof startPushService>>;

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

async function startPushService() {
  const received: Received[] = [];
  const unanswered: ServerResponse[] = [];
  const answers = new Map<string, number[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    received.push({ path, headers: request.headers, body: Buffer.concat(chunks) });
    response.once('close', () => {
      it.ended += 1;
    });
    if (it.isSilent) unanswered.push(response);
    else response.writeHead(answers.get(path)?.shift() ?? 201).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const it = {
    origin,
    received,
    isSilent: false,
    /** Requests that were answered, or given up. */
    ended: 0,
    answer() {
      it.isSilent = false;
      for (const response of unanswered.splice(0)) response.writeHead(201).end();
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
    /** A new browser; `first` are the statuses of the first answers. */
    subscribe(first: number[] = []) {
      const path = `/push/${randomBytes(8).toString('hex')}`;
      answers.set(path, first);
      const ecdh = createECDH('prime256v1');
      const [publicKey, auth] = [ecdh.generateKeys(), randomBytes(16)];
      return {
        input: {
          endpoint: origin + path,
          keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
        },
        decrypt(body: Buffer): string {
          const [salt, idBytes] = [body.subarray(0, 16), body.readUInt8(20)];
          const [sender, sealed] = [body.subarray(21, 21 + idBytes), body.subarray(21 + idBytes)];
          const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender]);
          const material = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32));
          const derive = (name: string, bytes: number) =>
            Buffer.from(hkdfSync('sha256', material, salt, Buffer.from(`Content-Encoding: ${name}\0`), bytes));
          const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
          decipher.setAuthTag(sealed.subarray(-16));
          const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
          return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
        },
      };
    },
  };
  return it;
}

/** The claims of a VAPID header (RFC 8292), once its signature is verified. */
function readVapid(authorization: string, publicKey: string): Record<string, unknown> {
  const { token = '', key = '' } = /^vapid t=(?<token>[^,]+), ?k=(?<key>.+)$/.exec(authorization)?.groups ?? {};
  expect(key.replace(/=+$/, '')).toBe(publicKey);
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
  const [header = '', claims = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const verifier = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', signed, verifier, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
}
