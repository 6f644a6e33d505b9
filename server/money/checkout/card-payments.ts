/**
 * The payment that something at the provider is about: a dispute, or a refund by hand. Such news may come before that of the payment itself, or
 * the latter may be lost: then the payment is settled first.
 */

import type { Orm } from '../../platform/db/db.ts';
import type { BookedAs, CardPayment, CardPaymentsStore } from './card-payments.store.ts';
import type { Checkouts } from './checkouts.ts';

export class CardPayments {
  readonly #store: CardPaymentsStore;
  readonly #checkouts: Checkouts;
  readonly #settleMembership: (payment: string) => Promise<void>;

  constructor(
    store: CardPaymentsStore,
    parts: { checkouts: Checkouts; settleMembership: (payment: string) => Promise<void> },
  ) {
    this.#store = store;
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
}
