/**
 * Who has a membership end with its paid time: the member, by their own decision, here or on the provider's page, or the house, while a payment for
 * it is disputed. Both ask the provider over the network, perhaps at the same moment from two gateways; what holds in the end is what the member
 * decided last. Who tells the provider says so in the row before; what was cut off, the sweeper finds there and tells again.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderSubscription } from '../provider/billing-provider.ts';
import type { MembershipRow, MembershipsStore } from './memberships.store.ts';

/** When what was asked of the provider, and may have failed, is looked at again; longer than the two calls of that may take with their retries. */
export const ENDING_RECHECK_MS = 90_000;
/** A member who decides again while that is being told: so often it is told again before they are asked to wait. */
const FOLLOW_ROUNDS = 10;

/** What is to be told: that the house cancels, that it takes that back, or once more what the member decided. */
export interface CancellationPlan {
  act: 'cancel' | 'take_back' | 'tell_again';
  /** Names this telling in the row. */
  until: string;
}

export class MembershipCancellations {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;

  constructor(context: MoneyContext, store: MembershipsStore) {
    this.#context = context;
    this.#store = store;
  }

  /** The member's own decision, which the end of a dispute does not undo. While a payment is disputed they may leave, and not go on. */
  async decide(id: string, subscription: string, wantsToLeave: boolean): Promise<void> {
    const until = await this.#context.db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, id);
      if (!before) throw new AppError('membership_not_found');
      if (before.standing === 'disputed' && !wantsToLeave) throw new AppError('membership_disputed');
      const decisions = before.decisions + 1;
      return this.#beginTelling(tx, before, { wantsToLeave, isCancelledByDispute: false, decisions });
    });
    await this.#tellDecision(id, subscription);
    await this.#store.noteDecided(id);
    await this.#store.endTelling(id, until);
  }

  /**
   * A card whose payment is disputed is not charged again; what the house cancelled for that goes on once the dispute is won. `asked` is the row
   * from before the provider was asked, and `before` the one that is locked now.
   */
  async plan(
    tx: Orm,
    { asked, before, found }: { asked: MembershipRow; before: MembershipRow; found: ProviderSubscription },
  ): Promise<CancellationPlan | undefined> {
    const { id, standing, tellingUntil } = before;
    if (this.#isBeingTold(before) || !isUnchanged(asked, before)) {
      // It was decided, or told, while the provider answered: how it stands, the next look tells.
      await this.#store.update(tx, id, { nextCheckAt: this.#isBeingTold(before) ? tellingUntil : this.#leaseEnd() });
      return undefined;
    }
    if (isChosenElsewhere(before, found) && found.isCancelledForDispute) {
      // As if the house had told it. The dispute may not be known here yet, and is given the time of a telling to come before this is taken back.
      await this.#beginTelling(tx, before, { isCancelledByDispute: true });
      return undefined;
    }
    const row = isChosenElsewhere(before, found)
      ? await this.#store.update(tx, id, { wantsToLeave: found.cancelAtPeriodEnd, decisions: before.decisions + 1 })
      : before;
    const act = actOf(row, found);
    if (act) {
      // Remembered before it is done: a cancellation that is there already is the member's own, and stays.
      const isCancelledByDispute = row.isCancelledByDispute || act === 'cancel';
      return { act, until: await this.#beginTelling(tx, row, { isCancelledByDispute }) };
    }
    if (tellingUntil !== null) {
      // Whoever was cut off had been heard. What ends while it is disputed is the house's, but for a member who wants to leave.
      const isCancelledByDispute = standing === 'disputed' && row.wantsToLeave !== true;
      await this.#store.update(tx, id, { isCancelledByDispute, tellingUntil: null });
    }
    return undefined;
  }

  async carryOut({ act, until }: CancellationPlan, id: string, subscription: string): Promise<void> {
    if (act === 'cancel') await this.#cancelForDispute(id, subscription);
    if (act === 'take_back') await this.#takeBack(id, subscription);
    if (act === 'tell_again') await this.#tellDecision(id, subscription);
    await this.#store.endTelling(id, until);
  }

  async #cancelForDispute(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, true);
    await this.#store.ownCancellation(id, this.#leaseEnd());
  }

  async #takeBack(id: string, subscription: string): Promise<void> {
    await this.#context.provider.billing.setCancelAtPeriodEnd(subscription, false);
    // The member decided at the same moment, and may have been overridden just now.
    if (!(await this.#store.disownCancellation(id))) await this.#tellDecision(id, subscription);
  }

  /**
   * Tells the provider what the member wants; who decided nothing goes on. Whoever tells reads it again afterwards: of two who tell at the same
   * moment, the one with the older decision finds the newer one, and tells that.
   */
  async #tellDecision(id: string, subscription: string): Promise<void> {
    let wanted = await this.#readDecision(id);
    for (let round = 1; round <= FOLLOW_ROUNDS; round += 1) {
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
   * The row says that the provider is being told, and until when; answers that. Who begins beside others shares their time, which so comes to its end
   * however often somebody decides again. Whoever tells reads the decision again afterwards: once all are done, the provider has heard the newest.
   */
  async #beginTelling(tx: Orm, row: MembershipRow, decided: Partial<MembershipRow>): Promise<string> {
    const shared = this.#isBeingTold(row) ? row.tellingUntil : null;
    const until = shared ?? this.#leaseEnd();
    const tellers = shared === null ? 1 : row.tellers + 1;
    await this.#store.update(tx, row.id, { ...decided, tellers, tellingUntil: until, nextCheckAt: until });
    return until;
  }

  #isBeingTold({ tellingUntil }: MembershipRow): boolean {
    return tellingUntil !== null && Date.parse(tellingUntil) > this.#context.clock.now();
  }

  #leaseEnd(): string {
    return this.#context.laterIso(ENDING_RECHECK_MS);
  }
}

/** Whether nobody decided or told anything between two reads of a row. */
function isUnchanged(asked: MembershipRow, before: MembershipRow): boolean {
  return (
    asked.decisions === before.decisions &&
    asked.isCancelledByDispute === before.isCancelledByDispute &&
    asked.tellingUntil === before.tellingUntil
  );
}

/** What the provider has, and neither the house nor the member here has told it, the member chose on the provider's own page. */
function isChosenElsewhere(row: MembershipRow, { cancelAtPeriodEnd }: ProviderSubscription): boolean {
  const isToldToEnd = row.isCancelledByDispute || row.wantsToLeave === true;
  return row.tellingUntil === null && cancelAtPeriodEnd !== isToldToEnd;
}

function actOf(row: MembershipRow, { cancelAtPeriodEnd }: ProviderSubscription): CancellationPlan['act'] | undefined {
  if (row.standing === 'disputed') {
    if (cancelAtPeriodEnd) return undefined;
    return row.wantsToLeave ? 'tell_again' : 'cancel';
  }
  if (row.isCancelledByDispute) return 'take_back';
  const isHeard = cancelAtPeriodEnd === (row.wantsToLeave === true);
  return row.tellingUntil !== null && !isHeard ? 'tell_again' : undefined;
}
