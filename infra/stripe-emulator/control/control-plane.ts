/**
 * What Stripe does not have: faults on demand, a clock to advance, a list of deliveries. Methods for tests in the same
 * process, and the same under `/_emulator` with the API's own keys, so that no web page can reach it.
 */
import { z } from 'zod';
import { assertTestKey } from '../api/authentication.ts';
import { StripeApiError } from '../api/errors.ts';
import type { World } from '../api/operation.ts';
import { CONNECT_ENDPOINT_ID, ENDPOINT_ID } from '../events/deliveries.ts';
import type { Disturbance, WebhookRule } from '../events/disturbance.ts';
import { type HttpAnswer, type HttpRequest, jsonAnswer } from '../http/exchange.ts';
import { API_VERSION } from '../schemas/schemas.ts';
import type { Delivery } from '../store/records.ts';
import { partitionName } from '../store/scoped.ts';
import { ACTIONS, type ActionInput, type ActionName, type ActionResult } from './actions.ts';
import type { ApiFault, ApiFaults } from './faults.ts';

export interface WebhookTarget {
  url: string;
  secret: string;
}

export interface DeliveryReport extends Delivery {
  type: string;
  url: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ADVANCE_MAX_MS = 400 * DAY_MS;
const REPORTS_MAX = 1_000;
const TIMES_MAX = 1_000_000_000;

const faultSchema = z.strictObject({
  path: z.string().startsWith('/v1/'),
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  times: z.int().min(1).max(TIMES_MAX).default(1),
  share: z.number().min(0).max(1).optional(),
  kind: z.enum(['conflict', 'rate_limit', 'server_error', 'hang', 'reset', 'delay']),
  isApplied: z.boolean().optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
});
const ruleSchema = z.strictObject({
  action: z.enum(['drop', 'double', 'delay']),
  type: z.string().optional(),
  times: z.int().min(1).max(TIMES_MAX).default(1),
  share: z.number().min(0).max(1).optional(),
  delayMs: z
    .int()
    .min(0)
    .max(30 * DAY_MS)
    .optional(),
});
const targetSchema = z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret: z.string().min(1) });
const advanceSchema = z.strictObject({ byMs: z.int().min(0).max(ADVANCE_MAX_MS) });
const shuffleSchema = z.strictObject({ shuffle: z.boolean() });

interface ControlPlaneOptions {
  world: World;
  faults: ApiFaults;
  disturbance: Disturbance;
  seed: number;
}

export class ControlPlane {
  readonly #world: World;
  readonly #faults: ApiFaults;
  readonly #disturbance: Disturbance;
  readonly #seed: number;

  constructor({ world, faults, disturbance, seed }: ControlPlaneOptions) {
    this.#world = world;
    this.#faults = faults;
    this.#disturbance = disturbance;
    this.#seed = seed;
  }

  addFault(fault: z.input<typeof faultSchema>): void {
    this.#faults.add(faultSchema.parse(fault) as ApiFault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  addWebhookRule(rule: z.input<typeof ruleSchema>): void {
    this.#disturbance.addRule(ruleSchema.parse(rule) as WebhookRule);
  }

  clearWebhookRules(): void {
    this.#disturbance.clearRules();
  }

  /** Sets where events go from now on, including waiting ones. */
  setWebhook(target: WebhookTarget): void {
    this.#configure(ENDPOINT_ID, target);
  }

  /** The same for the events of connected accounts. */
  setConnectWebhook(target: WebhookTarget): void {
    this.#configure(CONNECT_ENDPOINT_ID, target);
  }

