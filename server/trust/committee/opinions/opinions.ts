/**
 * Opinions of the committee. Members draft, discuss and vote; no operation shows a draft to anybody else. An adopted
 * opinion is addressed to the management at once, which answers by its date, even if the committee has changed since.
 * It is public with the answer, or from that date on. Called by the gateway.
 */
import { type Clock, DAY_MS, iso, isoIn, MINUTE_MS } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import { PeriodicJob } from '../../../platform/jobs/periodic-job.ts';
import type { Log } from '../../../platform/log.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import { AppError } from '../../../protocol/errors.ts';
import { createId, type Id } from '../../../protocol/ids.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type {
  AnswerInput,
  OpinionInput,
  OpinionList,
  OpinionText,
  OpinionView,
  PublicOpinion,
  VoteInput,
} from '../../../protocol/trust/opinions.ts';
import type { TrustFacts } from '../../trust-facts.ts';
import type { CommitteeCases } from '../cases/committee-cases.ts';
import type { Committee } from '../committee.ts';
import { aboutOf, givenOf, isAdopted, latestVotes, type Parts, publicOf, stateOf, textOf } from './opinion-views.ts';
import { type OpinionRow, OpinionsStore, type OpinionTextRow } from './opinions.store.ts';
import { type Ballot, eligibleAt, outcomeOf } from './votes.ts';

interface OpinionsOptions {
  db: Database;
  clock: Clock;
  log: Log;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  committee: Pick<Committee, 'assertSits' | 'namesOf' | 'roll'>;
  cases: CommitteeCases;
}

type News = TrustFacts['committee.news'];
const over = (message = 'This opinion is no draft any more. Load it again.') =>
  new AppError('already_decided', message);

export class Opinions {
  readonly #options: OpinionsOptions;
  readonly #store: OpinionsStore;
  readonly job: PeriodicJob;

  constructor(options: OpinionsOptions) {
    this.#options = options;
    this.#store = new OpinionsStore(options.db);
    this.job = new PeriodicJob({
      name: 'committee votes',
      everyMs: MINUTE_MS,
      log: options.log,
      waitsForClock: options.clock,
      run: () => this.sweep(),
    });
  }

  /** Without those of cases that the member may not read. */
  async list(member: string): Promise<OpinionList> {
    await this.#options.committee.assertSits(member);
    const rows = await this.#store.list(LIMITS.listPageItems);
    const hidden = await this.#options.cases.listUnreadable(member);
    const readable = rows.filter((row) => row.case === null || !hidden.has(row.case));
    const parts = await this.#read(readable);
    return { opinions: readable.map((row) => this.#toListed(row, parts, member)) };
  }

  async view(member: string, id: string): Promise<OpinionView> {
    const row = await this.#getReadable(member, id);
    const [parts, remarks] = [await this.#read([row]), await this.#store.listRemarks(id)];
    const versions = parts.texts;
    const names = await this.#options.committee.namesOf([
      ...[...remarks, ...versions].map(({ by }) => by),
      ...parts.votes.map((vote) => vote.member),
    ]);
    const nameOf = (person: string) => names.get(person) ?? '';
    const hasEnded = row.outcome !== null;
    return {
      ...this.#toListed(row, parts, member),
      text: textOf(row, parts).text,
      ruling: textOf(row, parts).ruling,
      articles: textOf(row, parts).articles,
      versions: versions.map(({ version, by, at }) => ({ version, by: nameOf(by), at })),
      remarks: remarks.map(({ id: remark, by, text, at }) => ({
        ...{ id: remark as Id<'opinionRemark'>, by: nameOf(by), text, at },
      })),
      votes: latestVotes(parts.votes).map((vote) => ({
        name: nameOf(vote.member),
        vote: hasEnded ? vote.vote : null,
        dissent: hasEnded ? vote.dissent : null,
      })),
      given: isAdopted(row) ? givenOf(row, parts, this.#nowMs) : null,
    };
  }

  /** On the rules of the house without a case. */
  async draft(member: string, { case: of, ...text }: OpinionInput): Promise<OpinionView> {
    const about = of ?? null;
    if (about === null) await this.#options.committee.assertSits(member);
    else await this.#options.cases.getReadable(member, about);
    await this.#assertText(about, text);
    const id = createId('opinion');
    const at = isoIn(this.#options.clock);
    await this.#options.db.transaction(async (tx) => {
      if (about !== null) await this.#options.cases.assertOpen(tx, about);
      await this.#store.insert(tx, { id, case: about, by: member, createdAt: at });
      await this.#store.insertText(tx, { opinion: id, version: 1, ...text, by: member, at });
    });
    return this.view(member, id);
  }

  /** Throws `already_decided` where another member has changed it since, or a vote was called. */
  async revise(member: string, id: string, { basedOn, ...text }: OpinionText & { basedOn: number }) {
    await this.#change(member, id, async (tx, row) => {
      await this.#assertDraft(tx, row);
      const latest = await this.#getLatest(tx, id, basedOn);
      await this.#assertText(row.case, text, tx);
      if ((latest.articles === null) !== (text.articles === null))
        throw new AppError('invalid_request', 'A proposal to the charter stays one, and nothing else becomes one.');
      const at = isoIn(this.#options.clock);
      const version = basedOn + 1;
      await this.#store.insertText(tx, { opinion: id, version, ...text, by: member, at });
    });
    return this.view(member, id);
  }

