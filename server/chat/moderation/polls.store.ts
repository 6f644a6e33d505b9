import type { Database, Run } from '../../platform/db/db.ts';
import { and, eq, isNull, lte } from '../../platform/db/sql.ts';
import type { OwnVote } from '../../protocol/chat/chat-room.ts';
import type { PollId, RoomId } from '../../protocol/ids.ts';
import { chatPolls, chatPollVotes } from '../policy/chat-rooms.schema.ts';

export interface NewPoll {
  id: PollId;
  room: RoomId;
  question: string;
  options: string[];
  startedBy: string;
  startedAt: string;
  closesAt: string | null;
}

export interface Vote {
  poll: string;
  room: RoomId;
  identity: string;
  option: number;
}

/** `kept`: the stored option, of this vote or an earlier one. */
export type VoteOutcome = { kept: number } | { refused: 'poll_not_found' | 'poll_closed' | 'invalid_request' };

interface LockedPoll {
  id: string;
  room: string;
  options: string[];
  votes: number[];
  over: boolean;
}

const INSERT = `insert into chat_polls (id, room, question, options, votes, started_by, started_at, closes_at)
  values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7::timestamptz, $8::timestamptz)`;

export async function insertPoll(run: Run, poll: NewPoll): Promise<void> {
  const { id, room, question, options, startedBy, startedAt, closesAt } = poll;
  const votes = options.map(() => 0);
  await run(INSERT, [
    id,
    room,
    question,
    JSON.stringify(options),
    JSON.stringify(votes),
    startedBy,
    startedAt,
    closesAt,
  ]);
}

/** The room's open poll, locked until the transaction ends, so that no vote arrives meanwhile. */
export async function lockOpenPoll(
  run: Run,
  room: RoomId,
  at: string,
): Promise<{ id: string; question: string } | undefined> {
  const [row] = await run<{ id: string; question: string }>(
    `select id, question from chat_polls where room = $1 and closed_at is null and (closes_at is null or closes_at > $2::timestamptz)
      for update`,
    [room, at],
  );
  return row;
}

export interface ClosedPoll {
  question: string;
  options: string[];
  votes: number[];
}

/** Undefined if it was closed already. */
export async function closePoll(run: Run, id: string, at: string): Promise<ClosedPoll | undefined> {
  const [closed] = await run<ClosedPoll>(
    `update chat_polls set closed_at = $2::timestamptz where id = $1 and closed_at is null
      returning question, options, votes`,
    [id, at],
  );
  return closed;
}

const LOCK_POLLS = `select id, room, options, votes, closed_at is not null or coalesce(closes_at <= $2::timestamptz, false) as over
  from chat_polls where id = any($1::text[]) order by id for update`;

const INSERT_VOTES = `insert into chat_poll_votes (poll, identity, option)
  select distinct on (poll, identity) poll, identity, option
    from unnest($1::text[], $2::text[], $3::int[]) with ordinality as vote (poll, identity, option, n) order by poll, identity, n
  on conflict do nothing returning poll, identity, option`;

const FIND_VOTES = `select vote.poll, vote.identity, vote.option from unnest($1::text[], $2::text[]) as asked (poll, identity)
  join chat_poll_votes vote using (poll, identity)`;

const SAVE_COUNTS = 'update chat_polls set votes = $2::jsonb where id = $1';

export class PollsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores many votes in one transaction; the first of each person counts. Returns each poll's totals. */
  async vote(
    votes: Vote[],
    at: string,
  ): Promise<{ outcomes: VoteOutcome[]; counts: { room: RoomId; poll: string; votes: number[] }[] }> {
    return this.#db.bulkTransaction(async (run) => {
      const polls = await run<LockedPoll>(LOCK_POLLS, [[...new Set(votes.map(({ poll }) => poll))], at]);
      const byId = new Map(polls.map((poll) => [poll.id, poll]));
      const refusals = votes.map((vote) => refusalOf(vote, byId.get(vote.poll)));
      const open = votes.filter((_vote, index) => refusals[index] === undefined);
      if (open.length === 0)
        return { outcomes: refusals.map((refused) => ({ refused: refused ?? 'poll_not_found' })), counts: [] };
      const [ids, identities] = [open.map(({ poll }) => poll), open.map(({ identity }) => identity)];
      const counted = await run<Omit<Vote, 'room'>>(INSERT_VOTES, [ids, identities, open.map(({ option }) => option)]);
      const kept = await run<Omit<Vote, 'room'>>(FIND_VOTES, [ids, identities]);
      const options = new Map(kept.map((vote) => [keyOf(vote), vote.option]));
      const changed = new Set<LockedPoll>();
      for (const { poll: id, option } of counted) {
        const poll = byId.get(id);
        if (!poll) continue;
        poll.votes[option] = (poll.votes[option] ?? 0) + 1;
        changed.add(poll);
      }
      for (const { id, votes: counts } of changed) await run(SAVE_COUNTS, [id, JSON.stringify(counts)]);
      return {
        outcomes: votes.map((vote, index): VoteOutcome => {
          const refused = refusals[index];
          return refused ? { refused } : { kept: options.get(keyOf(vote)) ?? vote.option };
        }),
        counts: [...changed].map((poll) => ({ room: poll.room as RoomId, poll: poll.id, votes: poll.votes })),
      };
    });
  }

  async findVote(poll: string, identity: string): Promise<OwnVote | null> {
    const [row] = await this.#db.orm
      .select()
      .from(chatPollVotes)
      .where(and(eq(chatPollVotes.poll, poll), eq(chatPollVotes.identity, identity)));
    return row ? { poll: row.poll as PollId, option: row.option } : null;
  }

  /** Open polls past their end. */
  async findDue(at: string, limit: number): Promise<{ id: string; room: RoomId }[]> {
    const rows = await this.#db.orm
      .select({ id: chatPolls.id, room: chatPolls.room })
      .from(chatPolls)
      .where(and(isNull(chatPolls.closedAt), lte(chatPolls.closesAt, at)))
      .limit(limit);
    return rows as { id: string; room: RoomId }[];
  }
}

function refusalOf(vote: Vote, poll: LockedPoll | undefined) {
  if (poll?.room !== vote.room) return 'poll_not_found' as const;
  if (poll.over) return 'poll_closed' as const;
  return vote.option < poll.options.length ? undefined : ('invalid_request' as const);
}

const keyOf = (vote: { poll: string; identity: string }) => `${vote.poll}\n${vote.identity}`;
