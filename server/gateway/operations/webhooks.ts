import type { z } from 'zod';
import { AppError } from '../../protocol/errors.ts';
import { eventId, type eventList, webhookEndpointId } from '../../protocol/events.ts';
import type { WebhookEndpointId } from '../../protocol/ids.ts';
import { webhookContract } from '../../protocol/operations/webhooks.ts';
import { implement } from './operation.ts';

export const webhookOperations = implement(webhookContract, {
  listEvents: ({ webhooks }, { input }) => webhooks.list(input) as Promise<z.input<typeof eventList>>,
  replayEvent: async ({ webhooks }, { params, input }) => {
    if (!eventId.safeParse(params.event).success) throw new AppError('event_not_found');
    return { deliveries: await webhooks.replay(params.event, input.endpoint) };
  },
  createWebhookEndpoint: ({ webhooks }, { input }) => webhooks.createEndpoint(input),
  listWebhookEndpoints: async ({ webhooks }) => ({ endpoints: await webhooks.listEndpoints() }),
  getWebhookEndpoint: ({ webhooks }, { params }) => webhooks.getEndpoint(parseEndpointId(params.endpoint)),
  deleteWebhookEndpoint: ({ webhooks }, { params }) => webhooks.deleteEndpoint(parseEndpointId(params.endpoint)),
  listWebhookDeliveries: async ({ webhooks }, { params, input }) => ({
    deliveries: await webhooks.listDeliveries(parseEndpointId(params.endpoint), input),
  }),
  disableWebhookEndpoint: ({ webhooks }, { params }) => webhooks.disableEndpoint(parseEndpointId(params.endpoint)),
  enableWebhookEndpoint: ({ webhooks }, { params }) => webhooks.enableEndpoint(parseEndpointId(params.endpoint)),
  rotateWebhookSecret: ({ webhooks }, { params, input }) =>
    webhooks.rotateSecret(parseEndpointId(params.endpoint), input.overlapSeconds),
});

function parseEndpointId(id: string): WebhookEndpointId {
  const parsed = webhookEndpointId.safeParse(id);
  if (!parsed.success) throw new AppError('webhook_endpoint_not_found');
  return parsed.data;
}
