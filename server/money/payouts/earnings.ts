/**
 * Creators' earnings: held for some days after each sale, or after the live that a ticket is for, then available, then
 * paid out. The books contain the amounts; this part moves due sales from pending to available, and explains to
 * creators what is held, why and until when.
 */
import { DAY_MS, HOUR_MS, iso, isoOrNull } from '../../platform/clock.ts';
import { createId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CreatorReserve } from '../../protocol/money/desk.ts';
import type { Earnings as RoomEarnings } from '../../protocol/money/money.ts';
import type { CreatorEarnings, EarningsHold, EarningsRelease, FrozenEarnings } from '../../protocol/money/payouts.ts';
import type { RestrictionRow } from '../../rooms/restrictions/restrictions.store.ts';
import { accountId, creatorAvailable, creatorPending, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { CreatorAccounts } from './creator-accounts.ts';
import { EarningsStore } from './earnings.store.ts';
import { type DueAccount, EarningsHoldsStore, type HeldSale, type Reserve } from './earnings-holds.store.ts';

/** Days that are announced. */
const RELEASE_DAYS = 180;
const RELEASE_SALES = 500;
const RELEASE_ACCOUNTS = 200;
/** A sale is committed within this time after its timestamp. */
const COMMITTED_WITHIN_MS = HOUR_MS;
/** How often an account is checked if sales have no hold. */
const RECHECK_MS = 30_000;

export class Earnings {
  readonly #context: MoneyContext;
  readonly #store: EarningsHoldsStore;
  readonly #rooms: EarningsStore;
  readonly #accounts: CreatorAccounts;

  constructor(context: MoneyContext, accounts: CreatorAccounts) {
    this.#context = context;
    this.#store = new EarningsHoldsStore(context.db, context.earningsRules);
    this.#rooms = new EarningsStore(context.db);
    this.#accounts = accounts;
  }

  async ofRoom(room: string): Promise<RoomEarnings> {
    return { ...(await this.#rooms.sumOfRoom(room, this.#context.minLiveSeconds)), currency: this.#context.currency };
  }

  /**
   * Releases sales whose hold has expired; true when there may be more. Reads only accounts that are due, by an index.
   */
  async release(): Promise<boolean> {
    const due = await this.#store.listDueAccounts(this.#context.nowIso(), this.#context.currency, RELEASE_ACCOUNTS);
    let isMore = due.length === RELEASE_ACCOUNTS;
    for (const each of due) isMore = (await this.#releaseAccount(each)) || isMore;
    return isMore;
  }

  async #releaseAccount(account: DueAccount): Promise<boolean> {
    const { clock, earningsRules } = this.#context;
    const nowMs = clock.now();
    const due = await this.#store.listDue(account, iso(nowMs), RELEASE_SALES);
    if (due.length > 0) await this.#releaseSales(account.creator, due);
    const { nextDueMs, doneSeq } = await this.#store.findNext(account, this.#context.laterIso(-COMMITTED_WITHIN_MS));
    // Sales from now on are due no sooner than after the shortest hold.
    const emptyMs = nowMs + Math.max(earningsRules.holdDays * DAY_MS, RECHECK_MS);
    const dueAt = iso(Math.min(emptyMs, nextDueMs ?? emptyMs));
    await this.#store.planRelease(account, { doneSeq, dueAt });
    return due.length === RELEASE_SALES;
  }

  async #releaseSales(creator: string, sales: string[]): Promise<void> {
    const { db, ledger, currency } = this.#context;
    const pending = creatorPending(creator, currency);
    const available = creatorAvailable(creator, currency);
    await ledger.ensureAccounts([available]);
    const id = createId('release');
    const at = this.#context.nowIso();
    await db.transaction(async (tx) => {
      await this.#store.lockSales(tx, sales);
      const amountMinor = await this.#store.release(tx, { id, creator, account: accountId(pending), sales, at });
      // Completely refunded sales have no remainder.
      if (amountMinor === 0) return;
      const legs = transferLegs(pending, available, amountMinor);
      await ledger.post(tx, { kind: 'release', source: { type: 'release', id }, legs, at });
    });
  }

  /** Sets a creator's reserve for what is released from now on; null: the house's own. */
  async setReserve(
    creator: string,
    reserve: Reserve | null,
    { by, reason }: { by: string; reason: string },
  ): Promise<CreatorReserve | null> {
    const setAt = this.#context.nowIso();
    const row = reserve && { ...reserve, by, reason, setAt };
    await this.#store.saveReserve(this.#context.db.orm, creator, row);
    return row && { creator, ...row };
  }

  async listReserves(): Promise<CreatorReserve[]> {
    const rows = await this.#store.listReserves(LIMITS.listPageItems);
    return rows.map(({ setAt, ...row }) => ({ ...row, setAt: iso(setAt) }));
  }

  async describe(creator: string, after?: string): Promise<CreatorEarnings> {
    const { currency } = this.#context;
    const account = accountId(creatorPending(creator, currency));
    const limit = LIMITS.listPageItems;
    const reserve = await this.#store.findReserve(creator);
    const [sums, payouts, held, releases, isPayable, stop] = await Promise.all([
      this.#store.sumAccounts(creator, currency),
      this.#store.sumPayouts(creator),
      this.#store.listHeld(account, { reserve, after, limit: limit + 1 }),
      this.#store.listReleases(account, reserve, RELEASE_DAYS),
      this.#accounts.isPayable(creator),
      this.#context.rooms.restrictions.find('be_paid', { identity: creator }),
    ]);
    const page = held.slice(0, limit);
    const goesOut = isPayable && !stop;
    return {
      creator,
      currency,
      ...sums,
      ...payouts,
      payoutMinMinor: this.#context.earningsRules.payoutMinMinor,
      holds: page.filter((sale) => sale.amountMinor !== 0).map((sale) => this.#toHold(sale)),
      nextHold: held.length > limit ? (page.at(-1)?.sale ?? null) : null,
      reserve: reserve.shareBps > 0 ? reserve : null,
      frozen: this.#explainFrozen(sums.availableMinor, { isPayable, stop, releases }),
      releases: this.#planPayouts(releases, { availableMinor: sums.availableMinor, goesOut }),
    };
  }

  /** What is available below the minimum waits for a later day. */
  #planPayouts(
    releases: Omit<EarningsRelease, 'payoutMinor'>[],
    { availableMinor, goesOut }: { availableMinor: number; goesOut: boolean },
  ): EarningsRelease[] {
    const { payoutMinMinor } = this.#context.earningsRules;
    let waitingMinor = availableMinor;
    const payOut = () => {
      const paidMinor = goesOut && waitingMinor >= payoutMinMinor ? waitingMinor : 0;
      waitingMinor -= paidMinor;
      return paidMinor;
    };
    // What is available now leaves with the next batch.
    payOut();
    return releases.map((release) => {
      waitingMinor += release.amountMinor;
      return { ...release, payoutMinor: payOut() };
    });
  }

  #toHold(sale: HeldSale): EarningsHold {
    const { holdDays, newCreatorHoldDays } = this.#context.earningsRules;
    const isLonger = sale.isNewCreator && newCreatorHoldDays > holdDays;
    return {
      sale: sale.sale,
      kind: sale.kind,
      source: sale.sourceId,
      room: sale.room,
      amountMinor: sale.amountMinor,
      soldAt: sale.soldAt,
      reason: reasonOf(sale, isLonger),
      // The bank's decision has no date.
      releaseAt: sale.isFrozen ? null : sale.dueAt,
      reserve:
        sale.reserveMinor > 0
          ? { amountMinor: sale.reserveMinor, releaseAt: sale.isFrozen ? null : sale.reserveDueAt }
          : null,
    };
  }

  /** Why available earnings are not in the next batch. */
  #explainFrozen(
    amountMinor: number,
    {
      isPayable,
      stop,
      releases,
    }: {
      isPayable: boolean;
      stop: RestrictionRow | undefined;
      releases: Omit<EarningsRelease, 'payoutMinor'>[];
    },
  ): FrozenEarnings[] {
    if (amountMinor < 0) return [{ reason: 'recovery', amountMinor, until: coveredAt(amountMinor, releases) }];
    if (amountMinor === 0) return [];
    if (stop?.kind === 'freeze') return [{ reason: 'house', amountMinor }];
    if (stop) return [{ reason: 'suspended', amountMinor, until: isoOrNull(stop.until) }];
    if (!isPayable) return [{ reason: 'onboarding', amountMinor }];
    if (amountMinor < this.#context.earningsRules.payoutMinMinor) return [{ reason: 'below_minimum', amountMinor }];
    return [];
  }
}

function reasonOf({ isFrozen, isReserve, dueAt }: HeldSale, isLonger: boolean): EarningsHold['reason'] {
  if (isFrozen) return 'disputed';
  if (isReserve) return 'reserve';
  if (!dueAt) return 'live_ahead';
  return isLonger ? 'new_creator' : 'standard';
}

/** When what was sold already has made up a debt; null: it takes further sales. */
function coveredAt(debtMinor: number, releases: Omit<EarningsRelease, 'payoutMinor'>[]): string | null {
  let balanceMinor = debtMinor;
  for (const { at, amountMinor } of releases) {
    balanceMinor += amountMinor;
    if (balanceMinor >= 0) return at;
  }
  return null;
}
