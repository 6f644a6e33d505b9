/**
 * Requests: a tip for an item of the menu asks the creator to do something. The request is a column of its tip
 * (`tips.request`), so that both are committed together, and shown from the same fact (`tips.settled`). It is `open`
 * until the creator has done it (`request.changed`), or has undone it: then the tip is refunded, in whose transaction
 * the request ends (`tip.refunded`, `earnings.changed`). Any refund of the whole tip ends it too. A repeated call
 * answers how it stands, so a lost answer or a crash is followed by the same call. Done and undone exclude each other
 * by the row: whichever commits first stays, except that what is done can still be paid back. The creator pays back
 * what is still theirs; once it was paid out, or after a while, only an operator refunds the tip.
 */
import { DAY_MS } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, TipId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { MenuRequest } from '../../protocol/money/tipping.ts';
import type { BookedTransaction } from '../ledger/ledger.store.ts';
import { accountId, sumOf } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { PayoutsStore } from '../payouts/payouts.store.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type TipRow, type TipsStore, toTip } from './tips.store.ts';

const UNDONE = 'request_undone';

export class TipRequests {
  readonly #context: MoneyContext;
  readonly #store: TipsStore;
  readonly #refunds: Refunds;
  readonly #payouts: PayoutsStore;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#payouts = new PayoutsStore(context.db);
    this.#store = context.stores.tips;
    this.#refunds = refunds;
  }

  async list(room: RoomId): Promise<{ requests: MenuRequest[] }> {
    const rows = await this.#store.listRequests(room, LIMITS.tipRequests);
    return { requests: rows.map(toRequest) };
  }

  /** The caller has checked that `by` is the room's creator. */
  async settle(call: { room: RoomId; tip: TipId; outcome: 'done' | 'undone'; by: string }): Promise<MenuRequest> {
    const { room, tip, outcome, by } = call;
    const request = await this.#find(room, tip);
    if (outcome === 'done') await this.#markDone(room, tip);
    else await this.#payBack(request, by);
    return toRequest(await this.#find(room, tip));
  }

  async #find(room: RoomId, tip: TipId): Promise<TipRow> {
    const row = await this.#store.find(tip);
    if (row?.room !== room || row.request === null) throw new AppError('tip_request_not_found');
    return row;
  }

  async #markDone(room: RoomId, tip: TipId): Promise<void> {
    await this.#context.db.transaction(async (tx) => {
      if (!(await this.#store.markDone(tx, tip))) return;
      await this.#context.addFacts(tx, ['request.changed', { room }, { room }]);
    });
    this.#context.outbox.wake();
  }

  async #payBack({ id, sentAt }: TipRow, by: string): Promise<void> {
    const assertAllowed = (tx: Orm, booked: BookedTransaction) => this.#assertUndoable(tx, { sentAt, booked });
    try {
      await this.#refunds.refund({ tip: id as TipId, reason: UNDONE }, by, { assertAllowed });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'already_refunded') throw error;
    }
  }

  /** The lock keeps payouts out: what the creator's balance covers now, it covers at the commit. */
  async #assertUndoable(tx: Orm, { sentAt, booked }: { sentAt: string; booked: BookedTransaction }): Promise<void> {
    if (this.#context.clock.now() >= Date.parse(sentAt) + LIMITS.requestUndoDays * DAY_MS)
      throw new AppError('request_undo_closed');
    const released = [...booked.legs, ...booked.earlier].filter(({ account }) => account.kind === 'creator_available');
    const [leg] = released;
    if (leg && (await this.#payouts.lockAvailable(tx, accountId(leg.account))) < sumOf(released))
      throw new AppError('request_undo_closed');
  }
}

function toRequest(row: TipRow): MenuRequest {
  const { id: tip, from, amountMinor, currency, message, item, sentAt } = toTip(row);
  return {
    tip,
    from: row.anonymous ? null : from,
    label: item?.label ?? '',
    message,
    amountMinor,
    currency,
    state: row.request ?? 'open',
    sentAt,
  };
}
