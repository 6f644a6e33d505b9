/**
 * Stripe's API as the SDK sees it: authenticate, apply faults, look up the idempotency key, parse parameters, run the
 * route (`resources/`), expand, and validate the answer against Stripe's types.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiFault, ApiFaults } from '../control/faults.ts';
import type { HttpAnswer, HttpOutcome, HttpRequest } from '../http/exchange.ts';
import { jsonAnswer } from '../http/exchange.ts';
import { type FormObject, parseForm } from '../http/form.ts';
import type { EmulatorLog } from '../log.ts';
import { newId } from '../random.ts';
import { API_VERSION, responseFaultOf } from '../schemas/schemas.ts';
import type { StoredAnswer } from '../store/records.ts';
import { assertTestKey } from './authentication.ts';
import { accountInvalid, keyInUse, notEmulated, rateLimited, StripeApiError, serverError } from './errors.ts';
import type { Expander } from './expand.ts';
import { type Attempt, digestOf, IdempotencyKeys } from './idempotency.ts';
import { BrokenContract, type Operation, type World } from './operation.ts';
import { readParameters } from './parameters.ts';
import { type Route, Router } from './route.ts';

interface ApiOptions {
  world: World;
  expander: Expander;
  faults: ApiFaults;
  routes: readonly Route[];
  log: EmulatorLog;
}

interface Call {
  requestId: string;
  route: Route;
  id: string;
  /** The connected account that `Stripe-Account` names; null is the platform. */
  account: string | null;
  form: FormObject;
  attempt: Attempt | undefined;
}

interface Result {
  status: number;
  body: string;
}

export class Api {
  readonly #world: World;
  readonly #expander: Expander;
  readonly #faults: ApiFaults;
  readonly #router: Router;
  readonly #log: EmulatorLog;
  readonly #keys = new IdempotencyKeys();

  constructor({ world, expander, faults, routes, log }: ApiOptions) {
    this.#world = world;
    this.#expander = expander;
    this.#faults = faults;
    this.#router = new Router(routes);
    this.#log = log;
  }

  async handle(request: HttpRequest): Promise<HttpOutcome> {
    const requestId = newId('req', 14);
    try {
      assertTestKey(request.headers.authorization);
      const fault = this.#faults.take(request.method, request.path);
      if (fault?.kind === 'rate_limit') throw rateLimited();
      const call = this.#parse(request, requestId);
      if (fault?.kind === 'conflict') throw keyInUse(call.attempt?.key ?? '');
      return await this.#answer(call, fault);
    } catch (error) {
      const { status, body } = this.#errorResult(error, requestId);
      return this.#toHttp({ status, body }, requestId, request.headers['idempotency-key']);
    }
  }

