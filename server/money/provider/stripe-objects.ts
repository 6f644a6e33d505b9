/** Maps Stripe's objects to those of the port. */
import type Stripe from 'stripe';
import type { CountryEvidence } from '../sales/country-evidence.ts';
import type { ProviderCheckout, ProviderEvent, ProviderPayment, ProviderRefund } from './payment-provider.ts';

export function localeOf(locale: string | null): Stripe.Checkout.SessionCreateParams.Locale {
  return locale === 'fr' || locale === 'en' ? locale : 'auto';
}

/**
 * What a dashboard can switch on for every page: prices in the payer's own currency (docs.stripe.com, "Adaptive
 * Pricing"), Stripe's taxes, and Stripe as the seller. Each call says no, whatever the dashboard says.
 */
export const SWITCHED_OFF = {
  adaptive_pricing: { enabled: false },
  automatic_tax: { enabled: false },
  managed_payments: { enabled: false },
} as const satisfies Stripe.Checkout.SessionCreateParams;

/** A card payment has only a suffix on statements, behind the account's own name. */
export function suffixOf(statementName: string | undefined): { statement_descriptor_suffix?: string } {
  return statementName === undefined ? {} : { statement_descriptor_suffix: statementName };
}

export function toCheckout(session: Stripe.Checkout.Session): ProviderCheckout {
  const intent = session.payment_intent;
  return {
    session: session.id,
    reference: session.client_reference_id,
    // A completed session can still be unpaid if the payment method takes days: only the money counts.
    status: session.payment_status === 'paid' ? 'paid' : session.status === 'expired' ? 'expired' : 'open',
    url: session.status === 'open' ? (session.url ?? null) : null,
    amountMinor: session.amount_total ?? 0,
    currency: session.currency ?? '',
    payment: intent === null ? null : toPayment(intent),
  };
}

export function toPayment(intent: string | Stripe.PaymentIntent): ProviderPayment {
  if (typeof intent === 'string')
    return { payment: intent, feeMinor: null, paidAtMs: null, evidence: [], cardFingerprint: null, checkout: null };
  const charge = typeof intent.latest_charge === 'string' ? null : intent.latest_charge;
  const balance = charge?.balance_transaction;
  return {
    payment: intent.id,
    feeMinor: balance && typeof balance !== 'string' ? balance.fee : null,
    paidAtMs: charge ? charge.created * 1000 : null,
    evidence: charge ? evidenceOf(charge) : [],
    cardFingerprint: charge?.payment_method_details?.card?.fingerprint ?? null,
    checkout: intent.metadata.checkout ?? null,
  };
}

/**
 * The charge has the country of the billing address and that of the card's issuer. Checkout asks for what a card
 * payment needs, which is the country, and in some countries the postal code; Stripe's page "Collect physical
 * addresses" promises more with `billing_address_collection: required` alone. VAT needs no street, so it stays `auto`:
 * where a phone's wallet gives no address, the card's country is left.
 */
function evidenceOf({ billing_details, payment_method_details }: Stripe.Charge): CountryEvidence[] {
  const billing = billing_details.address?.country;
  const card = payment_method_details?.card?.country;
  return [
    ...(billing ? [{ kind: 'billing' as const, country: billing }] : []),
    ...(card ? [{ kind: 'card' as const, country: card }] : []),
  ];
}

export function toRefund(refund: Stripe.Refund): ProviderRefund {
  const isFailed = refund.status === 'failed' || refund.status === 'canceled';
  return {
    providerRefund: refund.id,
    payment: typeof refund.payment_intent === 'string' ? refund.payment_intent : (refund.payment_intent?.id ?? null),
    amountMinor: refund.amount,
    currency: refund.currency,
    reference: refund.metadata?.refund ?? null,
    order: refund.metadata?.order ?? null,
    status: isFailed ? 'failed' : refund.status === 'succeeded' ? 'succeeded' : 'pending',
    failure: isFailed ? (refund.failure_reason ?? refund.status) : null,
    createdAtMs: refund.created * 1000,
  };
}

/** A payout that the creator's bank returned stops payouts to the account. */
const ABOUT_AN_ACCOUNT = /^(account|capability|person|payout)\./;

export function subjectOf(event: Stripe.Event): Pick<ProviderEvent, 'subject' | 'objectId' | 'payment'> {
  const object = event.data.object as { object?: string; id?: string; payment_intent?: unknown; status?: string };
  const objectId = object.id ?? '';
  // Events on a creator's account are handled by fetching the account. The account's own money is not ours.
  if (event.account)
    return { subject: ABOUT_AN_ACCOUNT.test(event.type) ? 'account' : 'other', objectId: event.account };
  switch (object.object) {
    case 'checkout.session':
      return subscriptionOf(object) ?? { subject: 'checkout', objectId };
    case 'subscription':
      return { subject: 'subscription', objectId };
    case 'invoice':
      return subscriptionOf(object) ?? { subject: 'other', objectId };
    case 'payment_intent':
      return { subject: 'payment', objectId };
    case 'account':
      return { subject: 'account', objectId };
    case 'transfer':
      return { subject: 'transfer', objectId };
    case 'payout':
      return { subject: 'bank_payout', objectId };
    case 'dispute':
      return { subject: 'dispute', objectId, payment: idOfPayment(object) };
    case 'radar.early_fraud_warning':
      return { subject: 'fraud_warning', objectId };
    case 'refund':
      return { subject: 'refund', objectId, payment: object.status === 'succeeded' ? idOfPayment(object) : null };
    case 'charge':
      return typeof object.payment_intent === 'string'
        ? { subject: 'payment', objectId: object.payment_intent }
        : { subject: 'other', objectId };
    default:
      return { subject: 'other', objectId };
  }
}

function idOfPayment({ payment_intent: payment }: { payment_intent?: unknown }): string | null {
  return typeof payment === 'string' ? payment : null;
}

/** A page to join and an invoice are handled by fetching their subscription. */
function subscriptionOf(object: object): Pick<ProviderEvent, 'subject' | 'objectId'> | undefined {
  const { subscription, parent } = object as {
    subscription?: unknown;
    parent?: { subscription_details?: { subscription?: unknown } | null } | null;
  };
  const objectId = subscription ?? parent?.subscription_details?.subscription;
  return typeof objectId === 'string' ? { subject: 'subscription', objectId } : undefined;
}
