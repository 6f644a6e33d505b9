/**
 * The one way in for every HTTP request to an API: authenticate, rate-limit, parse, domain, answer. The twin of `pipeline.ts`, which does
 * the same for sockets.
 */
import type { Express, Request, Response } from 'express';
import type { Log } from '../platform/log.ts';
import { AppError } from '../protocol/errors.ts';
import type { HttpAuth } from './http-auth.ts';
import { parseInput, parseParams } from './http-input.ts';
import { type Auth, type Callers, errorsOf, type Locale, type Route } from './http-route.ts';
import type { HttpLimits } from './rate-limits.ts';

export class HttpPipeline {
  readonly #auth: HttpAuth;
  readonly #limits: HttpLimits;
  readonly #log: Log;

  constructor(options: { auth: HttpAuth; limits: HttpLimits; log: Log }) {
    this.#auth = options.auth;
    this.#limits = options.limits;
    this.#log = options.log;
  }

  mount(app: Express, routes: readonly Route[]): void {
    for (const route of routes) {
      app[route.method](route.path, (request, response) => this.#handle(route, request, response));
    }
  }

  async #handle(route: Route, request: Request, response: Response): Promise<void> {
    try {
      await this.#run(route, request, response);
    } catch (error) {
      // The documentation of a route comes from its entry, so a code that is missing there is a fault of ours.
      if (error instanceof AppError && !errorsOf(route).includes(error.code)) {
        this.#log.warn({ route: route.name, code: error.code }, 'a route answered an error that it does not declare');
      }
      throw error;
    }
  }

  async #run(route: Route, request: Request, response: Response): Promise<void> {
    const caller = await this.#admit(route, request, response);
    const params = parseParams(route, request);
    const input = await parseInput(route, request, response);
    const answer = await route.handler({ caller, params, input, locale: localeOf(request), response });
    // What the contract does not name does not leave, whatever a domain handed over.
    response.status(route.status ?? 200).json(route.answer.parse(answer));
  }

  async #admit(route: Route, request: Request, response: Response): Promise<Callers[Auth]> {
    const address = request.ip;
    let caller: Callers[Auth];
    try {
      caller = await this.#auth.authenticate(route.auth, request);
    } catch (error) {
      // The right credentials pass however many wrong ones came from the same address: a secret of 32 characters is not found by trying,
      // but a neighbour behind the same router could otherwise shut an embedder out.
      await this.#limits.consume(route.auth === 'server' ? 'credentials' : route.limit, { address });
      if (error instanceof AppError && error.status === 401) response.set('www-authenticate', challengeOf(route.auth));
      throw error;
    }
    await this.#limits.consume(route.limit, { identity: identityOf(caller), address });
    return caller;
  }
}

/** What RFC 9110 wants beside a 401. */
function challengeOf(auth: Auth): string {
  return auth === 'server' ? 'Basic realm="Loge server API", charset="UTF-8"' : 'Bearer realm="Loge"';
}

/** The language that the caller asks for, if it is one of ours. */
function localeOf(request: Request): Locale | undefined {
  const accepted = request.get('accept-language');
  return accepted && accepted !== '*'
    ? (request.acceptsLanguages('en', 'fr') as Locale | false) || undefined
    : undefined;
}

function identityOf(caller: Callers[Auth]): string | undefined {
  if (!caller) return undefined;
  if ('sub' in caller) return caller.sub;
  return 'identity' in caller ? caller.identity : undefined;
}
