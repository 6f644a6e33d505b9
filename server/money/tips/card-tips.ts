/**
 * Tips by card, for houses without wallets and fans without enough credit. Each is a payment on the provider's page,
 * with a higher minimum, and becomes a tip once it is paid. A key has one page, and never a tip from the wallet as
 * well.
 */
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import type { Participant } from '../../protocol/accounts/accounts.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { cardMinimumMinor } from '../../protocol/money/card-minimum.ts';
import type { TipInput } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { Checkout } from '../checkout/checkouts.store.ts';
import type { Booking, Checkouts, Payable } from '../checkout/checkouts.ts';
import { assertAmount, houseAccount, saleLegs, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';
import type { Tipping } from './tipping.ts';
import { type CardTipRow, isSameTip, ONE_CARD_TIP_A_KEY, type TipRow, type TipsStore, toTip } from './tips.store.ts';

export interface CardTipRequest {
  room: Room;
  from: Participant;
  input: TipInput;
  returnUrl?: string | undefined;
  locale?: string | undefined;
}

export class CardTips implements Payable {
  readonly #context: MoneyContext;
  readonly #store: TipsStore;
  readonly #checkouts: Checkouts;
  readonly #tipping: Tipping;

  constructor(context: MoneyContext, parts: { checkouts: Checkouts; tipping: Tipping }) {
    this.#context = context;
    this.#store = context.stores.tips;
    this.#checkouts = parts.checkouts;
    this.#tipping = parts.tipping;
    parts.checkouts.register('tip', this);
  }

  async open(request: CardTipRequest): Promise<{ checkoutUrl: string }> {
    const { room, from, input } = request;
    const { amountMinor, idempotencyKey } = input;
    if (from.role !== 'fan' || from.identity === room.creator.identity) throw new AppError('tip_not_allowed');
    assertAmount(amountMinor);
    const minMinor = cardMinimumMinor(this.#context.currency, LIMITS.directTipMinMinor);
    assertWithin(amountMinor, { minMinor, maxMinor: LIMITS.tipMaxMinor });
    const key = { room: room.id, identity: from.identity, idempotencyKey };
    const earlier = await this.#store.findCardTipByKey(key);
    if (earlier) return this.#resume(earlier, input);
    if (await this.#store.findByKey(key)) throw new AppError('idempotency_conflict', 'This tip was sent already.');
    if (room.status === 'ended') throw new AppError('room_ended');
    const { menuLabel, refusal } = await this.#tipping.findAsked(room.id, input);
    if (refusal) throw new AppError(refusal);
    try {
      return { checkoutUrl: await this.#openPage(request, menuLabel) };
    } catch (error) {
      if (!isUniqueViolation(error, ONE_CARD_TIP_A_KEY)) throw error;
      const faster = await this.#store.findCardTipByKey(key);
      if (!faster) throw new AppError('unavailable');
      return this.#resume(faster, input);
    }
  }

  async #openPage({ room, from, input, returnUrl, locale }: CardTipRequest, menuLabel: string | null): Promise<string> {
    const { pricing, currency } = this.#context;
    const { identity, name } = from;
    const { amountMinor, message = null, menuItem = null, anonymous = false, idempotencyKey } = input;
    const creator = room.creator.identity;
    const terms = await pricing.findTerms({ creator, buyer: identity, from: 'card' });
    const id = createId('tip');
    return this.#checkouts.open(
      {
        purpose: 'tip',
        sourceId: id,
        identity,
        name,
        amountMinor,
        description: `${locale === 'fr' ? 'Pourboire' : 'Tip'} · ${room.creator.name}`,
        returnUrl,
        returnPath: `/rooms/${room.id}`,
        locale,
      },
      (tx) =>
        this.#store.insertCardTip(tx, {
          id,
          room: room.id,
          creator,
          identity,
          name,
          amountMinor,
          currency,
          message,
          menuItem,
          menuLabel,
          anonymous,
          idempotencyKey,
          terms: terms.termsId,
          createdAt: this.#context.nowIso(),
        }),
    );
  }

  async #resume(row: CardTipRow, input: TipInput): Promise<{ checkoutUrl: string }> {
    const { amountMinor, message = null, menuItem = null, anonymous = false } = input;
    if (!isSameTip(row, { amountMinor, message, menuItem, anonymous })) throw new AppError('idempotency_conflict');
    const checkout = await this.#context.stores.checkouts.findBySource(row.id);
    const checkoutUrl = checkout && (await this.#checkouts.resume(checkout));
    if (!checkoutUrl) throw new AppError('idempotency_conflict', 'This tip is paid, or its page has expired.');
    return { checkoutUrl };
  }

  /** A tip that is paid after the room ended still goes to the creator. */
  async planSettlement(checkout: Checkout, paidFrom: CountryEvidence[]): Promise<Booking> {
    const { ledger, pricing, currency } = this.#context;
    const row = await this.#store.findCardTip(checkout.sourceId);
    if (!row) throw new AppError('payment_not_found');
    if (await this.#store.findByKey(row)) return async () => 'tip_sent_already';
    const { creator, amountMinor } = row;
    const terms = await pricing.findPaidTerms(row.terms, row.identity, paidFrom);
    await ledger.ensureAccounts([{ kind: 'creator_pending', owner: creator, currency }]);
    const split = splitSale(amountMinor, terms);
    const payer = houseAccount('provider_clearing', currency);
    const legs = saleLegs({ payer, creator, grossMinor: amountMinor, split, association: terms.association });
    return async (tx, paid) => {
      const at = this.#context.nowIso();
      await ledger.post(tx, { kind: 'tip', source: { type: 'tip', id: row.id }, legs, at });
      const { status: _status, creator: _creator, terms: _terms, createdAt: _createdAt, ...kept } = row;
      const tip: TipRow = {
        ...kept,
        role: 'fan',
        request: row.menuItem === null ? null : 'open',
        sentAt: at,
      };
      await this.#store.settleCardTip(tx, tip);
      const room = row.room as RoomId;
      const sold = { room, creator, shares: { [creator]: split.creatorMinor }, terms: terms.termsId };
      await this.#context.stores.payments.insert(tx, { ...paid, ...sold, kind: 'tip', paidAt: at });
      await this.#context.addFacts(
        tx,
        ['tips.settled', { tips: [toTip(tip)], byCard: true }, { room }],
        ['earnings.changed', { room }, { room }],
      );
      return undefined;
    };
  }

  async expire(tx: Orm, checkout: Checkout): Promise<void> {
    await this.#store.markCardTipExpired(tx, checkout.sourceId);
  }

  handleUnusable(tx: Orm, checkout: Checkout): Promise<string | undefined> {
    return this.#store.markCardTipExpired(tx, checkout.sourceId);
  }
}
