/**
 * Opening a payment page and handling the return. The return URL carries the purpose (`loge-payment`) and the outcome
 * (`checkout`, added by the server); both are removed from the URL once they are read.
 */

export type PaymentPurpose = 'ticket' | 'topup' | 'tip' | 'membership';

export interface CheckoutReturn {
  purpose: PaymentPurpose;
  /** `refused`: the bank did not confirm the payment with a saved card. */
  outcome: 'success' | 'cancelled' | 'refused';
  /** The checkout session's id, for `wallet.confirmCheckout()`. */
  session?: string;
}

const PURPOSE = 'loge-payment';
const OUTCOME = 'checkout';
const SESSION = 'session_id';
/** Unused parameters that the provider adds after a bank confirmation. */
const PROVIDER_PARAMETERS = ['payment_intent', 'payment_intent_client_secret', 'source_type'];
/** The provider's parameter for the result of the bank confirmation. */
const BANK_RESULT = 'redirect_status';
const PURPOSES: readonly PaymentPurpose[] = ['ticket', 'topup', 'tip', 'membership'];

/** The return URL for a payment. */
export function returnUrlFor(purpose: PaymentPurpose, page: string): string {
  const url = new URL(page, location.href);
  url.hash = '';
  for (const name of [OUTCOME, BANK_RESULT, SESSION, ...PROVIDER_PARAMETERS]) url.searchParams.delete(name);
  url.searchParams.set(PURPOSE, purpose);
  return url.href;
}

/**
 * Reads the outcome of a payment from the page's URL, and removes it from there, so that a reload does not show it
 * again.
 */
export function takeCheckoutReturn(): CheckoutReturn | undefined {
  const url = new URL(location.href);
  const outcome = url.searchParams.get(OUTCOME);
  const isRefused = url.searchParams.get(BANK_RESULT) === 'failed';
  const purpose = PURPOSES.find((known) => known === url.searchParams.get(PURPOSE)) ?? 'ticket';
  if (outcome !== 'success' && outcome !== 'cancelled' && !isRefused) return undefined;
  const session = url.searchParams.get(SESSION) ?? undefined;
  for (const name of [OUTCOME, PURPOSE, BANK_RESULT, SESSION, ...PROVIDER_PARAMETERS]) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
  const result = isRefused ? 'refused' : outcome === 'cancelled' ? 'cancelled' : 'success';
  return { purpose, outcome: result, ...(session ? { session } : {}) };
}

/** Embedders can handle this event to open the payment page themselves, such as in a new window. */
export const CHECKOUT = 'loge-checkout';

export function openCheckout(from: Element, checkoutUrl: string): void {
  const isAllowed = from.dispatchEvent(
    new CustomEvent(CHECKOUT, { detail: { checkoutUrl }, bubbles: true, composed: true, cancelable: true }),
  );
  if (isAllowed) location.assign(checkoutUrl);
}

/** Requests the top-up dialog, with the missing amount. */
export const TOPUP_WANTED = 'loge-topup-wanted';
