/** What the kinds of pages share. */
import type Stripe from 'stripe';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';

/** One kind of page: its answers to GET and to its form. */
export interface Page {
  handle(request: HttpRequest, id: string): HttpAnswer;
}

export type Session = Readonly<Stripe.Checkout.Session>;
