/** What people are told of decisions: those about themselves, and what became of their reports. */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CharterVersion } from '../../protocol/trust/charter.ts';
import type { CaseView, Decision, OwnAppeal, StatementList } from '../../protocol/trust/decisions.ts';
import type { Report } from '../../protocol/trust/reports.ts';
import type { Sender } from '../reports/reports.ts';
import { appealUntilOf, mayAppeal, toMade, toOwnAppeal } from './decision-views.ts';
import { type AppealRow, type DecisionRow, type DecisionsStore, isInForce, measureOf } from './decisions.store.ts';
import { appealUntil, STRIKE_MS } from './review-rules.ts';

type Cited = Pick<DecisionRow, 'article' | 'charterVersion'>;

interface StatementsOptions {
  clock: Clock;
  people: { isCreator(identity: string): Promise<boolean> };
  charter: { getVersion(version: number): Promise<CharterVersion> };
}

export class Statements {
  readonly #store: DecisionsStore;
  readonly #options: StatementsOptions;

  constructor(store: DecisionsStore, options: StatementsOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Statements of reasons, newest first. */
  async list(person: string): Promise<StatementList> {
    const rows = await this.#store.listStatements(person, LIMITS.listPageItems);
    const appeals = (await this.#store.listAppeals(rows.map(({ id }) => id))).filter(({ by }) => by === person);
    const nowMs = this.#options.clock.now();
    const statements = rows.map(async (row) => {
      const appeal = appeals.find(({ decision }) => decision === row.id);
      return {
        ...toMade(row),
        room: row.room as RoomId | null,
        subject: row.subject ?? ('form' as const),
        article: (await this.articleOf(row))?.title ?? null,
        holdsPayouts: await this.#holdsPayouts(row),
        appealUntil: appealUntilOf(row, 'accused'),
        mayAppeal: appeal === undefined && mayAppeal(row, 'accused', nowMs),
        appeal: appeal ? toOwnAppeal(appeal) : null,
      };
    });
    return { statements: await Promise.all(statements), strikes: await this.strikesOf(person) };
  }

  /** A statement for a letter, as when it was made; undefined once its person is erased. */
  async find(id: string) {
    const row = await this.#store.find(id);
    if (!row || row.reasons === null) return undefined;
    const title = (await this.articleOf(row))?.title ?? null;
    return {
      ...toMade(row),
      reasons: row.reasons,
      title,
      holdsPayouts: await this.#holdsPayouts(row),
      appealUntil: row.kind === 'final' ? appealUntil(row.at) : null,
    };
  }

  async #holdsPayouts(row: DecisionRow): Promise<boolean> {
    if (row.accused === null || !measureOf(row, 'suspend_account')) return false;
    return this.#options.people.isCreator(row.accused);
  }

  /** For a letter to who appealed. */
  findAppeal(id: string): Promise<AppealRow | undefined> {
    return this.#store.findAppeal(id);
  }

  /** What became of the cases of somebody's reports. */
  async outcomesOf(sender: Sender, cases: string[]): Promise<Map<string, Pick<Report, 'state' | 'outcome'>>> {
    const rows = await this.#store.listOutcomes(cases);
    const all = await this.#store.listAppeals(rows.map(({ id }) => id));
    const nowMs = this.#options.clock.now();
    const outcomes = rows.map((row): [string, Pick<Report, 'state' | 'outcome'>] => {
      const isWaiting = all.some(
        ({ decision, kind, isWaiting: isOwed }) => decision === row.id && isOwed && kind !== 'second_look',
      );
      const own = all.find(
        ({ decision, by, report }) =>
          decision === row.id && ('person' in sender ? by === sender.person : report === sender.report),
      );
      const outcome = {
        decision: row.id as Decision['id'],
        at: iso(row.at),
        acted: row.measures.length > 0 && isInForce(row),
        mayAppeal: own === undefined && mayAppeal(row, 'reporter', nowMs),
        appealUntil: appealUntilOf(row, 'reporter'),
        appeal: own ? { id: own.id as OwnAppeal['id'], outcome: own.outcome, reasons: own.reasons } : null,
      };
      return [row.case, { state: isWaiting ? 'appealed' : 'decided', outcome }];
    });
    return new Map(outcomes);
  }

  /** The points of decisions that still count. */
  strikesOf(person: string): Promise<number> {
    return this.#store.sumPoints(person, isoIn(this.#options.clock, -STRIKE_MS));
  }

  /** The article that a case or a decision cites, as it was in that version. */
  async articleOf({ article: id, charterVersion: version }: Cited): Promise<CaseView['article']> {
    if (id === null || version === null) return null;
    const { articles } = await this.#options.charter.getVersion(version);
    const found = articles.find((article) => article.id === id);
    return found ? { id, version, title: found.title, text: found.text } : null;
  }
}
