/**
 * Going to a payment page and coming back. The page that is returned to carries what was paid for (`loge-payment`) and how it went
 * (`checkout`, added by the server), and is cleaned of both once they are read.
 */

export type PaymentPurpose = 'ticket' | 'topup' | 'tip' | 'membership';

export interface CheckoutReturn {
  purpose: PaymentPurpose;
  /** `refused`: the bank was asked to confirm a saved card, and did not. */
  outcome: 'success' | 'cancelled' | 'refused';
  /** By which the server can be asked how the payment stands, before the provider has told it. */
  session?: string;
}

const PURPOSE = 'loge-payment';
const OUTCOME = 'checkout';
const SESSION = 'session_id';
/** What the provider adds when a bank was asked to confirm, of no use to anyone here. */
const PROVIDERS_OWN = ['payment_intent', 'payment_intent_client_secret', 'source_type'];
/** How the provider says that the bank did not confirm. */
const BANK_ANSWER = 'redirect_status';
const PURPOSES: readonly PaymentPurpose[] = ['ticket', 'topup', 'tip', 'membership'];

/** The address to come back to after paying. */
export function returnUrlFor(purpose: PaymentPurpose, page: string): string {
  const url = new URL(page, location.href);
  url.hash = '';
  for (const name of [OUTCOME, BANK_ANSWER, SESSION, ...PROVIDERS_OWN]) url.searchParams.delete(name);
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
  const session = url.searchParams.get(SESSION) ?? undefined;
  for (const name of [OUTCOME, PURPOSE, BANK_ANSWER, SESSION, ...PROVIDERS_OWN]) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
  const ending = isRefused ? 'refused' : outcome === 'cancelled' ? 'cancelled' : 'success';
  return { purpose, outcome: ending, ...(session ? { session } : {}) };
}

/** The event that an embedder can listen to in order to open the payment page itself, such as in a window of its own. */
export const CHECKOUT = 'loge-checkout';

export function openCheckout(from: Element, checkoutUrl: string): void {
  const goes = from.dispatchEvent(
    new CustomEvent(CHECKOUT, { detail: { checkoutUrl }, bubbles: true, composed: true, cancelable: true }),
  );
  if (goes) location.assign(checkoutUrl);
}
