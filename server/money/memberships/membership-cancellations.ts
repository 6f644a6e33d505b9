/**
 * Decides whether a membership ends with its paid time. The member decides so here or on the provider's page; the house
 * does so while a payment is disputed or the creator is suspended. Both call the provider, possibly at the same time
 * from two gateways, and the member's latest decision must win. The row says beforehand that an update is under way;
 * the sweeper repeats updates that were interrupted.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderSubscription } from '../provider/billing-provider.ts';
import type { MembershipRow, MembershipsStore } from './memberships.store.ts';

/** When an update that may have failed is checked; longer than its two calls and their retries can take. */
export const ENDING_RECHECK_MS = 90_000;
/**
 * How often an update is repeated because the member decided again meanwhile. After that the member is asked to wait.
 */
const RESEND_ROUNDS = 10;

/** The update to make: cancel for the house, take that back, or repeat the member's decision. */
export interface CancellationPlan {
  act: 'cancel' | 'take_back' | 'send_again';
  /** Identifies the update in the row. */
  until: string;
}

export class MembershipCancellations {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = context.stores.memberships;
  }

  /**
   * The member's own decision, which the end of a dispute or a suspension does not undo. Before that end they may
   * cancel, but not resume.
   */
  async decide(id: string, subscription: string, wantsToLeave: boolean): Promise<void> {
    const until = await this.storeDecision(id, wantsToLeave);
    await this.finishDecision(id, subscription, until);
  }

  /** Once it is stored, the sweeper sends it if the caller does not. Returns what `finishDecision` needs. */
  storeDecision(id: string, wantsToLeave: boolean): Promise<string> {
    return this.#context.db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, id);
      if (!before) throw new AppError('membership_not_found');
      if (before.standing === 'disputed' && !wantsToLeave) throw new AppError('membership_disputed');
      if (!wantsToLeave) await this.assertMayPay(before, tx);
      const decisions = before.decisions + 1;
      return this.#beginUpdate(tx, before, { wantsToLeave, isCancelledByHouse: false, decisions });
    });
  }

  /** Nobody pays for a club that they cannot enter, or that is closed. */
  async assertMayPay({ creator, identity }: Pick<MembershipRow, 'creator' | 'identity'>, tx?: Orm): Promise<void> {
    const { removals, suspensions } = this.#context.rooms;
    await this.#context.cardHolds.assertMayPay(identity, tx);
    await removals.assertNotBlocked(creator, identity, tx);
    await suspensions.assertNotSuspended(identity, tx);
    await suspensions.assertClubOpen(creator, tx);
  }

  /** Sends a stored decision to the provider. */
  async finishDecision(id: string, subscription: string, until: string): Promise<void> {
    await this.#sendDecision(id, subscription);
    await this.#store.noteDecided(id);
    await this.#store.endUpdate(id, until);
  }

  /**
   * Plans the house's update. A card whose payment is disputed is not charged again, nor is any for the club of a
   * suspended creator; a cancellation for that is withdrawn when the dispute is won or the suspension is over. `asked`
   * is the row as read before the call to the provider, `before` the row as it is locked now.
   */
  async plan(
    tx: Orm,
    { asked, before, found }: { asked: MembershipRow; before: MembershipRow; found: ProviderSubscription },
  ): Promise<CancellationPlan | undefined> {
    const { id, standing, creator, cancellationLeaseUntil } = before;
    if (this.#isBeingUpdated(before) || !isUnchanged(asked, before)) {
      // The row was changed while the provider answered: the next sync compares again.
      await this.#store.update(tx, id, {
        dueAt: this.#isBeingUpdated(before) ? cancellationLeaseUntil : this.#leaseEnd(),
      });
      return undefined;
    }
    if (isChosenElsewhere(before, found) && found.isCancelledForDispute) {
      // Stripe has cancelled because of a dispute, which may not be known here yet. Handles it as the house's own
      // update, whose lease gives the dispute's event time to arrive.
      await this.#beginUpdate(tx, before, { isCancelledByHouse: true });
      return undefined;
    }
    const row = isChosenElsewhere(before, found)
      ? await this.#store.update(tx, id, {
          wantsToLeave: found.cancelAtPeriodEnd,
          decisions: before.decisions + 1,
          // If the paid time is over, the next sync ends the membership before the renewal is collected.
          dueAt: this.#context.nowIso(),
        })
      : before;
    const isHalted = standing === 'disputed' || (await this.#context.rooms.suspensions.isSuspended(creator, tx));
    const act = actOf(row, found, isHalted);
    if (act) {
      // Stored before the call: a cancellation that exists at the provider already is the member's own, and stays.
      const isCancelledByHouse = row.isCancelledByHouse || act === 'cancel';
      return { act, until: await this.#beginUpdate(tx, row, { isCancelledByHouse }) };
    }
    if (cancellationLeaseUntil !== null) {
      // An interrupted update had reached the provider. A cancellation in this state counts as the house's, unless the
      // member wants to leave.
      const isCancelledByHouse = isHalted && row.wantsToLeave !== true;
      await this.#store.update(tx, id, { isCancelledByHouse, cancellationLeaseUntil: null });
    }
    return undefined;
  }

  async carryOut({ act, until }: CancellationPlan, id: string, subscription: string): Promise<void> {
    if (act === 'cancel') await this.#cancelForHouse(id, subscription);
    if (act === 'take_back') await this.#takeBack(id, subscription);
    if (act === 'send_again') await this.#sendDecision(id, subscription);
    await this.#store.endUpdate(id, until);
  }

  async #cancelForHouse(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, true);
    await this.#store.ownCancellation(id, this.#leaseEnd());
  }

  async #takeBack(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, false);
    // The member decided concurrently, and the house's call may have overridden that.
    if (!(await this.#store.disownCancellation(id))) await this.#sendDecision(id, subscription);
  }

  /**
   * Sends the member's decision to the provider; without a decision the membership continues. The decision is read
   * again after the call: of two concurrent callers, the one with the older decision finds the newer one and sends it.
   */
  async #sendDecision(id: string, subscription: string): Promise<void> {
    let wanted = await this.#readDecision(id);
    for (let round = 1; round <= RESEND_ROUNDS; round += 1) {
      await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, wanted);
      const told = wanted;
      wanted = await this.#readDecision(id);
      if (wanted === told) return;
    }
    throw new AppError('unavailable');
  }

  async #readDecision(id: string): Promise<boolean> {
    return (await this.#store.find(id))?.wantsToLeave === true;
  }

  /**
   * Marks the row as being updated and returns until when. Concurrent callers share one lease; it is not extended. Each
   * caller reads the decision again after its call, so once all are done, the provider has the newest one.
   */
  async #beginUpdate(tx: Orm, row: MembershipRow, decided: Partial<MembershipRow>): Promise<string> {
    const shared = this.#isBeingUpdated(row) ? row.cancellationLeaseUntil : null;
    const until = shared ?? this.#leaseEnd();
    const cancellationLeaseHolders = shared === null ? 1 : row.cancellationLeaseHolders + 1;
    await this.#store.update(tx, row.id, {
      ...decided,
      cancellationLeaseHolders,
      cancellationLeaseUntil: until,
      dueAt: until,
    });
    return until;
  }

  #isBeingUpdated({ cancellationLeaseUntil }: MembershipRow): boolean {
    return cancellationLeaseUntil !== null && Date.parse(cancellationLeaseUntil) > this.#context.clock.now();
  }

  #leaseEnd(): string {
    return this.#context.laterIso(ENDING_RECHECK_MS);
  }
}

