/**
 * Imposes and lifts restrictions, each in one transaction with what it entails (`removals.ts`, `suspensions.ts`). The
 * strictest counts, wherever `restrictions.store.ts` reads them; each ends by its `until` without anybody's act.
 */
import { type Clock, isoIn } from '../../platform/clock.ts';
import { type Database, type Orm, runIn } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Right } from './restriction-kinds.ts';
import {
  type Asking,
  type Lifted,
  type NewRestriction,
  type RestrictionRow,
  RestrictionsStore,
  type Which,
} from './restrictions.store.ts';

export class Restrictions {
  readonly store: RestrictionsStore;
  readonly #options: { db: Database; clock: Clock; outbox: Outbox };

  constructor(options: { db: Database; clock: Clock; outbox: Outbox }) {
    this.store = new RestrictionsStore(options.db);
    this.#options = options;
  }

  /** `work` follows in the same transaction, unless there is such a restriction. */
  async impose(said: Omit<NewRestriction, 'createdAt'>, work: (tx: Orm) => Promise<void>): Promise<void> {
    const { db, clock, outbox } = this.#options;
    await db.transaction(async (tx) => {
      if (await this.store.insert(runIn(tx), { ...said, createdAt: isoIn(clock) })) await work(tx);
    });
    outbox.wake();
  }

  /** `work` follows for each that is lifted. */
  async lift(which: Which, work: (tx: Orm, lifted: Lifted) => Promise<void>): Promise<void> {
    const { db, clock, outbox } = this.#options;
    await db.transaction(async (tx) => {
      for (const lifted of await this.store.lift(runIn(tx), which, isoIn(clock))) await work(tx, lifted);
    });
    outbox.wake();
  }

  /** The strictest that takes a right from a person: in a room, or without one in the whole house. */
  find(right: Right, asking: Asking, tx?: Orm): Promise<RestrictionRow | undefined> {
    return this.store.findStrictest(right, { ...asking, at: isoIn(this.#options.clock) }, tx);
  }
}
