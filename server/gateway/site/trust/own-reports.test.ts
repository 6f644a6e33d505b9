import { expect, test } from 'vitest';
import type { ReportList } from '../../../protocol/trust/reports.ts';
import { type Asking, ownReports } from './own-reports.ts';

test('a person who may file fewer reports reads until which hour', () => {
  const limitedUntil = '2026-05-04T20:00:00Z';
  const locale = { language: 'en', timeZone: 'Europe/Paris' } as const;
  const { text } = ownReports({ reports: [], limitedUntil }, locale);
  expect(text).toContain('until 4 May 2026 at 22:00 CEST you can send one a day.');
});

test('who has lost an appeal asks the committee, reads that they have, and cannot ask one that has no members', () => {
  const appeal = { id: 'appeal_1', outcome: 'upheld', reasons: 'It stays.' } as const;
  const outcome = { decision: 'decision_1', at: '2026-05-04T20:00:00Z', acted: true, mayAppeal: false, appeal };
  const reports = [{ number: 1, subject: 'live', category: 'other', outcome, createdAt: outcome.at, note: null }];
  const list = { reports, limitedUntil: null } as unknown as ReportList;
  const read = (asking: Asking) => ownReports(list, { language: 'en', timeZone: 'UTC' }, asking).text;
  const asked = (isTaken: boolean) => new Map([['appeal_1', { at: '2026-05-06T20:00:00Z', isTaken }]]);
  expect(read({ asked: new Map(), isPossible: true })).toContain('name="appeal" value="appeal_1"');
  expect(read({ asked: new Map(), isPossible: false })).not.toContain('name="appeal"');
  expect(read({ asked: asked(false), isPossible: true })).toContain('You asked the committee on 6 May 2026.');
  expect(read({ asked: asked(true), isPossible: true })).toContain('It has taken your case.');
});
