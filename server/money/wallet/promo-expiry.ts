/**
 * Takes expired promotional credit back: in the sweeper, and at once when spent or held credit returns after its
 * expiry.
 */
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import type { LedgerStore } from '../ledger/ledger.store.ts';
import { accountId, fanPromo, houseAccount, transferLegs } from '../ledger/ledger.ts';
import { expiredOfGrants } from './promo-grants.ts';
import type { PromotionsStore } from './promotions.store.ts';
import type { SpendingStore } from './spending.store.ts';

interface PromoExpiryParts {
  store: PromotionsStore;
  ledger: LedgerStore;
  spending: SpendingStore;
  clock: Clock;
  currency: string;
}

export class PromoExpiry {
  readonly #parts: PromoExpiryParts;

  constructor(parts: PromoExpiryParts) {
    this.#parts = parts;
  }

  /** Runs in the caller's transaction; true when credit was taken back. */
  async expire(tx: Orm, identity: string): Promise<boolean> {
    const { store, ledger, spending, currency, clock } = this.#parts;
    if (clock.isInDoubt) return false;
    const at = isoIn(clock);
    const account = fanPromo(identity, currency);
    await spending.lockCredit(tx, identity, currency);
    const grants = await store.listGrants(tx, identity);
    if (!grants.some(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= clock.now())) return false;
    const entries = await store.listEntries(tx, accountId(account));
    const heldMinor = await store.findHeld(tx, accountId(account));
    let isTaken = false;
    for (const { grant, amountMinor } of expiredOfGrants(grants, entries, { nowMs: clock.now(), heldMinor })) {
      const times = await store.markExpired(tx, grant, { at, amountMinor });
      if (amountMinor === 0) continue;
      const legs = transferLegs(account, houseAccount('promotion_cost', currency), amountMinor);
      const source = { type: 'promotion', id: times === 1 ? grant : `${grant}:${times}` } as const;
      await ledger.post(tx, { kind: 'promotion_expired', source, legs, at });
      isTaken = true;
    }
    return isTaken;
  }
}
