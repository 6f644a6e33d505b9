/**
 * The gateway's HTTP side alone, on a free port: real PGlite, real domains, real money against the Stripe emulator. It
 * starts in a moment because it has no media worker and no sockets.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StripeEmulator } from '@loge/stripe-emulator';
import type { Express } from 'express';
import { parseConfig } from '../../../server/config.ts';
import { createDomains } from '../../../server/domains.ts';
import type { HttpContext } from '../../../server/gateway/context.ts';
import { createHttpApp } from '../../../server/gateway/http/app.ts';
import { isReturnUrlAllowed } from '../../../server/gateway/origins.ts';
import { createClaimLimits } from '../../../server/gateway/rate-limits.ts';
import { StripeProvider } from '../../../server/money/provider/stripe-provider.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { type Clock, systemClock } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Log } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import type { TokenInput } from '../../../server/protocol/accounts/accounts.ts';
import type { ApiKeyInput, Scope } from '../../../server/protocol/keys.ts';
import type { Room, RoomInput } from '../../../server/protocol/rooms.ts';
import { openDatabase } from '../databases/databases.ts';
import { basicOf } from '../people/basic.ts';

const WEBHOOK_SECRET = 'whsec_http_test';

/** Every variable that production requires; the fixture still uses PGlite and the emulator. */
export const PRODUCTION_ENV = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://localhost/unused',
  STRIPE_SECRET_KEY: 'sk_test_unused',
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  LOGE_API_KEY: 'house',
  LOGE_API_SECRET: 'a_production_secret_of_a_test_00000',
  LOGE_ENCRYPTION_KEY: 'an_encryption_key_of_a_test_0000000',
  LOGE_PUBLIC_URL: 'https://loge.example',
  LOGE_ALLOWED_ORIGINS: 'https://club.example',
  LOGE_SFU_LISTEN_IP: '127.0.0.1',
  LOGE_SFU_ANNOUNCED_ADDRESS: '192.0.2.1',
  LOGE_SFU_PORT: '40000',
  LOGE_SFU_SECRET: 'another_secret_of_a_test_0000000000',
};

export interface LogRecord {
  level: string;
  fields: Record<string, unknown>;
  message: string;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  json: any;
}

export interface TestKey {
  id: string;
  secret: string;
  basic: string;
  call(method: string, path: string, body?: unknown): Promise<Reply>;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string or bytes unchanged. */
  body?: unknown;
}

