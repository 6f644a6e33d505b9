/**
 * Random orders of drafts, revisions, votes, recusals, resignations, terms that end, closings and answers, against a
 * plain model that looks at the clock every hour and at each end, and knows nothing of the code.
 */
import { expect, test } from 'vitest';
import { createId } from '../../../server/protocol/ids.ts';
import type { VoteChoice } from '../../../server/protocol/trust/opinions.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GAMES = effort({ short: 3, long: 40 });
const STEPS = effort({ short: 150, long: 300 });
const MEMBERS = ['m-1', 'm-2', 'm-3'];
/** More than half of the seats. */
const QUORUM = 2;
const both = (text: string) => ({ en: text, fr: text });
const TEXT = { title: both('A title'), text: both('A text'), ruling: null, articles: null };

interface Case {
  id: string;
  openedBy: string;
  recused: Set<string>;
  isClosed: boolean;
}

interface Opinion {
  id: string;
  of: Case | undefined;
  by: string;
  version: number;
  state: string;
  untilMs: number;
  votes: Map<string, VoteChoice>;
  endedMs: number | undefined;
  isAnswered: boolean;
}

/** What a clerk would write down. */
class Clerk {
  nowMs: number;
  readonly terms = new Map<string, number>();
  readonly cases: Case[] = [];
  readonly opinions: Opinion[] = [];

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  sits(member: string): boolean {
    return (this.terms.get(member) ?? 0) > this.nowMs;
  }

  mayRead(member: string, of: Case | undefined): boolean {
    return this.sits(member) && !of?.recused.has(member);
  }

  /** Hour by hour, when a vote or a term ends, and at the very end. */
  advance(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      const ends = [...this.opinions.map(({ untilMs }) => untilMs), ...this.terms.values()];
      const ahead = ends.filter((atMs) => atMs > this.nowMs);
      this.nowMs = Math.min(endMs, this.nowMs + HOUR_MS - (this.nowMs % HOUR_MS), ...ahead);
      this.look();
    }
  }

  look(): void {
    for (const opinion of this.opinions.filter(({ state }) => state === 'voting')) {
      const counting = MEMBERS.filter((member) => this.mayRead(member, opinion.of));
      const given = counting.flatMap((member) => opinion.votes.get(member) ?? []);
      const isEnough = given.length >= QUORUM;
      if (this.nowMs < opinion.untilMs && !(isEnough && given.length === counting.length)) continue;
      const count = (choice: VoteChoice) => given.filter((vote) => vote === choice).length;
      opinion.state = !isEnough ? 'no_quorum' : count('for') > count('against') ? 'adopted' : 'rejected';
      opinion.endedMs = this.nowMs;
      if (opinion.state === 'adopted' && opinion.of) opinion.of.isClosed = true;
    }
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );

