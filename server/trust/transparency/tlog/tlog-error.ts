/**
 * Something from outside is not in the form of the standard (`malformed`), has no valid signature of a trusted key
 * (`unverified`), or lacks what its checkpoint says that it has (`incomplete`). The message names the rule that it
 * breaks.
 */
export class TlogError extends Error {
  readonly code: 'malformed' | 'unverified' | 'incomplete';

  constructor(code: TlogError['code'], message: string) {
    super(message);
    this.name = 'TlogError';
    this.code = code;
  }
}

/** Standard base64 (RFC 4648, section 4), in its one canonical spelling. */
export function decodeBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || bytes.toString('base64') !== text) throw new TlogError('malformed', `${what} is not base64`);
  return bytes;
}
