/**
 * Payouts: the available earnings of creators become a batch of transfers. Each payout is written, and debited from the
 * creator's account, before the provider is called. The order is then retried under our own keys until it is answered;
 * a refused payout is available again.
 */
import { DAY_MS, iso } from '../../platform/clock.ts';
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Payout, PayoutBatch } from '../../protocol/money/payouts.ts';
import { accountId, creatorAvailable, HOUSE, houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { FoundTransfer, ProviderTransfer } from '../provider/payment-provider.ts';
import type { CreatorAccounts } from './creator-accounts.ts';
import { payouts } from './payouts.schema.ts';
import {
  ONE_PENDING_PAYOUT,
  type PayableCreator,
  type PayoutEnd,
  type PayoutRow,
  PayoutsStore,
  toPayout,
} from './payouts.store.ts';

/** How long periodic batches leave out a creator whose payout was refused: the cause seldom ends by itself. */
const REFUSED_PAUSE_MS = DAY_MS;
/** Further creators wait for the next batch. */
const BATCH_PAYOUTS = 1_000;

export class Payouts {
  /** Payouts whose order is due. */
  readonly due: DueRows<typeof payouts>;
  readonly #context: MoneyContext;
  readonly #store: PayoutsStore;
  readonly #accounts: CreatorAccounts;

  constructor(context: MoneyContext, accounts: CreatorAccounts) {
    this.#context = context;
    this.#store = new PayoutsStore(context.db);
    this.#accounts = accounts;
    const attempt = (row: PayoutRow) => this.#attempt(row);
    this.due = context.dueRows({ name: 'payouts', table: payouts, key: [payouts.id], attempt });
  }

  /** Writes a batch and starts its transfers. An empty batch is stored too, as the result of the request. */
  async createBatch(request: {
    by: string;
    creators?: string[] | undefined;
    /** Pays what is below the minimum too. */
    withoutMinimum?: boolean | undefined;
    /** Without creators of the house's own people. */
    ofEmbedders?: boolean;
    /** Without creators whose payout has failed since. */
    notFailedSince?: string;
  }): Promise<PayoutBatch> {
    const id = createId('payoutBatch');
    const payable = await this.#findPayable(request);
    await this.#store.insertBatch({ id, by: request.by, createdAt: this.#context.nowIso() });
    for (const each of payable) await this.#create(id, each, this.#minMinorOf(request));
    if (payable.length > 0) this.#context.outbox.wake();
    this.due.wake();
    return this.getBatch(id);
  }

  /** The periodic batch; none is written when nothing is due. */
  async createDueBatch(): Promise<boolean> {
    const notFailedSince = this.#context.laterIso(-REFUSED_PAUSE_MS);
    if ((await this.#findPayable({ notFailedSince })).length === 0) return false;
    const { payouts } = await this.createBatch({ by: HOUSE, notFailedSince });
    return payouts.length === BATCH_PAYOUTS;
  }

  async getBatch(id: string, { ofEmbedders = false } = {}): Promise<PayoutBatch> {
    const batch = await this.#store.findBatch(id);
    if (!batch) throw new AppError('payout_batch_not_found');
    const rows = await this.#store.listOfBatch(id);
    const payouts = rows.filter(({ creator }) => !(ofEmbedders && isPersonId(creator))).map(toPayout);
    return {
      id: id as Id<'payoutBatch'>,
      by: batch.by,
      createdAt: iso(batch.createdAt),
      totalMinor: payouts.reduce((sum, payout) => sum + payout.amountMinor, 0),
      payouts,
    };
  }

  async listOfCreator(creator: string): Promise<Payout[]> {
    return (await this.#store.listOfCreator(creator, LIMITS.listPageItems)).map(toPayout);
  }

  /** Whether the creator's payout before this one ended with the same refusal. */
  async isRefusedAgain(id: string): Promise<boolean> {
    const row = await this.#store.find(id);
    const before = row && (await this.#store.findBefore(row));
    return before?.status === 'failed' && before.failure === row?.failure;
  }

  /** The newest payouts of all creators. */
  async listLatest(): Promise<Payout[]> {
    return (await this.#store.listLatest(LIMITS.listPageItems)).map(toPayout);
  }

  /** What a batch of the operators would pay out now. */
  async listDue(): Promise<{ creator: string; amountMinor: number }[]> {
    const payable = await this.#findPayable();
    return payable.map(({ creator, availableMinor: amountMinor }) => ({ creator, amountMinor }));
  }

  #minMinorOf({ withoutMinimum = false }: { withoutMinimum?: boolean | undefined }): number {
    return withoutMinimum ? 1 : this.#context.earningsRules.payoutMinMinor;
  }

  #findPayable(wanted: Omit<Parameters<Payouts['createBatch']>[0], 'by'> = {}): Promise<PayableCreator[]> {
    const { currency } = this.#context;
    return this.#store.findPayable({
      currency,
      minMinor: this.#minMinorOf(wanted),
      nowIso: this.#context.nowIso(),
      ...wanted,
      limit: BATCH_PAYOUTS,
    });
  }

  /** By a freeze, or while the creator is suspended. */
  async #isStopped(creator: string, tx?: Orm): Promise<boolean> {
    return (await this.#context.rooms.restrictions.find('be_paid', { identity: creator }, tx)) !== undefined;
  }

  /** Runs a transaction in which no payout of the creator can be created. */
  async lockCreator<T>(creator: string, work: (tx: Orm) => Promise<T>): Promise<T> {
    const { db, ledger, currency } = this.#context;
    const account = creatorAvailable(creator, currency);
    await ledger.ensureAccounts([account]);
    return db.transaction(async (tx) => {
      await this.#store.lockAvailable(tx, accountId(account));
      return work(tx);
    });
  }

  /** True if a payout to the creator is under way: it is attempted now. */
  async attemptNow(creator: string): Promise<boolean> {
    const isOpen = await this.#store.makeDueOf(creator, this.#context.nowIso());
    if (isOpen) this.due.wake();
    return isOpen;
  }

  /** Debits everything that is available to the creator now. */
  async #create(batch: string, { creator, providerAccount }: PayableCreator, minMinor: number): Promise<void> {
    const { db, ledger, currency } = this.#context;
    const account = creatorAvailable(creator, currency);
    try {
      await db.transaction(async (tx) => {
        const amountMinor = await this.#store.lockAvailable(tx, accountId(account));
        if (amountMinor < minMinor || (await this.#isStopped(creator, tx))) return;
        const createdAt = this.#context.nowIso();
        const id = createId('payout');
        const row = await this.#store.insert(tx, {
          id,
          batch,
          creator,
          amountMinor,
          currency,
          status: 'pending',
          providerAccount,
          dueAt: createdAt,
          createdAt,
        });
        const legs = transferLegs(account, houseAccount('payout_payable', currency), amountMinor);
        await ledger.post(tx, { kind: 'payout', source: { type: 'payout', id }, legs, at: createdAt });
        await this.#context.addFacts(tx, ['payout.changed', { payout: toPayout(row) }, { identity: creator }]);
      });
    } catch (error) {
      // A concurrent batch has created the creator's payout.
      if (!isUniqueViolation(error, ONE_PENDING_PAYOUT)) throw error;
    }
  }

  async #attempt(row: PayoutRow): Promise<void> {
    try {
      const made = await this.#order(row);
      if (!(await this.#finishPaid(row, made))) await this.findByTransfer(made.transfer);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'payout_refused') throw error;
      const end = { status: 'failed', providerTransfer: null, failure: error.message } as const;
      await this.#finish(row, { ...end, settledAt: this.#context.nowIso() });
      // A refusal may mean that the account has changed.
      await this.#accounts.handleAccountChanged(row.providerAccount);
    }
  }

  /**
   * Places the order. The provider forgets idempotency keys after a day, so from the second attempt on, it is first
   * searched for the order.
   */
  async #order(row: PayoutRow): Promise<ProviderTransfer> {
    const placed = row.attempts > 1 ? await this.#findPlaced(row) : undefined;
    if (placed) return placed;
    // Payouts were stopped after this one was created: it waits until they resume, or covers what goes back to members.
    if (await this.#context.rooms.suspensions.isForGood(row.creator))
      throw new AppError('payout_refused', 'The creator is suspended for good.');
    if (await this.#isStopped(row.creator)) throw new AppError('unavailable', 'Payouts to the creator are stopped.');
    const answer = await this.#context.provider.connect.transfer({
      payout: row.id,
      batch: row.batch,
      account: row.providerAccount,
      amountMinor: row.amountMinor,
      currency: row.currency,
      idempotencyKey: orderOf(row),
    });
    if (answer !== 'key_spent') return answer;
    const carriedOut = await this.#findPlaced(row);
    if (carriedOut) return carriedOut;
    await this.#store.renewOrder(row.id, row.round);
    throw new AppError('provider_unavailable', 'The payment provider failed, or its balance does not cover this yet.');
  }

  async #findPlaced(row: PayoutRow): Promise<ProviderTransfer | undefined> {
    const listed = await this.#context.provider.connect.listTransfers(row.batch);
    return listed.find((transfer) => transfer.order?.startsWith(`${row.id}:`));
  }

  /**
   * The payout of an existing transfer: any of its orders marks it paid, even if its answer was lost. A second transfer
   * for one payout becomes a separate payout, which later earnings cover. Undefined: the transfer was not created here.
   */
  async findByTransfer(transfer: string): Promise<PayoutRow | undefined> {
    const known = await this.#store.findByTransfer(transfer);
    if (known) return known;
    const found = await this.#context.provider.connect.fetchTransfer(transfer);
    const ordered = found?.payout ? await this.#store.find(found.payout) : undefined;
    if (!found || !ordered || found.currency !== this.#context.currency) return undefined;
    if (ordered.status !== 'pending') return this.#bookSurplus(ordered, found);
    await this.#finishPaid(ordered, found);
    // Ended by this transfer or, concurrently, by another one.
    return this.findByTransfer(transfer);
  }

  async #bookSurplus(ordered: PayoutRow, found: FoundTransfer): Promise<PayoutRow | undefined> {
    const { db, ledger, currency, log, outbox } = this.#context;
    const account = creatorAvailable(ordered.creator, currency);
    const payable = houseAccount('payout_payable', currency);
    const { transfer: providerTransfer, account: providerAccount, amountMinor, createdAtMs } = found;
    const { batch, creator } = ordered;
    const id = createId('payout');
    const at = this.#context.nowIso();
    const row = await db.transaction(async (tx) => {
      await this.#store.lockAvailable(tx, accountId(account));
      const inserted = await this.#store.insertPaid(tx, {
        ...{ id, batch, creator, amountMinor, currency, providerAccount, providerTransfer },
        ...{ status: 'paid', createdAt: at, settledAt: iso(createdAtMs) },
      });
      if (!inserted) return undefined;
      const source = { type: 'payout', id } as const;
      await ledger.post(tx, { kind: 'payout', source, legs: transferLegs(account, payable, amountMinor), at });
      const legs = transferLegs(payable, houseAccount('provider_clearing', currency), amountMinor);
      await ledger.post(tx, { kind: 'payout_sent', source, legs, at });
      await this.#context.addFacts(tx, ['payout.changed', { payout: toPayout(inserted) }, { identity: creator }]);
      return inserted;
    });
    outbox.wake();
    if (!row) return this.#store.findByTransfer(providerTransfer);
    log.error({ payout: id, ordered: ordered.id, amountMinor }, 'payout sent twice, the creator owes the second one');
    return row;
  }

  #finishPaid(
    row: PayoutRow,
    { transfer, createdAtMs }: Pick<ProviderTransfer, 'transfer' | 'createdAtMs'>,
  ): Promise<boolean> {
    const settledAt = iso(createdAtMs);
    return this.#finish(row, { status: 'paid', providerTransfer: transfer, failure: null, settledAt });
  }

  /** True when this call ended it. */
  async #finish(row: PayoutRow, end: PayoutEnd): Promise<boolean> {
    const { db, ledger, currency, metrics, log, outbox } = this.#context;
    const at = this.#context.nowIso();
    const isPaid = end.status === 'paid';
    const target = isPaid ? houseAccount('provider_clearing', currency) : creatorAvailable(row.creator, currency);
    const finished = await db.transaction(async (tx) => {
      const after = await this.#store.finish(tx, row.id, end);
      if (!after) return undefined;
      const legs = transferLegs(houseAccount('payout_payable', currency), target, row.amountMinor);
      const kind = isPaid ? 'payout_sent' : 'payout_returned';
      await ledger.post(tx, { kind, source: { type: 'payout', id: row.id }, legs, at });
      await this.#context.addFacts(tx, ['payout.changed', { payout: toPayout(after) }, { identity: row.creator }]);
      return after;
    });
    if (!finished) return false;
    outbox.wake();
    if (isPaid) metrics.moneyMinor.inc({ kind: 'payout' }, row.amountMinor);
    else log.error({ payout: row.id, failure: end.failure }, 'payout refused, the amount is available again');
    return true;
  }
}

/** Our idempotency key of an order. */
function orderOf(row: Pick<PayoutRow, 'id' | 'round'>): string {
  return `${row.id}:${row.round}`;
}
