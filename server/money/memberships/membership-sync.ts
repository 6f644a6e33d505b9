/**
 * Syncs a membership with its subscription at the provider: books paid invoices, each once, and grants access until the
 * paid time and its grace period are over. Provider events, the return page and the sweeper all end here, and each time
 * the subscription is fetched again.
 */
import { DAY_MS, HOUR_MS, iso } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { KeyedQueue } from '../../platform/jobs/keyed-queue.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id, type MembershipId, type TierId } from '../../protocol/ids.ts';
import { creatorPending, houseAccount, saleLegs, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderInvoice, ProviderSubscription } from '../provider/billing-provider.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type CancellationPlan, ENDING_RECHECK_MS, MembershipCancellations } from './membership-cancellations.ts';
import type { MembershipStanding } from './membership-standing.ts';
import type { InvoiceRow, MembershipRow, MembershipsStore } from './memberships.store.ts';

const RECHECK_MS = 6 * HOUR_MS;
/**
 * How long before a yearly renewal its member is written to: between three months and one, as article L215-1 of the
 * French code de la consommation asks, with days to spare.
 */
const RENEWAL_TOLD_MS = 40 * DAY_MS;

/** How often a sync is repeated because others were requested meanwhile. After that the event is postponed. */
const SYNC_ROUNDS = 5;

interface SyncResult {
  isOver: boolean;
  plan?: CancellationPlan | undefined;
}

/** An invoice's booking, prepared outside the transaction. */
interface PlannedInvoice {
  /** Undefined when it was booked before, or no money moved. */
  book: (tx: Orm) => Promise<InvoiceRow | undefined>;
}

export class MembershipSync {
  readonly cancellations: MembershipCancellations;
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;
  readonly #standing: MembershipStanding;
  readonly #refunds: Refunds;
  /** One sync at a time per membership: an older answer must not overwrite a newer one. */
  readonly #underWay = new KeyedQueue<string>();

  constructor(context: MoneyContext, parts: { standing: MembershipStanding; refunds: Refunds }) {
    this.#context = context;
    this.#store = context.stores.memberships;
    this.#standing = parts.standing;
    this.#refunds = parts.refunds;
    this.cancellations = new MembershipCancellations(context);
  }

