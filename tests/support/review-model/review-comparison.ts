/** What a house holds, and what the model says that it should. */
import type { ReviewHouse } from '../houses/review-house.ts';
import type { ReviewPlay } from './review-play.ts';

/** Two values of one shape; equal where the house is right. */
export async function compare(house: ReviewHouse, play: ReviewPlay): Promise<{ actual: object; expected: object }> {
  await house.dispatch();
  const { model } = play;
  const { decisions, reports } = house.domains;
  const nowMs = house.clock.now();
  const cases = await Promise.all(model.cases.map(({ id }) => decisions.find(id)));
  const statements = await Promise.all(play.people.map((person) => decisions.statements.list(person)));
  const own = await Promise.all(play.people.map((person) => reports.listBy(person)));
  const standing = await effectsOf(house, play);
  const { waiting, ...figures } = await house.domains.figures.review({});
  const actual = {
    cases: cases.map(({ dueAt, ...each }) => ({
      ...{ id: each.id, state: each.state, owed: each.owed, category: each.category, severity: each.severity },
      ...{ isOrder: each.isOrder, count: each.reportCount, accused: each.accused },
      dueMs: each.owed && Date.parse(dueAt),
    })),
    statements: statements.map(({ strikes, statements: list }) => ({
      strikes,
      list: list.map(({ id, state, mayAppeal }) => ({ id, state, mayAppeal })).sort(byId),
    })),
    reports: own.map((list) =>
      list.map(({ id, state, outcome }) => ({ id, state, acted: outcome?.acted ?? null })).sort(byId),
    ),
    ...standing.actual,
    waiting: waiting.total,
    figures: {
      reports: figures.reports.total,
      orders: figures.orders.total,
      decisions: figures.decisions.total,
      withoutMeasure: figures.decisions.withoutMeasure,
      byMeasure: figures.decisions.byMeasure,
      byKind: figures.appeals.byKind,
      byOutcome: figures.appeals.byOutcome,
    },
  };
  const expected = {
    cases: model.cases.map(({ id, category, severity, isOrder, accused }) => {
      const { state, owed, dueMs } = model.stateOf(id);
      const count = model.reports.filter((each) => each.case === id).length;
      return { id, state, owed, category, severity, isOrder, count, accused, dueMs };
    }),
    statements: play.people.map((person) => ({
      strikes: model.strikesOf(person, nowMs),
      list: model.decisions
        .filter(({ accused, measures }) => accused === person && measures.length > 0)
        .map((each) => ({
          id: each.id,
          state: each.isUndone ? 'undone' : each.isReplaced ? 'replaced' : 'in_force',
          mayAppeal:
            model.mayAppeal(each, 'accused', nowMs) &&
            !model.appeals.some(({ decision, by }) => decision === each.id && by === person),
        }))
        .sort(byId),
    })),
    reports: play.people.map((person) =>
      model.reports
        .filter(({ reporter, source }) => reporter === person && source !== 'order')
        .map((each) => {
          const final = model.decisions.find(
            (one) => one.case === each.case && one.kind === 'final' && !one.isReplaced,
          );
          const isAppealed = model
            .waiting(each.case)
            .some(({ kind, decision }) => kind !== 'second_look' && decision === final?.id);
          const isInForce = final !== undefined && model.isInForce(final);
          return {
            id: each.id,
            state: final ? (isAppealed ? 'appealed' : 'decided') : 'received',
            acted: final ? final.measures.length > 0 && isInForce : null,
          };
        })
        .sort(byId),
    ),
    ...standing.expected,
    waiting: model.cases.filter(({ id }) => model.stateOf(id).owed !== null).length,
    figures: figuresOf(play),
  };
  return { actual, expected };
}

async function effectsOf(house: ReviewHouse, play: ReviewPlay) {
  const { model, messages, people, rooms } = play;
  const nowMs = house.clock.now();
  const inForce = model
    .inForce()
    .flatMap(({ id, accused, measures }) => measures.map((each) => ({ ...each, id, accused })));
  const isOn = ({ untilMs }: { untilMs: number | null }) => untilMs === null || untilMs > nowMs;
  const isSuspended = (person: string) =>
    inForce.some((each) => each.kind === 'suspend_account' && each.accused === person && isOn(each));
  const fans = people.slice(1);
  const pairs = rooms.flatMap((room) => fans.map((fan) => ({ room, fan })));
  const shown = await house.rows<{ id: string }>(
    `select id from chat_entries where kind = 'message' and removed_at is null and erased_at is null`,
  );
  const mutes = await house.rows<{ room: string; identity: string }>(
    `select distinct room, identity from restrictions where kind in ('ban', 'timeout') and lifted_at is null and by = 'house'
      and (until is null or until > '${new Date(nowMs).toISOString()}')`,
  );
  const told = await house.rows<{ topic: keyof typeof model.told; n: string }>(
    `select topic, count(*) as n from outbox where topic in ('${Object.keys(model.told).join("', '")}') group by topic`,
  );
  const isFrozen = (await house.domains.money.desk.findFreeze('ada')) !== undefined;
  const stages = rooms.map((room) =>
    house.domains.rooms.suspensions.assertStageOpen(room).then(
      () => 'open',
      () => 'closed',
    ),
  );
  const isPresent = ({ identity }: { identity: string | null }) => identity !== null && people.includes(identity);
  return {
    actual: {
      shown: shown
        .map(({ id }) => id)
        .filter((id) => messages.some((each) => each.id === id))
        .sort(),
      mutes: mutes
        .filter(isPresent)
        .map(({ room, identity }) => `${identity} in ${room}`)
        .sort(),
      access: await Promise.all(pairs.map(({ room, fan }) => house.accessOf(room, fan))),
      stages: await Promise.all(stages),
      isFrozen,
      told: Object.fromEntries(told.map(({ topic, n }) => [topic, Number(n)])),
    },
    expected: {
      shown: messages
        .filter((each) => play.isShown(each))
        .map(({ id }) => id)
        .sort(),
      mutes: [
        ...new Set(
          inForce
            .filter((each) => each.kind === 'mute' && isOn(each) && isPresent({ identity: each.accused }))
            .map(({ accused, room }) => `${accused} in ${room}`),
        ),
      ].sort(),
      access: pairs.map(({ room, fan }) => {
        if (isSuspended(fan)) return 'suspended';
        const isOut = inForce.some(
          (each) => each.kind === 'remove_from_room' && each.accused === fan && each.room === room,
        );
        return isOut ? 'removed' : 'granted';
      }),
      stages: rooms.map((room) =>
        isSuspended('ada') || inForce.some((each) => each.kind === 'stop_live' && each.room === room)
          ? 'closed'
          : 'open',
      ),
      isFrozen: inForce.some(({ kind, accused }) => kind === 'freeze_earnings' && accused === 'ada'),
      told: Object.fromEntries(Object.entries(model.told).filter(([, n]) => n > 0)),
    },
  };
}

function figuresOf({ model }: ReviewPlay) {
  const final = model.decisions.filter(({ kind }) => kind === 'final');
  return {
    reports: model.reports.length,
    orders: model.reports.filter(({ source }) => source === 'order').length,
    decisions: final.length,
    withoutMeasure: final.filter(({ measures }) => measures.length === 0).length,
    byMeasure: countBy(final.flatMap(({ measures }) => measures.map(({ kind }) => kind))),
    byKind: countBy(model.appeals.map(({ kind }) => kind)),
    byOutcome: countBy(model.appeals.flatMap(({ outcome }) => outcome ?? [])),
  };
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}
