/**
 * Webhooks of the payment provider. The signature covers the bytes as they came, so they are taken before anything
 * parses them.
 */
import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../../protocol/errors.ts';
import type { HttpContext } from '../context.ts';
import type { HttpLimits } from '../rate-limits.ts';

/** Events carry whole objects and are larger than any request to our own APIs. */
const WEBHOOK_BYTES = 256 * 1024;

export function mountWebhooks(app: Express, { money }: HttpContext, limits: HttpLimits): void {
  const rawBody = express.raw({ type: () => true, limit: WEBHOOK_BYTES, inflate: false });
  const limit: RequestHandler = async (request, _response, next) => {
    await limits.consume('webhook', { address: request.ip });
    next();
  };
  app.post('/webhooks/stripe', limit, rawBody, async (request, response) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body)) throw new AppError('signature_invalid', 'The webhook has no body.');
    await money.handleWebhook(body, request.get('stripe-signature'));
    response.json({ received: true });
  });
}
