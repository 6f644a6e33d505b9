import type { Database } from '../../platform/db/db.ts';
import { boundsOf, PERIODS } from '../../platform/db/periods.ts';
import type { Period } from '../../platform/house-dates.ts';
import type { VigilanceFigures } from '../../protocol/trust/figures.ts';

export type Counts = Record<string, number>;

type CommitteeCounts = VigilanceFigures['committee'];

export interface DecisionCounts {
  total: number;
  first: number;
  automated: number;
  late: number;
  provisional: number;
  livesStopped: number;
  strikes: number;
  medianHours: number | null;
  p90Hours: number | null;
}

const isWithin = (column: string) => `${column} >= p.from_at and ${column} < p.until_at`;

/** Counts of rows by a name of theirs. */
const countBy = (name: string, { table, at, where = 'true' }: { table: string; at: string; where?: string }) =>
  `select p.number::int as number, ${name} as name, count(*)::int as count
  from ${PERIODS} join ${table} on ${isWithin(at)} where ${where} and ${name} is not null
  group by 1, 2 order by 1, 2`;

const REPORTS = { table: 'reports', at: 'created_at' };
const ORDERS = { ...REPORTS, where: "source = 'order'" };
/** A ruling of the committee is stored as an appeal, but is not one. */
const APPEALS = { table: 'appeals', where: "kind <> 'committee'" };
const FINAL = { table: 'decisions d', at: 'd.at', where: "d.kind = 'final'" };

const COUNTS = {
  reportsByCategory: countBy('category', REPORTS),
  reportsBySource: countBy('source', REPORTS),
  ordersByAuthority: countBy("authority_order ->> 'authority'", ORDERS),
  ordersByLegalGround: countBy("authority_order ->> 'legalGround'", ORDERS),
  decisionsByGround: countBy("coalesce(d.article, 'law')", FINAL),
  /** By the kinds of all measures of a decision, with commas between. */
  decisionsByKinds: countBy(
    `array_to_string(array(select measure ->> 'kind' from jsonb_array_elements(d.measures) measure order by 1), ',')`,
    FINAL,
  ),
  appealsByKind: countBy('kind', { ...APPEALS, at: 'created_at' }),
  appealsByOutcome: countBy('outcome', { ...APPEALS, at: 'decided_at' }),
} as const;
type CountName = keyof typeof COUNTS;

/** Whether the decision `d` orders this, and the one whose place it takes did not. */
const FIRST_STOPS = `(d.measures @> '[{"kind": "stop_live"}]'::jsonb
  and not coalesce(earlier.measures @> '[{"kind": "stop_live"}]'::jsonb, false))`;
/** An answer to an appeal is late or in time by the date of the appeal, so it is left out of the times to decide. */
const IS_FIRST_FINAL = "d.kind = 'final' and earlier.kind is distinct from 'final'";
const quantile = (share: number) =>
  `(percentile_cont(${share}) within group (order by extract(epoch from d.at - c.opened_at) / 3600)
    filter (where ${IS_FIRST_FINAL}))::float`;

const READ_DECISIONS = `select p.number::int as number,
    count(*) filter (where d.kind = 'final')::int as total,
    count(*) filter (where ${IS_FIRST_FINAL})::int as first,
    count(*) filter (where d.kind = 'final' and d.automated)::int as automated,
    count(*) filter (where d.kind = 'final' and d.at > d.due_at)::int as late,
    count(*) filter (where d.kind = 'provisional')::int as provisional,
    count(*) filter (where ${FIRST_STOPS})::int as "livesStopped",
    coalesce(sum(d.points) filter (where d.kind = 'final'), 0)::int as strikes,
    ${quantile(0.5)} as "medianHours", ${quantile(0.9)} as "p90Hours"
  from ${PERIODS} join decisions d on ${isWithin('d.at')} join review_cases c on c.id = d."case"
  left join decisions earlier on earlier.id = d.replaces
  group by 1`;

/**
 * Appeals whose date passed unanswered: answered later, or the house owes the answer still. One that nobody waits for
 * any more, because another decision took the place of its own, is not late (`IS_WAITING` in `decisions.store.ts`).
 */
const COUNT_LATE_APPEALS = `select p.number::int as number, count(*)::int as count
  from ${PERIODS} join appeals a on ${isWithin('a.due_at')}
  where case when a.outcome is not null then a.decided_at > a.due_at else a.due_at < $3::timestamptz
    and not exists (select from decisions newer where newer.replaces = a.decision)
    and (a.kind = 'reporter' or not exists (
      select from appeals other where other.decision = a.decision and other.outcome = 'granted')) end
  group by 1`;

