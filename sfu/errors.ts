import * as errors from 'mediasoup/errors';
import { SfuError, type SfuErrorCode } from './contract.ts';

/**
 * Maps mediasoup's errors to the one error that crosses the contract. `fallback` is the code for parameters that the
 * worker refuses; a worker that is gone is always `node_unavailable`.
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
