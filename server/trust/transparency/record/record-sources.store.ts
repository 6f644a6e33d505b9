import { type Orm, runIn } from '../../../platform/db/db.ts';
import { dateIn, type Period } from '../../../platform/house-dates.ts';
import type { Measure } from '../../../protocol/trust/decisions.ts';
import type { EntryKind } from '../../../protocol/trust/record.ts';
import { heaviestOf } from '../../figures/heaviest-measure.ts';
import type { Publication } from './record-entry.ts';

/** A row of what was published: `subject`, `at`, and what its kind has. */
type Row = Record<string, unknown> & { subject: string; at: string | Date };
type Part = Omit<Publication, 'kind' | 'subject' | 'at'>;

interface Source {
  /**
   * Selects rows without an entry, from between two times, in random order, so that no order tells a time. They are
   * locked: an erasure at the same time comes first, or finds what is appended here.
   */
  sql: string;
  toPart(row: Row, dateOf: (at: unknown) => string): Part;
}

/** `select`: the columns; `id` and `at`: expressions; `locked`: the table whose rows an erasure changes. */
const source = (
  kind: EntryKind,
  {
    select,
    from,
    id,
    at,
    where = 'true',
    locked,
  }: Record<'select' | 'from' | 'id' | 'at' | 'locked', string> & {
    where?: string;
  },
) => `select ${id} as subject, ${at} as at, ${select} from ${from}
  where ${where} and ${at} >= $2::timestamptz and ${at} < $3::timestamptz and not exists (
    select from record_entries e where e.log = $1 and e.kind = '${kind}' and e.subject = ${id})
  order by random() limit $4 for share of ${locked}`;

