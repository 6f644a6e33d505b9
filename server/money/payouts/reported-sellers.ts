/**
 * The names of creators whose accounts were closed, kept apart for the reports that the house owes the tax authorities.
 * Directive 2011/16/EU as amended by (EU) 2021/514 (DAC7), annex V, section IV, asks to keep what a report relies on
 * for five to ten years after the year that it is about. A job erases them when the term has ended.
 */
import { yearIn } from '../../platform/house-dates.ts';
import type { MoneyContext } from '../money-context.ts';
import { ReportedSellersStore } from './reported-sellers.store.ts';

/** On record with each name. */
const LEGAL_REASON = 'Directive 2011/16/EU, annex V, section IV (DAC7)';

export class ReportedSellers {
  readonly #context: MoneyContext;
  readonly #store: ReportedSellersStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new ReportedSellersStore(context.db);
  }

  /** The year until whose end the name is kept; null where nothing was earned, or the term is over. */
  async keptUntil(creator: string): Promise<number | null> {
    const year = await this.#store.findLastYear(creator, this.#context.timeZone);
    const until = year === null ? 0 : year + this.#context.taxReportYears;
    return until >= this.#thisYear() ? until : null;
  }

  /** Keeps the name before it is erased; idempotent, also once it is. */
  async keep(creator: string): Promise<void> {
    const untilYear = await this.keptUntil(creator);
    if (untilYear !== null) await this.#store.keep(creator, { untilYear, reason: LEGAL_REASON });
  }

  /** Erases names whose term has ended. */
  eraseOld(): Promise<void> {
    return this.#store.eraseBefore(this.#thisYear());
  }

  #thisYear(): number {
    return yearIn(this.#context.timeZone, this.#context.clock.now());
  }
}
