/** Topping up, from wherever it is asked: on the payment page, or by a saved card at once. */
import type { Money } from '../money/money.ts';
import type { TopupAnswer, TopupInput } from '../protocol/money.ts';

export const TOPUP_ERRORS = [
  'amount_invalid',
  'amount_too_small',
  'amount_too_large',
  'wallet_limit',
  'wallet_off',
  'card_not_found',
  'card_declined',
  'idempotency_conflict',
  'origin_not_allowed',
  'checkout_limit',
  'provider_unavailable',
] as const;

export function topUp(
  money: Money,
  { identity, name }: { identity: string; name: string },
  { card, idempotencyKey, ...input }: TopupInput,
): Promise<TopupAnswer> {
  const request = { identity, name, ...input };
  // The schema has them together or not at all.
  if (card === undefined || idempotencyKey === undefined) return money.createTopup(request);
  return money.topupByCard({ ...request, card, idempotencyKey });
}
