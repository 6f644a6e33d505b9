/** Stripe's webhook signature: HMAC-SHA256 of `timestamp.payload`, keyed with the whole secret, `whsec_` included. */
import { createHmac } from 'node:crypto';

export function signatureHeader(payload: string, secret: string, timestampSeconds: number): string {
  const digest = createHmac('sha256', secret).update(`${timestampSeconds}.${payload}`).digest('hex');
  return `t=${timestampSeconds},v1=${digest}`;
}
