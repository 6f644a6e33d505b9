/**
 * What an HTTP route is: one entry from which the Express route and its documentation both come, so that they cannot differ. The entries
 * are in `*-routes.ts`, thin and by domain; `http-pipeline.ts` runs them, `openapi.ts` describes them.
 */
import type { Response } from 'express';
import type { z } from 'zod';
import type { TokenClaims } from '../protocol/accounts.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { HttpLimitClass } from './rate-limits.ts';
import type { SitePerson } from './site-session.ts';

/**
 * Who may call, and what the handler learns of them: an embedder's server by API key and secret; a participant by room token; on the
 * first-party site whoever is signed in, or anyone.
 */
export interface Callers {
  server: { apiKey: string };
  participant: TokenClaims;
  person: SitePerson;
  visitor: SitePerson | null;
}
export type Auth = keyof Callers;

export type Locale = 'en' | 'fr';

/** `:id` in a path is always a room. */
export type PathParams<Path extends string> = Path extends `${string}/:id${string}` ? { id: RoomId } : object;

export interface Call<A extends Auth, Path extends string, Input> {
  caller: Callers[A];
  params: PathParams<Path>;
  input: Input;
  /** The language that the caller prefers, for texts that a person will read. */
  locale: Locale | undefined;
  /** For headers only; the pipeline sends the answer. */
  response: Response;
}

export interface RouteSpec<A extends Auth, Path extends string, I extends z.ZodType, O extends z.ZodType> {
  /** Name of the operation in the documentation and in clients made from it. */
  name: string;
  method: 'get' | 'post';
  path: Path;
  auth: A;
  limit: HttpLimitClass;
  /** The JSON body of a `post`, the query of a `get`; absent means that nothing is taken. */
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
}

/** A route whose parts are not told apart by type any more. */
export type Route = RouteSpec<Auth, string, z.ZodType, z.ZodType>;

export function defineRoute<A extends Auth, const Path extends string, I extends z.ZodType, O extends z.ZodType>(
  spec: RouteSpec<A, Path, I, O>,
): Route {
  return spec as unknown as Route;
}

const ERRORS_OF_AUTH: Record<Auth, readonly ErrorCode[]> = {
  server: ['credentials_invalid'],
  participant: ['token_missing', 'token_invalid', 'token_expired', 'origin_not_allowed'],
  person: ['token_missing', 'origin_not_allowed'],
  visitor: ['origin_not_allowed'],
};

/** Every code that a route may answer. */
export function errorsOf(route: Route): ErrorCode[] {
  const always: ErrorCode[] = ['invalid_request', 'rate_limited', 'unavailable', 'internal'];
  const ofMethod: ErrorCode[] = route.method === 'post' ? ['payload_too_large'] : [];
  const ofPath: ErrorCode[] = route.path.includes('/:id') ? ['room_not_found'] : [];
  return [...new Set([...ERRORS_OF_AUTH[route.auth], ...(route.errors ?? []), ...ofPath, ...ofMethod, ...always])];
}
