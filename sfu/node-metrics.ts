import { Gauge, Registry } from 'prom-client';

/** The gauges of a node by name, with their help texts. */
const GAUGES = {
  loge_sfu_workers: 'Media workers that run',
  loge_sfu_rooms: 'Rooms open on this node',
  loge_sfu_sessions: 'Media sessions: publishers, viewers and pipes to other nodes',
  loge_sfu_producers: 'Tracks that publishers send to this node',
  loge_sfu_consumers: 'Tracks that this node sends to viewers',
  loge_sfu_load_consumers: 'Consumers counted against the capacity, including pipes and expected tracks',
  loge_sfu_capacity_consumers: 'Consumers that this node carries before it refuses viewers',
  loge_sfu_load_ratio: 'Load divided by capacity; the figure to scale on',
  loge_sfu_spares: 'Unused spare sessions, which replace others when a worker dies',
  loge_sfu_pipes: 'Pipes fed by this node, to its workers and to other nodes',
  loge_sfu_control_connections: 'Gateways and nodes connected',
  loge_sfu_draining: '1 while the node takes no new sessions',
};

/** The metrics of a node (prom-client), all with its region. A label is never a room or a person. */
export class NodeMetrics {
  readonly registry = new Registry();
  readonly #gauges = new Map<string, Gauge<'region'>>();
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
    for (const [name, help] of Object.entries(GAUGES)) {
      this.#gauges.set(name, new Gauge({ name, help, labelNames: ['region'], registers: [this.registry] }));
    }
  }

  /** The metrics with these values, in Prometheus' text format. */
  async format(values: Record<keyof typeof GAUGES, number>): Promise<string> {
    for (const [name, value] of Object.entries(values)) this.#gauges.get(name)?.set({ region: this.#region }, value);
    return await this.registry.metrics();
  }
}
