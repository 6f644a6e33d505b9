/** Timing of reads that many callers share (`SharedRead`, `GatheredRead`). */
import { AppError } from '../../protocol/errors.ts';

/** Far longer than any read that newcomers wait for. */
export const READ_LIMIT_MS = 5_000;
/** Pause between shared reads of newcomers. After the loss of a gateway it cuts their statements to a third. */
export const NEWCOMERS_REST_MS = 40;
/** Fewer waiting callers do not pause. */
const CROWD = 2;

/** Times out a shared read, so that one hung query cannot block later callers. */
export async function limited<T>(read: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new AppError('unavailable', 'The database does not answer.')), READ_LIMIT_MS);
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Pauses between two reads when callers have gathered during the first, so that the next read serves more of them. */
export async function restBetween(waiting: number, restMs: number): Promise<void> {
  if (restMs > 0 && waiting >= CROWD) await new Promise((resolve) => setTimeout(resolve, restMs));
}
