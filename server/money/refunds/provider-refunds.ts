/**
 * Refunds that have left at the provider, whoever ordered them. Each is booked once, and undone when the bank returns
 * it. It settles the debt to the card first. The rest was ordered at the provider by hand, or is an order of ours that
 * was carried out twice: it reverses a sale pro rata, or credit as far as it is unspent; what no account covers is a
 * loss of the house.
 */
import { iso } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { createId } from '../../protocol/ids.ts';
import type { CardPayments } from '../checkout/card-payments.ts';
import {
  fanWallet,
  HOUSE,
  houseAccount,
  type Leg,
  mergeLegs,
  remainderOf,
  reversalLegs,
  transferLegs,
} from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { type PaymentRow, saleOf } from '../payments/payments.store.ts';
import type { ProviderRefund } from '../provider/payment-provider.ts';
import type { CardDebts } from './card-debts.ts';
import type { Refundables } from './refundables.ts';
import { ProviderRefundsStore, toRefund } from './refunds.store.ts';

interface ProviderRefundParts {
  debts: CardDebts;
  payments: CardPayments;
  refundables: Refundables;
}

/** A refund at the provider, and the payment that it refunds. */
interface Found {
  found: ProviderRefund;
  paid: PaymentRow;
}

const RETURNED = 'refund_returned';

export class ProviderRefunds {
  readonly #context: MoneyContext;
  readonly #parts: ProviderRefundParts;
  readonly #store = new ProviderRefundsStore();

