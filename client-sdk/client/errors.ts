/**
 * The one error class of the SDK, for failures of the server and of the browser, with a stable code. Server codes come
 * from the protocol's catalogue, with their texts; the codes defined here arise in the browser only.
 */
import { type ErrorCode, SHARED_ERRORS, type WireError } from '../../server/protocol/errors.ts';

interface ClientErrorEntry {
  retryable: boolean;
  message: string;
}

/** Failures that arise in the browser. */
export const CLIENT_ERRORS = {
  not_connected: { retryable: false, message: 'The room is not connected. Call connect() first.' },
  connection_failed: { retryable: true, message: 'The server cannot be reached. Check the network.' },
  code_unavailable: {
    retryable: true,
    message: 'A part of this page could not be loaded. Check your connection; we keep trying.',
  },
  token_unavailable: { retryable: true, message: 'The page could not get a room token from its server.' },
  media_not_supported: {
    retryable: false,
    message: 'This browser cannot show live video. Try a current Chrome, Edge, Firefox or Safari.',
  },
  media_unreachable: {
    retryable: true,
    message: 'Live video does not get through. Try another network, without a VPN.',
  },
  camera_denied: {
    retryable: false,
    message: 'The camera or microphone is blocked. Allow it in the browser’s site settings.',
  },
  camera_not_found: { retryable: false, message: 'No camera or microphone was found. Plug one in and try again.' },
  camera_in_use: {
    retryable: true,
    message: 'Another program is using the camera or microphone. Close it and try again.',
  },
  screen_denied: { retryable: true, message: 'Sharing the screen was cancelled.' },
  playback_failed: { retryable: true, message: 'The browser did not start the video.' },
  not_publishing: { retryable: false, message: 'You are not live at the moment.' },
  publish_in_progress: { retryable: true, message: 'Going live is already under way.' },
  too_many_pending: { retryable: true, message: 'Too many messages are waiting for the connection.' },
} as const satisfies Record<string, ClientErrorEntry>;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** The codes that the SDK raises, whose texts it has. */
export const RAISED_ERRORS = { ...SHARED_ERRORS, ...CLIENT_ERRORS };

type RaisedErrorCode = keyof typeof RAISED_ERRORS;

/** The codes that this version of the SDK knows. A newer server may send others: show `message` for those. */
export type LogeErrorCode = ErrorCode | ClientErrorCode;

type LogeErrorOptions = ErrorOptions & Partial<Pick<WireError, 'retryable' | 'retryAfterMs' | 'limitMinor'>>;

/**
 * A failure with a stable `code`; `message` is for people and may change. `retryable` tells whether the same call can
 * succeed later, and `retryAfterMs` when (in milliseconds). `amount_too_small` and `amount_too_large` name the limit in
 * `limitMinor`.
 *
 * @example
 * ```ts
 * try {
 *   await room.tip({ amountMinor: 500 });
 * } catch (error) {
 *   if (error instanceof LogeError && error.code === 'insufficient_funds') openTopUp();
 * }
 * ```
 */
export class LogeError extends Error {
  readonly code: LogeErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly limitMinor: number | undefined;

  constructor(code: RaisedErrorCode, message?: string, options?: LogeErrorOptions);
  constructor(code: LogeErrorCode, message: string, options?: LogeErrorOptions);
  constructor(code: LogeErrorCode, message?: string, options: LogeErrorOptions = {}) {
    const entry = catalogueEntry(code);
    super(message ?? entry.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LogeError';
    this.code = code;
    this.retryable = options.retryable ?? entry.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.limitMinor = options.limitMinor;
  }
}

function catalogueEntry(code: string): { retryable: boolean; message: string } {
  if (Object.hasOwn(RAISED_ERRORS, code)) return RAISED_ERRORS[code as RaisedErrorCode];
  return { retryable: false, message: `The server refused the request (${code}).` };
}

/** The error of a refused request. Unknown codes are kept, so that a page can handle those of a newer server. */
export function fromWire({ code, message, retryable, retryAfterMs, limitMinor }: WireError): LogeError {
  return new LogeError(code, message, { retryable, retryAfterMs, limitMinor });
}

/**
 * Parses a wire error from an unknown value, such as the `data` of a refused Socket.IO handshake; null if it is none.
 */
export function parseWireError(value: unknown): LogeError | null {
  if (typeof value !== 'object' || value === null || !('code' in value) || typeof value.code !== 'string') return null;
  const { code, message, retryable, retryAfterMs, limitMinor } = value as Partial<WireError> & { code: string };
  const entry = catalogueEntry(code);
  return new LogeError(code as LogeErrorCode, typeof message === 'string' ? message : entry.message, {
    retryable: typeof retryable === 'boolean' ? retryable : entry.retryable,
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(typeof limitMinor === 'number' ? { limitMinor } : {}),
  });
}

/** Converts any thrown value to a {@link LogeError}; `fallback` is the code for other errors. */
export function toLogeError(error: unknown, fallback: RaisedErrorCode): LogeError {
  return error instanceof LogeError ? error : new LogeError(fallback, undefined, { cause: error });
}

/** Converts a DOMException of `getUserMedia` or `getDisplayMedia` by its name (W3C Media Capture and Streams). */
export function fromCaptureFailure(error: unknown, device: 'camera' | 'screen'): LogeError {
  if (error instanceof LogeError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const options = { cause: error };
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
    case 'PermissionDeniedError':
      return new LogeError(device === 'screen' ? 'screen_denied' : 'camera_denied', undefined, options);
    case 'NotFoundError':
    case 'OverconstrainedError':
    case 'DevicesNotFoundError':
      return new LogeError('camera_not_found', undefined, options);
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return new LogeError('camera_in_use', undefined, options);
    default:
      return new LogeError('media_not_supported', undefined, options);
  }
}
