/** Parameters of paths that a domain does not look up by themselves. */
import { identity } from '../../protocol/accounts.ts';
import { AppError } from '../../protocol/errors.ts';

export function parseIdentity(raw: string): string {
  const parsed = identity.safeParse(raw);
  if (!parsed.success) throw new AppError('invalid_request', 'This is not an identity.');
  return parsed.data;
}
