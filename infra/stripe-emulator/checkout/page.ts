/** What is common to the kinds of pages. */
import type Stripe from 'stripe';
import type { World } from '../api/operation.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';

export interface PagesOptions {
  world: World;
  merchant: string;
  /** The address that browsers use, or undefined where it is the emulator's own. */
  publicUrl: string | undefined;
}

/** One kind of page: what it answers to a look at it, and to its form. */
export interface Page {
  handle(request: HttpRequest, id: string): HttpAnswer;
}

export type Session = Readonly<Stripe.Checkout.Session>;

/** A page's form is no request of the API. */
export const NO_REQUEST = { id: null, idempotency_key: null };
