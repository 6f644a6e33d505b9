/**
 * The debt of the house to the card of a payment: refunds that were decided and whose money has not left. Money that
 * leaves for the payment, by a dispute or by a refund made at the provider, settles this debt first; a loss that was
 * booked for the payment reduces it. Callers lock the payer's wallet, which serialises all changes to one payer's
 * payments.
 */
import type { Orm } from '../../platform/db/db.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import type { Source } from '../ledger/ledger.store.ts';
import { type Account, houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { CardDebtsStore } from './card-debts.store.ts';
import { type RefundRow, toRefund } from './refunds.store.ts';

/** Money that leaves for a payment, or that its bank returns. */
interface Movement {
  payment: string;
  amountMinor: number;
  /** Our refund that the money is for, if any, and the provider's id of the order; by bank transfer there is none. */
  order?: { refund: string; providerRefund?: string } | undefined;
}

export class CardDebts {
  readonly #context: MoneyContext;
  readonly #store = new CardDebtsStore();

  constructor(context: MoneyContext) {
    this.#context = context;
  }

  /** The sum of failed refunds, which no order in flight will settle. */
  async findOwed(tx: Orm, payment: string): Promise<number> {
    const rows = await this.#store.lockRefunds(tx, payment);
    return rows.filter(({ status }) => status === 'failed').reduce((sum, row) => sum + owedMinor(row), 0);
  }

  /** Settles the debt with money that has left, the refund that ordered it first. Returns how much of it was owed. */
  async settle(tx: Orm, left: Movement & { from: Account; source: Source }): Promise<number> {
    const { payment, amountMinor, order, from, source } = left;
    const rows = await this.#store.lockRefunds(tx, payment);
    const isOwn = (row: RefundRow) => row.id === order?.refund && row.status !== 'succeeded';
    const owed = [...rows.filter(isOwn), ...rows.filter((row) => row.status === 'failed' && !isOwn(row))];
    let leftMinor = amountMinor;
    for (const row of owed) {
      const settledMinor = Math.min(leftMinor, owedMinor(row));
      if (settledMinor === 0) break;
      leftMinor -= settledMinor;
      const isByTransfer = isOwn(row) && order?.providerRefund === undefined;
      const providerRefund = isOwn(row) ? order?.providerRefund : undefined;
      await this.#settleRow(tx, row, { settledMinor, providerRefund, isByTransfer });
    }
    if (leftMinor < amountMinor) {
      const legs = transferLegs(this.#payable(), from, amountMinor - leftMinor);
      await this.#context.ledger.post(tx, { kind: 'refund_sent', source, legs, at: this.#context.nowIso() });
    }
    return amountMinor - leftMinor;
  }

  /** Undoes `settle` for money that the bank returned: it is owed again, and can be ordered again. */
  async reopen(
    tx: Orm,
    { payment, amountMinor, order, failure }: Movement & { failure: string | null },
  ): Promise<void> {
    const rows = (await this.#store.lockRefunds(tx, payment)).filter((row) => row.settledMinor > 0).reverse();
    const own = rows.filter((row) => row.id === order?.refund);
    let leftMinor = amountMinor;
    for (const row of new Set([...own, ...rows])) {
      const reopenedMinor = Math.min(leftMinor, row.settledMinor);
      if (reopenedMinor === 0) break;
      leftMinor -= reopenedMinor;
      const settledMinor = row.settledMinor - reopenedMinor;
      await this.#update(tx, row, { settledMinor, status: 'failed', failure, settledAt: null, ...NOT_DUE });
    }
  }

  /**
   * Settles a refund with losses booked for its payment, since that money has reached the card. Returns the updated
   * refund.
   */
  async absorbLosses(tx: Orm, row: RefundRow): Promise<RefundRow> {
    let current = row;
    for (const loss of await this.#store.listLosses(tx, row.payment)) {
      const settledMinor = Math.min(loss.lossMinor, owedMinor(current));
      if (settledMinor === 0) break;
      await this.#store.settleLoss(tx, loss, settledMinor);
      current = await this.#settleRow(tx, current, { settledMinor });
      const legs = transferLegs(this.#payable(), houseAccount('chargeback_loss', this.#context.currency), settledMinor);
      // The loss's amount makes the id unique: it only decreases, and a reopened refund may be settled by it twice.
      const source = { type: 'refund', id: `${row.id}:${row.round}:${loss.id}:${loss.lossMinor}` } as const;
      await this.#context.ledger.post(tx, { kind: 'refund_sent', source, legs, at: this.#context.nowIso() });
    }
    return current;
  }

  /**
   * The bank holds the money of a disputed payment, and keeps it when the dispute is lost: a refund would pay it twice.
   */
  isDisputed(tx: Orm, payment: string, statuses: ('open' | 'under_review' | 'lost')[]): Promise<boolean> {
    return this.#store.isDisputed(tx, payment, statuses);
  }

  async #settleRow(
    tx: Orm,
    row: RefundRow,
    {
      settledMinor,
      providerRefund,
      isByTransfer = false,
    }: { settledMinor: number; providerRefund?: string | undefined; isByTransfer?: boolean },
  ): Promise<RefundRow> {
    const isWhole = settledMinor === owedMinor(row);
    const isOver = isWhole || providerRefund !== undefined;
    return this.#update(tx, row, {
      settledMinor: row.settledMinor + settledMinor,
      ...(isWhole ? { status: 'succeeded', settledAt: this.#context.nowIso(), failure: null } : {}),
      // The order is finished, although it sent less than was owed.
      ...(isOver && !isWhole ? { status: 'failed' } : {}),
      ...(isOver ? NOT_DUE : {}),
      ...(isByTransfer ? { isByTransfer } : {}),
      ...(providerRefund === undefined ? {} : { providerRefund }),
    });
  }

  async #update(tx: Orm, row: RefundRow, set: Partial<RefundRow>): Promise<RefundRow> {
    const after = await this.#store.update(tx, row.id, set);
    if (after.status !== row.status) {
      await this.#context.addFacts(tx, ['refund.changed', { refund: toRefund(after) }, { identity: after.identity }]);
    }
    return after;
  }

  #payable(): Account {
    return houseAccount('refund_payable', this.#context.currency);
  }
}

export function owedMinor({ amountMinor, settledMinor }: Pick<RefundRow, 'amountMinor' | 'settledMinor'>): number {
  return amountMinor - settledMinor;
}
