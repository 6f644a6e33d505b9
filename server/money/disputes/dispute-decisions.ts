/**
 * Books what a bank has decided, and undoes it when the bank decides again. Won: everything is restored. Lost: it
 * settles the debt to the card, then takes the held credit and what was bought; the house bears the rest. Callers hold
 * the locks of a dispute.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { accountId, fanWallet, houseAccount, mergeLegs, sumOf, transferLegs } from '../ledger/ledger.ts';
import type { MembershipStanding } from '../memberships/membership-standing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderDispute } from '../provider/payment-provider.ts';
import type { CardDebts } from '../refunds/card-debts.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { sourceOf } from './dispute-legs.ts';
import type { DisputedSales } from './disputed-sales.ts';
import type { DisputeStatus } from './disputes.schema.ts';
import type { DisputeRow, DisputesStore } from './disputes.store.ts';

interface DecisionParts {
  store: DisputesStore;
  sales: DisputedSales;
  standing: MembershipStanding;
  debts: CardDebts;
  refunds: Refunds;
}

/**
 * What a dispute comes to by the money that its bank has: the last word alone does not say. A lost one may be won
 * later, and one that the provider prevented (status `prevented`) has either moved nothing or paid the payer back.
 */
export function outcomeOf(
  { status, movements }: Pick<ProviderDispute, 'status' | 'movements'>,
  keptMinor: number,
): DisputeStatus {
  if (status !== 'won' && status !== 'lost') return status;
  if (keptMinor <= 0) return 'won';
  // It was won, and the money is still on its way back.
  const isAway = (movements.at(-1)?.amountMinor ?? 0) <= 0;
  return status === 'won' && isAway ? 'under_review' : 'lost';
}

export class DisputeDecisions {
  readonly #context: MoneyContext;
  readonly #parts: DecisionParts;

