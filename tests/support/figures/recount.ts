/**
 * Adds the figures of a period up from raw rows. It shares no code with the product: no SQL beyond `select *`, and no
 * helper of the domains.
 */

/** Columns of all of these tables; each row has some. */
interface Raw {
  [column: string]: unknown;
  id: string;
  kind: string;
  source: string;
  identity: string;
  account: string;
  paid_from: string;
  measures: { kind: string }[];
  authority_order: { authority: string; legalGround: string };
}

export interface RawRows {
  reports: Raw[];
  review_cases: Raw[];
  decisions: Raw[];
  appeals: Raw[];
  lives: Raw[];
  payments: Raw[];
  disputes: Raw[];
  restrictions: Raw[];
  creators: Raw[];
  ledger_transactions: Raw[];
  ledger_entries: Raw[];
  committee_opinions: Raw[];
  committee_answers: Raw[];
  committee_steps: Raw[];
  committee_cases: Raw[];
  committee_alarms: Raw[];
}
export const RAW_TABLES = [
  'reports',
  'review_cases',
  'decisions',
  'appeals',
  'lives',
  'payments',
  'disputes',
  'restrictions',
  'creators',
  'ledger_transactions',
  'ledger_entries',
  'committee_opinions',
  'committee_answers',
  'committee_steps',
  'committee_cases',
  'committee_alarms',
] as const satisfies (keyof RawRows)[];

const HEAVY = ['suspend_account', 'stop_live', 'refund_room', 'freeze_earnings', 'remove_from_room', 'remove_message'];
const ms = (time: unknown): number => new Date(time as string).getTime();

export function recount(rows: RawRows, { fromMs, untilMs, nowMs }: { fromMs: number; untilMs: number; nowMs: number }) {
  const isIn = (time: unknown) => time !== null && ms(time) >= fromMs && ms(time) < untilMs;
  const decisionOf = (id: unknown) => rows.decisions.find((each) => each.id === id);
  const kindsOf = (row: Raw | undefined): string[] => (row?.measures ?? []).map((it) => it.kind);

  let liveMs = 0;
  for (const { started_at, ended_at } of rows.lives) {
    const until = Math.min(ended_at === null ? nowMs : ms(ended_at), untilMs);
    liveMs += Math.max(0, until - Math.max(ms(started_at), fromMs));
  }
  const liveHours = liveMs / 3_600_000;

  const filed = rows.reports.filter((each) => isIn(each.created_at));
  const byCategory = tally(filed.map((each) => each.category));
  const orders = filed.filter((each) => each.source === 'order').map((each) => each.authority_order);

  const made = rows.decisions.filter((each) => isIn(each.at));
  const final = made.filter((each) => each.kind === 'final');
  const hours = final
    .filter((each) => decisionOf(each.replaces)?.kind !== 'final')
    .map((each) => (ms(each.at) - ms(rows.review_cases.find(({ id }) => id === each.case)?.opened_at)) / 3_600_000)
    .sort((one, other) => one - other);
  const stops = made.filter(
    (each) => kindsOf(each).includes('stop_live') && !kindsOf(decisionOf(each.replaces)).includes('stop_live'),
  );

  const asked = rows.appeals.filter((each) => isIn(each.created_at));
  const answers = rows.appeals.filter((each) => isIn(each.decided_at));
  const overdue = rows.appeals.filter((each) => {
    if (!isIn(each.due_at)) return false;
    if (each.outcome !== null) return ms(each.decided_at) > ms(each.due_at);
    const isReplaced = rows.decisions.some((later) => later.replaces === each.decision);
    const isDone = rows.appeals.some((other) => other.decision === each.decision && other.outcome === 'granted');
    const isOwed = !isReplaced && (each.kind === 'reporter' || !isDone);
    return isOwed && ms(each.due_at) < nowMs;
  });

  const opened = rows.disputes.filter((each) => isIn(each.opened_at)).length;
  const cards = rows.payments.filter((each) => each.paid_from === 'card' && isIn(each.paid_at)).length;

  const holds = rows.restrictions.filter(
    (each) =>
      ['freeze', 'suspension'].includes(each.kind) &&
      isIn(each.created_at) &&
      rows.creators.some(({ identity }) => identity === each.identity),
  );
  const firstFreeze = new Map<string, number>();
  for (const each of holds) {
    if (each.kind !== 'freeze' || each.decision === null) continue;
    const before = firstFreeze.get(each.identity) ?? Number.POSITIVE_INFINITY;
    firstFreeze.set(each.identity, Math.min(before, ms(each.created_at)));
  }
  let frozenMinor = 0;
  for (const [creator, atMs] of firstFreeze) frozenMinor += Math.max(0, earnedBy(rows, creator, atMs));

  const granted = answers.filter((each) => each.outcome === 'granted').length;
  return {
    liveHours,
    reports: {
      total: filed.length,
      byCategory,
      bySource: tally(filed.map((each) => each.source)),
      perLiveHour: liveHours > 0 ? filed.length / liveHours : null,
      perLiveHourByCategory:
        liveHours > 0
          ? Object.fromEntries(Object.entries(byCategory).map(([name, count]) => [name, count / liveHours]))
          : {},
    },
    orders: {
      total: orders.length,
      byAuthority: tally(orders.map((each) => each.authority)),
      byLegalGround: tally(orders.map((each) => each.legalGround)),
    },
    decisions: {
      total: final.length,
      first: hours.length,
      byMeasure: tally(final.flatMap(kindsOf)),
      byHeaviestMeasure: tally(
        final.map((each) => HEAVY.find((kind) => kindsOf(each).includes(kind)) ?? kindsOf(each)[0] ?? 'none'),
      ),
      byGround: tally(final.map((each) => each.article ?? 'law')),
      automated: final.filter((each) => each.automated).length,
      withoutMeasure: final.filter((each) => kindsOf(each).length === 0).length,
      late: final.filter((each) => ms(each.at) > ms(each.due_at)).length,
      medianHours: quantile(hours, 0.5),
      p90Hours: quantile(hours, 0.9),
      provisional: made.length - final.length,
      livesStopped: stops.length,
      strikes: final.reduce((sum, each) => sum + Number(each.points), 0),
    },
    appeals: {
      total: asked.length,
      byKind: tally(asked.map((each) => each.kind)),
      byOutcome: tally(answers.map((each) => each.outcome)),
      answered: answers.length,
      grantedShare: answers.length > 0 ? granted / answers.length : null,
      late: overdue.length,
    },
    disputes: { total: opened, cardPayments: cards, perTenThousand: cards > 0 ? (opened * 10_000) / cards : null },
    holds: {
      payoutsHeld: new Set(holds.map((each) => each.identity)).size,
      creatorsFrozen: firstFreeze.size,
      frozenMinor,
    },
    committee: committeeOf(rows, { isIn, nowMs }),
  };
}