/** An answer or a step counts as late in the period of its date, whether it came afterwards or never. */
const COUNT_COMMITTEE = `select
    (select count(*)::int from committee_opinions where outcome = 'adopted' and ${isWithin('ended_at')}) as opinions,
    (select count(*)::int from committee_opinions o left join committee_answers a on a.opinion = o.id
      where o.answer_due_at <= coalesce(a.at, $3::timestamptz) and ${isWithin('o.answer_due_at')}) as "answersLate",
    (select coalesce(jsonb_object_agg(outcome, count), '{}') from (select outcome, count(*)::int as count
      from committee_answers where ${isWithin('at')} group by 1) answers) as "byAnswer",
    (select count(*)::int from committee_cases where ${isWithin('opened_at')}) as "casesOpened",
    (select count(*)::int from committee_alarms where ${isWithin('at')}) as alarms,
    (select count(*)::int from committee_steps where ${isWithin('done_at')}) as "stepsDone",
    (select count(*)::int from committee_steps
      where due_at < coalesce(done_at, $3::timestamptz) and ${isWithin('due_at')}) as "stepsLate"
  from ${PERIODS} order by p.number`;

const COUNT_WAITING = `select count(*)::int as total, count(*) filter (where due_at < $1::timestamptz)::int as late
  from review_cases where owed is not null`;

const FIND_FIRST = `select least(
    (select min(created_at) from reports),
    (select min(ended_at) from committee_opinions where outcome = 'adopted')
  ) as at`;

/** Counts alone: nobody is named in them. Each read answers for many periods at once. */
export class FiguresStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Each of the breakdowns, for each of the periods. */
  async countAll(periods: readonly Period[]): Promise<Record<CountName, Counts>[]> {
    const names = Object.keys(COUNTS) as CountName[];
    const counted = await Promise.all(names.map((name) => this.#countBy(name, periods)));
    return periods.map(
      (_, index) => Object.fromEntries(names.map((name, of) => [name, counted[of]?.[index] ?? {}])) as never,
    );
  }

  async #countBy(name: CountName, periods: readonly Period[]): Promise<Counts[]> {
    const rows = await this.#db.bulk<{ number: number; name: string; count: number }>(COUNTS[name], boundsOf(periods));
    const counts: Counts[] = periods.map(() => ({}));
    for (const { number, name: of, count } of rows) (counts[number - 1] as Counts)[of] = count;
    return counts;
  }

  async readDecisions(periods: readonly Period[]): Promise<DecisionCounts[]> {
    const rows = await this.#db.bulk<DecisionCounts & { number: number }>(READ_DECISIONS, boundsOf(periods));
    const none = { total: 0, first: 0, automated: 0, late: 0, provisional: 0, livesStopped: 0, strikes: 0 };
    return periods.map((_, index) => {
      const found = rows.find(({ number }) => number === index + 1);
      const { number: _number, ...counts } = found ?? { number: 0, ...none, medianHours: null, p90Hours: null };
      return counts;
    });
  }

  async countLateAppeals(periods: readonly Period[], nowIso: string): Promise<number[]> {
    const values = [...boundsOf(periods), nowIso];
    const rows = await this.#db.bulk<{ number: number; count: number }>(COUNT_LATE_APPEALS, values);
    return periods.map((_, index) => rows.find(({ number }) => number === index + 1)?.count ?? 0);
  }

  async countCommittee(periods: readonly Period[], nowIso: string): Promise<CommitteeCounts[]> {
    const values = [...boundsOf(periods), nowIso];
    return this.#db.bulk<CommitteeCounts>(COUNT_COMMITTEE, values);
  }

  /** Cases in which the house owes something now. */
  async countWaiting(nowIso: string): Promise<{ total: number; late: number }> {
    const [row] = await this.#db.bulk<{ total: number; late: number }>(COUNT_WAITING, [nowIso]);
    return row ?? { total: 0, late: 0 };
  }

  /** When the first report came, or the committee gave its first opinion; undefined: there is none. */
  async findFirst(): Promise<string | undefined> {
    const [row] = await this.#db.bulk<{ at: string | Date | null }>(FIND_FIRST, []);
    return row?.at ? new Date(row.at).toISOString() : undefined;
  }
}
