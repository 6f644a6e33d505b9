import { iso, isoOrNull } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from '../../../platform/db/sql.ts';
import {
  committeeAnswers,
  committeeOpinions,
  committeeOpinionTexts,
  committeeRemarks,
  committeeSteps,
  committeeVotes,
  proposalComments,
} from './opinions.schema.ts';

export type OpinionRow = typeof committeeOpinions.$inferSelect;
export type OpinionTextRow = typeof committeeOpinionTexts.$inferSelect;
export type RemarkRow = typeof committeeRemarks.$inferSelect;
export type VoteRow = typeof committeeVotes.$inferSelect;
export type AnswerRow = typeof committeeAnswers.$inferSelect;
export type StepRow = typeof committeeSteps.$inferSelect;
type Call = Pick<OpinionRow, 'votedVersion' | 'voteCalledBy' | 'voteCalledAt' | 'voteUntil'>;
type End = Pick<OpinionRow, 'outcome' | 'endedAt' | 'tally' | 'answerDueAt'>;

export class OpinionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: typeof committeeOpinions.$inferInsert): Promise<void> {
    await tx.insert(committeeOpinions).values(row);
  }

  async insertText(tx: Orm, row: OpinionTextRow): Promise<void> {
    await tx.insert(committeeOpinionTexts).values(row);
  }

  /** Locked until the transaction ends. */
  async lock(tx: Orm, id: string): Promise<OpinionRow | undefined> {
    const [row] = await tx.select().from(committeeOpinions).where(eq(committeeOpinions.id, id)).for('update');
    return row && toOpinionRow(row);
  }

  async find(id: string): Promise<OpinionRow | undefined> {
    const [row] = await this.#orm.select().from(committeeOpinions).where(eq(committeeOpinions.id, id));
    return row && toOpinionRow(row);
  }

  /** Newest first. */
  async list(limit: number): Promise<OpinionRow[]> {
    const rows = await this.#orm.select().from(committeeOpinions).orderBy(desc(committeeOpinions.number)).limit(limit);
    return rows.map(toOpinionRow);
  }

  /** Those that were adopted, the latest first. */
  async listAdopted(limit: number): Promise<OpinionRow[]> {
    const rows = await this.#orm
      .select()
      .from(committeeOpinions)
      .where(eq(committeeOpinions.outcome, 'adopted'))
      .orderBy(desc(committeeOpinions.endedAt), desc(committeeOpinions.number))
      .limit(limit);
    return rows.map(toOpinionRow);
  }

  /** Those whose vote has not ended. */
  async listVoting(): Promise<string[]> {
    const rows = await this.#orm
      .select({ id: committeeOpinions.id })
      .from(committeeOpinions)
      .where(and(isNotNull(committeeOpinions.voteUntil), isNull(committeeOpinions.outcome)));
    return rows.map(({ id }) => id);
  }

  /** Proposals whose comment period has begun, the latest first. */
  async listCommented(limit: number): Promise<OpinionRow[]> {
    const rows = await this.#orm
      .select()
      .from(committeeOpinions)
      .where(isNotNull(committeeOpinions.commentVersion))
      .orderBy(desc(committeeOpinions.commentsFrom), desc(committeeOpinions.number))
      .limit(limit);
    return rows.map(toOpinionRow);
  }

  async insertComment(row: typeof proposalComments.$inferInsert): Promise<void> {
    await this.#orm.insert(proposalComments).values(row).onConflictDoNothing();
  }

  /** Newest first. */
  async listComments(opinion: string, limit: number): Promise<(typeof proposalComments.$inferSelect)[]> {
    const rows = await this.#orm
      .select()
      .from(proposalComments)
      .where(eq(proposalComments.opinion, opinion))
      .orderBy(desc(proposalComments.at), desc(proposalComments.id))
      .limit(limit);
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  async hasComment(opinion: string, by: string): Promise<boolean> {
    const isOwn = and(eq(proposalComments.opinion, opinion), eq(proposalComments.by, by));
    return (await this.#orm.$count(proposalComments, isOwn)) > 0;
  }

  /** By opinion; one without comments is absent. */
  async countComments(opinions: string[]): Promise<Map<string, number>> {
    if (opinions.length === 0) return new Map();
    const rows = await this.#orm
      .select({ opinion: proposalComments.opinion, count: sql<number>`count(*)::int` })
      .from(proposalComments)
      .where(inArray(proposalComments.opinion, opinions))
      .groupBy(proposalComments.opinion);
    return new Map(rows.map(({ opinion, count }) => [opinion, count]));
  }

  /** False unless it is shown. */
  async hideComment(id: string, hiding: Record<'hiddenAt' | 'hiddenBy' | 'hideReason', string>): Promise<boolean> {
    const isShown = and(eq(proposalComments.id, id), isNull(proposalComments.hiddenAt));
    const hidden = await this.#orm
      .update(proposalComments)
      .set(hiding)
      .where(isShown)
      .returning({ id: proposalComments.id });
    return hidden.length > 0;
  }

  async setCommentPeriod(
    tx: Orm,
    id: string,
    period: Pick<OpinionRow, 'commentVersion' | 'commentsFrom' | 'commentsUntil'>,
  ): Promise<void> {
    await tx.update(committeeOpinions).set(period).where(eq(committeeOpinions.id, id));
  }

  async setCall(tx: Orm, id: string, call: Call): Promise<void> {
    await tx.update(committeeOpinions).set(call).where(eq(committeeOpinions.id, id));
  }

  async setEnd(tx: Orm, id: string, end: End): Promise<void> {
    await tx.update(committeeOpinions).set(end).where(eq(committeeOpinions.id, id));
  }

  /** Of some opinions, the newest first. */
  async listTexts(opinions: string[], tx: Orm = this.#orm): Promise<OpinionTextRow[]> {
    if (opinions.length === 0) return [];
    const rows = await tx
      .select()
      .from(committeeOpinionTexts)
      .where(inArray(committeeOpinionTexts.opinion, opinions))
      .orderBy(desc(committeeOpinionTexts.version));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  /** The versions that were voted on. */
  async listVotedTexts(opinions: string[]): Promise<OpinionTextRow[]> {
    if (opinions.length === 0) return [];
    const isVotedOn = and(
      eq(committeeOpinions.id, committeeOpinionTexts.opinion),
      eq(committeeOpinions.votedVersion, committeeOpinionTexts.version),
    );
    const rows = await this.#orm
      .select({ text: committeeOpinionTexts })
      .from(committeeOpinionTexts)
      .innerJoin(committeeOpinions, isVotedOn)
      .where(inArray(committeeOpinionTexts.opinion, opinions));
    return rows.map(({ text }) => ({ ...text, at: iso(text.at) }));
  }

  async insertRemark(row: RemarkRow): Promise<void> {
    await this.#orm.insert(committeeRemarks).values(row);
  }

  /** Oldest first. */
  async listRemarks(opinion: string): Promise<RemarkRow[]> {
    const isOf = eq(committeeRemarks.opinion, opinion);
    const rows = await this.#orm.select().from(committeeRemarks).where(isOf).orderBy(asc(committeeRemarks.at));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  async insertVote(tx: Orm, row: typeof committeeVotes.$inferInsert): Promise<void> {
    await tx.insert(committeeVotes).values(row);
  }

  /** In the order in which they were cast. */
  async listVotes(opinions: string[], tx: Orm = this.#orm): Promise<VoteRow[]> {
    if (opinions.length === 0) return [];
    const isOf = inArray(committeeVotes.opinion, opinions);
    const rows = await tx.select().from(committeeVotes).where(isOf).orderBy(asc(committeeVotes.seq));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  /** False: it was answered before. */
  async insertAnswer(tx: Orm, row: AnswerRow, steps: StepRow[]): Promise<boolean> {
    const inserted = await tx
      .insert(committeeAnswers)
      .values(row)
      .onConflictDoNothing()
      .returning({ opinion: committeeAnswers.opinion });
    if (inserted.length > 0 && steps.length > 0) await tx.insert(committeeSteps).values(steps);
    return inserted.length > 0;
  }

  async listAnswers(opinions: string[]): Promise<AnswerRow[]> {
    if (opinions.length === 0) return [];
    const rows = await this.#orm.select().from(committeeAnswers).where(inArray(committeeAnswers.opinion, opinions));
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  async listSteps(opinions: string[]): Promise<StepRow[]> {
    if (opinions.length === 0) return [];
    const rows = await this.#orm
      .select()
      .from(committeeSteps)
      .where(inArray(committeeSteps.opinion, opinions))
      .orderBy(asc(committeeSteps.position));
    return rows.map((row) => ({ ...row, dueAt: iso(row.dueAt), doneAt: isoOrNull(row.doneAt) }));
  }

  /** Undefined: there is no such step; false: it was done before. */
  async endStep(id: string, end: Required<Pick<StepRow, 'doneAt' | 'doneBy' | 'doneNote'>>) {
    const isOpen = and(eq(committeeSteps.id, id), isNull(committeeSteps.doneAt));
    const ended = await this.#orm.update(committeeSteps).set(end).where(isOpen).returning({ id: committeeSteps.id });
    if (ended.length > 0) return true;
    const found = await this.#orm.select({ it: sql`1` }).from(committeeSteps).where(eq(committeeSteps.id, id));
    return found.length > 0 ? false : undefined;
  }
}

function toOpinionRow(row: OpinionRow): OpinionRow {
  return {
    ...row,
    createdAt: iso(row.createdAt),
    commentsFrom: isoOrNull(row.commentsFrom),
    commentsUntil: isoOrNull(row.commentsUntil),
    voteCalledAt: isoOrNull(row.voteCalledAt),
    voteUntil: isoOrNull(row.voteUntil),
    endedAt: isoOrNull(row.endedAt),
    answerDueAt: isoOrNull(row.answerDueAt),
  };
}
