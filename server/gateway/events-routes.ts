/** The server API for events out: webhook endpoints, their deliveries, and the log to catch up from. */
import type { z } from 'zod';
import { AppError } from '../protocol/errors.ts';
import {
  deliveryList,
  deliveryListQuery,
  eventId,
  eventList,
  eventListQuery,
  replayed,
  replayInput,
  secretRotationInput,
  webhookEndpoint,
  webhookEndpointDeleted,
  webhookEndpointId,
  webhookEndpointInput,
  webhookEndpointList,
  webhookEndpointWithSecret,
} from '../protocol/events.ts';
import type { WebhookEndpointId } from '../protocol/ids.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

const OF_ENDPOINT = {
  auth: 'server',
  scope: 'events',
  limit: 'server',
  errors: ['webhook_endpoint_not_found'],
} as const;

export function eventsRoutes(context: HttpContext): Route[] {
  return [...logRoutes(context), ...endpointRoutes(context), ...endpointOrderRoutes(context)];
}

function logRoutes({ events }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'listEvents',
      method: 'get',
      path: '/v1/events',
      auth: 'server',
      scope: 'events',
      limit: 'server',
      input: eventListQuery,
      answer: eventList,
      summary: 'List events, the oldest first',
      description:
        'To catch up: give the `seq` of the last event that you have as `after`, until `hasMore` is false. Events are kept for 90 days.',
      handler: ({ input }) => events.list(input) as Promise<z.input<typeof eventList>>,
    }),
    defineRoute({
      name: 'replayEvent',
      method: 'post',
      path: '/v1/events/:event/replay',
      auth: 'server',
      scope: 'events',
      limit: 'server',
      input: replayInput,
      example: {},
      answer: replayed,
      status: 201,
      summary: 'Send an event again',
      description:
        'To the endpoint that you name, or to every enabled one that takes its type, at once and outside the order of its room. It carries the same `id` as before.',
      errors: ['event_not_found', 'webhook_endpoint_not_found'],
      handler: async ({ params, input }) => {
        if (!eventId.safeParse(params.event).success) throw new AppError('event_not_found');
        return { deliveries: await events.replay(params.event, input.endpoint) };
      },
    }),
  ];
}

function endpointRoutes({ events }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createWebhookEndpoint',
      method: 'post',
      path: '/v1/webhook-endpoints',
      auth: 'server',
      scope: 'events',
      limit: 'server',
      input: webhookEndpointInput,
      example: { url: 'https://club.example/loge-events', events: ['tip.succeeded', 'ticket.purchased'] },
      answer: webhookEndpointWithSecret,
      status: 201,
      summary: 'Create a webhook endpoint',
      description:
        'Keep the `secret`: it is shown here and never again. Each event is posted as JSON with the header `Loge-Signature: t=…,v1=…`, where `v1` is HMAC-SHA256 over `t`, a dot and the body as it came, with the secret as key. Answer 2xx within ten seconds. What fails is tried again for three days; the events of one room come in order.',
      errors: ['webhook_url_not_allowed', 'webhook_endpoint_limit'],
      handler: ({ input }) => events.createEndpoint(input),
    }),
    defineRoute({
      name: 'listWebhookEndpoints',
      method: 'get',
      path: '/v1/webhook-endpoints',
      auth: 'server',
      scope: 'events',
      limit: 'server',
      answer: webhookEndpointList,
      summary: 'List webhook endpoints',
      handler: async () => ({ endpoints: await events.listEndpoints() }),
    }),
    defineRoute({
      name: 'getWebhookEndpoint',
      method: 'get',
      path: '/v1/webhook-endpoints/:endpoint',
      ...OF_ENDPOINT,
      answer: webhookEndpoint,
      summary: 'Get a webhook endpoint',
      handler: ({ params }) => events.getEndpoint(parseEndpointId(params.endpoint)),
    }),
    defineRoute({
      name: 'deleteWebhookEndpoint',
      method: 'delete',
      path: '/v1/webhook-endpoints/:endpoint',
      ...OF_ENDPOINT,
      answer: webhookEndpointDeleted,
      summary: 'Delete a webhook endpoint',
      description: 'With everything that waits for it, and the record of what was sent to it.',
      handler: ({ params }) => events.deleteEndpoint(parseEndpointId(params.endpoint)),
    }),
    defineRoute({
      name: 'listWebhookDeliveries',
      method: 'get',
      path: '/v1/webhook-endpoints/:endpoint/deliveries',
      ...OF_ENDPOINT,
      input: deliveryListQuery,
      answer: deliveryList,
      summary: 'List deliveries to an endpoint',
      description:
        'The newest first, each with its attempts: when, the status answered, how long it took, what went wrong, and when the next one is.',
      handler: async ({ params, input }) => ({
        deliveries: await events.listDeliveries(parseEndpointId(params.endpoint), input),
      }),
    }),
  ];
}

function endpointOrderRoutes({ events }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'disableWebhookEndpoint',
      method: 'post',
      path: '/v1/webhook-endpoints/:endpoint/disable',
      ...OF_ENDPOINT,
      answer: webhookEndpoint,
      summary: 'Disable a webhook endpoint',
      description:
        'What waits is kept; what happens from now on is not queued for it, and can be read at `/v1/events`.',
      handler: ({ params }) => events.disableEndpoint(parseEndpointId(params.endpoint)),
    }),
    defineRoute({
      name: 'enableWebhookEndpoint',
      method: 'post',
      path: '/v1/webhook-endpoints/:endpoint/enable',
      ...OF_ENDPOINT,
      answer: webhookEndpoint,
      summary: 'Enable a webhook endpoint again',
      description: 'What had waited is sent at once.',
      handler: ({ params }) => events.enableEndpoint(parseEndpointId(params.endpoint)),
    }),
    defineRoute({
      name: 'rotateWebhookSecret',
      method: 'post',
      path: '/v1/webhook-endpoints/:endpoint/rotate',
      ...OF_ENDPOINT,
      input: secretRotationInput,
      example: { overlapSeconds: 86_400 },
      answer: webhookEndpointWithSecret,
      summary: 'Replace the secret of a webhook endpoint',
      description:
        'For as long as the two overlap, the signature has two `v1`: of the new secret and of the old one. Accept whichever matches.',
      handler: ({ params, input }) => events.rotateSecret(parseEndpointId(params.endpoint), input.overlapSeconds),
    }),
  ];
}

function parseEndpointId(id: string): WebhookEndpointId {
  const parsed = webhookEndpointId.safeParse(id);
  if (!parsed.success) throw new AppError('webhook_endpoint_not_found');
  return parsed.data;
}
