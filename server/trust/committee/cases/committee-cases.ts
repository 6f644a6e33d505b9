/**
 * Cases of the committee: what it looks at, of its own motion, from decisions of the house, or because somebody asked
 * whose appeal failed. Members read the house's files with numbers in the place of people, and ask for evidence with a
 * reason that stays on record. A member who is recused, or has a part in a case, cannot read it. Called by the gateway.
 */
import { type Clock, iso, isoIn } from '../../../platform/clock.ts';
import type { Database, Orm } from '../../../platform/db/db.ts';
import type { CreatorCard } from '../../../protocol/accounts/profiles.ts';
import { AppError } from '../../../protocol/errors.ts';
import { createId, type Id } from '../../../protocol/ids.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type { PublicText } from '../../../protocol/trust/committee.ts';
import type {
  CommitteeCase,
  CommitteeCaseInput,
  CommitteeCaseOrigin,
  CommitteeCaseView,
  CommitteeRequest,
  CommitteeRequestList,
  CommitteeRequestQuery,
  DecisionRegister,
  DecisionRegisterQuery,
  EvidenceInput,
  OwnCommitteeRequest,
} from '../../../protocol/trust/committee-cases.ts';
import type { CaseAlarm } from '../../../protocol/trust/thresholds.ts';
import { CasesStore } from '../../decisions/cases.store.ts';
import { groundOf, stateOf } from '../../decisions/decision-views.ts';
import { DecisionsStore } from '../../decisions/decisions.store.ts';
import type { Committee } from '../committee.ts';
import { ThresholdsStore } from '../thresholds/thresholds.store.ts';
import { evidenceOf, fileOf, type HouseCase, isPictureDown, namesIn, peopleOf } from './case-file.ts';
import { CasePeople } from './case-people.ts';
import {
  type AskedRow,
  type CasePersonRow,
  type CommitteeCaseRow,
  CommitteeCasesStore,
  type RecusalRow,
} from './committee-cases.store.ts';

export interface CommitteeCasesOptions {
  db: Database;
  clock: Clock;
  timeZone: string;
  committee: Pick<Committee, 'assertSits' | 'namesOf'>;
  people: { findCards(identities: readonly string[]): Promise<CreatorCard[]> };
  strikesOf(person: string): Promise<number>;
  /** Undoes what the latest decision of a case of the house has taken down. */
  restore(tx: Orm, reviewCase: string, reasons: PublicText): Promise<void>;
}

const QUESTION_OF_ALARM = {
  en: 'What is behind these numbers, and what has to follow?',
  fr: 'Qu’y a-t-il derrière ces chiffres, et que faut-il en conclure ?',
};

type Refusal = NonNullable<CommitteeCase['mayNotRead']>;

export class CommitteeCases {
  readonly #options: CommitteeCasesOptions;
  readonly #store: CommitteeCasesStore;
  readonly #cases: CasesStore;
  readonly #decisions: DecisionsStore;
  readonly #thresholds: ThresholdsStore;

  constructor(options: CommitteeCasesOptions) {
    this.#options = options;
    this.#store = new CommitteeCasesStore(options.db);
    this.#cases = new CasesStore(options.db);
    this.#decisions = new DecisionsStore(options.db);
    this.#thresholds = new ThresholdsStore(options.db);
  }

