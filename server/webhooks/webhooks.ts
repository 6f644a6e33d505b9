/**
 * Webhooks: the public event log, embedders' endpoints, and deliveries. Called by the gateway; knows no other domain:
 * facts come from the outbox by topic, and `event-mapping.ts` says which are public.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { DueWork } from '../platform/jobs/due-rows.ts';
import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AddressGuard } from '../platform/outbound/address-guard.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { ERASED_NAME } from '../protocol/accounts/erased-name.ts';
import { AppError } from '../protocol/errors.ts';
import type {
  DeliveryListQuery,
  EmbedderEvent,
  EventListQuery,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointInput,
} from '../protocol/events.ts';
import { createId, type WebhookEndpointId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import { EventLogStore } from './event-log.store.ts';
import { DELIVERY_MS, EventPublisher } from './event-publisher.ts';
import { toDelivery, toEndpoint, toWire } from './event-wire.ts';
import { LEASE_MS, WebhookDeliverer } from './webhook-deliverer.ts';
import { type ListedDelivery, WebhookDeliveriesStore } from './webhook-deliveries.store.ts';
import { type EndpointRow, WebhookEndpointsStore } from './webhook-endpoints.store.ts';
import { WebhookSender } from './webhook-sender.ts';

export interface WebhooksOptions {
  db: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Encrypts the endpoints' secrets. */
  box: SecretBox;
  /** Development: webhooks may go to http and to addresses that are not public. */
  allowAnyAddress: boolean;
  random?: () => number;
  sendTimeoutMs?: number;
}

const SWEEP_MS = 1_000;
const PRUNE_MS = HOUR_MS;
const EVENTS_KEPT_MS = 90 * DAY_MS;
const DELIVERIES_KEPT_MS = 30 * DAY_MS;
const ATTEMPTS_SHOWN = 20;
const SECRET_BYTES = 32;
const ERASED_TEXTS = new Set(['message', 'text', 'note']);

export class Webhooks {
  readonly #clock: Clock;
  readonly #db: Database;
  readonly #guard: AddressGuard;
  readonly #box: SecretBox;
  readonly #sender: WebhookSender;
  readonly #log: EventLogStore;
  readonly #publisher: EventPublisher;
  readonly #endpoints: WebhookEndpointsStore;
  readonly #deliveries: WebhookDeliveriesStore;
  readonly #deliverer: WebhookDeliverer;
  readonly #publishJob: PeriodicJob;
  readonly #pruneJob: PeriodicJob;
  #closed = false;

