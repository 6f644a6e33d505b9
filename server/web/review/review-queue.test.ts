/** The queue of cases, whose filters are changed while requests run. */
import { afterEach, expect, test, vi } from 'vitest';
import { pressOf, submitOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { CaseList } from '../../protocol/trust/decisions.ts';
import '../texts/review-texts.ts';
import { ReviewQueue } from './review-queue.ts';

afterEach(() => vi.unstubAllGlobals());

const listOf = (id: string, next: string | null = null) =>
  ({ cases: [{ id, openedAt: '2030-01-01T20:00:00Z' }], next }) as unknown as CaseList;
const shownBy = ({ data }: ReviewQueue) => [data?.cases.map(({ id }) => id), data?.next];
/** Chooses the cases that are decided. */
const chooseDecided = (queue: ReviewQueue) => submitOf(queue.render(), 'class="search"')({ state: 'decided' });

test('more cases of an earlier filter are not added to the list of the new one', async () => {
  const more = Promise.withResolvers<CaseList>();
  answerOf('GET /v1/review/cases').mockReturnValueOnce(more.promise).mockResolvedValue(listOf('case_decided'));
  const queue = new ReviewQueue();
  queue.data = listOf('case_owed', 'page_2');
  const pressed = pressOf(queue.render(), 'review-more')();
  chooseDecided(queue);
  await vi.waitFor(() => expect(shownBy(queue)).toEqual([['case_decided'], null]));
  more.resolve(listOf('case_older'));
  await pressed;
  expect(shownBy(queue)).toEqual([['case_decided'], null]);
});

test('the late answer to an earlier filter does not replace the list of the new one', async () => {
  const late = Promise.withResolvers<CaseList>();
  const cases = answerOf('GET /v1/review/cases');
  cases.mockReturnValueOnce(late.promise).mockResolvedValueOnce(listOf('case_decided'));
  const queue = new ReviewQueue();
  const first = queue.reload();
  chooseDecided(queue);
  expect(cases.mock.lastCall?.[0]).toMatchObject({ state: 'decided' });
  late.resolve(listOf('case_owed'));
  await first;
  expect(shownBy(queue)).toEqual([['case_decided'], null]);
});
