/** The form of a report, while the answer to an earlier one is awaited. */
import { expect, test } from 'vitest';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { LogeError } from '../../client/errors.ts';
import type { Room } from '../../client/room.ts';
import { elementTexts } from '../texts/element-texts.ts';
import { LogeReport, type ReportTarget } from './loge-report.ts';

class TestReport extends LogeReport {
  readonly toasts: string[] = [];
  override readonly renderRoot = {
    querySelector: () => ({ create: (text: string) => this.toasts.push(text) }),
  } as unknown as ShadowRoot;

  show(target: ReportTarget): void {
    this.target = target;
    this.willUpdate(new Map([['target', undefined]]));
    this.category = 'spam';
  }
}
customElements.define('test-report', TestReport);

/** The form of a second report, with the first one on its way. */
function reportTwice() {
  const answer = Promise.withResolvers<{ number: number }>();
  const form = new TestReport();
  form.room = { report: () => answer.promise } as unknown as Room;
  form.show({ person: { identity: 'lea', name: 'Léa' } });
  const sent = pressOf(form.render(), 'report-send')();
  form.show({ person: { identity: 'tom', name: 'Tom' } });
  return { form, answer, sent };
}

test('the answer to a report leaves the form of the next one open', async () => {
  const { form, answer, sent } = reportTwice();
  answer.resolve({ number: 7 });
  await sent;
  expect([form.open, form.toasts]).toEqual([true, [elementTexts('en').chat.reported(7)]]);
});

test('the failure of a report is not shown in the form of the next one', async () => {
  const { form, answer, sent } = reportTwice();
  answer.reject(new LogeError('timeout'));
  await sent;
  expect([form.open, form.problem, form.toasts]).toEqual([true, '', [elementTexts('en').errors.timeout]]);
});
