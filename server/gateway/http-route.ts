/**
 * What an HTTP route is: one entry from which the Express route and its documentation both come, so that they cannot differ. The entries
 * are in `*-routes.ts`, thin and by domain; `http-pipeline.ts` runs them, `openapi.ts` describes them.
 */
import type { Response } from 'express';
import type { z } from 'zod';
import type { LiveKey } from '../accounts/key-ring.ts';
import type { TokenClaims } from '../protocol/accounts.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Scope } from '../protocol/keys.ts';
import type { HttpLimitClass } from './rate-limits.ts';
import type { SitePerson } from './site-session.ts';

/**
 * Who may call, and what the handler learns of them: an embedder's server by API key and secret; a participant by room token; on the
 * first-party site whoever is signed in, one of the house's operators, or anyone.
 */
export interface Callers {
  server: LiveKey;
  participant: TokenClaims;
  person: SitePerson;
  operator: SitePerson;
  visitor: SitePerson | null;
}
export type Auth = keyof Callers;

/** Who may call, and within which budget. A server needs a key with one scope. */
export type Admittance<A extends Auth = Auth> = { auth: A; limit: HttpLimitClass } & (A extends 'server'
  ? { scope: Scope }
  : { scope?: never });

export type Locale = 'en' | 'fr';

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** The parameters of a path; `:id` after `rooms/` is a room, everything else a text that the domain looks up. */
export type PathParams<Path extends string> = {
  [Name in ParamNames<Path>]: Path extends `${string}/rooms/:id${string}`
    ? Name extends 'id'
      ? RoomId
      : string
    : string;
};

export interface Call<A extends Auth, Path extends string, Input> {
  caller: Callers[A];
  params: PathParams<Path>;
  input: Input;
  /** The language that the caller prefers, for texts that a person will read. */
  locale: Locale | undefined;
  /** For headers only; the pipeline sends the answer. */
  response: Response;
}

export type RouteSpec<A extends Auth, Path extends string, I extends z.ZodType, O extends z.ZodType> = Admittance<A> & {
  /** Name of the operation in the documentation and in clients made from it. */
  name: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: Path;
  /** The JSON body of a `post`, `put` or `patch`, the query of the others; absent means that nothing is taken. */
  input?: I;
  /** An input that works, for the documentation. */
  example?: z.input<I>;
  answer: O;
  status?: 200 | 201;
  summary: string;
  description?: string;
  /** What this route can answer apart from what every route can. */
  errors?: readonly ErrorCode[];
  handler(call: Call<A, Path, z.output<I>>): Promise<z.input<O>> | z.input<O>;
};

/** A route whose parts are not told apart by type any more. */
export type Route = RouteSpec<Auth, string, z.ZodType, z.ZodType>;

export function defineRoute<A extends Auth, const Path extends string, I extends z.ZodType, O extends z.ZodType>(
  spec: RouteSpec<A, Path, I, O>,
): Route {
  return spec as unknown as Route;
}

const ERRORS_OF_AUTH: Record<Auth, readonly ErrorCode[]> = {
  server: ['credentials_invalid', 'scope_missing'],
  participant: ['token_missing', 'token_invalid', 'token_expired', 'origin_not_allowed'],
  person: ['token_missing', 'origin_not_allowed'],
  operator: ['token_missing', 'token_invalid', 'token_expired', 'origin_not_allowed', 'forbidden'],
  visitor: ['origin_not_allowed'],
};

/** Paths whose `:id` is a room. */
export const ROOM_PATH = /\/rooms\/:id/;

export function takesBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'post' || method === 'put' || method === 'patch';
}

/** Every code that a route may answer. */
export function errorsOf(route: Route): ErrorCode[] {
  const always: ErrorCode[] = ['invalid_request', 'rate_limited', 'unavailable', 'internal'];
  const ofMethod: ErrorCode[] = takesBody(route) ? ['payload_too_large'] : [];
  const ofPath: ErrorCode[] = ROOM_PATH.test(route.path) ? ['room_not_found'] : [];
  return [...new Set([...ERRORS_OF_AUTH[route.auth], ...(route.errors ?? []), ...ofPath, ...ofMethod, ...always])];
}