  constructor(options: WebhooksOptions) {
    const { db, clock, metrics, random = Math.random } = options;
    const log = options.log.child({ domain: 'webhooks' });
    this.#clock = clock;
    this.#db = db;
    this.#box = options.box;
    this.#guard = new AddressGuard({ isOpen: options.allowAnyAddress });
    this.#sender = new WebhookSender(this.#guard, options.sendTimeoutMs);
    this.#log = new EventLogStore(db);
    this.#endpoints = new WebhookEndpointsStore(db);
    this.#deliveries = new WebhookDeliveriesStore(db);
    const stores = { endpoints: this.#endpoints, deliveries: this.#deliveries };
    this.#publisher = new EventPublisher({ db, clock, log, events: this.#log, ...stores });
    this.#deliverer = new WebhookDeliverer({
      db,
      clock,
      log,
      metrics,
      random,
      sender: this.#sender,
      box: this.#box,
      ...stores,
    });
    const job = (name: string, everyMs: number, waitsForClock: Clock | false, run: () => Promise<unknown>) =>
      new PeriodicJob({ name, everyMs, run, log, waitsForClock });
    this.#publishJob = job('publish events', SWEEP_MS, false, async () => {
      const taken = await this.#publisher.publish();
      if (taken > 0) this.#deliverer.due.wake();
      return taken > 0;
    });
    this.#pruneJob = job('prune events', PRUNE_MS, clock, () => this.#prune());
  }

  /** Lanes with queued deliveries. */
  get due(): DueWork {
    return this.#deliverer.due;
  }

  /** The outbox has new facts. */
  wake(): void {
    this.#publishJob.wake();
  }

  start(): void {
    this.#publishJob.start();
    this.#deliverer.due.start();
    this.#pruneJob.start();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#publishJob.close(), this.#pruneJob.close()]);
    await this.#deliverer.close();
    this.#sender.close();
  }

  /** Resolves when no job is running. */
  async settled(): Promise<void> {
    await this.#publishJob.idle();
    await this.#deliverer.due.idle();
  }

  async list(query: EventListQuery): Promise<{ events: EmbedderEvent[]; hasMore: boolean }> {
    const rows = await this.#log.list({ ...query, limit: query.limit + 1 });
    return { events: rows.slice(0, query.limit).map(toWire), hasMore: rows.length > query.limit };
  }

  /** Sends an event again, to one endpoint or to every enabled one that takes its type, out of order. */
  async replay(eventId: string, endpointId?: WebhookEndpointId): Promise<WebhookDelivery[]> {
    const event = await this.#log.find(eventId);
    if (!event) throw new AppError('event_not_found');
    const enabled = await this.#endpoints.listEnabled();
    const receivers = endpointId
      ? enabled.filter(({ id }) => id === endpointId)
      : enabled.filter(({ types }) => types === null || types.includes(event.type));
    if (endpointId && receivers.length === 0) {
      await this.getEndpoint(endpointId);
      throw new AppError('webhook_endpoint_not_found', 'This webhook endpoint is disabled. Enable it first.');
    }
    const now = this.#clock.now();
    const times = { createdAt: iso(now), expiresAt: iso(now + DELIVERY_MS) };
    const rows = await this.#db.transaction((tx) =>
      this.#deliveries.insert(
        tx,
        receivers.map(({ id }) => ({ endpoint: id, event, isReplay: true, ...times })),
      ),
    );
    this.#deliverer.due.wake();
    if (rows.length === 0) return [];
    return this.#show(await this.#deliveries.list({ ids: rows.map((row) => row.id), limit: rows.length }));
  }

  /** Only this answer contains the secret. */
  async createEndpoint(input: WebhookEndpointInput): Promise<WebhookEndpoint & { secret: string }> {
    const url = this.#guard.parseUrl(input.url).href;
    const secret = createSecret();
    const id = createId('webhookEndpoint');
    const row = await this.#endpoints.insert(
      {
        id,
        url,
        description: input.description ?? null,
        types: input.events ?? null,
        secret: this.#box.seal(secret, id),
        createdAt: isoIn(this.#clock),
      },
      LIMITS.webhookEndpoints,
    );
    if (!row) throw new AppError('webhook_endpoint_limit');
    return { ...this.#toEndpoint(row), secret };
  }

  async listEndpoints(): Promise<WebhookEndpoint[]> {
    return (await this.#endpoints.list()).map((row) => this.#toEndpoint(row));
  }

  async getEndpoint(id: string): Promise<WebhookEndpoint> {
    const row = await this.#endpoints.find(id);
    if (!row) throw new AppError('webhook_endpoint_not_found');
    return this.#toEndpoint(row);
  }

  /** Queued deliveries stay; new events are not queued for it. */
  async disableEndpoint(id: string): Promise<WebhookEndpoint> {
    await this.#endpoints.disable(id, 'request', isoIn(this.#clock));
    return this.getEndpoint(id);
  }

  async enableEndpoint(id: string): Promise<WebhookEndpoint> {
    const latestLeaseEnd = isoIn(this.#clock, LEASE_MS);
    await this.#endpoints.enable(id, { nowIso: isoIn(this.#clock), latestLeaseEnd });
    this.#deliverer.due.wake();
    return this.getEndpoint(id);
  }

  async deleteEndpoint(id: WebhookEndpointId): Promise<{ id: WebhookEndpointId; deleted: true }> {
    if (!(await this.#endpoints.delete(id))) throw new AppError('webhook_endpoint_not_found');
    return { id, deleted: true };
  }

  async rotateSecret(id: string, overlapSeconds: number): Promise<WebhookEndpoint & { secret: string }> {
    const secret = createSecret();
    const row = await this.#endpoints.rotateSecret(id, {
      secret: this.#box.seal(secret, id),
      nowIso: isoIn(this.#clock),
      previousUntil: isoIn(this.#clock, overlapSeconds * 1000),
    });
    if (!row) throw new AppError('webhook_endpoint_not_found');
    return { ...this.#toEndpoint(row), secret };
  }

  async listDeliveries(endpoint: string, query: DeliveryListQuery): Promise<WebhookDelivery[]> {
    await this.getEndpoint(endpoint);
    return this.#show(await this.#deliveries.list({ endpoint, ...query }));
  }

  async #show(listed: ListedDelivery[]): Promise<WebhookDelivery[]> {
    const attempts = await this.#deliveries.listAttempts(
      listed.map(({ delivery }) => delivery.id),
      ATTEMPTS_SHOWN,
    );
    return listed.map((each) => toDelivery(each, attempts.get(each.delivery.id) ?? []));
  }

  /** Removes a person's name and texts from the log. Embedders have to erase what they received. */
  async erasePerson(identity: string): Promise<void> {
    // What is not in the log yet would come into it later, unchanged.
    await this.#publisher.publishAll();
    await this.#log.rewriteOf(identity, (data) => withoutPerson(data, identity));
  }

  async #prune(): Promise<void> {
    const before = (ms: number) => isoIn(this.#clock, -ms);
    await this.#deliveries.deleteOld({
      settledBefore: before(DELIVERIES_KEPT_MS),
      createdBefore: before(EVENTS_KEPT_MS),
    });
    await this.#log.deleteBefore(before(EVENTS_KEPT_MS));
  }

  #toEndpoint(row: EndpointRow): WebhookEndpoint {
    return toEndpoint(row, this.#clock.now());
  }
}

function createSecret(): string {
  return `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString('base64url')}`;
}

/** Removes a person from an event's data: the name beside their identity, and every text. */
function withoutPerson(data: unknown, identity: string): unknown {
  if (Array.isArray(data)) return data.map((item) => withoutPerson(item, identity));
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => {
    if (ERASED_TEXTS.has(key) && typeof value === 'string') return [key, null];
    return [key, withoutPerson(value, identity)];
  });
  const erased = Object.fromEntries(entries);
  return erased.identity === identity && 'name' in erased ? { ...erased, name: ERASED_NAME } : erased;
}
