/**
 * Error answers over HTTP: typed JSON on the APIs, a page elsewhere. An unexpected error is logged, and its answer
 * carries only the log id.
 */
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import { z } from 'zod';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import type { Log } from '../../platform/log.ts';
import { AppError, ERROR_CATALOGUE, type ErrorCode } from '../../protocol/errors.ts';
import type { HousePage } from '../../protocol/house-pages.ts';
import { describeIssues } from '../input-issues.ts';
import { pageLanguage } from '../site/page-language.ts';
import { errorPage } from './html-pages.ts';

const errorCode = z.enum(Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]]);

/** The body of every error answer. */
export const errorAnswer = z.object({
  error: z.object({
    code: errorCode.meta({ description: 'Stable: decide by it' }),
    message: z.string().meta({ description: 'For people; may change' }),
    retryable: z.boolean().meta({ description: 'Whether the same request can succeed later' }),
    retryAfterMs: z.number().int().optional().meta({ description: 'When trying again makes sense' }),
    limitMinor: z
      .number()
      .int()
      .optional()
      .meta({ description: 'The smallest or largest amount, for `amount_too_small` and `amount_too_large`' }),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which field, for `invalid_request`' }),
    logId: z.string().optional().meta({ description: 'For `internal`: what to tell the operator' }),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

/** Input that does not match its schema, with all its issues. */
export class InputError extends AppError {
  readonly issues: { path: string; message: string }[];

  constructor(issues: readonly { path: PropertyKey[]; message: string }[]) {
    super('invalid_request', describeIssues(issues));
    this.issues = issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  }
}

/** Whether errors at this path are answered in JSON. */
function isApiPath(path: string): boolean {
  return /^\/(v1|site|webhooks|oembed|openapi\.json|healthz|readyz|metrics)(\/|$)/.test(path);
}

/** Answers 405 with `Allow` for unsupported methods of every mounted path. Call it last. */
export function mountMethodNotAllowed(app: Express): void {
  const methodsOf = new Map<string, Set<string>>();
  for (const { route } of app.router.stack) {
    if (!route) continue;
    const methods = methodsOf.get(route.path) ?? new Set(['OPTIONS']);
    methodsOf.set(route.path, methods);
    for (const { method } of route.stack) methods.add(method.toUpperCase());
    if (methods.has('GET')) methods.add('HEAD');
  }
  for (const [path, methods] of methodsOf) {
    const allow = [...methods].sort().join(', ');
    app.all(path, (request, response) => {
      response.set('allow', allow);
      if (request.method !== 'OPTIONS') throw new AppError('method_not_allowed');
      response.status(204).end();
    });
  }
}

export const notFound: RequestHandler = (_request, _response, next) => next(new AppError('not_found'));

export function createErrorHandler(log: Log, links: readonly HousePage[]): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (thrown, request, response, next) => {
    const requestId = String(response.locals.requestId);
    const error = toAppError(thrown);
    if (error.code === 'internal') {
      log.error({ err: thrown, logId: requestId, route: routeOf(request) }, 'HTTP request failed');
    }
    // Part of the answer was sent: only closing the connection shows that it is incomplete.
    if (response.headersSent) return next(thrown);
    // What the route has said of the answer that it did not give.
    for (const name of ['content-disposition', 'content-encoding', 'content-type']) response.removeHeader(name);
    response.status(error.status).set('cache-control', 'no-store');
    if (error.retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    if (isApiPath(request.path)) return void response.json(toErrorAnswer(error, requestId));
    const language = pageLanguage(request, response);
    // What was thrown with words of its own says more, in English.
    const isSpecific = language === 'en' && error.message !== ERROR_CATALOGUE[error.code].message;
    const title = (isSpecific ? undefined : elementTexts(language).errors[error.code]) ?? error.message;
    const logId = error.code === 'internal' ? requestId : undefined;
    response.type('html').send(errorPage({ status: error.status, title, logId, language, links }));
  };
}

function toErrorAnswer(error: AppError, requestId: string): ErrorAnswer {
  if (error.code === 'internal') {
    const told = new AppError('internal', `Something went wrong on our side. Tell us this number: ${requestId}`);
    return { error: { ...told.toWire(), logId: requestId } };
  }
  return { error: { ...error.toWire(), ...(error instanceof InputError ? { issues: error.issues } : {}) } };
}

/** Errors of Express and its body parser, by their `type`. */
const BODY_FAULTS: Record<string, [ErrorCode, string?]> = {
  'entity.too.large': ['payload_too_large'],
  'entity.parse.failed': ['invalid_request', 'The body is not valid JSON.'],
  'encoding.unsupported': ['invalid_request', 'Send the body without a content encoding.'],
  'charset.unsupported': ['invalid_request', 'Send the body in UTF-8.'],
  'request.aborted': ['invalid_request', 'The body ended early.'],
  'request.size.invalid': ['invalid_request', 'The body does not have the length that was announced.'],
};

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof Error)) return new AppError('internal');
  const type = 'type' in thrown && typeof thrown.type === 'string' ? thrown.type : '';
  const fault = Object.hasOwn(BODY_FAULTS, type) ? BODY_FAULTS[type] : undefined;
  if (fault) return new AppError(fault[0], fault[1], { cause: thrown });
  const status = 'status' in thrown ? thrown.status : undefined;
  if (status === 404 || status === 403) return new AppError('not_found', undefined, { cause: thrown });
  if (typeof status === 'number' && status >= 400 && status < 500) return new AppError('invalid_request');
  return new AppError('internal', undefined, { cause: thrown });
}

/** The pattern of the matched route, never the URL: logs and metric labels must not contain ids. */
export function routeOf(request: Request): string {
  const path: unknown = request.route?.path;
  return typeof path === 'string' ? path : 'unmatched';
}