  constructor(context: MoneyContext, parts: DecisionParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Restores what the dispute held or had taken. */
  async bookWon(tx: Orm, row: DisputeRow): Promise<void> {
    const { store, sales, standing } = this.#parts;
    if (row.status === 'lost' && !(await store.hasLost(tx, row.identity)))
      await this.#context.cardHolds.liftForDispute(tx, row.identity);
    const wallet = accountId(fanWallet(row.identity, this.#context.currency));
    if (row.frozenCreditMinor > 0) {
      await store.holdCredit(tx, wallet, -row.frozenCreditMinor);
      await this.#context.addWalletFact(tx, row.identity);
    }
    await sales.lift(tx, row.id);
    if (row.sourceType !== 'membership') return;
    // Another open dispute keeps it closed until that one is decided.
    if (await store.hasOtherDispute(tx, row)) return;
    if (row.status !== 'lost') await standing.restore(tx, row.sourceId);
    else await this.#restoreMembership(tx, row);
  }

  /** A membership that the loss has ended stays over: paid time that its member did not have is paid back. */
  async #restoreMembership(tx: Orm, { sourceId, openedAt }: DisputeRow): Promise<void> {
    const share = await this.#parts.standing.handleWonLate(tx, sourceId, openedAt);
    if (share && share.of > 0n) await this.#parts.refunds.returnUnused(tx, sourceId, { share, reason: 'dispute_won' });
  }

  /** Settles the debt to the card, takes what is frozen, and books the rest as a loss of the house. */
  async bookLost(
    tx: Orm,
    row: DisputeRow,
    keptMinor: number,
  ): Promise<Pick<DisputeRow, 'lossMinor' | 'borneMinor' | 'settledMinor'>> {
    const { ledger, currency } = this.#context;
    const { sales, debts } = this.#parts;
    const from = houseAccount('disputes_open', currency);
    const source = sourceOf(row.id, row.decisions);
    const settledMinor = await debts.settle(tx, { payment: row.sourceId, amountMinor: keptMinor, from, source });
    let leftMinor = keptMinor - settledMinor;
    leftMinor -= await this.#takeCredit(tx, row, leftMinor);
    let borneMinor = 0;
    for (const { sale, amountMinor: frozenMinor } of await sales.listFrozen(tx, row.id)) {
      const upToMinor = row.sourceType === 'topup' ? Math.min(leftMinor, frozenMinor) : leftMinor;
      const taken = await sales.take(tx, row, { sale, amountMinor: upToMinor });
      leftMinor -= taken.takenMinor;
      borneMinor += taken.borneMinor;
    }
    await sales.lift(tx, row.id);
    await this.#context.cardHolds.hold(tx, row.identity, 'dispute_lost');
    if (row.sourceType === 'membership') {
      const isDisputedOtherwise = await this.#parts.store.hasOtherDispute(tx, row);
      await this.#parts.standing.handleLost(tx, row.sourceId, { isDisputedOtherwise });
    }
    if (leftMinor > 0) {
      const legs = transferLegs(houseAccount('chargeback_loss', currency), from, leftMinor);
      await ledger.post(tx, { kind: 'dispute_loss', source, legs, at: this.#context.nowIso() });
    }
    return { lossMinor: leftMinor, borneMinor, settledMinor };
  }

  /** Takes held credit up to the loss, and releases the rest. */
  async #takeCredit(tx: Orm, row: DisputeRow, upToMinor: number): Promise<number> {
    const { frozenCreditMinor } = row;
    if (frozenCreditMinor === 0) return 0;
    const { ledger, currency } = this.#context;
    const wallet = fanWallet(row.identity, currency);
    await this.#parts.store.holdCredit(tx, accountId(wallet), -frozenCreditMinor);
    const takenMinor = Math.min(frozenCreditMinor, upToMinor);
    if (takenMinor > 0) {
      const legs = transferLegs(wallet, houseAccount('disputes_open', currency), takenMinor);
      const source = sourceOf(row.id, row.decisions, 'credit');
      const left = await ledger.post(tx, { kind: 'dispute_loss', source, legs, at: this.#context.nowIso() });
      if (left === undefined) throw new AppError('internal', 'The held credit is missing.');
    }
    if (takenMinor < frozenCreditMinor) await this.#context.addWalletFact(tx, row.identity);
    return takenMinor;
  }

  /** Books the last decision, which was lost, the other way round. The debt to the card is owed again. */
  async undo(tx: Orm, row: DisputeRow): Promise<void> {
    const { ledger, currency } = this.#context;
    const { sales, debts } = this.#parts;
    const at = this.#context.nowIso();
    const from = houseAccount('disputes_open', currency);
    const [lossMinor, settledMinor] = [row.lossMinor ?? 0, row.settledMinor];
    const legs = mergeLegs([
      { account: from, amountMinor: -settledMinor - lossMinor },
      { account: houseAccount('refund_payable', currency), amountMinor: settledMinor },
      { account: houseAccount('chargeback_loss', currency), amountMinor: lossMinor },
    ]);
    const source = sourceOf(row.id, row.decisions - 1);
    if (legs.length > 0) await ledger.post(tx, { kind: 'dispute_undone', source, legs, at });
    if (settledMinor > 0)
      await debts.reopen(tx, { payment: row.sourceId, amountMinor: settledMinor, failure: 'dispute_won' });
    const credit = sourceOf(row.id, row.decisions - 1, 'credit');
    const taken = await ledger.findLegs(tx, { kind: 'dispute_loss', source: credit });
    const takenMinor = sumOf(taken.filter(({ amountMinor }) => amountMinor > 0));
    if (takenMinor > 0) {
      const wallet = fanWallet(row.identity, currency);
      const back = transferLegs(from, wallet, takenMinor);
      await ledger.post(tx, { kind: 'dispute_undone', source: credit, legs: back, at });
      await this.#context.addWalletFact(tx, row.identity);
    }
    await sales.giveBack(tx, row);
  }
}
