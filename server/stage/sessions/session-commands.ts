/** A participant's commands to their media session, valid only on the socket that holds it. */
import type { ConsumerOptions, DtlsParameters, IceParameters, SfuNode, SfuRequest } from '../../../sfu/contract.ts';
import { AppError } from '../../protocol/errors.ts';
import type { SessionId } from '../../protocol/ids.ts';
import type { Viewport } from '../../protocol/stage.ts';
import type { Fleet } from '../placement/fleet.ts';
import { call } from '../sfu-errors.ts';
import { isInUse, type SessionEntry, type SessionTable } from './session-table.ts';
import { type StageCaller, viewerGrant } from './stage-caller.ts';

export class SessionCommands {
  readonly #sessions: SessionTable;
  readonly #fleet: Pick<Fleet, 'get'>;

  constructor(options: { sessions: SessionTable; fleet: Pick<Fleet, 'get'> }) {
    this.#sessions = options.sessions;
    this.#fleet = options.fleet;
  }

  connect(caller: StageCaller, session: SessionId, dtlsParameters: DtlsParameters): Promise<void> {
    return this.#run(caller, session, (node) => node.connect({ session, dtlsParameters }));
  }

  /** Gives a prepared session the access that its person has by now. */
  admit(caller: StageCaller, session: SessionId): Promise<{ consumers: ConsumerOptions[] }> {
    return this.#run(caller, session, (node) => node.admit({ session, grant: viewerGrant(caller) }));
  }

  restartIce(caller: StageCaller, session: SessionId): Promise<{ iceParameters: IceParameters }> {
    return this.#run(caller, session, (node) => node.restartIce({ session }));
  }

  unproduce(caller: StageCaller, input: { session: SessionId; producerId: string }): Promise<void> {
    return this.#run(caller, input.session, (node) => node.unproduce(input));
  }

  setMuted(caller: StageCaller, input: { session: SessionId; producerId: string; muted: boolean }): Promise<void> {
    return this.#run(caller, input.session, (node) => node.setMuted(input));
  }

  setSentLayers(
    caller: StageCaller,
    input: { session: SessionId; producerId: string; maxSpatialLayer: number },
  ): Promise<void> {
    return this.#run(caller, input.session, (node) => node.setSentLayers(input));
  }

  setViewport(caller: StageCaller, input: { session: SessionId; viewport: Viewport }): Promise<void> {
    return this.#run(caller, input.session, (node) => node.setViewport(input));
  }

  restartVideo(
    caller: StageCaller,
    input: SfuRequest<'restartVideo'> & { session: SessionId },
  ): Promise<{ soundOnly?: true }> {
    return this.#run(caller, input.session, (node) => node.restartVideo(input));
  }

  /** Resumes a session that was paused because its client did not report receiving media. */
  async play(caller: StageCaller, session: SessionId): Promise<void> {
    const { retryAfterMs } = await this.#run(caller, session, (node) => node.play({ session }));
    if (retryAfterMs !== undefined) throw new AppError('rate_limited', undefined, { retryAfterMs });
  }

  own(caller: StageCaller, session: SessionId): { entry: SessionEntry; node: SfuNode } {
    const entry = this.#sessions.get(session);
    const node = this.#fleet.get(entry?.node);
    if (!entry || !node || entry.socket === undefined || entry.socket !== caller.socket)
      throw new AppError('session_not_found');
    return { entry, node };
  }

  /** The node of a session that may get a spare there. */
  ownForSpare(caller: StageCaller, session: SessionId, direction: SessionEntry['direction']): SfuNode {
    const { entry, node } = this.own(caller, session);
    if (entry.direction !== direction || !isInUse(entry) || !node.keepsSpares) throw new AppError('spare_unavailable');
    return node;
  }

  async #run<T>(caller: StageCaller, session: SessionId, command: (node: SfuNode) => Promise<T>): Promise<T> {
    return call(command(this.own(caller, session).node));
  }
}
