/** The public figures over HTTP and as a page: what a running quarter says, what one that is over does, and to whom. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { MovableClock } from '../../../../tests/support/houses/money-house.ts';
import { giveOpinion } from '../../../../tests/support/people/site-person.ts';
import { sql } from '../../../platform/db/sql.ts';

const clock = new MovableClock(Date.parse('2026-09-30T20:00:00Z'));
let http: TestHttp;

beforeAll(async () => {
  http = await startHttp({ clock, env: { LOGE_TIME_ZONE: 'Europe/Paris' } });
});
afterAll(() => http[Symbol.asyncDispose]());

const REPORTS = '/v1/transparency/reports';
const pageOf = async (language: string) =>
  (await http.call('GET', `/transparency?lang=${language}`, { headers: { accept: 'text/html' } })).text;

async function report(category: string, count: number, at: string): Promise<void> {
  await http.context.db.orm.execute(sql`insert into reports (id, source, room, "case", subject_kind, subject_key, category, created_at)
    select 'report_' || ${category} || n || ${at}, 'room', 'room_1', 'case_1', 'live', 'live:room_1', ${category}, ${at}::timestamptz
    from generate_series(1, ${count}::int) n`);
}

test('a house without reports has no quarters, and a calm page', async () => {
  expect((await http.call('GET', REPORTS)).json).toEqual({ reports: [] });
  expect((await http.call('GET', `${REPORTS}/2026-Q3`)).json.error.code).toBe('report_not_found');
  expect(await pageOf('en')).toContain('Nothing has been reported here yet.');
});

test('a running quarter has its totals up to midnight; once it is over, its breakdowns without small counts', async () => {
  await report('spam', 20, '2026-09-10T12:00:00Z');
  await report('minors', 3, '2026-09-10T13:00:00Z');
  await report('hate', 9, '2026-09-20T13:00:00Z');
  // After midnight in Paris.
  await report('hate', 1, '2026-09-30T01:00:00Z');
  clock.advance(61_000);
  const { json: running } = await http.call('GET', `${REPORTS}/2026-Q3`);
  expect(running).toMatchObject({
    ...{ isOver: false, until: '2026-09-30T22:00:00.000Z', countedUntil: '2026-09-29T22:00:00.000Z' },
    reports: { total: 32, byCategory: null, bySource: null },
  });
  clock.advance(2 * 60 * 60_000);
  expect((await http.call('GET', REPORTS)).json.reports.map(({ period }: { period: string }) => period)).toEqual([
    ...['2026-Q4', '2026-Q3'],
  ]);
  const { json: over } = await http.call('GET', `${REPORTS}/2026-Q3`);
  expect(over).toMatchObject({
    isOver: true,
    reports: {
      total: 33,
      byCategory: { counts: { hate: 10 }, others: 23 },
      bySource: { counts: { room: 33 }, others: 0 },
    },
    orders: { total: 0 },
    decisions: { total: 0, medianHours: null, late: 0 },
  });
  const csv = await http.call('GET', `${REPORTS}/2026-Q3.csv`);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const lines = csv.text.trim().split('\r\n');
  expect(lines).toEqual(
    expect.arrayContaining(['figure,name,value', 'reports.total,,33', 'reports.byCategory,hate,10']),
  );
  expect(lines).toContain('reports.byCategory,others,23');
  expect(csv.text).not.toContain('minors');
});

test('the page says it in both languages, with a table for each chart, and is linked in the footer', async () => {
  const [en, fr] = [await pageOf('en'), await pageOf('fr')];
  expect(en).toContain('33 reports');
  expect(fr).toContain('33 signalements');
  // Nothing was decided or appealed yet: only the chart of the reports has a number.
  for (const text of [en, fr]) {
    expect(text.match(/<svg class=/g)).toHaveLength(1);
    expect(text.match(/<details>/g)).toHaveLength(1);
    expect(text).toContain('href="/v1/transparency/reports/2026-Q3.csv"');
    expect(text).not.toContain('<script');
  }
  expect(en).toContain('<a href="/transparency">Figures</a>');
});

test('what the committee said, and whether it was followed, stands beside them', async () => {
  expect(await pageOf('en')).toContain('no opinion');
  await giveOpinion(http);
  // The quarter of the opinion is over, and the step that was promised was not done.
  clock.advance(100 * 24 * 60 * 60_000);
  const { json } = await http.call('GET', `${REPORTS}/2026-Q4`);
  expect(json.committee).toMatchObject({ opinions: 1, byAnswer: { follows: 1 }, answersLate: 1, stepsDone: 0 });
  expect(json.committee.stepsLate).toBe(1);
  const csv = await http.call('GET', `${REPORTS}/2026-Q4.csv`);
  expect(csv.text).toContain('committee.byAnswer,follows,1');
  const [en, fr] = [await pageOf('en'), await pageOf('fr')];
  for (const words of ['one opinion', '1 followed', 'one promised step late', 'The house follows.', 'Hear people'])
    expect(en).toContain(words);
  expect(en).toMatch(/href="\/committee#opinion-\d+"/);
  for (const words of ['un avis', '1 suivi', 'un engagement en retard', 'La maison suit cet avis.'])
    expect(fr).toContain(words);
});
