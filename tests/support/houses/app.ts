/**
 * A complete Loge server for a test: the real app on free ports, with its own data folder, the real media worker and
 * the Stripe emulator. `await using` stops it and removes the folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../../server/app.ts';
import { parseConfig } from '../../../server/config.ts';
import type { Clock } from '../../../server/platform/clock.ts';
import { createLog } from '../../../server/platform/log.ts';
import type { ApiKeyInput, ApiKeyWithSecret, Scope } from '../../../server/protocol/keys.ts';
import type { RoomInput } from '../../../server/protocol/rooms.ts';
import { borrowPostgres, hasPostgres } from '../databases/databases.ts';
import { copyPgliteTemplate } from '../databases/pglite-template.ts';
import { basicOf } from '../people/basic.ts';
import { openHouseLog } from '../run/house-log.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  /** Calls the server API with the API key and secret. */
  server<T>(method: string, path: string, body?: unknown): Promise<T>;
  token(
    claims: { identity: string; room: string; role?: string; name?: string } & Record<string, unknown>,
  ): Promise<string>;
  /** Creates an API key with the configured one; `basic` is its Authorization header. */
  makeKey(scopes: Scope[], more?: Partial<ApiKeyInput>): Promise<{ id: string; secret: string; basic: string }>;
  createRoom(access: RoomInput['access'], creator?: string): Promise<{ id: string }>;
  /** Closes the app, and starts another on the same data. */
  restart(): Promise<void>;
}

/**
 * Below the ports that the system gives to outgoing connections, so that none takes a program's port while the program
 * restarts; each worker of a run has its own.
 */
const FIRST_PORT = 7_000;
const PORTS_PER_WORKER = 500;
const PORT_RANGES = 50;
let nextPort = Math.floor(Math.random() * PORTS_PER_WORKER);

/** A port on which nothing listens. */
export async function findFreePort(): Promise<number> {
  const range = Number(process.env.VITEST_POOL_ID ?? 0) % PORT_RANGES;
  for (let tried = 0; tried < PORTS_PER_WORKER; tried += 1) {
    nextPort = (nextPort + 1) % PORTS_PER_WORKER;
    const port = FIRST_PORT + range * PORTS_PER_WORKER + nextPort;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${FIRST_PORT} to ${FIRST_PORT + PORT_RANGES * PORTS_PER_WORKER} is free.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

export async function startApp(
  options: {
    env?: Record<string, string>;
    /** Kept, with the data on PGlite in it. */
    dataDir?: string;
    clock?: Clock;
  } = {},
): Promise<TestApp> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'loge-test-')));
  // Opens in a fraction of PGlite's time.
  const postgres = options.dataDir || !hasPostgres ? undefined : await borrowPostgres();
  if (!options.dataDir && !postgres) await copyPgliteTemplate(join(dataDir, 'pglite'));
  const port = await findFreePort();
  const emulatorPort = await findFreePort();
  const config = parseConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    LOGE_DATA_DIR: dataDir,
    LOGE_STRIPE_EMULATOR_PORT: String(emulatorPort),
    LOGE_SFU_LISTEN_IP: '127.0.0.1',
    LOGE_SFU_WORKERS: '1',
    LOGE_MIN_LIVE_MINUTES: '0',
    ...(postgres && { DATABASE_URL: postgres.url }),
    ...options.env,
  });
  const log = createLog({ level: 'info', pretty: false, destination: openHouseLog('house') });
  const create = () => App.create({ config, log, ...(options.clock ? { clock: options.clock } : {}) });
  let app = await create();
  const url = `http://localhost:${app.port}`;
  const authorization = basicOf(config.apiKey, config.apiSecret);

  async function server<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  return {
    get app() {
      return app;
    },
    url,
    server,
    async token({ identity, room, role = 'fan', name = identity, ...rest }) {
      const { token } = await server<{ token: string }>('POST', '/v1/tokens', { identity, name, room, role, ...rest });
      return token;
    },
    async makeKey(scopes, more = {}) {
      const input = { name: scopes.join(' '), scopes, ...more };
      const { id, secret } = await server<ApiKeyWithSecret>('POST', '/v1/keys', input);
      return { id, secret, basic: basicOf(id, secret) };
    },
    async createRoom(access, creator = 'ada') {
      await server('POST', '/v1/creators', { identity: creator, name: `Creator ${creator}`, country: 'FR' });
      return server('POST', '/v1/rooms', { creator, title: 'An evening with Ada', access });
    },
    async restart() {
      await app.close();
      app = await create();
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await postgres?.giveBack();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
