/** `/v1/checkout/sessions`, to pay or to subscribe on a hosted page. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import type { Included } from '../api/expand.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { createLineItems } from '../checkout/line-items.ts';
import { createSession, expireSession } from '../checkout/sessions.ts';
import { assertCardAllowed } from '../payments/cards.ts';
import { assertChargeable } from '../payments/money.ts';
import { assertDescriptors } from '../payments/statement-descriptors.ts';
import type { Reader } from '../store/reader.ts';
import { customerOf } from './customers.ts';

type CreateParams = Stripe.Checkout.SessionCreateParams;

const LIFETIME_MIN_SECONDS = 30 * 60;
const LIFETIME_MAX_SECONDS = 24 * 60 * 60;
const REFERENCE_LENGTH_MAX = 200;

export const checkoutSessionRoutes: readonly Route[] = [
  route<CreateParams>('POST', '/v1/checkout/sessions', 'Checkout.SessionCreateParams', create),
  route<Stripe.Checkout.SessionListParams>(
    'GET',
    '/v1/checkout/sessions',
    'Checkout.SessionListParams',
    ({ tx }, { customer, ...page }) => {
      const newestFirst = tx.newestFirst('checkout_sessions', { customer });
      return paginate({ url: '/v1/checkout/sessions', noun: 'checkout.session', newestFirst }, page);
    },
  ),
  route('GET', '/v1/checkout/sessions/:id', 'Checkout.SessionRetrieveParams', ({ tx }, _parameters, id) =>
    sessionOf(tx, id),
  ),
  route('POST', '/v1/checkout/sessions/:id/expire', 'Checkout.SessionExpireParams', (operation, _parameters, id) => {
    const session = sessionOf(operation.tx, id);
    if (session.status !== 'open') {
      const message = `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`;
      throw invalidRequest({ message });
    }
    return expireSession(operation, session);
  }),
  route<Stripe.Checkout.SessionListLineItemsParams>(
    'GET',
    '/v1/checkout/sessions/:id/line_items',
    'Checkout.SessionListLineItemsParams',
    ({ tx }, page, id) => paginate(lineItemSource(tx, sessionOf(tx, id).id), page),
  ),
];

/** `expand[]=line_items` on a session. */
export const lineItemsOfSession: Included = (reader, sessionId) => paginate(lineItemSource(reader, sessionId), {});

function lineItemSource(reader: Reader, sessionId: string) {
  // Line items keep their given order, unlike other lists.
  const newestFirst = reader.get('checkout_forms', sessionId)?.lineItems ?? [];
  return { url: `/v1/checkout/sessions/${sessionId}/line_items`, noun: 'item', newestFirst };
}

function create(operation: Operation, parameters: CreateParams): Stripe.Checkout.Session {
  const mode = assertHosted(parameters);
  assertDescriptors(parameters.payment_intent_data ?? {});
  if (parameters.automatic_tax?.enabled) throw notEmulated('Stripe Tax', 'automatic_tax[enabled]');
  if (parameters.managed_payments?.enabled) throw notEmulated('Managed Payments', 'managed_payments[enabled]');
  const { customer } = parameters;
  const reference = parameters.client_reference_id ?? null;
  if (reference !== null && reference.length > REFERENCE_LENGTH_MAX) {
    const message = `Invalid string: client_reference_id; must be at most ${REFERENCE_LENGTH_MAX} characters`;
    throw invalidParameter({ param: 'client_reference_id', message });
  }
  const { currency, lineItems } = soldIn(operation, parameters, mode);
  return createSession(
    operation,
    {
      // On unless the call says otherwise: the dashboard has it on.
      adaptive_pricing: { enabled: parameters.adaptive_pricing?.enabled ?? true },
      allowed_payment_method_types: parameters.allowed_payment_method_types ?? null,
      cancel_url: parameters.cancel_url === undefined ? null : parsePageUrl(parameters.cancel_url, 'cancel_url'),
      client_reference_id: reference,
      currency,
      customer: customer === undefined ? null : customerOf(operation.tx, customer).id,
      customer_creation: customer === undefined ? (mode === 'payment' ? 'if_required' : 'always') : null,
      expires_at: expiryOf(operation, parameters.expires_at),
      locale: parameters.locale ?? null,
      metadata: mergeMetadata(null, parameters.metadata),
      mode,
      saved_payment_method_options: savedOptionsOf(parameters),
      success_url: parsePageUrl(required(parameters, 'success_url'), 'success_url'),
    },
    {
      lineItems,
      paymentIntentData: parameters.payment_intent_data ?? {},
      ...(parameters.subscription_data === undefined ? {} : { subscriptionData: parameters.subscription_data }),
    },
  );
}

