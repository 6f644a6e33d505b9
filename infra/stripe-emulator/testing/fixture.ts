/** Support of the emulator's tests: a running emulator with the real SDK, and an endpoint that checks signatures. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import { StripeEmulator, type StripeEmulatorOptions } from '../emulator.ts';

export const WEBHOOK_SECRET = 'whsec_test_of_the_emulator';
const CONDITION_TIMEOUT_MS = 30_000;
const POLL_MS = 5;

/** Waits for the first result that is not undefined or false; fails with a description of it. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  const deadlineMs = Date.now() + CONDITION_TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found as NonNullable<Exclude<T, false>>;
    if (Date.now() > deadlineMs) throw new Error(`Waited in vain until ${what}`);
    await wait(POLL_MS);
  }
}

export function sdkOf(emulator: { port: number }, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  return new Stripe('sk_test_emulator', {
    host: '127.0.0.1',
    port: emulator.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  });
}

/** A webhook endpoint that accepts only what Stripe's own library verifies. */
export class WebhookReceiver {
  readonly url: string;
  readonly events: Stripe.Event[] = [];
  readonly rejected: string[] = [];
  /** The status to answer; 200 by default. */
  respond: (event: Stripe.Event) => number = () => 200;
  concurrencyMax = 0;
  #concurrency = 0;
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`;
  }

  static async create(secret = WEBHOOK_SECRET): Promise<WebhookReceiver> {
    const verifier = new Stripe('sk_test_verifier');
    const server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      receiver.#concurrency += 1;
      receiver.concurrencyMax = Math.max(receiver.concurrencyMax, receiver.#concurrency);
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.on('close', () => {
        receiver.#concurrency -= 1;
      });
      try {
        const header = request.headers['stripe-signature'] ?? '';
        const event = verifier.webhooks.constructEvent(Buffer.concat(chunks), header, secret);
        receiver.events.push(event);
        response.writeHead(receiver.respond(event)).end();
      } catch (error) {
        receiver.rejected.push((error as Error).message);
        response.writeHead(400).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new WebhookReceiver(server);
    return receiver;
  }

  typesOf(objectId?: string): string[] {
    const own = this.events.filter(
      ({ data }) => objectId === undefined || (data.object as { id?: string }).id === objectId,
    );
    return own.map(({ type }) => type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export interface Fixture extends AsyncDisposable {
  emulator: StripeEmulator;
  stripe: Stripe;
  logged: string[];
}

export async function startEmulator(options: Partial<StripeEmulatorOptions> = {}): Promise<Fixture> {
  const logged: string[] = [];
  const log = (message: string, fields?: Record<string, unknown>) =>
    logged.push(`${message} ${JSON.stringify(fields)}`);
  const emulator = await StripeEmulator.create({ port: 0, log, payoutInterval: 'manual', ...options });
  return { emulator, stripe: sdkOf(emulator), logged, [Symbol.asyncDispose]: () => emulator.close() };
}

/** A customer's portal, as an account offers it that has made a configuration. */
export async function openPortal(
  stripe: Stripe,
  params: Stripe.BillingPortal.SessionCreateParams,
): Promise<Stripe.BillingPortal.Session> {
  const features = { payment_method_update: { enabled: true }, subscription_cancel: { enabled: true } };
  const { id: configuration } = await stripe.billingPortal.configurations.create({ features });
  return stripe.billingPortal.sessions.create({ configuration, ...params });
}

export const CARD = {
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 34',
  cardCvc: '123',
  billingName: 'Ada Lovelace',
};

export function topupParams(extra: Stripe.Checkout.SessionCreateParams = {}): Stripe.Checkout.SessionCreateParams {
  const priceData = { currency: 'eur', unit_amount: 2_000, product_data: { name: 'Wallet top-up' } };
  return {
    mode: 'payment',
    line_items: [{ quantity: 1, price_data: priceData }],
    success_url: 'http://localhost:3000/wallet?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://localhost:3000/wallet',
    ...extra,
  };
}

export interface PageResult {
  status: number;
  location: string | null;
  text: string;
  /** The error that the page shows. */
  alert: string | undefined;
}

/** Submits a form as a browser without scripts does. */
export async function submitForm(url: string, fields: Record<string, string>): Promise<PageResult> {
  const response = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  const text = await response.text();
  const alert = /role="alert"[^>]*>([^<]*)</.exec(text)?.[1];
  return { status: response.status, location: response.headers.get('location'), text, alert };
}
