import { expect, test } from 'vitest';
import { ownReports } from './own-reports.ts';

test('a person who may file fewer reports reads until which hour', () => {
  const limitedUntil = '2026-05-04T20:00:00Z';
  const locale = { language: 'en', timeZone: 'Europe/Paris' } as const;
  const { text } = ownReports({ reports: [], limitedUntil }, locale);
  expect(text).toContain('until 4 May 2026 at 22:00 CEST you can send one a day.');
});
