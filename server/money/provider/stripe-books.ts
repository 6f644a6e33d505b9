/** Stripe's own books: balance transactions and the balance. */
import type Stripe from 'stripe';
import type { MovementKind, ProviderBooks, ProviderMovement } from './payment-provider.ts';
import type { StripeCall } from './stripe-call.ts';

const PAGE_ITEMS = 100;
/** Limit of movements in one comparison. */
const MOVEMENTS_MAX = 100_000;

export class StripeBooks implements ProviderBooks {
  readonly #stripe: Stripe;
  readonly #call: StripeCall;

  constructor(stripe: Stripe, call: StripeCall) {
    this.#stripe = stripe;
    this.#call = call;
  }

  async listMovements(
    currency: string,
    sinceMs: number,
    max = MOVEMENTS_MAX,
  ): Promise<{ movements: ProviderMovement[]; sinceMs: number }> {
    const period = sinceMs > 0 ? { created: { gte: Math.floor(sinceMs / 1000) } } : {};
    return this.#call('list balance transactions', async () => {
      const movements: ProviderMovement[] = [];
      const wanted = { currency, ...period, limit: PAGE_ITEMS, expand: ['data.source'] };
      const list = this.#stripe.balanceTransactions.list(wanted);
      // Newest first.
      for await (const movement of list) {
        if (movements.length === max) return newestOf(movements);
        movements.push(toMovement(movement));
      }
      return { movements, sinceMs };
    });
  }

  async listMovementsOf(source: string, currency: string): Promise<ProviderMovement[]> {
    const list = await this.#call('list movements of an object', () =>
      this.#stripe.balanceTransactions.list({ source, currency, limit: PAGE_ITEMS, expand: ['data.source'] }),
    );
    return list.data.map(toMovement);
  }

  async fetchPayoutInterval(): Promise<string> {
    const settings = await this.#call('fetch the payout schedule', () => this.#stripe.balanceSettings.retrieve());
    return settings.payments.payouts?.schedule?.interval ?? 'manual';
  }

  async fetchBalanceMinor(currency: string): Promise<number> {
    const balance = await this.#call('fetch balance', () => this.#stripe.balance.retrieve());
    return [...balance.available, ...balance.pending]
      .filter((part) => part.currency === currency)
      .reduce((sum, part) => sum + part.amount, 0);
  }
}

/** A list that was cut short, without its oldest second: facts of that second may be missing. */
function newestOf(movements: ProviderMovement[]): { movements: ProviderMovement[]; sinceMs: number } {
  const oldestMs = movements.at(-1)?.createdAtMs ?? 0;
  return { movements: movements.filter(({ createdAtMs }) => createdAtMs > oldestMs), sinceMs: oldestMs + 1000 };
}

function toMovement(movement: Stripe.BalanceTransaction): ProviderMovement {
  return {
    id: movement.id,
    kind: kindOf(movement),
    type: movement.type,
    ...sourceOf(movement.source),
    amountMinor: movement.amount,
    feeMinor: movement.fee,
    netMinor: movement.net,
    createdAtMs: movement.created * 1000,
  };
}

/** A payment is known here by its intent, everything else by its own id. */
function sourceOf(source: Stripe.BalanceTransaction['source']): Pick<ProviderMovement, 'source' | 'checkout'> {
  if (source === null || typeof source === 'string') return { source, checkout: null };
  const object = source as { id: string; object: string; payment_intent?: unknown; metadata?: Record<string, string> };
  const isPayment = object.object === 'charge' && typeof object.payment_intent === 'string';
  return {
    source: isPayment ? String(object.payment_intent) : object.id,
    checkout: object.metadata?.checkout ?? null,
  };
}

/** The types that the SDK lists; Stripe may send others. */
type KnownType<T = Stripe.BalanceTransaction.Type> = T extends string ? (string extends T ? never : T) : never;

/** Every type of Stripe's list (docs.stripe.com/reports/balance-transaction-types). A new one is a type error here. */
const KINDS = {
  charge: 'payment',
  payment: 'payment',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund',
  payment_failure_refund: 'refund',
  transfer: 'transfer',
  transfer_cancel: 'transfer',
  transfer_failure: 'transfer',
  transfer_refund: 'transfer',
  payout: 'bank_payout',
  payout_cancel: 'bank_payout',
  payout_failure: 'bank_payout',
  topup: 'bank_payout',
  topup_reversal: 'bank_payout',
  inbound_transfer: 'bank_payout',
  inbound_transfer_reversal: 'bank_payout',
  // One of a dispute has the dispute as its source.
  adjustment: 'provider_charge',
  stripe_fee: 'provider_charge',
  stripe_fx_fee: 'provider_charge',
  tax_fee: 'provider_charge',
  tax_fund: 'provider_charge',
  fee_credit_funding: 'provider_charge',
  contribution: 'provider_charge',
  climate_order_purchase: 'provider_charge',
  climate_order_refund: 'provider_charge',
  stripe_balance_payment_debit: 'provider_charge',
  stripe_balance_payment_debit_reversal: 'provider_charge',
  // The negative balance of a connected account, for which the platform answers.
  connect_collection_transfer: 'provider_charge',
  reserve_hold: 'provider_reserve',
  reserve_release: 'provider_reserve',
  reserve_transaction: 'provider_reserve',
  reserved_funds: 'provider_reserve',
  payment_network_reserve_hold: 'provider_reserve',
  payment_network_reserve_release: 'provider_reserve',
  payout_minimum_balance_hold: 'provider_reserve',
  payout_minimum_balance_release: 'provider_reserve',
  advance: 'provider_other',
  advance_funding: 'provider_other',
  anticipation_repayment: 'provider_other',
  application_fee: 'provider_other',
  application_fee_refund: 'provider_other',
  issuing_authorization_hold: 'provider_other',
  issuing_authorization_release: 'provider_other',
  issuing_dispute: 'provider_other',
  issuing_dispute_provisional_credit: 'provider_other',
  issuing_dispute_provisional_credit_reversal: 'provider_other',
  issuing_transaction: 'provider_other',
  obligation_outbound: 'provider_other',
  obligation_reversal_inbound: 'provider_other',
  payment_reversal: 'provider_other',
  payment_unreconciled: 'provider_other',
} as const satisfies Record<KnownType, MovementKind>;

/** Sent by Stripe, and not on the SDK's list. */
const UNLISTED: Record<string, MovementKind> = { network_cost: 'provider_charge' };

function kindOf({ type, source }: Stripe.BalanceTransaction): MovementKind {
  const object = typeof source === 'object' && source !== null ? (source as { object: string }).object : '';
  if (object === 'dispute') return 'dispute';
  return (KINDS as Record<string, MovementKind>)[type] ?? UNLISTED[type] ?? 'other';
}
