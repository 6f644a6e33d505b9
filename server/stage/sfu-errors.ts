/** Converts errors of SFU nodes to wire errors. */
import { SfuError, type SfuErrorCode } from '../../sfu/contract.ts';
import { AppError, type ErrorCode } from '../protocol/errors.ts';

const CODE_OF_SFU_CODE: Record<SfuErrorCode, ErrorCode> = {
  session_not_found: 'session_not_found',
  session_exists: 'internal',
  not_entitled: 'access_required',
  publish_not_allowed: 'publish_not_allowed',
  producer_not_found: 'producer_not_found',
  invalid_media_parameters: 'invalid_media_parameters',
  cannot_consume: 'cannot_consume',
  node_unavailable: 'stage_unavailable',
  node_full: 'stage_full',
  not_owner: 'session_not_found',
  too_many_sessions: 'too_many_media_sessions',
  spare_unavailable: 'spare_unavailable',
  stage_taken: 'live_replaced',
};

export function toAppError(error: unknown): unknown {
  return error instanceof SfuError ? new AppError(CODE_OF_SFU_CODE[error.code], undefined, { cause: error }) : error;
}

/** Converts a node's refusal to a wire error. */
export async function call<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw toAppError(error);
  }
}
