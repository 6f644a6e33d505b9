/**
 * Holds on credit. Held credit stays in the fan's accounts and cannot be spent on anything else. Promotional credit is
 * held first, as it is spent first. Both accounts are locked in the common order.
 */

import type { Orm } from '../../platform/db/db.ts';
import { eq, sql } from '../../platform/db/sql.ts';
import { ledgerAccounts } from '../ledger/ledger.schema.ts';
import { accountId, fanPromo, fanWallet } from '../ledger/ledger.ts';
import type { SpendingStore } from './spending.store.ts';
import { ledgerHolds } from './wallet.schema.ts';

export interface Hold {
  id: string;
  identity: string;
  currency: string;
}

export interface HeldParts {
  promoMinor: number;
  paidMinor: number;
}

export class HoldsStore {
  readonly #spending: SpendingStore;
  readonly #isPromoHeld: boolean;

  constructor(spending: SpendingStore, { isPromoHeld }: { isPromoHeld: boolean }) {
    this.#spending = spending;
    this.#isPromoHeld = isPromoHeld;
  }

  /** Holds the whole amount or nothing; false when there is too little credit. */
  async place(tx: Orm, hold: Hold, amountMinor: number, at: string): Promise<boolean> {
    const credit = await this.#lockCredit(tx, hold);
    if (credit.paidMinor + Math.max(credit.promoMinor, 0) < amountMinor) return false;
    const parts = divide(amountMinor, credit);
    await tx.insert(ledgerHolds).values({ ...hold, ...parts, createdAt: at });
    await this.#change(tx, hold, parts);
    return true;
  }

  /** Holds more, as far as there is credit. Returns the added amount. */
  async extend(tx: Orm, hold: Hold, amountMinor: number): Promise<number> {
    const credit = await this.#lockCredit(tx, hold);
    const addedMinor = Math.min(amountMinor, Math.max(credit.paidMinor, 0) + Math.max(credit.promoMinor, 0));
    if (addedMinor <= 0) return 0;
    const parts = divide(addedMinor, credit);
    const updated = await tx
      .update(ledgerHolds)
      .set({
        promoMinor: sql`${ledgerHolds.promoMinor} + ${parts.promoMinor}`,
        paidMinor: sql`${ledgerHolds.paidMinor} + ${parts.paidMinor}`,
      })
      .where(eq(ledgerHolds.id, hold.id))
      .returning({ id: ledgerHolds.id });
    if (updated.length === 0) return 0;
    await this.#change(tx, hold, parts);
    return addedMinor;
  }

  /** Ends a hold and returns its parts, which are zero if it had ended already. */
  async release(tx: Orm, hold: Hold): Promise<HeldParts> {
    await this.#spending.lockCredit(tx, hold.identity, hold.currency);
    const [row] = await tx.delete(ledgerHolds).where(eq(ledgerHolds.id, hold.id)).returning();
    const parts = { promoMinor: row?.promoMinor ?? 0, paidMinor: row?.paidMinor ?? 0 };
    await this.#change(tx, hold, { promoMinor: -parts.promoMinor, paidMinor: -parts.paidMinor });
    return parts;
  }

  async #lockCredit(tx: Orm, { identity, currency }: Hold): Promise<HeldParts> {
    const credit = await this.#spending.lockCredit(tx, identity, currency);
    return this.#isPromoHeld ? credit : { ...credit, promoMinor: 0 };
  }

  async #change(tx: Orm, { identity, currency }: Hold, { promoMinor, paidMinor }: HeldParts): Promise<void> {
    const changes = [
      [accountId(fanPromo(identity, currency)), promoMinor],
      [accountId(fanWallet(identity, currency)), paidMinor],
    ] as const;
    for (const [account, amountMinor] of changes) {
      if (amountMinor === 0) continue;
      await tx
        .update(ledgerAccounts)
        .set({ held: sql`${ledgerAccounts.held} + ${amountMinor}` })
        .where(eq(ledgerAccounts.id, account));
    }
  }
}

function divide(amountMinor: number, credit: HeldParts): HeldParts {
  const promoMinor = Math.min(Math.max(credit.promoMinor, 0), amountMinor);
  return { promoMinor, paidMinor: amountMinor - promoMinor };
}
