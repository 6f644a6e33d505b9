/**
 * Who pays by card only after an operator's word: people whose dispute the house has lost, and whom an operator has
 * named. Asked at every payment by card; a page that is open already is closed. A dispute that is won later lifts its
 * own hold.
 */
import { iso } from '../../platform/clock.ts';
import { type Orm, runIn } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CardHold } from '../../protocol/money/desk.ts';
import { HOUSE } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';

/** The reason of a hold by the house itself. */
const LOST_DISPUTE = 'dispute_lost';
const KIND = 'card_hold';

export class CardHolds {
  readonly #context: MoneyContext;

  constructor(context: MoneyContext) {
    this.#context = context;
  }

  async assertMayPay(identity: string, tx?: Orm): Promise<void> {
    if (await this.isHeld(identity, tx)) throw new AppError('card_payments_held');
  }

  async isHeld(identity: string, tx?: Orm): Promise<boolean> {
    return (await this.#context.rooms.restrictions.find('pay_by_card', { identity }, tx)) !== undefined;
  }

  /** In the transaction in which a dispute is lost. */
  async holdForDispute(tx: Orm, identity: string): Promise<void> {
    await this.set(tx, identity, { held: true, reason: LOST_DISPUTE, by: HOUSE });
  }

  /** In the transaction in which a lost dispute is won. What an operator has said stands. */
  async liftForDispute(tx: Orm, identity: string): Promise<void> {
    const { store } = this.#context.rooms.restrictions;
    await store.lift(runIn(tx), { kind: KIND, identity, by: HOUSE }, this.#context.nowIso());
  }

  /** False if it was so before. */
  async set(
    tx: Orm,
    identity: string,
    { held, reason, by }: { held: boolean; reason: string; by: string },
  ): Promise<boolean> {
    const { store } = this.#context.rooms.restrictions;
    const at = this.#context.nowIso();
    const hold = { kind: KIND, identity, decision: null } as const;
    if (!held) return (await store.lift(runIn(tx), hold, at)).length > 0;
    const said = { id: createId('cardHold'), reason, by, byRole: 'house', createdAt: at } as const;
    return store.insert(runIn(tx), { ...hold, ...said });
  }

  /** Standing ones, of one person or the newest of all. */
  async list(identity?: string): Promise<CardHold[]> {
    const which = { kind: KIND, liftedAt: null, ...(identity !== undefined && { identity }) } as const;
    const rows = await this.#context.rooms.restrictions.store.list(which, { limit: LIMITS.listPageItems });
    return rows.map((row) => ({
      id: row.id as Id<'cardHold'>,
      identity: row.identity ?? '',
      reason: row.reason,
      by: row.by,
      heldAt: iso(row.createdAt),
    }));
  }
}
