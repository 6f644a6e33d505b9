/** Parameters of paths that a domain does not look up by themselves. */
import { identity } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';

export function parseIdentity(raw: string): string {
  const parsed = identity.safeParse(raw);
  if (!parsed.success) throw new AppError('invalid_request', 'This is not an identity.');
  return parsed.data;
}

/** `raw`: of a path, or of a query, where it may be missing or repeated. */
export function parseCharterVersion(raw: unknown): number {
  if (typeof raw !== 'string' || !/^[1-9]\d{0,5}$/.test(raw)) throw new AppError('charter_not_found');
  return Number(raw);
}
