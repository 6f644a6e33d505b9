/** `/v1/billing_portal`: what customers may do there, and links to it. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { newId, randomText } from '../random.ts';
import { customerOf } from './customers.ts';

const LIFETIME_SECONDS = 60 * 60;

export const billingPortalRoutes: readonly Route[] = [
  route<Stripe.BillingPortal.SessionCreateParams>(
    'POST',
    '/v1/billing_portal/sessions',
    'BillingPortal.SessionCreateParams',
    create,
  ),
  route<Stripe.BillingPortal.ConfigurationCreateParams>(
    'POST',
    '/v1/billing_portal/configurations',
    'BillingPortal.ConfigurationCreateParams',
    configure,
  ),
  route<Stripe.BillingPortal.ConfigurationListParams>(
    'GET',
    '/v1/billing_portal/configurations',
    'BillingPortal.ConfigurationListParams',
    ({ tx }, { active, is_default: isDefault, ...page }) =>
      paginate(
        {
          url: '/v1/billing_portal/configurations',
          noun: 'billing portal configuration',
          newestFirst: tx.newestFirst('portal_configurations'),
          matches: (each) =>
            (active === undefined || each.active === active) &&
            (isDefault === undefined || each.is_default === isDefault),
        },
        page,
      ),
  ),
];

function configure(
  operation: Operation,
  { features, metadata, name }: Stripe.BillingPortal.ConfigurationCreateParams,
): Stripe.BillingPortal.Configuration {
  const configuration: Stripe.BillingPortal.Configuration = {
    id: newId('bpc'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: operation.now,
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: features.customer_update?.enabled ?? false },
      invoice_history: { enabled: features.invoice_history?.enabled ?? false },
      payment_method_update: {
        enabled: features.payment_method_update?.enabled ?? false,
        payment_method_configuration: null,
      },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: [] },
        enabled: features.subscription_cancel?.enabled ?? false,
        mode: features.subscription_cancel?.mode ?? 'at_period_end',
        proration_behavior: 'none',
      },
      subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: features.subscription_update?.enabled ?? false,
        products: null,
        proration_behavior: 'none',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'end_trial',
      },
    },
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: mergeMetadata(null, metadata),
    name: name ?? null,
    updated: operation.now,
  };
  operation.tx.put('portal_configurations', configuration.id, configuration);
  operation.emit('billing_portal.configuration.created', { object: configuration });
  return configuration;
}

/** An account whose dashboard never saved the portal's settings has no default: a call names a configuration. */
function configurationOf(operation: Operation, id: string | undefined): string {
  if (id === undefined) {
    const message =
      'No configuration provided and your default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in the Dashboard.';
    throw invalidRequest({ message });
  }
  if (operation.tx.get('portal_configurations', id) === undefined) throw noSuch('configuration', id, 'configuration');
  return id;
}

function create(
  operation: Operation,
  { configuration, customer, locale, return_url: returnUrl }: Stripe.BillingPortal.SessionCreateParams,
): Stripe.BillingPortal.Session {
  if (customer === undefined) {
    const message = 'Missing required param: customer.';
    throw invalidParameter({ code: 'parameter_missing', param: 'customer', message });
  }
  if (returnUrl !== undefined && !(URL.canParse(returnUrl) && /^https?:$/.test(new URL(returnUrl).protocol))) {
    throw invalidParameter({ code: 'url_invalid', param: 'return_url', message: `Not a valid URL: ${returnUrl}` });
  }
  const { id } = customerOf(operation.tx, customer);
  const configured = configurationOf(operation, configuration);
  const token = randomText(48);
  operation.tx.put('portal_sessions', token, {
    customer: id,
    expiresAt: operation.now + LIFETIME_SECONDS,
    locale: locale ?? null,
    returnUrl: returnUrl ?? null,
  });
  const session: Stripe.BillingPortal.Session = {
    id: newId('bps'),
    object: 'billing_portal.session',
    configuration: configured,
    created: operation.now,
    customer: id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: locale ?? null,
    on_behalf_of: null,
    return_url: returnUrl ?? null,
    url: `/c/portal/${token}`,
  };
  operation.emit('billing_portal.session.created', { object: session });
  return session;
}
