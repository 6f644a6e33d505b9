/**
 * Ends memberships before their paid time is over, for people who can use it no more: blocked by the creator, suspended
 * for good, or members of a creator who is. The unused part of each payment goes back to the card that paid it, counted
 * to the millisecond and rounded up. Access, books and refunds change in one transaction; the sweeper then ends the
 * subscription at the provider, and returns what a dispute held back once that is won.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { creatorAvailable, fanWallet } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { isClosed, type MembershipStanding } from './membership-standing.ts';
import { unusedShares } from './membership-time.ts';
import type { ClosureCause } from './memberships.schema.ts';
import type { MembershipRow, MembershipsStore } from './memberships.store.ts';

export interface ClosureParts {
  standing: MembershipStanding;
  refunds: Refunds;
  /** Whether a payout to the creator is under way; if so, it is attempted now. */
  attemptPayout: (creator: string) => Promise<boolean>;
}

/** How long what goes back waits for a payout that may come back. */
const PAYOUT_WAIT_MS = 60_000;

export class MembershipClosures {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;
  readonly #parts: ClosureParts;

  constructor(context: MoneyContext, parts: ClosureParts) {
    this.#context = context;
    this.#store = context.stores.memberships;
    this.#parts = parts;
  }

  /**
   * Closes a membership if there is a cause, and returns what is still unused of a closed one. Idempotent. Returns when
   * to come again, if a payout is under way: refused, it covers what goes back.
   */
  async settle(id: string): Promise<string | undefined> {
    const { db, ledger, outbox, currency } = this.#context;
    const row = await this.#store.find(id);
    const cause = row && (isClosed(row) ? row.standing : await this.#causeOf(row));
    if (!row || !cause) return undefined;
    if (cause === 'club_closed' && (await this.#parts.attemptPayout(row.creator)))
      return this.#context.laterIso(PAYOUT_WAIT_MS);
    const wallet = fanWallet(row.identity, currency);
    await ledger.ensureAccounts([wallet, creatorAvailable(row.creator, currency)]);
    await db.transaction(async (tx) => {
      // The locks of a refund, in its order.
      await ledger.lockWallet(tx, wallet);
      const before = await this.#store.lock(tx, id);
      const standing = before && (await this.#causeOf(before, tx));
      const after = standing ? await this.#end(tx, before, standing) : before;
      if (after && isClosed(after)) await this.#returnUnused(tx, after);
    });
    outbox.wake();
    return undefined;
  }

  /** Suspended for a time, people keep their membership: it is theirs again afterwards. */
  async #causeOf({ status, creator, identity }: MembershipRow, tx?: Orm): Promise<ClosureCause | undefined> {
    if (status !== 'active' && status !== 'past_due') return undefined;
    const { removals, suspensions } = this.#context.rooms;
    if (await suspensions.isForGood(creator, tx)) return 'club_closed';
    if (await suspensions.isForGood(identity, tx)) return 'suspended';
    return (await removals.isBlocked(creator, identity, tx)) ? 'blocked' : undefined;
  }

  #end(tx: Orm, before: MembershipRow, standing: ClosureCause): Promise<MembershipRow> {
    const now = this.#context.nowIso();
    const isPaid = before.paidUntil !== null && Date.parse(before.paidUntil) > this.#context.clock.now();
    return this.#parts.standing.write(tx, before, {
      status: 'ended',
      standing,
      endedAt: now,
      accessUntil: now,
      paidUntil: isPaid ? now : before.paidUntil,
      // An answer of the provider that is under way is older.
      syncVersion: before.syncVersion + 1,
      dueAt: now,
    });
  }

  async #returnUnused(tx: Orm, row: MembershipRow & { standing: ClosureCause }): Promise<void> {
    const { id: membership, standing: reason, endedAt } = row;
    const kept = (await this.#store.listTerms(tx, membership)).filter(({ isKept }) => isKept);
    const shares = unusedShares(kept, Date.parse(endedAt ?? this.#context.nowIso()));
    for (const { id, invoice } of await this.#store.listInvoices(tx, membership)) {
      const share = shares.get(invoice);
      if (!share || share.of === 0n) continue;
      try {
        await this.#parts.refunds.returnUnused(tx, id, { reason, share, isCreatorGone: reason === 'club_closed' });
      } catch (error) {
        // Disputed: the bank decides, and the sweeper comes again once the house has won.
        if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
        this.#context.log.warn({ membership, invoice: id }, 'unused time of a membership not refunded yet');
      }
    }
  }
}
