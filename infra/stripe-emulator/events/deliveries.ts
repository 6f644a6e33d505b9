/**
 * Delivers events to webhook endpoints: at least once, in no order, with retries until one answers 2xx. Pending
 * deliveries are in the store, so that a restart continues them.
 */
import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { z } from 'zod';
import { Alarms } from '../alarms.ts';
import type { Clock } from '../clock.ts';
import type { EmulatorLog } from '../log.ts';
import { newId } from '../random.ts';
import type { Transaction } from '../store/reader.ts';
import type { Delivery } from '../store/records.ts';
import { partitionName } from '../store/scoped.ts';
import type { Store } from '../store/store.ts';
import type { Disturbance } from './disturbance.ts';
import type { WebhookSender } from './sender.ts';

/** The endpoint for the platform's events. */
export const ENDPOINT_ID = 'we_configured';
/** The endpoint for the events of connected accounts. */
export const CONNECT_ENDPOINT_ID = 'we_configured_connect';

const IN_FLIGHT_MAX = 8;
const ATTEMPT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 250;
const RETRY_MAX_MS = 60_000;
const GIVE_UP_AFTER_MS = 3 * 24 * 60 * 60 * 1000;
/** Finished deliveries that `list` still shows. */
const FINISHED_MAX = 2_000;
/**
 * How far ahead of the clock `flush` reaches: past the delays of shuffling, but not to retries and requested delays.
 */
const FLUSHED_MS = 200;
const READY_SWEEP = 1_000;
const LISTED_MAX = 1_000;

const targetSchema = z.strictObject({ url: z.url({ protocol: /^http$/ }), secret: z.string().min(1) });
/** Where events go, and the secret that signs them. */
export type WebhookTarget = z.output<typeof targetSchema>;

/** A delivery with its event's type and its endpoint's address. */
export interface DeliveryReport extends Delivery {
  type: string;
  url: string | null;
}

interface DeliveriesOptions {
  store: Store;
  clock: Clock;
  disturbance: Disturbance;
  log: EmulatorLog;
  sender: WebhookSender;
}

export class Deliveries {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #disturbance: Disturbance;
  readonly #log: EmulatorLog;
  readonly #alarms: Alarms;
  readonly #sender: WebhookSender;
  /** Due deliveries in order; those before `#nextReady` are in flight or done. */
  #ready: string[] = [];
  #nextReady = 0;
  #whenIdle: (() => void)[] = [];
  readonly #finished: string[] = [];
  readonly #pendingByEvent = new Map<string, Set<string>>();
  #inFlight = 0;
  #isClosed = false;
  /** Configured since the start: the URL of an earlier run may be outdated, so deliveries wait for a new one. */
  readonly #configuredEndpoints = new Set<string>();

  constructor({ store, clock, disturbance, log, sender }: DeliveriesOptions) {
    this.#sender = sender;
    this.#store = store;
    this.#clock = clock;
    this.#disturbance = disturbance;
    this.#log = log;
    this.#alarms = new Alarms(clock, (id) => this.#handleDue(id));
    for (const delivery of [...store.newestFirst('deliveries')].reverse()) {
      if (delivery.status === 'pending') this.track(delivery);
      else this.#finished.push(delivery.id);
    }
  }

  /** Stores the receivers of an event; `track` must follow after the commit. */
  plan(transaction: Transaction, { id: eventId, type: eventType, account }: Stripe.Event): Delivery[] {
    const planned: Delivery[] = [];
    for (const endpoint of transaction.newestFirst('webhook_endpoints')) {
      if ((endpoint.id === CONNECT_ENDPOINT_ID) !== (account !== undefined)) continue;
      const delaysMs = this.#disturbance.fateOf(eventType);
      const copies = delaysMs.length === 0 ? [undefined] : delaysMs;
      for (const delayMs of copies) {
        const delivery: Delivery = {
          id: newId('whd'),
          event: eventId,
          ...(account === undefined ? {} : { account }),
          endpoint: endpoint.id,
          status: delayMs === undefined ? 'dropped' : 'pending',
          attempts: 0,
          nextAttemptAtMs: this.#clock.nowMs() + (delayMs ?? 0),
          firstAttemptAtMs: null,
          lastStatus: null,
          lastError: null,
        };
        transaction.put('deliveries', delivery.id, delivery);
        planned.push(delivery);
      }
    }
    return planned;
  }

