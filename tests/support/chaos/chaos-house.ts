/**
 * A deployment of processes that can each be killed: two gateways, two SFU nodes with real workers, Redis, Postgres and
 * the Stripe emulator. A restarted process keeps its name, ports and data, as under an orchestrator.
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EMULATOR_WEBHOOK_SECRET } from '../../../server/payment.ts';
import { startPostgres, type TestPostgres } from '../databases/postgres.ts';
import { findFreePort } from '../houses/app.ts';
import { ChildProgram } from '../programs/child-program.ts';
import { TestRedis } from '../programs/redis.ts';
import { ServerProcess } from '../programs/server-process.ts';
import { SfuProcess } from '../programs/sfu-process.ts';
import { eventually } from '../run/eventually.ts';
import { LoadBalancer } from './load-balancer.ts';

const EMULATOR = new URL('../../../infra/stripe-emulator/main.ts', import.meta.url);
const COUNT = 2;
/**
 * Low enough that a few viewers fill one node and spill to the other; high enough that one node carries all of them.
 */
const CONSUMERS_PER_WORKER = 40;
const NODE_METRICS = ['sessions', 'rooms', 'pipes', 'producers', 'consumers'] as const;

interface Parts {
  folder: string;
  postgres: TestPostgres;
  redis: TestRedis;
  gateways: ServerProcess[];
  balancer: LoadBalancer;
  emulator: ChildProgram;
  emulatorUrl: string;
  nodes: SfuProcess[];
}

export class ChaosHouse implements AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly gateways: ServerProcess[];
  readonly nodes: SfuProcess[];
  readonly emulator: ChildProgram;
  readonly emulatorUrl: string;
  readonly #folder: string;
  readonly #balancer: LoadBalancer;
  /** The test's own connections: reads stored rows and terminates the gateways' sessions. */
  readonly #pool: pg.Pool;

  private constructor(parts: Parts) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.gateways = parts.gateways;
    this.nodes = parts.nodes;
    this.emulator = parts.emulator;
    this.emulatorUrl = parts.emulatorUrl;
    this.#folder = parts.folder;
    this.#balancer = parts.balancer;
    this.#pool = new pg.Pool({ connectionString: this.postgres.url, max: 2, application_name: 'chaos' });
    this.#pool.on('error', () => {});
  }

  static async start(seed: number): Promise<ChaosHouse> {
    const folder = await mkdtemp(join(tmpdir(), 'loge-chaos-'));
    const [postgres, redis, emulatorPort] = await Promise.all([
      startPostgres(undefined, { max_connections: '120' }),
      TestRedis.start(),
      findFreePort(),
    ]);
    const emulatorUrl = `http://127.0.0.1:${emulatorPort}`;
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      LOGE_STRIPE_EMULATOR_URL: emulatorUrl,
      LOGE_SFU_WORKERS: '0',
    };
    const count = Array.from({ length: COUNT }, (_, index) => index);
    const [gateways, nodes] = await Promise.all([
      Promise.all(count.map(() => ServerProcess.create(env, ['gateway']))),
      Promise.all(count.map((index) => startNode(index, redis.url))),
    ]);
    const balancer = await LoadBalancer.create(gateways.map(({ port }) => port));
    const webhook = `${balancer.url}/webhooks/stripe`;
    const given = { port: emulatorPort, data: join(folder, 'stripe.jsonl'), seed, webhook, 'connect-webhook': webhook };
    const secrets = { secret: EMULATOR_WEBHOOK_SECRET, 'connect-secret': EMULATOR_WEBHOOK_SECRET };
    const emulator = new ChildProgram({
      file: EMULATOR,
      args: Object.entries({ ...given, ...secrets }).flatMap(([name, value]) => [`--${name}`, String(value)]),
      isUp: '"url"',
    });
    await emulator.start();
    return new ChaosHouse({ folder, postgres, redis, gateways, balancer, emulator, emulatorUrl, nodes });
  }

  /** URLs of all gateways, running or not. */
  get urls(): string[] {
    return this.gateways.map(({ url }) => url);
  }

  /** What is not ready yet; empty when all gateways are. */
  async findNotReady(): Promise<string[]> {
    const asked = await Promise.all(
      this.urls.map(async (url) => {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        const text = (await answer?.text()) ?? 'does not answer';
        return text === JSON.stringify({ status: 'ready' }) ? [] : [`${url}: ${text}`];
      }),
    );
    return asked.flat();
  }

  /** Process ids of a node's media workers. */
  workersOf({ pid }: SfuProcess): number[] {
    if (pid === undefined) return [];
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  }

  /** Non-zero session, room, pipe, producer and consumer counts, from each node's own metrics. */
  async carried(): Promise<string[]> {
    const counts = await Promise.all(
      this.nodes.flatMap((node) =>
        NODE_METRICS.map(async (name) => {
          const count = await node.metric(`loge_sfu_${name}`);
          return count === 0 ? [] : [`${node.id}: ${count} ${name}`];
        }),
      ),
    );
    return counts.flat();
  }

  /** Retries while Postgres recovers from a killed backend, when it refuses all queries. */
  async select<Row extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<Row[]> {
    const query = () => this.#pool.query<Row>(statement, values).catch(() => undefined);
    return (await eventually(query, 'an answer of Postgres')).rows;
  }

  /** Backend process ids of the gateways' database sessions. */
  async backends(): Promise<number[]> {
    const rows = await this.select<{ pid: number }>(
      `select pid from pg_stat_activity where usename = 'loge' and application_name <> 'chaos' and backend_type = 'client backend' order by pid`,
    );
    return rows.map(({ pid }) => pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
    await Promise.all([this.emulator, ...this.nodes].map((it) => it.end('SIGKILL')));
    await this.#balancer[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
    await this.#pool.end().catch(() => {});
    await this.postgres.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function startNode(index: number, redisUrl: string): Promise<SfuProcess> {
  return SfuProcess.create({
    REDIS_URL: redisUrl,
    LOGE_SFU_ID: `sfu_${index}`,
    LOGE_SFU_CONSUMERS_PER_WORKER: String(CONSUMERS_PER_WORKER),
    LOGE_SFU_DRAIN_SECONDS: '10',
  });
}
