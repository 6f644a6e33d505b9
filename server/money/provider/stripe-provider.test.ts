import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../platform/log.ts';
import { StripeProvider } from './stripe-provider.ts';

const log = createLog({ level: 'silent', pretty: false });
const NOW_SECONDS = 1_800_000_000;
const clock = { now: () => NOW_SECONDS * 1000 };
const [OLD_SECRET, NEW_SECRET] = ['whsec_the_old_one', 'whsec_the_new_one'];
const event = {
  id: 'evt_1',
  object: 'event',
  type: 'charge.updated',
  api_version: '2026-10-28.endive',
  created: NOW_SECONDS,
  data: { object: { id: 'ch_1', object: 'charge', payment_intent: 'pi_1' } },
};
const payload = JSON.stringify(event);

const create = (options: Partial<Parameters<typeof StripeProvider.create>[0]> = {}) =>
  StripeProvider.create({
    secretKey: 'sk_test_1',
    webhookSecrets: [OLD_SECRET, NEW_SECRET],
    clock,
    log,
    ...options,
  });

const sign = (secret: string, timestamp = NOW_SECONDS) =>
  new Stripe('sk_test_1').webhooks.generateTestHeaderString({ payload, secret, timestamp });

const parse = (signature: string | undefined, body = payload) => create().parseEvent(Buffer.from(body), signature);
const refused = expect.objectContaining({ code: 'signature_invalid' });

describe('the Stripe adapter', () => {
  test.each([[{ host: 'localhost' }], [{ host: 'api.stripe.com.evil.example' }], [{ protocol: 'http' as const }]])(
    'refuses a live key with %o',
    (where) => {
      expect(() => create({ secretKey: 'sk_live_1', ...where })).toThrowError(/live Stripe key/);
      expect(() => create({ secretKey: 'rk_live_1', ...where })).toThrowError(/live Stripe key/);
    },
  );

  test('accepts a live key for Stripe itself', () => {
    expect(create({ secretKey: 'sk_live_1' })).toBeInstanceOf(StripeProvider);
  });

  test('refuses an upgrade in classic billing mode, which would credit a scheduled price', async () => {
    const classic = {
      status: 'active',
      billing_mode: { type: 'classic' },
      items: { data: [{ id: 'si_1', price: { id: 'price_1' } }] },
      latest_invoice: { status: 'paid' },
    };
    const sent: unknown[] = [];
    const { billing } = create({
      fetch: async (_url, init) => {
        sent.push(init?.method);
        return Response.json(classic);
      },
    });
    const upgrade = billing.upgrade({ subscription: 'sub_1', from: 'price_1', to: 'price_2' });
    await expect(upgrade).rejects.toEqual(expect.objectContaining({ code: 'internal' }));
    expect(sent).toEqual(['GET']);
  });

  test('a refund that the balance does not cover needs another key, and one that is refused is final', async () => {
    const message = 'Insufficient funds in your Stripe balance to refund this amount.';
    const refuseWith = (fault: object) => {
      const body = JSON.stringify({ error: { type: 'invalid_request_error', message, ...fault } });
      const order = { refund: 'refund_1', payment: 'pi_1', amountMinor: 500, idempotencyKey: 'refund_1:1' };
      return create({ fetch: async () => new Response(body, { status: 400 }) }).refund(order);
    };
    expect(await refuseWith({ message_code: 'insufficient_balance_for_refund' })).toBe('key_spent');
    const refundedAlready = refuseWith({ code: 'charge_already_refunded' });
    await expect(refundedAlready).rejects.toMatchObject({ code: 'not_refundable' });
  });

  test('reads from a signed event only what to fetch', () => {
    expect(parse(sign(OLD_SECRET))).toEqual({
      id: 'evt_1',
      type: 'charge.updated',
      subject: 'payment',
      isVersionOurs: true,
      objectId: 'pi_1',
      createdAtMs: NOW_SECONDS * 1000,
    });
  });

  test('accepts both secrets during a rotation', () => {
    expect(parse(sign(NEW_SECRET)).id).toBe('evt_1');
    const both = `${sign(NEW_SECRET)},v1=${'0'.repeat(64)}`;
    expect(parse(both).id).toBe('evt_1');
  });

  test.each([
    ['no signature', undefined],
    ['an empty one', ''],
    ['nonsense', 'nonsense'],
    ['a wrong secret', sign('whsec_of_somebody_else')],
    ['an old timestamp', sign(OLD_SECRET, NOW_SECONDS - 301)],
    ['a timestamp in the future', sign(OLD_SECRET, NOW_SECONDS + 301)],
  ])('refuses %s', (_what, signature) => {
    expect(() => parse(signature)).toThrowError(refused);
  });

  test('refuses a changed body, and a timestamp in front of the signed one', () => {
    expect(() => parse(sign(OLD_SECRET), payload.replace('ch_1', 'ch_2'))).toThrowError(refused);
    expect(() => parse(`t=${NOW_SECONDS},${sign(OLD_SECRET, NOW_SECONDS + 9_999)}`)).toThrowError(refused);
  });
});