  constructor(context: MoneyContext, parts: ProviderRefundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Books a refund that has left, and undoes one that the bank returned; a pending one moves nothing yet. */
  async handle(found: ProviderRefund): Promise<void> {
    if (found.status === 'pending') return;
    const paid = found.payment ? await this.#parts.payments.findByProvider(found.payment) : undefined;
    if (!paid || found.currency !== this.#context.currency) {
      this.#parts.payments.assertOld(found.createdAtMs);
      const { providerRefund, amountMinor } = found;
      this.#context.log.warn({ providerRefund, amountMinor }, 'provider refund of an unknown payment');
      return;
    }
    await this.#context.ledger.ensureAccounts([fanWallet(paid.identity, this.#context.currency)]);
    if (found.status === 'failed') await this.#takeBack({ found, paid });
    else await this.#bookOnce({ found, paid });
  }

  isKnown(providerRefund: string): Promise<boolean> {
    return this.#store.isKnown(this.#context.db.orm, providerRefund);
  }

  async #bookOnce({ found, paid }: Found): Promise<void> {
    const { db, log, metrics, outbox } = this.#context;
    const foreignMinor = await db.transaction((tx) => this.#book(tx, { found, paid }));
    outbox.wake();
    if (foreignMinor === 0) return;
    const { providerRefund } = found;
    const fields = { providerRefund, amountMinor: foreignMinor, source: paid.id };
    log.warn(fields, 'refund made by hand at the provider');
    metrics.moneyMinor.inc({ kind: 'refund' }, foreignMinor);
  }

  /** Returns the part of it that no refund of the house had ordered. */
  async #book(tx: Orm, { found, paid }: Found): Promise<number> {
    const { ledger, currency } = this.#context;
    const { refundables, debts } = this.#parts;
    const { id: payment, identity } = paid;
    const { providerRefund, amountMinor } = found;
    const at = this.#context.nowIso();
    const available = await ledger.lockWallet(tx, fanWallet(identity, currency));
    const booked = await ledger.findTransaction(tx, saleOf(paid));
    if (!(await this.#insert(tx, { found, paid }))) return 0;
    const from = houseAccount('provider_clearing', currency);
    const source = { type: 'provider_refund', id: providerRefund } as const;
    const order = found.reference === null ? undefined : { refund: found.reference, providerRefund };
    const settledMinor = await debts.settle(tx, { payment, amountMinor, order, from, source });
    const foreignMinor = amountMinor - settledMinor;
    const isCredit = refundables.isCredit(paid);
    const bearableMinor = isCredit ? available : Number.POSITIVE_INFINITY;
    const takenMinor = Math.min(foreignMinor, Math.max(0, bearableMinor), booked ? remainderOf(booked) : 0);
    if (booked && takenMinor > 0) {
      const { legs: original, earlier } = booked;
      const legs = reversalLegs({ original, earlier, payer: from, to: from, amountMinor: takenMinor });
      await ledger.post(tx, { kind: 'refund', source, reversesId: booked.id, legs, at });
      const isWhole = takenMinor === remainderOf(booked);
      if (isCredit) await this.#context.addWalletFact(tx, identity);
      await this.#context.addFacts(tx, ...((await refundables.end(tx, paid, { isWhole })) || []));
    }
    const lossMinor = foreignMinor - takenMinor;
    if (lossMinor > 0) {
      const legs = transferLegs(houseAccount('chargeback_loss', currency), from, lossMinor);
      await ledger.post(tx, { kind: 'dispute_loss', source, legs, at });
    }
    await this.#store.setParts(tx, providerRefund, { settledMinor, lossMinor });
    return foreignMinor;
  }

  #insert(tx: Orm, { found, paid }: Found, returnedAt: string | null = null): Promise<boolean> {
    const { providerRefund, amountMinor, payment } = found;
    const { currency } = this.#context;
    const row = {
      providerRefund,
      providerPayment: payment ?? '',
      sourceType: paid.kind,
      sourceId: paid.id,
      identity: paid.identity,
      amountMinor,
      currency,
      createdAt: iso(found.createdAtMs),
      returnedAt,
    };
    return this.#store.insert(tx, row);
  }

  /**
   * The bank returned the refund: what it had settled or reversed is owed to the card, and a loss is undone. One that
   * was never booked is inserted as returned, so that a late event about it books nothing.
   */
  async #takeBack({ found, paid }: Found): Promise<void> {
    const { db, ledger, currency, log, outbox } = this.#context;
    const { providerRefund, reference } = found;
    const at = this.#context.nowIso();
    const owedMinor = await db.transaction(async (tx) => {
      await ledger.lockWallet(tx, fanWallet(paid.identity, currency));
      if (await this.#insert(tx, { found, paid }, at)) return 0;
      const before = await this.#store.markReturned(tx, providerRefund, at);
      if (!before) return 0;
      const { amountMinor, settledMinor, lossMinor } = before;
      const legs: Leg[] = mergeLegs([
        { account: houseAccount('provider_clearing', currency), amountMinor: -amountMinor },
        { account: houseAccount('refund_payable', currency), amountMinor: amountMinor - lossMinor },
        { account: houseAccount('chargeback_loss', currency), amountMinor: lossMinor },
      ]);
      const source = { type: 'provider_refund', id: providerRefund } as const;
      await ledger.post(tx, { kind: 'refund_returned', source, legs, at });
      const order = reference === null ? undefined : { refund: reference, providerRefund };
      const { failure } = found;
      await this.#parts.debts.reopen(tx, { payment: paid.id, amountMinor: settledMinor, order, failure });
      const takenMinor = amountMinor - settledMinor - lossMinor;
      if (takenMinor > 0) await this.#owe(tx, { found, paid, amountMinor: takenMinor });
      for (const row of await this.#context.stores.refunds.listOf(paid.id, tx)) {
        if (row.status === 'failed') await this.#parts.debts.absorbLosses(tx, row);
      }
      return amountMinor - lossMinor;
    });
    outbox.wake();
    const fields = { providerRefund, amountMinor: owedMinor, source: paid.id };
    if (owedMinor > 0) log.error(fields, 'refund returned by the bank, owed to the card');
  }

  /**
   * The amount that a manual refund had reversed becomes a failed refund of the house, which an operator can order
   * again.
   */
  async #owe(tx: Orm, { found, paid, amountMinor }: Found & { amountMinor: number }): Promise<void> {
    const row = await this.#context.stores.refunds.insert(tx, {
      id: createId('refund'),
      payment: paid.id,
      identity: paid.identity,
      amountMinor,
      currency: this.#context.currency,
      to: 'card',
      status: 'failed',
      reason: RETURNED,
      by: HOUSE,
      part: (await this.#context.stores.refunds.listOf(paid.id, tx)).length,
      providerPayment: found.payment,
      failure: found.failure,
      createdAt: this.#context.nowIso(),
    });
    await this.#context.addFacts(tx, ['refund.changed', { refund: toRefund(row) }, { identity: paid.identity }]);
  }
}
