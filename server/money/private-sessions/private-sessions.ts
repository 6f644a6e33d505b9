/**
 * Private sessions by the minute. Checks who may do what: the fan requests, extends and ends, the creator accepts,
 * declines and ends. The steps are transactions in `private-session-lifecycle.ts`; `private-runner.ts` meters the
 * sessions that run in this process.
 */

import type { Fact } from '../../platform/outbox/outbox.ts';
import type { Participant } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Dispute } from '../../protocol/money/payouts.ts';
import type { PrivateEndReason, PrivateSession } from '../../protocol/money/private-sessions.ts';
import type { ParticipantBlocked, SuspensionChanged } from '../../rooms/room-facts.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFacts } from '../money-facts.ts';
import { type PrivateMedia, type PrivateProgress, PrivateRunner } from './private-runner.ts';
import { PrivateSessionLifecycle, toPrivateSession } from './private-session-lifecycle.ts';
import type { PrivateSessionRow } from './private-sessions.store.ts';

export interface PrivateCaller {
  room: RoomId;
  participant: Participant;
}

const END_REASONS: Readonly<Record<string, PrivateEndReason>> = {
  'room.ended': 'room_ended',
  'dispute.changed': 'funds_ended',
};

export class PrivateSessions {
  readonly #context: MoneyContext;
  readonly #lifecycle: PrivateSessionLifecycle;
  readonly #runner: PrivateRunner;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#lifecycle = new PrivateSessionLifecycle(context);
    this.#runner = new PrivateRunner(context, this.#lifecycle);
  }

  /**
   * Ends sessions when their room has ended, or a person was removed from it or from all rooms, or disputes the payment
   * of their credit.
   */
  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { topic, room, identity, data } of facts) {
      if (topic === 'block.changed' && !(data as ParticipantBlocked).change.isBlocked) continue;
      if (topic === 'suspension.changed' && !(data as SuspensionChanged).isSuspended) continue;
      if (topic === 'dispute.changed' && !isOfOpenCredit((data as MoneyFacts['dispute.changed']).dispute)) continue;
      const open = room
        ? await this.#lifecycle.listOpen(room as RoomId, identity ?? undefined)
        : await this.#lifecycle.listOpenOf(identity ?? '');
      await this.#endAll(open, END_REASONS[topic] ?? 'removed');
    }
  }

  /** Sets the source of media samples. Without it nothing is billed. */
  watch(media: PrivateMedia): void {
    this.#runner.watch(media);
  }

  onProgress(listener: (progress: PrivateProgress) => void): void {
    this.#runner.onProgress(listener);
  }

  /** Samples the media of every session that runs in this process. */
  tick(): Promise<void> {
    return this.#runner.tick();
  }

  /** Closes expired requests and abandoned sessions; true when there may be more. */
  sweepOpen(): Promise<boolean> {
    return this.#lifecycle.sweep(this.#runner.isRunning);
  }

  /** Does at once what the jobs would do over time. */
  async sweep(): Promise<void> {
    await this.tick();
    while (await this.sweepOpen());
  }

  /** Ends and books the sessions that run in this process. */
  close(): Promise<void> {
    return this.#runner.close();
  }

  async request(
    { room: id, participant }: PrivateCaller,
    input: { minutes?: number | undefined },
  ): Promise<PrivateSession> {
    if (participant.role !== 'fan') throw new AppError('forbidden');
    const room = await this.#context.rooms.getRoom(id);
    const { identity, name } = participant;
    const { minutes } = input;
    return toPrivateSession(
      await this.#lifecycle.request({ room, identity, name, ...(minutes === undefined ? {} : { minutes }) }),
    );
  }

  async accept({ room, participant }: PrivateCaller, session: string): Promise<PrivateSession> {
    assertCreator(participant);
    const row = await this.#lifecycle.accept(room, session);
    await this.#runner.add(row);
    return toPrivateSession(row);
  }

  async decline({ room, participant }: PrivateCaller, session: string): Promise<PrivateSession> {
    assertCreator(participant);
    await this.#lifecycle.getOpen(room, session);
    return toPrivateSession(await this.#lifecycle.closeRequest(session, 'declined'));
  }

  /** Ends a running session. Before the start, the fan withdraws their request, or the creator declines it. */
  async end({ room, participant }: PrivateCaller, session: string): Promise<PrivateSession> {
    const row = await this.#getOwn({ room, participant }, session);
    const isCreator = participant.role === 'creator';
    if (row.status === 'requested') {
      return toPrivateSession(await this.#lifecycle.closeRequest(session, isCreator ? 'declined' : 'withdrawn'));
    }
    const ended = await this.#runner.finish(session, isCreator ? 'creator_ended' : 'fan_ended');
    if (!ended) throw new AppError('private_session_not_found');
    return toPrivateSession(ended);
  }

  async extend(
    caller: PrivateCaller,
    session: string,
    minutes: number = LIMITS.privateHoldMinutesMax,
  ): Promise<PrivateSession> {
    if (caller.participant.role !== 'fan') throw new AppError('forbidden');
    await this.#getOwn(caller, session);
    const extended = await this.#lifecycle.extend(session, minutes);
    if (!extended) throw new AppError('private_session_not_found');
    return toPrivateSession(extended);
  }

  /** Open sessions of the room: all for the creator, otherwise the caller's own. */
  async list({ room, participant }: PrivateCaller): Promise<PrivateSession[]> {
    const identity = participant.role === 'creator' ? undefined : participant.identity;
    return (await this.#lifecycle.listOpen(room, identity)).map(toPrivateSession);
  }

  /** For other people the session does not exist. */
  async #getOwn({ room, participant }: PrivateCaller, session: string): Promise<PrivateSessionRow> {
    const row = await this.#lifecycle.getOpen(room, session);
    if (participant.role !== 'creator' && row.identity !== participant.identity) {
      throw new AppError('private_session_not_found');
    }
    return row;
  }

  async #endAll(open: PrivateSessionRow[], reason: PrivateEndReason): Promise<void> {
    for (const row of open) {
      try {
        if (row.status === 'active') await this.#runner.finish(row.id, reason);
        else await this.#lifecycle.closeRequest(row.id, 'expired');
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'private_session_not_found') throw error;
      }
    }
  }
}

function isOfOpenCredit({ status, sourceType }: Dispute): boolean {
  return status === 'open' && sourceType === 'topup';
}

function assertCreator(participant: Participant): void {
  if (participant.role !== 'creator') throw new AppError('forbidden');
}
