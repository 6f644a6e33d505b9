import { errors } from 'mediasoup';
import { SfuError, type SfuErrorCode } from './contract.ts';

/**
 * Turns what mediasoup throws into the one error that crosses the contract. `fallback` is what a refusal of the given parameters
 * means at the place of the call; a worker that is gone is `node_unavailable` wherever it shows.
 */
export function toSfuError(error: unknown, fallback: SfuErrorCode): SfuError {
  if (error instanceof SfuError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (error instanceof errors.WorkerClosedError) {
    return new SfuError('node_unavailable', 'The media worker stopped during the request; try again.', { cause });
  }
  if (error instanceof errors.NotFoundError) {
    return new SfuError('session_not_found', 'The session ended during the request.', { cause });
  }
  return new SfuError(fallback, `The media worker refused the request: ${cause.message}`, { cause });
}
