/**
 * Copies facts from the outbox into the event log and queues their deliveries, in one transaction: a fact becomes an
 * event exactly once, also after a crash. Runs behind the outbox' dispatch, in batches, so that it never delays what
 * people see.
 */
import { type Clock, DAY_MS, iso } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { Log } from '../platform/log.ts';
import type { Fact } from '../platform/outbox/outbox.ts';
import { createId } from '../protocol/ids.ts';
import type { EventLogStore, NewEvent } from './event-log.store.ts';
import { toEvents } from './event-mapping.ts';
import type { NewDelivery, WebhookDeliveriesStore } from './webhook-deliveries.store.ts';
import type { WebhookEndpointsStore } from './webhook-endpoints.store.ts';

const BATCH_FACTS = 200;
/** A fact may yield many events; a batch ends with the fact that reaches this. */
const BATCH_EVENTS = 200;
/** How long a delivery is retried. */
export const DELIVERY_MS = 3 * DAY_MS;

export interface EventPublisherOptions {
  db: Database;
  log: Log;
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

  /** Publishes what is committed by now, and not what comes meanwhile. */
  async publishAll(): Promise<void> {
    const { events } = this.#options;
    const last = await events.findLastUnpublished();
    while (await events.hasUnpublished(last)) await this.publish();
  }

  /** Publishes a batch; returns the number of facts. */
  async publish(): Promise<number> {
    const { db, events, endpoints, deliveries, clock } = this.#options;
    if (!(await events.hasUnpublished())) return 0;
    return db.transaction(async (tx) => {
      await events.lock(tx);
      const seqs: number[] = [];
      const drafts: NewEvent[] = [];
      for (const { fact, roomCreator } of await events.findUnpublished(tx, BATCH_FACTS)) {
        if (drafts.length >= BATCH_EVENTS) break;
        seqs.push(fact.seq);
        drafts.push(...this.#toNewEvents(fact, roomCreator));
      }
      if (seqs.length === 0) return 0;
      const rows = await events.append(tx, drafts);
      const receivers = rows.length > 0 ? await endpoints.listEnabled(tx) : [];
      const now = clock.now();
      const times = { createdAt: iso(now), expiresAt: iso(now + DELIVERY_MS) };
      const entries = rows.flatMap((event): NewDelivery[] =>
        receivers
          .filter(({ types }) => types === null || types.includes(event.type))
          .map(({ id }) => ({ endpoint: id, event, isReplay: false, ...times })),
      );
      await deliveries.insert(tx, entries);
      await events.markPublished(tx, seqs, times.createdAt);
      return seqs.length;
    });
  }

  #toNewEvents(fact: Fact, roomCreator: string | null): NewEvent[] {
    try {
      const { room, identity, createdAt } = fact;
      return toEvents(fact, roomCreator).map((event, index) => ({
        // The first event has the fact's id.
        id: index === 0 ? fact.id : createId('event'),
        room,
        identity,
        createdAt,
        ...event,
      }));
    } catch (error) {
      // A bug here, which must not block later facts.
      this.#options.log.error({ err: error, fact: fact.id, topic: fact.topic }, 'fact not published to embedders');
      return [];
    }
  }
}