/** Members are named by their terms in what stays in the open; whose a term is stands behind its commitment. */
const SOURCES: Partial<Record<EntryKind, Source>> = {
  decision: {
    sql: source('decision', {
      select: `c.category, d.article, d.charter_version, d.law, d.kind as stage, d.automated, d.measures, d.points,
        d.at > d.due_at as late, d.accused, d.reasons, d.language, d."case", d.replaces`,
      from: 'decisions d join review_cases c on c.id = d."case"',
      ...{ id: 'd.id', at: 'd.at', locked: 'd' },
    }),
    toPart: (row) => ({
      open: {
        ...{ category: row.category, article: row.article, version: row.charter_version, byLaw: row.article === null },
        ...{ machine: row.automated, stage: row.stage, measure: heaviestOf(kindsOf(row.measures)), late: row.late },
      },
      content: {
        ...{ decision: row.subject, case: row.case, replaces: row.replaces, at: row.at, accused: row.accused },
        ...{ measures: row.measures, points: row.points, law: row.law, reasons: row.reasons, language: row.language },
      },
      person: row.accused as string | null,
    }),
  },
  appeal: {
    sql: source('appeal', {
      select: `a.kind as by_whom, a.by, a.decision, a.outcome, a.reasons, a.language, a.decided_at > a.due_at as late,
        d.accused`,
      from: 'appeals a join decisions d on d.id = a.decision',
      ...{ id: 'a.id', at: 'a.decided_at', locked: 'a, d' },
      where: "a.outcome is not null and a.kind <> 'committee'",
    }),
    toPart: (row) => ({
      open: { by: row.by_whom, outcome: row.outcome, late: row.late },
      content: {
        ...{ appeal: row.subject, decision: row.decision, at: row.at },
        ...{ reasons: row.reasons, language: row.language },
      },
      person: row.by as string | null,
      about: row.accused as string | null,
    }),
  },
  charter: {
    sql: source('charter', {
      select: 'v.version, v.hash, v.effective_from',
      from: 'charter_versions v',
      ...{ id: 'v.version::text', at: 'v.announced_at', where: 'v.announced_at is not null', locked: 'v' },
    }),
    toPart: (row, dateOf) => ({
      open: { version: row.version, textHash: row.hash, effectiveFrom: dateOf(row.effective_from) },
    }),
  },
  appointment: {
    sql: source('appointment', {
      select: 't.id as term, t.seat, t.seat_name, t.person, t.appointed_by, t."from", t.until, p.name',
      from: 'committee_terms t left join persons p on p.id = t.person',
      ...{ id: 't.id', at: 't.appointed_at', locked: 't' },
    }),
    toPart: (row, dateOf) => ({
      open: {
        ...{ term: row.term, seat: row.seat, competence: row.seat_name },
        ...{ from: dateOf(row.from), until: dateOf(row.until) },
      },
      content: { person: row.person, name: row.name, appointedBy: row.appointed_by, at: row.at },
      ...{ person: row.person as string, publicFrom: String(row.at) },
    }),
  },
  member_key: {
    sql: source('member_key', {
      select: 't.id as term, k.credential, k.public_key',
      from: 'committee_terms t join passkeys k on k.person = t.person',
      ...{ id: "t.id || ' ' || k.id", at: 'greatest(t.appointed_at, k.created_at)', locked: 't' },
      where: 'k.created_at < coalesce(t.ended_at, t.until)',
    }),
    toPart: (row) => ({ open: { term: row.term, credential: row.credential, key: row.public_key } }),
  },
  declaration: {
    sql: source('declaration', {
      select: 'd.term, d.independent, d.unpaid, d.interests, t.person',
      from: 'committee_declarations d join committee_terms t on t.id = d.term',
      ...{ id: 'd.id', at: 'd.declared_at', locked: 'd' },
    }),
    toPart: (row) => ({
      open: { term: row.term, independent: row.independent, unpaid: row.unpaid },
      content: { declaration: row.subject, interests: row.interests, at: row.at },
      ...{ person: row.person as string, publicFrom: String(row.at) },
    }),
  },
  term_end: {
    sql: source('term_end', {
      select: 't.id as term, t.ended_how, t.end_reason, t.person',
      from: 'committee_terms t',
      ...{ id: 't.id', at: 't.ended_at', where: 't.ended_at is not null', locked: 't' },
    }),
    toPart: (row) => ({
      open: { term: row.term, how: row.ended_how },
      content: { reason: row.end_reason, at: row.at },
      ...{ person: row.person as string, publicFrom: String(row.at) },
    }),
  },
  case: {
    sql: source('case', {
      select: 'c.number, c.origin, c.title, c.question',
      from: 'committee_cases c',
      ...{ id: 'c.id', at: 'c.opened_at', locked: 'c' },
    }),
    toPart: ({ number, origin, title, question, at }) => ({
      open: { number, origin },
      content: { title, question, at },
    }),
  },
  opinion: {
    sql: source('opinion', {
      select: `o.number, c.number as case_number, c.question, o.tally, o.answer_due_at, o.comment_version,
        t.title, t.text, t.ruling, t.articles, (
          select coalesce(jsonb_agg(jsonb_build_object('member', v.member, 'text', v.dissent) order by v.member), '[]')
          from (select distinct on (member) member, dissent from committee_votes
            where opinion = o.id order by member, seq desc) v
          where v.dissent is not null and not exists (
              select from committee_recusals r where r."case" = o."case" and r.member = v.member)
            and exists (select from committee_terms m where m.person = v.member
              and m."from" <= o.ended_at and o.ended_at < coalesce(m.ended_at, m.until))) as dissents`,
      from: `committee_opinions o left join committee_cases c on c.id = o."case"
        join committee_opinion_texts t on t.opinion = o.id and t.version = o.voted_version`,
      ...{ id: 'o.id', at: 'o.ended_at', where: "o.outcome = 'adopted'", locked: 'o' },
    }),
    toPart: (row, dateOf) => ({
      open: {
        ...{ number: row.number, case: row.case_number, isProposal: row.articles !== null, ruling: row.ruling },
        ...{ tally: row.tally, answerDue: dateOf(row.answer_due_at) },
      },
      content: {
        ...{ title: row.title, text: row.text, articles: row.articles, question: row.question },
        ...{ dissents: row.dissents, at: row.at },
      },
      // A proposal was read by everybody before the vote. An answer makes an opinion public at once: `SHOW`.
      publicFrom: String(row.comment_version === null ? row.answer_due_at : row.at),
    }),
  },
  answer: {
    sql: source('answer', {
      select: `o.number, a.outcome, a.reasons, a.at >= o.answer_due_at as late, (
          select coalesce(jsonb_agg(jsonb_build_object('text', s.text, 'due_at', s.due_at) order by s.position), '[]')
          from committee_steps s where s.opinion = o.id) as steps`,
      from: 'committee_answers a join committee_opinions o on o.id = a.opinion',
      ...{ id: 'a.opinion', at: 'a.at', locked: 'a' },
    }),
    toPart: (row, dateOf) => {
      const steps = row.steps as { text: object; due_at: string }[];
      return {
        open: {
          ...{ opinion: row.number, outcome: row.outcome, late: row.late },
          steps: steps.map(({ due_at }) => ({ due: dateOf(due_at) })),
        },
        content: { reasons: row.reasons, steps: steps.map(({ text }) => text), at: row.at },
        publicFrom: String(row.at),
      };
    },
  },
  step: {
    sql: source('step', {
      select: 'o.number, s.position, s.text, s.done_note, s.done_at > s.due_at as late',
      from: 'committee_steps s join committee_opinions o on o.id = s.opinion',
      ...{ id: 's.id', at: 's.done_at', where: 's.done_at is not null', locked: 's' },
    }),
    toPart: (row) => ({
      open: { opinion: row.number, step: row.position, late: row.late },
      content: { text: row.text, note: row.done_note, at: row.at },
      publicFrom: String(row.at),
    }),
  },
  alarm: {
    sql: source('alarm', {
      select: `t.figure, t.comparison, t."limit", t.window_days, t.title, a.value, c.number`,
      from: `committee_alarms a join committee_thresholds t on t.id = a.threshold
        join committee_cases c on c.id = a."case"`,
      ...{ id: 'a.id', at: 'a.at', locked: 'a' },
    }),
    toPart: (row) => ({
      open: { figure: row.figure, case: row.number },
      content: {
        ...{ title: row.title, comparison: row.comparison, limit: row.limit, windowDays: row.window_days },
        ...{ value: row.value, at: row.at },
      },
    }),
  },
};

export interface Unrecorded {
  publications: Publication[];
  /** False: there may be more. */
  isAll: boolean;
}

interface Span extends Period {
  log: number;
  /** Rows of one kind. */
  limit: number;
  timeZone: string;
}

/** What was published within a time and has no entry in a log. */
export async function listUnrecorded(tx: Orm, { log, fromIso, untilIso, limit, timeZone }: Span): Promise<Unrecorded> {
  const run = runIn(tx);
  const dateOf = (at: unknown) => dateIn(timeZone, new Date(at as string).getTime());
  const publications: Publication[] = [];
  let isAll = true;
  for (const [kind, { sql, toPart }] of Object.entries(SOURCES)) {
    const rows = await run<Row>(sql, [log, fromIso, untilIso, limit]);
    isAll &&= rows.length < limit;
    for (const row of rows) {
      const at = new Date(row.at).toISOString();
      publications.push({ kind: kind as EntryKind, subject: row.subject, at, ...toPart({ ...row, at }, dateOf) });
    }
  }
  return { publications, isAll };
}

function kindsOf(measures: unknown) {
  return (measures as Measure[]).map(({ kind }) => kind);
}
