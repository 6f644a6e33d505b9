/** The URLs to which the payment page returns people. Their query says what happened. */
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';

/** Stripe's placeholder. It must reach Stripe verbatim, not percent-encoded. */
const SESSION_PLACEHOLDER = '{CHECKOUT_SESSION_ID}';

export interface ReturnUrls {
  successUrl: string;
  cancelUrl: string;
}

interface ReturnTarget {
  requested: string | undefined;
  /** Path on our own site, used without a requested URL. */
  fallback: string;
  context: Pick<MoneyContext, 'publicUrl' | 'isReturnUrlAllowed'>;
}

/** Success and cancel URL of a checkout. */
export function createReturnUrls(target: ReturnTarget): ReturnUrls {
  const url = parseReturnUrl(target);
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

/** A requested URL must be a plain web address on an allowed origin. */
export function parseReturnUrl({ requested, fallback, context }: ReturnTarget): URL {
  const url = parseWebUrl(requested ?? new URL(fallback, context.publicUrl).href);
  if (requested !== undefined && !context.isReturnUrlAllowed(url.href)) throw new AppError('origin_not_allowed');
  return url;
}

function parseWebUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'The returnUrl must be an http or https address without a user name.');
  }
  // The provider would fill in a caller's placeholder as well.
  if (text.includes('{')) throw new AppError('invalid_request', 'The returnUrl may not contain braces.');
  return url;
}
