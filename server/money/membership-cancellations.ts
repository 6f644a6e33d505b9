/**
 * Who has a membership end with its paid time: the member, by their own decision, or the house, while a payment for it is disputed. Both ask the
 * provider over the network, perhaps at the same moment from two gateways; what holds in the end is what the member decided last.
 */
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import type { ProviderSubscription } from './billing-provider.ts';
import type { MembershipRow, MembershipsStore } from './memberships.store.ts';
import type { MoneyContext } from './money-context.ts';

/** When what was asked of the provider, and may have failed, is looked at again. */
export const ENDING_RECHECK_MS = 60_000;
/** A member who decides again while that is being told: so often it is told again before they are asked to wait. */
const FOLLOW_ROUNDS = 10;

export type CancellationPlan = 'cancel' | 'take_back' | undefined;

export class MembershipCancellations {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;

  constructor(context: MoneyContext, store: MembershipsStore) {
    this.#context = context;
    this.#store = store;
  }

  /** The member's own decision, which the end of a dispute does not undo. */
  async decide(id: string, subscription: string, wantsToLeave: boolean): Promise<void> {
    await this.#store.decide(id, wantsToLeave);
    await this.#tellDecision(id, subscription);
    await this.#store.noteDecided(id);
  }

  /**
   * A card whose payment is disputed is not charged again; what the house cancelled for that goes on once the dispute is won. `asked` is the row
   * from before the provider was asked, and `before` the one that is locked now.
   */
  async plan(
    tx: Orm,
    { asked, before, found }: { asked: MembershipRow; before: MembershipRow; found: ProviderSubscription },
  ): Promise<CancellationPlan> {
    const { id, standing, isCancelledByDispute } = before;
    const isWon = standing === null && isCancelledByDispute;
    if (!isWon && (standing !== 'disputed' || found.cancelAtPeriodEnd)) return undefined;
    // Looked at again soon, as what is asked of the provider next may fail.
    const nextCheckAt = this.#context.laterIso(ENDING_RECHECK_MS);
    // The member decided while the provider answered: whose cancellation there is, the next look tells.
    if (!isWon && asked.decisions !== before.decisions) {
      await this.#store.update(tx, id, { nextCheckAt });
      return undefined;
    }
    // Remembered before it is done: a cancellation that is there already is the member's own, and stays.
    await this.#store.update(tx, id, isWon ? { nextCheckAt } : { isCancelledByDispute: true, nextCheckAt });
    return isWon ? 'take_back' : 'cancel';
  }

  async cancelForDispute(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, true);
    await this.#store.ownCancellation(id, this.#context.laterIso(ENDING_RECHECK_MS));
  }

  async takeBack(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, false);
    // The member decided at the same moment, and may have been overridden just now.
    if (!(await this.#store.disownCancellation(id))) await this.#tellDecision(id, subscription);
  }

  /**
   * Tells the provider what the member wants. Whoever tells reads it again afterwards: of two who tell at the same moment, the one with the older
   * decision finds the newer one, and tells that.
   */
  async #tellDecision(id: string, subscription: string): Promise<void> {
    let wanted = (await this.#store.find(id))?.wantsToLeave;
    for (let round = 1; round <= FOLLOW_ROUNDS; round += 1) {
      if (wanted === null || wanted === undefined) return;
      await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, wanted);
      const told = wanted;
      wanted = (await this.#store.find(id))?.wantsToLeave;
      if (wanted === told) return;
    }
    throw new AppError('unavailable');
  }
}
