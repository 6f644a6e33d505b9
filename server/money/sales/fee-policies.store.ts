import { type Clock, iso } from '../../platform/clock.ts';
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import { desc, lte, sql } from '../../platform/db/sql.ts';
import { AppError } from '../../protocol/errors.ts';
import type { FeePolicyView } from '../../protocol/money/pricing.ts';
import { feePolicies } from './pricing.schema.ts';

type FeePolicy = typeof feePolicies.$inferSelect;

/** How late a process may read a new version. */
const REMEMBERED_MS = 5_000;
/** Attempts to get the next number, for operators who add versions concurrently. */
const NUMBER_ATTEMPTS = 5;
const VERSIONS_MAX = 1_000;

/** Fee policies: the version that splits a sale is the latest one in effect. Versions are immutable rows. */
export class FeePoliciesStore {
  readonly #orm: Orm;
  readonly #clock: Clock;
  #current: { policy: FeePolicy; untilMs: number } | undefined;

  constructor(orm: Orm, clock: Clock) {
    this.#orm = orm;
    this.#clock = clock;
  }

  /** Cached for some seconds. */
  async findCurrent(): Promise<FeePolicy> {
    const nowMs = this.#clock.now();
    if (this.#current && nowMs < this.#current.untilMs) return this.#current.policy;
    const policy = await this.findAt(nowMs);
    this.#current = { policy, untilMs: nowMs + REMEMBERED_MS };
    return policy;
  }

  async findAt(timeMs: number): Promise<FeePolicy> {
    const [policy] = await this.#orm
      .select()
      .from(feePolicies)
      .where(lte(feePolicies.effectiveAt, iso(timeMs)))
      .orderBy(desc(feePolicies.effectiveAt), desc(feePolicies.version))
      .limit(1);
    if (!policy) throw new AppError('internal', 'No fee policy is in force.');
    return policy;
  }

  /** Adds a version with the next number. A trigger keeps versions immutable. */
  async add(policy: { commissionBps: number; vatBps: number; effectiveAt: string }): Promise<FeePolicyView> {
    for (let attempt = 1; ; attempt += 1) {
      const [last] = await this.#orm
        .select({ version: sql<number>`coalesce(max(${feePolicies.version}), 0)::int` })
        .from(feePolicies);
      const version = (last?.version ?? 0) + 1;
      const id = `fees_v${version}`;
      try {
        await this.#orm.insert(feePolicies).values({ id, version, ...policy });
        this.#current = undefined;
        const added = (await this.list()).find((each) => each.id === id);
        if (!added) throw new AppError('internal', 'The fee policy was not stored.');
        return added;
      } catch (error) {
        const isTaken = ['fee_policies_version_unique', 'fee_policies_pkey'].some((key) =>
          isUniqueViolation(error, key),
        );
        if (!isTaken || attempt === NUMBER_ATTEMPTS) throw error;
      }
    }
  }

  /** Newest version first. */
  async list(): Promise<FeePolicyView[]> {
    const current = await this.findCurrent();
    const rows = await this.#orm.select().from(feePolicies).orderBy(desc(feePolicies.version)).limit(VERSIONS_MAX);
    return rows.map(({ id, version, commissionBps, vatBps, effectiveAt }) => ({
      id,
      version,
      commissionBps,
      vatBps,
      effectiveAt: iso(effectiveAt),
      inForce: id === current.id,
    }));
  }
}
