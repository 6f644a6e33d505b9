/** A route of the API: its parameters' schema and what it does, found by method and path. */
import type { StripeApiError } from './errors.ts';
import type { Operation } from './operation.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** An object or a list; or an error whose changes hold all the same, such as a declined payment. */
export type RouteAnswer = object | StripeApiError;

export interface Route {
  method: Method;
  /** `/v1/refunds/:id` */
  path: string;
  parameters: string;
  handle: (operation: Operation, parameters: never, id: string) => RouteAnswer;
}

/** Gives the parameters the type that belongs to the schema's name. */
export function route<P>(
  method: Method,
  path: string,
  parameters: string,
  handle: (operation: Operation, parameters: P, id: string) => RouteAnswer,
): Route {
  return { method, path, parameters, handle };
}

export class Router {
  readonly #exact = new Map<string, Route>();
  readonly #withId: { pattern: RegExp; route: Route }[] = [];

  constructor(routes: readonly Route[]) {
    for (const candidate of routes) {
      if (candidate.path.includes(':id')) {
        const pattern = new RegExp(`^${candidate.method} ${candidate.path.replace(':id', '([^/]+)')}$`);
        this.#withId.push({ pattern, route: candidate });
      } else this.#exact.set(`${candidate.method} ${candidate.path}`, candidate);
    }
  }

  find(method: string, path: string): { route: Route; id: string } | undefined {
    const exact = this.#exact.get(`${method} ${path}`);
    if (exact !== undefined) return { route: exact, id: '' };
    for (const { pattern, route: candidate } of this.#withId) {
      const id = pattern.exec(`${method} ${path}`)?.[1];
      if (id !== undefined) return { route: candidate, id };
    }
    return undefined;
  }
}
