/**
 * Every Socket.IO request passes here: rate-limit, parse, authorise, run the operation, answer. Any thrown error is
 * answered as a typed error, and nothing else is revealed.
 */
import { permissionsNow } from '../../accounts/tokens.ts';
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import { AppError, type WireError } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import { type Answer, aboutRequest, REQUESTS, type RequestName } from '../../protocol/realtime.ts';
import type { Admission } from '../../rooms/rooms.ts';
import { describeIssues } from '../input-issues.ts';
import { assertMay, type Standing } from '../operations/admission.ts';
import type { SocketDomains, SocketOperation } from '../operations/operation.ts';
import { SOCKET_OPERATIONS } from '../operations/table.ts';
import type { SocketLimits } from '../rate-limits.ts';
import type { Connection } from './connection.ts';
import type { SocketBacklogs } from './socket-backlog.ts';

const OPERATIONS = new Map<RequestName, SocketOperation>(SOCKET_OPERATIONS.map((it) => [it.socket, it]));

interface PipelineOptions {
  domains: SocketDomains;
  limits: SocketLimits;
  backlogs: SocketBacklogs;
  decide: (claims: TokenClaims) => Promise<Admission>;
}

export class Pipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Handles an emitted event. Without an acknowledgement callback nothing is done. */
  async handle(connection: Connection, event: unknown, args: unknown[]): Promise<void> {
    const answer = args.at(-1);
    if (typeof answer !== 'function') return;
    // Nothing is done for a socket that does not read its answers.
    if (!this.#options.backlogs.check(connection)) return;
    const name = isRequestName(event) ? event : undefined;
    const endTimer = name && this.#options.domains.metrics.requestSeconds.startTimer({ request: name });
    let result: Answer<unknown>;
    try {
      if (!name) throw new AppError('unknown_event');
      const [input, about] = args.slice(0, -1);
      result = { ok: true, data: await this.#run(connection, name, { input: input ?? {}, about }) };
    } catch (error) {
      result = { ok: false, error: this.toWireError(error, connection, name) };
    }
    endTimer?.();
    this.#options.domains.metrics.requests.inc({
      request: name ?? 'unknown',
      outcome: result.ok ? 'ok' : result.error.code,
    });
    if (this.#options.backlogs.check(connection)) answer(result);
  }

  async #run(connection: Connection, name: RequestName, raw: { input: unknown; about: unknown }): Promise<unknown> {
    const operation = OPERATIONS.get(name);
    if (!operation) throw new AppError('unknown_event');
    const { participant, roomId: room } = connection;
    const who = { identity: participant.identity, address: connection.address };
    const limit = operation.limit === 'signIn' ? 'default' : operation.limit;
    // First, so that neither a malformed nor a refused request is cheaper than another.
    await this.#options.limits.consume(limit, who);
    const input = REQUESTS[name].input.safeParse(raw.input);
    const about = aboutRequest.safeParse(raw.about);
    if (!about.success || !input.success) {
      const issues = [about, input].flatMap(({ error }) => error?.issues ?? []);
      throw new AppError('invalid_request', describeIssues(issues));
    }
    // A request for the previous room must not be applied in the one to which the page has moved.
    if (about.data && about.data.room !== room) throw new AppError('wrong_room');
    assertMay(operation, await this.#standingOf(connection, operation));
    return operation.run(this.#options.domains, {
      ...{ by: 'participant', caller: participant, key: undefined, room, connection, address: connection.address },
      ...{ input: input.data, params: paramsOf(operation, input.data), locale: undefined },
      ...{ response: undefined, admitted: undefined, session: undefined },
    });
  }

  /**
   * What the participant may do. Acts of moderation are decided from the database: a role that has just ended gives
   * nothing, also before the news of it has arrived here.
   */
  async #standingOf({ claims, access, can, participant }: Connection, { right }: SocketOperation): Promise<Standing> {
    if (right !== 'moderate' || !can.moderate) return { access, can, role: participant.role };
    const admission = await this.#options.decide(claims);
    return { access: admission.access, can: permissionsNow(claims, admission), role: admission.role };
  }

  toWireError(error: unknown, connection: Connection, request: string | undefined): WireError {
    if (error instanceof AppError && error.code !== 'internal') return error.toWire();
    const logId = createId('event');
    const { roomId: room, participant } = connection;
    this.#options.domains.log.error(
      { err: error, logId, request, room, identity: participant.identity },
      'request failed',
    );
    return new AppError('internal', `Something went wrong on our side. Tell us this number: ${logId}`).toWire();
  }
}

/** The parameters of the HTTP path are fields of a socket's input, by the same names. */
function paramsOf({ params }: SocketOperation, input: object): Record<string, string> {
  if (params.length === 0) return NO_PARAMS;
  const given = input as Record<string, string>;
  return Object.fromEntries(params.map((name) => [name, given[name] ?? '']));
}
const NO_PARAMS = {};

function isRequestName(event: unknown): event is RequestName {
  return typeof event === 'string' && Object.hasOwn(REQUESTS, event);
}