export interface TestHttp extends AsyncDisposable {
  readonly url: string;
  /** Every route of the Express app, in mount order. */
  readonly routes: { method: string; path: string }[];
  readonly context: HttpContext;
  readonly logs: LogRecord[];
  /** What the realtime side does not reach, for `/readyz`. */
  readonly lost: string[];
  readonly basic: string;
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** With the API key and secret. */
  server(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Creates an API key with the configured one, and calls with it. */
  makeKey(scopes: Scope[], more?: Partial<ApiKeyInput>): Promise<TestKey>;
  /** With a room token. */
  participant(token: string, method: string, path: string, body?: unknown): Promise<Reply>;
  createRoom(access: RoomInput['access']): Promise<Room>;
  token(input: Pick<TokenInput, 'room' | 'identity'> & Partial<TokenInput>): string;
}

export interface HttpOptions {
  env?: Record<string, string>;
  clock?: Clock;
  clientDir?: string;
  /** The database of another fixture, to start a second one with other settings quickly. */
  db?: Database;
}

export async function startHttp({
  env = {},
  clock = systemClock,
  clientDir = '/nowhere',
  db: givenDb,
}: HttpOptions = {}): Promise<TestHttp> {
  // Longer than a test may compute between two requests.
  const server = createServer({ keepAliveTimeout: 60_000 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = parseConfig({ NODE_ENV: 'test', PORT: new URL(url).port, LOGE_PUBLIC_URL: url, ...env });
  const logs: LogRecord[] = [];
  const log = recordingLog(logs);
  const metrics = createMetrics();
  const emulator = await StripeEmulator.create({
    payoutInterval: 'manual',
    port: 0,
    webhook: { url: `${url}/webhooks/stripe`, secret: WEBHOOK_SECRET },
    log: () => {},
  });
  const ownDb = givenDb ? undefined : await openDatabase();
  const db = givenDb ?? ownDb;
  if (!db) throw new Error('There is no database.');
  const bus = new MemoryBus((error) => log.error({ err: error }, 'bus handler failed'));
  const outbox = new Outbox({ db, bus, log, metrics });
  const provider = StripeProvider.create({
    secretKey: 'sk_test_http',
    webhookSecrets: [WEBHOOK_SECRET],
    host: '127.0.0.1',
    port: emulator.port,
    protocol: 'http',
    clock,
    log,
  });
  const platform = { db, bus, outbox, clock, log, metrics };
  const domains = await createDomains(platform, { config, provider, isReturnUrlAllowed });
  const { apiKeys, deskSessions, mail, money, people, webhooks } = domains;
  const context: HttpContext = { ...platform, ...domains, config, clientDir, claimLimits: createClaimLimits() };
  const lost: string[] = [];
  const app = createHttpApp(context, {
    viewerCount: async () => 0,
    watchAhead: async ({ access }) => ({ access, watching: null }),
    isDraining: () => false,
    unreachableDependencies: () => lost,
  });
  server.on('request', app);
  outbox.start();
  webhooks.start();
  deskSessions.start();
  people.start();
  mail.start();
  money.start();
  return {
    ...client(url, context),
    url,
    routes: routesOf(app),
    context,
    logs,
    lost,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await money.close();
      await people.close();
      await deskSessions.close();
      await mail.close();
      await webhooks.close();
      await outbox.close();
      await apiKeys.close();
      await emulator.close();
      await ownDb?.[Symbol.asyncDispose]();
    },
  };
}

function client(url: string, { config, accounts, rooms, tokens }: HttpContext) {
  const basic = basicOf(config.apiKey, config.apiSecret);
  const call: TestHttp['call'] = async (method, path, { headers = {}, body } = {}) => {
    const isJson = typeof body === 'object' && body !== null && !(body instanceof Uint8Array);
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
    });
    const text = await response.text();
    const isJsonAnswer = response.headers.get('content-type')?.includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJsonAnswer ? JSON.parse(text) : undefined,
    };
  };
  const callWith =
    (authorization: string) =>
    (method: string, path: string, body?: unknown): Promise<Reply> =>
      call(method, path, { headers: { authorization }, body });
  return {
    basic,
    call,
    server: callWith(basic),
    async makeKey(scopes: Scope[], more: Partial<ApiKeyInput> = {}) {
      const { json } = await callWith(basic)('POST', '/v1/keys', { name: scopes.join(' '), scopes, ...more });
      const own = basicOf(json.id, json.secret);
      return { id: json.id as string, secret: json.secret as string, basic: own, call: callWith(own) };
    },
    participant: (token: string, method: string, path: string, body?: unknown) =>
      call(method, path, { headers: { authorization: `Bearer ${token}` }, body }),
    async createRoom(access: RoomInput['access']) {
      await accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
      return rooms.createRoom({ creator: 'ada', title: 'An evening with Ada', access });
    },
    token: (input: Pick<TokenInput, 'room' | 'identity'> & Partial<TokenInput>) =>
      tokens.create({ name: input.identity, role: 'fan', ...input }),
  };
}

/** Routes that answer 405 are mounted at every path, for every method. */
function takesEveryMethod(route: Express['router']['stack'][number]['route']): boolean {
  return route?.stack.some(({ method }) => method === 'connect') ?? false;
}

function routesOf(app: Express): TestHttp['routes'] {
  const layers = app.router.stack
    .filter(({ route }) => !takesEveryMethod(route))
    .flatMap(
      ({ route }) => route?.stack.flatMap(({ method }) => (method ? [[method, route.path] as const] : [])) ?? [],
    );
  const named = layers.map(([method, path]) => `${method.toUpperCase()} ${path}`);
  return [...new Set(named)].map((it) => {
    const [method = '', path = ''] = it.split(' ');
    return { method, path };
  });
}

function recordingLog(records: LogRecord[]): Log {
  const record = (level: string) => (fields: object, message: string) => {
    records.push({ level, fields: fields as Record<string, unknown>, message });
  };
  const log: Log = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    child: () => log,
  };
  return log;
}
