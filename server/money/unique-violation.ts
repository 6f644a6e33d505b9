import { sqlState } from '../platform/db/db.ts';

const UNIQUE_VIOLATION = '23505';

/** Whether a database error says that a row with this key is there already: another request was faster. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === constraint) return true;
  }
  return false;
}
