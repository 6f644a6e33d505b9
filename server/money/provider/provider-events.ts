/**
 * Receives events of the payment provider: verifies, stores and acknowledges them, and then processes each by fetching
 * its object, so events may arrive twice, late, out of order or never. Missing ones are found by listing the provider's
 * events periodically.
 */
import { DAY_MS, HOUR_MS, iso } from '../../platform/clock.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Reconciliations } from '../books/reconciliations.ts';
import type { Checkouts } from '../checkout/checkouts.ts';
import type { Disputes } from '../disputes/disputes.ts';
import type { FraudWarnings } from '../disputes/fraud-warnings.ts';
import type { MembershipSync } from '../memberships/membership-sync.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderFees } from '../payments/provider-fees.ts';
import type { CreatorAccounts } from '../payouts/creator-accounts.ts';
import type { TransferReversals } from '../payouts/transfer-reversals.ts';
import type { RefundOrders } from '../refunds/refund-orders.ts';
import type { ProviderEvent } from './payment-provider.ts';
import { providerEvents } from './provider-events.schema.ts';
import { type EventRow, type NewEventRow, ProviderEventsStore } from './provider-events.store.ts';

/** Listings overlap, because the provider may list events out of order. */
const LISTING_OVERLAP_MS = 10 * 60_000;
/** Period of the first listing of a new house. */
const LISTING_FIRST_MS = HOUR_MS;

interface ProviderEventsParts {
  checkouts: Checkouts;
  fees: ProviderFees;
  memberships: MembershipSync;
  refundOrders: RefundOrders;
  disputes: Disputes;
  fraudWarnings: FraudWarnings;
  creatorAccounts: CreatorAccounts;
  transferReversals: TransferReversals;
  reconciliations: Reconciliations;
}

export class ProviderEvents {
  /** Events that are not processed yet. */
  readonly due: DueRows<typeof providerEvents>;
  readonly #context: MoneyContext;
  readonly #parts: ProviderEventsParts;
  readonly #store: ProviderEventsStore;

  constructor(context: MoneyContext, parts: ProviderEventsParts) {
    this.#context = context;
    this.#parts = parts;
    this.#store = new ProviderEventsStore(context.db);
    this.due = context.dueRows({
      name: 'provider events',
      table: providerEvents,
      key: [providerEvents.id],
      // The desk counts an event until its cause is fixed.
      retry: { firstMs: 1_000, maxMs: DAY_MS },
      attempt: (event) => this.#process(event),
    });
  }

  /** Verifies and stores an event. Answer the provider when this resolves. Throws `signature_invalid`. */
  async receive(rawBody: Buffer, signature: string | undefined): Promise<void> {
    const { provider, metrics } = this.#context;
    let event: ProviderEvent;
    try {
      event = provider.parseEvent(rawBody, signature);
    } catch (error) {
      metrics.providerEvents.inc({ outcome: error instanceof AppError ? error.code : 'internal' });
      throw error;
    }
    const isNew = (await this.#store.insert([this.#toRow(event)])) > 0;
    metrics.providerEvents.inc({ outcome: isNew ? 'received' : 'duplicate' });
    if (!event.isVersionOurs) metrics.providerEventVersionMismatches.inc();
    this.due.wake();
  }

  /**
   * Stores listed events that were not received. Returns how many there were. Continues from the end of the last
   * complete listing, possibly days ago: the newest received event does not tell what was lost before it.
   */
  async list(): Promise<number> {
    const { provider, clock, metrics, log } = this.#context;
    const store = this.#store;
    const listedUntilMs = await store.findListedUntilMs();
    const sinceMs = listedUntilMs === undefined ? clock.now() - LISTING_FIRST_MS : listedUntilMs - LISTING_OVERLAP_MS;
    let missed = 0;
    let newestMs: number | undefined;
    for (let untilMs: number | undefined; ; ) {
      const { events, isWhole } = await provider.fetchEvents({ sinceMs, untilMs });
      missed += await store.insert(events.map((event) => this.#toRow(event)));
      newestMs ??= events[0]?.createdAtMs;
      const oldestMs = events.at(-1)?.createdAtMs;
      if (isWhole || oldestMs === undefined || oldestMs === untilMs) break;
      untilMs = oldestMs;
    }
    if (newestMs !== undefined) await store.noteListed(iso(newestMs));
    if (missed > 0) {
      metrics.providerEvents.inc({ outcome: 'found_by_listing' }, missed);
      log.info({ missed }, 'missed provider events found by listing');
      this.due.wake();
    }
    return missed;
  }

  #toRow(event: ProviderEvent): NewEventRow {
    const now = this.#context.nowIso();
    const isOurs = event.subject !== 'other';
    return {
      id: event.id,
      subject: event.subject,
      objectId: event.objectId,
      payment: event.payment ?? null,
      type: event.type,
      createdAt: iso(event.createdAtMs),
      receivedAt: now,
      processedAt: isOurs ? null : now,
      dueAt: isOurs ? now : null,
    };
  }

  async #process(event: EventRow): Promise<void> {
    const { metrics } = this.#context;
    try {
      await this.#handle(event);
      await this.#store.markProcessed(event.id, this.#context.nowIso());
      metrics.providerEvents.inc({ outcome: 'processed' });
    } catch (error) {
      metrics.providerEvents.inc({ outcome: 'failed' });
      throw error;
    }
  }

  #handle(event: EventRow): Promise<void> | undefined {
    switch (event.subject) {
      case 'checkout':
        return this.#parts.checkouts.handleSessionChanged(event.objectId);
      case 'payment':
        return this.#handlePayment(event.objectId);
      case 'subscription':
        return this.#parts.memberships.handleSubscriptionChanged(event.objectId);
      case 'refund':
        return this.#parts.refundOrders.handleRefundChanged(event.objectId);
      case 'dispute':
        return this.#parts.disputes.handleDisputeChanged(event.objectId);
      case 'fraud_warning':
        return this.#parts.fraudWarnings.handle(event.objectId);
      case 'account':
        return this.#parts.creatorAccounts.handleAccountChanged(event.objectId);
      case 'transfer':
        return this.#parts.transferReversals.handleTransferChanged(event.objectId);
      case 'bank_payout':
        return this.#parts.reconciliations.handleBankPayoutChanged(event.objectId);
      case 'other':
        return undefined;
    }
  }

  async #handlePayment(payment: string): Promise<void> {
    if (await this.#parts.fees.handlePaymentChanged(payment)) return;
    await this.#parts.checkouts.handleCardPayment(payment);
  }
}
