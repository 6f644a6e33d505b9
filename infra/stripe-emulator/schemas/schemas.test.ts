import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readParameters } from '../api/parameters.ts';
import { parseForm } from '../http/form.ts';
import { generateSchemas, SCHEMAS_FILE } from './generate.ts';
import { EVENT_ROOTS } from './roots.ts';
import { eventFaultOf, faultOf, responseFaultOf } from './schemas.ts';

test('the committed schemas equal those of the installed SDK', () => {
  const committed = readFileSync(SCHEMAS_FILE, 'utf8');
  expect(committed.length).toBeLessThan(1_500_000);
  expect(generateSchemas()).toBe(committed);
});

test('every event type has its own schema', () => {
  for (const type of EVENT_ROOTS) expect(eventFaultOf({ type })).toContain('must have required property');
  expect(eventFaultOf({ type: 'topup.created' })).toContain('no schema');
});

test('reports an answer with an extra, missing or unknown field', () => {
  const deleted = { id: 'cus_1', object: 'customer', deleted: true };
  expect(responseFaultOf(deleted)).toBeUndefined();
  expect(responseFaultOf({ ...deleted, name: 'Ada' })).toContain('additional properties');
  expect(responseFaultOf({ object: 'refund', id: 're_1' })).toContain('required');
  expect(responseFaultOf({ object: 'topup', id: 'tu_1' })).toContain('no schema');
  expect(responseFaultOf({ object: 'list', url: '/v1/refunds', has_more: false, data: [deleted], total: 1 })).toContain(
    'a list',
  );
  expect(responseFaultOf({ error: { type: 'strange_error' } })).toContain('StripeRawError');
  // Where a definition refers to another one, beside an alternative or alone.
  expect(faultOf('AccountListParams', { created: { gte: 1 } })).toBeUndefined();
  expect(faultOf('AccountListParams', { created: { gt: '1' } })).toContain('/created');
  expect(faultOf('AccountUpdateParams.Settings', { payouts: { schedule: { interval: 7 } } })).toContain(
    '/payouts/schedule/interval',
  );
});

test('refuses values that an open enum of the SDK does not name', () => {
  const metadata = { reason: 'because', payment_intent: 'pi_1' };
  expect(faultOf('RefundCreateParams', { ...metadata, reason: 'duplicate' })).toBeUndefined();
  expect(faultOf('RefundCreateParams', metadata)).toContain('RefundCreateParams');
});

test.each([
  ['unknown parameter', 'amout=1', 'parameter_unknown', 'Received unknown parameter: amout'],
  ['unknown nested parameter', 'automatic_payment_methods[enable]=true', 'parameter_unknown', '[enable]'],
  ['parameter of Stripe that is not emulated', 'shipping[name]=x', undefined, 'does not implement'],
  [
    'parameter gone since endive',
    'payment_method_types[]=card',
    'payment_method_types_no_longer_supported',
    'no longer',
  ],
  ['missing parameter', 'currency=eur', 'parameter_missing', 'Missing required param: amount.'],
  ['fraction', 'amount=1.5&currency=eur', 'parameter_invalid_integer', 'Invalid integer: 1.5'],
  [
    'number too large to be exact',
    'amount=9007199254740993&currency=eur',
    'parameter_invalid_integer',
    'Invalid integer',
  ],
  ['empty amount', 'amount=&currency=eur', 'parameter_invalid_empty', 'empty string'],
  ['boolean that is none', 'amount=100&currency=eur&confirm=yes', undefined, 'Invalid boolean'],
  ['wrong enum value', 'amount=100&currency=eur&capture_method=later', undefined, 'must be one of'],
  ['array that is none', 'amount=100&currency=eur&expand=customer', undefined, 'Invalid array'],
])('refuses a PaymentIntent with an %s, in Stripe’s words', (_what, form, code, message) => {
  try {
    readParameters('PaymentIntentCreateParams', parseForm(form));
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ status: 400, isSaved: false, body: { type: 'invalid_request_error' } });
    expect((error as { body: { code?: string } }).body.code).toBe(code);
    expect((error as Error).message).toContain(message);
  }
});

test('an enum that can be cleared accepts its values and the empty string only', () => {
  const read = (usage: string) =>
    readParameters('PaymentIntentConfirmParams', parseForm(`setup_future_usage=${usage}`));
  expect(read('off_session')).toEqual({ setup_future_usage: 'off_session' });
  expect(read('')).toEqual({ setup_future_usage: '' });
  expect(() => read('sometimes')).toThrow('must be one of');
});

test('reads numbers, booleans, arrays and metadata with numbers for keys', () => {
  const form = parseForm('amount=100&currency=eur&confirm=true&expand[0]=customer&metadata[0]=a&metadata[order]=7');
  expect(readParameters('PaymentIntentCreateParams', form)).toEqual({
    amount: 100,
    currency: 'eur',
    confirm: true,
    expand: ['customer'],
    metadata: { 0: 'a', order: '7' },
  });
});
