/**
 * Card payments on the provider's page, whatever they pay for. Owns the way of one from the intent that is written first, to the page, to
 * the booking, exactly once, from whichever of webhook, return page or sweeper comes first. What is paid for (a top-up, a ticket) is
 * registered by its own part and books itself in the transaction that marks the checkout paid.
 */
import type { Orm } from '../../platform/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, ID_PREFIXES } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderCheckout, ProviderPayment } from '../provider/payment-provider.ts';
import { isUniqueViolation } from '../unique-violation.ts';
import type { CheckoutPurpose } from './checkouts.schema.ts';
import { CHECK_FIRST_SECONDS, type Checkout, type CheckoutsStore, ONE_CHECKOUT_OF_SESSION } from './checkouts.store.ts';
import { createReturnUrls, withSession } from './return-urls.ts';

/** Books what was paid for. Answers why it cannot be had any more instead, having booked nothing: then the money goes back to the card. */
export type Booking = (tx: Orm) => Promise<string | undefined>;

export interface Payable {
  /** Looks at what it needs, outside a transaction, and answers the booking to be done inside one. */
  planSettlement(checkout: Checkout): Promise<Booking>;
  /** Nobody has paid and nobody can any more. */
  expire(tx: Orm, checkout: Checkout): Promise<void>;
  /** It was paid and bought nothing: the money goes back to the card. */
  handleUnusable(tx: Orm, checkout: Checkout): Promise<void>;
}

export interface CheckoutRequest {
  purpose: CheckoutPurpose;
  sourceId: string;
  identity: string;
  name: string;
  amountMinor: number;
  /** What the person reads on the payment page. */
  description: string;
  returnUrl: string | undefined;
  /** Path on the house's own site when there is no `returnUrl`. */
  returnPath: string;
  locale: string | undefined;
  /** Pay by this saved card, without a page. */
  card?: string;
}

export interface UnusablePayment {
  purpose: CheckoutPurpose;
  sourceId: string;
  identity: string;
  amountMinor: number;
  reason: string;
}

/** How long a page can be paid on; the provider allows 30 minutes to 24 hours. */
const OPEN_MS = 60 * 60_000;
/** An order that the provider did not answer is repeated within this time, and given up after it: nobody was given its page. */
const OPENING_MS = 20 * 60_000;
/** A page this near its end is not handed out again. */
const HAND_OUT_MARGIN_MS = 60_000;
/** How long after its end a checkout that the provider does not know is still asked for. */
const MISSING_GRACE_MS = 24 * 60 * 60_000;
const SETTLE_ATTEMPTS = 2;
/** So long the booking of a payment is tried again, and the desk shows that it fails; then the money goes back to the card. */
const UNBOOKED_MAX_MS = 24 * 60 * 60_000;
const CLAIM_ITEMS = 20;

export class Checkouts {
  readonly #context: MoneyContext;
  readonly #store: CheckoutsStore;
  readonly #payables = new Map<CheckoutPurpose, Payable>();
  readonly #returnToCard: (tx: Orm, unusable: UnusablePayment) => Promise<void>;

  constructor(
    context: MoneyContext,
    store: CheckoutsStore,
    /** Orders that a payment, which is booked as owed to its card, is sent back there. */
    returnToCard: (tx: Orm, unusable: UnusablePayment) => Promise<void>,
  ) {
    this.#context = context;
    this.#store = store;
    this.#returnToCard = returnToCard;
  }

  register(purpose: CheckoutPurpose, payable: Payable): void {
    this.#payables.set(purpose, payable);
  }

  /** Writes the intent, with what `insertSource` inserts, and opens the page. Answers where to pay. */
  async open(request: CheckoutRequest, insertSource: (tx: Orm) => Promise<void>): Promise<string> {
    return this.#order(await this.#insert(request, insertSource));
  }

