/**
 * Memberships of creators' clubs: joining on the provider's page, cancelling for the end of the paid time, resuming,
 * and changing the tier. The provider decides the state: after each order `membership-sync.ts` fetches it.
 */
import { HOUR_MS } from '../../platform/clock.ts';
import { isUniqueViolation } from '../../platform/db/db.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import type { Fact } from '../../platform/outbox/outbox.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import type { Membership, Tier } from '../../protocol/money/memberships.ts';
import type { CheckoutStatus } from '../../protocol/money/money.ts';
import type { WaiverInput } from '../../protocol/money/pricing.ts';
import type { SuspensionChanged } from '../../rooms/room-facts.ts';
import { type Checkouts, OPENING_MS } from '../checkout/checkouts.ts';
import { createReturnUrls, parseReturnUrl } from '../checkout/return-urls.ts';
import type { MoneyContext } from '../money-context.ts';
import { acceptedWaiver } from '../sales/waiver-texts.ts';
import { type ClosureParts, MembershipClosures } from './membership-closures.ts';
import type { MembershipStanding } from './membership-standing.ts';
import { MembershipSync } from './membership-sync.ts';
import { memberships } from './memberships.schema.ts';
import { type MembershipRow, type MembershipsStore, ONE_PENDING_MEMBERSHIP } from './memberships.store.ts';

export interface JoinRequest {
  tier: string;
  /** The creator whose club it must be; absent means any club. */
  club?: string;
  identity: string;
  name: string;
  /** Absent means a fan. Other roles do not pay. */
  role?: Role;
  /** The request that it begins at once. */
  waiver?: WaiverInput | undefined;
  returnUrl?: string | undefined;
  locale?: string | undefined;
}

/** Page of our own site to which members return. */
const RETURN_PATH = '/wallet';
/** How long a page to join can be paid. */
const OPEN_MS = HOUR_MS;
/** A page this close to its expiry is not given out again. */
const HAND_OUT_MARGIN_MS = 60_000;
const RECHECK_MS = 60_000;
const FIRST_CHECK_MS = 60_000;
const JOIN_ATTEMPTS = 3;

export class Memberships {
  readonly sync: MembershipSync;
  readonly due: DueRows<typeof memberships>;
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;
  readonly #standing: MembershipStanding;
  readonly closures: MembershipClosures;
  readonly #checkouts: Checkouts;

  constructor(context: MoneyContext, parts: ClosureParts & { checkouts: Checkouts }) {
    this.#context = context;
    this.#store = context.stores.memberships;
    this.#standing = parts.standing;
    this.#checkouts = parts.checkouts;
    this.closures = new MembershipClosures(context, parts);
    this.sync = new MembershipSync(context, parts);
    this.due = context.dueRows({
      name: 'memberships',
      table: memberships,
      key: [memberships.id],
      recheck: { firstMs: RECHECK_MS, factor: 1, maxMs: RECHECK_MS },
      attempt: (row) => this.#attempt(row),
    });
  }

