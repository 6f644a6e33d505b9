/** `/v1/webhook_endpoints`: receivers of events. The secret is returned once, when an endpoint is created. */
import type Stripe from 'stripe';
import { invalidParameter, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { newId } from '../random.ts';
import { API_VERSION } from '../schemas/schemas.ts';
import type { Records } from '../store/records.ts';

type Endpoint = Records['webhook_endpoints'];

const ENDPOINTS_MAX = 16;

export const webhookEndpointRoutes: readonly Route[] = [
  route<Stripe.WebhookEndpointCreateParams>('POST', '/v1/webhook_endpoints', 'WebhookEndpointCreateParams', create),
  route<Stripe.WebhookEndpointListParams>(
    'GET',
    '/v1/webhook_endpoints',
    'WebhookEndpointListParams',
    ({ tx }, page) => {
      const newestFirst = tx.newestFirst('webhook_endpoints');
      const list = paginate({ url: '/v1/webhook_endpoints', noun: 'webhook endpoint', newestFirst }, page);
      return { ...list, data: list.data.map(withoutSecret) };
    },
  ),
  route('GET', '/v1/webhook_endpoints/:id', 'WebhookEndpointRetrieveParams', (operation, _parameters, id) =>
    withoutSecret(endpointOf(operation, id)),
  ),
  route<Stripe.WebhookEndpointUpdateParams>(
    'POST',
    '/v1/webhook_endpoints/:id',
    'WebhookEndpointUpdateParams',
    (operation, { description, disabled, enabled_events, metadata, url }, id) => {
      const endpoint = endpointOf(operation, id);
      const updated: Endpoint = { ...endpoint, metadata: mergeMetadata(endpoint.metadata, metadata) };
      if (description !== undefined) updated.description = description === '' ? null : description;
      if (disabled !== undefined) updated.status = disabled ? 'disabled' : 'enabled';
      if (enabled_events !== undefined) updated.enabled_events = enabled_events;
      if (url !== undefined) updated.url = parseEventUrl(url);
      operation.tx.put('webhook_endpoints', id, updated);
      return withoutSecret(updated);
    },
  ),
  route('DELETE', '/v1/webhook_endpoints/:id', 'WebhookEndpointDeleteParams', (operation, _parameters, id) => {
    endpointOf(operation, id);
    operation.tx.remove('webhook_endpoints', id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];

function create(operation: Operation, parameters: Stripe.WebhookEndpointCreateParams): Endpoint {
  const { api_version: version = null, connect, description, enabled_events, metadata, url } = parameters;
  if (version !== null && version !== API_VERSION) throw notEmulated(`The api_version ${version}`, 'api_version');
  if ([...operation.tx.newestFirst('webhook_endpoints')].length >= ENDPOINTS_MAX) {
    throw invalidParameter({ message: `You have reached the maximum of ${ENDPOINTS_MAX} test webhook endpoints.` });
  }
  const endpoint = newEndpoint(operation, {
    id: newId('we'),
    api_version: version,
    description: description ?? null,
    enabled_events,
    isConnect: connect === true,
    metadata: mergeMetadata(null, metadata),
    secret: newId('whsec', 32),
    url: parseEventUrl(url),
  });
  operation.tx.put('webhook_endpoints', endpoint.id, endpoint);
  const { isConnect: _isConnect, ...shown } = endpoint;
  return shown;
}

type NewEndpoint = Pick<
  Endpoint,
  'id' | 'api_version' | 'description' | 'enabled_events' | 'isConnect' | 'metadata' | 'secret' | 'url'
>;

export function newEndpoint({ now }: { now: number }, given: NewEndpoint): Endpoint {
  return { ...given, object: 'webhook_endpoint', application: null, created: now, livemode: false, status: 'enabled' };
}

export function parseEventUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw invalidParameter({
    code: 'url_invalid',
    param: 'url',
    message: 'Invalid URL: An explicit scheme (such as https) must be provided.',
  });
}

function endpointOf(operation: Operation, id: string): Readonly<Endpoint> {
  const endpoint = operation.tx.get('webhook_endpoints', id);
  if (endpoint === undefined) throw noSuch('webhook endpoint', id);
  return endpoint;
}

function withoutSecret({
  secret: _secret,
  isConnect: _isConnect,
  ...shown
}: Readonly<Endpoint>): Stripe.WebhookEndpoint {
  return shown;
}
