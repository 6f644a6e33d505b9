import { iso, isoOrNull } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { and, desc, eq, isNull } from '../../../platform/db/sql.ts';
import { committeeAlarms, committeeThresholds } from './thresholds.schema.ts';

export type ThresholdRow = typeof committeeThresholds.$inferSelect;
export type AlarmRow = typeof committeeAlarms.$inferSelect;

export class ThresholdsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(row: typeof committeeThresholds.$inferInsert): Promise<void> {
    await this.#orm.insert(committeeThresholds).values(row);
  }

  /** Newest first. */
  async list(limit: number): Promise<ThresholdRow[]> {
    const { setAt, id } = committeeThresholds;
    const rows = await this.#orm.select().from(committeeThresholds).orderBy(desc(setAt), desc(id)).limit(limit);
    return rows.map(toThresholdRow);
  }

  /** Those that count. */
  async listActive(): Promise<ThresholdRow[]> {
    const rows = await this.#orm.select().from(committeeThresholds).where(isNull(committeeThresholds.endedAt));
    return rows.map(toThresholdRow);
  }

  /** One that counts; locked, so that of two processes one raises its alarm. */
  async lockActive(tx: Orm, id: string): Promise<ThresholdRow | undefined> {
    const isIt = and(eq(committeeThresholds.id, id), isNull(committeeThresholds.endedAt));
    const [row] = await tx.select().from(committeeThresholds).where(isIt).for('update');
    return row && toThresholdRow(row);
  }

  /** False unless it counts. */
  async end(id: string, end: Record<'endedAt' | 'endedBy' | 'endReason', string>): Promise<boolean> {
    const isIt = and(eq(committeeThresholds.id, id), isNull(committeeThresholds.endedAt));
    const ended = await this.#orm
      .update(committeeThresholds)
      .set(end)
      .where(isIt)
      .returning({ id: committeeThresholds.id });
    return ended.length > 0;
  }

  async insertAlarm(tx: Orm, row: AlarmRow): Promise<void> {
    await tx.insert(committeeAlarms).values(row);
  }

  async findLastAlarm(tx: Orm, threshold: string): Promise<AlarmRow | undefined> {
    const isOf = eq(committeeAlarms.threshold, threshold);
    const [row] = await tx.select().from(committeeAlarms).where(isOf).orderBy(desc(committeeAlarms.at)).limit(1);
    return row && toAlarmRow(row);
  }

  /** Newest first. */
  async listAlarms(limit: number): Promise<AlarmRow[]> {
    const rows = await this.#orm.select().from(committeeAlarms).orderBy(desc(committeeAlarms.at)).limit(limit);
    return rows.map(toAlarmRow);
  }

  /** What opened a case. */
  async findOfCase(id: string): Promise<{ alarm: AlarmRow; threshold: ThresholdRow } | undefined> {
    const [row] = await this.#orm
      .select({ alarm: committeeAlarms, threshold: committeeThresholds })
      .from(committeeAlarms)
      .innerJoin(committeeThresholds, eq(committeeThresholds.id, committeeAlarms.threshold))
      .where(eq(committeeAlarms.case, id));
    return row && { alarm: toAlarmRow(row.alarm), threshold: toThresholdRow(row.threshold) };
  }
}

function toThresholdRow(row: ThresholdRow): ThresholdRow {
  return { ...row, setAt: iso(row.setAt), endedAt: isoOrNull(row.endedAt) };
}

function toAlarmRow(row: AlarmRow): AlarmRow {
  return { ...row, at: iso(row.at), from: iso(row.from) };
}