  async #attempt({ id }: MembershipRow): Promise<void> {
    const againAt = await this.closures.settle(id);
    const row = await this.#store.find(id);
    if (row) await this.#refresh(row);
    if (againAt) await this.#store.makeDue(id, againAt);
  }

  /** Returns the page to join. Repeated calls return the same page while it is open and for the same tier. */
  async join(request: JoinRequest): Promise<{ checkoutUrl: string }> {
    const { identity, club, role = 'fan' } = request;
    if (role !== 'fan') throw new AppError('already_entitled');
    const { clubs } = this.#context.rooms;
    const tier = club === undefined ? await clubs.getTier(request.tier) : await clubs.getTierOf(club, request.tier);
    if (!tier.isActive) throw new AppError('tier_retired');
    if (identity === tier.creator) throw new AppError('already_entitled');
    const member = { creator: tier.creator, identity };
    await this.sync.cancellations.assertMayPay(member);
    if (request.waiver) acceptedWaiver(request.waiver, request.locale, 'membership');
    for (let attempt = 1; attempt <= JOIN_ATTEMPTS; attempt += 1) {
      // In this order: a request that is paid between the two reads is found by one of them.
      const pending = await this.#store.findCurrent(member, 'pending');
      if (await this.#store.findCurrent(member, 'held')) throw new AppError('membership_exists');
      const open = pending && (await this.#resume(pending, tier));
      if (open) {
        await this.#keepWaiver(pending, request);
        return { checkoutUrl: open };
      }
      if (pending) continue;
      try {
        const row = await this.#insert(request, tier);
        await this.#keepWaiver(row, request);
        return { checkoutUrl: await this.#order(row, tier) };
      } catch (error) {
        if (!isUniqueViolation(error, ONE_PENDING_MEMBERSHIP)) throw error;
      }
    }
    throw new AppError('unavailable');
  }

  async #keepWaiver({ id }: MembershipRow, { waiver, locale }: JoinRequest): Promise<void> {
    if (!waiver) return;
    const accepted = acceptedWaiver(waiver, locale, 'membership');
    const kept = { ...accepted, startsAt: null, acceptedAt: this.#context.nowIso() };
    await this.#context.stores.tickets.insertWaiver(this.#context.db.orm, id, kept);
  }

  #insert({ identity, name, returnUrl, locale }: JoinRequest, tier: Tier): Promise<MembershipRow> {
    const urls = createReturnUrls({ requested: returnUrl, fallback: RETURN_PATH, context: this.#context });
    return this.#store.insert({
      id: createId('membership'),
      tier: tier.id,
      renewalTier: tier.id,
      creator: tier.creator,
      identity,
      name,
      status: 'pending',
      ...urls,
      locale: locale ?? null,
      createdAt: this.#context.nowIso(),
      expiresAt: this.#context.laterIso(OPEN_MS),
      dueAt: this.#context.laterIso(FIRST_CHECK_MS),
    });
  }

  /** Returns the page of an earlier request if it can still be used; otherwise ends that request. */
  async #resume(row: MembershipRow, tier: Tier): Promise<string | undefined> {
    const nowMs = this.#context.clock.now();
    if (!row.providerSession) {
      const isYoung = nowMs < Date.parse(row.createdAt) + OPENING_MS;
      if (isYoung && row.tier === tier.id) return this.#order(row, tier);
      // Its order failed, so its page was never given out; one that still arrives is not given out either.
      await this.#store.abandon(row);
      return undefined;
    }
    const isYoung = nowMs < Date.parse(row.expiresAt) - HAND_OUT_MARGIN_MS;
    const found = await this.#context.provider.billing.fetchJoin(row.providerSession);
    if (found?.status === 'open' && found.url && isYoung && row.tier === tier.id) return found.url;
    if (found?.status === 'open') await this.#context.provider.expireCheckout(found.session);
    await this.#refresh(row);
    return undefined;
  }

  async #order(row: MembershipRow, tier: Tier): Promise<string> {
    const { provider } = this.#context;
    const price = await this.#priceOf(tier);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      // Each club has its own customer: credit at the provider must not pay for another club.
      const customer = await this.#checkouts.customerOf(row, row.creator);
      const page = await provider.billing.createJoin({
        ...row,
        membership: row.id,
        customer,
        price,
        expiresAtMs: Date.parse(row.expiresAt),
      });
      if (!page) {
        await this.#context.stores.checkouts.forgetCustomer(customer);
        continue;
      }
      const kept = await this.#store.keepSession(row.id, page.session);
      // A concurrent request for another tier abandoned this one.
      if (!kept) throw new AppError('unavailable');
      // Concurrent callers create two pages; both return the stored one.
      const url = kept === page.session ? page.url : (await provider.billing.fetchJoin(kept))?.url;
      if (!url) break;
      return url;
    }
    throw new AppError('provider_unavailable');
  }

  #priceOf(tier: Tier): Promise<string> {
    const { id, creator, name, priceMinor: amountMinor, currency, interval } = tier;
    return this.#context.provider.billing.ensurePrice({ tier: id, creator, name, amountMinor, currency, interval });
  }

  /** For the return page; undefined when the session belongs to no membership. */
  async confirm(session: string): Promise<(CheckoutStatus & { id: string }) | undefined> {
    const row = await this.#store.findBySession(session);
    if (!row) return undefined;
    if (row.status === 'pending') await this.#refresh(row);
    const { status, id, startedAt } = (await this.#store.find(row.id)) ?? row;
    if (status === 'pending') return { id, status: 'open' };
    if (status === 'abandoned') return { id, status: 'expired' };
    return { id, status: startedAt === null ? 'returned' : 'paid' };
  }

  /** Syncs with the provider, and closes a request that was not paid. */
  async #refresh(row: MembershipRow): Promise<void> {
    if (row.providerSubscription) return this.sync.sync(row.id, row.providerSubscription);
    const { provider } = this.#context;
    const found = row.providerSession ? await provider.billing.fetchJoin(row.providerSession) : undefined;
    if (found?.subscription) return this.sync.sync(row.id, found.subscription);
    const isOver = found ? found.status === 'expired' : this.#context.hasPassed(Date.parse(row.expiresAt));
    if (isOver) await this.#store.abandon(row);
  }

  async list(identity: string): Promise<Membership[]> {
    const rows = await this.#store.listOf(identity);
    return Promise.all(rows.map((row) => this.#standing.toMembership(row)));
  }

  /** Cancels for the end of the paid time; idempotent. */
  cancel(identity: string, id: string): Promise<Membership> {
    return this.#change(identity, id, (subscription) => this.sync.cancellations.decide(id, subscription, true));
  }

  /** Ends the membership of somebody whom the creator has blocked. Idempotent. */
  async closeOf(creator: string, identity: string): Promise<void> {
    const row = await this.#store.findCurrent({ creator, identity }, 'held');
    if (!row) return;
    await this.closures.settle(row.id);
    this.due.wake();
  }

  /** Opens the provider's page where the member replaces the card and pays an open renewal. */
  async openPortal(
    identity: string,
    id: string,
    { returnUrl, locale = null }: { returnUrl?: string | undefined; locale?: string | null | undefined },
  ): Promise<{ url: string }> {
    const { row } = await this.#findOwn(identity, id);
    if (row.providerCustomer === null) throw new AppError('membership_ended');
    const back = parseReturnUrl({ requested: returnUrl, fallback: RETURN_PATH, context: this.#context });
    const order = { customer: row.providerCustomer, returnUrl: back.href, locale };
    return { url: await this.#context.provider.billing.openPortal(order) };
  }

  /** Takes a cancellation back while the membership lasts and can be renewed. */
  resume(identity: string, id: string): Promise<Membership> {
    return this.#change(identity, id, async (subscription, row) => {
      const { renewable } = await this.#standing.toMembership(row);
      // Without the cancellation it would only get days of grace, which nobody pays.
      if (!renewable) throw new AppError('membership_ended');
      await this.sync.cancellations.decide(id, subscription, false);
    });
  }

  /**
   * Upgrades at once for the price of the remaining time, and downgrades at the next renewal. After a refund, upgrades
   * wait for the renewal too, because the provider would credit the refunded price. No change creates credit at the
   * provider, because credit would pay any later invoice.
   */
  async changeTier(identity: string, id: string, tierId: string): Promise<Membership> {
    const { clubs } = this.#context.rooms;
    const wanted = await clubs.getTier(tierId);
    const { row: known } = await this.#findOwn(identity, id);
    if (wanted.creator !== known.creator) throw new AppError('tier_not_found');
    await this.sync.cancellations.assertMayPay(known);
    if (!wanted.isActive && ![known.tier, known.renewalTier].includes(wanted.id)) throw new AppError('tier_retired');
    return this.#change(identity, id, async (subscription) => {
      // The price of the change depends on the paid tier, so the subscription is fetched first.
      await this.sync.sync(id, subscription);
      const { row } = await this.#findOwn(identity, id);
      if (wanted.id === row.renewalTier) return;
      const [paid, renewal] = [await clubs.getTier(row.tier), await clubs.getTier(row.renewalTier)];
      if (!wanted.isActive && wanted.id !== paid.id) throw new AppError('tier_retired');
      // The card would be charged for a membership without access.
      if (row.standing === 'disputed') throw new AppError('membership_disputed');
      const isDearer = wanted.id !== paid.id && wanted.priceMinor >= paid.priceMinor;
      const isUpgrade = isDearer && !(await this.#isGivenBack(id));
      // Stripe would start the new interval at once and credit the rest of the old one.
      if (!isUpgrade && wanted.interval !== renewal.interval) throw new AppError('tier_interval');
      const { billing } = this.#context.provider;
      const change = { subscription, from: await this.#priceOf(renewal), to: await this.#priceOf(wanted) };
      await (isUpgrade ? billing.upgrade(change) : billing.setRenewalPrice(change));
    });
  }

  /**
   * Whether a payment that the provider would credit was refunded or lost completely: the last renewal, or a change
   * since then, which was itself paid with the credit of those before.
   */
  async #isGivenBack(id: string): Promise<boolean> {
    const terms = await this.#store.listTerms(this.#context.db.orm, id);
    const changes = new Set(terms.filter(({ kind }) => kind !== 'term').map(({ invoice }) => invoice));
    const renewal = terms.findLastIndex(({ invoice }) => !changes.has(invoice));
    const nowMs = this.#context.clock.now();
    return terms.slice(Math.max(renewal, 0)).some(({ isKept, endsAtMs }) => !isKept && endsAtMs > nowMs);
  }

  async #change(
    identity: string,
    id: string,
    order: (subscription: string, row: MembershipRow) => Promise<void>,
  ): Promise<Membership> {
    const { row, subscription } = await this.#findOwn(identity, id);
    try {
      await order(subscription, row);
    } catch (error) {
      if (!isRefusal(error) || !(await this.#hasEnded(id, subscription))) throw error;
      throw new AppError('membership_ended', undefined, { cause: error });
    }
    await this.sync.sync(id, subscription);
    return this.#standing.toMembership((await this.#store.find(id)) ?? row);
  }

  /** Whether it has ended at the provider, which may not be known here. */
  async #hasEnded(id: string, subscription: string): Promise<boolean> {
    await this.sync.sync(id, subscription);
    return (await this.#store.find(id))?.status === 'ended';
  }

  /** Finds the person's own membership that has not ended. */
  async #findOwn(identity: string, id: string): Promise<{ row: MembershipRow; subscription: string }> {
    const row = await this.#store.find(id);
    if (row?.identity !== identity || row.startedAt === null) throw new AppError('membership_not_found');
    if (row.status === 'ended' || !row.providerSubscription) throw new AppError('membership_ended');
    return { row, subscription: row.providerSubscription };
  }

  /**
   * Looks at the memberships of an account that is suspended, or is no longer, and at those of its club: they may end,
   * or a renewal may be due before the next check.
   */
  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { identity, data } of facts) {
      const { kind } = data as SuspensionChanged;
      if (kind === 'account' && identity) await this.#store.makeDueOf(identity, this.#context.nowIso());
    }
    this.due.wake();
  }
}

/** The provider refuses the order permanently: our fault, unless the subscription has ended. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'internal';
}
