/** Disputes at Stripe. */
import Stripe from 'stripe';
import { AppError } from '../../protocol/errors.ts';
import type { Evidence } from '../disputes/disputes.schema.ts';
import type { DisputesProvider, ProviderDispute, ProviderFraudWarning } from './payment-provider.ts';
import type { StripeCall } from './stripe-call.ts';

export class StripeDisputes implements DisputesProvider {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;

  constructor(stripe: Stripe, call: StripeCall) {
    this.#stripe = stripe;
    this.#call = call;
  }

  async fetchDispute(dispute: string): Promise<ProviderDispute | undefined> {
    return this.#call('fetch dispute', async () => toDispute(await this.#stripe.disputes.retrieve(dispute)), {
      whenMissing: 'id',
    });
  }

  /** Stripe's "How disputes work", early fraud warnings: liability shifts to the issuer with 3-D Secure. */
  async fetchFraudWarning(id: string): Promise<ProviderFraudWarning | undefined> {
    return this.#call(
      'fetch fraud warning',
      async () => {
        const expand = ['charge'];
        const warning = await this.#stripe.radar.earlyFraudWarnings.retrieve(id, { expand });
        const { payment_intent: payment, payment_method_details: method } = warning.charge as Stripe.Charge;
        return {
          payment: typeof payment === 'string' ? payment : (payment?.id ?? null),
          isOpen: warning.actionable,
          isAuthenticated: method?.card?.three_d_secure?.result === 'authenticated',
          createdAtMs: warning.created * 1000,
        };
      },
      { whenMissing: 'id' },
    );
  }

  async submitEvidence(dispute: string, evidence: Evidence): Promise<ProviderDispute> {
    try {
      return await this.#call('submit evidence', async () =>
        toDispute(await this.#stripe.disputes.update(dispute, { evidence, submit: true })),
      );
    } catch (error) {
      // The dispute was decided or its deadline has passed, and the event has not arrived.
      const cause = error instanceof AppError ? error.cause : undefined;
      if (cause instanceof Stripe.errors.StripeInvalidRequestError) {
        throw new AppError('dispute_closed', undefined, { cause });
      }
      throw error;
    }
  }
}

function toDispute(dispute: Stripe.Dispute): ProviderDispute {
  const payment = dispute.payment_intent;
  const dueBy = dispute.evidence_details?.due_by ?? null;
  return {
    dispute: dispute.id,
    payment: typeof payment === 'string' ? payment : (payment?.id ?? null),
    amountMinor: dispute.amount,
    currency: dispute.currency,
    reason: dispute.reason,
    status: statusOf(dispute.status),
    evidenceDueAtMs: dueBy === null ? null : dueBy * 1000,
    openedAtMs: dispute.created * 1000,
    movements: dispute.balance_transactions.map(({ id, amount, fee }) => ({ id, amountMinor: amount, feeMinor: fee })),
  };
}

/**
 * An inquiry withdraws no money and freezes nothing. One that ends without a dispute counts as won. A prevented one was
 * blocked, or resolved by paying the payer back (changelog 2025-08-27, "Adds support for Dispute Preventions").
 */
function statusOf(status: Stripe.Dispute.Status): ProviderDispute['status'] {
  switch (status) {
    case 'warning_needs_response':
    case 'warning_under_review':
      return 'inquiry';
    case 'warning_closed':
    case 'won':
      return 'won';
    case 'under_review':
      return 'under_review';
    case 'prevented':
    case 'lost':
      return 'lost';
    default:
      return 'open';
  }
}
