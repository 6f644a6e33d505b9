import { AppError } from '../../protocol/errors.ts';

/** Far longer than any read that newcomers wait for. */
export const READ_LIMIT_MS = 5_000;

/**
 * A read of which others wait for the end: where it hangs, as on a connection that broke without a word, it fails for who asked, and the next one begins
 * on another connection.
 */
export async function limited<T>(read: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new AppError('unavailable', 'The database does not answer.')), READ_LIMIT_MS);
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}
