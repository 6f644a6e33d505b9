/**
 * Several gateways for a test: real Postgres, real Redis, one Stripe emulator, and each gateway a process that can be
 * killed and restarted.
 */
import { randomUUID } from 'node:crypto';
import { StripeEmulator } from '@loge/stripe-emulator';
import { EMULATOR_WEBHOOK_SECRET } from '../../../server/payment.ts';
import type { RoomInput } from '../../../server/protocol/rooms.ts';
import { createTestDatabase, type TestPostgres } from '../databases/postgres.ts';
import { TestParticipant } from '../people/participant.ts';
import { hasRedis, TestRedis } from '../programs/redis.ts';
import { ServerProcess } from '../programs/server-process.ts';
import { findFreePort } from './app.ts';

/** Whether this machine has Redis and Postgres for it. */
export const hasGateways = hasRedis && Boolean(process.env.LOGE_TEST_POSTGRES_BIN);

export class GatewayHouse implements AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly gateways: ServerProcess[];
  readonly #emulator: StripeEmulator;

  private constructor(parts: {
    postgres: TestPostgres;
    redis: TestRedis;
    gateways: ServerProcess[];
    emulator: StripeEmulator;
  }) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.gateways = parts.gateways;
    this.#emulator = parts.emulator;
  }

  /** The gateways start concurrently, as on a first deployment with an empty database. */
  static async start(
    options: {
      count?: number;
      env?: Record<string, string>;
      /** Additional environment of each gateway. */
      envOf?: (index: number) => Record<string, string>;
      redisUrl?: string;
    } = {},
  ) {
    const { count = 2, env = {}, envOf = () => ({}) } = options;
    const [postgres, redis, emulatorPort] = await Promise.all([
      createTestDatabase(),
      TestRedis.start(),
      findFreePort(),
    ]);
    const shared = {
      DATABASE_URL: postgres.url,
      REDIS_URL: options.redisUrl ?? redis.url,
      LOGE_STRIPE_EMULATOR_URL: `http://127.0.0.1:${emulatorPort}`,
      ...env,
    };
    const gateways = await Promise.all(
      Array.from({ length: count }, (_, index) => ServerProcess.create({ ...shared, ...envOf(index) }, ['gateway'])),
    );
    const webhook = { url: `${gateways[0]?.url}/webhooks/stripe`, secret: EMULATOR_WEBHOOK_SECRET };
    const emulator = await StripeEmulator.create({
      ...{ port: emulatorPort, webhook, connectWebhook: webhook },
      payoutInterval: 'manual',
    });
    return new GatewayHouse({ postgres, redis, gateways, emulator });
  }

  gateway(index: number): ServerProcess {
    const gateway = this.gateways[index];
    if (!gateway) throw new Error(`there is no gateway ${index}`);
    return gateway;
  }

  server<T>(method: string, path: string, body?: unknown, at = 0): Promise<T> {
    return this.gateway(at).server<T>(method, path, body);
  }

  async createRoom(access: RoomInput['access'] = { kind: 'free' }, creator = 'ada'): Promise<{ id: string }> {
    await this.server('POST', '/v1/creators', { identity: creator, name: `Creator ${creator}`, country: 'FR' });
    return this.server('POST', '/v1/rooms', { creator, title: 'An evening with Ada', access });
  }

  async token(claims: { identity: string; room: string } & Record<string, unknown>): Promise<string> {
    const body = { name: claims.identity, role: 'fan', ...claims };
    return (await this.server<{ token: string }>('POST', '/v1/tokens', body)).token;
  }

  /** Connects a participant to one of the gateways. */
  async join(at: number, claims: { identity: string; room: string } & Record<string, unknown>, since?: number) {
    const auth = { token: await this.token(claims), ...(since === undefined ? {} : { since }) };
    return TestParticipant.connect(this.gateway(at).url, auth);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
    await this.#emulator.close();
    await this.redis[Symbol.asyncDispose]();
    await this.postgres.close();
  }
}

export const clientId = () => randomUUID();
