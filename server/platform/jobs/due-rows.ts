/**
 * Rows that are work: a table whose rows become due, are claimed by one process each, and are attempted until they are
 * done. The row itself is the job, so it is committed with what it belongs to, and nothing is lost when a process dies:
 * a claim only moves `due_at` forward, and past it any process claims the row again. A domain ends the work by setting
 * `NOT_DUE`, or a later `dueAt`. Knows no domain.
 */
import type { DueWorkReport } from '../../protocol/due-work.ts';
import { AppError } from '../../protocol/errors.ts';
import { type Clock, iso, isoIn, isoOrNull } from '../clock.ts';
import { type Database, isFirstFree, type Orm } from '../db/db.ts';
import { and, asc, count, eq, getTableColumns, isNotNull, lt, lte, min, or, type SQL, sql } from '../db/sql.ts';
import type { AnyPgColumn, PgTable } from '../db/tables.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Backoff } from './backoff.ts';
import { PeriodicJob, type PeriodicJobOptions } from './periodic-job.ts';

/** A table with `dueColumns`. */
export type DueTable = PgTable & Record<'dueAt' | 'attempts' | 'fault' | 'failingSince', AnyPgColumn>;

/** What a row is set to when there is nothing more to do. */
export const NOT_DUE = { dueAt: null, fault: null, failingSince: null } as const;

export interface DueRowsOptions<Table extends DueTable> {
  /** For logs, metrics and the operators' desk. */
  name: string;
  table: Table;
  /** The columns of the primary key. */
  key: AnyPgColumn[];
  services: { db: Database; clock: Clock; log: Log; metrics: Metrics };
  everyMs: number;
  waitsForClock: PeriodicJobOptions['waitsForClock'];
  /** Absent: every process works on these rows. */
  mayRun?: (() => boolean) | undefined;
  /** Rows of a lane that this process attempts at a time. */
  concurrency: number;
  /** Rows of all lanes that it attempts at a time; absent: as many as the lanes have. */
  total?: number;
  /**
   * Rows that delay each other and no others; absent: all are in one lane. Listed at most once in `everyMs`, unless
   * work is added or the limit of a lane is reached.
   */
  lanes?: { list: () => Promise<Lane[]>; of: (row: Table['$inferSelect']) => string };
  /** What else a claim changes. */
  set?: (nowIso: string) => object;
  /** From a claim to the next one if the attempt sets no other time; longer than an attempt can take. */
  recheck: Pick<Backoff, 'firstMs' | 'factor' | 'maxMs'>;
  /** Pause after a failure: as long as the row has been failing, within these. */
  retry: { firstMs: number; maxMs: number };
  /** `true`: the row may be due again at once. */
  attempt: (row: Table['$inferSelect']) => Promise<unknown>;
}

/** `where` selects its rows. */
export interface Lane {
  name: string;
  where?: SQL | undefined;
  /** Instead of that of all lanes. */
  concurrency?: number;
  /** Rows that may be claimed until the lanes are listed again; absent: any number. */
  limit?: number | undefined;
}

const ONE_LANE: Lane = { name: 'all' };

/** A row that is due for longer than this was not claimed in time: a claim follows within seconds. */
const OVERDUE_MS = 60_000;
const FAULTS_SHOWN = 20;
/** How often the gauges are set. */
const MEASURE_MS = 60_000;

/** One kind of work, whatever its rows. */
export interface DueWork {
  start(): void;
  close(): Promise<void>;
  idle(): Promise<void>;
  report(): Promise<DueWorkReport>;
}

export class DueRows<Table extends DueTable> implements DueWork {
  readonly name: string;
  readonly #options: DueRowsOptions<Table>;
  readonly #job: PeriodicJob;
  readonly #underWay = new Set<Promise<void>>();
  /** How many of these by lane. */
  readonly #busy = new Map<string, number>();
  #listed: { lanes: Lane[]; atMs: number } | undefined;
  #wakes = 0;
  #measuredAtMs = performance.now();
  /** A lane was full at the last claim. */
  #hasMore = false;
  #closed = false;

