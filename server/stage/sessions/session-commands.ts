/** A participant's commands to their media session, valid only on the socket that holds it. */
import type { ConsumerOptions, DtlsParameters, IceParameters, SessionGrant, SfuNode } from '../../../sfu/contract.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Access } from '../../protocol/rooms.ts';
import type { Viewport } from '../../protocol/stage.ts';
import { toAppError } from '../sfu-errors.ts';
import { isInUse, type SessionEntry, type SessionTable } from './session-table.ts';

/** A participant with the access that the gateway has just decided. */
export interface StageCaller {
  room: RoomId;
  identity: string;
  /** Absent: the session that is opened waits for the participant's socket. */
  socket: string | undefined;
  /** The API key of the participant's token. */
  issuer?: string;
  /** The session of the site that made the token. */
  signIn?: string | undefined;
  access: Access;
  publish: boolean;
}

export function viewerGrant({ room, identity, access }: StageCaller): SessionGrant {
  return {
    room,
    identity,
    publish: false,
    subscribe: access.state === 'granted',
    ...(access.until ? { until: Date.parse(access.until) } : {}),
    ...(access.reason === 'private' ? { metered: true } : {}),
  };
}

export function publisherGrant({ room, identity }: StageCaller): SessionGrant {
  return { room, identity, publish: true, subscribe: false };
}

export function assertMayPublish({ publish, access }: StageCaller): void {
  if (!publish || access.state !== 'granted') throw new AppError('publish_not_allowed');
}

/** For a transport without tracks. */
export function preparedGrant({ room, identity }: StageCaller, nowMs: number): SessionGrant {
  return { room, identity, publish: false, subscribe: false, until: nowMs + LIMITS.preparedMs };
}

export class SessionCommands {
  readonly #sessions: SessionTable;
  readonly #nodeOf: (id: string | undefined) => SfuNode | undefined;

  constructor(options: { sessions: SessionTable; nodeOf: (id: string | undefined) => SfuNode | undefined }) {
    this.#sessions = options.sessions;
    this.#nodeOf = options.nodeOf;
  }

  async connect(caller: StageCaller, session: SessionId, dtlsParameters: DtlsParameters): Promise<void> {
    const { node } = this.own(caller, session);
    await call(node.connect({ session, dtlsParameters }));
  }

  /** Gives a prepared session the access that its person has by now. */
  async admit(caller: StageCaller, session: SessionId): Promise<{ consumers: ConsumerOptions[] }> {
    const { node } = this.own(caller, session);
    return call(node.admit({ session, grant: viewerGrant(caller) }));
  }

  async restartIce(caller: StageCaller, session: SessionId): Promise<{ iceParameters: IceParameters }> {
    const { node } = this.own(caller, session);
    return call(node.restartIce({ session }));
  }

  async unproduce(caller: StageCaller, input: { session: SessionId; producerId: string }): Promise<void> {
    const { node } = this.own(caller, input.session);
    await call(node.unproduce(input));
  }

  async setMuted(
    caller: StageCaller,
    input: { session: SessionId; producerId: string; muted: boolean },
  ): Promise<void> {
    const { node } = this.own(caller, input.session);
    await call(node.setMuted(input));
  }

  async setSentLayers(
    caller: StageCaller,
    input: { session: SessionId; producerId: string; maxSpatialLayer: number },
  ): Promise<void> {
    const { node } = this.own(caller, input.session);
    await call(node.setSentLayers(input));
  }

  async setViewport(caller: StageCaller, input: { session: SessionId; viewport: Viewport }): Promise<void> {
    const { node } = this.own(caller, input.session);
    await call(node.setViewport(input));
  }

  async restartVideo(
    caller: StageCaller,
    input: { session: SessionId; lineBps?: number },
  ): Promise<{ soundOnly?: true }> {
    const { node } = this.own(caller, input.session);
    return call(node.restartVideo(input));
  }

  /** Resumes a session that was paused because its client did not report receiving media. */
  async play(caller: StageCaller, session: SessionId): Promise<void> {
    const { node } = this.own(caller, session);
    const { retryAfterMs } = await call(node.play({ session }));
    if (retryAfterMs !== undefined) throw new AppError('rate_limited', undefined, { retryAfterMs });
  }

  own(caller: StageCaller, session: SessionId): { entry: SessionEntry; node: SfuNode } {
    const entry = this.#sessions.get(session);
    const node = this.#nodeOf(entry?.node);
    if (!entry || !node || entry.socket === undefined || entry.socket !== caller.socket)
      throw new AppError('session_not_found');
    return { entry, node };
  }

  /** The node of a session that may get a spare there. */
  ownForSpare(caller: StageCaller, session: SessionId, direction: SessionEntry['direction']): SfuNode {
    const { entry, node } = this.own(caller, session);
    // A node of an earlier version would treat the spare as a separate session.
    if (entry.direction !== direction || !isInUse(entry) || !node.keepsSpares) throw new AppError('spare_unavailable');
    return node;
  }
}

/** Converts a node's refusal to a wire error. */
export async function call<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw toAppError(error);
  }
}
