/**
 * Bookings by the desk: what happens outside the payment provider, and debts that are given up. A booking is a row. It
 * becomes a transaction of the ledger in the transaction that marks it booked, so it is booked once. Above a sum in a
 * day a second operator confirms; in a house of one operator the same one does, after a day.
 */
import { DAY_MS, iso, isoOrNull } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Booking, BookingInput, BookingKind, BookingList } from '../../protocol/money/bookings.ts';
import {
  type Account,
  accountId,
  charityAccount,
  creatorAvailable,
  creatorPending,
  fanWallet,
  houseAccount,
  type Leg,
  type TransactionKind,
  transferLegs,
} from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { PayoutsStore } from '../payouts/payouts.store.ts';
import { type CardDebts, owedMinor } from '../refunds/card-debts.ts';
import type { Promotions } from '../wallet/promotions.ts';
import { type BookingRow, BookingsStore } from './bookings.store.ts';

interface BookingParts {
  promotions: Promotions;
  debts: CardDebts;
}

type Kept = Pick<BookingRow, 'id' | 'kind' | 'subject' | 'amountMinor' | 'reason' | 'by'>;

/** For how long a booking of the only operator waits, and over which an operator's bookings are added up. */
const ALONE_MS = DAY_MS;
const VAT = 'vat';
const SECOND = 'Another operator has to confirm this; the only one of a house can do it themselves after a day.';
/** All that is owed is booked at once. */
const WHOLE: ReadonlySet<BookingKind> = new Set<BookingKind>([
  'refund_transferred',
  'earnings_written_off',
  'credit_transferred',
  'credit_written_off',
]);

export class Bookings {
  readonly #context: MoneyContext;
  readonly #parts: BookingParts;
  readonly #store: BookingsStore;
  readonly #accounts: PayoutsStore;

  constructor(context: MoneyContext, parts: BookingParts) {
    this.#context = context;
    this.#parts = parts;
    this.#store = new BookingsStore(context.db);
    this.#accounts = new PayoutsStore(context.db);
  }