  constructor(options: DueRowsOptions<Table>) {
    const { name, everyMs, waitsForClock, mayRun, services } = options;
    this.name = name;
    this.#options = options;
    this.#job = new PeriodicJob({
      name,
      everyMs,
      waitsForClock,
      log: services.log,
      run: () => this.#sweep(),
      ...(mayRun && { mayRun }),
    });
  }

  start(): void {
    this.#job.start();
  }

  /** Looks for due rows now. */
  wake(): void {
    this.#wakes += 1;
    this.#listed = undefined;
    this.#job.wake();
  }

  /** Claims due rows and starts to attempt them, without waiting for the end. */
  async #sweep(): Promise<void> {
    const { services, table, concurrency, total = Number.POSITIVE_INFINITY, recheck, set } = this.#options;
    let hasMore = false;
    for (const lane of await this.#listLanes()) {
      const free = Math.min(
        (lane.concurrency ?? concurrency) - (this.#busy.get(lane.name) ?? 0),
        total - this.#underWay.size,
        lane.limit ?? Number.POSITIVE_INFINITY,
      );
      if (this.#closed) return;
      const nowIso = isoIn(services.clock);
      const pauseMs = pauseByAttempts(table.attempts, recheck);
      const claim = { table, nowIso, pauseMs, limit: free, where: lane.where, set: set?.(nowIso) };
      const rows = free > 0 ? await claimDue(services.db.orm, claim) : [];
      if (lane.limit !== undefined) lane.limit -= rows.length;
      hasMore ||= rows.length >= free;
      for (const row of rows) void this.attempt(row);
    }
    this.#hasMore = hasMore;
    if (performance.now() - this.#measuredAtMs >= MEASURE_MS) await this.report();
  }

  async #listLanes(): Promise<Lane[]> {
    const { lanes, everyMs } = this.#options;
    if (!lanes) return [ONE_LANE];
    const kept = this.#listed;
    const atMs = performance.now();
    if (kept && atMs - kept.atMs < everyMs && kept.lanes.every(({ limit }) => limit !== 0)) return kept.lanes;
    const wakes = this.#wakes;
    const listed = { lanes: await lanes.list(), atMs };
    this.#listed = this.#wakes === wakes ? listed : undefined;
    return listed.lanes;
  }

  /** Attempts a row that the caller has claimed or inserted with a later `dueAt`. Never rejects. */
  attempt(row: Table['$inferSelect']): Promise<void> {
    const lane = this.#options.lanes?.of(row) ?? ONE_LANE.name;
    this.#busy.set(lane, (this.#busy.get(lane) ?? 0) + 1);
    const run = this.#attempt(row).then((isDueAgain) => {
      this.#underWay.delete(run);
      const busy = (this.#busy.get(lane) ?? 1) - 1;
      if (busy > 0) this.#busy.set(lane, busy);
      else this.#busy.delete(lane);
      if (isDueAgain || this.#hasMore) this.#job.wake();
    });
    this.#underWay.add(run);
    return run;
  }

  async #attempt(row: Table['$inferSelect']): Promise<boolean> {
    const { name, services, key } = this.#options;
    try {
      const isDueAgain = (await this.#options.attempt(row)) === true;
      if (row.failingSince !== null) await this.#set(row, { fault: null, failingSince: null });
      services.metrics.dueRows.inc({ kind: name, outcome: 'done' });
      return isDueAgain;
    } catch (error) {
      services.metrics.dueRows.inc({ kind: name, outcome: 'failed' });
      const id = key.map((column) => this.#valueOf(row, column)).join(' ');
      services.log.warn({ err: error, kind: name, key: id }, 'due row failed, will retry');
      await this.#noteFault(row, error).catch((err) =>
        services.log.error({ err, kind: name }, 'fault of a due row not stored, its claim ends by itself'),
      );
      return false;
    }
  }

  async #noteFault(row: Table['$inferSelect'], error: unknown): Promise<void> {
    const { retry, services } = this.#options;
    const now = services.clock.now();
    const failingMs = now - (row.failingSince === null ? now : Date.parse(row.failingSince as string));
    const pauseMs = Math.min(Math.max(failingMs, retry.firstMs), retry.maxMs);
    const fault = error instanceof AppError ? error.message : 'An internal error; the log has it.';
    const failingSince = (row.failingSince as string | null) ?? iso(now);
    // Unless the row was made due at another time meanwhile.
    await this.#set(row, { fault, failingSince, dueAt: iso(now + pauseMs) }, eq(this.#options.table.dueAt, row.dueAt));
  }

  async #set(row: Table['$inferSelect'], set: object, where?: SQL): Promise<void> {
    const { services, table, key } = this.#options;
    const isRow = key.map((column) => eq(column, this.#valueOf(row, column)));
    await services.db.orm
      .update(table as DueTable)
      .set(set)
      .where(and(...isRow, where));
  }

  #valueOf(row: Table['$inferSelect'], { name }: AnyPgColumn): unknown {
    const columns = Object.entries(getTableColumns(this.#options.table));
    return row[columns.find(([, column]) => column.name === name)?.[0] ?? ''];
  }

  /** Makes claimed rows due at once: an earlier run of this process may have claimed them. */
  async recheck(): Promise<void> {
    const { services, table } = this.#options;
    await services.db.orm
      .update(table as DueTable)
      .set({ dueAt: isoIn(services.clock) } as object)
      .where(isNotNull(table.dueAt));
  }

  /** Attempts all that is due, and waits for the end. */
  async drain(): Promise<void> {
    this.wake();
    await this.idle();
  }

  /** Resolves when nothing is being claimed or attempted. */
  async idle(): Promise<void> {
    for (;;) {
      await this.#job.idle();
      if (this.#underWay.size === 0) return;
      await Promise.all(this.#underWay);
    }
  }

  /** Waits for attempts that are under way; the rest stays due. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#job.close();
    await this.idle();
  }

  /** Also sets the gauges. */
  async report(): Promise<DueWorkReport> {
    const { services, table, key } = this.#options;
    const { orm } = services.db;
    const served = (await this.#listLanes()).map(({ where }) => where ?? sql`true`);
    const [[waiting], faults, [failing]] = await Promise.all([
      orm
        .select({ overdue: count(), oldestDueAt: min(table.dueAt) })
        .from(table as DueTable)
        .where(and(lt(table.dueAt, isoIn(services.clock, -OVERDUE_MS)), or(...served) ?? sql`false`)),
      orm
        .select({
          key: sql<string>`concat_ws(' ', ${sql.join(key, sql`, `)})`,
          since: sql<string>`${table.failingSince}`,
          attempts: sql<number>`${table.attempts}`,
          fault: sql<string>`${table.fault}`,
          dueAt: sql<string | null>`${table.dueAt}`,
        })
        .from(table as DueTable)
        .where(isNotNull(table.failingSince))
        .orderBy(asc(table.failingSince))
        .limit(FAULTS_SHOWN),
      orm
        .select({ failing: count() })
        .from(table as DueTable)
        .where(isNotNull(table.failingSince)),
    ]);
    const oldestDueAt = isoOrNull(waiting?.oldestDueAt as string | null | undefined);
    const report = { kind: this.name, overdue: waiting?.overdue ?? 0, oldestDueAt, failing: failing?.failing ?? 0 };
    const lateMs = oldestDueAt === null ? 0 : services.clock.now() - Date.parse(oldestDueAt);
    this.#measuredAtMs = performance.now();
    services.metrics.dueRowsOldest.set({ kind: this.name }, lateMs / 1_000);
    services.metrics.dueRowsFailing.set({ kind: this.name }, report.failing);
    return {
      ...report,
      faults: faults.map((row) => ({ ...row, since: iso(row.since), dueAt: isoOrNull(row.dueAt) })),
    };
  }
}

interface Claim<Table extends DueTable> {
  table: Table;
  nowIso: string;
  /** From now until the rows are due again: milliseconds, or an expression of the row. */
  pauseMs: number | SQL;
  limit: number;
  /** Which of the due rows. */
  where?: SQL | undefined;
  /** What else the claim changes. */
  set?: object | undefined;
}

/** Claims due rows, the longest due first, so that no two processes take the same. */
export async function claimDue<Table extends DueTable>(
  orm: Orm,
  { table, nowIso, pauseMs, limit, where, set }: Claim<Table>,
): Promise<Table['$inferSelect'][]> {
  const claimed: object = {
    attempts: sql`${table.attempts} + 1`,
    dueAt: sql`${nowIso}::timestamptz + interval '1 millisecond' * ${pauseMs}`,
    ...set,
  };
  const rows = await orm
    .update(table as DueTable)
    .set(claimed)
    .where(isFirstFree(table, { where: and(lte(table.dueAt, nowIso), where), orderBy: table.dueAt, limit }))
    .returning();
  return rows as Table['$inferSelect'][];
}

function pauseByAttempts(attempts: AnyPgColumn, { firstMs, factor, maxMs }: DueRowsOptions<DueTable>['recheck']): SQL {
  return sql`least(${firstMs}::float8 * power(${factor}::float8, least(${attempts}, 20)), ${maxMs}::float8)`;
}