  /** The same by a saved card: pays at once, or answers the page where the bank asks. Repeat it with `payByCard` when nothing was answered. */
  async openByCard(request: CheckoutRequest, insertSource: (tx: Orm) => Promise<void>): Promise<Checkout> {
    return this.payByCard(await this.#insert(request, insertSource));
  }

  /** Orders what an earlier call may have ordered, which is the same payment, and answers how it stands. */
  async payByCard(checkout: Checkout): Promise<Checkout> {
    const { provider } = this.#context;
    const { card, id, successUrl } = checkout;
    if (card === null) throw new AppError('internal', 'This checkout is paid on a page.');
    if (checkout.status === 'open') await this.#look(checkout);
    if (checkout.status === 'opening') {
      const customer = await this.customerOf(checkout);
      const returnUrl = withSession(successUrl, id);
      const found = await provider.cards.pay({ ...checkout, checkout: id, card, customer, returnUrl });
      await this.#keepPage(checkout, found);
      await this.#settle((await this.#store.find(id)) ?? checkout, found);
    }
    return (await this.#store.find(id)) ?? checkout;
  }

  async #insert(request: CheckoutRequest, insertSource: (tx: Orm) => Promise<void>): Promise<Checkout> {
    const { purpose, sourceId, identity, name, amountMinor, description, locale } = request;
    const urls = createReturnUrls({
      requested: request.returnUrl,
      fallback: new URL(request.returnPath, this.#context.publicUrl).href,
      isAllowed: this.#context.isReturnUrlAllowed,
    });
    return this.#context.db.transaction(async (tx) => {
      const open = await this.#store.lockOpen(tx, identity, this.#context.nowIso());
      if (open >= LIMITS.openCheckouts) throw new AppError('checkout_limit');
      await insertSource(tx);
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
        nextCheckAt: this.#context.laterIso(OPENING_MS),
        card: request.card ?? null,
      });
    });
  }

  /** Where an earlier checkout can still be paid; undefined when it cannot, and then it is settled or expired. */
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
    const found = await this.#look(checkout);
    return found?.status === 'open' ? (found.url ?? undefined) : undefined;
  }

  /** Closes the page of something that was bought in another way; if it was paid meanwhile, settling it gives the money back. */
  async cancel(checkout: Checkout): Promise<void> {
    if (!checkout.providerSession) {
      await this.#expire(checkout);
      return;
    }
    await this.#context.provider.expireCheckout(checkout.providerSession);
    await this.#look(checkout);
  }

  /** Two that order at the same time get two pages from the provider, and both are given the one that was kept. */
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
    const nextCheckAt = this.#context.laterIso(CHECK_FIRST_SECONDS * 1000);
    await this.#store.markOpen(checkout.id, { session, url, nextCheckAt });
  }

  /** `club`: the creator whose club the person joins; empty for their own payments. */
  async customerOf({ identity, name }: { identity: string; name: string }, club = ''): Promise<string> {
    const known = await this.#store.findCustomer(identity, club);
    if (known) return known;
    const customer = await this.#context.provider.createCustomer({ identity, name, club });
    return this.#store.keepCustomer({ identity, club, customer }, this.#context.nowIso());
  }

  /** What the return page asks: fetches the session that it names and settles what is found. Sessions that are not ours are not fetched. */
  async confirm(session: string): Promise<Checkout> {
    // From the bank's page people come back with our id, since the payment was not known when the address was made.
    const isOurs = session.startsWith(ID_PREFIXES.checkout);
    const known = isOurs ? await this.#store.find(session) : await this.#store.findBySession(session);
    if (!known) throw new AppError('payment_not_found');
    if (known.status === 'open') await this.#look(known);
    return (await this.#store.find(known.id)) ?? known;
  }

  /** Something happened to this session, says the provider. */
  async handleSessionChanged(session: string): Promise<void> {
    const found = await this.#context.provider.fetchCheckout(session);
    if (!found) return;
    const checkout = found.reference
      ? await this.#store.find(found.reference)
      : await this.#store.findBySession(session);
    // Another application may share the provider's account.
    if (checkout) await this.#settle(checkout, found);
  }

  /** Something happened to this payment, says the provider: its fee may be known now. */
  async handlePaymentChanged(payment: string): Promise<void> {
    const checkout = await this.#store.findByPayment(payment);
    if (!checkout) return this.#handleCardPayment(payment);
    if (checkout.feeMinor !== null) return;
    const found = await this.#context.provider.fetchPayment(payment);
    if (found) await this.#bookFee(checkout, found);
  }

  /** A payment without a page has no other news: it may be paid, or its order may have been answered to nobody. */
  async #handleCardPayment(payment: string): Promise<void> {
    const found = await this.#context.provider.fetchCheckout(payment);
    const checkout = found?.reference ? await this.#store.find(found.reference) : undefined;
    if (found && checkout && checkout.card !== null) await this.#settle(checkout, found);
  }

  /**
   * Books a payment of ours of which no news has come yet. What happens to a payment, a dispute or a refund by hand, may be told before the payment
   * itself, or the news of that may be lost.
   */
  async settlePayment(payment: string): Promise<void> {
    const found = await this.#context.provider.fetchPayment(payment);
    const checkout = found?.checkout ? await this.#store.find(found.checkout) : undefined;
    // Another application may share the provider's account.
    if (checkout?.providerSession) await this.#look(checkout);
    // An order by card that was answered to nobody has no session yet: its payment stands for itself.
    else if (checkout) await this.#handleCardPayment(payment);
  }

  /** Looks again at checkouts that are due; true when there may be more. */
  async sweep(): Promise<boolean> {
    const due = await this.#store.claimDue(this.#context.nowIso(), CLAIM_ITEMS);
    await Promise.all(
      due.map((checkout) => this.#context.runInBackground(`check ${checkout.id}`, () => this.#check(checkout))),
    );
    return due.length === CLAIM_ITEMS;
  }

  recheckAll(): Promise<void> {
    return this.#store.makeOpenDue(this.#context.nowIso());
  }

  async #check(checkout: Checkout): Promise<void> {
    if (checkout.providerSession) {
      await this.#look(checkout);
    } else if (this.#context.clock.now() >= Date.parse(checkout.createdAt) + OPENING_MS) {
      await this.#giveUp(checkout);
    }
  }

  /** An order that was answered to nobody. Its page cannot be paid; a payment by card needs none, and is cancelled unless it is paid. */
  async #giveUp(checkout: Checkout): Promise<void> {
    const customer = checkout.card === null ? undefined : await this.#store.findCustomer(checkout.identity);
    const order = { customer: customer ?? '', checkout: checkout.id };
    const placed = customer ? await this.#context.provider.cards.findPlaced(order) : undefined;
    if (placed) await this.#cancelCardPayment(checkout, placed.session);
    else await this.#expire(checkout);
  }

  /** Whoever answered the bank in time has paid: what counts is how the payment stands after it. */
  async #cancelCardPayment(checkout: Checkout, payment: string): Promise<void> {
    await this.#context.provider.expireCheckout(payment);
    const found = await this.#context.provider.fetchCheckout(payment);
    // Still open means that the bank is about to decide: it is looked at again.
    if (found && found.status !== 'open') await this.#settle(checkout, found);
  }

  async #look(checkout: Checkout): Promise<ProviderCheckout | undefined> {
    const { provider, clock } = this.#context;
    const session = checkout.providerSession ?? '';
    const isOver = checkout.status === 'open' && clock.now() >= Date.parse(checkout.expiresAt);
    // A page closes by itself; a payment by card would wait for the bank's answer for ever.
    if (isOver && checkout.card !== null) await provider.expireCheckout(session);
    const found = await provider.fetchCheckout(session);
    if (found) {
      await this.#settle(checkout, found);
    } else if (clock.now() > Date.parse(checkout.expiresAt) + MISSING_GRACE_MS) {
      this.#context.log.error({ checkout: checkout.id }, 'the payment provider does not know this checkout, given up');
      await this.#expire(checkout);
    }
    return found;
  }

  async #settle(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    // A second page of the same checkout, which nobody was given: only if it was paid all the same does it count.
    const isOther = checkout.providerSession !== null && checkout.providerSession !== found.session;
    switch (found.status) {
      case 'open':
        // Ordered after all when it had been given up: nobody is given the bank's page.
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
    const paid = booked.providerSession === found.session ? booked : await this.#returnSecond(booked, found);
    if (found.payment?.country) await this.#context.pricing.noteEvidence(checkout.identity, found.payment.country);
    if (found.payment) await this.#bookFee(paid, found.payment);
  }

  async #book(checkout: Checkout, found: ProviderCheckout): Promise<void> {
    if (found.currency !== checkout.currency) {
      throw new AppError('amount_invalid', 'The provider took another currency than was asked for.');
    }
    if (found.amountMinor !== checkout.amountMinor) {
      this.#context.log.error({ checkout: checkout.id, paid: found.amountMinor }, 'another amount was paid than asked');
      return this.#commitPaid(checkout, found, async () => 'amount_invalid');
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#commitPaid(checkout, found, await this.#payableOf(checkout).planSettlement(checkout));
      } catch (error) {
        // The plan was overtaken (the same room bought from the wallet at the same moment): the second one sees it.
        if (attempt === SETTLE_ATTEMPTS) return this.#handleUnbooked(checkout, found, error);
      }
    }
  }

  /** Until it is booked it is tried again; after a day nobody has mended what stands in the way, and the payer gets their money back. */
  async #handleUnbooked(checkout: Checkout, found: ProviderCheckout, error: unknown): Promise<void> {
    const since = await this.#store.noteUnbooked(checkout.id, this.#context.nowIso());
    if (this.#context.clock.now() < Date.parse(since) + UNBOOKED_MAX_MS) throw error;
    this.#context.log.error({ err: error, checkout: checkout.id }, 'a payment could not be booked, given back');
    await this.#commitPaid(checkout, found, async () => 'not_booked');
  }

  /** In one transaction: it is paid, and what it paid for is booked, or is on its way back to the card. */
  async #commitPaid(checkout: Checkout, found: ProviderCheckout, book: Booking): Promise<void> {
    const { db, metrics, outbox } = this.#context;
    const isBooked = await db.transaction((tx) => this.#markPaid(tx, checkout, { found, book }));
    if (isBooked) metrics.moneyMinor.inc({ kind: checkout.purpose }, checkout.amountMinor);
    outbox.wake();
  }

  /** True when this call booked what was paid for. */
  async #markPaid(
    tx: Orm,
    checkout: Checkout,
    { found, book }: { found: ProviderCheckout; book: Booking },
  ): Promise<boolean> {
    const { id, purpose, sourceId, identity } = checkout;
    const { session, amountMinor } = found;
    const { ledger, currency } = this.#context;
    const at = this.#context.nowIso();
    const nextCheckAt = this.#context.laterIso(CHECK_FIRST_SECONDS * 1000);
    const payment = found.payment?.payment ?? null;
    if (!(await this.#store.markPaid(tx, id, { session, payment, amountMinor, at, nextCheckAt }))) return false;
    const reason = await book(tx);
    if (reason === undefined) return true;
    const [from, to] = [houseAccount('provider_clearing', currency), houseAccount('refund_payable', currency)];
    const source = { type: purpose, id: sourceId };
    await ledger.post(tx, { kind: 'unusable_payment', source, legs: transferLegs(from, to, amountMinor), at });
    await this.#store.noteUnusable(tx, id, reason);
    await this.#payableOf(checkout).handleUnusable(tx, checkout);
    await this.#returnToCard(tx, { purpose, sourceId, identity, amountMinor, reason });
    this.#context.log.warn({ checkout: id, reason }, 'a payment bought nothing, given back');
    return false;
  }

  /** A checkout that was paid on two pages: the second payment is kept as a checkout of its own, which bought nothing. */
  async #returnSecond(checkout: Checkout, found: ProviderCheckout): Promise<Checkout> {
    const known = await this.#store.findBySession(found.session);
    if (known) return known;
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
          feeMinor: null,
          checks: 0,
        });
        await this.#markPaid(tx, row, { found, book: async () => 'paid_twice' });
      });
    } catch (error) {
      if (!isUniqueViolation(error, ONE_CHECKOUT_OF_SESSION)) throw error;
    }
    this.#context.outbox.wake();
    return (await this.#store.findBySession(found.session)) ?? checkout;
  }

  async #bookFee(checkout: Checkout, { feeMinor }: ProviderPayment): Promise<void> {
    if (feeMinor === null || checkout.feeMinor !== null) return;
    const { ledger, db, currency } = this.#context;
    await db.transaction(async (tx) => {
      if (!(await this.#store.setFee(tx, checkout.id, feeMinor)) || feeMinor === 0) return;
      await ledger.post(tx, {
        kind: 'provider_fee',
        source: { type: 'checkout', id: checkout.id },
        legs: transferLegs(
          houseAccount('provider_fees', currency),
          houseAccount('provider_clearing', currency),
          feeMinor,
        ),
        at: this.#context.nowIso(),
      });
    });
  }

  async #expire(checkout: Checkout): Promise<void> {
    await this.#context.db.transaction(async (tx) => {
      if (await this.#store.markExpired(tx, checkout.id)) await this.#payableOf(checkout).expire(tx, checkout);
    });
  }

  #payableOf(checkout: Checkout): Payable {
    const payable = this.#payables.get(checkout.purpose);
    if (!payable) throw new AppError('internal', `Nothing books a ${checkout.purpose}.`);
    return payable;
  }
}
