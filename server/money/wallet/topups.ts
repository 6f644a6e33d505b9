/**
 * Credit bought by card. A top-up is credited once, when the provider confirms the payment, and never above the
 * wallet's limit.
 */
import { isUniqueViolation } from '../../platform/db/db.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId, type TopupId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { cardMinimumMinor } from '../../protocol/money/card-minimum.ts';
import type { CardTopup, TopupAnswer } from '../../protocol/money/money.ts';
import { type Checkout, ONE_CHECKOUT_OF_KEY } from '../checkout/checkouts.store.ts';
import type { Booking, CheckoutRequest, Checkouts, Payable } from '../checkout/checkouts.ts';
import { assertAmount, fanWallet, houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import type { Cards } from './cards.ts';

export interface TopupRequest {
  identity: string;
  name: string;
  amountMinor: number;
  returnUrl?: string | undefined;
  /** Language of the payment page: `fr`, `en`; absent means the browser's. */
  locale?: string | undefined;
}

/** Charges a saved card of the person. The key makes the request idempotent. */
export interface CardTopupRequest extends TopupRequest {
  card: string;
  idempotencyKey: string;
}

interface TopupParts {
  checkouts: Checkouts;
  cards: Cards;
  refunds: Refunds;
}

export class Topups implements Payable {
  readonly #context: MoneyContext;
  readonly #checkouts: Checkouts;
  readonly #cards: Cards;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, parts: TopupParts) {
    this.#context = context;
    this.#checkouts = parts.checkouts;
    this.#cards = parts.cards;
    this.#refunds = parts.refunds;
    parts.checkouts.register('topup', this);
  }

  /** With a saved card, charges it at once; otherwise opens the payment page. */
  topUp({ card, idempotencyKey, ...request }: TopupRequest & Partial<CardTopupRequest>): Promise<TopupAnswer> {
    // The input schema accepts both fields or none.
    if (card === undefined || idempotencyKey === undefined) return this.create(request);
    return this.createByCard({ ...request, card, idempotencyKey });
  }

  /** Opens the payment page. */
  async create(request: TopupRequest): Promise<{ checkoutUrl: string; topup: TopupId }> {
    await this.#assertAmount(request);
    const topup = createId('topup');
    return { checkoutUrl: await this.#checkouts.open(this.#toCheckout(topup, request)), topup };
  }

  /** Idempotent by key: a repeated request returns the state of the top-up and resumes an unfinished order. */
  async createByCard(request: CardTopupRequest, isRepeated = false): Promise<CardTopup> {
    const { identity, card, idempotencyKey } = request;
    const earlier = await this.#context.stores.checkouts.findByKey(identity, idempotencyKey);
    if (earlier) return this.#resume(earlier, request);
    await this.#assertAmount(request);
    // The card must be the person's own, because it is charged with their customer at the provider.
    if (!(await this.#cards.find(identity, card))) throw new AppError('card_not_found');
    const order = { ...this.#toCheckout(createId('topup'), request), card, idempotencyKey };
    try {
      return await this.#answer(await this.#checkouts.openByCard(order));
    } catch (error) {
      if (isRepeated || !isUniqueViolation(error, ONE_CHECKOUT_OF_KEY)) throw error;
      return this.createByCard(request, true);
    }
  }

  async #resume(checkout: Checkout, wanted: { card: string; amountMinor: number }): Promise<CardTopup> {
    const isSame = checkout.amountMinor === wanted.amountMinor && checkout.card === wanted.card;
    if (!isSame) throw new AppError('idempotency_conflict');
    const isOver = checkout.status === 'paid' || checkout.status === 'expired';
    return this.#answer(isOver ? checkout : await this.#checkouts.payByCard(checkout));
  }

  async #answer({ sourceId, status, url, identity }: Checkout): Promise<CardTopup> {
    const topup = sourceId as TopupId;
    if (status === 'paid') return { status: 'succeeded', topup, wallet: await this.#context.readWallet(identity) };
    if (status === 'expired') throw new AppError('card_declined');
    if (!url) throw new AppError('provider_unavailable', 'The card is being charged. Check your wallet in a moment.');
    return { status: 'requires_action', topup, actionUrl: url };
  }

  async #assertAmount({ identity, amountMinor }: TopupRequest): Promise<void> {
    const { ledger, currency, walletMode } = this.#context;
    if (walletMode === 'off') throw new AppError('wallet_off');
    assertAmount(amountMinor);
    const minMinor = cardMinimumMinor(currency, LIMITS.topupMinMinor);
    assertWithin(amountMinor, { minMinor, maxMinor: LIMITS.topupMaxMinor });
    const available = await ledger.findAvailable(fanWallet(identity, currency));
    if (available + amountMinor > LIMITS.walletMaxMinor) throw new AppError('wallet_limit');
  }

  #toCheckout(topup: TopupId, { identity, name, amountMinor, returnUrl, locale }: TopupRequest): CheckoutRequest {
    const description = locale === 'fr' ? 'Recharge du portefeuille' : 'Wallet top-up';
    const page = { description, returnUrl, returnPath: '/wallet', locale };
    return { purpose: 'topup', sourceId: topup, identity, name, amountMinor, ...page };
  }

  async planSettlement(checkout: Checkout): Promise<Booking> {
    const { ledger, currency } = this.#context;
    const { identity, amountMinor } = checkout;
    const id = checkout.sourceId as TopupId;
    const wallet = fanWallet(identity, currency);
    await ledger.ensureAccounts([wallet]);
    return async (tx, paid) => {
      const settledAt = this.#context.nowIso();
      const legs = transferLegs(houseAccount('provider_clearing', currency), wallet, amountMinor);
      const available = await ledger.post(tx, { kind: 'topup', source: { type: 'topup', id }, legs, at: settledAt });
      if (available === undefined) throw new AppError('internal', 'The wallet to credit is missing.');
      await this.#context.stores.payments.insert(tx, { ...paid, kind: 'topup', paidAt: settledAt });
      const topup = { id, identity, amountMinor, currency, settledAt };
      await this.#context.addFacts(
        tx,
        ['topup.settled', { topup }, { identity }],
        ['wallet.changed', { identity, wallet: await this.#context.readWallet(identity, tx) }, { identity }],
      );
      // Several open pages can each be paid: the amount above the wallet's limit is returned to the card.
      if (available > LIMITS.walletMaxMinor) {
        await this.#refunds.returnPayment(tx, id, 'wallet_limit');
      }
      return undefined;
    };
  }
}
