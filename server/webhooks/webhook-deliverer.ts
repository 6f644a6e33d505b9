/**
 * Delivers queued events to embedders' endpoints at least once. Events of one room (a lane) are sent in order; lanes
 * and endpoints are independent, and each endpoint has its own concurrency limit, so a dead one delays no other. A
 * delivery is marked after its answer; if the process dies in between, the lease expires and the event is sent again.
 */
import { type Clock, DAY_MS, HOUR_MS, isoIn } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { type Backoff, retryPauseMs } from '../platform/jobs/backoff.ts';
import { DueRows } from '../platform/jobs/due-rows.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { SIGNATURE_HEADER, signWebhook } from '../platform/outbound/webhook-signature.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { toWire } from './event-wire.ts';
import type { DueDelivery, WebhookDeliveriesStore } from './webhook-deliveries.store.ts';
import type { EndpointRow, WebhookEndpointsStore } from './webhook-endpoints.store.ts';
import type { SendResult, WebhookSender } from './webhook-sender.ts';
import { webhookLanes } from './webhooks.schema.ts';

const SWEEP_MS = 1_000;
/** Concurrent lanes per endpoint. */
const LANES_PER_ENDPOINT = 8;
/**
 * Longer than the sender's timeout with margin for the database, so that no other process takes a lane that is being
 * served.
 */
export const LEASE_MS = 60_000;
/** Deliveries of a lane before it yields to others. */
const RUN_DELIVERIES = 50;
/** An endpoint that has failed for this long is disabled. */
const FAILING_MAX_MS = 5 * DAY_MS;
const HTTP_GONE = 410;
const RETRY: Backoff = { firstMs: 5_000, factor: 3, maxMs: 4 * HOUR_MS, jitter: 0.2 };

export interface DelivererOptions {
  db: Database;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  random: () => number;
  sender: WebhookSender;
  box: SecretBox;
  endpoints: WebhookEndpointsStore;
  deliveries: WebhookDeliveriesStore;
}

export class WebhookDeliverer {
  /** Lanes with queued deliveries. */
  readonly due: DueRows<typeof webhookLanes>;
  readonly #options: DelivererOptions;
  #closed = false;

  constructor(options: DelivererOptions) {
    const { endpoints } = options;
    this.#options = options;
    this.due = new DueRows({
      name: 'webhooks',
      table: webhookLanes,
      key: [webhookLanes.endpoint, webhookLanes.lane],
      services: options,
      everyMs: SWEEP_MS,
      waitsForClock: false,
      concurrency: LANES_PER_ENDPOINT,
      lanes: {
        list: () => endpoints.listServed(),
        of: ({ endpoint }) => endpoint,
      },
      recheck: { firstMs: LEASE_MS, factor: 1, maxMs: LEASE_MS },
      retry: RETRY,
      attempt: ({ endpoint, lane }) => this.#serve(endpoint, lane),
    });
  }

  /** Sends a lane's events in order, until one fails. True if more of them are due. */
  async #serve(endpointId: string, lane: string): Promise<boolean> {
    const { deliveries, endpoints } = this.#options;
    for (let sent = 0; sent < RUN_DELIVERIES && !this.#closed; sent += 1) {
      const head = await deliveries.findHead(endpointId, lane);
      // Read again: it may have been disabled, or its secret rotated.
      const endpoint = head && (await endpoints.find(endpointId));
      if (!head || !endpoint || endpoint.disabledAt) break;
      const isDelivered = await this.#deliver(endpoint, head);
      if (!isDelivered) return false;
    }
    return deliveries.releaseLane(endpointId, lane, isoIn(this.#options.clock));
  }

  async #deliver(endpoint: EndpointRow, due: DueDelivery): Promise<boolean> {
    const { sender, metrics, clock, db, deliveries, endpoints } = this.#options;
    const body = JSON.stringify(toWire(due.event));
    const at = isoIn(clock);
    const secrets = this.#secretsOf(endpoint);
    if (secrets.length === 0) {
      const error =
        'The signing secret cannot be read: rotate it, or bring back the LOGE_ENCRYPTION_KEY that encrypted it.';
      await this.#handleFailure(endpoint, due, { status: null, latencyMs: 0, error, at });
      return false;
    }
    const result = await sender.send(endpoint.url, body, {
      [SIGNATURE_HEADER]: signWebhook(body, { secrets, nowMs: clock.now() }),
      'loge-event': due.event.type,
      'loge-delivery': due.delivery.id,
    });
    if (result.error !== null) {
      await this.#handleFailure(endpoint, due, { ...result, at });
      return false;
    }
    await db.transaction(async (tx) => {
      await deliveries.insertAttempt(tx, { delivery: due.delivery.id, at, ...result });
      await deliveries.settle(tx, due.delivery.id, 'delivered', isoIn(clock));
      await deliveries.scheduleLane(tx, endpoint.id, due.delivery.lane, isoIn(clock, LEASE_MS));
      if (endpoint.failingSince) await endpoints.markWorking(tx, endpoint.id);
    });
    metrics.webhookDeliveries.inc({ outcome: 'delivered' });
    return true;
  }

  async #handleFailure(endpoint: EndpointRow, due: DueDelivery, result: SendResult & { at: string }): Promise<void> {
    const { db, deliveries, endpoints, metrics, clock, random, log } = this.#options;
    const { delivery } = due;
    const attempts = delivery.attempts + 1;
    const isLast = !clock.isInDoubt && clock.now() >= Date.parse(delivery.expiresAt);
    const failingSince = await db.transaction(async (tx: Orm) => {
      await deliveries.insertAttempt(tx, { delivery: delivery.id, ...result });
      if (isLast) await deliveries.settle(tx, delivery.id, 'failed', isoIn(clock));
      // After the last attempt the lane's next event gets the same delay, since the endpoint is failing.
      const nextAttemptAt = isoIn(clock, retryPauseMs(RETRY, attempts, random()));
      await deliveries.scheduleLane(tx, delivery.endpoint, delivery.lane, nextAttemptAt);
      return endpoints.markFailing(tx, endpoint.id, result.at);
    });
    metrics.webhookDeliveries.inc({ outcome: isLast ? 'given_up' : 'retry' });
    log.info({ endpoint: endpoint.id, event: due.event.id, attempts, isLast, reason: result.error }, 'webhook failed');
    if (result.status === HTTP_GONE) await this.#disable(endpoint.id, 'gone');
    else if (!clock.isInDoubt && clock.now() - Date.parse(failingSince) > FAILING_MAX_MS)
      await this.#disable(endpoint.id, 'failing');
  }

  async #disable(endpoint: string, reason: 'gone' | 'failing'): Promise<void> {
    const { endpoints, metrics, log } = this.#options;
    if (!(await endpoints.disable(endpoint, reason, isoIn(this.#options.clock)))) return;
    metrics.webhookEndpointsDisabled.inc({ reason });
    log.warn({ endpoint, reason }, 'webhook endpoint disabled');
  }

  /** Empty if the key is missing from LOGE_ENCRYPTION_KEY. */
  #secretsOf({ id, secret, previousSecrets, previousSecretUntil }: EndpointRow): string[] {
    const { clock, box } = this.#options;
    const isRotating = Date.parse(previousSecretUntil ?? '') > clock.now();
    return [secret, ...(isRotating ? previousSecrets : [])]
      .map((each) => box.open(each, id))
      .filter((each) => each !== undefined);
  }

  /** Waits for running requests; the rest stays queued. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.due.close();
  }
}
