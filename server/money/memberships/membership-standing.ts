/**
 * The local state of a membership: writes its row, grants or revokes access to the club's rooms, and adds the facts. A
 * refund or dispute changes it at once, in the transaction that changes the books; the sweeper then updates the
 * subscription at the provider.
 */
import { DAY_MS, iso, isoOrNull } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import type { MembershipId, TierId } from '../../protocol/ids.ts';
import type { Membership } from '../../protocol/money/memberships.ts';
import type { AccessReason } from '../../protocol/rooms.ts';
import type { Share } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MembershipChange } from '../money-facts.ts';
import { layOutPaidTime, type PaidTime, paidTimeAt, unusedShares } from './membership-time.ts';
import { CLOSURE_CAUSES, type ClosureCause } from './memberships.schema.ts';
import type { InvoiceRow, MembershipRow, MembershipsStore } from './memberships.store.ts';

/** How long access outlasts the paid time while a renewal is retried. */
const GRACE_MS = 5 * DAY_MS;
/** How far the provider's clock, by which an upgrade begins, may be ahead of this one. */
const CLOCK_AHEAD_MS = 10_000;

export class MembershipStanding {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = context.stores.memberships;
  }

  /** The paid time now, from the payments that are kept; if none covers it, the last paid time. */
  async findPaidTime(tx: Orm, membership: string, except?: { invoice: string }): Promise<PaidTime | undefined> {
    const terms = await this.#store.listTerms(tx, membership);
    const kept = terms.filter(({ isKept, invoice }) => isKept || invoice === except?.invoice);
    return paidTimeAt(layOutPaidTime(kept), this.#context.clock.now() + CLOCK_AHEAD_MS);
  }

  accessUntilMs(
    { endsAtMs }: Pick<PaidTime, 'endsAtMs'>,
    { cancelAtPeriodEnd }: { cancelAtPeriodEnd: boolean },
  ): number {
    return endsAtMs + (cancelAtPeriodEnd ? 0 : GRACE_MS);
  }

  async write(tx: Orm, before: MembershipRow, set: Partial<MembershipRow>, isRenewed = false): Promise<MembershipRow> {
    const { rooms } = this.#context;
    const after = await this.#store.update(tx, before.id, set);
    const membership = before.id as MembershipId;
    const { creator, identity, accessUntil } = after;
    const tier = after.tier as TierId;
    if (after.status === 'ended') await rooms.clubs.revoke(tx, membership, 'expired');
    else if (after.standing === null && accessUntil !== null) {
      const startedAt = iso(after.startedAt ?? after.createdAt);
      await rooms.clubs.grant(tx, { membership, creator, identity, tier, validUntil: accessUntil, startedAt });
    }
    const change = changeOf(before, after, isRenewed);
    if (change) {
      const told = { change, membership: await this.toMembership(after, tx) };
      await this.#context.addFacts(tx, ['membership.changed', told, { identity }]);
    }
    return after;
  }

  /** A payment is disputed. */
  suspend(tx: Orm, payment: string): Promise<void> {
    return this.#set(tx, payment, 'disputed', 'disputed');
  }

  /** The dispute was won: the next sync grants access again, or returns the unused time of a closed membership. */
  async restore(tx: Orm, payment: string): Promise<void> {
    const row = await this.#lock(tx, payment);
    if (!row || !(row.standing === 'disputed' || isClosed(row))) return;
    const standing = isClosed(row) ? row.standing : null;
    await this.#store.update(tx, row.id, { standing, dueAt: this.#context.nowIso() });
  }

  /**
   * The dispute was lost: as after a refund, the time that only this payment covered ends. A person who disputed does
   * not want to be charged again, so the remaining paid time is the last, unless they resume.
   */
  async handleLost(tx: Orm, payment: string, { isDisputedOtherwise }: { isDisputedOtherwise: boolean }): Promise<void> {
    const row = await this.#lock(tx, payment);
    if (row?.status === 'ended' || row?.standing !== 'disputed') return;
    const paid = await this.findPaidTime(tx, row.id);
    const isPaid = paid !== undefined && paid.endsAtMs > this.#context.clock.now();
    const now = this.#context.nowIso();
    await this.#store.update(tx, row.id, {
      standing: isDisputedOtherwise ? 'disputed' : isPaid ? null : 'lost',
      wantsToLeave: true,
      isCancelledByHouse: false,
      decisions: row.decisions + 1,
      // Marks the update as interrupted: the next sync sends it if the provider does not have it.
      cancellationLeaseUntil: now,
      dueAt: now,
    });
  }

  /**
   * The bank has given back a payment that it had kept: it covers its time again. Of a membership that the loss has
   * ended, returns the share for the time since the dispute, which the member did not have.
   */
  async handleWonLate(tx: Orm, payment: string, disputedAt: string): Promise<Share | undefined> {
    const invoice = await this.#store.findInvoice(payment, tx);
    const row = invoice && (await this.#store.lock(tx, invoice.membership));
    if (!row) return undefined;
    if (row.status !== 'ended' || isClosed(row)) {
      // The sweeper syncs it, or returns the unused time of a closed one.
      const standing = row.standing === 'lost' ? null : row.standing;
      await this.#store.update(tx, row.id, { standing, dueAt: this.#context.nowIso() });
      return undefined;
    }
    const kept = (await this.#store.listTerms(tx, row.id)).filter(({ isKept }) => isKept);
    return unusedShares(kept, Date.parse(disputedAt)).get(invoice.invoice);
  }

  /** A payment was refunded completely: the time that only this payment covered ends. For past time nothing changes. */
  async handleRefunded(tx: Orm, payment: string): Promise<void> {
    const invoice = await this.#store.findInvoice(payment, tx);
    const row = invoice && (await this.#store.lock(tx, invoice.membership));
    if (!row || row.status === 'ended') return;
    const before = await this.findPaidTime(tx, row.id, invoice);
    const after = await this.findPaidTime(tx, row.id);
    if (after?.tier === before?.tier && after?.endsAtMs === before?.endsAtMs) return;
    if (!after || after.endsAtMs <= this.#context.clock.now()) return this.#set(tx, payment, 'refunded', 'refunded');
    await this.write(tx, row, {
      tier: after.tier,
      paidUntil: iso(after.endsAtMs),
      accessUntil: iso(this.accessUntilMs(after, row)),
      dueAt: this.#context.nowIso(),
    });
  }

  /**
   * Whether a move to a longer interval was refunded or lost in a dispute: the provider renews only when that time is
   * over, and access ends before that.
   */
  async isMoveGivenBack(
    tx: Orm,
    { id, tier, renewalTier }: Pick<MembershipRow, 'id' | 'tier' | 'renewalTier'>,
    accessUntilMs: number,
  ): Promise<boolean> {
    if (tier === renewalTier) return false;
    const { clubs } = this.#context.rooms;
    const [paid, renewal] = [await clubs.getTier(tier, tx), await clubs.getTier(renewalTier, tx)];
    if (paid.interval === renewal.interval) return false;
    const terms = await this.#store.listTerms(tx, id);
    return terms.some(({ kind, isKept, endsAtMs }) => kind !== 'unused' && !isKept && endsAtMs > accessUntilMs);
  }

  async toMembership(row: MembershipRow, tx: Orm = this.#context.db.orm): Promise<Membership> {
    const { clubs } = this.#context.rooms;
    const isHeld = row.status !== 'ended';
    const isGivenBack = isHeld && (await this.isMoveGivenBack(tx, row, Date.parse(row.accessUntil ?? '')));
    const isMoving = row.renewalTier !== row.tier && isHeld && !isGivenBack;
    return {
      id: row.id as MembershipId,
      creator: row.creator,
      identity: row.identity,
      tier: await clubs.getTier(row.tier, tx),
      nextTier: isMoving ? await clubs.getTier(row.renewalTier, tx) : null,
      status: row.status === 'past_due' ? 'past_due' : row.status === 'active' ? 'active' : 'ended',
      paidUntil: isoOrNull(row.paidUntil),
      accessUntil: isoOrNull(row.accessUntil),
      cancelAtPeriodEnd: row.cancelAtPeriodEnd || isGivenBack,
      renewable: isHeld && !isGivenBack,
      disputed: row.standing === 'disputed',
      startedAt: iso(row.startedAt ?? row.createdAt),
    };
  }

  async #set(
    tx: Orm,
    payment: string,
    standing: NonNullable<MembershipRow['standing']>,
    reason: AccessReason,
  ): Promise<void> {
    const row = await this.#lock(tx, payment);
    if (!row || row.status === 'ended' || row.standing === 'refunded' || row.standing === 'lost') return;
    await this.#store.update(tx, row.id, { standing, dueAt: this.#context.nowIso() });
    await this.#context.rooms.clubs.revoke(tx, row.id as MembershipId, reason);
  }

  async #lock(tx: Orm, payment: InvoiceRow['id']): Promise<MembershipRow | undefined> {
    const invoice = await this.#store.findInvoice(payment, tx);
    return invoice && this.#store.lock(tx, invoice.membership);
  }
}

/** Whether it ended before its paid time was over. */
export function isClosed(row: MembershipRow): row is MembershipRow & { standing: ClosureCause } {
  return CLOSURE_CAUSES.some((cause) => cause === row.standing);
}

/** The fact for a change; undefined when nothing relevant changed. */
function changeOf(before: MembershipRow, after: MembershipRow, isRenewed: boolean): MembershipChange | undefined {
  if (after.status === 'ended') return before.status === 'ended' ? undefined : 'ended';
  if (before.startedAt === null) return 'started';
  if (after.status === 'past_due' && before.status !== 'past_due') return 'past_due';
  const isUpdated =
    before.tier !== after.tier ||
    before.renewalTier !== after.renewalTier ||
    before.cancelAtPeriodEnd !== after.cancelAtPeriodEnd;
  if (isUpdated) return 'updated';
  return isRenewed ? 'renewed' : undefined;
}
