/**
 * A local Stripe: the API of the installed SDK, hosted payment pages, events and signed webhooks, stored in one file
 * that survives kill -9. Started in process by the development server and by tests, or alone by `main.ts`. It must not
 * know Loge, which talks to it over HTTP. README.md names the sources of its behaviour.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { Api } from './api/api.ts';
import { Expander, type Included } from './api/expand.ts';
import { NO_REQUEST, World } from './api/operation.ts';
import { Presenter } from './api/presenter.ts';
import type { Route } from './api/route.ts';
import { reactToPayment } from './billing/collection.ts';
import { Pages } from './checkout/pages.ts';
import { Clock } from './clock.ts';
import { setPayoutInterval } from './connect/payouts.ts';
import { ACTIONS, type ActionInput, type ActionName, type ActionResult } from './control/actions.ts';
import { ApiFaults, type NewApiFault } from './control/faults.ts';
import {
  CONNECT_ENDPOINT_ID,
  Deliveries,
  type DeliveryReport,
  ENDPOINT_ID,
  type WebhookTarget,
} from './events/deliveries.ts';
import { Disturbance, type NewWebhookRule } from './events/disturbance.ts';
import { HttpSender, InProcessSender, type WebhookHandler } from './events/sender.ts';
import { type HttpOutcome, type HttpRequest, jsonAnswer } from './http/exchange.ts';
import { inProcessFetch } from './http/in-process.ts';
import { HOST, type HttpHandler, HttpServer } from './http/server.ts';
import { type EmulatorLog, logToStderr } from './log.ts';
import { SeededRandom } from './random.ts';
import { accountRoutes } from './resources/accounts.ts';
import { balanceRoutes } from './resources/balance.ts';
import { billingPortalRoutes } from './resources/billing-portal.ts';
import { chargeRoutes } from './resources/charges.ts';
import { checkoutSessionRoutes, lineItemsOfSession } from './resources/checkout-sessions.ts';
import { customerRoutes } from './resources/customers.ts';
import { disputeRoutes } from './resources/disputes.ts';
import { earlyFraudWarningRoutes } from './resources/early-fraud-warnings.ts';
import { eventRoutes } from './resources/events.ts';
import { confirmationSecretOf, invoiceRoutes, paymentsOfInvoice } from './resources/invoices.ts';
import { paymentIntentRoutes } from './resources/payment-intents.ts';
import { paymentMethodRoutes } from './resources/payment-methods.ts';
import { payoutRoutes } from './resources/payouts.ts';
import { priceRoutes } from './resources/prices.ts';
import { productRoutes } from './resources/products.ts';
import { refundRoutes, refundsOfCharge } from './resources/refunds.ts';
import { subscriptionRoutes } from './resources/subscriptions.ts';
import { transferRoutes } from './resources/transfers.ts';
import { Retention } from './retention.ts';
import { Store } from './store/store.ts';
import { runTask } from './tasks.ts';

export interface StripeEmulatorOptions {
  /** 0 uses any free port. */
  port: number;
  /** The journal; absent: in memory only. Two emulators must not share one. */
  dataFile?: string;
  webhook?: WebhookTarget;
  /** The endpoint for events of connected accounts, with its own secret. */
  connectWebhook?: WebhookTarget;
  /** Makes order and duplication of webhooks repeatable; ids are always random. */
  seed?: number;
  /** False delivers webhooks once and in order. */
  shuffle?: boolean;
  now?: () => number;
  /** Receives webhooks in this process instead of by HTTP; target and secret are needed too. */
  deliver?: WebhookHandler;
  /** The delay of a charge's balance transaction, and of a refund's reference. */
  settleDelayMs?: number;
  /** The payout schedule that the operator sets in the dashboard of the platform; a fresh account has `daily`. */
  payoutInterval?: 'daily' | 'manual';
  log?: EmulatorLog;
}

const SETTLE_DELAY_MS = 150;
const SEED_BOUND = 2 ** 32;
const ADVANCE_MAX_MS = 400 * 24 * 60 * 60 * 1000;

const INCLUDED: Readonly<Record<string, Included>> = {
  'charge.refunds': refundsOfCharge,
  'checkout.session.line_items': lineItemsOfSession,
  'invoice.confirmation_secret': confirmationSecretOf,
  'invoice.payments': paymentsOfInvoice,
};

interface Parts {
  store: Store;
  world: World;
  deliveries: Deliveries;
  disturbance: Disturbance;
  faults: ApiFaults;
  retention: Retention;
  handle: HttpHandler;
}

export class StripeEmulator {
  readonly url: string;
  readonly port: number;
  readonly #server: HttpServer;
  readonly #parts: Parts;
  readonly #inProcess: typeof globalThis.fetch;
  #isClosed = false;

  private constructor(server: HttpServer, url: string, parts: Parts) {
    this.#server = server;
    this.#parts = parts;
    this.#inProcess = inProcessFetch(parts.handle);
    this.port = server.port;
    this.url = url;
  }

