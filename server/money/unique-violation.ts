import { sqlState } from '../platform/db/db.ts';

const UNIQUE_VIOLATION = '23505';

/** Whether the database rejected a row because its key exists: a concurrent request was faster. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === constraint) return true;
  }
  return false;
}
