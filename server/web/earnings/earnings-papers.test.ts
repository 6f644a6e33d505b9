/** The monthly statements, when their answers come late or not at all. */
import { afterEach, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { Statement } from '../../protocol/money/payouts.ts';
import type { EarningsPage, TaxYear } from '../api/money-api.ts';
import { earningsApi } from '../api/money-api.ts';
import { EarningsPapers } from './earnings-papers.ts';

afterEach(() => vi.restoreAllMocks());

function createPapers(): EarningsPapers {
  vi.spyOn(earningsApi, 'taxYear').mockResolvedValue({} as unknown as TaxYear);
  const papers = new EarningsPapers();
  papers.page = { statements: ['2030-02', '2030-01'], payouts: [] } as unknown as EarningsPage;
  return papers;
}

test('the month that the creator chose stays when the answer for another one comes after it', async () => {
  const answers = new Map<string, () => void>();
  vi.spyOn(earningsApi, 'statement').mockImplementation(
    (month) =>
      new Promise((resolve) => {
        answers.set(month, () => resolve({ month } as unknown as Statement));
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
  expect(papers.statement?.month).toBe('2030-01');
});

test('a failure to load is no longer shown once the part has loaded', async () => {
  vi.spyOn(earningsApi, 'statement')
    .mockRejectedValueOnce(new LogeError('connection_failed'))
    .mockResolvedValue({ month: '2030-02' } as unknown as Statement);
  const papers = createPapers();
  await papers.reload();
  expect(papers.lost).not.toBe('');
  await papers.reload();
  expect(papers.lost).toBe('');
});
