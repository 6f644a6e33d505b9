/** A route of the API: method, path, parameter schema and handler. */
import type { StripeApiError } from './errors.ts';
import type { Operation } from './operation.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** An object or a list, or an error whose changes are kept, such as a declined payment. */
export type RouteAnswer = object | StripeApiError;

type Handle<P> = (operation: Operation, parameters: P, id: string, subId: string) => RouteAnswer;

export interface Route {
  method: Method;
  /** `/v1/refunds/:id`, `/v1/transfers/:id/reversals/:sub` */
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

/** The positions of ids in paths: `/v1/x/:id/…/:sub` and `/v1/x/y/:id/…`. */
const ID_POSITIONS = [
  { id: 3, sub: undefined },
  { id: 4, sub: undefined },
  { id: 3, sub: 5 },
] as const;

export interface FoundRoute {
  route: Route;
  id: string;
  subId: string;
}

export class Router {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(routes: readonly Route[]) {
    this.#routes = new Map(routes.map((candidate) => [`${candidate.method} ${candidate.path}`, candidate]));
    if (this.#routes.size !== routes.length) throw new Error('Two routes have the same method and path');
  }

  find(method: string, path: string): FoundRoute | undefined {
    const exact = this.#routes.get(`${method} ${path}`);
    if (exact !== undefined) return { route: exact, id: '', subId: '' };
    const segments = path.split('/');
    for (const { id, sub } of ID_POSITIONS) {
      const pattern = [...segments];
      if (id >= segments.length || (sub ?? 0) >= segments.length) continue;
      pattern[id] = ':id';
      if (sub !== undefined) pattern[sub] = ':sub';
      const found = this.#routes.get(`${method} ${pattern.join('/')}`);
      if (found === undefined || segments[id] === '') continue;
      return { route: found, id: segments[id] ?? '', subId: sub === undefined ? '' : (segments[sub] ?? '') };
    }
    return undefined;
  }
}
