/**
 * Ends memberships before their paid time is over: for people who can use it no more, as they are blocked by the
 * creator, suspended for good, or members of a creator who is; and for members who withdraw. The unused part of each
 * payment goes back to the card that paid it, counted to the millisecond and rounded up. Access, books and refunds
 * change in one transaction; the sweeper then ends the subscription at the provider, and returns what a dispute held
 * back once that is won.
 */
import { DAY_MS, iso, isoOrNull } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Withdrawable, Withdrawal } from '../../protocol/money/pricing.ts';
import { creatorAvailable, fanWallet, type Share, shareOf } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { isClosed, type MembershipStanding } from './membership-standing.ts';
import { type TermLine, unusedShares } from './membership-time.ts';
import type { ClosureCause } from './memberships.schema.ts';
import type { MembershipRow, MembershipsStore } from './memberships.store.ts';

export interface ClosureParts {
  standing: MembershipStanding;
  refunds: Refunds;
  /** Whether a payout to the creator is under way; if so, it is attempted now. */
  attemptPayout: (creator: string) => Promise<boolean>;
}

/**
 * 14 days, counted from the day after; a last day on a weekend or a holiday moves to the next working day (regulation
 * 1182/71, article 3), for which three more are left.
 */
const WITHDRAWAL_MS = 18 * DAY_MS;
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
    const row = await this.#store.find(id);
    const cause = row && (isClosed(row) ? row.standing : await this.#causeOf(row));
    if (!row || !cause) return undefined;
    if (cause === 'club_closed' && (await this.#parts.attemptPayout(row.creator)))
      return this.#context.laterIso(PAYOUT_WAIT_MS);
    await this.#close(row, async (tx, before) => {
      const standing = await this.#causeOf(before, tx);
      const after = standing ? await this.#end(tx, before, standing) : before;
      if (isClosed(after)) await this.#returnUnused(tx, after);
    });
    return undefined;
  }

  /** Memberships that their member concluded, or changed, so recently that they can withdraw. */
  async listWithdrawable(identity: string): Promise<Withdrawable[]> {
    const { orm } = this.#context.db;
    const rows = await this.#store.listOf(identity);
    const found = await Promise.all(rows.map((row) => this.#toWithdrawable(orm, row)));
    return found.filter((each) => each !== undefined);
  }

  async #toWithdrawable(tx: Orm, row: MembershipRow): Promise<Withdrawable | undefined> {
    const { clubs } = this.#context.rooms;
    const { id: item, creator, tier } = row;
    const concludedAt = isHeld(row) && (await this.#concludedAt(tx, row));
    const until = concludedAt && iso(Date.parse(concludedAt) + WITHDRAWAL_MS);
    if (!concludedAt || !until || Date.parse(until) <= this.#context.clock.now()) return undefined;
    let amountMinor = 0;
    for (const { id, share } of await this.#listShares(tx, { ...row, standing: 'withdrawal', endedAt: null })) {
      const { amountMinor: paidMinor = 0, refundedMinor = 0 } =
        (await this.#context.stores.payments.findStanding(id)) ?? {};
      if (paidMinor > refundedMinor) amountMinor += shareOf(paidMinor - refundedMinor, share);
    }
    const title = `${(await clubs.getTier(tier)).name} · ${await clubs.nameOf(creator)}`;
    const { currency } = this.#context;
    return amountMinor > 0 ? { kind: 'membership', item, title, amountMinor, currency, concludedAt, until } : undefined;
  }

  /** When the member joined, or has last changed the tier since: a renewal is no new contract. */
  async #concludedAt(tx: Orm, { id, startedAt }: MembershipRow): Promise<string | undefined> {
    const changes = new Set(
      (await this.#store.listTerms(tx, id)).filter(({ kind }) => kind !== 'term').map(({ invoice }) => invoice),
    );
    const invoices = await this.#store.listInvoices(tx, id);
    const changed = invoices.findLast(({ invoice }) => changes.has(invoice));
    return isoOrNull(changed?.paidAt ?? startedAt) ?? undefined;
  }

  /** Ends it at once, and tells of that in the same transaction. */
  async withdraw(id: string, identity: string, madeAt: string): Promise<Withdrawal> {
    const row = await this.#store.find(id);
    if (row?.identity !== identity || row.startedAt === null) throw new AppError('payment_not_found');
    const contract = await this.#toWithdrawable(this.#context.db.orm, row);
    if (!contract) throw new AppError('not_refundable', 'The right of withdrawal has expired.');
    let withdrawal: Withdrawal | undefined;
    await this.#close(row, async (tx, before) => {
      if (!isHeld(before)) throw new AppError('already_refunded');
      const after = await this.#end(tx, before, 'withdrawal');
      const amountMinor = isClosed(after) ? await this.#returnUnused(tx, after) : 0;
      const { kind, item, title, currency } = contract;
      withdrawal = { kind, item, title, currency, amountMinor, madeAt };
      await this.#context.addFacts(tx, ['withdrawal.made', { withdrawal }, { identity }]);
    });
    if (!withdrawal) throw new AppError('internal');
    return withdrawal;
  }

  /** With the locks of a refund, in its order. */
  async #close(row: MembershipRow, work: (tx: Orm, before: MembershipRow) => Promise<void>): Promise<void> {
    const { db, ledger, outbox, currency } = this.#context;
    const wallet = fanWallet(row.identity, currency);
    await ledger.ensureAccounts([wallet, creatorAvailable(row.creator, currency)]);
    await db.transaction(async (tx) => {
      await ledger.lockWallet(tx, wallet);
      const before = await this.#store.lock(tx, row.id);
      if (before) await work(tx, before);
    });
    outbox.wake();
  }

  /** Suspended for a time, people keep their membership: it is theirs again afterwards. */
  async #causeOf(row: MembershipRow, tx?: Orm): Promise<ClosureCause | undefined> {
    const { creator, identity } = row;
    if (!isHeld(row)) return undefined;
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

  /** What of each payment is unused. Who had not asked for a beginning at once pays for no time that has passed. */
  async #listShares(
    tx: Orm,
    { id, standing, endedAt }: MembershipRow,
  ): Promise<{ id: string; invoice: string; share: Share }[]> {
    const lines = (await this.#store.listTerms(tx, id)).filter(({ isKept }) => isKept);
    const isUnasked = standing === 'withdrawal' && !(await this.#context.stores.tickets.findWaiver(id, tx));
    const endedMs = Date.parse(endedAt ?? this.#context.nowIso());
    const shares = unusedShares(lines, isUnasked ? contractBeginMs(lines) : endedMs);
    const invoices = await this.#store.listInvoices(tx, id);
    return invoices.flatMap(({ id, invoice }) => {
      const share = shares.get(invoice);
      return share && share.of > 0n ? [{ id, invoice, share }] : [];
    });
  }

  /** Returns the sum. */
  async #returnUnused(tx: Orm, row: MembershipRow & { standing: ClosureCause }): Promise<number> {
    const { id: membership, standing: reason } = row;
    let sumMinor = 0;
    for (const { id, invoice, share } of await this.#listShares(tx, row)) {
      try {
        const decision = { reason, share, isCreatorGone: reason === 'club_closed' };
        sumMinor += await this.#parts.refunds.returnUnused(tx, id, decision);
      } catch (error) {
        // Disputed: the bank decides, and the sweeper comes again once the house has won.
        if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
        this.#context.log.warn({ membership, invoice }, 'unused time of a membership not refunded yet');
      }
    }
    return sumMinor;
  }
}

/** Where the paid time of the contract in force begins: with the last change of the tier, or the first payment. */
function contractBeginMs(lines: TermLine[]): number {
  const contract = lines.findLast(({ kind }) => kind !== 'term') ?? lines[0];
  const own = lines.filter(({ invoice, kind }) => invoice === contract?.invoice && kind !== 'unused');
  return Math.min(...own.map(({ startsAtMs }) => startsAtMs));
}

function isHeld({ status }: MembershipRow): boolean {
  return status === 'active' || status === 'past_due';
}
