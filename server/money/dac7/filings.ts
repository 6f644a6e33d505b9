/**
 * Reports under DAC7 as files for the tax authority, and the record of what was in them. A report is made for a year
 * that is over, and again whenever something has changed since; what an authority has refused counts as not made.
 */
import { randomUUID } from 'node:crypto';
import { iso } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { yearIn } from '../../platform/house-dates.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import { isInEu } from '../../protocol/money/business-rules.ts';
import type { Dac7Candidate, Dac7Filing, Dac7Filings as Dac7FilingsView } from '../../protocol/money/dac7.ts';
import type { CreatorBusinesses } from '../creator-papers/creator-businesses.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Statements } from '../payouts/statements.ts';
import { isNothing, toReported } from './dac7-figures.ts';
import { buildDac7Message, type Dac7Operator } from './dac7-message.ts';
import {
  type CurrentDocuments,
  isSame,
  type PlannedMessage,
  planMessages,
  type ReportedDocument,
  type SellerContent,
} from './dac7-plan.ts';
import { dialectOf, findSchemaFaults } from './dac7-schemas.ts';
import { toDac7Seller } from './dac7-sellers.ts';
import { type CountedFiling, Dac7FilingsStore } from './filings.store.ts';

interface Parts {
  statements: Statements;
  businesses: CreatorBusinesses;
}

interface Draft extends PlannedMessage {
  createdAt: string;
  xml: string;
}

interface Plan {
  /** The latest documents when it was made. */
  current: CurrentDocuments;
  sellers: Dac7Candidate[];
  drafts: Draft[];
}

const NO_SALES = { considerationMinor: 0, activities: 0, feesMinor: 0, taxesMinor: 0 };
const QUARTERS = [1, 2, 3, 4];

export class Dac7Filings {
  readonly #context: MoneyContext;
  readonly #parts: Parts;
  readonly #store: Dac7FilingsStore;

  constructor(context: MoneyContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
    this.#store = new Dac7FilingsStore(context.db);
  }

  /** What was reported about a year, and what a report that is made now would be. */
  async describe(year: number): Promise<Dac7FilingsView> {
    const { sellers, drafts } = await this.#plan(year);
    const filings = await this.#store.list(year);
    return {
      ...{ year, currency: this.#context.currency, isOver: this.#isOver(year), sellers },
      missingSettings: this.#missingSettings(),
      next: drafts.map(({ type, sellers: { length: sellerCount } }) => ({ type, sellerCount })),
      schema: this.#schemaName,
      faults: await this.#findFaults(drafts),
      filings: filings.map(toWire),
    };
  }

  /**
   * Makes the files that are due: one, or two where somebody is new and something else has changed. `invalid_request`:
   * the year is not over, settings are missing, nothing is due, or the operator's schema refuses it.
   */
  async file(year: number, by: string): Promise<Dac7Filing[]> {
    if (!this.#isOver(year)) throw new AppError('invalid_request', `${year} is not over.`);
    const missing = this.#missingSettings();
    if (missing.length > 0) throw new AppError('invalid_request', `Set ${missing.join(' and ')} first.`);
    for (;;) {
      const plan = await this.#plan(year);
      if (plan.drafts.length === 0) throw new AppError('invalid_request', 'Everything has been reported.');
      const [fault] = await this.#findFaults(plan.drafts);
      if (fault !== undefined) throw new AppError('invalid_request', `The schema refuses it: ${fault}`);
      const made = await this.#context.db.transaction((tx) => this.#make(tx, { ...plan, year, by }));
      if (made) return made;
    }
  }

  /** Undefined: another report was made meanwhile. */
  async #make(tx: Orm, { year, by, current, drafts }: Plan & { year: number; by: string }) {
    await this.#store.lockAll(tx);
    const now = await this.#store.listCurrent(year, tx);
    if (idsOf(now) !== idsOf(current)) return undefined;
    const made: Dac7Filing[] = [];
    for (const { type, house, sellers, createdAt, xml } of drafts) {
      const id = createId('dac7Filing');
      const refusal = { refusedAt: null, refusedBy: null, refusalReason: null };
      const filing = { id, year, type, xml, schema: this.#schemaName, by, createdAt, ...refusal };
      const documents = house.type === 'OECD0' ? sellers : [house, ...sellers];
      await this.#store.insert(
        tx,
        filing,
        documents.map((document) => ({ ...document, filing: id })),
      );
      made.push(toWire({ ...filing, sellerCount: sellers.length }));
    }
    return made;
  }

  /** The authority has refused a report. `invalid_request`: a later one about the same year relies on it. */
  async refuse(id: string, { by, reason }: { by: string; reason: string }): Promise<Dac7Filing> {
    const filing = await this.#context.db.transaction(async (tx) => {
      await this.#store.lockAll(tx);
      const found = await this.#store.get(tx, id);
      if (await this.#store.hasLater(tx, found))
        throw new AppError('invalid_request', 'Note the refusal of the later reports about this year first.');
      const refusal = { refusedAt: this.#context.nowIso(), refusedBy: by, refusalReason: reason };
      if (found.refusedAt === null) await this.#store.refuse(tx, id, refusal);
      return this.#store.get(tx, id);
    });
    return toWire(filing);
  }

  /** The file as it was made. */
  async read(id: string): Promise<{ name: string; xml: string }> {
    const { year, type, createdAt, xml } = await this.#store.get(this.#context.db.orm, id);
    return { name: `dac7-${year}-${type}-${createdAt.slice(0, 10)}`, xml };
  }

  /** Erases reports whose term has ended. */
  eraseOld(): Promise<void> {
    return this.#store.eraseBefore(this.#thisYear() - this.#context.taxReportYears);
  }

  get #schemaName(): string | null {
    return this.#context.dac7Schema?.[0]?.fileName ?? null;
  }

