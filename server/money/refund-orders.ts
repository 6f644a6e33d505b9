/**
 * Sends decided refunds to the card that had paid: the order to the provider, its repetition until there is an answer, and what the answer
 * does to the books. The decision was committed before; nothing here can undo it.
 */
import { AppError } from '../protocol/errors.ts';
import type { Refund } from '../protocol/money.ts';
import { houseAccount, transferLegs } from './ledger.ts';
import type { MoneyContext } from './money-context.ts';
import type { ProviderRefund } from './payment-provider.ts';
import { type RefundRow, type RefundsStore, toRefund } from './refunds.store.ts';

/** How long whoever decided a refund is kept waiting for the provider; then the answer is `pending`. */
const ANSWER_WITHIN_MS = 2_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 3_600_000;
const CLAIM_ITEMS = 20;

export class RefundOrders {
  readonly #context: MoneyContext;
  readonly #store: RefundsStore;
  readonly #handleForeign: (found: ProviderRefund) => Promise<void>;

  constructor(
    context: MoneyContext,
    store: RefundsStore,
    /** Takes refunds that somebody ordered at the provider itself. */
    handleForeign: (found: ProviderRefund) => Promise<void>,
  ) {
    this.#handleForeign = handleForeign;
    this.#context = context;
    this.#store = store;
  }

  /** Orders a refund now, and answers how it stands: `pending` when the provider is slow. */
  async send(row: RefundRow): Promise<Refund> {
    const attempt = this.#context.runInBackground(`refund ${row.id}`, () => this.#attempt(row));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ANSWER_WITHIN_MS);
    });
    await Promise.race([attempt, patience]);
    clearTimeout(timer);
    return toRefund((await this.#store.find(row.id)) ?? row);
  }

  /** Something happened to this refund, says the provider. */
  async handleRefundChanged(providerRefund: string): Promise<void> {
    const found = await this.#context.provider.fetchRefund(providerRefund);
    const row = found?.reference ? await this.#store.find(found.reference) : undefined;
    if (found && row) await this.#apply(row, found);
    else if (found) await this.#handleForeign(found);
  }

  /** Orders again, or asks about, refunds that are due; true when there may be more. */
  async sweep(): Promise<boolean> {
    const due = await this.#store.claimDue(this.#context.nowIso(), CLAIM_ITEMS);
    await Promise.all(due.map((row) => this.#context.runInBackground(`refund ${row.id}`, () => this.#attempt(row))));
    return due.length === CLAIM_ITEMS;
  }

  recheckAll(): Promise<void> {
    return this.#store.makePendingDue(this.#context.nowIso());
  }

  async #attempt(row: RefundRow): Promise<void> {
    try {
      await this.#apply(row, await this.#order(row));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'not_refundable') {
        await this.#fail(row, { failure: error.message, providerRefund: null });
        return;
      }
      const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(row.attempts - 1, 20), RETRY_MAX_MS);
      await this.#store.noteFault(row.id, error.code, this.#context.laterIso(pauseMs));
      throw error;
    }
  }

  /**
   * Places the order, unless it was placed: the provider forgets idempotency keys after a day, so from the second attempt on it is asked
   * first whether it knows this one.
   */
  async #order(row: RefundRow): Promise<ProviderRefund> {
    const { provider } = this.#context;
    const known = row.providerRefund ? await provider.fetchRefund(row.providerRefund) : undefined;
    const placed = known ?? (row.attempts > 1 ? await this.#findPlaced(row) : undefined);
    if (placed) return placed;
    const answer = await provider.refund({
      refund: row.id,
      payment: row.providerPayment ?? '',
      amountMinor: row.amountMinor,
      idempotencyKey: orderOf(row),
    });
    if (answer !== 'key_spent') return answer;
    const carriedOut = await this.#findPlaced(row);
    if (carriedOut) return carriedOut;
    await this.#store.renewOrder(row.id, row.round);
    throw new AppError('provider_unavailable');
  }

  async #findPlaced(row: RefundRow): Promise<ProviderRefund | undefined> {
    const listed = await this.#context.provider.listRefunds(row.providerPayment ?? '');
    return listed.find((refund) => refund.order === orderOf(row));
  }

  async #apply(row: RefundRow, found: ProviderRefund): Promise<void> {
    // News of an earlier round says nothing about this one.
    if (found.order !== orderOf(row)) return;
    switch (found.status) {
      case 'pending':
        return this.#store.notePending(row.id, found.providerRefund);
      case 'failed':
        return this.#fail(row, { failure: found.failure ?? 'failed', providerRefund: found.providerRefund });
      case 'succeeded':
        return this.#succeed(row, found.providerRefund);
    }
  }

  async #succeed(row: RefundRow, providerRefund: string): Promise<void> {
    const { db, ledger, currency, outbox } = this.#context;
    const at = this.#context.nowIso();
    await db.transaction(async (tx) => {
      if (!(await this.#store.markSucceeded(tx, row.id, { providerRefund, at }))) return;
      const legs = transferLegs(
        houseAccount('refund_payable', currency),
        houseAccount('provider_clearing', currency),
        row.amountMinor,
      );
      await ledger.post(tx, { kind: 'refund_sent', source: { type: 'refund', id: orderOf(row) }, legs, at });
      await this.#tellChanged(tx, { ...row, status: 'succeeded' });
    });
    outbox.wake();
  }

  /** What was sent and came back is owed again; the operator can order it anew by asking for the same refund once more. */
  async #fail(row: RefundRow, fault: { failure: string; providerRefund: string | null }): Promise<void> {
    const { db, ledger, currency, outbox, log } = this.#context;
    const at = this.#context.nowIso();
    const isNews = await db.transaction(async (tx) => {
      const before = await this.#store.markFailed(tx, row.id, fault);
      if (before === undefined) return false;
      if (before === 'succeeded') {
        const legs = transferLegs(
          houseAccount('provider_clearing', currency),
          houseAccount('refund_payable', currency),
          row.amountMinor,
        );
        await ledger.post(tx, { kind: 'refund_returned', source: { type: 'refund', id: orderOf(row) }, legs, at });
      }
      await this.#tellChanged(tx, { ...row, status: 'failed' });
      return true;
    });
    if (!isNews) return;
    log.error({ refund: row.id, failure: fault.failure }, 'a refund to a card failed and is still owed');
    outbox.wake();
  }

  async #tellChanged(tx: Parameters<MoneyContext['tell']>[0], row: RefundRow): Promise<void> {
    await this.#context.tell(tx, ['refund.changed', { refund: toRefund(row) }, { identity: row.identity }]);
  }
}

/** Our idempotency key of an order. */
function orderOf(row: Pick<RefundRow, 'id' | 'round'>): string {
  return `${row.id}:${row.round}`;
}
