/** A route of the API: method, path, parameter schema and handler. */
import type { StripeApiError } from './errors.ts';
import type { Operation } from './operation.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** An object or a list, or an error whose changes are kept, such as a declined payment. */
export type RouteAnswer = object | StripeApiError;

type Handle<P> = (operation: Operation, parameters: P, id: string) => RouteAnswer;

export interface Route {
  method: Method;
  /** `/v1/refunds/:id`, `/v1/transfers/:id/reversals` */
  path: string;
  parameters: string;
  /** Whether it also serves requests with a `Stripe-Account` header. */
  isForAccounts: boolean;
  handle: Handle<never>;
}

/** Types the parameters by the schema's name. */
export function route<P>(method: Method, path: string, parameters: string, handle: Handle<P>): Route {
  return { method, path, parameters, handle, isForAccounts: false };
}

/** The same, for the platform and for connected accounts. */
export function accountRoute<P>(method: Method, path: string, parameters: string, handle: Handle<P>): Route {
  return { ...route(method, path, parameters, handle), isForAccounts: true };
}

/** The positions of ids in paths: `/v1/x/:id/…` and `/v1/x/y/:id/…`. */
const ID_POSITIONS = [3, 4];

export interface FoundRoute {
  route: Route;
  id: string;
}

export class Router {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(routes: readonly Route[]) {
    this.#routes = new Map(routes.map((candidate) => [`${candidate.method} ${candidate.path}`, candidate]));
    if (this.#routes.size !== routes.length) throw new Error('Two routes have the same method and path');
  }

  find(method: string, path: string): FoundRoute | undefined {
    const exact = this.#routes.get(`${method} ${path}`);
    if (exact !== undefined) return { route: exact, id: '' };
    const segments = path.split('/');
    for (const position of ID_POSITIONS) {
      const id = segments[position];
      if (!id) continue;
      const found = this.#routes.get(`${method} ${segments.with(position, ':id').join('/')}`);
      if (found !== undefined) return { route: found, id };
    }
    return undefined;
  }
}
