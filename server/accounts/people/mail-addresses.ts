/** Mail addresses in one form, so that one address is one account. */
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../protocol/errors.ts';

const ADDRESS_MAX_CHARS = 254;
const email = z.email().max(ADDRESS_MAX_CHARS);
/** Providers that ignore dots in the local part. */
const DOTLESS = new Set(['gmail.com', 'googlemail.com']);

/**
 * The address in lower case, with its domain in ASCII. The standard lets a local part distinguish case; no provider
 * does, and people do not either.
 */
export function parseAddress(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const domain = domainToASCII(trimmed.slice(at + 1).toLowerCase());
  const parsed = email.safeParse(`${trimmed.slice(0, Math.max(at, 0)).toLowerCase()}@${domain}`);
  if (!parsed.success) throw new AppError('invalid_request', 'This is not an email address.');
  return parsed.data;
}

/** Whether a search is for an address: a handle may be written with an `@` before it. */
export function isAddressQuery(query: string): boolean {
  return query.trim().lastIndexOf('@') > 0;
}

/** The mailbox behind an address: `ann+shop@…` and `ann@…` are one, so a limit for one of them holds for both. */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const [user = ''] = address.slice(0, at).split('+');
  return `${DOTLESS.has(domain) ? user.replaceAll('.', '') : user}@${domain}`;
}

/** The mail address that a text is; undefined if it is something else, such as a telephone number. */
export function addressIn(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : parseAddress(text);
  } catch {
    return undefined;
  }
}