  async list(operator: string): Promise<BookingList> {
    const { currency, ledger, unconfirmedBookingMinor: unconfirmedMinor } = this.#context;
    const [rows, owed, sums, isAlone] = await Promise.all([
      this.#store.list(LIMITS.listPageItems),
      this.#store.listOwed(currency, LIMITS.listPageItems),
      ledger.sumByKind(currency),
      this.#isAlone(),
    ]);
    const bookings = rows.map((row) => this.#toBooking(row, { operator, isAlone }));
    return { bookings, currency, unconfirmedMinor, owed: { vatMinor: sums.get('vat_payable') ?? 0, ...owed } };
  }

  countWaiting(): Promise<number> {
    return this.#store.countWaiting();
  }

  /** Throws `payment_not_found`. */
  async subjectOf(id: string): Promise<string> {
    return (await this.#get(id)).subject;
  }

  /** Books it, or lets it wait for a second operator. Idempotent by the operator's key. */
  async create(input: BookingInput, by: string): Promise<Booking> {
    const { db, currency, unconfirmedBookingMinor } = this.#context;
    const { kind, reason, idempotencyKey } = input;
    const subject = 'subject' in input ? input.subject : VAT;
    await this.#prepare({ kind, subject });
    const isAlone = await this.#isAlone();
    const row = await db.transaction(async (tx) => {
      await this.#store.lockAll(tx);
      const known = await this.#store.findByKey(tx, { by, idempotencyKey });
      const asked = 'amountMinor' in input ? input.amountMinor : undefined;
      if (known) {
        const isSame = known.kind === kind && known.subject === subject && known.reason === reason;
        if (!isSame || (asked ?? known.amountMinor) !== known.amountMinor) throw new AppError('idempotency_conflict');
        return known;
      }
      const amountMinor = asked ?? (await this.#findWhole(tx, { kind, subject }));
      const booking = { id: createId('deskBooking'), kind, subject, amountMinor, reason, by };
      await this.#assertOwed(tx, booking);
      const sinceIso = this.#context.laterIso(-ALONE_MS);
      const beforeMinor = await this.#store.sumUnconfirmed(tx, by, sinceIso);
      const isWaiting = beforeMinor + Math.abs(amountMinor) > unconfirmedBookingMinor;
      if (!isWaiting) await this.#book(tx, booking);
      const at = this.#context.nowIso();
      const decided = isWaiting ? { status: 'waiting' as const } : { status: 'booked' as const, decidedAt: at };
      if (isWaiting) await this.#context.addFacts(tx, ['booking.waiting', { by, amountMinor, currency, reason }, {}]);
      return this.#store.insert(tx, { ...booking, currency, idempotencyKey, createdAt: at, ...decided });
    });
    this.#context.outbox.wake();
    return this.#toBooking(row, { operator: by, isAlone });
  }

  async confirm(id: string, by: string): Promise<Booking> {
    await this.#prepare(await this.#get(id));
    const isAlone = await this.#isAlone();
    const row = await this.#context.db.transaction(async (tx) => {
      await this.#store.lockAll(tx);
      const waiting = await this.#store.find(id, tx);
      if (waiting?.status !== 'waiting') throw new AppError('already_decided');
      if (!this.#mayConfirm(waiting, { operator: by, isAlone })) throw new AppError('forbidden', SECOND);
      await this.#assertOwed(tx, waiting);
      await this.#book(tx, waiting);
      return this.#decide(tx, id, { status: 'booked', by });
    });
    this.#context.outbox.wake();
    return this.#toBooking(row, { operator: by, isAlone });
  }

  async decline(id: string, by: string): Promise<Booking> {
    await this.#get(id);
    const row = await this.#decide(this.#context.db.orm, id, { status: 'declined', by });
    return this.#toBooking(row, { operator: by, isAlone: false });
  }

  async #decide(tx: Orm, id: string, { status, by }: Pick<BookingRow, 'status' | 'by'>): Promise<BookingRow> {
    const decided = { status, decidedBy: by, decidedAt: this.#context.nowIso() };
    const row = await this.#store.decide(tx, id, decided);
    if (!row) throw new AppError('already_decided');
    return row;
  }

  async #get(id: string): Promise<BookingRow> {
    const row = await this.#store.find(id);
    if (!row) throw new AppError('payment_not_found', 'There is no such booking.');
    return row;
  }

  /** Accounts are created before a transaction. */
  async #prepare({ kind, subject }: Pick<Kept, 'kind' | 'subject'>): Promise<void> {
    const { ledger, pricing, stores, currency } = this.#context;
    if (kind === 'association_paid') await pricing.getAssociation(subject);
    if (kind === 'refund_transferred') {
      const refund = await stores.refunds.find(subject);
      if (!refund) throw new AppError('payment_not_found');
      await ledger.ensureAccounts([fanWallet(refund.identity, currency)]);
    }
    if (kind === 'goodwill') await this.#parts.promotions.prepare(subject);
    if (kind === 'earnings_written_off') await ledger.ensureAccounts([creatorAvailable(subject, currency)]);
    if (kind === 'credit_written_off' || kind === 'credit_transferred')
      await ledger.ensureAccounts([fanWallet(subject, currency)]);
  }

