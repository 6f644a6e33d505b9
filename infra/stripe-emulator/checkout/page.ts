/** What the kinds of pages share. */
import type Stripe from 'stripe';
import type { World } from '../api/operation.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';

export interface PagesOptions {
  world: World;
  merchant: string;
  /** The address that browsers use; undefined: the emulator's own. */
  publicUrl: string | undefined;
}

/** One kind of page: its answers to GET and to its form. */
export interface Page {
  handle(request: HttpRequest, id: string): HttpAnswer;
}

export type Session = Readonly<Stripe.Checkout.Session>;
