/** What Stripe accepts on a bank statement (docs.stripe.com/get-started/account/statement-descriptors). */
import { invalidRequest } from '../api/errors.ts';

const LENGTH_MAX = 22;

interface Descriptors {
  statement_descriptor?: string | undefined;
  statement_descriptor_suffix?: string | undefined;
}

/** A card payment has a suffix behind the account's own descriptor, and none of its own since 2024. */
export function assertDescriptors({
  statement_descriptor: own,
  statement_descriptor_suffix: suffix,
}: Descriptors): void {
  if (own !== undefined) {
    const message =
      'The `statement_descriptor` parameter is not supported for card charges. Use `statement_descriptor_suffix` instead.';
    throw invalidRequest({ param: 'statement_descriptor', message });
  }
  if (suffix !== undefined) assertDescriptor(suffix, 'statement_descriptor_suffix');
}

export function assertDescriptor(descriptor: string, param: string): void {
  if (descriptor.length > LENGTH_MAX) throw refused(param, `must be at most ${LENGTH_MAX} characters`);
  if (!/[A-Za-z]/.test(descriptor)) throw refused(param, 'must contain at least one alphabetic character');
  if (/[<>\\'"*]/.test(descriptor)) throw refused(param, 'cannot contain any of the characters < > \\ \' " *');
}

function refused(param: string, rule: string): Error {
  return invalidRequest({ param, message: `The statement descriptor ${rule}.` });
}
