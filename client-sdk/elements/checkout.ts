/**
 * Going to a payment page and coming back. The page that is returned to carries what was paid for (`loge-payment`) and how it went
 * (`checkout`, added by the server), and is cleaned of both once they are read.
 */

export type PaymentPurpose = 'ticket' | 'topup' | 'tip' | 'membership';

export interface CheckoutReturn {
  purpose: PaymentPurpose;
  /** `refused`: the bank was asked to confirm a saved card, and did not. */
  outcome: 'success' | 'cancelled' | 'refused';
}

const PURPOSE = 'loge-payment';
const OUTCOME = 'checkout';
/** What the provider adds, of no use to anyone here: the id of the payment page, or of the payment that a bank was asked to confirm. */
const PROVIDERS_OWN = ['session_id', 'payment_intent', 'payment_intent_client_secret', 'source_type'];
/** How the provider says that the bank did not confirm. */
const BANK_ANSWER = 'redirect_status';
const PURPOSES: readonly PaymentPurpose[] = ['ticket', 'topup', 'tip', 'membership'];

/** The address to come back to after paying. */
export function returnUrlFor(purpose: PaymentPurpose, page: string): string {
  const url = new URL(page, location.href);
  url.hash = '';
  for (const name of [OUTCOME, BANK_ANSWER, ...PROVIDERS_OWN]) url.searchParams.delete(name);
  url.searchParams.set(PURPOSE, purpose);
  return url.href;
}

/** Reads how a payment went from the page's address, once: the address is restored, so that a reload doesn't tell it again. */
export function takeCheckoutReturn(): CheckoutReturn | undefined {
  const url = new URL(location.href);
  const outcome = url.searchParams.get(OUTCOME);
  const isRefused = url.searchParams.get(BANK_ANSWER) === 'failed';
  const purpose = PURPOSES.find((known) => known === url.searchParams.get(PURPOSE)) ?? 'ticket';
  if (outcome !== 'success' && outcome !== 'cancelled' && !isRefused) return undefined;
  for (const name of [OUTCOME, PURPOSE, BANK_ANSWER, ...PROVIDERS_OWN]) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
  return { purpose, outcome: isRefused ? 'refused' : outcome === 'cancelled' ? 'cancelled' : 'success' };
}

/** The event that an embedder can listen to in order to open the payment page itself, such as in a window of its own. */
export const CHECKOUT = 'loge-checkout';

export function openCheckout(from: Element, checkoutUrl: string): void {
  const goes = from.dispatchEvent(
    new CustomEvent(CHECKOUT, { detail: { checkoutUrl }, bubbles: true, composed: true, cancelable: true }),
  );
  if (goes) location.assign(checkoutUrl);
}
