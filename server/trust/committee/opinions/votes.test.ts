import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VoteChoice } from '../../../protocol/trust/opinions.ts';
import { majority } from '../sittings.ts';
import { eligibleAt, outcomeOf, type Roll } from './votes.ts';

const LAST_HOUR = 24;
const MEMBERS = ['ada', 'berta', 'carla', 'dora'];
const hour = fc.integer({ min: 0, max: LAST_HOUR });
const member = fc.constantFrom(...MEMBERS);

/** What happens, in any order, as a clerk would note it down. */
const history = fc.record({
  seatCount: fc.integer({ min: 1, max: 4 }),
  terms: fc.array(fc.record({ seat: fc.integer({ min: 0, max: 3 }), person: member, from: fc.nat(6), until: hour }), {
    minLength: 1,
    maxLength: 6,
  }),
  votes: fc.array(fc.record({ member, vote: fc.constantFrom<VoteChoice[]>('for', 'against', 'abstain'), atMs: hour }), {
    minLength: 2,
    maxLength: 12,
  }),
  recusals: fc.array(fc.record({ member, atMs: hour }), { maxLength: 3 }),
  calledMs: fc.nat(8),
  lasts: fc.integer({ min: 1, max: 12 }),
  nowMs: fc.integer({ min: 0, max: LAST_HOUR + 14 }),
});

test('a vote ends at the hour, and as, a clerk says who looks at the clock each hour', () => {
  let ended = 0;
  fc.assert(
    fc.property(history, ({ seatCount, terms, votes: cast, recusals, calledMs, lasts, nowMs }) => {
      const seats = Array.from({ length: seatCount }, (_, index) => ({
        ...{ id: String(index), fromMs: 0, untilMs: Number.POSITIVE_INFINITY },
      }));
      const sittings = terms.map(({ seat, person, from, until }) => ({
        ...{ seat: String(seat), person, fromMs: from, untilMs: until },
      }));
      const votes = cast.toSorted((one, other) => one.atMs - other.atMs).filter(({ atMs }) => atMs >= calledMs);
      const untilMs = calledMs + lasts;
      const roll: Roll = { seats, sittings, quorum: majority };
      const needed = Math.floor(seatCount / 2) + 1;

      const sits = (person: string, at: number) =>
        terms.some((term) => term.person === person && term.from <= at && at < term.until) &&
        !recusals.some((each) => each.member === person && each.atMs <= at);
      const lookAt = (at: number) => {
        const sitting = MEMBERS.filter((person) => sits(person, at));
        const said = sitting.map((person) => votes.findLast((vote) => vote.member === person && vote.atMs <= at)?.vote);
        const given = said.filter((vote) => vote !== undefined);
        const count = (choice: VoteChoice) => given.filter((vote) => vote === choice).length;
        return {
          isAll: given.length === said.length,
          given: given.length,
          for: count('for'),
          against: count('against'),
        };
      };
      let expected: { endedMs: number; state: string } | undefined;
      for (let at = calledMs; at <= nowMs && !expected; at += 1) {
        const look = lookAt(at);
        if (at < untilMs && !(look.isAll && look.given >= needed)) continue;
        const state = look.given < needed ? 'no_quorum' : look.for > look.against ? 'adopted' : 'rejected';
        expected = { endedMs: at, state };
      }
      const outcome = outcomeOf(roll, { calledMs, untilMs, votes, recusals }, nowMs);
      expect(outcome && { endedMs: outcome.endedMs, state: outcome.state }).toEqual(expected);
      expect([...eligibleAt(roll, { recusals }, nowMs)].sort()).toEqual(MEMBERS.filter((each) => sits(each, nowMs)));
      if (outcome && outcome.state !== 'no_quorum') ended += 1;
    }),
    { numRuns: 5_000 },
  );
  expect(ended).toBeGreaterThan(100);
});
