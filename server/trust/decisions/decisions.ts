/**
 * The review of reports: cases gather reports of one subject, reviewers decide them, people appeal, and another
 * reviewer answers. A decision, what follows from it (`measures.ts`) and the messages about it are one transaction.
 * Called by the gateway; other domains are behind ports.
 */
import { type Clock, DAY_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { NewFact, Outbox } from '../../platform/outbox/outbox.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { ChatAct } from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CharterVersion } from '../../protocol/trust/charter.ts';
import type { PublicText } from '../../protocol/trust/committee.ts';
import type {
  AppealKind,
  CaseList,
  CaseQuery,
  CaseView,
  Decision,
  DecisionInput,
  Measure,
  OwnAppeal,
  ReviewCase,
  SecondDecisionInput,
} from '../../protocol/trust/decisions.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { UnfiledReport } from '../reports/reports.store.ts';
import type { Sender } from '../reports/reports.ts';
import { type CaseRow, CasesStore, cursorOf, parseCursor } from './cases.store.ts';
import { answeredFact, dueFacts, madeFact, owesSecondLook, undoneFacts } from './decision-facts.ts';
import { citedOf, DecisionInputs, messageOf, type NewDecision } from './decision-inputs.ts';
import { DECISION_TEXTS } from './decision-texts.ts';
import {
  type Appellant,
  groundOf,
  mayAppeal,
  toCase,
  toDecision,
  toFiledReport,
  toOwnAppeal,
} from './decision-views.ts';
import {
  type AppealRow,
  type DecisionRow,
  DecisionsStore,
  isInForce,
  measureOf,
  type StandingRow,
  takesDown,
} from './decisions.store.ts';
import { type MeasurePorts, Measures } from './measures.ts';
import { APPEAL_MS, pointsOf, SECOND_LOOK_MS, urgencyOf } from './review-rules.ts';
import { Reviewers } from './reviewers.ts';
import { Statements } from './statements.ts';

interface DecisionsOptions {
  db: Database;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  clock: Clock;
  rooms: Pick<Rooms, 'creatorOf' | 'getRoom'> & { attendances: Pick<Rooms['attendances'], 'has'> };
  charter: { getVersion(version: number): Promise<CharterVersion> };
  people: {
    /** The creators for whom a person moderates. */
    creatorsOf(person: string): Promise<string[]>;
    /** Undefined for people of embedders. */
    languageOf(person: string): Promise<Language | undefined>;
    isCreator(identity: string): Promise<boolean>;
  };
  /** What is on record of a person in chats. */
  chatActs(identity: string): Promise<ChatAct[]>;
  measures: MeasurePorts;
  /** Whether somebody can undo what a claim takes down. */
  hasReviewers: boolean;
  committee: {
    /** Whether it alone decides if what came down in a case, which is locked, returns. */
    isBound(tx: Orm, reviewCase: string): Promise<boolean>;
  };
}

interface Filing {
  /** Of the accused. */
  language: Language | undefined;
  /** Whether a claim may act by itself, as far as its sender's address goes. */
  mayAct: boolean;
}

interface NewAppeal {
  decision: string;
  text: string;
}

export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #cases: CasesStore;
  readonly #store: DecisionsStore;
  readonly #inputs: DecisionInputs;
  /** Carries out what decisions order (`measure.due`). */
  readonly measures: Measures;
  readonly reviewers: Reviewers;
  readonly statements: Statements;

  constructor(options: DecisionsOptions) {
    this.#options = options;
    this.#cases = new CasesStore(options.db);
    this.#store = new DecisionsStore(options.db);
    this.measures = new Measures(this.#store, options.measures);
    this.#inputs = new DecisionInputs(options);
    this.reviewers = new Reviewers(this.#cases, this.#store, options);
    this.statements = new Statements(this.#store, options);
  }

  /**
   * The open case of a new report, in the transaction that stores it; call `outbox.wake()` after the commit. A picture
   * whose consent is in dispute comes down with the claim of somebody who was inside, within the budgets of R72c.
   */
  async gather(tx: Orm, report: UnfiledReport, { language, mayAct }: Filing): Promise<string> {
    const { subjectKind, subjectKey, room = null, accused = null, category, source, createdAt } = report;
    const { article = null, charterVersion = null } = report;
    const isOrder = source === 'order';
    const isClaim = category === 'consent' && !isOrder;
    const wasInside = isClaim && (await this.#wasInside(tx, report));
    const { severity, dueMs } = urgencyOf(category, { isOrder, isOutsideClaim: isClaim && !wasInside });
    const dueAt = iso(Date.parse(createdAt) + dueMs);
    const found = await this.#cases.gather(tx, {
      ...{ id: createId('case'), subjectKind, subjectKey, room, accused, category, article, charterVersion },
      ...{ severity, isOrder, state: 'open', owed: 'decision', dueAt, decideBy: dueAt, openedAt: createdAt },
    });
    // Where a second look was owed first, the decision may be due before it now.
    if (found.owed !== 'decision') await this.#settleCase(tx, found);
    if (wasInside && mayAct && this.#options.hasReviewers) await this.#takeDown(tx, found, { ...report, language });
    return found.id;
  }

  /** Who was inside for some minutes knows what is shown there. */
  async #wasInside(tx: Orm, { room, reporter }: UnfiledReport): Promise<boolean> {
    if (!room || !reporter) return false;
    return this.#options.rooms.attendances.has(tx, room as RoomId, reporter);
  }

  async #takeDown(tx: Orm, found: CaseRow, report: UnfiledReport & { language: Language | undefined }): Promise<void> {
    const { reporter, article = null, charterVersion = null, language = 'en' } = report;
    const { subjectKind, subjectKey, accused } = found;
    const room = found.room as RoomId;
    if (subjectKind !== 'message' && subjectKind !== 'live') return;
    if (subjectKind === 'live' && (await this.#options.rooms.getRoom(room, tx)).firstLiveAt === null) return;
    const target = { subjectKey, room, accused, since: isoIn(this.#options.clock, -DAY_MS) };
    if (!reporter || !(await this.#store.mayTakeDown(tx, reporter, target))) return;
    if (await this.#store.findLast(found.id, tx)) return;
    const kind = subjectKind === 'message' ? 'remove_message' : 'stop_live';
    await this.#add(tx, found, {
      ...{ kind: 'provisional', by: null, accused },
      measures: [{ kind, room, message: messageOf(subjectKey), until: null }],
      ...citedOf(groundOf({ article, charterVersion, law: DECISION_TEXTS[language].lawOfConsent })),
      ...{ reasons: DECISION_TEXTS[language].consent, language, automated: true },
    });
  }

  async list(reader: string, { after, ...query }: CaseQuery): Promise<CaseList> {
    const { limit, state } = query;
    const nowMs = this.#options.clock.now();
    const found = await this.#cases.list({
      ...{ ...query, limit: limit + 1, now: iso(nowMs) },
      hidden: await this.reviewers.concernsOf(reader),
      after: after === undefined ? undefined : parseCursor(after),
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const refusals = await this.reviewers.listRefusals(
      reader,
      page.map(({ id }) => id),
    );
    return {
      cases: page.map((row) => ({ ...toCase(row, nowMs), mayNotDecide: refusals.get(row.id) ?? null })),
      next: last && found.length > limit ? cursorOf(last, state === 'decided') : null,
    };
  }

  async find(id: string): Promise<ReviewCase> {
    const row = await this.#cases.find(id);
    if (!row) throw new AppError('case_not_found');
    const counts = await this.#cases.countReports([id]);
    return toCase({ ...row, reportCount: counts.get(id) ?? 0 }, this.#options.clock.now());
  }

  /** It is on record that the reader looked. */
  async view(reader: string, id: string): Promise<CaseView> {
    const row = await this.reviewers.getCase(reader, id);
    await this.#cases.noteLook({ case: id, by: reader, at: isoIn(this.#options.clock) });
    const limit = LIMITS.listPageItems;
    const nowMs = this.#options.clock.now();
    const [reports, counts, looks, own, earlier, refusals, isAboutCreator, isLive] = await Promise.all([
      this.#cases.listReports(id, limit),
      this.#cases.countReports([id]),
      this.#cases.listLooks(id, limit),
      this.#store.listOfCase(id),
      this.#store.listOfSubject(row, limit),
      this.reviewers.listRefusals(reader, [id]),
      this.#inputs.isAboutCreator(row),
      this.#isLive(row),
    ]);
    const appeals = await this.#store.listAppeals(own.map((decision) => decision.id));
    return {
      ...toCase({ ...row, reportCount: counts.get(id) ?? 0 }, nowMs),
      reports: reports.map(toFiledReport),
      decisions: own.map((decision) => toDecision(decision, appeals, nowMs)),
      looks: looks.map(({ by, at }) => ({ by, at: iso(at) })),
      ...{ isAboutCreator, isLive },
      mayNotDecide: refusals.get(id) ?? null,
      earlier: earlier.map((decision) => toDecision(decision, [], nowMs)),
      ...(await this.#recordOf(row)),
      article: await this.statements.articleOf(row),
    };
  }

  async #isLive({ room }: CaseRow): Promise<boolean> {
    return room !== null && (await this.#options.rooms.getRoom(room)).status === 'live';
  }

  /** Without what was decided about the same subject. */
  async #recordOf({ accused, subjectKey }: CaseRow): Promise<Pick<CaseView, 'language' | 'history'>> {
    if (accused === null) return { language: null, history: { strikes: 0, decisions: [], chat: [] } };
    const limit = LIMITS.listPageItems;
    const [language, strikes, decided, chat] = await Promise.all([
      this.#options.people.languageOf(accused),
      this.statements.strikesOf(accused),
      this.#store.listAbout(accused, { without: subjectKey, limit }),
      this.#options.chatActs(accused),
    ]);
    const nowMs = this.#options.clock.now();
    const decisions = decided.map((row) => toDecision(row, [], nowMs));
    return { language: language ?? null, history: { strikes, decisions, chat: chat.slice(0, limit) } };
  }

  /** Final. It takes the place of a provisional decision. */
  async decide(reviewer: string, id: string, input: DecisionInput): Promise<Decision> {
    const found = await this.reviewers.getCase(reviewer, id);
    await this.reviewers.assertMayDecide(reviewer, found);
    const decided = await this.#inputs.parse(found, input, reviewer);
    await this.reviewers.assertMayName(reviewer, decided.accused);
    const made = await this.#options.db.transaction(async (tx) => {
      const row = await this.#cases.lock(tx, id);
      if (row.state !== 'open') throw new AppError('already_decided');
      return this.#add(tx, row, decided);
    });
    return this.#made(made);
  }

  /** Stops the live of a case in one gesture; the decision follows. Repeated calls return the first one. */
  async stop(reviewer: string, id: string): Promise<Decision> {
    const found = await this.reviewers.getCase(reviewer, id);
    await this.reviewers.assertMayDecide(reviewer, found);
    await this.#inputs.assertAboutCreator(found);
    const language = (await this.#options.people.languageOf(found.accused as string)) ?? 'en';
    const made = await this.#options.db.transaction(async (tx) => {
      const row = await this.#cases.lock(tx, id);
      if (row.state !== 'open') throw new AppError('already_decided');
      const last = await this.#store.findLast(id, tx);
      const earlier = last && isInForce(last) ? last : undefined;
      if (earlier && measureOf(earlier, 'stop_live')) return earlier.id;
      const { room, accused, article, charterVersion } = row;
      const stop: Measure = { kind: 'stop_live', room: room as RoomId, message: null, until: null };
      return this.#add(tx, row, {
        ...{ kind: 'provisional', by: reviewer, accused, measures: [...(earlier?.measures ?? []), stop] },
        ...citedOf(groundOf({ article, charterVersion, law: DECISION_TEXTS[language].termsOfTheHouse })),
        ...{ reasons: DECISION_TEXTS[language].stopped, language, automated: false },
      });
    });
    return this.#made(made);
  }

  /** Answers an appeal, or looks a second time, as another reviewer than the one who decided. */
  async decideAppeal(reviewer: string, id: string, input: SecondDecisionInput): Promise<Decision> {
    const appeal = await this.#store.findAppeal(id);
    if (!appeal) throw new AppError('appeal_not_found');
    const found = await this.reviewers.findCase(reviewer, appeal.case);
    const decision = found && (await this.#store.find(appeal.decision));
    if (!found || !decision) throw new AppError('appeal_not_found');
    // First, for the reviewer who repeats their own answer.
    if (appeal.outcome !== null) throw new AppError('already_decided');
    await this.reviewers.assertMayDecide(reviewer, found, [decision]);
    const { outcome, reasons, language, instead } = input;
    const isGranted = outcome === 'granted';
    if (isGranted ? appeal.kind === 'reporter' && !instead : instead) throw new AppError('measure_invalid');
    const replacing = instead && (await this.#inputs.parse(found, instead, reviewer));
    if (replacing) await this.reviewers.assertMayName(reviewer, replacing.accused);
    const made = await this.#options.db.transaction(async (tx) => {
      const row = await this.#cases.lock(tx, found.id);
      const waiting = await this.#store.listWaiting(tx, row.id);
      if (!waiting.some((each) => each.id === id)) throw new AppError('already_decided');
      const isReturned = replacing ? !takesDown(replacing) : isGranted;
      if (isReturned && takesDown(decision)) await this.#assertUnbound(tx, row.id);
      // Before `closeAppeal`: a granted appeal ends the earlier decision, and #add informs the person only if that
      // decision is still in force.
      const replacedBy = replacing && (await this.#add(tx, row, { ...replacing, answeredBy: appeal.dueAt }));
      const end = { outcome, decidedBy: reviewer, decidedAt: isoIn(this.#options.clock), reasons, language };
      await this.#store.closeAppeal(tx, id, end);
      if (appeal.kind !== 'second_look')
        await this.#options.outbox.add(tx, answeredFact(appeal, { outcome, reasons, language }));
      if (replacedBy) return replacedBy;
      if (isGranted) await this.#undo(tx, decision, appeal.kind);
      await this.#settleCase(tx, row);
      return decision.id;
    });
    return this.#made(made);
  }

  /** A picture whose consent is in dispute, and which the committee took, returns only by its word (R77g). */
  async #assertUnbound(tx: Orm, id: string): Promise<void> {
    if (await this.#options.committee.isBound(tx, id))
      throw new AppError('forbidden', 'The committee has this case: the picture returns by its word alone.');
  }

  /** By the word of the committee: ends what was taken down, and nothing else of the decision. */
  async restore(tx: Orm, id: string, reasons: PublicText): Promise<void> {
    const row = await this.#cases.lock(tx, id);
    const last = await this.#store.findLast(id, tx);
    if (!last || !isInForce(last) || !takesDown(last)) return;
    const { accused, measures, article, charterVersion, law, language } = last;
    const left = measures.filter(({ kind }) => kind !== 'remove_message' && kind !== 'stop_live');
    if (left.length > 0) {
      await this.#add(tx, row, {
        ...{ kind: 'final', by: null, accused, measures: left, article, charterVersion, law },
        ...{ reasons: reasons[language], language, automated: false },
        // The house owed nothing by a date.
        answeredBy: isoIn(this.#options.clock),
      });
      return;
    }
    const word = this.#newAppeal(last, { kind: 'committee', withinMs: 0 });
    const end = { outcome: 'granted', decidedAt: word.createdAt, reasons: reasons[language], language } as const;
    await this.#store.insertAppeal(tx, { ...word, ...end });
    await this.#undo(tx, last, 'committee');
    await this.#settleCase(tx, row);
  }

  /** Ends the effects, and informs the people who were informed before; who appealed gets an answer of their own. */
  async #undo(tx: Orm, decision: StandingRow, kind: AppealKind): Promise<void> {
    const facts = dueFacts(decision);
    if (kind === 'second_look' || kind === 'committee') facts.push(...undoneFacts(decision));
    if (decision.kind === 'final')
      facts.push(...(await this.#reporterFacts(tx, decision.case, { acted: false, isChanged: true })));
    if (facts.length > 0) await this.#options.outbox.add(tx, ...facts);
  }

  /** By the person whom it is about, or by who reported. A repeated call returns the first appeal. */
  async appeal(person: string, { decision: id, text }: NewAppeal): Promise<OwnAppeal> {
    const decision = await this.#store.find(id);
    const isAccused = decision?.accused === person && decision.measures.length > 0;
    const reported = decision ? await this.#cases.listReported(person, [decision.case]) : [];
    if (!decision || !(isAccused || reported.length > 0)) throw new AppError('decision_not_found');
    return this.#appeal(decision, { sender: { person }, kind: isAccused ? 'accused' : 'reporter', text });
  }

  /** By the sender of a report by the form. A repeated call returns the first appeal. */
  async appealByForm(report: string, { decision: id, text }: NewAppeal): Promise<OwnAppeal> {
    const decision = await this.#store.find(id);
    if (!decision || !(await this.#cases.hasReport(decision.case, report))) throw new AppError('decision_not_found');
    return this.#appeal(decision, { sender: { report }, kind: 'reporter', text });
  }

  async #appeal(
    { id, case: of }: DecisionRow,
    { sender, kind, text }: { sender: Sender; kind: Appellant; text: string },
  ): Promise<OwnAppeal> {
    const known = await this.#store.findAppealBy(id, sender);
    if (known) return toOwnAppeal(known);
    const row: AppealRow = {
      ...this.#newAppeal({ id, case: of }, { kind, withinMs: APPEAL_MS }),
      ...{ by: 'person' in sender ? sender.person : null, report: 'report' in sender ? sender.report : null, text },
    };
    await this.#options.db.transaction(async (tx) => {
      const locked = await this.#cases.lock(tx, of);
      const now = await this.#store.find(id, tx);
      if (!now || !mayAppeal(now, kind, this.#options.clock.now())) throw new AppError('appeal_not_allowed');
      await this.#store.insertAppeal(tx, row);
      await this.#settleCase(tx, locked);
    });
    return toOwnAppeal((await this.#store.findAppealBy(id, sender)) ?? row);
  }

  async #made(id: string): Promise<Decision> {
    this.#options.outbox.wake();
    const row = await this.#store.find(id);
    if (!row) throw new AppError('internal', 'The decision was not stored.');
    return toDecision(row, await this.#store.listAppeals([id]), this.#options.clock.now());
  }

  /**
   * Writes a decision in the place of the last one of its case, with everything that follows. The case is locked; a
   * final decision closes it. `answeredBy`: by when an appeal was to be answered, where it answers one.
   */
  async #add(
    tx: Orm,
    row: CaseRow,
    { answeredBy = row.decideBy, ...decision }: NewDecision & { answeredBy?: string },
  ): Promise<string> {
    const earlier = await this.#store.findLast(row.id, tx);
    const id = createId('decision');
    const points = decision.kind === 'final' ? pointsOf(decision.measures.map(({ kind }) => kind)) : 0;
    // Not the date of the second look, which may be the first that the case owes.
    const dueAt = row.state === 'open' ? row.decideBy : answeredBy;
    const made: DecisionRow = {
      ...{ ...decision, id, case: row.id, replaces: earlier?.id ?? null, points, dueAt },
      at: isoIn(this.#options.clock),
    };
    await this.#store.insert(tx, made);
    // The new one holds before the earlier one ends.
    const facts = [...dueFacts(made), ...(earlier ? dueFacts(earlier) : [])];
    if (made.measures.length > 0) facts.push(madeFact(made));
    const isEnd = made.measures.length === 0 || made.accused !== earlier?.accused;
    if (isEnd && earlier && isInForce(earlier)) facts.push(...undoneFacts(earlier));
    if (made.kind === 'final') {
      const acted = made.measures.length > 0;
      facts.push(...(await this.#reporterFacts(tx, row.id, { acted, isChanged: earlier?.kind === 'final' })));
    }
    if (facts.length > 0) await this.#options.outbox.add(tx, ...facts);
    if (owesSecondLook(made, earlier)) {
      const look = this.#newAppeal(made, { kind: 'second_look', withinMs: SECOND_LOOK_MS });
      await this.#store.insertAppeal(tx, look);
    }
    // Whom a report by the form is about may be known only now; from then on the case is hidden from them.
    await this.#settleCase(tx, { ...row, accused: made.accused, ...(made.kind === 'final' && { state: 'decided' }) });
    return id;
  }

  /** Without who appeals. */
  #newAppeal(
    { id: decision, case: of }: Pick<DecisionRow, 'id' | 'case'>,
    { kind, withinMs }: { kind: AppealKind; withinMs: number },
  ): AppealRow {
    return {
      ...{ id: createId('appeal'), decision, case: of, kind, by: null, report: null, text: null },
      ...{ createdAt: isoIn(this.#options.clock), dueAt: isoIn(this.#options.clock, withinMs) },
      ...{ outcome: null, decidedBy: null, decidedAt: null, reasons: null, language: null },
    };
  }

  async #reporterFacts(tx: Orm, id: string, told: { acted: boolean; isChanged: boolean }): Promise<NewFact[]> {
    const reporters = await this.#cases.listReporters(tx, id);
    return reporters.map(({ id: report, number, reporter }) => ({
      topic: 'report.decided',
      ...(reporter !== null && { identity: reporter }),
      data: { report, number, ...told },
    }));
  }

  /** What the case owes next. */
  async #settleCase(tx: Orm, row: CaseRow): Promise<void> {
    const waiting = await this.#store.listWaiting(tx, row.id);
    const owed = waiting.map(({ kind, dueAt }) => ({
      what: kind === 'second_look' ? kind : ('appeal' as const),
      dueAt,
    }));
    if (row.state === 'open') owed.push({ what: 'decision' as never, dueAt: row.decideBy });
    const [first] = owed.sort((one, other) => Date.parse(one.dueAt) - Date.parse(other.dueAt));
    const isAppealed = waiting.some(({ kind }) => kind !== 'second_look');
    const state = row.state === 'open' ? 'open' : isAppealed ? 'appealed' : 'decided';
    const { accused } = row;
    await this.#cases.update(tx, row.id, {
      ...{ state, accused, owed: first?.what ?? null },
      ...(first && { dueAt: first.dueAt }),
    });
  }
}