  async handleSubscriptionChanged(subscription: string): Promise<void> {
    const found = await this.#context.provider.billing.fetchSubscription(subscription);
    const id = found?.membership ?? (await this.#store.findBySubscription(subscription))?.id;
    // Another application may share the provider's account.
    if (id) await this.sync(id, subscription);
  }

  /** Books the invoice of a payment, if it is not booked yet. */
  async settlePayment(payment: string): Promise<void> {
    const subscription = await this.#context.provider.billing.findSubscriptionOfPayment(payment);
    if (subscription) await this.handleSubscriptionChanged(subscription);
  }

  /** Fetches what has been paid meanwhile, if the provider answers. */
  async refresh(id: string): Promise<void> {
    const row = await this.#store.find(id);
    if (!row?.providerSubscription) return;
    await this.sync(id, row.providerSubscription).catch((err) => {
      this.#context.log.warn({ err, membership: id }, 'membership sync before a refund failed');
    });
  }

  sync(membership: string, subscription: string): Promise<void> {
    return this.#underWay.run(membership, () => this.#sync(membership, subscription));
  }

  async #sync(id: string, subscription: string): Promise<void> {
    for (let round = 1; round <= SYNC_ROUNDS; round += 1) {
      if (await this.#syncOnce(id, subscription)) return;
    }
    throw new AppError('unavailable');
  }

  /** False when another gateway completed a sync after this one began: this answer may be older and is dropped. */
  async #syncOnce(id: string, subscription: string): Promise<boolean> {
    const { provider, db, outbox } = this.#context;
    const row = await this.#store.find(id);
    const found = row && (await provider.billing.fetchSubscription(subscription));
    if (!row || !found) return true;
    const plans = await this.#planInvoices(row, await provider.billing.listPaidInvoices(subscription));
    const taken = await db.transaction(async (tx): Promise<SyncResult | undefined> => {
      const before = await this.#store.lock(tx, id);
      if (before?.syncVersion !== row.syncVersion) return undefined;
      const isOther = before.providerSubscription !== null && before.providerSubscription !== subscription;
      // The person joined on two pages at once: one subscription is kept, the other is undone.
      const reason = isOther ? 'paid_twice' : await this.#refusalOf(tx, before);
      if (reason) {
        await this.#returnPayment(tx, before, { plans, reason, found });
        return { isOver: true };
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
    // The house ends a membership after the grace period, whatever the provider is set to do.
    if (isOver && found.status !== 'ended') await provider.billing.endSubscription(subscription);
    return true;
  }

  /**
   * Why it neither goes on nor begins. While their page to join was open, the person may have joined on another one, or
   * been blocked, or the house may have suspended one of the two.
   */
  async #refusalOf(
    tx: Orm,
    { status, startedAt, creator, identity }: MembershipRow,
  ): Promise<'membership_ended' | 'membership_exists' | 'removed' | 'suspended' | undefined> {
    if (status === 'ended') return 'membership_ended';
    if (startedAt !== null) return undefined;
    if (await this.#store.findCurrent({ creator, identity }, 'held', tx)) return 'membership_exists';
    const { removals, suspensions } = this.#context.rooms;
    if (await removals.isBlocked(creator, identity, tx)) return 'removed';
    const isSuspended = (await suspensions.isSuspended(identity, tx)) || (await suspensions.isSuspended(creator, tx));
    return isSuspended ? 'suspended' : undefined;
  }

  /** True when the membership has ended. */
  async #apply(
    tx: Orm,
    before: MembershipRow,
    { found, plans }: { found: ProviderSubscription; plans: PlannedInvoice[] },
  ): Promise<boolean> {
    const nowMs = this.#context.clock.now();
    let isRenewed = false;
    for (const { book } of plans) isRenewed = (await book(tx)) !== undefined || isRenewed;
    const paid = await this.#standing.findPaidTime(tx, before.id);
    if (found.status === 'unpaid') return false;
    if (!paid && before.startedAt === null) {
      // The first payment has failed for good. The person may join again.
      if (found.status === 'ended') await this.#store.abandon(before, tx);
      return false;
    }
    const time = paid ?? { tier: before.tier, endsAtMs: Date.parse(before.paidUntil ?? before.createdAt) };
    const isPaid = paid !== undefined && time.endsAtMs > nowMs;
    // The refunded payment may not have been the latest: a renewal was paid and is not known here yet.
    const standing = isPaid && before.standing !== 'disputed' ? null : before.standing;
    const isEndedByHouse = standing === 'refunded' || standing === 'lost';
    const accessUntilMs = this.#standing.accessUntilMs(time, found);
    const renewalTier = found.tier ?? before.renewalTier;
    const move = { id: before.id, tier: time.tier, renewalTier };
    const isMoveGivenBack = await this.#standing.isMoveGivenBack(tx, move, Math.max(accessUntilMs, nowMs));
    // The provider collects a renewal an hour after it is due, unless the subscription has ended.
    const isLeaving = found.cancelAtPeriodEnd && before.wantsToLeave === true;
    const isUnrenewed = found.status === 'past_due' || isLeaving || isMoveGivenBack;
    const isLapsed = isUnrenewed && accessUntilMs <= nowMs;
    const isOver = found.status === 'ended' || isLapsed || isEndedByHouse;
    if (isEndedByHouse) await this.#returnUnused(tx, before);
    const nextMs = nextCheckMs({ nowMs, isOver, paidUntilMs: time.endsAtMs });
    // Renewals go on when the creator's suspension is over.
    const resumesAt = await this.#context.rooms.suspensions.endOf(before.creator, tx);
    const checkMs = resumesAt ? Math.min(nextMs, Date.parse(resumesAt)) : nextMs;
    const after = await this.#standing.write(
      tx,
      before,
      {
        // While a renewal is pending, access is limited to what both the last payment and this one cover.
        tier: isPaid || isMoveGivenBack ? time.tier : await this.#lowerOf(time.tier, renewalTier, tx),
        renewalTier,
        standing,
        status: isOver ? 'ended' : found.status === 'past_due' ? 'past_due' : 'active',
        providerSubscription: found.subscription,
        providerCustomer: found.customer,
        cancelAtPeriodEnd: found.cancelAtPeriodEnd,
        paidUntil: iso(time.endsAtMs),
        accessUntil: iso(isOver ? Math.min(accessUntilMs, nowMs) : accessUntilMs),
        startedAt: before.startedAt ?? iso(nowMs),
        endedAt: isOver ? iso(nowMs) : null,
        syncVersion: before.syncVersion + 1,
        dueAt: this.#nextDue(before, found.status === 'ended' ? null : iso(checkMs)),
      },
      isRenewed,
    );
    await this.#tellOfRenewal(tx, after);
    return isOver;
  }

  /** Of a yearly renewal, once for each. */
  async #tellOfRenewal(tx: Orm, row: MembershipRow): Promise<void> {
    const { id, identity, status, standing, paidUntil, toldOfRenewalAt, cancelAtPeriodEnd, renewalTier } = row;
    if (status !== 'active' || standing !== null || cancelAtPeriodEnd || paidUntil === null) return;
    const renewsAt = iso(paidUntil);
    const leftMs = Date.parse(renewsAt) - this.#context.clock.now();
    const isTold = toldOfRenewalAt !== null && iso(toldOfRenewalAt) === renewsAt;
    if (isTold || leftMs <= 0 || leftMs > RENEWAL_TOLD_MS) return;
    const {
      name: tier,
      interval,
      priceMinor: amountMinor,
      currency,
    } = await this.#context.rooms.clubs.getTier(renewalTier, tx);
    if (interval !== 'year') return;
    await this.#store.update(tx, id, { toldOfRenewalAt: renewsAt });
    const told = { membership: id as MembershipId, tier, amountMinor, currency, renewsAt };
    await this.#context.addFacts(tx, ['membership.renewal_ahead', told, { identity }]);
  }