function committeeOf(rows: RawRows, { isIn, nowMs }: { isIn: (time: unknown) => boolean; nowMs: number }) {
  const countIn = (table: Raw[], column: string) => table.filter((each) => isIn(each[column])).length;
  const answerOf = (id: unknown) => rows.committee_answers.find(({ opinion }) => opinion === id);
  const given = rows.committee_opinions.filter(({ outcome }) => outcome === 'adopted');
  return {
    opinions: countIn(given, 'ended_at'),
    byAnswer: tally(rows.committee_answers.filter(({ at }) => isIn(at)).map(({ outcome }) => outcome)),
    answersLate: given.filter(({ id, answer_due_at }) => {
      const doneMs = ms(answerOf(id)?.at ?? nowMs);
      return isIn(answer_due_at) && ms(answer_due_at) <= doneMs;
    }).length,
    casesOpened: countIn(rows.committee_cases, 'opened_at'),
    alarms: countIn(rows.committee_alarms, 'at'),
    stepsDone: countIn(rows.committee_steps, 'done_at'),
    stepsLate: rows.committee_steps.filter(
      ({ due_at, done_at }) => isIn(due_at) && ms(due_at) < (done_at === null ? nowMs : ms(done_at)),
    ).length,
  };
}

function earnedBy(rows: RawRows, creator: string, atMs: number): number {
  let minor = 0;
  for (const { account, amount_minor, transaction } of rows.ledger_entries) {
    const isTheirs = [`creator_pending:eur:${creator}`, `creator_available:eur:${creator}`].includes(account);
    const booked = rows.ledger_transactions.find(({ id }) => id === transaction);
    if (isTheirs && ms(booked?.created_at) <= atMs) minor += Number(amount_minor);
  }
  return minor;
}

/** Between the two nearest values, in proportion. */
function quantile(sorted: number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}

function tally(names: unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names as string[]) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
