import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE } from '../../server/protocol/errors.ts';
import { CLIENT_ERRORS, fromCaptureFailure, fromWire, LogeError, parseWireError, toLogeError } from './errors.ts';

describe('LogeError', () => {
  it('carries the fields of the wire error', () => {
    const fields = { message: 'Wait.', retryable: true, retryAfterMs: 1_200, limitMinor: 500 };
    const error = fromWire({ code: 'rate_limited', ...fields });
    expect(error).toBeInstanceOf(LogeError);
    expect(error).toMatchObject({ code: 'rate_limited', ...fields });
    expect(parseWireError({ code: 'rate_limited', ...fields })).toMatchObject(fields);
  });

  it('keeps a code that a newer server sends', () => {
    const error = parseWireError({
      code: 'charter_acceptance_required',
      message: 'Accept the charter.',
      retryable: false,
    });
    expect(error).toMatchObject({ code: 'charter_acceptance_required', message: 'Accept the charter.' });
  });

  it.each([null, undefined, 'text', 42, {}, { code: 7 }, new Error('plain')])(
    'parses no wire error from %o',
    (value) => {
      expect(parseWireError(value)).toBeNull();
    },
  );

  it('handles codes that are names of object properties', () => {
    expect(parseWireError({ code: 'constructor' })).toMatchObject({ code: 'constructor', retryable: false });
  });

  it('returns a LogeError unchanged', () => {
    const error = new LogeError('timeout');
    expect(toLogeError(error, 'internal')).toBe(error);
    expect(toLogeError(new TypeError('x'), 'connection_failed')).toMatchObject({ code: 'connection_failed' });
  });

  it('shares no code with the protocol, so that a code has one meaning', () => {
    expect(Object.keys(CLIENT_ERRORS).filter((code) => code in ERROR_CATALOGUE)).toEqual([]);
  });
});

describe('fromCaptureFailure', () => {
  it.each([
    ['NotAllowedError', 'camera', 'camera_denied'],
    ['NotAllowedError', 'screen', 'screen_denied'],
    ['NotFoundError', 'camera', 'camera_not_found'],
    ['OverconstrainedError', 'camera', 'camera_not_found'],
    ['NotReadableError', 'camera', 'camera_in_use'],
    ['TypeError', 'camera', 'media_not_supported'],
  ] as const)('converts %s of the %s to %s', (name, device, code) => {
    expect(fromCaptureFailure(new DOMException('refused', name), device)).toMatchObject({ code });
  });
});
