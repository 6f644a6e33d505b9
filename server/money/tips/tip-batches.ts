/**
 * Group commit for tips: tips that arrive during a transaction share the next one, so that a hundred tips to one
 * creator cost one commit and a few statements. Each tip is decided by itself, in the order of arrival; a refusal does
 * not affect the others.
 */
import { sqlState } from '../../platform/db/db.ts';
import { BatchQueue } from '../../platform/jobs/batch-queue.ts';
import type { NewFact } from '../../platform/outbox/outbox.ts';
import { AppError, type ErrorCode } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { fanWallet } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFact } from '../money-facts.ts';
import { payWithPromo } from '../wallet/promo-legs.ts';
import {
  promoOf,
  type SeenBefore,
  TipBatchesStore,
  type TipDraft,
  type TipPosting,
  type TippedRoom,
  tipKey,
  walletOf,
} from './tip-batches.store.ts';
import { findItem } from './tipping.ts';
import { isSameTip, type TipRow, toTip } from './tips.store.ts';

const BATCH_TIPS = 500;
/** Tips that may wait at once. Further senders are asked to retry later. */
const QUEUE_TIPS = 10_000;
/** Tips per fact: outbox rows are expensive, and messages on the bus must stay small. */
const FACT_TIPS = 100;
/** Classes of SQLSTATE: invalid data, and violated constraints. */
const DATA_FAULTS = ['22', '23'];

/** A booked tip, by this call or an earlier one with the same key, and the wallet's available amount now. */
export interface SettledTip {
  row: TipRow;
  availableMinor: number;
  /** Available promotional credit, not included above. */
  promoMinor: number;
}

interface Waiting {
  draft: TipDraft;
  resolve: (settled: SettledTip) => void;
  reject: (error: unknown) => void;
}

/** The result of one tip, valid once its batch is committed. */
type Outcome = { row: TipRow; isNew: boolean } | { error: AppError };

export class TipBatches {
  readonly #context: MoneyContext;
  readonly #store: TipBatchesStore;
  readonly #queue = new BatchQueue<Waiting>({
    itemsMax: QUEUE_TIPS,
    runBatch: (queue) => this.#settle(queue.splice(0, BATCH_TIPS)),
  });

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new TipBatchesStore(context.db, context.outbox);
  }

  send(draft: TipDraft): Promise<SettledTip> {
    return new Promise((resolve, reject) => this.#queue.add({ draft, resolve, reject }));
  }

  /** Resolves when no tip is under way. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  async #settle(batch: Waiting[]): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (error) {
      if (batch.length > 1 && DATA_FAULTS.some((faults) => sqlState(error).startsWith(faults))) {
        await this.#commitOneByOne(batch);
      } else {
        for (const waiting of batch) waiting.reject(error);
      }
    }
  }

  /** The database rejected a value or constraint of the batch: only the offending tip fails. */
  async #commitOneByOne(batch: Waiting[]): Promise<void> {
    for (const waiting of batch) await this.#commit([waiting]).catch(waiting.reject);
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const { outbox, metrics, promoPays } = this.#context;
    let decided: Decisions | undefined;
    const facts = await this.#store.commit(
      batch.map(({ draft }) => draft.row),
      (seen) => {
        decided = decide(
          batch.map(({ draft }) => draft),
          seen,
          promoPays === 'everything',
        );
        return { postings: decided.postings, facts: this.#factsOf(decided) };
      },
    );
    outbox.handOver(facts);
    if (!decided) throw new AppError('internal', 'The batch of tips was not decided.');
    const { outcomes, availableMinor } = decided;
    let bookedMinor = 0;
    for (const [index, { draft, resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index] as Outcome;
      if ('error' in outcome) {
        reject(outcome.error);
        continue;
      }
      if (outcome.isNew) bookedMinor += outcome.row.amountMinor;
      resolve({
        row: outcome.row,
        availableMinor: availableMinor.get(walletOf(draft.row)) ?? 0,
        promoMinor: availableMinor.get(promoOf(draft.row)) ?? 0,
      });
    }
    if (bookedMinor > 0) metrics.moneyMinor.inc({ kind: 'tip' }, bookedMinor);
  }

  /** Facts of a batch: each room's tips in order, all changed wallets, and one change of earnings per room. */
  #factsOf({ postings, availableMinor }: Decisions): NewFact[] {
    const facts: MoneyFact[] = [];
    const byRoom = Map.groupBy(postings, ({ row }) => row.room as RoomId);
    for (const [room, ofRoom] of byRoom) {
      for (let start = 0; start < ofRoom.length; start += FACT_TIPS) {
        const tips = ofRoom.slice(start, start + FACT_TIPS).map(({ row }) => toTip(row));
        facts.push(['tips.settled', { tips }, { room }]);
      }
    }
    const identities = new Set(postings.map(({ row }) => row.identity));
    const wallets = [...identities].map((identity) => {
      const { currency } = this.#context;
      const available = availableMinor.get(walletOf({ identity, currency })) ?? 0;
      const promo = availableMinor.get(promoOf({ identity, currency })) ?? 0;
      return { identity, wallet: this.#context.walletOf(available, promo) };
    });
    if (wallets.length > 0) facts.push(['wallets.changed', { wallets }, {}]);
    for (const room of byRoom.keys()) facts.push(['earnings.changed', { room }, { room }]);
    return facts.map(([topic, data, about]) => ({ topic, data, ...about }));
  }
}

