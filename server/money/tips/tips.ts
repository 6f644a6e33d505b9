/**
 * Tips: one local transaction moves the money, stores the tip and adds the fact that shows it, without calling the
 * provider. A tip is shown if and only if it is in the ledger. Callers check that the sender may be in the room.
 */
import type { Participant } from '../../protocol/accounts/accounts.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Tip, TipInput, Wallet } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import { assertAmount, fanWallet, saleLegs, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { TipDraft } from './tip-batches.store.ts';
import type { TipBatches } from './tip-batches.ts';
import { toTip } from './tips.store.ts';

/** The tip, and the wallet after it. */
export interface TipReceipt {
  tip: Tip;
  wallet: Wallet;
}

export interface TipRequest {
  room: Room;
  from: Participant;
  input: TipInput;
}

export class Tips {
  readonly #context: MoneyContext;
  readonly #batches: TipBatches;

  constructor(context: MoneyContext, parts: { batches: TipBatches }) {
    this.#context = context;
    this.#batches = parts.batches;
  }

  async send(request: TipRequest): Promise<TipReceipt> {
    const { room, from, input } = request;
    if (from.role !== 'fan' || from.identity === room.creator.identity) throw new AppError('tip_not_allowed');
    if (this.#context.walletMode === 'off') throw new AppError('wallet_off');
    assertAmount(input.amountMinor);
    assertWithin(input.amountMinor, { minMinor: LIMITS.tipMinMinor, maxMinor: LIMITS.tipMaxMinor });
    const { row, availableMinor, promoMinor } = await this.#batches.send(await this.#draft(request));
    return { tip: toTip(row), wallet: this.#context.walletOf(availableMinor, promoMinor) };
  }

  async #draft(request: TipRequest): Promise<TipDraft> {
    const { room, from, input } = request;
    const { ledger, pricing, currency } = this.#context;
    const { amountMinor, message = null, menuItem = null, anonymous = false, idempotencyKey } = input;
    const creator = room.creator.identity;
    const terms = await pricing.findTerms({ creator, buyer: from.identity });
    await ledger.ensureAccounts([{ kind: 'creator_pending', owner: creator, currency }]);
    const split = splitSale(amountMinor, terms);
    return {
      row: {
        id: createId('tip'),
        room: room.id,
        ...from,
        amountMinor,
        currency,
        message,
        menuItem,
        menuLabel: null,
        request: menuItem === null ? null : 'open',
        anonymous,
        idempotencyKey,
        sentAt: this.#context.nowIso(),
      },
      sold: { creator, shares: { [creator]: split.creatorMinor }, terms: terms.termsId },
      legs: saleLegs({
        payer: fanWallet(from.identity, currency),
        creator,
        grossMinor: amountMinor,
        split,
        association: terms.association,
      }),
    };
  }
}
