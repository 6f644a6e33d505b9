/**
 * Self-billing: the house writes the monthly bills for the shares of creators who have agreed to it (directive
 * 2006/112/EC, article 224). A job writes them once a month is over in the house's time zone: one for each creator and
 * month with sales, or with anything taken back. It locks the creator's series, takes every sale that no bill is about,
 * and stores the bill with its number in one transaction: a crash leaves all of it or nothing, and two processes write
 * one after the other. What is issued is never changed; a month in which more was taken back than sold has a credit
 * note. The share includes the creator's VAT: nothing is paid on top, and the books do not change.
 */
import { HOUR_MS, iso } from '../../platform/clock.ts';
import { periodIn, yearIn } from '../../platform/house-dates.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import type { Language } from '../../protocol/languages.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CreatorBusiness } from '../../protocol/money/creator-business.ts';
import type { SelfBill, SelfBilling as SelfBillingView, SelfBillParty } from '../../protocol/money/self-bills.ts';
import type { MoneyContext, Seller } from '../money-context.ts';
import type { CreatorBusinesses } from './creator-businesses.ts';
import { selfBillVatOf, vatWithin } from './self-bill-vat.ts';
import { SelfBillingStore, type SelfBillRow } from './self-billing.store.ts';
import { currentSelfBillingText } from './self-billing-texts.ts';

const BATCH = 200;
/** A transaction is committed within this time after its timestamp. */
const COMMITTED_WITHIN_MS = HOUR_MS;
const NUMBER_DIGITS = 4;

interface Due {
  creator: string;
  month: string;
  business: CreatorBusiness;
  seller: Seller;
}

export class SelfBilling {
  readonly #context: MoneyContext;
  readonly #businesses: CreatorBusinesses;
  readonly #store: SelfBillingStore;

  constructor(context: MoneyContext, businesses: CreatorBusinesses) {
    this.#context = context;
    this.#businesses = businesses;
    this.#store = new SelfBillingStore(context.db);
  }

  async describe(creator: string, language: Language): Promise<SelfBillingView> {
    const agreement = await this.#store.findAgreement(creator);
    const bills = await this.#store.listOf(creator, LIMITS.listPageItems);
    return {
      agreedAt: agreement ? iso(agreement.agreedAt) : null,
      text: currentSelfBillingText(language),
      isOffered: this.#context.seller !== undefined,
      hasDetails: await this.#hasDetails(creator),
      bills: bills.map(toWire),
    };
  }

  /**
   * A creator agrees to the current text, or ends the agreement (`textVersion` null). Repeated calls have no further
   * effect. `invalid_request`: the text is older, tax details are missing, or the house has no name and address.
   */
  async setAgreement(creator: string, { textVersion, language }: { textVersion: string | null; language: Language }) {
    const at = this.#context.nowIso();
    if (textVersion !== null) await this.#assertMayAgree(creator, textVersion, language);
    await this.#context.db.transaction(async (tx) => {
      await this.#store.lock(tx, creator);
      if (textVersion === null) await this.#store.withdraw(tx, creator, at);
      else if (!(await this.#store.findAgreement(creator, tx)))
        await this.#store.agree(tx, { creator, agreedAt: at, textVersion, language });
    });
    return this.describe(creator, language);
  }

