/** Webhooks: the endpoints of embedders, their deliveries, and the log of events to catch up from. */

import {
  deliveryList,
  deliveryListQuery,
  eventList,
  eventListQuery,
  replayed,
  replayInput,
  secretRotationInput,
  webhookEndpoint,
  webhookEndpointDeleted,
  webhookEndpointInput,
  webhookEndpointList,
  webhookEndpointWithSecret,
} from '../events.ts';
import { operation } from './contract.ts';

const BY_SERVER = { by: ['server:events'] } as const;
const OF_ENDPOINT = { ...BY_SERVER, errors: ['webhook_endpoint_not_found'] } as const;

export const webhookContract = {
  listEvents: operation({
    http: 'GET /v1/events',
    ...BY_SERVER,
    input: eventListQuery,
    answer: eventList,
    summary: 'List events, the oldest first',
    description:
      'To catch up, pass the `seq` of your last event as `after`, until `hasMore` is false. Events are kept for 90 days.',
  }),
  replayEvent: operation({
    http: 'POST /v1/events/:event/replay',
    ...BY_SERVER,
    input: replayInput,
    example: {},
    answer: replayed,
    status: 201,
    summary: 'Resend an event',
    description:
      'To the given endpoint, or to every enabled one that subscribes to its type, at once and outside the order of its room. It has the same `id` as before.',
    errors: ['event_not_found', 'webhook_endpoint_not_found'],
  }),
  createWebhookEndpoint: operation({
    http: 'POST /v1/webhook-endpoints',
    ...BY_SERVER,
    input: webhookEndpointInput,
    example: { url: 'https://club.example/loge-events', events: ['tip.succeeded', 'ticket.purchased'] },
    answer: webhookEndpointWithSecret,
    status: 201,
    summary: 'Create a webhook endpoint',
    description:
      'Store the `secret`: it is returned only once. Each event is posted as JSON with the header `Loge-Signature: t=…,v1=…`, where `v1` is HMAC-SHA256 over `t`, a dot and the raw body, with the secret as key. Answer 2xx within ten seconds. Failed deliveries are retried for three days; the events of one room arrive in order.',
    errors: ['webhook_url_not_allowed', 'webhook_endpoint_limit'],
  }),
  listWebhookEndpoints: operation({
    http: 'GET /v1/webhook-endpoints',
    ...BY_SERVER,
    answer: webhookEndpointList,
    summary: 'List webhook endpoints',
  }),
  getWebhookEndpoint: operation({
    http: 'GET /v1/webhook-endpoints/:endpoint',
    ...OF_ENDPOINT,
    answer: webhookEndpoint,
    summary: 'Get a webhook endpoint',
  }),
  deleteWebhookEndpoint: operation({
    http: 'DELETE /v1/webhook-endpoints/:endpoint',
    ...OF_ENDPOINT,
    answer: webhookEndpointDeleted,
    summary: 'Delete a webhook endpoint',
    description: 'Also deletes its queue and its record of deliveries.',
  }),
  listWebhookDeliveries: operation({
    http: 'GET /v1/webhook-endpoints/:endpoint/deliveries',
    ...OF_ENDPOINT,
    input: deliveryListQuery,
    answer: deliveryList,
    summary: 'List deliveries to an endpoint',
    description: 'Newest first, each with its attempts: time, status, duration, error, and the time of the next one.',
  }),
  disableWebhookEndpoint: operation({
    http: 'POST /v1/webhook-endpoints/:endpoint/disable',
    ...OF_ENDPOINT,
    answer: webhookEndpoint,
    summary: 'Disable a webhook endpoint',
    description: 'Its queue is kept; later events are not queued for it and can be read at `/v1/events`.',
  }),
  enableWebhookEndpoint: operation({
    http: 'POST /v1/webhook-endpoints/:endpoint/enable',
    ...OF_ENDPOINT,
    answer: webhookEndpoint,
    summary: 'Enable a webhook endpoint again',
    description: 'Sends its queue at once.',
  }),
  rotateWebhookSecret: operation({
    http: 'POST /v1/webhook-endpoints/:endpoint/rotate',
    ...OF_ENDPOINT,
    input: secretRotationInput,
    example: { overlapSeconds: 86_400 },
    answer: webhookEndpointWithSecret,
    summary: 'Replace the secret of a webhook endpoint',
    description: 'Until the overlap ends, the signature also has a `v1` of each replaced secret. Accept any.',
  }),
};
