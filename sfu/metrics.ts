/** Prometheus metrics of an SFU node (prom-client): read from the node's own counts when they are asked for. No label is a room or a person. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { SfuStats } from './contract.ts';

export interface SfuMetricsSource {
  stats(): Promise<SfuStats>;
  /** Consumers that the node carries before quality suffers. */
  capacity(): number;
  isDraining(): boolean;
}

export class SfuMetrics {
  readonly registry = new Registry();
  readonly #source: SfuMetricsSource;
  readonly #workers = this.#gauge('workers', 'Media workers that run');
  readonly #rooms = this.#gauge('rooms', 'Rooms that the node carries');
  readonly #sessions = this.#gauge('sessions', 'Media sessions, publishers and viewers');
  readonly #producers = this.#gauge('producers', 'Tracks that come in from publishers');
  readonly #consumers = this.#gauge('consumers', 'Tracks that go out, which is what a node is full of');
  readonly #capacity = this.#gauge('capacity_consumers', 'Consumers that the node carries before quality suffers');
  readonly #draining = this.#gauge('draining', '1 while the node takes no new sessions and moves its own');

  constructor(source: SfuMetricsSource) {
    this.#source = source;
    collectDefaultMetrics({ register: this.registry, prefix: 'loge_' });
  }

  async text(): Promise<string> {
    const stats = await this.#source.stats();
    this.#workers.set(stats.workers);
    this.#rooms.set(stats.rooms);
    this.#sessions.set(stats.sessions);
    this.#producers.set(stats.producers);
    this.#consumers.set(stats.consumers);
    this.#capacity.set(this.#source.capacity());
    this.#draining.set(this.#source.isDraining() ? 1 : 0);
    return await this.registry.metrics();
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `loge_sfu_${name}`, help, registers: [this.registry] });
  }
}