async function play(seed: number): Promise<void> {
  const dice = new Dice(seed);
  await using db = await openDatabase();
  const house = await ReviewHouse.create(db);
  const { committee, committeeCases: cases, opinions } = house.domains;
  // Whole hours, at which the clerk looks.
  house.clock.advance(HOUR_MS - (house.clock.now() % HOUR_MS));
  const clerk = new Clerk(house.clock.now());
  for (const person of MEMBERS) {
    await committee.createSeat(both(person), 'op');
    const seat = (await committee.view()).seats.at(-1)?.id ?? '';
    const untilMs = clerk.nowMs + dice.between(20, 200) * DAY_MS;
    clerk.terms.set(person, untilMs);
    const span = { from: new Date(clerk.nowMs).toISOString(), until: new Date(untilMs).toISOString() };
    const appointed = { appointedBy: both('Founders'), appointedAt: span.from, invitedBy: 'op' };
    await db.orm
      .insert(committeeTerms)
      .values({ id: createId('committeeTerm'), person, seat, seatName: both('Seat'), ...appointed, ...span });
  }

  const pass = (ms: number) => {
    house.clock.advance(ms);
    clerk.advance(ms);
  };

  /** What one of them does, and what the clerk expects to come of it. */
  const acts: Record<string, (member: string, opinion: Opinion | undefined) => Promise<[string, string] | undefined>> =
    {
      async open(member) {
        if (!clerk.sits(member)) return ['forbidden', await codeOf(cases.list(member))];
        const { id } = await cases.open(member, { title: both('A case'), question: both('Why?'), decisions: [] });
        clerk.cases.push({ id, openedBy: member, recused: new Set(), isClosed: false });
        return undefined;
      },
      async draft(member) {
        const of = dice.chance(0.8) ? dice.pick(clerk.cases) : undefined;
        const expected = !clerk.mayRead(member, of) ? 'forbidden' : of?.isClosed ? 'already_decided' : 'ok';
        let id = '';
        const made = opinions.draft(member, { ...TEXT, ...(of && { case: of.id as never }) }).then((view) => {
          id = view.id;
        });
        const got = await codeOf(made);
        const begun = {
          version: 1,
          state: 'draft',
          untilMs: 0,
          votes: new Map(),
          endedMs: undefined,
          isAnswered: false,
        };
        if (got === 'ok') clerk.opinions.push({ id, of, by: member, ...begun });
        return [expected, got];
      },
      async revise(member, opinion) {
        if (!opinion) return undefined;
        const basedOn = dice.chance(0.8) ? opinion.version : opinion.version + 1;
        const isOpen = opinion.state === 'draft' && !opinion.of?.isClosed && basedOn === opinion.version;
        const expected = !clerk.mayRead(member, opinion.of) ? 'forbidden' : isOpen ? 'ok' : 'already_decided';
        const got = await codeOf(opinions.revise(member, opinion.id, { ...TEXT, basedOn }));
        if (got === 'ok') opinion.version += 1;
        return [expected, got];
      },
      async call(member, opinion) {
        if (!opinion) return undefined;
        const isOpen = opinion.state === 'draft' && !opinion.of?.isClosed;
        const expected = !clerk.mayRead(member, opinion.of) ? 'forbidden' : isOpen ? 'ok' : 'already_decided';
        const got = await codeOf(opinions.callVote(member, opinion.id, opinion.version));
        if (got === 'ok') Object.assign(opinion, { state: 'voting', untilMs: clerk.nowMs + 7 * DAY_MS });
        return [expected, got];
      },
      async vote(member, opinion) {
        if (!opinion) return undefined;
        const vote = dice.pick(['for', 'for', 'for', 'against', 'abstain'] as const) as VoteChoice;
        const outcomes: Record<string, string> = { voting: 'ok', draft: 'invalid_request' };
        const expected = clerk.mayRead(member, opinion.of)
          ? (outcomes[opinion.state] ?? 'already_decided')
          : 'forbidden';
        const got = await codeOf(opinions.vote(member, opinion.id, { vote }));
        if (got === 'ok') opinion.votes.set(member, vote);
        return [expected, got];
      },
      async withdraw(member, opinion) {
        if (!opinion) return undefined;
        const isTheirs = opinion.by === member ? 'ok' : 'forbidden';
        const expected = !clerk.mayRead(member, opinion.of)
          ? 'forbidden'
          : opinion.state === 'draft'
            ? isTheirs
            : 'already_decided';
        const got = await codeOf(opinions.withdraw(member, opinion.id));
        if (got === 'ok') Object.assign(opinion, { state: 'withdrawn', endedMs: clerk.nowMs });
        return [expected, got];
      },
      async recuse(member, opinion) {
        const of = opinion?.of ?? dice.pick(clerk.cases);
        if (!of) return undefined;
        const expected = !clerk.mayRead(member, of) ? 'forbidden' : of.isClosed ? 'already_decided' : 'ok';
        const got = await codeOf(cases.recuse(member, of.id, both('I know them.')));
        if (got === 'ok') of.recused.add(member);
        return [expected, got];
      },
      async close(member) {
        const of = dice.pick(clerk.cases);
        if (!of) return undefined;
        const isTheirs = of.openedBy === member;
        const expected = !clerk.mayRead(member, of) || !isTheirs ? 'forbidden' : of.isClosed ? 'already_decided' : 'ok';
        const got = await codeOf(cases.close(member, of.id, 'Done'));
        if (got === 'ok') of.isClosed = true;
        return [expected, got];
      },
      async resign(member) {
        const expected = clerk.sits(member) ? 'ok' : 'forbidden';
        const got = await codeOf(committee.resign(member, null));
        if (got === 'ok') clerk.terms.set(member, clerk.nowMs);
        return [expected, got];
      },
      async answer(_member, opinion) {
        if (!opinion) return undefined;
        const adopted = opinion.isAnswered ? 'already_decided' : 'ok';
        const expected = opinion.state === 'adopted' ? adopted : 'not_found';
        const got = await codeOf(
          opinions.answer(opinion.id, { outcome: 'follows', reasons: both('Yes'), steps: [] }, 'op'),
        );
        if (got === 'ok') opinion.isAnswered = true;
        return [expected, got];
      },
    };
  const weights = {
    ...{ open: 3, draft: 6, revise: 5, call: 6, vote: 20, withdraw: 1, recuse: 2, close: 4, resign: 0.2, answer: 3 },
  };
  /** Mostly one for which the act is meant. */
  const meant: Record<string, string> = {
    ...{ call: 'draft', revise: 'draft', vote: 'voting', recuse: 'voting', answer: 'adopted' },
  };
  const pickFor = (act: string) => {
    const fitting = clerk.opinions.filter(({ state }) => state === meant[act]);
    return dice.pick(fitting.length > 0 && dice.chance(0.8) ? fitting : clerk.opinions);
  };
  const done: string[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const act = dice.weighted(weights);
    const member = dice.pick(MEMBERS) as string;
    const found = await acts[act]?.(member, pickFor(act));
    done.push(`${act} by ${member}`);
    clerk.look();
    await opinions.sweep();
    if (found) expect([done.at(-1), found[1]]).toEqual([done.at(-1), found[0]]);
    pass(1_000);
    if (dice.chance(0.3)) pass(dice.between(1, 60) * HOUR_MS);
    await opinions.sweep();

    const rows = await house.rows<{ id: string; outcome: string | null; voting: boolean; ended: string | null }>(
      'select id, outcome, voted_version is not null as voting, ended_at::text as ended from committee_opinions order by number',
    );
    const kept = rows.map(({ id, outcome, voting, ended }) => ({
      ...{ id, state: outcome ?? (voting ? 'voting' : 'draft'), endedMs: ended ? Date.parse(ended) : undefined },
    }));
    expect(kept).toEqual(clerk.opinions.map(({ id, state, endedMs }) => ({ id, state, endedMs })));
    const shown = (await opinions.listPublic()).map(({ id, text }) => [id, text !== null] as const);
    const isDue = ({ endedMs = 0, of }: Opinion) => endedMs + (of ? 30 : 60) * DAY_MS <= clerk.nowMs;
    const expected = clerk.opinions
      .filter(({ state }) => state === 'adopted')
      .map((each) => [each.id, each.isAnswered || isDue(each)] as const);
    expect(new Map(shown)).toEqual(new Map(expected));
  }
  await house.close();
}

test(`opinions end, are refused and become public as a clerk writes it down (seed ${SEED})`, async () => {
  for (let game = 0; game < GAMES; game += 1) await play(SEED + game);
}, 300_000);
