/** Where the payment page sends people back to, with what happened in the query. */
import { AppError } from '../../protocol/errors.ts';

/** Stripe's placeholder; it must reach the provider as it is, not percent-encoded. */
const SESSION_PLACEHOLDER = '{CHECKOUT_SESSION_ID}';

export interface ReturnUrls {
  successUrl: string;
  cancelUrl: string;
}

/** The two addresses for a checkout. A requested one must be a plain web address on an origin that the house allows. */
export function createReturnUrls(target: {
  requested: string | undefined;
  fallback: string;
  isAllowed: (url: string) => boolean;
}): ReturnUrls {
  const { requested, fallback, isAllowed } = target;
  const url = parseWebUrl(requested ?? fallback);
  if (requested !== undefined && !isAllowed(url.href)) throw new AppError('origin_not_allowed');
  url.searchParams.delete('session_id');
  url.searchParams.set('checkout', 'cancelled');
  const cancelUrl = url.href;
  url.searchParams.set('checkout', 'success');
  const { hash } = url;
  url.hash = '';
  return { successUrl: `${url.href}&session_id=${SESSION_PLACEHOLDER}${hash}`, cancelUrl };
}

/** The success address of a payment without a page: the session is known when it is made. */
export function withSession(successUrl: string, session: string): string {
  return successUrl.replace(SESSION_PLACEHOLDER, session);
}

/** A plain web address, as one that people are sent back to must be. */
export function parseWebUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'The returnUrl must be an http or https address without a user name.');
  }
  // A placeholder of one's own would be filled in by the provider as well.
  if (text.includes('{')) throw new AppError('invalid_request', 'The returnUrl may not contain braces.');
  return url;
}
