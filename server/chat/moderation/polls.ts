/**
 * Polls: one at a time per room, one vote per person. Votes are stored and counted in batches, so that ten thousand
 * people can answer within seconds; totals are published as they change.
 */

import { iso, isoIn } from '../../platform/clock.ts';
import { BatchQueue } from '../../platform/jobs/batch-queue.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { ChatPoll, OwnVote, StartPollInput } from '../../protocol/chat/chat-room.ts';
import { winnersOf } from '../../protocol/chat/poll-result.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import type { ActTransaction } from '../log/chat.store.ts';
import { HOUSE, noticeEntry } from '../log/house-entries.ts';
import { readSettings, saveSettings } from './moderation.store.ts';
import type { Act } from './moderation.ts';
import { closePoll, insertPoll, lockOpenPoll, PollsStore, type Vote, type VoteOutcome } from './polls.store.ts';

const VOTES_AT_ONCE = 500;
/** Queue limit; further voters are refused and may retry. */
const VOTES_WAITING = 20_000;
const CLOSE_EVERY_MS = 1_000;
const CLOSED_AT_ONCE = 100;

interface WaitingVote {
  vote: Vote;
  resolve: (outcome: VoteOutcome) => void;
  reject: (error: unknown) => void;
}

export class Polls {
  readonly #parts: ChatParts;
  readonly #store: PollsStore;
  readonly #queue = new BatchQueue<WaitingVote>({
    itemsMax: VOTES_WAITING,
    runBatch: (queue) => this.#countVotes(queue.splice(0, VOTES_AT_ONCE)),
  });
  readonly #closer: PeriodicJob;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#store = new PollsStore(parts.db);
    this.#closer = new PeriodicJob({
      name: 'chat polls',
      everyMs: CLOSE_EVERY_MS,
      run: () => this.#closeDue(),
      log: parts.logger,
      waitsForClock: parts.clock,
    });
  }

  /** Starts closing polls past their end. */
  start(): void {
    this.#closer.start();
  }

  async begin({ room, actor, input }: Act & { input: StartPollInput }): Promise<ChatPoll> {
    const { log, policies } = this.#parts;
    await policies.get(room);
    const id = createId('poll');
    const { question, options, seconds } = input;
    return log.act(room, async (act) => {
      const at = isoIn(this.#parts.clock);
      if (await lockOpenPoll(act.run, room, at)) throw new AppError('poll_running');
      const closesAt = seconds === undefined ? null : iso(Date.parse(at) + seconds * 1_000);
      await insertPoll(act.run, { id, room, question, options, startedBy: actor.identity, startedAt: at, closesAt });
      const before = await readSettings(act.run, room);
      await saveSettings(act.run, room, { ...before, poll: id });
      await act.append(noticeEntry({ room, actor, at }, { notice: 'poll_started', on: true, subject: question }));
      await act.record({
        at,
        kind: 'poll_started',
        actor,
        room,
        creator: before.creator,
        details: { poll: id, question, options },
      });
      await act.bump();
      return {
        id,
        question,
        options: options.map((text, option) => ({ id: option, text, votes: 0 })),
        closesAt,
        closed: false,
      };
    });
  }

  /** Closes the open poll. No error if there is none, since it may just have expired. */
  async close({ room, actor }: Act): Promise<void> {
    const { log, policies } = this.#parts;
    await policies.get(room);
    await log.act(room, async (act) => {
      const open = await lockOpenPoll(act.run, room, isoIn(this.#parts.clock));
      if (open) await this.#close(act, { room, actor, id: open.id });
    });
  }

  /** Resolves once the vote is stored. Repeating it is idempotent; a different one is refused. */
  async vote(vote: Vote): Promise<void> {
    const outcome = await new Promise<VoteOutcome>((resolve, reject) => {
      this.#queue.add({ vote, resolve, reject });
    });
    if ('refused' in outcome) throw new AppError(outcome.refused);
    if (outcome.kept !== vote.option) throw new AppError('already_voted');
  }

  findVote(poll: string, identity: string): Promise<OwnVote | null> {
    return this.#store.findVote(poll, identity);
  }

  async #countVotes(batch: WaitingVote[]): Promise<void> {
    try {
      const { outcomes, counts } = await this.#store.vote(
        batch.map(({ vote }) => vote),
        isoIn(this.#parts.clock),
      );
      for (const { room, poll, votes } of counts) publishNews(this.#parts.bus, { type: 'votes', room, poll, votes });
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as VoteOutcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #closeDue(): Promise<boolean> {
    const due = await this.#store.findDue(isoIn(this.#parts.clock), CLOSED_AT_ONCE);
    for (const { id, room } of due) await this.#closeOverdue(room, id);
    return due.length === CLOSED_AT_ONCE;
  }

  async #closeOverdue(room: RoomId, id: string): Promise<void> {
    await this.#parts.policies.get(room);
    await this.#parts.log.act(room, (act) => this.#close(act, { room, actor: HOUSE, id }));
  }

  /** Closes the poll and says in the chat what won. */
  async #close(act: ActTransaction, { room, actor, id }: Act & { id: string }): Promise<void> {
    const at = isoIn(this.#parts.clock);
    // Another gateway may have closed it meanwhile.
    const closed = await closePoll(act.run, id, at);
    if (!closed) return;
    const { creator } = await readSettings(act.run, room);
    const result = {
      subject: closed.question,
      won: winnersOf(closed.options.map((text, option) => ({ text, votes: closed.votes[option] ?? 0 }))),
    };
    await act.append(noticeEntry({ room, actor, at }, { notice: 'poll_closed', on: false, ...result }));
    await act.record({ at, kind: 'poll_closed', actor, room, creator, details: { poll: id } });
    await act.bump();
  }

  /** Waits until accepted votes are durable. */
  async stop(): Promise<void> {
    await this.#closer.close();
    await this.#queue.idle();
  }
}
