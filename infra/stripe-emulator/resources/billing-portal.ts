/** `/v1/billing_portal/sessions`: links to a customer's billing portal. */
import type Stripe from 'stripe';
import { invalidParameter } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
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
];

function create(
  operation: Operation,
  { customer, locale, return_url: returnUrl }: Stripe.BillingPortal.SessionCreateParams,
): Stripe.BillingPortal.Session {
  if (customer === undefined) {
    const message = 'Missing required param: customer.';
    throw invalidParameter({ code: 'parameter_missing', param: 'customer', message });
  }
  if (returnUrl !== undefined && !(URL.canParse(returnUrl) && /^https?:$/.test(new URL(returnUrl).protocol))) {
    throw invalidParameter({ code: 'url_invalid', param: 'return_url', message: `Not a valid URL: ${returnUrl}` });
  }
  const { id } = customerOf(operation.tx, customer);
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
    configuration: 'bpc_default',
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
