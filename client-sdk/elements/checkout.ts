/**
 * Going to a payment page and coming back. The page that is returned to carries what was paid for (`loge-payment`) and how it went
 * (`checkout`, added by the server), and is cleaned of both once they are read.
 */

export type PaymentPurpose = 'ticket' | 'topup';

export interface CheckoutReturn {
  purpose: PaymentPurpose;
  outcome: 'success' | 'cancelled';
}

const PURPOSE = 'loge-payment';
const OUTCOME = 'checkout';
/** The provider's own id of the payment page, of no use to anyone here. */
const PROVIDER_SESSION = 'session_id';

/** The address to come back to after paying. */
export function returnUrlFor(purpose: PaymentPurpose, page: string): string {
  const url = new URL(page, location.href);
  url.hash = '';
  url.searchParams.delete(OUTCOME);
  url.searchParams.delete(PROVIDER_SESSION);
  url.searchParams.set(PURPOSE, purpose);
  return url.href;
}

/** Reads how a payment went from the page's address, once: the address is restored, so that a reload doesn't tell it again. */
export function takeCheckoutReturn(): CheckoutReturn | undefined {
  const url = new URL(location.href);
  const outcome = url.searchParams.get(OUTCOME);
  const purpose = url.searchParams.get(PURPOSE) === 'topup' ? 'topup' : 'ticket';
  if (outcome !== 'success' && outcome !== 'cancelled') return undefined;
  for (const name of [OUTCOME, PURPOSE, PROVIDER_SESSION]) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
  return { purpose, outcome };
}

/** The event that an embedder can listen to in order to open the payment page itself, such as in a window of its own. */
export const CHECKOUT = 'loge-checkout';

export function openCheckout(from: Element, checkoutUrl: string): void {
  const goes = from.dispatchEvent(
    new CustomEvent(CHECKOUT, { detail: { checkoutUrl }, bubbles: true, composed: true, cancelable: true }),
  );
  if (goes) location.assign(checkoutUrl);
}