  async remark(member: string, id: string, text: string): Promise<OpinionView> {
    await this.#getReadable(member, id);
    const at = isoIn(this.#options.clock);
    await this.#store.insertRemark({ id: createId('opinionRemark'), opinion: id, by: member, text, at });
    return this.view(member, id);
  }

  /** By the member who began it, before a vote. */
  async withdraw(member: string, id: string): Promise<OpinionView> {
    await this.#change(member, id, async (tx, row) => {
      if (row.votedVersion !== null) throw over();
      if (row.by !== member) throw new AppError('forbidden', 'Who began a draft withdraws it.');
      const ended = {
        outcome: 'withdrawn',
        endedAt: isoIn(this.#options.clock),
        tally: null,
        answerDueAt: null,
      } as const;
      await this.#store.setEnd(tx, id, ended);
    });
    return this.view(member, id);
  }

  /** From now on everybody reads this version of a proposal to the charter, and comments on it for some days. */
  async openComments(member: string, id: string, version: number): Promise<OpinionView> {
    await this.#change(member, id, async (tx, row) => {
      await this.#assertDraft(tx, row);
      if (row.commentVersion !== null) throw over('Everybody can read it already.');
      const latest = await this.#getLatest(tx, id, version);
      if (!latest.articles) throw new AppError('invalid_request', 'It is no proposal to the charter.');
      const nowMs = this.#nowMs;
      const commentsUntil = iso(nowMs + LIMITS.proposalCommentDays * DAY_MS);
      await this.#store.setCommentPeriod(tx, id, { commentVersion: version, commentsFrom: iso(nowMs), commentsUntil });
    });
    return this.view(member, id);
  }

  /** On the latest version, as it was read; on a proposal to the charter once everybody could comment. */
  async callVote(member: string, id: string, version: number): Promise<OpinionView> {
    await this.#change(member, id, async (tx, row) => {
      await this.#assertDraft(tx, row);
      const latest = await this.#getLatest(tx, id, version);
      const nowMs = this.#nowMs;
      if (latest.articles && !(row.commentsUntil && Date.parse(row.commentsUntil) <= nowMs))
        throw new AppError('forbidden', 'The committee votes once everybody could comment.');
      const voteUntil = iso(nowMs + LIMITS.opinionVoteDays * DAY_MS);
      await this.#store.setCall(tx, id, {
        ...{ votedVersion: version, voteCalledBy: member, voteCalledAt: iso(nowMs), voteUntil },
      });
      await this.#tell(tx, { what: 'vote_called', title: latest.title, by: voteUntil, case: row.case });
    });
    this.#options.outbox.wake();
    return this.view(member, id);
  }

  /** Until the vote has ended a member can vote again; the last vote counts. */
  async vote(member: string, id: string, input: VoteInput): Promise<OpinionView> {
    const { vote } = input;
    const dissent = 'dissent' in input ? input.dissent : undefined;
    await this.#change(member, id, async (tx, row) => {
      if (row.votedVersion === null) throw new AppError('invalid_request', 'No vote was called yet.');
      const at = isoIn(this.#options.clock);
      await this.#store.insertVote(tx, { opinion: id, member, vote, dissent: dissent ?? null, at });
      await this.#settle(tx, row);
    });
    this.#options.outbox.wake();
    return this.view(member, id);
  }

  /** Ends votes whose date has come, or which somebody's recusal or the end of a term has completed. */
  async sweep(): Promise<void> {
    for (const id of await this.#store.listVoting())
      await this.#options.db.transaction(async (tx) => {
        const row = await this.#store.lock(tx, id);
        if (row) await this.#settle(tx, row);
      });
    this.#options.outbox.wake();
  }

  /** What the committee has said, for everybody. */
  async listPublic(): Promise<PublicOpinion[]> {
    return this.#listAdopted({ isWhole: false });
  }

  /** The same for the management, with each text from the day on which it was adopted. */
  async listAddressed(): Promise<PublicOpinion[]> {
    return this.#listAdopted({ isWhole: true });
  }

  async #listAdopted({ isWhole }: { isWhole: boolean }): Promise<PublicOpinion[]> {
    const rows = (await this.#store.listAdopted(LIMITS.listPageItems)).filter(isAdopted);
    const parts = await this.#read(rows, await this.#store.listVotedTexts(rows.map(({ id }) => id)));
    return rows.map((row) => publicOf(row, parts, { nowMs: this.#nowMs, isWhole }));
  }

  /** Once, in writing, and final. Throws `not_found`, and `already_decided` where it was answered. */
  async answer(id: string, { outcome, reasons, steps }: AnswerInput, by: string): Promise<void> {
    const row = await this.#store.find(id);
    if (!row || !isAdopted(row)) throw new AppError('not_found', 'There is no such opinion.');
    const nowMs = this.#nowMs;
    if (steps.some(({ dueAt }) => Date.parse(dueAt) <= nowMs)) throw new AppError('time_in_past');
    const [latest] = await this.#store.listTexts([id]);
    await this.#options.db.transaction(async (tx) => {
      const promised = steps.map(({ text, dueAt }, position) => ({
        ...{ id: createId('opinionStep'), opinion: id, position, text, dueAt },
        ...{ doneAt: null, doneBy: null, doneNote: null },
      }));
      const answer = { opinion: id, outcome, reasons, by, at: iso(nowMs) };
      if (!(await this.#store.insertAnswer(tx, answer, promised))) throw over('This opinion was answered.');
      if (latest) await this.#tell(tx, { what: 'opinion_answered', title: latest.title, by: null, case: null });
    });
    this.#options.outbox.wake();
  }

  /** What was promised is done; final. */
  async endStep(id: string, note: string, by: string): Promise<void> {
    const ended = await this.#store.endStep(id, { doneAt: isoIn(this.#options.clock), doneBy: by, doneNote: note });
    if (ended === undefined) throw new AppError('not_found', 'There is no such step.');
    if (!ended) throw over('This step is done.');
  }

  /** On an opinion that has not ended, which the member may read. Throws `already_decided` where it has. */
  async #change(member: string, id: string, work: (tx: Orm, row: OpinionRow) => Promise<void>): Promise<void> {
    await this.#getReadable(member, id);
    const isChanged = await this.#options.db.transaction(async (tx) => {
      const row = await this.#store.lock(tx, id);
      // What has ended meanwhile is noted before the refusal.
      if (!row || row.outcome !== null || (await this.#settle(tx, row))) return false;
      await work(tx, row);
      return true;
    });
    if (!isChanged) throw over();
  }

  async #getLatest(tx: Orm, id: string, version: number): Promise<OpinionTextRow> {
    const [latest] = await this.#store.listTexts([id], tx);
    if (latest?.version !== version) throw over('Somebody else has changed the draft. Load it again.');
    return latest;
  }

  /** A picture that came down waits for the committee's word; a case is about no charter. */
  async #assertText(about: string | null, { ruling, articles }: OpinionText, tx?: Orm): Promise<void> {
    if (about !== null && articles !== null)
      throw new AppError('invalid_request', 'A proposal to the charter is about no case.');
    const needsRuling = about !== null && (await this.#options.cases.needsRuling(about, tx));
    if (needsRuling && ruling === null) throw new AppError('invalid_request', 'Say whether the picture returns.');
    if (!needsRuling && ruling !== null) throw new AppError('invalid_request', 'There is no picture to rule on.');
  }

  async #assertDraft(tx: Orm, row: OpinionRow): Promise<void> {
    if (row.votedVersion !== null) throw over();
    if (row.case !== null) await this.#options.cases.assertOpen(tx, row.case);
  }

  async #getReadable(member: string, id: string): Promise<OpinionRow> {
    await this.#options.committee.assertSits(member);
    const row = await this.#store.find(id);
    if (!row) throw new AppError('not_found', 'There is no such opinion.');
    if (row.case !== null) await this.#options.cases.getReadable(member, row.case);
    return row;
  }

  /** Notes how a vote has ended; false: it goes on, or none was called. */
  async #settle(tx: Orm, row: OpinionRow): Promise<boolean> {
    if (row.outcome !== null) return true;
    if (row.voteCalledAt === null || row.voteUntil === null) return false;
    const outcome = outcomeOf(await this.#options.committee.roll(tx), await this.#ballotOf(tx, row), this.#nowMs);
    if (!outcome) return false;
    const { state, endedMs, tally } = outcome;
    const endedAt = iso(endedMs);
    const days = LIMITS.opinionAnswerDays[row.case === null ? 'rules' : 'case'];
    const answerDueAt = state === 'adopted' ? iso(endedMs + days * DAY_MS) : null;
    await this.#store.setEnd(tx, row.id, { outcome: state, endedAt, tally, answerDueAt });
    if (answerDueAt === null) return true;
    const { title, text, ruling } = textOf(row, { texts: await this.#store.listTexts([row.id], tx) });
    if (row.case !== null) {
      await this.#options.cases.closeByOpinion(tx, row.case, endedAt);
      if (ruling === 'returns') await this.#options.cases.restorePictures(tx, row.case, text);
    }
    await this.#tell(tx, { what: 'opinion_adopted', title, by: answerDueAt, case: null });
    return true;
  }

  async #ballotOf(tx: Orm, row: OpinionRow): Promise<Ballot> {
    const votes = await this.#store.listVotes([row.id], tx);
    return {
      calledMs: Date.parse(row.voteCalledAt ?? ''),
      untilMs: Date.parse(row.voteUntil ?? ''),
      votes: votes.map(({ member, vote, at }) => ({ member, vote, atMs: Date.parse(at) })),
      recusals: row.case === null ? [] : await this.#options.cases.listRecused(tx, row.case),
    };
  }

  async #tell(tx: Orm, news: News): Promise<void> {
    await this.#options.outbox.add(tx, { topic: 'committee.news', data: news });
  }

  async #read(rows: OpinionRow[], known?: OpinionTextRow[]): Promise<Parts> {
    const ids = rows.map(({ id }) => id);
    const caseIds = [...new Set(rows.flatMap((row) => row.case ?? []))];
    const { committee, cases } = this.#options;
    const [texts, votes, recusals, answers, steps, roll, found] = await Promise.all([
      known ?? this.#store.listTexts(ids),
      this.#store.listVotes(ids),
      cases.listRecusals(caseIds),
      this.#store.listAnswers(ids),
      this.#store.listSteps(ids),
      committee.roll(),
      cases.findRows(caseIds),
    ]);
    const people = [...rows.map(({ by }) => by), ...[...votes, ...recusals].map(({ member }) => member)];
    return { texts, votes, recusals, answers, steps, roll, cases: found, names: await committee.namesOf(people) };
  }

  #toListed(row: OpinionRow, parts: Parts, member: string): OpinionList['opinions'][number] {
    const own = parts.votes.findLast((vote) => vote.opinion === row.id && vote.member === member);
    const state = stateOf(row);
    return {
      ...aboutOf(row, parts),
      isProposal: textOf(row, parts).articles !== null,
      commentsUntil: row.commentsUntil,
      ...{ state, by: parts.names.get(row.by) ?? '', createdAt: row.createdAt, voteUntil: row.voteUntil },
      version: textOf(row, parts).version,
      ownVote: own?.vote ?? null,
      mayVote: state === 'voting' && eligibleAt(parts.roll, { recusals: [] }, this.#nowMs).has(member),
    };
  }

  get #nowMs(): number {
    return this.#options.clock.now();
  }
}