  /** What is owed now, or owed to the house (negative). Locks it until the transaction ends. */
  async #findOwed(tx: Orm, { kind, subject }: Pick<Kept, 'kind' | 'subject'>): Promise<number> {
    const { ledger, stores, currency } = this.#context;
    switch (kind) {
      case 'association_paid':
        return this.#store.sumOf(tx, accountId(charityAccount(subject, currency)));
      case 'vat_remitted':
        return this.#store.sumOf(tx, accountId(houseAccount('vat_payable', currency)));
      case 'refund_transferred': {
        const { identity } = (await stores.refunds.find(subject, tx)) ?? { identity: '' };
        await ledger.lockWallet(tx, fanWallet(identity, currency));
        const row = await stores.refunds.find(subject, tx);
        // While the provider may carry it out, or the bank has taken the payment, a transfer would pay it twice.
        const isFree = row && !(await this.#parts.debts.isDisputed(tx, row.payment, ['open', 'under_review', 'lost']));
        return isFree && row.status === 'failed' ? owedMinor(row) : 0;
      }
      case 'earnings_written_off':
        return this.#findEarnings(tx, subject);
      case 'credit_transferred':
      case 'credit_written_off':
        return (await this.#store.isClosed(tx, subject)) ? ledger.lockWallet(tx, fanWallet(subject, currency)) : 0;
      case 'goodwill':
        return (await this.#store.isClosed(tx, subject)) ? 0 : LIMITS.promotionMaxMinor;
    }
  }

  /** Held earnings, and a payout that may come back, cover a debt first. */
  async #findEarnings(tx: Orm, creator: string): Promise<number> {
    const { currency } = this.#context;
    const available = accountId(creatorAvailable(creator, currency));
    const availableMinor = await this.#accounts.lockAvailable(tx, available);
    if (availableMinor >= 0) return availableMinor;
    const pending = accountId(creatorPending(creator, currency));
    return Math.min(0, await this.#store.sumEarnings(tx, { creator, accounts: [available, pending] }));
  }

  async #findWhole(tx: Orm, booking: Pick<Kept, 'kind' | 'subject'>): Promise<number> {
    const wholeMinor = await this.#findOwed(tx, booking);
    if (wholeMinor === 0) throw new AppError('amount_too_large', 'Nothing of this kind is owed.');
    return wholeMinor;
  }

  /** A whole is booked as it was confirmed; of other sums no more than what is owed. */
  async #assertOwed(tx: Orm, { kind, subject, amountMinor }: Kept): Promise<void> {
    const wholeMinor = await this.#findOwed(tx, { kind, subject });
    if (WHOLE.has(kind) && amountMinor !== wholeMinor)
      throw new AppError('amount_invalid', 'What is owed has changed since. Decline this booking, and make a new one.');
    if (!WHOLE.has(kind) && amountMinor > wholeMinor)
      throw new AppError('amount_too_large', 'This is more than is owed.');
    if (kind !== 'earnings_written_off' || amountMinor < this.#context.earningsRules.payoutMinMinor) return;
    if (!(await this.#store.isClosed(tx, subject))) {
      throw new AppError(
        'amount_too_large',
        'A creator can be paid this: only what a closed account left is written off.',
      );
    }
  }

  async #book(tx: Orm, booking: Kept): Promise<void> {
    const { currency } = this.#context;
    const { id, kind, subject, amountMinor, reason, by } = booking;
    const bank = houseAccount('house_bank', currency);
    const post = (as: TransactionKind, legs: Leg[]) =>
      this.#context.ledger.post(tx, {
        ...{ kind: as, legs, source: { type: 'desk_booking', id }, at: this.#context.nowIso() },
      });
    switch (kind) {
      case 'association_paid':
        await post(kind, transferLegs(charityAccount(subject, currency), bank, amountMinor));
        return;
      case 'vat_remitted':
        await post(kind, transferLegs(houseAccount('vat_payable', currency), bank, amountMinor));
        return;
      case 'refund_transferred': {
        const refund = await this.#context.stores.refunds.find(subject, tx);
        const order = { refund: subject };
        const left = { payment: refund?.payment ?? '', amountMinor, order, from: bank };
        await this.#parts.debts.settle(tx, { ...left, source: { type: 'desk_booking', id } });
        return;
      }
      case 'earnings_written_off':
        await post('write_off', this.#writeOff(creatorAvailable(subject, currency), amountMinor));
        return;
      case 'credit_transferred':
        await post(kind, transferLegs(fanWallet(subject, currency), bank, amountMinor));
        await this.#context.addWalletFact(tx, subject);
        return;
      case 'credit_written_off':
        await post('write_off', this.#writeOff(fanWallet(subject, currency), amountMinor));
        await this.#context.addWalletFact(tx, subject);
        return;
      case 'goodwill':
        await this.#parts.promotions.book(tx, {
          ...{ identity: subject, amountMinor, reason, by, idempotencyKey: id, expiresAt: null },
        });
    }
  }

  #writeOff(account: Account, amountMinor: number): Leg[] {
    const house = houseAccount('written_off', this.#context.currency);
    return amountMinor > 0 ? transferLegs(account, house, amountMinor) : transferLegs(house, account, -amountMinor);
  }

  async #isAlone(): Promise<boolean> {
    return (await this.#context.countOperators()) <= 1;
  }

  #mayConfirm(row: BookingRow, { operator, isAlone }: Who): boolean {
    return row.by !== operator || (isAlone && this.#context.hasPassed(Date.parse(row.createdAt) + ALONE_MS));
  }

  #toBooking(row: BookingRow, who: Who): Booking {
    const { idempotencyKey, createdAt, decidedAt, ...rest } = row;
    const isWaiting = row.status === 'waiting';
    return {
      ...rest,
      id: row.id as Id<'deskBooking'>,
      createdAt: iso(createdAt),
      decidedAt: isoOrNull(decidedAt),
      isConfirmable: isWaiting && this.#mayConfirm(row, who),
      aloneFrom: isWaiting && who.isAlone ? iso(Date.parse(createdAt) + ALONE_MS) : null,
    };
  }
}

interface Who {
  operator: string;
  /** Whether the house has no other operator. */
  isAlone: boolean;
}
