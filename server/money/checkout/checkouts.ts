/**
 * Card payments, whatever they pay for. A checkout is written first, then its page is opened at the provider, and it is
 * booked exactly once, by whichever comes first of provider event, return page and sweeper. The part that sells the
 * item (top-up, ticket, tip) registers itself and books the sale in the transaction that marks the checkout paid.
 */
import { DAY_MS, HOUR_MS, isoOrNull, MINUTE_MS } from '../../platform/clock.ts';
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId, ID_PREFIXES } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { cardMinimumMinor } from '../../protocol/money/card-minimum.ts';
import { houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { NewPayment, PaymentRow } from '../payments/payments.store.ts';
import type { ProviderFees } from '../payments/provider-fees.ts';
import type { ProviderCheckout } from '../provider/payment-provider.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';
import { type CheckoutPurpose, checkouts } from './checkouts.schema.ts';
import { type Checkout, type CheckoutsStore, ONE_CHECKOUT_OF_SESSION } from './checkouts.store.ts';
import { createReturnUrls, withSession } from './return-urls.ts';

/**
 * Books the sale. If the item is no longer available, it books nothing and returns the reason, and the money is
 * returned to the card. `paid` is what its payment has in common with others.
 */
export type Booking = (tx: Orm, paid: PaidByCard) => Promise<string | undefined>;
export type PaidByCard = Omit<NewPayment, 'kind' | 'paidAt'>;

export interface Payable {
  /**
   * Prepares the booking outside a transaction. The returned function books inside one. `paid` is what the payment
   * says of where the payer lives.
   */
  planSettlement(checkout: Checkout, paid: CountryEvidence[]): Promise<Booking>;
  /** Why a payment would buy nothing any more, if so: its page is closed then. */
  findRefusal?(checkout: Checkout): Promise<string | undefined>;
  /** The checkout can no longer be paid. */
  expire?(tx: Orm, checkout: Checkout): Promise<void>;
  /** The checkout was paid and bought nothing: the money is being returned to the card. Returns its room, if any. */
  handleUnusable?(tx: Orm, checkout: Checkout): Promise<string | undefined>;
}

export interface CheckoutRequest {
  purpose: CheckoutPurpose;
  sourceId: string;
  identity: string;
  name: string;
  amountMinor: number;
  /** Text on the payment page. */
  description: string;
  returnUrl: string | undefined;
  /** Path on our own site, used without a `returnUrl`. */
  returnPath: string;
  locale: string | undefined;
  /** Charges this saved card, without a page. */
  card?: string;
  idempotencyKey?: string;
}

interface CheckoutParts {
  fees: ProviderFees;
  /** Orders the return of a payment that is booked as owed to its card. */
  returnToCard: (tx: Orm, unusable: PaymentRow, reason: string) => Promise<void>;
}

/** How long a page can be paid. The provider allows 30 minutes to 24 hours. */
const OPEN_MS = HOUR_MS;
/**
 * An order that the provider has not answered is retried within this time and then abandoned: its page was never given
 * out.
 */
export const OPENING_MS = 20 * 60_000;
/** A page this close to its expiry is not given out again. */
const HAND_OUT_MARGIN_MS = 60_000;
/** How long after its expiry a checkout that the provider does not know is still fetched. */
const MISSING_GRACE_MS = DAY_MS;
const SETTLE_ATTEMPTS = 2;
/**
 * How long the booking of a payment is retried. The desk shows the failure; afterwards the money is returned to the
 * card.
 */
const UNBOOKED_MAX_MS = DAY_MS;
/** How often an open checkout is fetched at first. */
const CHECK_FIRST_MS = 10_000;
const CHECK_MAX_MS = 5 * MINUTE_MS;

export class Checkouts {
  readonly due: DueRows<typeof checkouts>;
  readonly #context: MoneyContext;
  readonly #store: CheckoutsStore;
  readonly #payables = new Map<CheckoutPurpose, Payable>();
  readonly #parts: CheckoutParts;

  constructor(context: MoneyContext, parts: CheckoutParts) {
    this.#context = context;
    this.#store = context.stores.checkouts;
    this.#parts = parts;
    this.due = context.dueRows({
      name: 'checkouts',
      table: checkouts,
      key: [checkouts.id],
      recheck: { firstMs: CHECK_FIRST_MS, factor: 2, maxMs: CHECK_MAX_MS },
      attempt: (checkout) => this.#check(checkout),
    });
  }

  register(purpose: CheckoutPurpose, payable: Payable): void {
    this.#payables.set(purpose, payable);
  }

  /** Writes the checkout together with the rows of `insertSource`, and opens the page. Returns its URL. */
  async open(request: CheckoutRequest, insertSource?: (tx: Orm) => Promise<void>): Promise<string> {
    return this.#order(await this.#insert(request, insertSource));
  }

  /**
   * Like `open`, but charges a saved card. The bank may require a page. If the provider did not answer, call
   * `payByCard` to retry.
   */
  async openByCard(request: CheckoutRequest): Promise<Checkout> {
    return this.payByCard(await this.#insert(request));
  }

  /** Repeats the order of a card payment, which is idempotent, and returns its state. */
  async payByCard(checkout: Checkout): Promise<Checkout> {
    const { provider } = this.#context;
    const { card, id, successUrl } = checkout;
    if (card === null) throw new AppError('internal', 'This checkout is paid on a page.');
    if (checkout.status === 'open') await this.#refresh(checkout);
    if (checkout.status === 'opening') {
      const customer = await this.customerOf(checkout);
      const returnUrl = withSession(successUrl, id);
      const found = await provider.cards.pay({ ...checkout, checkout: id, card, customer, returnUrl });
      await this.#keepPage(checkout, found);
      await this.#settle((await this.#store.find(id)) ?? checkout, found);
    }
    return (await this.#store.find(id)) ?? checkout;
  }

  async #insert(request: CheckoutRequest, insertSource?: (tx: Orm) => Promise<void>): Promise<Checkout> {
    const { purpose, sourceId, identity, name, amountMinor, description, locale } = request;
    const { returnUrl: requested, returnPath: fallback } = request;
    const urls = createReturnUrls({ requested, fallback, context: this.#context });
    await this.#context.cardHolds.assertMayPay(identity);
    // A price of before a change of currency, or of before this minimum.
    const minMinor = cardMinimumMinor(this.#context.currency);
    assertWithin(amountMinor, { minMinor, maxMinor: Number.POSITIVE_INFINITY });
    return this.#context.db.transaction(async (tx) => {
      const open = await this.#store.lockOpen(tx, identity, this.#context.nowIso());
      if (open >= LIMITS.openCheckouts) throw new AppError('checkout_limit');
      await insertSource?.(tx);
      return this.#store.insert(tx, {
        id: createId('checkout'),
        purpose,
        sourceId,
        identity,
        name,
        amountMinor,
        currency: this.#context.currency,
        description,
        ...urls,
        locale: locale ?? null,
        status: 'opening',
        createdAt: this.#context.nowIso(),
        expiresAt: this.#context.laterIso(OPEN_MS),
        dueAt: this.#context.laterIso(OPENING_MS),
        card: request.card ?? null,
        idempotencyKey: request.idempotencyKey ?? null,
      });
    });
  }

  /**
   * Returns the page of an earlier checkout that can still be paid. If there is none, the checkout is paid or expired.
   */
  async resume(checkout: Checkout): Promise<string | undefined> {
    const { clock, provider } = this.#context;
    if (checkout.status === 'opening') {
      const isYoung = clock.now() < Date.parse(checkout.createdAt) + OPENING_MS;
      if (isYoung) return this.#order(checkout);
      await this.#expire(checkout);
      return undefined;
    }
    if (checkout.status !== 'open' || !checkout.providerSession) return undefined;
    if (clock.now() > Date.parse(checkout.expiresAt) - HAND_OUT_MARGIN_MS) {
      await provider.expireCheckout(checkout.providerSession);
    }
    const found = await this.#refresh(checkout);
    return found?.status === 'open' ? (found.url ?? undefined) : undefined;
  }

  /**
   * Closes the page of an item that was bought another way, or whose terms changed. A payment that arrived meanwhile is
   * settled; it is refunded if the item was bought already.
   */
  async cancel(checkout: Checkout): Promise<void> {
    if (!checkout.providerSession) {
      await this.#expire(checkout);
      return;
    }
    await this.#context.provider.expireCheckout(checkout.providerSession);
    await this.#refresh(checkout);
  }

  /** Concurrent callers create two pages at the provider; both return the one that was stored. */
  async #order(checkout: Checkout): Promise<string> {
    const { provider } = this.#context;
    let page: ProviderCheckout | undefined;
    for (let attempt = 0; attempt < 2 && !page; attempt += 1) {
      const customer = await this.customerOf(checkout);
      page = await provider.createCheckout({
        ...checkout,
        checkout: checkout.id,
        customer,
        expiresAtMs: Date.parse(checkout.expiresAt),
      });
      if (!page) await this.#store.forgetCustomer(customer);
    }
    if (!page?.url) throw new AppError('provider_unavailable');
    await this.#keepPage(checkout, page);
    const kept = await this.#store.find(checkout.id);
    if (kept?.status !== 'open' || !kept.url) throw new AppError('unavailable');
    return kept.url;
  }

  async #keepPage(checkout: Checkout, { session, url }: ProviderCheckout): Promise<void> {
    const dueAt = this.#context.laterIso(CHECK_FIRST_MS);
    await this.#store.markOpen(checkout.id, { session, url, dueAt });
  }

  /** `club`: the creator of the club that the person joins; empty for their own payments. */
  async customerOf({ identity, name }: { identity: string; name: string }, club = ''): Promise<string> {
    const known = await this.#store.findCustomer(identity, club);
    if (known) return known;
    const customer = await this.#context.provider.createCustomer({ identity, name, club });
    return this.#store.keepCustomer({ identity, club, customer }, this.#context.nowIso());
  }

  /** For the return page: fetches the named session and settles it. Sessions that are not ours are not fetched. */
  async confirm(session: string): Promise<Checkout> {
    // The bank's page returns people with our id, because the payment was not known when its return URL was made.
    const isOurs = session.startsWith(ID_PREFIXES.checkout);
    const known = isOurs ? await this.#store.find(session) : await this.#store.findBySession(session);
    if (!known) throw new AppError('payment_not_found');
    if (known.status === 'open') await this.#refresh(known);
    return (await this.#store.find(known.id)) ?? known;
  }

  /** Handles a provider event about a session. */
  async handleSessionChanged(session: string): Promise<void> {
    const found = await this.#context.provider.fetchCheckout(session);
    if (!found) return;
    const checkout = found.reference
      ? await this.#store.find(found.reference)
      : await this.#store.findBySession(session);
    // Another application may share the provider's account.
    if (checkout) await this.#settle(checkout, found);
  }

  /**
   * A card payment has no session events: its payment event may mean that it is paid, or that an order whose answer was
   * lost was placed.
   */
  async handleCardPayment(payment: string): Promise<void> {
    const found = await this.#context.provider.fetchCheckout(payment);
    const checkout = found?.reference ? await this.#store.find(found.reference) : undefined;
    if (found && checkout && checkout.card !== null) await this.#settle(checkout, found);
  }

  /**
   * Settles a payment of a checkout whose own event has not arrived. An event about its dispute or refund can arrive
   * first.
   */
  async settlePayment(payment: string): Promise<void> {
    const found = await this.#context.provider.fetchPayment(payment);
    const checkout = found?.checkout ? await this.#store.find(found.checkout) : undefined;
    // Another application may share the provider's account.
    if (checkout?.providerSession) await this.#refresh(checkout);
    // A card order whose answer was lost has no session yet: its payment identifies it.
    else if (checkout) await this.handleCardPayment(payment);
  }

  async #check(checkout: Checkout): Promise<void> {
    if (checkout.providerSession) {
      if (checkout.status === 'open' && (await this.#isRefused(checkout)))
        await this.#context.provider.expireCheckout(checkout.providerSession);
      await this.#refresh(checkout);
    } else if (this.#context.hasPassed(Date.parse(checkout.createdAt) + OPENING_MS)) {
      await this.#giveUp(checkout);
    }
  }

  /** Whether its page is closed although it could be paid. */
  async #isRefused(checkout: Checkout): Promise<boolean> {
    if (await this.#context.cardHolds.isHeld(checkout.identity)) return true;
    return (await this.#payableOf(checkout).findRefusal?.(checkout)) !== undefined;
  }

  /**
   * Abandons an order without an answer. Its page was never given out; a card payment needs no page and is cancelled
   * unless it is paid.
   */
  async #giveUp(checkout: Checkout): Promise<void> {
    const customer = checkout.card === null ? undefined : await this.#store.findCustomer(checkout.identity);
    const order = { customer: customer ?? '', checkout: checkout.id };
    const placed = customer ? await this.#context.provider.cards.findPlaced(order) : undefined;
    if (placed) await this.#cancelCardPayment(checkout, placed.session);
    else await this.#expire(checkout);
  }

  /** Cancels a card payment. The payer may have confirmed it meanwhile, so the state after the cancellation counts. */
  async #cancelCardPayment(checkout: Checkout, payment: string): Promise<void> {
    await this.#context.provider.expireCheckout(payment);
    const found = await this.#context.provider.fetchCheckout(payment);
    // Still open: the bank is about to decide, and the checkout is checked again.
    if (found && found.status !== 'open') await this.#settle(checkout, found);
  }

  async #refresh(checkout: Checkout): Promise<ProviderCheckout | undefined> {
    const { provider } = this.#context;
    const session = checkout.providerSession ?? '';
    const isOver = checkout.status === 'open' && this.#context.hasPassed(Date.parse(checkout.expiresAt));
    // A page expires by itself. A card payment would wait for the bank forever.
    if (isOver && checkout.card !== null) await provider.expireCheckout(session);
    const found = await provider.fetchCheckout(session);
    if (found) {
      await this.#settle(checkout, found);
    } else if (this.#context.hasPassed(Date.parse(checkout.expiresAt) + MISSING_GRACE_MS)) {
      this.#context.log.error({ checkout: checkout.id }, 'checkout unknown to the provider, abandoned');
      await this.#expire(checkout);
    }
    return found;
  }

  async #settle(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    // A second page of the same checkout, which was never given out: it counts only if it was paid.
    const isOther = checkout.providerSession !== null && checkout.providerSession !== found.session;
    switch (found.status) {
      case 'open':
        // The order was placed after the checkout was abandoned: the bank's page is not given out.
        if (checkout.status === 'expired' && checkout.card !== null) {
          await this.#cancelCardPayment(checkout, found.session);
        } else if (checkout.status === 'opening' || (checkout.url === null && found.url !== null)) {
          await this.#keepPage(checkout, found);
        }
        return;
      case 'expired':
        if (!isOther) await this.#expire(checkout);
        return;
      case 'paid':
        return this.#handlePaid(checkout, found);
    }
  }

  async #handlePaid(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    if (checkout.status !== 'paid') await this.#book(checkout, found);
    const booked = (await this.#store.find(checkout.id)) ?? checkout;
    if (booked.providerSession !== found.session) await this.#returnSecond(booked, found);
    if (found.payment) await this.#parts.fees.note(found.payment);
  }

  async #book(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    if (found.currency !== checkout.currency) {
      throw new AppError('amount_invalid', 'The provider charged another currency than requested.');
    }
    if (found.amountMinor !== checkout.amountMinor) {
      this.#context.log.error({ checkout: checkout.id, paid: found.amountMinor }, 'checkout paid with another amount');
      return this.#commitPaid(checkout, found, async () => 'amount_invalid');
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        const evidence = found.payment?.evidence ?? [];
        const book = await this.#payableOf(checkout).planSettlement(checkout, evidence);
        return await this.#commitPaid(checkout, found, book);
      } catch (error) {
        // A concurrent sale made the plan stale (the same ticket was bought from the wallet): the second attempt sees
        // it.
        if (attempt === SETTLE_ATTEMPTS) return this.#handleUnbooked(checkout, found, error);
      }
    }
  }

  /** Booking is retried for a day, which gives operators time to fix the cause. Then the payer gets the money back. */
  async #handleUnbooked(checkout: Checkout, found: ProviderCheckout, error: unknown): Promise<void> {
    const since = await this.#store.noteUnbooked(checkout.id, this.#context.nowIso());
    if (!this.#context.hasPassed(Date.parse(since) + UNBOOKED_MAX_MS)) throw error;
    this.#context.log.error({ err: error, checkout: checkout.id }, 'payment could not be booked, returned to the card');
    await this.#commitPaid(checkout, found, async () => 'not_booked');
  }

  /** In one transaction: marks the checkout paid, and books the sale or the return to the card. */
  async #commitPaid(checkout: Checkout, found: ProviderCheckout, book: Booking): Promise<void> {
    const { db, metrics, outbox } = this.#context;
    const isBooked = await db.transaction((tx) => this.#markPaid(tx, checkout, { found, book }));
    if (isBooked) metrics.moneyMinor.inc({ kind: checkout.purpose }, checkout.amountMinor);
    outbox.wake();
  }

  /** True when this call booked the sale. */
  async #markPaid(
    tx: Orm,
    checkout: Checkout,
    { found, book }: { found: ProviderCheckout; book: Booking },
  ): Promise<boolean> {
    const { id, purpose, sourceId, identity, createdAt } = checkout;
    const { session, amountMinor } = found;
    const { ledger, currency, stores } = this.#context;
    const at = this.#context.nowIso();
    const { payment: providerPayment = null, cardFingerprint: card = null } = found.payment ?? {};
    const cardFingerprint = purpose === 'topup' ? card : null;
    const paidAt = isoOrNull(found.payment?.paidAtMs) ?? at;
    const kept = { session, providerPayment, cardFingerprint, amountMinor, paidAt };
    if (!(await this.#store.markPaid(tx, id, kept))) return false;
    const paid = {
      id: sourceId,
      identity,
      amountMinor,
      currency,
      paidFrom: 'card' as const,
      providerPayment,
      evidence: found.payment?.evidence ?? [],
      createdAt,
      // Its fee, which the answer that is being handled may have.
      dueAt: providerPayment && this.#context.laterIso(CHECK_FIRST_MS),
    };
    const reason = await book(tx, paid);
    if (reason === undefined) return true;
    const [from, to] = [houseAccount('provider_clearing', currency), houseAccount('refund_payable', currency)];
    const source = { type: purpose, id: sourceId };
    await ledger.post(tx, { kind: 'unusable_payment', source, legs: transferLegs(from, to, amountMinor), at });
    await this.#store.noteUnusable(tx, id, reason);
    const room = await this.#payableOf(checkout).handleUnusable?.(tx, checkout);
    await this.#parts.returnToCard(
      tx,
      await stores.payments.insert(tx, { ...paid, kind: 'unusable', room, paidAt }),
      reason,
    );
    this.#context.log.warn({ checkout: id, reason }, 'payment bought nothing, returned to the card');
    return false;
  }

  /** A checkout was paid on two pages: the second payment becomes a separate checkout, which bought nothing. */
  async #returnSecond(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    if (await this.#store.findBySession(found.session)) return;
    const id = createId('checkout');
    try {
      await this.#context.db.transaction(async (tx) => {
        const row = await this.#store.insert(tx, {
          ...checkout,
          id,
          sourceId: createId(checkout.purpose),
          status: 'open',
          providerSession: found.session,
          providerPayment: null,
          idempotencyKey: null,
          attempts: 0,
        });
        await this.#markPaid(tx, row, { found, book: async () => 'paid_twice' });
      });
    } catch (error) {
      if (!isUniqueViolation(error, ONE_CHECKOUT_OF_SESSION)) throw error;
    }
    this.#context.outbox.wake();
  }

  async #expire(checkout: Checkout): Promise<void> {
    await this.#context.db.transaction(async (tx) => {
      if (await this.#store.markExpired(tx, checkout.id)) await this.#payableOf(checkout).expire?.(tx, checkout);
    });
  }

  #payableOf(checkout: Checkout): Payable {
    const payable = this.#payables.get(checkout.purpose);
    if (!payable) throw new AppError('internal', `No part is registered for the purpose ${checkout.purpose}.`);
    return payable;
  }
}