  #parse(request: HttpRequest, requestId: string): Call {
    const { method, path, headers } = request;
    const found = this.#router.find(method, path);
    if (found === undefined) {
      const message = `Unrecognized request URL (${method}: ${path}). Stripe may know it; this emulator does not (infra/stripe-emulator/README.md).`;
      throw new StripeApiError(404, { type: 'invalid_request_error', message }, false);
    }
    const version = headers['stripe-version'];
    if (version !== undefined && version !== API_VERSION) throw notEmulated(`Stripe-Version ${version}`);
    const account = this.#accountOf(found.route, headers['stripe-account']);
    if (headers['stripe-context'] !== undefined) throw notEmulated('A request with a Stripe-Context');
    const isPost = method === 'POST';
    if (isPost && request.query !== '') throw notEmulated('A query string on a POST');
    const type = headers['content-type'] ?? 'application/x-www-form-urlencoded';
    if (isPost && !type.startsWith('application/x-www-form-urlencoded')) throw notEmulated(`A body of type ${type}`);
    const form = parseForm(isPost ? request.body : request.query);
    const key = headers['idempotency-key'];
    const isKeyed = isPost && typeof key === 'string' && key !== '';
    // Idempotency keys are scoped to an account.
    const scopedKey = account === null ? String(key) : `${account}:${key}`;
    const attempt = isKeyed
      ? { key, scopedKey, endpoint: `${method} ${path}`, parametersDigest: digestOf(form) }
      : undefined;
    return { requestId, ...found, id: decode(found.id), account, form, attempt };
  }

  #accountOf(route: Route, header: string | string[] | undefined): string | null {
    if (header === undefined || header === '') return null;
    const account = String(header);
    if (this.#world.store.get('accounts', account) === undefined) throw accountInvalid(account);
    if (!route.isForAccounts) throw notEmulated(`${route.method} ${route.path} for a connected account`);
    return account;
  }

  async #answer(call: Call, fault: ApiFault | undefined): Promise<HttpOutcome> {
    const { attempt, requestId } = call;
    const stored = attempt && this.#keys.enter(this.#world.store, attempt, this.#world.clock.nowMs());
    if (stored !== undefined) return this.#replay(stored, requestId);
    try {
      if (fault?.kind === 'delay') await wait(fault.delayMs, undefined, { ref: false });
      const isCarriedOut = fault === undefined || fault.kind === 'delay' || fault.isApplied;
      const result = isCarriedOut ? this.#carryOut(call, fault) : this.#fail(call, fault);
      if (fault?.kind === 'hang' || fault?.kind === 'reset') return fault.kind;
      return this.#toHttp(result, requestId, attempt?.key);
    } finally {
      if (attempt !== undefined) this.#keys.leave(attempt.scopedKey);
    }
  }

  /** The request's effects and the answer under its key are one transaction. */
  #carryOut(call: Call, fault: ApiFault | undefined): Result {
    const parameters = readParameters<{ expand?: string[] }>(call.route.parameters, call.form);
    const request = { id: call.requestId, idempotency_key: call.attempt?.key ?? null };
    const carryOut = (operation: Operation): Result => {
      const answer = call.route.handle(operation, parameters as never, call.id);
      let result = this.#render(operation, answer, parameters.expand);
      if (fault?.kind === 'server_error')
        result = this.#errorResult(
          serverError('A fault was asked for, after the request took effect.'),
          call.requestId,
        );
      this.#save(operation, call, result);
      return result;
    };
    try {
      return this.#world.operate(request, carryOut, call.account);
    } catch (error) {
      // Rolls back the route's changes and stores only the refusal, where Stripe stores it.
      const result = this.#errorResult(error, call.requestId);
      const isSaved = error instanceof StripeApiError ? error.isSaved : true;
      if (isSaved && call.attempt !== undefined) {
        this.#world.operate(request, (operation) => this.#save(operation, call, result));
      }
      return result;
    }
  }

  #fail(call: Call, fault: ApiFault | undefined): Result {
    const result = this.#errorResult(
      serverError('A fault was asked for, before the request took effect.'),
      call.requestId,
    );
    if (fault?.kind !== 'server_error') return result;
    const request = { id: call.requestId, idempotency_key: null };
    this.#world.operate(request, (operation) => this.#save(operation, call, result));
    return result;
  }

  #render(operation: Operation, answer: object, expand: string[] | undefined): Result {
    if (answer instanceof StripeApiError) return { status: answer.status, body: print({ error: answer.body }) };
    const body = this.#expander.expand(operation.tx, answer, expand);
    const fault = responseFaultOf(body);
    if (fault !== undefined) throw new BrokenContract(fault);
    return { status: 200, body: print(body) };
  }

  #save(operation: Operation, { attempt, requestId }: Call, { status, body }: Result): void {
    if (attempt === undefined) return;
    const { key, scopedKey, endpoint, parametersDigest } = attempt;
    const createdAtMs = operation.nowMs;
    operation.tx.put('answers', scopedKey, { key, endpoint, parametersDigest, status, body, requestId, createdAtMs });
  }

  #errorResult(error: unknown, requestId: string): Result {
    if (error instanceof StripeApiError) {
      const body = { error: { ...error.body } };
      const fault = responseFaultOf(JSON.parse(JSON.stringify(body)));
      if (fault === undefined) return { status: error.status, body: print(body) };
      this.#log('an error answer breaks the types of Stripe', { requestId, fault });
    } else {
      const { message, stack } = error as Error;
      this.#log('a request failed inside the emulator', { requestId, message, stack });
    }
    const message = `The emulator itself is at fault; its log names ${requestId}.`;
    return { status: 500, body: print({ error: { type: 'api_error', message } }) };
  }

  #replay(stored: StoredAnswer, requestId: string): HttpAnswer {
    const headers = { 'idempotent-replayed': 'true', 'original-request': stored.requestId };
    return this.#toHttp(stored, requestId, stored.key, headers);
  }

  #toHttp(
    result: Result,
    requestId: string,
    key?: string | string[],
    headers: Record<string, string> = {},
  ): HttpAnswer {
    const answer = jsonAnswer(result.status, null, {
      'request-id': requestId,
      'stripe-version': API_VERSION,
      ...(typeof key === 'string' && /^[\x20-\x7e]*$/.test(key) ? { 'idempotency-key': key } : {}),
      ...headers,
    });
    return { ...answer, body: result.body };
  }
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function print(body: object): string {
  return JSON.stringify(body);
}
