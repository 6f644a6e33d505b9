/**
 * Opening a payment page and handling the return. The return URL carries the purpose (`loge-payment`), the room
 * (`loge-room`) and the outcome (`checkout`, added by the server); the room that takes them removes them from the URL.
 */
import type { Room } from '../../client/room.ts';

type PaymentPurpose = 'ticket' | 'topup' | 'tip' | 'membership';

export interface CheckoutReturn {
  purpose: PaymentPurpose;
  /** `refused`: the bank did not confirm the payment with a saved card. */
  outcome: 'success' | 'cancelled' | 'refused';
  /** The checkout session's id, for `wallet.confirmCheckout()`. */
  session?: string;
}

const PURPOSE = 'loge-payment';
const ROOM = 'loge-room';
const OUTCOME = 'checkout';
const SESSION = 'session_id';
/** Unused parameters that the provider adds after a bank confirmation. */
const PROVIDER_PARAMETERS = ['payment_intent', 'payment_intent_client_secret', 'source_type'];
/** The provider's parameter for the result of the bank confirmation. */
const BANK_RESULT = 'redirect_status';
const PURPOSES: readonly PaymentPurpose[] = ['ticket', 'topup', 'tip', 'membership'];

/** Whatever else is in the URL belongs to the page. */
const OURS = [PURPOSE, ROOM, OUTCOME, BANK_RESULT, SESSION, ...PROVIDER_PARAMETERS];

/** The return URL for a payment, made in `room`. */
export function returnUrlFor(purpose: PaymentPurpose, page: string, room?: Room): string {
  const url = new URL(page, location.href);
  url.hash = '';
  for (const name of OURS) url.searchParams.delete(name);
  url.searchParams.set(PURPOSE, purpose);
  if (room?.info) url.searchParams.set(ROOM, room.info.id);
  return url.href;
}

/** Reads the outcome of a payment from the page's URL: of one made in `roomId`, or in any. */
export function readCheckoutReturn(roomId?: string): CheckoutReturn | undefined {
  const { searchParams } = new URL(location.href);
  const purpose = PURPOSES.find((known) => known === searchParams.get(PURPOSE));
  const outcome = searchParams.get(OUTCOME);
  const isRefused = searchParams.get(BANK_RESULT) === 'failed';
  if (!purpose || (outcome !== 'success' && outcome !== 'cancelled' && !isRefused)) return undefined;
  const paidIn = searchParams.get(ROOM);
  if (roomId && paidIn && paidIn !== roomId) return undefined;
  const session = searchParams.get(SESSION);
  const result = isRefused ? 'refused' : outcome === 'cancelled' ? 'cancelled' : 'success';
  return { purpose, outcome: result, ...(session ? { session } : {}) };
}

/** Reads it, and removes it from the URL, so that neither a reload nor another element shows it again. */
export function takeCheckoutReturn(roomId?: string): CheckoutReturn | undefined {
  const taken = readCheckoutReturn(roomId);
  if (!taken) return undefined;
  const url = new URL(location.href);
  for (const name of OURS) url.searchParams.delete(name);
  history.replaceState(history.state, '', url.href);
  return taken;
}

/** Embedders can handle this event to open the payment page themselves, such as in a new window. */
const CHECKOUT = 'loge-checkout';

export function openCheckout(from: Element, checkoutUrl: string): void {
  const isAllowed = from.dispatchEvent(
    new CustomEvent(CHECKOUT, { detail: { checkoutUrl }, bubbles: true, composed: true, cancelable: true }),
  );
  if (isAllowed) location.assign(checkoutUrl);
}

/** Requests the top-up dialog, with the missing amount. */
export const TOPUP_WANTED = 'loge-topup-wanted';
