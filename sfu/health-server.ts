import { createServer, type Server, type ServerResponse } from 'node:http';
import type { SfuControlServer } from './control/server.ts';
import type { LocalSfuNode } from './node.ts';
import { NodeMetrics } from './node-metrics.ts';

export interface HealthServerOptions {
  node: LocalSfuNode;
  control: SfuControlServer;
  region: string;
  host: string;
  port: number;
}

/**
 * Serves the orchestrator and Prometheus: `/healthz` while the process lives, `/readyz` while the node takes sessions,
 * `/metrics` in Prometheus' text format. It exposes figures, never rooms or people.
 */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;
  readonly #metrics: NodeMetrics;

  static async create(options: HealthServerOptions): Promise<HealthServer> {
    const health = new HealthServer(options);
    await new Promise<void>((resolve, reject) => {
      health.#server.once('error', reject);
      health.#server.listen({ host: options.host, port: options.port }, () => {
        health.#server.off('error', reject);
        resolve();
      });
    });
    return health;
  }

  private constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#metrics = new NodeMetrics(options.region);
    this.#server = createServer((request, response) => {
      void this.#answer(request.method === 'GET' ? (request.url ?? '') : '', response);
    });
    this.#server.requestTimeout = 5_000;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    const { node } = this.#options;
    if (path === '/healthz') return answer(response, 200, 'ok\n');
    if (path === '/readyz') {
      const reasons = [
        ...(node.draining ? ['draining'] : []),
        ...(node.workers.length === 0 ? ['no media worker'] : []),
      ];
      return answer(response, reasons.length === 0 ? 200 : 503, `${reasons.join(', ') || 'ready'}\n`);
    }
    if (path === '/metrics') return answer(response, 200, await this.#formatMetrics());
    answer(response, 404, 'Not found. Paths: /healthz, /readyz, /metrics\n');
  }

  async #formatMetrics(): Promise<string> {
    const { node, control } = this.#options;
    const [stats, pipes] = await Promise.all([node.stats(), node.pipes()]);
    const { consumers, capacity } = node.load;
    return await this.#metrics.format({
      loge_sfu_workers: stats.workers,
      loge_sfu_rooms: stats.rooms,
      loge_sfu_sessions: stats.sessions,
      loge_sfu_producers: stats.producers,
      loge_sfu_consumers: stats.consumers,
      loge_sfu_load_consumers: consumers,
      loge_sfu_capacity_consumers: capacity,
      loge_sfu_load_ratio: capacity === 0 ? 1 : consumers / capacity,
      loge_sfu_spares: node.workers.reduce((sum, { spares }) => sum + spares, 0),
      loge_sfu_pipes: pipes.length,
      loge_sfu_control_connections: control.connections,
      loge_sfu_draining: node.draining ? 1 : 0,
    });
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body);
}