function soldIn(operation: Operation, parameters: CreateParams, mode: Stripe.Checkout.Session.Mode) {
  const sold = createLineItems(operation, required(parameters, 'line_items'));
  const total = sold.lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  const isRecurring = sold.lineItems.map(({ price }) => price?.recurring !== null);
  if (mode === 'payment' && isRecurring.includes(true)) {
    const message =
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.';
    throw invalidRequest({ param: 'line_items', message });
  }
  if (mode === 'subscription' && isRecurring.includes(false)) {
    if (isRecurring.includes(true)) throw notEmulated('A one-time price in subscription mode', 'line_items');
    const message = 'You must provide at least one recurring price in `subscription` mode when using prices.';
    throw invalidRequest({ param: 'line_items', message });
  }
  if (mode === 'payment' || total > 0) assertChargeable(total, sold.currency, 'line_items');
  return sold;
}

function savedOptionsOf(parameters: CreateParams): Stripe.Checkout.Session.SavedPaymentMethodOptions | null {
  const { saved_payment_method_options: options, customer } = parameters;
  if (options?.payment_method_remove === 'enabled') {
    throw notEmulated('Removing cards on the page', 'saved_payment_method_options[payment_method_remove]');
  }
  if (options === undefined && customer === undefined) return null;
  return {
    allow_redisplay_filters: options?.allow_redisplay_filters ?? ['always'],
    payment_method_remove: 'disabled',
    payment_method_save: options?.payment_method_save ?? null,
  };
}

/** The mode, after checking that the parameters fit it. */
function assertHosted(parameters: CreateParams): Stripe.Checkout.Session.Mode {
  const mode = required(parameters, 'mode');
  if (mode === 'setup') throw notEmulated('The mode setup', 'mode');
  if (mode !== 'payment' && parameters.payment_intent_data !== undefined) throw notInMode('payment_intent_data', mode);
  if (mode !== 'subscription' && parameters.subscription_data !== undefined) throw notInMode('subscription_data', mode);
  assertCardAllowed(parameters.allowed_payment_method_types);
  return mode;
}

function notInMode(param: keyof CreateParams, mode: string): Error {
  return invalidParameter({ param, message: `You can not pass \`${param}\` in \`${mode}\` mode.` });
}

function required<K extends keyof CreateParams>(parameters: CreateParams, param: K): NonNullable<CreateParams[K]> {
  const value = parameters[param];
  if (value !== undefined && value !== null) return value as NonNullable<CreateParams[K]>;
  throw invalidParameter({ code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
}

function expiryOf({ now }: Operation, expiresAt: number | undefined): number {
  if (expiresAt === undefined) return now + LIFETIME_MAX_SECONDS;
  const lifetimeSeconds = expiresAt - now;
  if (lifetimeSeconds < LIFETIME_MIN_SECONDS) {
    const message = 'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.';
    throw invalidRequest({ param: 'expires_at', message });
  }
  if (lifetimeSeconds > LIFETIME_MAX_SECONDS) {
    const message = 'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.';
    throw invalidRequest({ param: 'expires_at', message });
  }
  return expiresAt;
}

/** The placeholder for the session's id may be anywhere in the address. */
function parsePageUrl(url: string, param: string): string {
  const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isUrl) return url;
  throw invalidParameter({ code: 'url_invalid', param, message: `Not a valid URL: ${url}` });
}

function sessionOf(reader: Reader, id: string): Readonly<Stripe.Checkout.Session> {
  const session = reader.get('checkout_sessions', id);
  if (session === undefined) throw noSuch('checkout.session', id);
  return session;
}
