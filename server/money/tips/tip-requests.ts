/**
 * Requests: a tip for an item of the menu asks the creator to do something. The request is a column of its tip
 * (`tips.request`), so that both are committed together, and shown from the same fact (`tips.settled`). It is `open`
 * until the creator has done it (`request.changed`), or has undone it: then the tip is refunded, in whose transaction
 * the request ends (`tip.refunded`, `earnings.changed`). Any refund of the whole tip ends it too. A repeated call
 * answers how it stands, so a lost answer or a crash is followed by the same call. Done and undone exclude each other
 * by the row: whichever commits first stays, except that what is done can still be paid back.
 */
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, TipId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { MenuRequest } from '../../protocol/money/tipping.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type TipRow, type TipsStore, toTip } from './tips.store.ts';

const UNDONE = 'request_undone';

export class TipRequests {
  readonly #context: MoneyContext;
  readonly #store: TipsStore;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
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
    await this.#find(room, tip);
    if (outcome === 'done') await this.#markDone(room, tip);
    else await this.#payBack(tip, by);
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

  async #payBack(tip: TipId, by: string): Promise<void> {
    try {
      await this.#refunds.refund({ tip, reason: UNDONE }, by);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'already_refunded') throw error;
    }
  }
}

function toRequest(row: TipRow): MenuRequest {
  const { id: tip, from, amountMinor, currency, message, item, sentAt } = toTip(row);
  return { tip, from, label: item?.label ?? '', message, amountMinor, currency, state: row.request ?? 'open', sentAt };
}
