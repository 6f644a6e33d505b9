/**
 * Brings a membership to where its subscription stands at the provider: books what was paid, once for each invoice, and lets the member in
 * until the paid time and its grace are over. Whatever says that something may have changed (a webhook, the return page, the sweeper) ends
 * up here, and the provider is asked again each time.
 */
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type MembershipId, type TierId } from '../protocol/ids.ts';
import type { Membership } from '../protocol/memberships.ts';
import type { ProviderInvoice, ProviderSubscription } from './billing-provider.ts';
import { creatorPending, houseAccount, saleLegs, splitSale, transferLegs } from './ledger.ts';
import { type CancellationPlan, ENDING_RECHECK_MS, MembershipCancellations } from './membership-cancellations.ts';
import type { InvoiceRow, MembershipRow, MembershipsStore } from './memberships.store.ts';
import type { MoneyContext } from './money-context.ts';
import type { MembershipChange } from './money-facts.ts';
import type { Refunds } from './refunds.ts';

/** How long access outlasts the paid time while a renewal is being tried again. */
export const GRACE_MS = 5 * 24 * 60 * 60_000;
const FIRST_FEE_CHECK_MS = 30_000;
const RECHECK_MS = 6 * 60 * 60_000;

/** Other looks that come while one is under way: so often it is looked again, before the event is put off. */
const LOOK_ROUNDS = 5;

interface TakenLook {
  isOver: boolean;
  plan?: CancellationPlan | undefined;
}

/** An invoice with the booking of it, planned outside the transaction. */
interface PlannedInvoice {
  invoice: ProviderInvoice;
  /** Undefined when it was booked before. */
  book: (tx: Orm) => Promise<InvoiceRow | undefined>;
}

export class MembershipSync {
  readonly cancellations: MembershipCancellations;
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;
  readonly #refunds: Refunds;
  /** One look at a time for each membership: an older answer must not overwrite a newer one. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(context: MoneyContext, parts: { store: MembershipsStore; refunds: Refunds }) {
    this.#context = context;
    this.#store = parts.store;
    this.#refunds = parts.refunds;
    this.cancellations = new MembershipCancellations(context, parts.store);
  }

  async handleSubscriptionChanged(subscription: string): Promise<void> {
    const found = await this.#context.provider.billing.fetchSubscription(subscription);
    const id = found?.membership ?? (await this.#store.findBySubscription(subscription))?.id;
    // Another application may share the provider's account.
    if (id) await this.sync(id, subscription);
  }

  sync(membership: string, subscription: string): Promise<void> {
    const earlier = this.#underWay.get(membership) ?? Promise.resolve();
    const run = earlier.catch(() => {}).then(() => this.#sync(membership, subscription));
    this.#underWay.set(membership, run);
    return run.finally(() => {
      if (this.#underWay.get(membership) === run) this.#underWay.delete(membership);
    });
  }

  async #sync(id: string, subscription: string): Promise<void> {
    for (let round = 1; round <= LOOK_ROUNDS; round += 1) {
      if (await this.#look(id, subscription)) return;
    }
    throw new AppError('unavailable');
  }

  /** False when another look, at another gateway, was taken since this one began: it may be older, and would put back what it has seen. */
  async #look(id: string, subscription: string): Promise<boolean> {
    const { provider, db, outbox } = this.#context;
    const row = await this.#store.find(id);
    const found = row && (await provider.billing.fetchSubscription(subscription));
    if (!row || !found) return true;
    const plans = await this.#planInvoices(row, await provider.billing.listPaidInvoices(subscription));
    const taken = await db.transaction(async (tx): Promise<TakenLook | undefined> => {
      const before = await this.#store.lock(tx, id);
      if (before?.looks !== row.looks) return undefined;
      const isOther = before.providerSubscription !== null && before.providerSubscription !== subscription;
      // Joined on two pages at once: one of them is the membership, the other is undone.
      if (isOther || before.status === 'ended') {
        return { isOver: await this.#giveBack(tx, before, { plans, isOther, found }) };
      }
      const isOver = await this.#apply(tx, before, { found, plans });
      if (isOver || found.status === 'ended') return { isOver };
      return { isOver, plan: await this.cancellations.plan(tx, { asked: row, before, found }) };
    });
    if (!taken) return false;
    const { isOver, plan } = taken;
    outbox.wake();
    if (plan) await this.cancellations.carryOut(plan, id, subscription);
    if (plan && plan.act !== 'cancel') await this.#sync(id, subscription);
    // The house gives up when the grace is over, whatever the provider is set to do.
    if (isOver && found.status !== 'ended') await provider.billing.endSubscription(subscription);
    return true;
  }