  #configure(id: string, target: WebhookTarget): void {
    const endpoint = { id, ...targetSchema.parse(target) };
    this.#world.store.transact((transaction) => transaction.put('webhook_endpoints', id, endpoint));
    this.#world.deliveries.handleConfigured(id);
  }

  /** Newest first. */
  listDeliveries(status?: Delivery['status']): DeliveryReport[] {
    const { store } = this.#world;
    const reports: DeliveryReport[] = [];
    for (const delivery of store.newestFirst('deliveries')) {
      if (status !== undefined && delivery.status !== status) continue;
      const events = partitionName('events', delivery.account ?? null);
      const type = store.get(events, delivery.event)?.type ?? 'unknown';
      reports.push({ ...delivery, type, url: store.get('webhook_endpoints', delivery.endpoint)?.url ?? null });
      if (reports.length === REPORTS_MAX) break;
    }
    return reports;
  }

  /** Finishes what is pending without waiting: charges settle, webhooks are sent and answered, once each. */
  async flush(): Promise<void> {
    this.#world.advance(this.#world.settleDelayMs);
    await this.#world.deliveries.flush();
  }

  /** Runs all that falls due in the skipped time before it returns; webhooks follow. */
  advanceClock(byMs: number): void {
    this.#world.advance(advanceSchema.parse({ byMs }).byMs);
  }

  /** Runs an action of `actions.ts`. */
  act<N extends ActionName>(name: N, input: ActionInput<N>): ActionResult<N> {
    const { schema, run } = ACTIONS[name];
    const parsed = schema.parse(input);
    const request = { id: null, idempotency_key: null };
    return this.#world.operate(request, (operation) => run(operation, parsed as never)) as ActionResult<N>;
  }

  handle({ method, path, query, headers, body }: HttpRequest): HttpAnswer {
    try {
      assertTestKey(headers.authorization);
      const read = <T>(schema: z.ZodType<T>): T => schema.parse(JSON.parse(body));
      const [, , folder, name = ''] = path.split('/');
      if (method === 'POST' && folder === 'actions' && Object.hasOwn(ACTIONS, name)) {
        return jsonAnswer(200, this.act(name as ActionName, JSON.parse(body)));
      }
      switch (`${method} ${path}`) {
        case 'GET /_emulator':
          return jsonAnswer(200, this.#state());
        case 'GET /_emulator/deliveries':
          return jsonAnswer(200, { data: this.listDeliveries(statusOf(query)) });
        case 'POST /_emulator/faults':
          this.#faults.add(read(faultSchema) as ApiFault);
          return jsonAnswer(200, this.#state());
        case 'DELETE /_emulator/faults':
          this.clearFaults();
          return jsonAnswer(200, this.#state());
        case 'POST /_emulator/webhook-rules':
          this.#disturbance.addRule(read(ruleSchema) as WebhookRule);
          return jsonAnswer(200, this.#state());
        case 'DELETE /_emulator/webhook-rules':
          this.clearWebhookRules();
          return jsonAnswer(200, this.#state());
        case 'POST /_emulator/webhook':
          this.setWebhook(read(targetSchema));
          return jsonAnswer(200, this.#state());
        case 'POST /_emulator/connect-webhook':
          this.setConnectWebhook(read(targetSchema));
          return jsonAnswer(200, this.#state());
        case 'POST /_emulator/shuffle':
          this.#disturbance.isShuffled = read(shuffleSchema).shuffle;
          return jsonAnswer(200, this.#state());
        case 'POST /_emulator/clock':
          this.advanceClock(read(advanceSchema).byMs);
          return jsonAnswer(200, this.#state());
        default:
          return jsonAnswer(404, { error: { message: `The control plane has no ${method} ${path}.` } });
      }
    } catch (error) {
      const status = error instanceof StripeApiError ? error.status : 400;
      return jsonAnswer(status, { error: { message: (error as Error).message } });
    }
  }

  #state(): object {
    return {
      apiVersion: API_VERSION,
      seed: this.#seed,
      shuffle: this.#disturbance.isShuffled,
      nowMs: this.#world.clock.nowMs(),
      eventsPending: this.#world.deliveries.pendingCount(),
    };
  }
}

function statusOf(query: string): Delivery['status'] | undefined {
  const status = new URLSearchParams(query).get('status');
  return status === null ? undefined : z.enum(['pending', 'delivered', 'failed', 'dropped']).parse(status);
}
