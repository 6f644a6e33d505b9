/** Prometheus metrics (prom-client) with bounded label sets: a label is never an identity, a room or an address. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type Metrics = ReturnType<typeof createMetrics>;

/** Of the process: event loop, garbage collection, memory. Its observers run until the process ends. */
export function collectProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry, prefix: 'loge_' });
}

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const metrics = {
    registry,
    eventLoopDelay: new Histogram({
      name: 'loge_event_loop_delay_seconds',
      help: 'How much later than due the event loop took a turn, sampled ten times a second',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    clockInDoubt: new Gauge({
      name: 'loge_clock_in_doubt',
      help: "1 after the clock has jumped, or while it differs from the database's: irreversible jobs wait",
      registers,
    }),
    sockets: new Gauge({ name: 'loge_sockets', help: 'Open Socket.IO connections', registers }),
    requests: new Counter({
      name: 'loge_requests_total',
      help: 'Inbound Socket.IO requests by name and outcome (`ok` or the error code)',
      labelNames: ['request', 'outcome'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'loge_request_seconds',
      help: 'Time from an inbound Socket.IO request to its answer',
      labelNames: ['request'],
      buckets: LATENCY_BUCKETS_SECONDS,
      registers,
    }),
    httpRequests: new Counter({
      name: 'loge_http_requests_total',
      help: 'HTTP requests of the APIs by route and status class',
      labelNames: ['route', 'status'],
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'loge_connections_refused_total',
      help: 'Socket handshakes refused, by error code',
      labelNames: ['code'],
      registers,
    }),
    connectionsClosed: new Counter({
      name: 'loge_connections_closed_total',
      help: 'Socket connections that the house closed, by error code',
      labelNames: ['code'],
      registers,
    }),
    chatEntries: new Counter({
      name: 'loge_chat_entries_total',
      help: 'Entries appended to chat logs by kind',
      labelNames: ['kind'],
      registers,
    }),
    chatSampled: new Counter({
      name: 'loge_chat_sampled_total',
      help: 'Messages left out of frames because a room had more than people can read',
      registers,
    }),
    chatGaps: new Counter({
      name: 'loge_chat_gaps_total',
      help: 'Gaps in what the bus brought, filled from the database',
      registers,
    }),
    chatSlowSockets: new Gauge({
      name: 'loge_chat_slow_sockets',
      help: 'Sockets that get no chat until they have taken what they were sent',
      registers,
    }),
    chatModerated: new Counter({
      name: 'loge_chat_moderated_total',
      help: 'Messages that were not taken as they came: `held` or `refused`, by cause (words, duplicate, wave, tip)',
      labelNames: ['outcome', 'cause'],
      registers,
    }),
    chatHookAnswers: new Counter({
      name: 'loge_chat_hook_answers_total',
      help: "What the embedder's chat hook decided, or why it did not: allow, deny, hold, failed, busy, circuit_open",
      labelNames: ['outcome'],
      registers,
    }),
    chatHookSeconds: new Histogram({
      name: 'loge_chat_hook_seconds',
      help: "Time that the embedder's chat hook takes to answer",
      buckets: LATENCY_BUCKETS_SECONDS,
      registers,
    }),
    moneyMinor: new Counter({
      name: 'loge_money_minor_total',
      help: 'Amounts booked in minor units by kind of transaction',
      labelNames: ['kind'],
      registers,
    }),
    providerEvents: new Counter({
      name: 'loge_provider_webhooks_total',
      help: 'Events from the payment provider by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    providerEventVersionMismatches: new Counter({
      name: 'loge_provider_webhook_version_mismatches_total',
      help: 'Provider events of another API version than the one that this server uses',
      registers,
    }),
    reconciliationDifferenceMinor: new Gauge({
      name: 'loge_reconciliation_difference_minor',
      help: 'What the provider has beyond the books and nothing explains, in minor units, at the last reconciliation',
      registers,
    }),
    reconciliationItems: new Gauge({
      name: 'loge_reconciliation_items',
      help: 'Differences between books and provider at the last reconciliation, by whether they are explained',
      labelNames: ['explained'],
      registers,
    }),
    outboxPending: new Gauge({
      name: 'loge_outbox_pending',
      help: 'Facts committed and not yet dispatched',
      registers,
    }),
    outboxFailing: new Gauge({
      name: 'loge_outbox_failing',
      help: 'Facts that a listener failed to handle; each is retried at least every ten seconds',
      registers,
    }),
    busMessagesLost: new Counter({
      name: 'loge_bus_messages_lost_total',
      help: 'Messages to other gateways that Redis did not take; the database has what they told of',
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'loge_webhook_deliveries_total',
      help: "Attempts to deliver an event to an embedder's endpoint by outcome: delivered, retry, given_up",
      labelNames: ['outcome'],
      registers,
    }),
    letters: new Counter({
      name: 'loge_letters_total',
      help: 'Letters by outcome: sent, bounced, expired, unsubscribed; and attempts that will be retried',
      labelNames: ['outcome'],
      registers,
    }),
    dueRows: new Counter({
      name: 'loge_due_rows_total',
      help: 'Attempts of rows that are work (refunds, payouts, checks at the provider) by kind and outcome: done, failed',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    dueRowsOldest: new Gauge({
      name: 'loge_due_rows_oldest_seconds',
      help: 'For how long the oldest due row has waited to be claimed, by kind',
      labelNames: ['kind'],
      registers,
    }),
    dueRowsFailing: new Gauge({
      name: 'loge_due_rows_failing',
      help: 'Rows whose attempts fail, by kind; the operators see why on their desk',
      labelNames: ['kind'],
      registers,
    }),
    webhookEndpointsDisabled: new Counter({
      name: 'loge_webhook_endpoints_disabled_total',
      help: 'Endpoints of embedders that the house disabled by itself, by reason',
      labelNames: ['reason'],
      registers,
    }),
    livesRunning: new Gauge({ name: 'loge_lives', help: 'Rooms with media on stage', registers }),
    mediaSessions: new Gauge({
      name: 'loge_media_sessions',
      help: 'Media sessions of this gateway by direction',
      labelNames: ['direction'],
      registers,
    }),
    sfuNodes: new Gauge({
      name: 'loge_sfu_nodes',
      help: 'SFU nodes that this gateway knows, those that are about to leave included',
      registers,
    }),
    accessRevocations: new Counter({
      name: 'loge_access_revocations_total',
      help: 'Participants put out of a room, by reason',
      labelNames: ['reason'],
      registers,
    }),
  };
  // Starts these at 0: Prometheus sees no increase from a series that first appears as 1.
  for (const outcome of ['failed', 'found_by_listing']) metrics.providerEvents.inc({ outcome }, 0);
  for (const outcome of ['sent', 'retried']) metrics.letters.inc({ outcome }, 0);
  metrics.webhookDeliveries.inc({ outcome: 'given_up' }, 0);
  return metrics;
}
