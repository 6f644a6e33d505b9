/** Credit bought by card. Credited once, when the provider says that it is paid, and never above what a wallet may hold. */
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type TopupId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Checkout } from './checkouts.store.ts';
import type { Checkouts, Payable } from './checkouts.ts';
import { assertAmount, fanWallet, houseAccount, transferLegs } from './ledger.ts';
import type { MoneyContext } from './money-context.ts';
import type { Refunds } from './refunds.ts';
import type { TopupsStore } from './topups.store.ts';

export interface TopupRequest {
  identity: string;
  name: string;
  amountMinor: number;
  returnUrl?: string | undefined;
  /** Language of the payment page: `fr`, `en`; absent means the browser's. */
  locale?: string | undefined;
}

export class Topups implements Payable {
  readonly #context: MoneyContext;
  readonly #store: TopupsStore;
  readonly #checkouts: Checkouts;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, parts: { store: TopupsStore; checkouts: Checkouts; refunds: Refunds }) {
    this.#context = context;
    this.#store = parts.store;
    this.#checkouts = parts.checkouts;
    this.#refunds = parts.refunds;
    parts.checkouts.register('topup', this);
  }

  async create(request: TopupRequest): Promise<{ checkoutUrl: string; topup: TopupId }> {
    const { identity, name, amountMinor, returnUrl, locale } = request;
    const { ledger, currency, walletMode } = this.#context;
    if (walletMode === 'off') throw new AppError('wallet_off');
    assertAmount(amountMinor);
    if (amountMinor < LIMITS.topupMinMinor) throw new AppError('amount_too_small');
    if (amountMinor > LIMITS.topupMaxMinor) throw new AppError('amount_too_large');
    const available = await ledger.findAvailable(fanWallet(identity, currency));
    if (available + amountMinor > LIMITS.walletMaxMinor) throw new AppError('wallet_limit');
    const topup = createId('topup');
    const checkoutUrl = await this.#checkouts.open(
      {
        purpose: 'topup',
        sourceId: topup,
        identity,
        name,
        amountMinor,
        description: locale === 'fr' ? 'Recharge du portefeuille' : 'Wallet top-up',
        returnUrl,
        returnPath: '/wallet',
        locale,
      },
      (tx) => this.#store.insert(tx, { id: topup, identity, amountMinor, currency, createdAt: this.#context.nowIso() }),
    );
    return { checkoutUrl, topup };
  }

  async planSettlement(checkout: Checkout): Promise<(tx: Orm) => Promise<void>> {
    const { ledger, currency } = this.#context;
    const { identity, amountMinor } = checkout;
    const id = checkout.sourceId as TopupId;
    const wallet = fanWallet(identity, currency);
    await ledger.ensureAccounts([wallet]);
    return async (tx) => {
      const settledAt = this.#context.nowIso();
      const legs = transferLegs(houseAccount('provider_clearing', currency), wallet, amountMinor);
      const available = await ledger.post(tx, { kind: 'topup', source: { type: 'topup', id }, legs, at: settledAt });
      if (available === undefined) throw new AppError('internal', 'The wallet to credit is missing.');
      await this.#store.markSettled(tx, id, settledAt);
      const topup = { id, identity, amountMinor, currency, settledAt };
      await this.#context.tell(
        tx,
        ['topup.settled', { topup }, { identity }],
        ['wallet.changed', { identity, wallet: await this.#context.readWallet(identity, tx) }, { identity }],
      );
      // Pages opened side by side can each be paid: what a wallet may not hold goes back to the card.
      if (available > LIMITS.walletMaxMinor) {
        await this.#refunds.returnTopup(tx, { topup: { id, identity, amountMinor }, reason: 'wallet_limit' });
      }
    };
  }

  async expire(tx: Orm, checkout: Checkout): Promise<void> {
    await this.#store.markExpired(tx, checkout.sourceId);
  }
}