  async #assertMayAgree(creator: string, textVersion: string, language: Language): Promise<void> {
    if (!this.#context.seller) throw new AppError('invalid_request', 'The house has no name and address yet.');
    if (textVersion !== currentSelfBillingText(language).version)
      throw new AppError('invalid_request', 'The text has changed. Read it again.');
    if (!(await this.#hasDetails(creator))) throw new AppError('invalid_request', 'Give your tax details first.');
  }

  async #hasDetails(creator: string): Promise<boolean> {
    return (await this.#businesses.findComplete([creator])).has(creator);
  }

  /** Writes the bills of months that are over. Creators whose details are not complete wait until they are. */
  async sweep(): Promise<void> {
    const { seller } = this.#context;
    if (!seller) return;
    for await (const { creator, month, business } of this.#readOpen())
      if (business) await this.#write({ creator, month, business, seller });
    this.#context.outbox.wake();
  }

  /** Creators whose bills wait for their details, in the order of their ids. */
  async listWaiting(): Promise<string[]> {
    const waiting = new Set<string>();
    for await (const { creator, business } of this.#readOpen()) if (!business) waiting.add(creator);
    return [...waiting];
  }

  /** Months that are over and not billed yet, with what is known of their creators once it is complete. */
  async *#readOpen(): AsyncGenerator<{ creator: string; month: string; business: CreatorBusiness | undefined }> {
    const { clock, timeZone, currency } = this.#context;
    const settledMs = clock.now() - COMMITTED_WITHIN_MS;
    const { fromIso: beforeIso } = periodIn(timeZone, { firstMonth: monthIn(timeZone, settledMs), months: 1 });
    for (let after = ''; ; ) {
      const creators = await this.#store.listCreators({ after, limit: BATCH });
      const complete = await this.#businesses.findComplete(creators);
      for (const open of await this.#store.listOpen(creators, { currency, beforeIso, timeZone }))
        yield { ...open, business: complete.get(open.creator) };
      if (creators.length < BATCH) return;
      after = creators.at(-1) ?? '';
    }
  }

  async #write({ creator, month, business, seller }: Due): Promise<void> {
    const { db, currency, timeZone, clock, taxes } = this.#context;
    const period = periodIn(timeZone, { firstMonth: month, months: 1 });
    const vat = selfBillVatOf(business, taxes.houseCountry);
    const vatBps = vat === 'standard' ? taxes.rateOf(taxes.houseCountry).vatBps : 0;
    await db.transaction(async (tx) => {
      await this.#store.lock(tx, creator);
      const unbilled = await this.#store.listUnbilled(tx, { creator, currency, ...period });
      // Another process was faster.
      if (unbilled.length === 0) return;
      const year = yearIn(timeZone, clock.now());
      const totalMinor = unbilled.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      const refundCount = unbilled.filter(({ isReversal }) => isReversal).length;
      const bill: SelfBillRow = {
        ...{ id: createId('selfBill'), creator, year, number: (await this.#store.lastNumber(tx, creator, year)) + 1 },
        ...{ month, seller: partyOf(business), vat, vatBps, totalMinor, vatMinor: vatWithin(totalMinor, vatBps) },
        buyer: { ...seller, country: taxes.houseCountry, registrationNumber: seller.taxNumber },
        ...{ saleCount: unbilled.length - refundCount, refundCount, currency, issuedAt: this.#context.nowIso() },
      };
      const transactions = unbilled.map(({ transaction }) => transaction);
      await this.#store.insert(tx, bill, transactions);
      await this.#context.addFacts(tx, ['self_bill.issued', { bill: toWire(bill) }, { identity: creator }]);
    });
  }

  /** `owner`: who may see it; undefined for the house. `payment_not_found` */
  async get(id: string, owner: string | undefined): Promise<SelfBill> {
    const row = await this.#store.find(id);
    if (!row || (owner !== undefined && row.creator !== owner)) throw new AppError('payment_not_found');
    return toWire(row);
  }

  /** Of all creators, by the month of the sales, in pages. */
  async *readMonth(month: string): AsyncGenerator<SelfBill[]> {
    for (let afterId = ''; ; ) {
      const rows = await this.#store.listOfMonth(month, { afterId, limit: BATCH });
      if (rows.length === 0) return;
      yield rows.map(toWire);
      afterId = rows.at(-1)?.id ?? '';
    }
  }
}

function partyOf({ firstName, legalName, address, postalCode, city, ...business }: CreatorBusiness): SelfBillParty {
  return {
    name: [firstName, legalName].filter(Boolean).join(' '),
    address: `${address}\n${postalCode} ${city}`,
    country: business.country,
    vatNumber: business.vatNumber,
    registrationNumber: business.registrationNumber,
  };
}

function monthIn(timeZone: string, atMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString().slice(0, 7);
}

function toWire(row: SelfBillRow): SelfBill {
  const { year, number, totalMinor, vatMinor, issuedAt, ...bill } = row;
  return {
    ...bill,
    ...{
      id: bill.id as Id<'selfBill'>,
      totalMinor,
      vatMinor,
      netMinor: totalMinor - vatMinor,
      issuedAt: iso(issuedAt),
    },
    number: `${year}-${String(number).padStart(NUMBER_DIGITS, '0')}`,
  };
}
