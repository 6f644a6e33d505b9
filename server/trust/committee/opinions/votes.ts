/**
 * When a vote of the committee ends, and how: from seats, terms, votes and recusals alone, without I/O.
 *
 * The votes count of those who hold a seat when the vote ends, and are not recused then. It ends once all of them have
 * voted and there are enough of them, at the latest at its date. Who changes a vote before the end has changed it.
 */
import type { OpinionState, Tally, VoteChoice } from '../../../protocol/trust/opinions.ts';
import { countHeld, type QuorumRule, type SeatSpan, type Sitting } from '../sittings.ts';

/** A term, with whose it is. */
export type MemberSitting = Sitting & { person: string };

/** Who sits when, and how many votes it takes. */
export interface Roll {
  seats: readonly SeatSpan[];
  sittings: readonly MemberSitting[];
  quorum: QuorumRule;
}

export interface Vote {
  member: string;
  vote: VoteChoice;
  atMs: number;
}

export interface Ballot {
  calledMs: number;
  untilMs: number;
  /** In the order in which they were cast. */
  votes: readonly Vote[];
  recusals: readonly { member: string; atMs: number }[];
}

export interface Outcome {
  endedMs: number;
  state: Extract<OpinionState, 'adopted' | 'rejected' | 'no_quorum'>;
  tally: Tally;
}

export function eligibleAt({ sittings }: Roll, { recusals }: Pick<Ballot, 'recusals'>, atMs: number): Set<string> {
  const sitting = sittings.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  const recused = new Set(recusals.filter((each) => each.atMs <= atMs).map(({ member }) => member));
  return new Set(sitting.map(({ person }) => person).filter((person) => !recused.has(person)));
}

/** Undefined: the vote goes on. */
export function outcomeOf(roll: Roll, ballot: Ballot, nowMs: number): Outcome | undefined {
  const { calledMs, untilMs, votes, recusals } = ballot;
  const moments = [
    ...votes.map(({ atMs }) => atMs),
    ...recusals.map(({ atMs }) => atMs),
    ...roll.sittings.flatMap((sitting) => [sitting.fromMs, sitting.untilMs]),
    ...roll.seats.flatMap((seat) => [seat.fromMs, seat.untilMs]),
  ].filter((atMs) => atMs >= calledMs && atMs < untilMs && atMs <= nowMs);
  for (const atMs of [...new Set(moments)].sort((one, other) => one - other)) {
    const standing = countAt(roll, ballot, atMs);
    if (standing.isComplete) return toOutcome(standing, atMs);
  }
  return nowMs < untilMs ? undefined : toOutcome(countAt(roll, ballot, untilMs), untilMs);
}

function countAt(roll: Roll, ballot: Ballot, atMs: number) {
  const eligible = eligibleAt(roll, ballot, atMs);
  // Of the same member the last one counts.
  const latest = new Map(ballot.votes.filter((vote) => vote.atMs <= atMs).map((vote) => [vote.member, vote.vote]));
  const counted = [...eligible].flatMap((member) => latest.get(member) ?? []);
  const quorum = roll.quorum(countHeld(roll.seats, roll.sittings, atMs).seats);
  const of = (choice: VoteChoice) => counted.filter((vote) => vote === choice).length;
  const tally: Tally = { for: of('for'), against: of('against'), abstain: of('abstain'), quorum };
  const isEnough = counted.length > 0 && counted.length >= quorum;
  return { tally, isEnough, isComplete: isEnough && counted.length === eligible.size };
}

function toOutcome({ tally, isEnough }: ReturnType<typeof countAt>, endedMs: number): Outcome {
  if (!isEnough) return { endedMs, state: 'no_quorum', tally };
  return { endedMs, state: tally.for > tally.against ? 'adopted' : 'rejected', tally };
}
