/**
 * Transfers to creators that were reversed manually at the provider. The money is with the house again: it covers what
 * the creator owes, and the rest becomes available to them again. The next batch must not simply send it back, so
 * payouts to the creator stop until an operator resumes them.
 */
import { type Orm, runIn } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import { accountId, creatorAvailable, HOUSE, houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { type PayoutRow, PayoutsStore, toPayout } from './payouts.store.ts';
import type { Payouts } from './payouts.ts';

interface Reversal {
  id: string;
  amountMinor: number;
}

const STOP_REASON = 'A transfer was taken back at the payment provider.';

export class TransferReversals {
  readonly #context: MoneyContext;
  readonly #store: PayoutsStore;
  readonly #payouts: Payouts;

  constructor(context: MoneyContext, payouts: Payouts) {
    this.#context = context;
    this.#store = new PayoutsStore(context.db);
    this.#payouts = payouts;
  }

  /** Handles a provider event about a transfer. */
  async handleTransferChanged(transfer: string): Promise<void> {
    const row = await this.#payouts.findByTransfer(transfer);
    // Another application may share the provider's account.
    if (!row) return;
    const found = await this.#context.provider.connect.fetchTransfer(transfer);
    if (!found) return;
    for (const reversal of found.reversals) await this.#take(row, reversal);
  }

  async #take(row: PayoutRow, reversal: Reversal): Promise<void> {
    const isNews = await this.#context.db.transaction((tx) => this.#book(tx, row, reversal));
    if (!isNews) return;
    const fields = { payout: row.id, reversal: reversal.id, amountMinor: reversal.amountMinor };
    this.#context.log.warn(fields, 'transfer reversed by hand at the provider');
    this.#context.metrics.moneyMinor.inc({ kind: 'payout_reversed' }, reversal.amountMinor);
    this.#context.outbox.wake();
  }

  /** False when it was booked before. Runs under the lock of the creator's account. */
  async #book(tx: Orm, { id, creator }: PayoutRow, reversal: Reversal): Promise<boolean> {
    const { ledger, currency } = this.#context;
    const account = creatorAvailable(creator, currency);
    const availableMinor = await this.#store.lockAvailable(tx, accountId(account));
    const source = { type: 'provider_reversal', id: reversal.id } as const;
    if (await ledger.findTransaction(tx, { kind: 'payout_reversed', source })) return false;
    const sent = await ledger.findTransaction(tx, { kind: 'payout_sent', source: { type: 'payout', id } });
    if (!sent) throw new AppError('internal', 'The transaction of a paid payout is missing.');
    const legs = transferLegs(houseAccount('provider_clearing', currency), account, reversal.amountMinor);
    const at = this.#context.nowIso();
    await ledger.post(tx, { kind: 'payout_reversed', source, reversesId: sent.id, legs, at });
    const after = await this.#store.addReversed(tx, id, reversal.amountMinor);
    await this.#context.addFacts(tx, ['payout.changed', { payout: toPayout(after) }, { identity: creator }]);
    if (availableMinor + reversal.amountMinor > 0) await this.#stopPayouts(tx, creator, at);
    return true;
  }

  async #stopPayouts(tx: Orm, creator: string, at: string): Promise<void> {
    const { store } = this.#context.rooms.restrictions;
    const freeze = { kind: 'freeze', identity: creator } as const;
    const wasStopped = await store.has(runIn(tx), { ...freeze, liftedAt: null });
    const said = { reason: STOP_REASON, by: HOUSE, byRole: 'house', createdAt: at } as const;
    await store.insert(runIn(tx), { ...freeze, ...said, id: createId('creatorFreeze') });
    if (wasStopped) return;
    const told = { creator, frozen: true, reason: STOP_REASON, isByDecision: false };
    await this.#context.addFacts(tx, ['creator.payouts_changed', told, { identity: creator }]);
  }
}
