/** Figures of periods against a recount from raw rows, over random histories. */
import { describe, expect, test } from 'vitest';
import { quarterIn, quartersUntil, weeksUntil } from '../../../server/platform/house-dates.ts';
import { FIGURE_NAMES } from '../../../server/protocol/trust/figures.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { CREATORS, RandomHistory } from '../../support/figures/random-history.ts';
import { RAW_TABLES, type RawRows, recount } from '../../support/figures/recount.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { pinnedSeed } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const SEED = pinnedSeed(20_261_203);
const SEEDS = 10;
const PARIS = 'Europe/Paris';
/** The house's clock stands in the third quarter. */
const NOW = '2026-08-20T12:00:00.000Z';
/** Midnights in Paris, in winter and in summer. */
const BORDERS = [
  '2025-12-31T23:00:00.000Z',
  '2026-03-31T22:00:00.000Z',
  '2026-06-30T22:00:00.000Z',
  '2026-09-30T22:00:00.000Z',
];

describe.each(DATABASES)('figures on $name', ({ open }) => {
  test(`are those of a recount from raw rows (seed ${SEED}, ${SEEDS} histories)`, { timeout: 120_000 }, async () => {
    await using db = await open();
    const house = await ReviewHouse.create(db, { env: { LOGE_TIME_ZONE: PARIS } });
    house.clock.advance(Date.parse(NOW) - house.clock.now());
    for (const identity of CREATORS.slice(1))
      await house.domains.accounts.createCreator({ identity, name: identity, country: 'FR' });
    const quarters = ['2026-Q1', '2026-Q2', '2026-Q3'].map((quarter) => quarterIn(PARIS, quarter));
    expect(quarters.map(({ fromIso }) => Date.parse(fromIso))).toEqual(BORDERS.slice(0, 3).map((at) => Date.parse(at)));
    const span = { fromMs: Date.parse('2025-12-01T00:00:00Z'), untilMs: Date.parse(NOW), borders: BORDERS };
    for (let seed = SEED; seed < SEED + SEEDS; seed += 1) {
      const history = new RandomHistory(new Dice(seed), span, `h${seed}`);
      await history.write(db);
      await history.writeCommittee(db);
      const rows = await readRaw(house);
      const nowMs = Date.parse(NOW);
      const dice = new Dice(seed);
      const odd = Array.from({ length: 3 }, () => new Date(dice.between(span.fromMs, nowMs)).toISOString()).sort();
      const periods = [...quarters, { fromIso: odd[0] as string, untilIso: odd[2] as string }];
      const counted = await house.domains.figures.read(periods);
      for (const [index, { fromIso, untilIso }] of periods.entries()) {
        const expected = recount(rows, { fromMs: Date.parse(fromIso), untilMs: Date.parse(untilIso), nowMs });
        expect(counted[index], `seed ${seed}, from ${fromIso} until ${untilIso}`).toEqual(expectedOf(expected));
      }
    }
    await assertOneDefinition(house, await readRaw(house));
    await house.close();
  });
});

/** The same numbers come out for reviewers, members, and by name. */
async function assertOneDefinition(house: ReviewHouse, rows: RawRows): Promise<void> {
  const { figures } = house.domains;
  const nowMs = house.clock.now();
  const window = recount(rows, { fromMs: nowMs - 30 * 86_400_000, untilMs: nowMs, nowMs });
  const byName = {
    reports_minors: window.reports.byCategory.minors ?? 0,
    appeals_granted: window.appeals.byOutcome.granted ?? 0,
    earnings_frozen: window.holds.frozenMinor,
    decisions_late: window.decisions.late,
  } as const;
  for (const name of Object.keys(byName) as (keyof typeof byName)[])
    expect([name, await figures.findValue(name, 30)]).toEqual([name, byName[name]]);
  const { waiting, ...ever } = await figures.review({});
  const {
    disputes: _disputes,
    holds: _holds,
    committee: _committee,
    ...own
  } = recount(rows, { fromMs: 0, untilMs: 9e15, nowMs });
  expect(ever).toEqual(expectedOf(own));
  expect(waiting.total).toBe(rows.review_cases.filter(({ owed }) => owed !== null).length);
  const { periods, figures: series } = await figures.vigilance();
  expect(series.map(({ name }) => name)).toEqual(Object.keys(FIGURE_NAMES));
  expect(series.every(({ values }) => values.length === 26)).toBe(true);
  expect(periods.map(({ isOver }) => isOver)).toEqual([...Array<boolean>(25).fill(true), false]);
  const weekly = series.find(({ name }) => name === 'decisions')?.values ?? [];
  const expected = periods.map(({ from, until }) => {
    const { decisions } = recount(rows, { fromMs: Date.parse(from), untilMs: Date.parse(until), nowMs });
    return decisions.total;
  });
  expect(weekly).toEqual(expected);
}

async function readRaw(house: ReviewHouse): Promise<RawRows> {
  const read = RAW_TABLES.map(async (table) => [table, await house.rows(`select * from ${table}`)] as const);
  return Object.fromEntries(await Promise.all(read)) as unknown as RawRows;
}

/** Quotients are compared to the sixth digit: the database divides in another order. */
function expectedOf<T>(figures: T): T {
  return JSON.parse(JSON.stringify(figures), (_key, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? expect.closeTo(value, 6) : value,
  );
}

test('quarters and weeks begin at midnight in the house’s time zone, over changes of the clock', () => {
  expect(quartersUntil(PARIS, Date.parse('2025-12-31T23:00:00Z'), 5)).toEqual([
    ...['2026-Q1', '2025-Q4', '2025-Q3', '2025-Q2', '2025-Q1'],
  ]);
  expect(quartersUntil(PARIS, Date.parse('2025-12-31T22:59:59.999Z'), 1)).toEqual(['2025-Q4']);
  // The clock goes forward on 29 March 2026.
  expect(weeksUntil(PARIS, Date.parse('2026-04-01T10:00:00Z'), 2)).toEqual([
    { fromIso: '2026-03-22T23:00:00Z', untilIso: '2026-03-29T22:00:00Z' },
    { fromIso: '2026-03-29T22:00:00Z', untilIso: '2026-04-05T22:00:00Z' },
  ]);
});

describe.each(DATABASES)('lives on $name', ({ open }) => {
  test('count while a room is live, over a restart, and are never changed afterwards', async () => {
    await using db = await open();
    const house = await ReviewHouse.create(db);
    const { rooms, figures } = house.domains;
    const [first, second] = [await house.createRoom(), await house.createRoom()];
    const hours = async () => (await figures.review({})).liveHours;
    await rooms.startLive(first);
    house.clock.advance(30 * 60_000);
    expect(await hours()).toBe(0.5);
    await rooms.startLive(second);
    await rooms.startLive(second);
    house.clock.advance(60 * 60_000);
    await rooms.endLive(first);
    await rooms.endLive(first);
    await rooms.endRoom(second);
    house.clock.advance(60 * 60_000);
    expect(await hours()).toBe(2.5);
    await rooms.startLive(first);
    house.clock.advance(60 * 60_000);
    expect(await hours()).toBe(3.5);
    await expect(house.rows(`update lives set ended_at = now() where ended_at is not null`)).rejects.toThrow();
    await expect(house.rows('delete from lives')).rejects.toThrow();
    await house.close();
  });
});
