/** Completes a stored object with values that depend on the moment: addresses, counts, available funds. */
import type Stripe from 'stripe';
import type { Clock } from '../clock.ts';
import type { Deliveries } from '../events/deliveries.ts';

interface PresenterOptions {
  clock: Clock;
  deliveries: Deliveries;
  baseUrl: string;
}

type Presentable = { object: string };

export class Presenter {
  readonly #options: PresenterOptions;

  constructor(options: PresenterOptions) {
    this.#options = options;
  }

  present<T extends Presentable>(object: T): T {
    const value: Presentable & Record<string, unknown> = { ...object };
    switch (object.object) {
      case 'account_link':
      case 'billing_portal.session':
      case 'checkout.session':
        if (typeof value.url === 'string') value.url = this.#absolute(value.url);
        break;
      case 'payment_intent':
      case 'setup_intent':
        value.next_action = this.#presentNextAction(value.next_action as Stripe.PaymentIntent.NextAction | null);
        break;
      case 'balance_transaction':
        if (Number(value.available_on) * 1000 <= this.#options.clock.nowMs()) value.status = 'available';
        break;
      case 'event':
        value.pending_webhooks = this.#options.deliveries.pendingCountOf(String(value.id));
        break;
    }
    return value as unknown as T;
  }

  #presentNextAction(action: Stripe.PaymentIntent.NextAction | null): Stripe.PaymentIntent.NextAction | null {
    const redirect = action?.redirect_to_url;
    if (!action || !redirect?.url) return action;
    return { ...action, redirect_to_url: { ...redirect, url: this.#absolute(redirect.url) } };
  }

  /** Stored addresses are paths, because a restart may use another port. */
  #absolute(path: string): string {
    return path.startsWith('/') ? `${this.#options.baseUrl}${path}` : path;
  }
}
