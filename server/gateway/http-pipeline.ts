/**
 * The one way in for every HTTP request to an API: admit (`http-auth.ts`), parse, domain, answer. The twin of `pipeline.ts`, which does the same
 * for sockets.
 */
import type { Express, Request, Response } from 'express';
import type { Log } from '../platform/log.ts';
import { AppError } from '../protocol/errors.ts';
import type { HttpAuth } from './http-auth.ts';
import { parseInput, parseParams } from './http-input.ts';
import { errorsOf, type Locale, type Route } from './http-route.ts';

export class HttpPipeline {
  readonly #auth: HttpAuth;
  readonly #log: Log;

  constructor(options: { auth: HttpAuth; log: Log }) {
    this.#auth = options.auth;
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
    const caller = await this.#auth.admit(route, request, response);
    const params = parseParams(route, request);
    const input = await parseInput(route, request, response);
    const answer = await route.handler({ caller, params, input, locale: localeOf(request), response });
    // What the contract does not name does not leave, whatever a domain handed over.
    response.status(route.status ?? 200).json(route.answer.parse(answer));
  }
}

/** The language that the caller asks for, if it is one of ours. */
function localeOf(request: Request): Locale | undefined {
  const accepted = request.get('accept-language');
  return accepted && accepted !== '*'
    ? (request.acceptsLanguages('en', 'fr') as Locale | false) || undefined
    : undefined;
}
