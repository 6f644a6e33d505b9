/**
 * The one way in for every Socket.IO request: parse, authorise, rate-limit, domain, answer. A handler gets parsed input and a connection
 * that may do what it asks; whatever it throws is answered as a typed error and nothing else leaks out.
 */
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AppError, type WireError } from '../protocol/errors.ts';
import { createId } from '../protocol/ids.ts';
import {
  type Answer,
  aboutRequest,
  type ParsedInput,
  REQUESTS,
  type RequestAnswer,
  type RequestName,
} from '../protocol/realtime.ts';
import type { Connection } from './connection.ts';
import type { LimitClass, SocketLimits } from './rate-limits.ts';
import type { SocketBacklogs } from './socket-backlog.ts';

/** From where a request may come: anyone connected, or only those with access. */
export type Place = 'lobby' | 'inside';
export type Right = 'chat' | 'tip' | 'publish' | 'moderate';

export interface Handler<N extends RequestName> {
  from: Place;
  right?: Right;
  limit: LimitClass;
  handle(connection: Connection, input: ParsedInput<N>): Promise<RequestAnswer<N>>;
}

export type Handlers = { [N in RequestName]: Handler<N> };

const REFUSAL = {
  chat: 'chat_not_allowed',
  tip: 'tip_not_allowed',
  publish: 'publish_not_allowed',
  moderate: 'forbidden',
} as const;

export class Pipeline {
  readonly #handlers: Handlers;
  readonly #limits: SocketLimits;
  readonly #backlogs: SocketBacklogs;
  readonly #log: Log;
  readonly #metrics: Metrics;

  constructor(options: {
    handlers: Handlers;
    limits: SocketLimits;
    backlogs: SocketBacklogs;
    log: Log;
    metrics: Metrics;
  }) {
    this.#handlers = options.handlers;
    this.#limits = options.limits;
    this.#backlogs = options.backlogs;
    this.#log = options.log;
    this.#metrics = options.metrics;
  }

  /** Handles whatever a client emitted. Without a callback there is nobody to answer, and nothing is done. */
  async handle(connection: Connection, event: unknown, args: unknown[]): Promise<void> {
    const answer = args.at(-1);
    if (typeof answer !== 'function') return;
    // Nothing is done for whoever does not take the answers.
    if (!this.#backlogs.check(connection)) return;
    const name = isRequestName(event) ? event : undefined;
    const endTimer = name && this.#metrics.requestSeconds.startTimer({ request: name });
    let result: Answer<unknown>;
    try {
      if (!name) throw new AppError('unknown_event');
      const [input, about] = args.slice(0, -1);
      result = { ok: true, data: await this.#run(connection, name, { input: input ?? {}, about }) };
    } catch (error) {
      result = { ok: false, error: this.toWireError(error, connection, name) };
    }
    endTimer?.();
    this.#metrics.requests.inc({ request: name ?? 'unknown', outcome: result.ok ? 'ok' : result.error.code });
    if (this.#backlogs.check(connection)) answer(result);
  }

  async #run<N extends RequestName>(
    connection: Connection,
    name: N,
    raw: { input: unknown; about: unknown },
  ): Promise<RequestAnswer<N>> {
    const handler: Handler<N> = this.#handlers[name];
    const who = { identity: connection.participant.identity, address: connection.address };
    const input = REQUESTS[name].input.safeParse(raw.input);
    const about = aboutRequest.safeParse(raw.about);
    const fault = about.error ?? input.error;
    // A page that has moved on to another room must not do there what was meant for the one before.
    const isElsewhere = about.data && about.data.room !== connection.roomId;
    if (!input.success || fault || isElsewhere) {
      // What is malformed costs its sender as much as what is not.
      await this.#limits.consume(handler.limit, who);
      throw fault ? new AppError('invalid_request', describeIssues(fault.issues)) : new AppError('wrong_room');
    }
    authorise(connection, handler);
    await this.#limits.consume(handler.limit, who);
    return handler.handle(connection, input.data as ParsedInput<N>);
  }

  toWireError(error: unknown, connection: Connection, request: string | undefined): WireError {
    if (error instanceof AppError && error.code !== 'internal') return error.toWire();
    const logId = createId('event');
    const { roomId: room, participant } = connection;
    this.#log.error({ err: error, logId, request, room, identity: participant.identity }, 'request failed');
    return new AppError('internal', `Something went wrong on our side. Tell us this number: ${logId}`).toWire();
  }
}

function authorise(connection: Connection, handler: { from: Place; right?: Right }): void {
  if (handler.from === 'inside' && !connection.isInside) {
    throw new AppError(connection.access.reason === 'removed' ? 'access_removed' : 'access_required');
  }
  if (handler.right && !connection.can[handler.right]) throw new AppError(REFUSAL[handler.right]);
}

function isRequestName(event: unknown): event is RequestName {
  return typeof event === 'string' && Object.hasOwn(REQUESTS, event);
}

const ISSUES_SHOWN = 3;

/** The first few faults of an input, with where they are. */
export function describeIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues
    .slice(0, ISSUES_SHOWN)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message))
    .join('; ');
}
