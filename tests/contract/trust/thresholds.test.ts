/** Thresholds of the committee: what fires, once, with which numbers, and that nobody else touches them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import type { ThresholdInput } from '../../../server/protocol/trust/thresholds.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const both = (en: string, fr = `${en} (fr)`) => ({ en, fr });
const REPORTS: ThresholdInput = {
  ...{ title: both('Many reports'), figure: 'reports', comparison: 'above', limit: 2, windowDays: 7 },
  ...{ tellsOperators: true, reason: 'It was never more than two a week.' },
};

describe.each(DATABASES)('thresholds on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;

  beforeEach(async () => {
    db = await open();
    house = await ReviewHouse.create(db);
    room = await house.createRoom();
    await db.orm.insert(committeeTerms).values({
      ...{ id: createId('committeeTerm'), person: 'm-1', seat: 'seat_1', seatName: both('Seat'), invitedBy: 'op' },
      ...{ appointedBy: both('Founders'), appointedAt: isoIn(0), from: isoIn(0), until: isoIn(400 * DAY_MS) },
    });
  });
  afterEach(async () => {
    await house.close();
    await db[Symbol.asyncDispose]();
  });

  const isoIn = (ms: number) => new Date(house.clock.now() + ms).toISOString();
  const thresholds = () => house.domains.thresholds;
  const alarms = async () => (await thresholds().list('m-1')).alarms;
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: { code?: string }) => error.code ?? String(error),
    );
  async function report(...reporters: string[]): Promise<void> {
    for (const reporter of reporters)
      await house.report(room, reporter, { subject: { kind: 'person', id: 'max' }, category: 'harassment' });
    // What happens at the very moment of a look is in the next one.
    house.clock.advance(1_000);
  }

  test('an alarm opens one case with its number, however many processes look, and the next one only in a new window', async () => {
    const { thresholds: set } = await thresholds().set('m-1', REPORTS);
    await report('lea', 'eve');
    await thresholds().sweep();
    // At the limit is not above it.
    expect(await alarms()).toEqual([]);
    await report('tom');
    await Promise.all([thresholds().sweep(), thresholds().sweep()]);
    expect(await alarms()).toMatchObject([{ threshold: set[0]?.id, value: 3, at: isoIn(0), from: isoIn(-7 * DAY_MS) }]);
    const [{ case: of } = { case: '' }] = await alarms();
    expect(await house.domains.committeeCases.view('m-1', of)).toMatchObject({
      ...{ origin: 'alarm', openedBy: null, title: REPORTS.title, files: [], people: [] },
      alarm: { figure: 'reports', comparison: 'above', limit: 2, windowDays: 7, value: 3 },
    });
    house.clock.advance(7 * DAY_MS - HOUR_MS);
    await thresholds().sweep();
    expect(await alarms()).toHaveLength(1);
    house.clock.advance(HOUR_MS);
    await report('uma', 'vic', 'wim');
    await thresholds().sweep();
    expect((await alarms()).map(({ value }) => value)).toEqual([3, 3]);
    const told = await house.rows<{ what: string }>(
      "select data ->> 'what' as what from outbox where topic = 'committee.news' order by seq",
    );
    expect(told.map(({ what }) => what)).toEqual(['alarm', 'alarm_to_operators', 'alarm', 'alarm_to_operators']);
    // Anybody who sits closes it: no member has opened it.
    await house.domains.committeeCases.close('m-1', of, 'A single evening.');
  });

  test('one that is below its limit fires too, nothing to measure fires nothing, and an ended one never', async () => {
    await thresholds().set('m-1', {
      ...REPORTS,
      figure: 'reports',
      comparison: 'below',
      limit: 1,
      tellsOperators: false,
    });
    await thresholds().set('m-1', { ...REPORTS, figure: 'decision_hours_median', comparison: 'below', limit: 100 });
    const { thresholds: set } = await thresholds().set('m-1', { ...REPORTS, comparison: 'below', limit: 5 });
    const last = set.find(({ limit }) => limit === 5)?.id ?? '';
    expect(await codeOf(thresholds().end('op', last, 'It displeases us.'))).toBe('forbidden');
    await thresholds().end('m-1', last, 'A mistake');
    expect(await codeOf(thresholds().end('m-1', last, 'Twice'))).toBe('not_found');
    await thresholds().sweep();
    expect((await alarms()).map(({ value }) => value)).toEqual([0]);
    for (const statement of [
      `update committee_thresholds set "limit" = 1000`,
      `update committee_thresholds set ended_at = null where id = '${last}'`,
      'delete from committee_thresholds',
      'update committee_alarms set value = 0',
      'delete from committee_alarms',
    ])
      await expect(house.rows(statement), statement).rejects.toThrow();
  });
});
