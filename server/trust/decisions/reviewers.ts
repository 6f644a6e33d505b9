/**
 * Which cases a reviewer sees, and which they may decide: none that concern them, and none in which they took part.
 * The gateway has checked that they are a reviewer.
 */
import { AppError } from '../../protocol/errors.ts';
import type { CaseView } from '../../protocol/trust/decisions.ts';
import type { CaseRow, CasesStore } from './cases.store.ts';
import type { AppealRow, DecisionRow, DecisionsStore } from './decisions.store.ts';

type Refusal = NonNullable<CaseView['mayNotDecide']>;

interface ReviewersOptions {
  people: { creatorsOf(person: string): Promise<string[]> };
}

export class Reviewers {
  readonly #cases: CasesStore;
  readonly #decisions: DecisionsStore;
  readonly #people: ReviewersOptions['people'];

  constructor(cases: CasesStore, decisions: DecisionsStore, { people }: ReviewersOptions) {
    this.#cases = cases;
    this.#decisions = decisions;
    this.#people = people;
  }

  /** Whose cases concern a reviewer: their own, and those of creators for whom they moderate. */
  async concernsOf(reviewer: string): Promise<string[]> {
    return [reviewer, ...(await this.#people.creatorsOf(reviewer))];
  }

  async #isConcerned(reviewer: string, accused: string | null): Promise<boolean> {
    return accused !== null && (await this.concernsOf(reviewer)).includes(accused);
  }

  /** Undefined also where the case concerns them. */
  async findCase(reviewer: string, id: string): Promise<CaseRow | undefined> {
    const row = await this.#cases.find(id);
    return row && !(await this.#isConcerned(reviewer, row.accused)) ? row : undefined;
  }

  async getCase(reviewer: string, id: string): Promise<CaseRow> {
    const row = await this.findCase(reviewer, id);
    if (!row) throw new AppError('case_not_found');
    return row;
  }

  /** They may not name themselves, or a creator for whom they moderate, as the accused of a report or an order. */
  async assertMayName(reviewer: string, accused: string | null): Promise<void> {
    if (await this.#isConcerned(reviewer, accused)) throw new AppError('another_reviewer_needed');
  }

  /** Whether a report was unfounded is judged as its case is decided: not by those whom it concerns. */
  async assertMayJudge(reviewer: string, case_: string): Promise<void> {
    const row = await this.findCase(reviewer, case_);
    if (!row) throw new AppError('report_not_found');
    await this.assertMayDecide(reviewer, row);
  }

  /** `appealed`: the decision that is to be looked at again, where there is one. */
  async assertMayDecide(reviewer: string, { id }: CaseRow, appealed: DecisionRow[] = []): Promise<void> {
    if ((await this.#refusals(reviewer, [id], appealed)).has(id)) throw new AppError('another_reviewer_needed');
  }

  /**
   * Why a reviewer may not decide these cases, or answer appeals against their final decisions. A case that is absent
   * they may.
   */
  async listRefusals(reviewer: string, cases: string[]): Promise<Map<string, Refusal>> {
    return this.#refusals(reviewer, cases, await this.#decisions.listOutcomes(cases));
  }

  async #refusals(reviewer: string, cases: string[], appealed: DecisionRow[]): Promise<Map<string, Refusal>> {
    const [reported, appeals] = await Promise.all([
      this.#cases.listReported(reviewer, cases),
      this.#decisions.listAppeals(appealed.map(({ id }) => id)),
    ]);
    const decided = appealed.filter((each) => deciderOf(each, appeals) === reviewer);
    // The last entry counts: who did both reads that they reported it.
    return new Map<string, Refusal>([
      ...decided.map((each): [string, Refusal] => [each.case, 'decided_it']),
      ...reported.map((id): [string, Refusal] => [id, 'reported_it']),
    ]);
  }
}

/** Who made a decision or, where an appeal has undone it, who undid it. Null: a rule of the house, or erased. */
function deciderOf({ id, by }: DecisionRow, appeals: AppealRow[]): string | null {
  const granted = appeals.find(({ decision, outcome }) => decision === id && outcome === 'granted');
  return granted ? granted.decidedBy : by;
}
