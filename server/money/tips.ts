/**
 * Tips: one local transaction that moves the money, keeps the tip and commits the fact that shows it; no provider is asked. A tip is shown
 * exactly if it is in the ledger. Whether the sender may be in the room at all is decided before, by whoever calls.
 */
import type { Participant } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import { createId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { TipInput, TipReceipt } from '../protocol/money.ts';
import type { Room } from '../protocol/rooms.ts';
import { assertAmount, fanWallet, saleLegs, splitSale } from './ledger.ts';
import type { MoneyContext } from './money-context.ts';
import { ONE_TIP_A_KEY, type TipRow, type TipsStore, toTip } from './tips.store.ts';
import { isUniqueViolation } from './unique-violation.ts';

export interface TipRequest {
  room: Room;
  from: Participant;
  input: TipInput;
}

export class Tips {
  readonly #context: MoneyContext;
  readonly #store: TipsStore;

  constructor(context: MoneyContext, store: TipsStore) {
    this.#context = context;
    this.#store = store;
  }

  async tip(request: TipRequest): Promise<TipReceipt> {
    const { room, from, input } = request;
    if (from.role !== 'fan' || from.identity === room.creator.identity) throw new AppError('tip_not_allowed');
    assertAmount(input.amountMinor);
    if (input.amountMinor < LIMITS.tipMinMinor) throw new AppError('amount_too_small');
    if (input.amountMinor > LIMITS.tipMaxMinor) throw new AppError('amount_too_large');
    // A tip sent again after the room is over was sent before it was.
    if (room.status === 'ended') return this.#repeatOr('room_ended', request);
    const receipt = await this.#send(request);
    return receipt ?? this.#repeatOr('insufficient_funds', request);
  }

  async #send({ room, from, input }: TipRequest): Promise<TipReceipt | undefined> {
    const { ledger, fees, db, currency, metrics, outbox } = this.#context;
    const { amountMinor, idempotencyKey } = input;
    const creator = room.creator.identity;
    const policy = await fees.findCurrent();
    await ledger.ensureAccounts([{ kind: 'creator_pending', owner: creator, currency }]);
    const split = splitSale(amountMinor, policy);
    const legs = saleLegs({ payer: fanWallet(from.identity, currency), creator, grossMinor: amountMinor, split });
    const row: TipRow = {
      id: createId('tip'),
      room: room.id,
      ...from,
      amountMinor,
      currency,
      message: input.message ?? null,
      menuItem: input.menuItem ?? null,
      idempotencyKey,
      status: 'settled',
      feePolicy: policy.id,
      creatorMinor: split.creatorMinor,
      sentAt: this.#context.nowIso(),
    };
    const tip = toTip(row);
    try {
      const wallet = await db.transaction(async (tx) => {
        const source = { type: 'tip', id: row.id } as const;
        const available = await ledger.post(tx, { kind: 'tip', source, legs, at: row.sentAt });
        if (available === undefined) return undefined;
        await this.#store.insert(tx, row);
        const left = this.#context.walletOf(available);
        await this.#context.tell(
          tx,
          ['wallet.changed', { identity: from.identity, wallet: left }, { identity: from.identity }],
          ['tip.settled', { tip }, { room: room.id, identity: from.identity }],
          ['earnings.changed', { room: room.id }, { room: room.id }],
        );
        return left;
      });
      if (!wallet) return undefined;
      outbox.wake();
      metrics.moneyMinor.inc({ kind: 'tip' }, amountMinor);
      return { tip, wallet };
    } catch (error) {
      if (isUniqueViolation(error, ONE_TIP_A_KEY)) return undefined;
      throw error;
    }
  }

  /** The answer to a key that was used before: the same again for the same request. Without one, the error. */
  async #repeatOr(code: 'insufficient_funds' | 'room_ended', { room, from, input }: TipRequest): Promise<TipReceipt> {
    const { amountMinor, message = null, menuItem = null, idempotencyKey } = input;
    const sent = await this.#store.findByKey({ room: room.id, identity: from.identity, idempotencyKey });
    if (!sent) throw new AppError(code);
    const isSame = sent.amountMinor === amountMinor && sent.message === message && sent.menuItem === menuItem;
    if (!isSame) throw new AppError('idempotency_conflict');
    const available = await this.#context.ledger.findAvailable(fanWallet(from.identity, this.#context.currency));
    return { tip: toTip(sent), wallet: this.#context.walletOf(available) };
  }
}
