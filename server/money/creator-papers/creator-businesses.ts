/**
 * Creators' tax details: what the reports that the house owes the tax authorities need, and its papers to creators.
 * Directive 2011/16/EU as amended by (EU) 2021/514 (DAC7), annex V, section III B, lists what a report says of a
 * seller; section IV asks to keep what it relies on for five to ten years after the year that it is about. So the
 * details of a closed account stay for that term, or the name of a creator who gave none; then a job erases them.
 */
import { iso } from '../../platform/clock.ts';
import { yearIn } from '../../platform/house-dates.ts';
import { BUSINESS_NUMBERS, findBusinessFaults } from '../../protocol/money/business-rules.ts';
import type { CreatorBusiness, CreatorBusinessInput } from '../../protocol/money/creator-business.ts';
import type { MoneyContext } from '../money-context.ts';
import { type BusinessRow, CreatorBusinessesStore } from './creator-businesses.store.ts';

const ISO_DAY_CHARS = 10;
/** On record with what is kept. */
const LEGAL_REASON = 'Directive 2011/16/EU, annex V, section IV (DAC7)';

export class CreatorBusinesses {
  readonly #context: MoneyContext;
  readonly #store: CreatorBusinessesStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new CreatorBusinessesStore(context.db);
  }

  /** Null: the creator gave none. */
  async find(creator: string): Promise<CreatorBusiness | null> {
    const row = await this.#store.find(creator);
    return row ? viewOf(row, this.#context.nowIso().slice(0, ISO_DAY_CHARS)) : null;
  }

  /** By creator, of those who gave all that is asked of them. */
  async findComplete(creators: string[]): Promise<Map<string, CreatorBusiness>> {
    const rows = await this.#store.findAll(creators);
    const today = this.#context.nowIso().slice(0, ISO_DAY_CHARS);
    const views = rows.map((row) => [row.creator, viewOf(row, today)] as const);
    return new Map(views.filter((entry): entry is [string, CreatorBusiness] => entry[1]?.faults.length === 0));
  }

  /** Replaces all details; the answer names faults. What does not concern this kind of business is not kept. */
  async save(creator: string, input: CreatorBusinessInput): Promise<CreatorBusiness | null> {
    const { kind, firstName, birthDate, vatStatus, vatNumber, tin, tinCountry } = input;
    await this.#store.save({
      ...input,
      creator,
      firstName: kind === 'person' ? firstName : null,
      birthDate: kind === 'person' ? birthDate : null,
      vatNumber: vatStatus === 'none' ? null : vatNumber,
      tinCountry: tin === null ? null : (tinCountry ?? input.country),
      updatedAt: this.#context.nowIso(),
    });
    return this.find(creator);
  }

  /** The year until whose end they are kept; null where nothing was earned, or the term is over. */
  async keptUntil(creator: string): Promise<number | null> {
    const year = await this.#store.findLastYear(creator, this.#context.timeZone);
    const until = year === null ? 0 : year + this.#context.taxReportYears;
    return until >= this.#thisYear() ? until : null;
  }

  /** Fixes the term before the name is erased; idempotent, also once it is. */
  async keep(creator: string): Promise<void> {
    const untilYear = await this.keptUntil(creator);
    const nowIso = this.#context.nowIso();
    if (untilYear !== null) await this.#store.keep(creator, { untilYear, reason: LEGAL_REASON, nowIso });
  }

  /** Erases details whose term has ended. */
  eraseOld(): Promise<void> {
    return this.#store.eraseBefore(this.#thisYear());
  }

  #thisYear(): number {
    return yearIn(this.#context.timeZone, this.#context.clock.now());
  }
}

function viewOf(row: BusinessRow, today: string): CreatorBusiness | null {
  const { kind, vatStatus, address, postalCode, city, country } = row;
  if (kind === null || vatStatus === null) return null;
  const place = { address: address ?? '', postalCode: postalCode ?? '', city: city ?? '', country: country ?? '' };
  const view = { ...row, ...place, kind, vatStatus, updatedAt: iso(row.updatedAt) };
  const faults = findBusinessFaults(view, today);
  return { ...view, faults: BUSINESS_NUMBERS.filter((name) => faults[name]) };
}
