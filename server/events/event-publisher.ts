/**
 * Takes facts from the outbox into the log of events for embedders, and queues their deliveries, all in one transaction: a fact becomes one
 * event, whatever crashes. Runs behind the dispatch of the outbox, in batches, so that what people see waits for none of it.
 */
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Fact } from '../platform/outbox.ts';
import type { EventLogStore, NewEvent } from './event-log.store.ts';
import { toEvent } from './event-mapping.ts';
import type { NewDelivery, WebhookDeliveriesStore } from './webhook-deliveries.store.ts';
import type { WebhookEndpointsStore } from './webhook-endpoints.store.ts';

const BATCH_FACTS = 200;
/** How long a delivery is tried. */
export const DELIVERY_MS = 3 * 24 * 60 * 60_000;

export interface EventPublisherOptions {
  db: Database;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  events: EventLogStore;
  endpoints: WebhookEndpointsStore;
  deliveries: WebhookDeliveriesStore;
}

export class EventPublisher {
  readonly #options: EventPublisherOptions;

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  /** Publishes a batch; how many facts it took. */
  async publish(): Promise<number> {
    const { db, events, endpoints, deliveries, metrics, clock } = this.#options;
    if (!(await events.hasUnpublished())) return 0;
    const published = await db.transaction(async (tx) => {
      await events.lock(tx);
      const facts = await events.findUnpublished(tx, BATCH_FACTS);
      if (facts.length === 0) return { taken: 0, types: [] };
      const rows = await events.append(
        tx,
        facts.flatMap((fact) => this.#toNewEvent(fact) ?? []),
      );
      const receivers = rows.length > 0 ? await endpoints.listEnabled(tx) : [];
      const now = clock.now();
      const times = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + DELIVERY_MS).toISOString() };
      const entries = rows.flatMap((event): NewDelivery[] =>
        receivers
          .filter(({ types }) => types === null || types.includes(event.type))
          .map(({ id }) => ({ endpoint: id, event, isReplay: false, ...times })),
      );
      await deliveries.insert(tx, entries);
      await events.markPublished(
        tx,
        facts.map((fact) => fact.seq),
        times.createdAt,
      );
      return { taken: facts.length, types: rows.map((row) => row.type) };
    });
    for (const type of published.types) metrics.eventsPublished.inc({ type });
    return published.taken;
  }

  #toNewEvent(fact: Fact): NewEvent | undefined {
    try {
      const event = toEvent(fact);
      if (!event) return undefined;
      const { id, room, identity, createdAt } = fact;
      return { id, room, identity, createdAt, ...event };
    } catch (error) {
      // A fault of ours, which must not hold up everything behind it.
      this.#options.log.error(
        { err: error, fact: fact.id, topic: fact.topic },
        'a fact could not be told to embedders',
      );
      return undefined;
    }
  }
}
