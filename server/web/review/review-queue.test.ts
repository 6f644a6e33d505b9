/** The queue of cases, whose filters are changed while requests run. */

import { afterEach, expect, test, vi } from 'vitest';
import { handlerOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { CaseList } from '../../protocol/trust/decisions.ts';
import '../texts/review-texts.ts';
import { ReviewQueue } from './review-queue.ts';

afterEach(() => vi.unstubAllGlobals());

const listOf = (id: string) => ({ cases: [{ id }], next: null }) as unknown as CaseList;

test('more cases of an earlier filter are not added to the list of the new one', async () => {
  const more = Promise.withResolvers<CaseList>();
  answerOf('GET /v1/review/cases').mockReturnValueOnce(more.promise).mockResolvedValueOnce(listOf('case_decided'));
  const queue = new ReviewQueue();
  queue.next = 'page_2';
  const pressed = handlerOf(queue.render(), 'appearance="outlined"', 'click')();
  queue.state = 'decided';
  await queue.reload();
  more.resolve(listOf('case_older'));
  await pressed;
  expect([queue.cases?.map(({ id }) => id), queue.next]).toEqual([['case_decided'], null]);
});

test('the late answer to an earlier filter does not replace the list of the new one', async () => {
  const late = Promise.withResolvers<CaseList>();
  answerOf('GET /v1/review/cases').mockReturnValueOnce(late.promise).mockResolvedValueOnce(listOf('case_decided'));
  const queue = new ReviewQueue();
  const first = queue.reload();
  queue.state = 'decided';
  await queue.reload();
  late.resolve(listOf('case_owed'));
  await first;
  expect(queue.cases?.map(({ id }) => id)).toEqual(['case_decided']);
});
