/** Accepts any test key, and never a live one. */
import { unauthenticated } from './errors.ts';

export function assertTestKey(header: string | undefined): void {
  const key = keyOf(header);
  if (key === undefined || key === '') {
    throw unauthenticated(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (/^(sk|rk)_live_/.test(key)) {
    throw unauthenticated('A live key was sent to the emulator. It was refused; treat it as exposed and roll it.');
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) throw unauthenticated(`Invalid API Key provided: ${key.slice(0, 8)}****`);
}

function keyOf(header: string | undefined): string | undefined {
  const [scheme, value] = (header ?? '').split(' ');
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic':
      return Buffer.from(value ?? '', 'base64')
        .toString('utf8')
        .split(':')[0];
    default:
      return undefined;
  }
}
