/** The monthly statements, when their answers come late or not at all. */

import { afterEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { EarningsPage } from '../../protocol/money/payouts.ts';
import { EarningsPapers } from './earnings-papers.ts';

afterEach(() => vi.unstubAllGlobals());

function createPapers(): EarningsPapers {
  answerOf('GET /v1/earnings/tax-year', {});
  const papers = new EarningsPapers();
  papers.page = { statements: ['2030-02', '2030-01'], payouts: [] } as unknown as EarningsPage;
  return papers;
}

test('the month that the creator chose stays when the answer for another one comes after it', async () => {
  const answers = new Map<string, () => void>();
  answerOf('GET /v1/earnings/statement').mockImplementation(
    ({ month }) =>
      new Promise((resolve) => {
        answers.set(month, () => resolve({ month }));
      }),
  );
  const papers = createPapers();
  const first = papers.reload();
  papers.month = '2030-01';
  const second = papers.reload();
  answers.get('2030-01')?.();
  await second;
  answers.get('2030-02')?.();
  await first;
  expect(papers.data?.statement?.month).toBe('2030-01');
});

test('a failure to load is no longer shown once the part has loaded', async () => {
  answerOf('GET /v1/earnings/statement', { month: '2030-02' }).mockRejectedValueOnce(new Error('offline'));
  const papers = createPapers();
  await papers.reload();
  expect(papers.lost).not.toBe('');
  await papers.reload();
  expect(papers.lost).toBe('');
});
