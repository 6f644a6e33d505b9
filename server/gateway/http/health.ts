/** Liveness, readiness and metrics, for operators and load balancers. */
import type { Express, Request, Response } from 'express';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError } from '../../protocol/errors.ts';
import type { HttpContext, LiveView } from '../context.ts';
import type { HttpAuth } from './auth.ts';
import { noStore } from './security.ts';

const PING_TIMEOUT_MS = 2_000;
/** Probes within this time share one database ping. */
const PING_REUSE_MS = 500;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

export function mountOperations(
  app: Express,
  context: HttpContext,
  { live, auth }: { live: LiveView; auth: HttpAuth },
) {
  const probe = new DatabaseProbe(context);
  app.get('/healthz', noStore, (_request, response) => {
    response.json({ status: 'ok' });
  });
  const isOpenTo = (request: Request) => context.config.development || isDirectFromLoopback(request);
  // All gateways lose Redis and the media nodes at the same moment. Without them a new gateway is not ready, but one
  // that was ready stays so.
  let hasBeenReady = false;
  app.get('/readyz', noStore, async (request, response) => {
    const own = [
      ...(live.isDraining() ? ['draining'] : []),
      ...((await probe.answers()) ? [] : ['database: no answer']),
    ];
    const reasons = [...own, ...live.unreachableDependencies()];
    hasBeenReady ||= reasons.length === 0;
    if (hasBeenReady && own.length === 0) {
      return void response.json({ status: 'ready', ...(reasons.length > 0 && isOpenTo(request) && { reasons }) });
    }
    // A load balancer needs only the status. Reasons are shown on this machine only, and are in the logs.
    if (!isOpenTo(request)) {
      return void response.status(503).json({ status: 'not_ready', error: new AppError('unavailable').toWire() });
    }
    const { message } = new AppError('unavailable');
    const error = new AppError('unavailable', `${message} (${reasons.join('; ')})`).toWire();
    response.status(503).json({ status: 'not_ready', reasons, error });
  });
  app.get('/metrics', noStore, async (request, response) => {
    if (!isOpenTo(request)) {
      await auth.assertScope('metrics', request, response);
    }
    response.type(context.metrics.registry.contentType).send(await context.metrics.registry.metrics());
  });
}

/** A proxy on the same machine also connects from loopback, but adds a forwarding header. */
function isDirectFromLoopback(request: Request): boolean {
  const forwarded = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some(
    (name) => request.get(name) !== undefined,
  );
  return !forwarded && LOOPBACK.test(request.socket.remoteAddress ?? '');
}

/** Counts finished requests by route and class of status. */
export function countRequests(metrics: Metrics, routeOf: (request: Request) => string) {
  return (request: Request, response: Response, next: () => void) => {
    response.on('finish', () => {
      metrics.httpRequests.inc({ route: routeOf(request), status: `${Math.floor(response.statusCode / 100)}xx` });
    });
    next();
  };
}

class DatabaseProbe {
  readonly #context: HttpContext;
  #last: { atMs: number; answers: Promise<boolean> } | undefined;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  answers(): Promise<boolean> {
    const nowMs = performance.now();
    if (!this.#last || nowMs - this.#last.atMs > PING_REUSE_MS) this.#last = { atMs: nowMs, answers: this.#ping() };
    return this.#last.answers;
  }

  async #ping(): Promise<boolean> {
    const silence = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref());
    const ping = this.#context.db.ping().then(
      () => true,
      (error) => {
        this.#context.log.error({ err: error }, 'database does not answer');
        return false;
      },
    );
    return Promise.race([ping, silence]);
  }
}