  static async create(options: StripeEmulatorOptions): Promise<StripeEmulator> {
    const { port, dataFile, webhook, connectWebhook, seed = randomInt(SEED_BOUND), log = logToStderr } = options;
    // Binds the port first: a process that has it may also have the file open.
    let handle = (_request: HttpRequest): HttpOutcome | Promise<HttpOutcome> =>
      jsonAnswer(503, { error: { message: 'Starting' } });
    const server = await HttpServer.create({ port, handle: (request) => handle(request) });
    const url = `http://${HOST}:${server.port}`;
    try {
      const store = Store.create(dataFile);
      const clock = new Clock(store, options.now);
      const disturbance = new Disturbance(new SeededRandom(seed), options.shuffle ?? true);
      const sender = options.deliver === undefined ? new HttpSender() : new InProcessSender(options.deliver);
      const deliveries = new Deliveries({ store, clock, disturbance, log, sender });
      const presenter = new Presenter({ clock, deliveries, baseUrl: url });
      const settleDelayMs = options.settleDelayMs ?? SETTLE_DELAY_MS;
      const react = reactToPayment;
      const world = new World({ store, clock, deliveries, presenter, settleDelayMs, runTask, react, log });
      const expander = new Expander({ presenter, included: INCLUDED });
      const faults = new ApiFaults(new SeededRandom(seed + 1));
      const api = new Api({ world, expander, faults, routes: ROUTES, log });
      const pages = new Pages(world);
      const retention = new Retention(world);
      if (webhook !== undefined) deliveries.configure(ENDPOINT_ID, webhook);
      if (connectWebhook !== undefined) deliveries.configure(CONNECT_ENDPOINT_ID, connectWebhook);
      const { payoutInterval } = options;
      if (payoutInterval) world.operate(NO_REQUEST, (operation) => setPayoutInterval(operation, payoutInterval));
      world.resumeTasks();
      handle = (request) => dispatch(request, { api, pages, log });
      return new StripeEmulator(server, url, {
        store,
        world,
        deliveries,
        disturbance,
        faults,
        retention,
        handle,
      });
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Sets where events go from now on, including those that wait for an address. */
  setWebhook(target: WebhookTarget): void {
    this.#parts.deliveries.configure(ENDPOINT_ID, target);
  }

  /** The same for the events of connected accounts. */
  setConnectWebhook(target: WebhookTarget): void {
    this.#parts.deliveries.configure(CONNECT_ENDPOINT_ID, target);
  }

  /** Makes the next requests to a path fail, hang or take long. */
  addFault(fault: NewApiFault): void {
    this.#parts.faults.add(fault);
  }

  clearFaults(): void {
    this.#parts.faults.clear();
  }

  /** Drops, duplicates or delays the next webhooks of a type. */
  addWebhookRule(rule: NewWebhookRule): void {
    this.#parts.disturbance.addRule(rule);
  }

  clearWebhookRules(): void {
    this.#parts.disturbance.clearRules();
  }

  listDeliveries(status?: DeliveryReport['status']): DeliveryReport[] {
    return this.#parts.deliveries.list(status);
  }

  /** Runs all that falls due in the skipped time before it returns; webhooks follow. */
  advanceClock(byMs: number): void {
    this.#parts.world.advance(z.int().min(0).max(ADVANCE_MAX_MS).parse(byMs));
    this.#parts.retention.sweep();
  }

  /** Settles charges and sends webhooks without waiting; resolves when each was answered or has failed. */
  flush(): Promise<void> {
    const { world, deliveries } = this.#parts;
    world.advance(world.settleDelayMs);
    return deliveries.flush();
  }

  /**
   * The emulator without a socket, for many operations in little time:
   * `new Stripe(key, { host, port, protocol: 'http', httpClient: Stripe.createFetchHttpClient(emulator.fetch) })`.
   */
  readonly fetch: typeof globalThis.fetch = (input, init) => this.#inProcess(input, init);

  /** Acts of banks and people: `act('open_dispute', { charge })`; the names are in `control/actions.ts`. */
  act<N extends ActionName>(name: N, input: ActionInput<N>): ActionResult<N> {
    const { schema, run } = ACTIONS[name];
    const parsed = schema.parse(input) as never;
    return this.#parts.world.operate(NO_REQUEST, (operation) => run(operation, parsed)) as ActionResult<N>;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { store, world, retention } = this.#parts;
    retention.close();
    world.close();
    await this.#server.close();
    store.close();
  }
}

const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...balanceRoutes,
  ...billingPortalRoutes,
  ...chargeRoutes,
  ...checkoutSessionRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...earlyFraudWarningRoutes,
  ...eventRoutes,
  ...invoiceRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...payoutRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...subscriptionRoutes,
  ...transferRoutes,
];

interface Handlers {
  api: Api;
  pages: Pages;
  log: EmulatorLog;
}

async function dispatch(request: HttpRequest, { api, pages, log }: Handlers): Promise<HttpOutcome> {
  try {
    const page = pages.handle(request);
    return page ?? (await api.handle(request));
  } catch (error) {
    const { message, stack } = error as Error;
    log('a page failed', { path: request.path, message, stack });
    return jsonAnswer(500, { error: { type: 'api_error', message: 'The emulator itself is at fault; see its log.' } });
  }
}