  #thisYear(): number {
    return yearIn(this.#context.timeZone, this.#context.clock.now());
  }

  #isOver(year: number): boolean {
    return year < this.#thisYear();
  }

  #missingSettings(): string[] {
    const { seller } = this.#context;
    if (!seller) return ['LOGE_HOUSE_NAME', 'LOGE_HOUSE_ADDRESS'];
    return seller.taxNumber === null ? ['LOGE_HOUSE_TAX_NUMBER'] : [];
  }

  async #plan(year: number): Promise<Plan> {
    const { dac7Schema = null, taxes, seller, currency } = this.#context;
    const current = await this.#store.listCurrent(year);
    const { candidates, reportable } = await this.#readSellers(year, current);
    if (!seller || seller.taxNumber === null) return { current, sellers: candidates, drafts: [] };
    const { name, address, vatNumber, taxNumber } = seller;
    const operator: Dac7Operator = { country: taxes.houseCountry, name, address, vatNumber, taxNumber };
    const dialect = dialectOf(dac7Schema, operator.country);
    const idPrefix = dialect.idOf(year, operator);
    const createdAt = this.#context.nowIso();
    const drafts = planMessages({ current, operator, sellers: reportable, idPrefix }).map((planned): Draft => {
      const { type, house: operatorDocument, sellers } = planned;
      const entries = sellers.map((document) => ({ document, ...(document.content as SellerContent) }));
      const id = `${idPrefix}_${randomUUID()}`;
      const message = { id, type, year, createdAt, currency, operator, operatorDocument, entries };
      return { ...planned, createdAt, xml: buildDac7Message(message, dialect) };
    });
    return { current, sellers: candidates, drafts };
  }

  /** Everybody who has earned something in a year, and what a report says of those who are in it. */
  async #readSellers(year: number, current: CurrentDocuments) {
    const { statements, businesses } = this.#parts;
    const reports = await Promise.all(QUARTERS.map((number) => statements.dac7(`${year}-Q${number}`)));
    const quarters = reports.map(({ sellers }) => new Map(sellers.map((each) => [each.creator, each] as const)));
    const earning = new Map(quarters.flatMap((quarter) => [...quarter]));
    const details = await businesses.findComplete([...earning.keys()]);
    const candidates: Dac7Candidate[] = [];
    const reportable = new Map<string, SellerContent>();
    for (const { creator, name, country } of earning.values()) {
      const figures = quarters.map((quarter) => quarter.get(creator) ?? NO_SALES);
      const reported = toReported(figures, this.#context.currency);
      if (isNothing(reported)) continue;
      const business = details.get(creator);
      const seller = business && toDac7Seller(business);
      const candidate = { creator, name, country: seller?.country ?? country };
      if (!seller) candidates.push({ ...candidate, state: 'no_details' });
      else if (!isInEu(seller.country)) candidates.push({ ...candidate, state: 'outside' });
      else {
        const content = { seller, quarters: reported };
        reportable.set(creator, content);
        candidates.push({ ...candidate, state: stateOf(current.get(creator), content) });
      }
    }
    return { candidates, reportable };
  }

  async #findFaults(drafts: Draft[]): Promise<string[]> {
    const { dac7Schema } = this.#context;
    if (!dac7Schema) return [];
    const faults = await Promise.all(drafts.map(({ xml }) => findSchemaFaults(xml, dac7Schema)));
    return faults.flat();
  }
}

function stateOf(before: ReportedDocument | undefined, content: SellerContent): Dac7Candidate['state'] {
  if (!before) return 'new';
  return isSame(before.content, content) ? 'unchanged' : 'changed';
}

function idsOf(documents: CurrentDocuments): string {
  return [...documents.values()].map(({ id }) => id).join();
}

function toWire({ xml: _, refusedBy: __, ...filing }: CountedFiling): Dac7Filing {
  const { id, createdAt, refusedAt } = filing;
  const at = { createdAt: iso(createdAt), refusedAt: refusedAt && iso(refusedAt) };
  return { ...filing, ...at, id: id as Id<'dac7Filing'> };
}