  track(delivery: Delivery): void {
    if (this.#isClosed || delivery.status !== 'pending') return;
    const pending = this.#pendingByEvent.get(delivery.event) ?? new Set();
    this.#pendingByEvent.set(delivery.event, pending.add(delivery.id));
    this.#alarms.set(delivery.id, delivery.nextAttemptAtMs);
  }

  /** How many endpoints have not answered 2xx for the event yet. */
  pendingCountOf(eventId: string): number {
    const ids = this.#pendingByEvent.get(eventId) ?? [];
    return new Set([...ids].map((id) => this.#store.get('deliveries', id)?.endpoint)).size;
  }

  /** Newest first. */
  list(status?: Delivery['status']): DeliveryReport[] {
    const reports: DeliveryReport[] = [];
    for (const delivery of this.#store.newestFirst('deliveries')) {
      if (status !== undefined && delivery.status !== status) continue;
      const events = partitionName('events', delivery.account ?? null);
      const type = this.#store.get(events, delivery.event)?.type ?? 'unknown';
      reports.push({ ...delivery, type, url: this.#store.get('webhook_endpoints', delivery.endpoint)?.url ?? null });
      if (reports.length === LISTED_MAX) break;
    }
    return reports;
  }

  /** Sets an endpoint's address, and sends all that waits for it now, including retries. */
  configure(endpointId: string, target: WebhookTarget): void {
    const endpoint = { id: endpointId, ...targetSchema.parse(target) };
    this.#store.transact((transaction) => transaction.put('webhook_endpoints', endpointId, endpoint));
    this.#configuredEndpoints.add(endpointId);
    for (const ids of this.#pendingByEvent.values()) {
      for (const id of ids) {
        const delivery = this.#store.get('deliveries', id);
        if (delivery?.endpoint !== endpointId) continue;
        this.#alarms.set(id, delivery.attempts > 0 ? 0 : delivery.nextAttemptAtMs);
      }
    }
  }

  catchUp(): void {
    this.#alarms.ringUntil(this.#clock.nowMs());
  }

  /** Sends all delayed events now; resolves when all were answered or have failed. */
  async flush(): Promise<void> {
    this.#alarms.ringUntil(this.#clock.nowMs() + FLUSHED_MS);
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#settleIdle();
    this.#alarms.close();
    this.#sender.close();
  }

  #handleDue(id: string): void {
    const delivery = this.#store.get('deliveries', id);
    if (delivery === undefined || !this.#configuredEndpoints.has(delivery.endpoint)) return;
    this.#ready.push(id);
    this.#pump();
  }

  #pump(): void {
    while (!this.#isClosed && this.#inFlight < IN_FLIGHT_MAX) {
      const id = this.#takeReady();
      if (id === undefined) break;
      this.#inFlight += 1;
      this.#attempt(id)
        .catch((error: Error) => this.#log('a webhook delivery broke', { delivery: id, error: error.message }))
        .finally(() => {
          this.#inFlight -= 1;
          this.#pump();
        });
    }
    if (this.#inFlight === 0) this.#settleIdle();
  }

  #takeReady(): string | undefined {
    const id = this.#ready[this.#nextReady];
    if (id !== undefined) this.#nextReady += 1;
    if (this.#nextReady > READY_SWEEP || id === undefined) {
      this.#ready = this.#ready.slice(this.#nextReady);
      this.#nextReady = 0;
    }
    return id;
  }

  #settleIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #attempt(id: string): Promise<void> {
    const delivery = this.#store.get('deliveries', id);
    if (delivery?.status !== 'pending') return;
    const event = this.#store.get(partitionName('events', delivery.account ?? null), delivery.event);
    const endpoint = this.#store.get('webhook_endpoints', delivery.endpoint);
    if (event === undefined || endpoint === undefined) {
      this.#finish({ ...delivery, status: 'failed', lastError: 'the event or its endpoint is gone' });
      return;
    }
    const payload = JSON.stringify({ ...event, pending_webhooks: this.pendingCountOf(event.id) });
    // The receiver compares the signature's time with the machine's clock, not with the emulator's.
    const signature = signatureHeader(payload, endpoint.secret, Math.floor(Date.now() / 1000));
    const startedAtMs = this.#clock.nowMs();
    const result = await this.#sender.post({ url: endpoint.url, payload, signature, timeoutMs: ATTEMPT_TIMEOUT_MS });
    if (this.#isClosed) return;
    const attempted: Delivery = {
      ...delivery,
      attempts: delivery.attempts + 1,
      firstAttemptAtMs: delivery.firstAttemptAtMs ?? startedAtMs,
      lastStatus: 'status' in result ? result.status : null,
      lastError: 'error' in result ? result.error : null,
    };
    if ('status' in result && result.status >= 200 && result.status < 300) {
      this.#finish({ ...attempted, status: 'delivered' });
    } else {
      this.#retryLater(attempted);
    }
  }

  #retryLater(delivery: Delivery): void {
    const nowMs = this.#clock.nowMs();
    const waitMs = Math.min(RETRY_MAX_MS, FIRST_RETRY_MS * 2 ** Math.min(delivery.attempts - 1, 20));
    const { lastStatus, lastError, event, attempts } = delivery;
    this.#log('a webhook was not accepted', { event, attempts, lastStatus, lastError });
    if (nowMs + waitMs > (delivery.firstAttemptAtMs ?? nowMs) + GIVE_UP_AFTER_MS) {
      this.#finish({ ...delivery, status: 'failed' });
      return;
    }
    const waiting = { ...delivery, nextAttemptAtMs: nowMs + waitMs };
    this.#store.transact((transaction) => transaction.put('deliveries', waiting.id, waiting));
    this.#alarms.set(waiting.id, waiting.nextAttemptAtMs);
  }

  #finish(delivery: Delivery): void {
    this.#finished.push(delivery.id);
    this.#store.transact((transaction) => {
      transaction.put('deliveries', delivery.id, delivery);
      while (this.#finished.length > FINISHED_MAX) {
        const oldest = this.#finished.shift();
        if (oldest !== undefined) transaction.remove('deliveries', oldest);
      }
    });
    const pending = this.#pendingByEvent.get(delivery.event);
    pending?.delete(delivery.id);
    if (pending?.size === 0) this.#pendingByEvent.delete(delivery.event);
  }
}

/** HMAC-SHA256 of `timestamp.payload`, keyed with the whole secret, `whsec_` included. */
function signatureHeader(payload: string, secret: string, timestampSeconds: number): string {
  const digest = createHmac('sha256', secret).update(`${timestampSeconds}.${payload}`).digest('hex');
  return `t=${timestampSeconds},v1=${digest}`;
}
