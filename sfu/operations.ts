import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SfuControlServer } from './control/server.ts';
import type { LocalSfuNode } from './node.ts';

export interface OperationsServerOptions {
  node: LocalSfuNode;
  control: SfuControlServer;
  region: string;
  host: string;
  port: number;
}

interface Sample {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  value: number;
}

/**
 * What an orchestrator and a dashboard ask of a node: `/healthz` while the process lives, `/readyz` while it takes sessions, `/metrics` in
 * Prometheus' text format. It tells figures and nothing of rooms or people.
 */
export class OperationsServer {
  readonly #options: OperationsServerOptions;
  readonly #server: Server;

  static async create(options: OperationsServerOptions): Promise<OperationsServer> {
    const operations = new OperationsServer(options);
    await new Promise<void>((resolve, reject) => {
      operations.#server.once('error', reject);
      operations.#server.listen({ host: options.host, port: options.port }, () => {
        operations.#server.off('error', reject);
        resolve();
      });
    });
    return operations;
  }

  private constructor(options: OperationsServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request.method === 'GET' ? (request.url ?? '') : '', response);
    });
    this.#server.requestTimeout = 5_000;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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
      const why = [...(node.draining ? ['draining'] : []), ...(node.workers.length === 0 ? ['no media worker'] : [])];
      return answer(response, why.length === 0 ? 200 : 503, `${why.join(', ') || 'ready'}\n`);
    }
    if (path === '/metrics') return answer(response, 200, format(await this.#samples(), this.#options.region));
    answer(response, 404, 'There is /healthz, /readyz and /metrics.\n');
  }

  async #samples(): Promise<Sample[]> {
    const { node, control } = this.#options;
    const [stats, pipes] = await Promise.all([node.stats(), node.pipes()]);
    const { consumers, capacity } = node.load;
    const gauge = (name: string, help: string, value: number): Sample => ({ name, type: 'gauge', help, value });
    return [
      gauge('loge_sfu_workers', 'Media workers that run', stats.workers),
      gauge('loge_sfu_rooms', 'Rooms open on this node', stats.rooms),
      gauge('loge_sfu_sessions', 'Media sessions: publishers, viewers and pipes to other nodes', stats.sessions),
      gauge('loge_sfu_producers', 'Tracks that publishers send here', stats.producers),
      gauge('loge_sfu_consumers', 'Tracks that are sent to viewers', stats.consumers),
      gauge(
        'loge_sfu_load_consumers',
        'Consumers that are counted against the capacity, with pipes and what is expected',
        consumers,
      ),
      gauge('loge_sfu_capacity_consumers', 'Consumers that this node carries before it refuses viewers', capacity),
      gauge('loge_sfu_load_ratio', 'Load over capacity; what to scale on', capacity === 0 ? 1 : consumers / capacity),
      gauge(
        'loge_sfu_spares',
        'Sessions that wait for the worker of another to die',
        node.workers.reduce((sum, { spares }) => sum + spares, 0),
      ),
      gauge('loge_sfu_pipes', 'Pipes fed from here, to workers and nodes', pipes.length),
      gauge('loge_sfu_control_connections', 'Gateways and nodes connected', control.connections),
      gauge('loge_sfu_draining', '1 while the node takes no new sessions', node.draining ? 1 : 0),
    ];
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body);
}

function format(samples: Sample[], region: string): string {
  const label = region.replace(/[\\"\n]/g, '_');
  const lines = samples.map(
    ({ name, type, help, value }) =>
      `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}{region="${label}"} ${value}\n`,
  );
  return lines.join('');
}