interface Decisions {
  outcomes: Outcome[];
  postings: TipPosting[];
  /** By wallet, after the batch. */
  availableMinor: Map<string, number>;
}

/**
 * Decides tips one after another on the wallets' balances. Pure, so that it can run again when the transaction is
 * retried.
 */
export function decide(drafts: TipDraft[], seen: SeenBefore, isPromoSpent = true): Decisions {
  const availableMinor = new Map(seen.availableMinor);
  const sent = new Map(seen.earlier.map((row) => [tipKey(row), row]));
  const postings: TipPosting[] = [];
  const outcomes = drafts.map(({ row: draft, sold, legs }): Outcome => {
    const earlier = sent.get(tipKey(draft));
    if (earlier) return isSameTip(earlier, draft) ? { row: earlier, isNew: false } : failure('idempotency_conflict');
    if (seen.byCard.has(tipKey(draft))) return failure('idempotency_conflict');
    const { menuLabel, refusal } = askedBy(draft, seen.rooms.get(draft.room));
    if (refusal) return failure(refusal);
    const row = { ...draft, menuLabel };
    const wallet = walletOf(row);
    const promo = availableMinor.get(promoOf(row)) ?? 0;
    const promoMinor = isPromoSpent ? Math.min(promo, row.amountMinor) : 0;
    const left = (availableMinor.get(wallet) ?? 0) - (row.amountMinor - promoMinor);
    if (left < 0) return failure('insufficient_funds');
    availableMinor.set(wallet, left);
    if (promoMinor > 0) availableMinor.set(promoOf(row), promo - promoMinor);
    sent.set(tipKey(row), row);
    postings.push({
      transaction: createId('ledgerTransaction'),
      row,
      sold,
      legs: payWithPromo(legs, { payer: fanWallet(row.identity, row.currency), promoMinor }),
    });
    return { row, isNew: true };
  });
  return { outcomes, postings, availableMinor };
}

function askedBy({ menuItem, amountMinor }: TipRow, room: TippedRoom | undefined): ReturnType<typeof findItem> {
  if (!room || room.isEnded) return { menuLabel: null, refusal: 'room_ended' };
  return menuItem === null ? { menuLabel: null } : findItem(room.menu, { menuItem, amountMinor });
}

const failure = (code: ErrorCode): Outcome => ({ error: new AppError(code) });
