/**
 * Promotional credit: given by the house, spent before paid credit, never paid out. The grant that expires first is
 * spent first.
 */
import { iso } from '../../platform/clock.ts';
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Promotion, PromotionInput } from '../../protocol/money/pricing.ts';
import { assertAmount, fanPromo, fanWallet, houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { ONE_PROMOTION_A_KEY, type PromotionRow, type PromotionsStore, toPromotion } from './promotions.store.ts';

const CLAIM_ITEMS = 50;

export class Promotions {
  readonly #context: MoneyContext;
  readonly #store: PromotionsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = context.stores.promotions;
  }

  async grant(input: PromotionInput, by: string): Promise<Promotion> {
    const { identity, amountMinor, reason, idempotencyKey = null } = input;
    const { db, walletMode, clock } = this.#context;
    if (walletMode === 'off') throw new AppError('wallet_off');
    assertAmount(amountMinor);
    assertWithin(amountMinor, { maxMinor: LIMITS.promotionMaxMinor });
    const expiresAt = input.expiresAt ? iso(input.expiresAt) : null;
    if (expiresAt && Date.parse(expiresAt) <= clock.now()) {
      throw new AppError('time_in_past', 'The promotion must expire in the future.');
    }
    await this.prepare(identity);
    try {
      const values = { identity, amountMinor, reason, by, idempotencyKey, expiresAt };
      const row = await db.transaction((tx) => this.book(tx, values));
      this.#context.outbox.wake();
      return toPromotion(row);
    } catch (error) {
      if (idempotencyKey && isUniqueViolation(error, ONE_PROMOTION_A_KEY)) {
        return this.#repeat({ identity, amountMinor, reason, expiresAt, idempotencyKey });
      }
      throw error;
    }
  }

  /** Call it before the transaction of `book`. */
  async prepare(identity: string): Promise<void> {
    const { ledger, currency, walletMode } = this.#context;
    if (walletMode === 'off') throw new AppError('wallet_off');
    // A purchase is decided on the wallet's row, even if promotional credit pays all of it, so the wallet must exist.
    await ledger.ensureAccounts([fanPromo(identity, currency), fanWallet(identity, currency)]);
  }

  async book(
    tx: Orm,
    grant: Pick<PromotionRow, 'identity' | 'amountMinor' | 'reason' | 'by' | 'idempotencyKey' | 'expiresAt'>,
  ): Promise<PromotionRow> {
    const { ledger, currency } = this.#context;
    const { identity, amountMinor } = grant;
    const at = this.#context.nowIso();
    const id = createId('promotion');
    const legs = transferLegs(houseAccount('promotion_cost', currency), fanPromo(identity, currency), amountMinor);
    await ledger.post(tx, { kind: 'promotion', source: { type: 'promotion', id }, legs, at });
    const row = await this.#store.insert(tx, { ...grant, id, currency, createdAt: at });
    const wallet = await this.#context.readWallet(identity, tx);
    await this.#context.addFacts(
      tx,
      ['promotion.granted', { promotion: toPromotion(row) }, { identity }],
      ['wallet.changed', { identity, wallet }, { identity }],
    );
    return row;
  }

  async #repeat(
    asked: Pick<PromotionRow, 'identity' | 'amountMinor' | 'reason' | 'expiresAt'> & { idempotencyKey: string },
  ) {
    const kept = await this.#store.findByKey(asked.idempotencyKey);
    if (!kept) throw new AppError('unavailable');
    const promotion = toPromotion(kept);
    const { identity, amountMinor, reason, expiresAt } = promotion;
    const isSame =
      identity === asked.identity &&
      amountMinor === asked.amountMinor &&
      reason === asked.reason &&
      expiresAt === asked.expiresAt;
    if (!isSame) throw new AppError('idempotency_conflict');
    return promotion;
  }

  /** Takes expired credit back; true when there may be more. */
  async sweep(): Promise<boolean> {
    const due = await this.#store.listDue(this.#context.nowIso(), CLAIM_ITEMS);
    for (const identity of new Set(due.map((row) => row.identity))) await this.#expire(identity);
    return due.length === CLAIM_ITEMS;
  }

  async #expire(identity: string): Promise<void> {
    await this.#context.db.transaction(async (tx) => {
      if (!(await this.#context.promoExpiry.expire(tx, identity))) return;
      await this.#context.addWalletFact(tx, identity);
    });
    this.#context.outbox.wake();
  }
}
