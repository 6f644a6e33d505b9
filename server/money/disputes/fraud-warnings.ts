/**
 * Early fraud warnings: the issuer of a card reports a payment as fraud, before it may dispute it. The payer pays by
 * card only after an operator's word from then on. The payment is refunded where that costs less than waiting: Stripe
 * says that four of five become a dispute unless 3-D Secure had confirmed the payer ("How disputes work"), so the loss
 * to expect is 0.8 × (amount + fee), which is more than the amount below four times the fee. What cannot be taken back
 * any more, because its credit is spent or its creator was paid, is left to the dispute.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { CardPayments } from '../checkout/card-payments.ts';
import type { BookedTransaction } from '../ledger/ledger.store.ts';
import { fanWallet, HOUSE, remainderOf } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { PaymentRow } from '../payments/payments.store.ts';
import type { Refundables } from '../refunds/refundables.ts';
import type { Refunds } from '../refunds/refunds.ts';

const REASON = 'fraud_warning';
const FEES_AT_MOST = 4;

interface FraudWarningParts {
  payments: CardPayments;
  refundables: Refundables;
  refunds: Refunds;
}

export class FraudWarnings {
  readonly #context: MoneyContext;
  readonly #parts: FraudWarningParts;

  constructor(context: MoneyContext, parts: FraudWarningParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Handles an event about a warning: can be repeated. */
  async handle(id: string): Promise<void> {
    const { provider, db, cardHolds, log, disputeFeeMinor } = this.#context;
    const warning = await provider.disputes.fetchFraudWarning(id);
    if (!warning) return;
    const payment = warning.payment ? await this.#parts.payments.findByProvider(warning.payment) : undefined;
    if (!payment) {
      this.#parts.payments.assertOld(warning.createdAtMs);
      return;
    }
    await db.transaction((tx) => cardHolds.hold(tx, payment.identity, REASON));
    const isWorth = warning.isOpen && !warning.isAuthenticated;
    if (!isWorth || payment.amountMinor >= FEES_AT_MOST * disputeFeeMinor) return;
    try {
      const assertAllowed = (tx: Orm, booked: BookedTransaction) => this.#assertWhole(tx, payment, booked);
      await this.#parts.refunds.refund({ payment: payment.id, reason: REASON }, HOUSE, { assertAllowed });
    } catch (error) {
      if (!(error instanceof AppError) || !LEFT_TO_THE_DISPUTE.has(error.code)) throw error;
      log.warn({ payment: payment.id, code: error.code }, 'payment with a fraud warning not refunded');
    }
  }

  /** Nothing of a top-up may be spent, by the rule first in, first out; a creator's part must still be held. */
  async #assertWhole(tx: Orm, payment: PaymentRow, booked: BookedTransaction): Promise<void> {
    if (!this.#parts.refundables.isCredit(payment)) {
      if (booked.legs.some(({ account }) => account.kind === 'creator_available'))
        throw new AppError('not_refundable', 'Its earnings are released.');
      return;
    }
    const { ledger, stores, currency } = this.#context;
    const { identity } = payment;
    const creditMinor = await ledger.lockWallet(tx, fanWallet(identity, currency));
    const unspent = await stores.payments.listUnspent(identity, creditMinor, tx);
    const found = unspent.find(({ topup }) => topup.id === payment.id);
    if (found?.unspentMinor !== remainderOf(booked))
      throw new AppError('not_refundable', 'Some of its credit is spent.');
  }
}

const LEFT_TO_THE_DISPUTE = new Set(['already_refunded', 'not_refundable']);
