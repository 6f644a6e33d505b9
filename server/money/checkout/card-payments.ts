/**
 * Finds what a payment at the provider paid for, for disputes and for refunds made at the provider. Their events can
 * arrive before the event of the payment, or that one can be lost: then the payment is settled first.
 */

import { HOUR_MS } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';
import { type BookedAs, type CardPayment, CardPaymentsStore } from './card-payments.store.ts';
import type { Checkouts } from './checkouts.ts';

/** Provider events can arrive in any order within this time. */
const UNSETTLED_MS = HOUR_MS;

export class CardPayments {
  readonly #context: MoneyContext;
  readonly #store: CardPaymentsStore;
  readonly #checkouts: Checkouts;
  readonly #settleMembership: (payment: string) => Promise<void>;

  constructor(
    context: MoneyContext,
    parts: { checkouts: Checkouts; settleMembership: (payment: string) => Promise<void> },
  ) {
    this.#context = context;
    this.#store = new CardPaymentsStore(context.db);
    this.#checkouts = parts.checkouts;
    this.#settleMembership = parts.settleMembership;
  }

  async findByPayment(payment: string): Promise<CardPayment | undefined> {
    const known = await this.#store.findByPayment(payment);
    if (known) return known;
    await this.#checkouts.settlePayment(payment);
    const settled = await this.#store.findByPayment(payment);
    if (settled) return settled;
    await this.#settleMembership(payment);
    return this.#store.findByPayment(payment);
  }

  bookedAs(tx: Orm, paid: { sourceType: string; sourceId: string }): Promise<BookedAs> {
    return this.#store.bookedAs(tx, paid);
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
