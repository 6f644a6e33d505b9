import { desc, eq, lte } from 'drizzle-orm';
import type { Clock } from '../platform/clock.ts';
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import type { FeePolicy } from './ledger.ts';
import { feePolicies } from './money.schema.ts';

/** How late a process may notice a new version. */
const REMEMBERED_MS = 5_000;

/** Which version of the fees splits a sale now. Versions are immutable rows, so the current one can be remembered for a moment. */
export class FeePoliciesStore {
  readonly #orm: Orm;
  readonly #clock: Clock;
  #current: { policy: FeePolicy; untilMs: number } | undefined;

  constructor(orm: Orm, clock: Clock) {
    this.#orm = orm;
    this.#clock = clock;
  }

  async findCurrent(): Promise<FeePolicy> {
    const nowMs = this.#clock.now();
    if (this.#current && nowMs < this.#current.untilMs) return this.#current.policy;
    const [policy] = await this.#orm
      .select()
      .from(feePolicies)
      .where(lte(feePolicies.effectiveAt, new Date(nowMs).toISOString()))
      .orderBy(desc(feePolicies.version))
      .limit(1);
    if (!policy) throw new AppError('internal', 'No fee policy is in force.');
    this.#current = { policy, untilMs: nowMs + REMEMBERED_MS };
    return policy;
  }

  /** The version that a sale was split by. */
  async find(id: string): Promise<FeePolicy> {
    if (this.#current?.policy.id === id) return this.#current.policy;
    const [policy] = await this.#orm.select().from(feePolicies).where(eq(feePolicies.id, id));
    if (!policy) throw new AppError('internal', 'A sale names a fee policy that does not exist.');
    return policy;
  }
}
