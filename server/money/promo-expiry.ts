/**
 * Takes promotional credit back once it has run out: by the sweeper, and at once where credit that was spent or held comes back after that.
 */
import type { Orm } from '../platform/db.ts';
import { accountId, fanPromo, houseAccount, transferLegs } from './ledger.ts';
import type { MoneyContext } from './money-context.ts';
import { expiredOfGrants } from './promo-grants.ts';
import type { PromotionsStore } from './promotions.store.ts';

export class PromoExpiry {
  readonly #context: MoneyContext;
  readonly #store: PromotionsStore;

  constructor(context: MoneyContext, store: PromotionsStore) {
    this.#context = context;
    this.#store = store;
  }

  /** In the caller's transaction; true when something was taken back. */
  async expire(tx: Orm, identity: string): Promise<boolean> {
    const { ledger, spending, currency, clock } = this.#context;
    const at = this.#context.nowIso();
    const account = fanPromo(identity, currency);
    await spending.lockCredit(tx, identity, currency);
    const grants = await this.#store.listGrants(tx, identity);
    if (!grants.some(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= clock.now())) return false;
    const entries = await this.#store.listEntries(tx, accountId(account));
    const heldMinor = await this.#store.findHeld(tx, accountId(account));
    let isTaken = false;
    for (const { grant, amountMinor } of expiredOfGrants(grants, entries, { nowMs: clock.now(), heldMinor })) {
      const times = await this.#store.markExpired(tx, grant, { at, amountMinor });
      if (amountMinor === 0) continue;
      const legs = transferLegs(account, houseAccount('promotion_cost', currency), amountMinor);
      const source = { type: 'promotion', id: times === 1 ? grant : `${grant}:${times}` } as const;
      await ledger.post(tx, { kind: 'promotion_expired', source, legs, at });
      isTaken = true;
    }
    return isTaken;
  }
}
