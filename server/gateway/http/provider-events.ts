/**
 * Receives events of the payment provider. The signature covers the raw bytes, so the body is not parsed before it is
 * verified.
 */
import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../../protocol/errors.ts';
import type { HttpContext } from '../context.ts';
import type { HttpLimits } from '../rate-limits.ts';

/** Provider events contain whole objects, and are larger than requests to our own APIs. */
const EVENT_BYTES = 256 * 1024;

export function mountProviderEvents(app: Express, { money }: HttpContext, limits: HttpLimits): void {
  const rawBody = express.raw({ type: () => true, limit: EVENT_BYTES, inflate: false });
  const limit: RequestHandler = async (request, _response, next) => {
    await limits.consume('webhook', { address: request.ip });
    next();
  };
  app.post('/webhooks/stripe', limit, rawBody, async (request, response) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body)) throw new AppError('signature_invalid', 'The event has no body.');
    await money.providerEvents.receive(body, request.get('stripe-signature'));
    response.json({ received: true });
  });
}
