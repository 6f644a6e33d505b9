/**
 * Who pays by card only after an operator's word: people whose dispute the house has lost, whose card's issuer has
 * reported a payment as fraud, to whom or to whose card the third top-up within a day was given back, and whom an
 * operator has named. Asked at every payment by card; a page that is open already is closed. A dispute that is won
 * later lifts what the house itself has held.
 */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import { type Orm, runIn } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CardHold } from '../../protocol/money/desk.ts';
import type { Restrictions } from '../../rooms/restrictions/restrictions.ts';
import { HOUSE } from '../ledger/ledger.ts';

const KIND = 'card_hold';

export class CardHolds {
  readonly #restrictions: Restrictions;
  readonly #clock: Clock;

  constructor({ restrictions, clock }: { restrictions: Restrictions; clock: Clock }) {
    this.#restrictions = restrictions;
    this.#clock = clock;
  }

  async assertMayPay(identity: string, tx?: Orm): Promise<void> {
    if (await this.isHeld(identity, tx)) throw new AppError('card_payments_held');
  }

  async isHeld(identity: string, tx?: Orm): Promise<boolean> {
    return (await this.#restrictions.find('pay_by_card', { identity }, tx)) !== undefined;
  }

  /** By the house itself, in the transaction of what gives the reason. */
  async hold(tx: Orm, identity: string, reason: 'dispute_lost' | 'fraud_warning' | 'topups_withdrawn'): Promise<void> {
    await this.set(tx, identity, { held: true, reason, by: HOUSE });
  }

  /** In the transaction in which a lost dispute is won. What an operator has said stands. */
  async liftForDispute(tx: Orm, identity: string): Promise<void> {
    const { store } = this.#restrictions;
    await store.lift(runIn(tx), { kind: KIND, identity, by: HOUSE }, isoIn(this.#clock));
  }

  /** False if it was so before. */
  async set(
    tx: Orm,
    identity: string,
    { held, reason, by }: { held: boolean; reason: string; by: string },
  ): Promise<boolean> {
    const { store } = this.#restrictions;
    const at = isoIn(this.#clock);
    const hold = { kind: KIND, identity, decision: null } as const;
    if (!held) return (await store.lift(runIn(tx), hold, at)).length > 0;
    const said = { id: createId('cardHold'), reason, by, byRole: 'house', createdAt: at } as const;
    return store.insert(runIn(tx), { ...hold, ...said });
  }

  /** Standing ones, of one person or the newest of all. */
  async list(identity?: string): Promise<CardHold[]> {
    const which = { kind: KIND, liftedAt: null, ...(identity !== undefined && { identity }) } as const;
    const rows = await this.#restrictions.store.list(which, { limit: LIMITS.listPageItems });
    return rows.map((row) => ({
      id: row.id as Id<'cardHold'>,
      identity: row.identity ?? '',
      reason: row.reason,
      by: row.by,
      heldAt: iso(row.createdAt),
    }));
  }
}
