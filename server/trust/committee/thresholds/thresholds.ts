/**
 * Thresholds that members set on the figures of vigilance. A job looks every hour; what it finds beyond a limit opens a
 * case of the committee, with the numbers on record, and members are told. No operation lets the management change a
 * threshold or switch it off. Called by the gateway.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/db.ts';
import { PeriodicJob } from '../../../platform/jobs/periodic-job.ts';
import type { Log } from '../../../platform/log.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import { AppError } from '../../../protocol/errors.ts';
import { createId, type Id } from '../../../protocol/ids.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type { VigilanceFigures } from '../../../protocol/trust/figures.ts';
import type { Alarm, Threshold, ThresholdInput, ThresholdList } from '../../../protocol/trust/thresholds.ts';
import { figureOf } from '../../figures/figure-names.ts';
import type { Figures } from '../../figures/figures.ts';
import type { CommitteeCases } from '../cases/committee-cases.ts';
import type { Committee } from '../committee.ts';
import { type AlarmRow, type ThresholdRow, ThresholdsStore } from './thresholds.store.ts';

interface ThresholdsOptions {
  db: Database;
  clock: Clock;
  log: Log;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  committee: Pick<Committee, 'assertSits' | 'namesOf'>;
  cases: Pick<CommitteeCases, 'openByAlarm'>;
  figures: Pick<Figures, 'read'>;
}

export class Thresholds {
  readonly #options: ThresholdsOptions;
  readonly #store: ThresholdsStore;
  readonly job: PeriodicJob;

  constructor(options: ThresholdsOptions) {
    this.#options = options;
    this.#store = new ThresholdsStore(options.db);
    this.job = new PeriodicJob({
      name: 'committee alarms',
      everyMs: HOUR_MS,
      log: options.log,
      waitsForClock: options.clock,
      run: () => this.sweep(),
    });
  }

  async list(member: string): Promise<ThresholdList> {
    await this.#options.committee.assertSits(member);
    const [rows, alarms] = await Promise.all([
      this.#store.list(LIMITS.listPageItems),
      this.#store.listAlarms(LIMITS.listPageItems),
    ]);
    const names = await this.#options.committee.namesOf(rows.flatMap(({ setBy, endedBy }) => [setBy, endedBy]));
    return { thresholds: rows.map((row) => toThreshold(row, names)), alarms: alarms.map(toAlarm) };
  }

  async set(member: string, input: ThresholdInput): Promise<ThresholdList> {
    await this.#options.committee.assertSits(member);
    await this.#store.insert({
      ...{ ...input, id: createId('threshold'), setBy: member, setAt: isoIn(this.#options.clock) },
    });
    return this.list(member);
  }

  async end(member: string, id: string, reason: string): Promise<ThresholdList> {
    await this.#options.committee.assertSits(member);
    const end = { endedAt: isoIn(this.#options.clock), endedBy: member, endReason: reason };
    if (!(await this.#store.end(id, end)))
      throw new AppError('not_found', 'There is no such threshold, or it has ended.');
    return this.list(member);
  }

  /** Raises what is beyond its limit. */
  async sweep(): Promise<void> {
    const active = await this.#store.listActive();
    const nowMs = this.#options.clock.now();
    const days = [...new Set(active.map(({ windowDays }) => windowDays))];
    const periods = days.map((count) => ({ fromIso: iso(nowMs - count * DAY_MS), untilIso: iso(nowMs) }));
    const read = days.length > 0 ? await this.#options.figures.read(periods) : [];
    for (const { id, windowDays } of active) {
      const figures = read[days.indexOf(windowDays)];
      if (figures) await this.#raise(id, figures, nowMs);
    }
    this.#options.outbox.wake();
  }

  async #raise(id: string, figures: VigilanceFigures, nowMs: number): Promise<void> {
    const { db, cases, outbox } = this.#options;
    await db.transaction(async (tx) => {
      const row = await this.#store.lockActive(tx, id);
      const value = row ? figureOf(figures, row.figure) : null;
      if (!row || value === null || !isBeyond(value, row)) return;
      const fromMs = nowMs - row.windowDays * DAY_MS;
      const last = await this.#store.findLastAlarm(tx, id);
      // Its numbers would be in two alarms.
      if (last && Date.parse(last.at) > fromMs) return;
      const of = await cases.openByAlarm(tx, row.title);
      const alarm = { id: createId('alarm'), threshold: id, at: iso(nowMs), from: iso(fromMs), value, figures };
      await this.#store.insertAlarm(tx, { ...alarm, case: of });
      const news = { what: 'alarm', title: row.title, by: null, case: null } as const;
      await outbox.add(tx, { topic: 'committee.news', data: news });
      if (row.tellsOperators)
        await outbox.add(tx, { topic: 'committee.news', data: { ...news, what: 'alarm_to_operators' } });
    });
  }
}

function isBeyond(value: number, { comparison, limit }: Pick<ThresholdRow, 'comparison' | 'limit'>): boolean {
  return comparison === 'above' ? value > limit : value < limit;
}

function toThreshold(row: ThresholdRow, names: ReadonlyMap<string, string>): Threshold {
  const { id, setBy, endedAt, endedBy, endReason, ...threshold } = row;
  const nameOf = (person: string | null) => (person === null ? '' : (names.get(person) ?? ''));
  return {
    ...{ ...threshold, id: id as Id<'threshold'>, setBy: nameOf(setBy) },
    ended: endedAt === null ? null : { at: endedAt, by: nameOf(endedBy), reason: endReason ?? '' },
  };
}

function toAlarm({ figures: _, ...row }: AlarmRow): Alarm {
  const { id, threshold, case: of } = row;
  return {
    ...{ ...row, id: id as Id<'alarm'>, threshold: threshold as Id<'threshold'>, case: of as Id<'committeeCase'> },
  };
}
