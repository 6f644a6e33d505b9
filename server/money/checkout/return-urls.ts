/** The URLs to which the payment page returns people. Their query says what happened. */
import { AppError } from '../../protocol/errors.ts';

/** Stripe's placeholder. It must reach Stripe verbatim, not percent-encoded. */
const SESSION_PLACEHOLDER = '{CHECKOUT_SESSION_ID}';

export interface ReturnUrls {
  successUrl: string;
  cancelUrl: string;
}

/** Success and cancel URL of a checkout. A requested URL must be a plain web address on an allowed origin. */
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

/** Success URL of a payment without a page, whose session is known from the start. */
export function withSession(successUrl: string, session: string): string {
  return successUrl.replace(SESSION_PLACEHOLDER, session);
}

/** Parses a plain web address to which people can be returned. */
export function parseWebUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'The returnUrl must be an http or https address without a user name.');
  }
  // The provider would fill in a caller's placeholder as well.
  if (text.includes('{')) throw new AppError('invalid_request', 'The returnUrl may not contain braces.');
  return url;
}