  /** True when the membership is over. */
  async #apply(
    tx: Orm,
    before: MembershipRow,
    { found, plans }: { found: ProviderSubscription; plans: PlannedInvoice[] },
  ): Promise<boolean> {
    const { rooms, clock } = this.#context;
    let isRenewed = false;
    for (const { book } of plans) isRenewed = (await book(tx)) !== undefined || isRenewed;
    const now = this.#context.nowIso();
    const paidUntilMs = Math.max(Date.parse(before.paidUntil ?? now), ...plans.map((it) => it.invoice.periodEndMs));
    const isPaid = before.paidUntil !== null || plans.length > 0;
    if (found.status === 'unpaid' || !isPaid) return false;
    const accessUntilMs = paidUntilMs + (found.cancelAtPeriodEnd ? 0 : GRACE_MS);
    const isLapsed = found.status === 'past_due' && accessUntilMs <= clock.now();
    const isOver = found.status === 'ended' || isLapsed || before.standing === 'ending';
    const tier = (found.tier ?? before.tier) as TierId;
    const after = await this.#store.update(tx, before.id, {
      tier,
      status: isOver ? 'ended' : found.status === 'past_due' ? 'past_due' : 'active',
      providerSubscription: found.subscription,
      cancelAtPeriodEnd: found.cancelAtPeriodEnd,
      paidUntil: new Date(paidUntilMs).toISOString(),
      accessUntil: new Date(isOver ? Math.min(accessUntilMs, clock.now()) : accessUntilMs).toISOString(),
      startedAt: before.startedAt ?? now,
      endedAt: isOver ? now : null,
      looks: before.looks + 1,
      // Until the provider has ended it as well, it is looked at again.
      nextCheckAt: found.status === 'ended' ? null : this.#context.laterIso(isOver ? ENDING_RECHECK_MS : RECHECK_MS),
    });
    const membership = before.id as MembershipId;
    const { creator, identity, accessUntil } = after;
    if (isOver) await rooms.clubs.revoke(tx, membership, 'expired');
    else if (before.standing === null)
      await rooms.clubs.grant(tx, { membership, creator, identity, tier, validUntil: accessUntil ?? now });
    const change = changeOf(before, after, isRenewed);
    if (change) {
      const told = { change, membership: await this.toMembership(after, tx) };
      await this.#context.tell(tx, ['membership.changed', told, { identity }]);
    }
    return isOver;
  }

  /** What was paid for a membership that is over, or for a second one beside it, buys nothing: it goes back to the card by itself. */
  async #giveBack(
    tx: Orm,
    row: MembershipRow,
    { plans, isOther, found }: { plans: PlannedInvoice[]; isOther: boolean; found: ProviderSubscription },
  ): Promise<boolean> {
    for (const { book } of plans) {
      const invoice = await book(tx);
      if (!invoice) continue;
      const reason = isOther ? 'paid_twice' : 'membership_ended';
      this.#context.log.warn(
        { membership: row.id, invoice: invoice.id, reason },
        'a payment for a membership goes back',
      );
      await this.#refunds.returnInvoice(tx, { invoice, identity: row.identity, reason });
    }
    if (!isOther && found.status === 'ended') await this.#store.update(tx, row.id, { nextCheckAt: null });
    return true;
  }

  async #planInvoices(row: MembershipRow, invoices: ProviderInvoice[]): Promise<PlannedInvoice[]> {
    const booked = await this.#store.listBooked(row.id);
    const fresh = invoices.filter(({ invoice }) => !booked.has(invoice));
    const plans: PlannedInvoice[] = [];
    for (const invoice of fresh) {
      // Paid with what a move to a lower tier had left over: time that was paid for, and no money that moves.
      const isPaidByCredit = invoice.amountMinor === 0;
      plans.push({ invoice, book: isPaidByCredit ? async () => undefined : await this.#planBooking(row, invoice) });
    }
    return plans;
  }

  /** A sale like any other: VAT, commission, pledge, and the rest to the creator. */
  async #planBooking(row: MembershipRow, paid: ProviderInvoice): Promise<PlannedInvoice['book']> {
    const { ledger, pricing, currency, metrics } = this.#context;
    if (paid.currency !== currency) throw new AppError('amount_invalid', 'An invoice was paid in another currency.');
    await ledger.ensureAccounts([creatorPending(row.creator, currency)]);
    const terms = await pricing.findTerms({ creator: row.creator, buyer: row.identity });
    const split = splitSale(paid.amountMinor, terms);
    const legs = saleLegs({
      payer: houseAccount('provider_clearing', currency),
      creator: row.creator,
      grossMinor: paid.amountMinor,
      split,
      association: terms.association,
    });
    return async (tx) => {
      const at = this.#context.nowIso();
      const invoice = await this.#store.insertInvoice(tx, {
        id: createId('membershipInvoice'),
        invoice: paid.invoice,
        membership: row.id,
        amountMinor: paid.amountMinor,
        currency,
        feePolicy: terms.id,
        terms: terms.termsId,
        creatorMinor: split.creatorMinor,
        providerPayment: paid.payment,
        nextFeeCheckAt: paid.payment ? this.#context.laterIso(FIRST_FEE_CHECK_MS) : null,
        periodEnd: new Date(paid.periodEndMs).toISOString(),
        paidAt: new Date(paid.paidAtMs).toISOString(),
        bookedAt: at,
      });
      if (!invoice) return undefined;
      const source = { type: 'membership_invoice', id: paid.invoice } as const;
      await ledger.post(tx, { kind: 'membership', source, legs, at });
      metrics.moneyMinor.inc({ kind: 'membership' }, paid.amountMinor);
      return invoice;
    };
  }

  /** Something happened to this payment, says the provider: its fee may be known now. True when it was a membership's. */
  async handlePaymentChanged(payment: string): Promise<boolean> {
    const invoice = await this.#store.findInvoiceByPayment(payment);
    if (!invoice) return false;
    if (invoice.feeMinor === null) await this.bookFee(invoice.invoice, payment);
    return true;
  }

  async bookFee(invoice: string, payment: string): Promise<void> {
    const { provider, ledger, db, currency } = this.#context;
    const found = await provider.fetchPayment(payment);
    const feeMinor = found?.feeMinor ?? null;
    if (feeMinor === null) return;
    if (found?.country) {
      const row = await this.#store.findHolder(invoice);
      if (row) await this.#context.pricing.noteEvidence(row.identity, found.country);
    }
    await db.transaction(async (tx) => {
      if (!(await this.#store.setFee(tx, invoice, feeMinor)) || feeMinor === 0) return;
      const [from, to] = [houseAccount('provider_fees', currency), houseAccount('provider_clearing', currency)];
      const source = { type: 'membership_invoice', id: invoice } as const;
      await ledger.post(tx, {
        kind: 'provider_fee',
        source,
        legs: transferLegs(from, to, feeMinor),
        at: this.#context.nowIso(),
      });
    });
  }

  async toMembership(row: MembershipRow, tx?: Orm): Promise<Membership> {
    const iso = (time: string | null) => time && new Date(time).toISOString();
    return {
      id: row.id as MembershipId,
      creator: row.creator,
      identity: row.identity,
      tier: await this.#context.rooms.clubs.getTier(row.tier, tx),
      status: row.status === 'past_due' ? 'past_due' : row.status === 'active' ? 'active' : 'ended',
      paidUntil: iso(row.paidUntil),
      accessUntil: iso(row.accessUntil),
      cancelAtPeriodEnd: row.cancelAtPeriodEnd,
      disputed: row.standing === 'disputed',
      startedAt: new Date(row.startedAt ?? row.createdAt).toISOString(),
    };
  }
}

/** What is told of a change; undefined when nothing that matters has changed. */
function changeOf(before: MembershipRow, after: MembershipRow, isRenewed: boolean): MembershipChange | undefined {
  if (after.status === 'ended') return before.status === 'ended' ? undefined : 'ended';
  if (before.startedAt === null) return 'started';
  if (after.status === 'past_due' && before.status !== 'past_due') return 'past_due';
  if (before.tier !== after.tier || before.cancelAtPeriodEnd !== after.cancelAtPeriodEnd) return 'updated';
  return isRenewed ? 'renewed' : undefined;
}
