/**
 * Finds what a payment at the provider paid for, for disputes and for refunds made at the provider. Their events can
 * arrive before the event of the payment, or that one can be lost: then the payment is settled first.
 */

import { HOUR_MS } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';
import type { PaymentRow } from '../payments/payments.store.ts';
import type { Checkouts } from './checkouts.ts';

/** Provider events can arrive in any order within this time. */
const UNSETTLED_MS = HOUR_MS;

export class CardPayments {
  readonly #context: MoneyContext;
  readonly #checkouts: Checkouts;
  readonly #settleMembership: (payment: string) => Promise<void>;

  constructor(
    context: MoneyContext,
    parts: { checkouts: Checkouts; settleMembership: (payment: string) => Promise<void> },
  ) {
    this.#context = context;
    this.#checkouts = parts.checkouts;
    this.#settleMembership = parts.settleMembership;
  }

  async findByProvider(providerPayment: string): Promise<PaymentRow | undefined> {
    const { payments } = this.#context.stores;
    const known = await payments.findByProvider(providerPayment);
    if (known) return known;
    await this.#checkouts.settlePayment(providerPayment);
    const settled = await payments.findByProvider(providerPayment);
    if (settled) return settled;
    await this.#settleMembership(providerPayment);
    return payments.findByProvider(providerPayment);
  }

  /**
   * Throws while an unknown payment can still become known, so that its event is retried; later it belongs to another
   * application.
   */
  assertOld(happenedAtMs: number): void {
    if (this.#context.clock.now() - happenedAtMs < UNSETTLED_MS) {
      throw new AppError('unavailable', 'The payment is not known yet. The event will be retried.');
    }
  }
}