  async #lowerOf(one: string, other: string, tx: Orm): Promise<string> {
    if (one === other) return one;
    const { clubs } = this.#context.rooms;
    const [rank, otherRank] = [await clubs.getRank(one as TierId, tx), await clubs.getRank(other as TierId, tx)];
    return rank <= otherRank ? one : other;
  }

  /**
   * After a refund or a lost dispute, also returns the other payments for time that is not over, such as an upgrade.
   */
  async #returnUnused(tx: Orm, { id }: MembershipRow): Promise<void> {
    const reason = 'membership_ended';
    for (const invoice of await this.#store.listUnused(tx, id, this.#context.nowIso())) {
      try {
        await this.#refunds.returnPayment(tx, invoice.id, reason);
      } catch (error) {
        // Disputed: the bank returns it.
        if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
      }
      this.#context.log.warn({ membership: id, invoice: invoice.id, reason }, 'membership payment returned');
    }
  }

  /** Returns a payment that buys no time to the card. A membership that was refused ends before it began. */
  async #returnPayment(
    tx: Orm,
    row: MembershipRow,
    { plans, reason, found }: { plans: PlannedInvoice[]; reason: string; found: ProviderSubscription },
  ): Promise<void> {
    for (const { book } of plans) {
      const invoice = await book(tx);
      if (!invoice) continue;
      this.#context.log.warn({ membership: row.id, invoice: invoice.id, reason }, 'membership payment returned');
      await this.#refunds.returnPayment(tx, invoice.id, reason);
    }
    if (reason === 'paid_twice') return;
    const isEndedThere = found.status === 'ended';
    if (row.status !== 'ended') {
      await this.#store.update(tx, row.id, {
        status: 'ended',
        providerSubscription: found.subscription,
        providerCustomer: found.customer,
        endedAt: this.#context.nowIso(),
        syncVersion: row.syncVersion + 1,
        dueAt: isEndedThere ? null : this.#context.laterIso(ENDING_RECHECK_MS),
      });
    } else if (isEndedThere) await this.#store.update(tx, row.id, { dueAt: this.#nextDue(row, null) });
  }

  /** Made due while the provider answered, such as by a dispute that was won, it stays so. */
  #nextDue({ dueAt }: MembershipRow, otherwise: string | null): string | null {
    return dueAt && Date.parse(dueAt) <= this.#context.clock.now() ? dueAt : otherwise;
  }

  async #planInvoices(row: MembershipRow, invoices: ProviderInvoice[]): Promise<PlannedInvoice[]> {
    const known = await this.#store.listKnownInvoices(row.id);
    const plans: PlannedInvoice[] = [];
    const news = invoices.filter(({ invoice }) => !known.has(invoice)).reverse();
    for (const invoice of news) plans.push(await this.#planInvoice(row, invoice));
    return plans;
  }

  async #planInvoice(row: MembershipRow, paid: ProviderInvoice): Promise<PlannedInvoice> {
    const terms = paid.lines.map(({ kind, tier, startsAtMs, endsAtMs }, line) => ({
      invoice: paid.invoice,
      line,
      membership: row.id,
      kind,
      tier: tier ?? row.tier,
      startsAt: iso(startsAtMs),
      endsAt: iso(endsAtMs),
    }));
    // Paid with credit that was granted at the provider: it covers time, but no money moves.
    const book = paid.amountMinor === 0 ? async () => undefined : await this.#planBooking(row, paid);
    return {
      book: async (tx) => {
        await this.#store.insertTerms(tx, terms);
        return book(tx);
      },
    };
  }

  /** Books an invoice as a sale: VAT, commission, pledge, and the rest for the creator. */
  async #planBooking(row: MembershipRow, paid: ProviderInvoice): Promise<PlannedInvoice['book']> {
    const { ledger, pricing, provider, currency, metrics } = this.#context;
    if (paid.currency !== currency)
      throw new AppError('amount_invalid', 'The invoice was paid in another currency than ours.');
    await ledger.ensureAccounts([creatorPending(row.creator, currency)]);
    // The provider's times are whole seconds.
    const atMs = paid.paidAtMs + 999;
    const evidence = (paid.payment && (await provider.fetchPayment(paid.payment))?.evidence) || [];
    const terms = await pricing.findTerms({ creator: row.creator, buyer: row.identity, atMs, paid: evidence });
    const split = splitSale(paid.amountMinor, terms);
    const legs = saleLegs({
      payer: houseAccount('provider_clearing', currency),
      creator: row.creator,
      grossMinor: paid.amountMinor,
      split,
      association: terms.association,
    });
    const sold = soldBy(paid);
    const { name } = await this.#context.rooms.clubs.getTier(sold.tier ?? row.tier);
    return async (tx) => {
      const at = this.#context.nowIso();
      const invoice = await this.#store.insertInvoice(tx, {
        id: createId('membershipInvoice'),
        invoice: paid.invoice,
        membership: row.id,
        tier: sold.tier ?? row.tier,
        amountMinor: paid.amountMinor,
        currency,
        periodEnd: iso(sold.endsAtMs),
        paidAt: iso(paid.paidAtMs),
        bookedAt: at,
      });
      if (!invoice) return undefined;
      const { id, amountMinor, paidAt, periodEnd } = invoice;
      await ledger.post(tx, { kind: 'membership', source: { type: 'membership', id }, legs, at });
      const { identity, creator } = row;
      await this.#context.stores.payments.insert(tx, {
        ...{ id, kind: 'membership', identity, creator, item: row.id, amountMinor, currency, paidFrom: 'card' },
        ...{ shares: { [creator]: split.creatorMinor }, terms: terms.termsId, evidence, providerPayment: paid.payment },
        // Its fee: the event about it may have come before the invoice was booked.
        ...{ createdAt: paidAt, paidAt, dueAt: paid.payment && at },
      });
      metrics.moneyMinor.inc({ kind: 'membership' }, amountMinor);
      const payment = { id: id as Id<'membershipInvoice'>, identity, tier: name, amountMinor, currency };
      const fact = { payment: { ...payment, paidAt, paidUntil: periodEnd } };
      await this.#context.addFacts(tx, ['membership.paid', fact, { identity }]);
      return invoice;
    };
  }
}

/** What an invoice sells: the line that ends last. */
function soldBy({ lines, paidAtMs }: ProviderInvoice): { tier: string | null; endsAtMs: number } {
  const sold = lines.filter(({ kind }) => kind !== 'unused').sort((a, b) => b.endsAtMs - a.endsAtMs);
  return sold[0] ?? { tier: null, endsAtMs: paidAtMs };
}

/**
 * When the paid time ends, so that a lower tier follows on time; and again until the provider has ended a membership
 * that is over.
 */
function nextCheckMs({ nowMs, isOver, paidUntilMs }: { nowMs: number; isOver: boolean; paidUntilMs: number }): number {
  if (isOver) return nowMs + ENDING_RECHECK_MS;
  return paidUntilMs > nowMs ? Math.min(paidUntilMs, nowMs + RECHECK_MS) : nowMs + RECHECK_MS;
}