/** Whether the row was neither decided nor updated between the two reads. */
function isUnchanged(asked: MembershipRow, before: MembershipRow): boolean {
  return (
    asked.decisions === before.decisions &&
    asked.isCancelledByHouse === before.isCancelledByHouse &&
    asked.cancellationLeaseUntil === before.cancellationLeaseUntil
  );
}

/**
 * A state at the provider that was sent neither by the house nor by the member here was chosen on the provider's own
 * page.
 */
function isChosenElsewhere(row: MembershipRow, { cancelAtPeriodEnd }: ProviderSubscription): boolean {
  const isSetToEnd = row.isCancelledByHouse || row.wantsToLeave === true;
  return row.cancellationLeaseUntil === null && cancelAtPeriodEnd !== isSetToEnd;
}

function actOf(
  row: MembershipRow,
  { cancelAtPeriodEnd }: ProviderSubscription,
  isHalted: boolean,
): CancellationPlan['act'] | undefined {
  if (isHalted) {
    if (cancelAtPeriodEnd) return undefined;
    return row.wantsToLeave ? 'send_again' : 'cancel';
  }
  if (row.isCancelledByHouse) return 'take_back';
  const isSent = cancelAtPeriodEnd === (row.wantsToLeave === true);
  return row.cancellationLeaseUntil !== null && !isSent ? 'send_again' : undefined;
}
