/**
 * Sends decided refunds to the card that had paid: the order to the provider, its repetition until there is an answer,
 * and what the answer does to the books. The decision was committed before; nothing here can undo it.
 */
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Refund } from '../../protocol/money/money.ts';
import { fanWallet } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderRefund } from '../provider/payment-provider.ts';
import { type CardDebts, owedMinor } from './card-debts.ts';
import type { ProviderRefunds } from './provider-refunds.ts';
import { refunds } from './refunds.schema.ts';
import { type RefundRow, type RefundsStore, toRefund } from './refunds.store.ts';

/** How long a request waits for the provider; then the answer is `pending`. */
const ANSWER_WITHIN_MS = 2_000;

interface RefundOrderParts {
  debts: CardDebts;
  /** Books refunds that have left. */
  providerRefunds: ProviderRefunds;
}

export class RefundOrders {
  /** Refunds whose order or check is due. */
  readonly due: DueRows<typeof refunds>;
  readonly #context: MoneyContext;
  readonly #store: RefundsStore;
  readonly #parts: RefundOrderParts;

  constructor(context: MoneyContext, parts: RefundOrderParts) {
    this.#context = context;
    this.#store = context.stores.refunds;
    this.#parts = parts;
    const attempt = (row: RefundRow) => this.#attempt(row);
    this.due = context.dueRows({ name: 'refunds', table: refunds, key: [refunds.id], attempt });
  }

  /** Orders a refund, and returns it as it stands: `pending` when the provider is slow. */
  async send(row: RefundRow): Promise<Refund> {
    const attempt = this.due.attempt(row);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ANSWER_WITHIN_MS);
    });
    await Promise.race([attempt, patience]);
    clearTimeout(timer);
    return toRefund((await this.#store.find(row.id)) ?? row);
  }

  /** Handles an event about a refund: fetches it, and books what has changed. */
  async handleRefundChanged(providerRefund: string): Promise<void> {
    const found = await this.#context.provider.fetchRefund(providerRefund);
    if (found) await this.#apply(found);
  }

  async #attempt(row: RefundRow): Promise<void> {
    try {
      await this.#apply(await this.#order(row));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
      await this.#fail(row, { failure: error.message, providerRefund: null });
    }
  }

  /**
   * Places the order, unless it exists. The provider forgets idempotency keys after a day, so from the second attempt
   * on, it is first searched for the order.
   */
  async #order(row: RefundRow): Promise<ProviderRefund> {
    const { provider } = this.#context;
    const known = row.providerRefund ? await provider.fetchRefund(row.providerRefund) : undefined;
    const placed = known ?? (row.attempts > 1 ? await this.#findPlaced(row) : undefined);
    if (placed) return placed;
    const answer = await provider.refund({
      refund: row.id,
      payment: row.providerPayment ?? '',
      amountMinor: owedMinor(row),
      idempotencyKey: orderOf(row),
    });
    if (answer !== 'key_spent') return answer;
    const carriedOut = await this.#findPlaced(row);
    if (carriedOut) return carriedOut;
    await this.#store.renewOrder(row.id, row.round);
    throw new AppError('provider_unavailable');
  }

  /**
   * Finds this round's order, or an earlier one that the provider carried out late, so that no second one is placed.
   */
  async #findPlaced(row: RefundRow): Promise<ProviderRefund | undefined> {
    const listed = await this.#context.provider.listRefunds(row.providerPayment ?? '');
    const current = listed.find((refund) => refund.order === orderOf(row));
    if (current) return current;
    for (const earlier of listed.filter(({ reference, status }) => reference === row.id && status !== 'failed')) {
      if (!(await this.#parts.providerRefunds.isKnown(earlier.providerRefund))) return earlier;
    }
    return undefined;
  }

  async #apply(found: ProviderRefund): Promise<void> {
    await this.#parts.providerRefunds.handle(found);
    const row = found.reference ? await this.#store.find(found.reference) : undefined;
    // An event about an earlier order.
    if (!row || found.providerRefund !== (row.providerRefund ?? found.providerRefund)) return;
    if (row.providerRefund === null && found.order !== orderOf(row)) return;
    if (found.status === 'pending') await this.#store.notePending(row.id, found.providerRefund);
    const { providerRefund } = found;
    if (found.status === 'failed') await this.#fail(row, { failure: found.failure ?? 'failed', providerRefund });
  }

  /** The rest is still owed; an operator orders it again by repeating the refund. */
  async #fail(row: RefundRow, fault: { failure: string; providerRefund: string | null }): Promise<void> {
    const { db, ledger, currency, outbox, log } = this.#context;
    const wallet = fanWallet(row.identity, currency);
    await ledger.ensureAccounts([wallet]);
    const owed = await db.transaction(async (tx) => {
      await ledger.lockWallet(tx, wallet);
      const failed = await this.#store.markFailed(tx, row, fault);
      if (!failed) return 0;
      await this.#context.addFacts(tx, ['refund.changed', { refund: toRefund(failed) }, { identity: row.identity }]);
      return owedMinor(await this.#parts.debts.absorbLosses(tx, failed));
    });
    outbox.wake();
    if (owed > 0) log.error({ refund: row.id, failure: fault.failure }, 'refund to a card failed, still owed');
  }
}

/** Our idempotency key of an order. */
function orderOf(row: Pick<RefundRow, 'id' | 'round'>): string {
  return `${row.id}:${row.round}`;
}