  /** Final decisions of the house, from which a case can be opened; without anybody's name. */
  async listDecisions(member: string, query: DecisionRegisterQuery): Promise<DecisionRegister> {
    await this.#options.committee.assertSits(member);
    const { limit } = query;
    const rows = await this.#store.listRegister({ ...query, limit: limit + 1 }, this.#options.timeZone);
    const page = rows.slice(0, limit).map((row) => ({
      id: row.id as Id<'decision'>,
      ...{ month: row.month, category: row.category, measures: row.measures.map(({ kind }) => kind) },
      ...{ ground: groundOf(row), automated: row.automated, state: stateOf(row) },
      ...{ appeal: row.appeal, isTaken: row.isTaken },
    }));
    return { decisions: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  /** Whose appeal was not granted asks once. A repeated call returns the first request. */
  async ask(person: string, { appeal, text }: { appeal: string; text: string }): Promise<OwnCommitteeRequest> {
    const found = await this.#store.findAppeal(appeal);
    if (found?.by !== person) throw new AppError('appeal_not_found');
    if (found.outcome !== 'upheld')
      throw new AppError('forbidden', 'The committee is asked once an appeal has failed.');
    const at = isoIn(this.#options.clock);
    await this.#store.insertRequest({ id: createId('committeeRequest'), appeal, by: person, text, at });
    const [row] = await this.#store.listRequests({ appeal });
    return { at: row?.at ?? at, isTaken: Boolean(row?.case) };
  }

  /** What a person has asked, by the appeal; a request is taken once a case was opened for it. */
  async listAsked(person: string): Promise<Map<string, OwnCommitteeRequest>> {
    const rows = await this.#store.listRequests({ by: person, limit: LIMITS.listPageItems });
    return new Map(rows.map(({ appeal, at, case: taken }) => [appeal, { at, isTaken: taken !== null }]));
  }

  async listRequests(member: string, { after, limit }: CommitteeRequestQuery): Promise<CommitteeRequestList> {
    await this.#options.committee.assertSits(member);
    const rows = await this.#store.listRequests({ after, limit: limit + 1 });
    const requests = await Promise.all(rows.slice(0, limit).map((row) => this.#toRequest(row)));
    return { requests, next: rows.length > limit ? (requests.at(-1)?.id ?? null) : null };
  }

  async #toRequest({ id, text, at, decision, reviewCase, category, case: taken }: AskedRow): Promise<CommitteeRequest> {
    const house = await this.#readHouse(reviewCase);
    // Without numbers: it is in no case yet.
    const everybody = peopleOf(house).map(({ person }) => ({ person, number: null }));
    const people = new CasePeople(everybody, await this.#namesOf([house]));
    return {
      ...{ id: id as Id<'committeeRequest'>, at, decision: decision as Id<'decision'>, category },
      text: people.hide(text),
      case: taken as Id<'committeeCase'> | null,
    };
  }

  /**
   * Throws `not_found` for a decision or a request that does not exist, `already_decided` where an open case has it,
   * and `forbidden` for a member who has a part in it.
   */
  async open(member: string, input: CommitteeCaseInput): Promise<CommitteeCaseView> {
    await this.#options.committee.assertSits(member);
    const { title, question, request } = input;
    const [asked] = request === undefined ? [] : await this.#store.listRequests({ id: request });
    if (request !== undefined && !asked) throw new AppError('not_found', 'There is no such request.');
    const decisions = [...new Set([...(asked ? [asked.decision] : []), ...input.decisions])];
    const id = createId('committeeCase');
    await this.#options.db.transaction(async (tx) => {
      const found = await this.#store.lockReviewCases(tx, decisions);
      if (found.length < decisions.length) throw new AppError('not_found', 'There is no such decision.');
      const reviewCases = [...new Set(found.map(({ reviewCase }) => reviewCase))];
      await this.#assertFree(tx, reviewCases, asked);
      await this.#store.insert(
        tx,
        {
          ...{ id, title, question, request: request ?? null, openedBy: member, openedAt: isoIn(this.#options.clock) },
          origin: asked ? 'request' : originOf(reviewCases.length),
        },
        reviewCases,
      );
      const houses = await Promise.all(reviewCases.map((each) => this.#readHouse(each, tx)));
      const people = await this.#number(tx, id, houses);
      if (people.some(({ person }) => person === member)) throw new AppError('forbidden', 'You have a part in it.');
    });
    return this.view(member, id);
  }

  async #assertFree(tx: Orm, reviewCases: string[], asked: AskedRow | undefined): Promise<void> {
    const other = await this.#store.findOpenWith(tx, reviewCases);
    if (other !== undefined) throw new AppError('already_decided', `Case ${other} of the committee has this decision.`);
    if (asked?.case) throw new AppError('already_decided', 'This request was taken.');
  }

  /** Newest first, the ones that the reader may not read too: with their titles, as the public will know them. */
  async list(member: string): Promise<CommitteeCase[]> {
    await this.#options.committee.assertSits(member);
    const rows = await this.#store.list(LIMITS.listPageItems);
    const recusals = await this.#store.listRecusals(rows.map(({ id }) => id));
    const concerned = new Set(await this.#store.listConcerned(member));
    const names = await this.#options.committee.namesOf([
      ...rows.flatMap(({ openedBy, closedBy }) => [openedBy, closedBy]),
      ...recusals.map((row) => row.member),
    ]);
    return rows.map((row) => {
      const own = recusals.filter((each) => each.case === row.id);
      return toCase(row, { recusals: own, names, mayNotRead: refusalOf(member, own, concerned.has(row.id)) });
    });
  }

  async view(member: string, id: string): Promise<CommitteeCaseView> {
    const row = await this.getReadable(member, id);
    const files = await this.#store.listFiles(id);
    const houses = await Promise.all(files.map(({ reviewCase }) => this.#readHouse(reviewCase)));
    const rows = await this.#numberNew(id, houses);
    const people = new CasePeople(rows, await this.#namesOf(houses));
    const [recusals, requests, [asked]] = await Promise.all([
      this.#store.listRecusals([id]),
      this.#store.listEvidenceRequests(id),
      row.request === null ? [] : this.#store.listRequests({ id: row.request }),
    ]);
    const names = await this.#options.committee.namesOf([
      ...[row.openedBy, row.closedBy],
      ...[...recusals, ...requests].map((each) => each.member),
    ]);
    const nameOf = (each: string) => names.get(each) ?? '';
    return {
      ...toCase(row, { recusals, names, mayNotRead: null }),
      people: rows.map(({ number, part }) => ({ number, part })),
      files: await Promise.all(
        houses.map(async (house, index) => {
          const number = index + 1;
          const own = requests.filter(({ file }) => file === number);
          const mayRead = own.some((each) => each.member === member);
          const { accused } = house.row;
          return {
            ...{ number, ...fileOf(house, people) },
            strikes: accused === null ? 0 : await this.#options.strikesOf(accused),
            evidenceRequests: own.map(({ member: by, reason, at }) => ({ name: nameOf(by), reason, at })),
            evidence: mayRead ? evidenceOf(house, people) : null,
          };
        }),
      ),
      needsRuling: houses.some(isPictureDown),
      alarm: await this.#findAlarm(id),
      request: asked ? people.hide(asked.text) : null,
    };
  }

  async #findAlarm(id: string): Promise<CaseAlarm | null> {
    const found = await this.#thresholds.findOfCase(id);
    if (!found) return null;
    const { alarm, threshold } = found;
    const { figure, comparison, limit, windowDays } = threshold;
    return {
      ...{ id: alarm.id as Id<'alarm'>, threshold: threshold.id as Id<'threshold'>, figure, comparison, limit },
      ...{ windowDays, at: alarm.at, from: alarm.from, value: alarm.value },
    };
  }

  /** In the transaction that stores the alarm. */
  async openByAlarm(tx: Orm, title: PublicText): Promise<Id<'committeeCase'>> {
    const id = createId('committeeCase');
    const openedAt = isoIn(this.#options.clock);
    await this.#store.insert(tx, { id, title, question: QUESTION_OF_ALARM, origin: 'alarm', openedAt }, []);
    return id;
  }

  /** Throws `case_not_found`, and `forbidden` for a member who is recused or has a part in it. */
  async getReadable(member: string, id: string): Promise<CommitteeCaseRow> {
    await this.#options.committee.assertSits(member);
    const row = await this.#store.find(id);
    if (!row) throw new AppError('case_not_found');
    if (await this.findRefusal(member, id)) throw new AppError('forbidden', 'This case is for the other members.');
    return row;
  }

  /** Cases that the member may not read. */
  async listUnreadable(member: string): Promise<Set<string>> {
    const [recused, concerned] = await Promise.all([
      this.#store.listRecused(member),
      this.#store.listConcerned(member),
    ]);
    return new Set([...recused, ...concerned]);
  }

  /** Null: the member may read it. */
  async findRefusal(member: string, id: string): Promise<Refusal | null> {
    const [recusals, concerned] = await Promise.all([
      this.#store.listRecusals([id]),
      this.#store.listConcerned(member),
    ]);
    return refusalOf(member, recusals, concerned.includes(id));
  }

  /** The given members, without those who may not read a case. */
  async keepReaders(members: string[], id: string): Promise<string[]> {
    const refusals = await Promise.all(members.map((member) => this.findRefusal(member, id)));
    return members.filter((_, index) => refusals[index] === null);
  }

  /** Those whose votes do not count in a case, and since when: who has a part in it never counts. */
  async listRecused(tx: Orm, id: string): Promise<{ member: string; atMs: number }[]> {
    const [recusals, people] = [await this.#store.listRecusals([id], tx), await this.#store.listPeople(id, tx)];
    return [
      ...recusals.map(({ member, at }) => ({ member, atMs: Date.parse(at) })),
      ...people.flatMap(({ person }) => (person === null ? [] : { member: person, atMs: Number.NEGATIVE_INFINITY })),
    ];
  }

  async listRecusals(cases: string[]): Promise<RecusalRow[]> {
    return this.#store.listRecusals(cases);
  }

  /** For good. It is published with the opinion. */
  async recuse(member: string, id: string, reason: PublicText): Promise<void> {
    await this.getReadable(member, id);
    await this.#options.db.transaction(async (tx) => {
      const row = await this.#store.lock(tx, id);
      if (row?.closedAt !== null) throw closed();
      await this.#store.insertRecusal(tx, { case: id, member, reason, at: isoIn(this.#options.clock) });
    });
  }

  /** Shows the evidence of a file to this member. A repeated call keeps the first reason. */
  async requestEvidence(member: string, id: string, { file, reason }: EvidenceInput): Promise<CommitteeCaseView> {
    await this.getReadable(member, id);
    const files = await this.#store.listFiles(id);
    if (!files.some(({ number }) => number === file)) throw new AppError('not_found', 'There is no such file.');
    await this.#store.insertEvidenceRequest({ case: id, file, member, reason, at: isoIn(this.#options.clock) });
    return this.view(member, id);
  }

  /** Without an opinion: by the member who opened it; any member closes a case that an alarm opened. */
  async close(member: string, id: string, reason: string): Promise<void> {
    const row = await this.getReadable(member, id);
    if (row.openedBy !== null && row.openedBy !== member)
      throw new AppError('forbidden', 'Who opened a case closes it.');
    const end = { closedAt: isoIn(this.#options.clock), closedBy: member, closeReason: reason };
    if (!(await this.#options.db.transaction((tx) => this.#store.close(tx, id, end)))) throw closed();
  }

  /** An opinion was adopted. */
  async closeByOpinion(tx: Orm, id: string, closedAt: string): Promise<void> {
    await this.#store.close(tx, id, { closedAt, closedBy: null, closeReason: null });
  }

  /** Whether a picture of the case is down because consent to it is in dispute. */
  async needsRuling(id: string, tx?: Orm): Promise<boolean> {
    return (await this.#listPicturesDown(id, tx)).length > 0;
  }

  /** The committee's word, which binds the house: what is down returns. */
  async restorePictures(tx: Orm, id: string, reasons: PublicText): Promise<void> {
    for (const { row } of await this.#listPicturesDown(id, tx)) await this.#options.restore(tx, row.id, reasons);
  }

  async #listPicturesDown(id: string, tx?: Orm): Promise<HouseCase[]> {
    const files = await this.#store.listFiles(id, tx);
    const houses = await Promise.all(files.map(({ reviewCase }) => this.#readHouse(reviewCase, tx)));
    return houses.filter(isPictureDown);
  }

  /**
   * Whether the house may not return what came down in one of its cases: the committee has it in an open case, or has
   * ruled that it stays down. Called with that case locked.
   */
  isBound(tx: Orm, reviewCase: string): Promise<boolean> {
    return this.#store.isBound(tx, reviewCase);
  }

  /** Throws `already_decided` once it is closed. Locks it until the transaction ends. */
  async assertOpen(tx: Orm, id: string): Promise<void> {
    if ((await this.#store.lock(tx, id))?.closedAt !== null) throw closed();
  }

  async findRows(ids: string[]): Promise<Map<string, CommitteeCaseRow>> {
    return new Map((await this.#store.findAll(ids)).map((row) => [row.id, row]));
  }

  /** Somebody who appealed or decided since the last look has no number yet; otherwise this only reads. */
  async #numberNew(id: string, houses: HouseCase[]): Promise<CasePersonRow[]> {
    const rows = await this.#store.listPeople(id);
    const known = new Set(rows.map(({ person }) => person));
    if (houses.flatMap(peopleOf).every(({ person }) => known.has(person))) return rows;
    return this.#options.db.transaction((tx) => this.#number(tx, id, houses));
  }

  /** Gives a number to everybody who has none. */
  async #number(tx: Orm, id: string, houses: HouseCase[]) {
    await this.#store.lock(tx, id);
    const rows = await this.#store.listPeople(id, tx);
    const known = new Set(rows.map(({ person }) => person));
    let number = Math.max(0, ...rows.map((row) => row.number));
    const added: typeof rows = [];
    for (const { person, part } of houses.flatMap(peopleOf)) {
      if (known.has(person)) continue;
      known.add(person);
      number += 1;
      added.push({ case: id, number, person, part });
    }
    await this.#store.insertPeople(tx, added);
    return [...rows, ...added];
  }

  async #readHouse(reviewCase: string, tx?: Orm): Promise<HouseCase> {
    const row = await this.#cases.find(reviewCase, tx);
    if (!row) throw new Error(`${reviewCase} is missing.`);
    const decisions = await this.#decisions.listOfCase(reviewCase, tx);
    const appeals = await this.#decisions.listAppeals(
      decisions.map(({ id }) => id),
      tx,
    );
    const reports = await this.#cases.listReports(reviewCase, LIMITS.listPageItems, tx);
    return {
      row,
      reports: reports.toReversed(),
      decisions: decisions.toReversed(),
      appeals: appeals.toReversed(),
    };
  }

  /** What everybody in these is called: their accounts' names and handles, and their names in evidence. */
  async #namesOf(houses: HouseCase[]): Promise<Map<string, string[]>> {
    const everybody = [...new Set(houses.flatMap(peopleOf).map(({ person }) => person))];
    const names = new Map<string, string[]>(everybody.map((person) => [person, []]));
    for (const { identity, name, handle } of await this.#options.people.findCards(everybody))
      names.get(identity)?.push(...[name, handle].filter((each) => each !== null));
    for (const [person, name] of houses.flatMap(namesIn)) names.get(person)?.push(name);
    return names;
  }
}

const closed = () => new AppError('already_decided', 'This case is closed.');

function originOf(fileCount: number): CommitteeCaseOrigin {
  if (fileCount === 0) return 'own_motion';
  return fileCount === 1 ? 'decision' : 'pattern';
}

function refusalOf(member: string, recusals: RecusalRow[], isConcerned: boolean): Refusal | null {
  if (recusals.some((each) => each.member === member)) return 'recused';
  return isConcerned ? 'concerned' : null;
}

function toCase(
  row: CommitteeCaseRow,
  {
    recusals,
    names,
    mayNotRead,
  }: { recusals: RecusalRow[]; names: ReadonlyMap<string, string>; mayNotRead: Refusal | null },
): CommitteeCase {
  const nameOf = (person: string | null) => (person === null ? null : (names.get(person) ?? ''));
  const { title, question, origin, number, openedBy, openedAt, closedAt, closedBy, closeReason } = row;
  return {
    id: row.id as Id<'committeeCase'>,
    ...{ number, title, question, origin, openedBy: nameOf(openedBy), openedAt },
    closed: closedAt === null ? null : { at: iso(closedAt), by: nameOf(closedBy), reason: closeReason },
    recusals: recusals.map(({ member, reason, at }) => ({ name: nameOf(member) ?? '', reason, at })),
    mayNotRead,
  };
}
