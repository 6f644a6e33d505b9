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

function kindOf({ type, source }: Stripe.BalanceTransaction): MovementKind {
  const object = typeof source === 'object' && source !== null ? (source as { object: string }).object : '';
  if (object === 'dispute') return 'dispute';
  switch (type) {
    case 'charge':
    case 'payment':
      return 'payment';
    case 'refund':
    case 'payment_refund':
    case 'refund_failure':
    case 'payment_failure_refund':
      return 'refund';
    case 'transfer':
    case 'transfer_cancel':
    case 'transfer_failure':
    case 'transfer_refund':
      return 'transfer';
    case 'payout':
    case 'payout_cancel':
    case 'payout_failure':
      return 'bank_payout';
    case 'stripe_fee':
    case 'network_cost':
      return 'provider_charge';
    default:
      return 'other';
  }
}
