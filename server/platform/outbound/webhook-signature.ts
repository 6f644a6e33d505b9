/**
 * Signatures of webhooks, in Stripe's scheme: `Loge-Signature: t=<seconds>,v1=<hex>`, where `v1` is HMAC-SHA256 over
 * `<t>.<body>` with the endpoint's secret. While a secret is replaced there are several `v1`. The body is signed
 * byte for byte: verify before parsing it.
 */
import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'loge-signature';

export function signWebhook(body: string, options: { secrets: readonly string[]; nowMs: number }): string {
  const seconds = Math.floor(options.nowMs / 1000);
  const signatures = options.secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return [`t=${seconds}`, ...signatures].join(',');
}
