/** The form of a decision: what the reviewer is asked to confirm is what is sent. */

import { afterEach, expect, test, vi } from 'vitest';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { CaseView } from '../../protocol/trust/decisions.ts';
import type { DeskPart } from '../desk/desk-part.ts';
import '../texts/review-texts.ts';
import { ReviewDecision } from './review-decision.ts';

class Form extends ReviewDecision {
  asked = '';
  override isSure: DeskPart['isSure'] = async ({ text }) => {
    this.asked = String(text);
    return true;
  };
}
customElements.define('test-review-decision', Form);

afterEach(() => vi.unstubAllGlobals());

/** Confirms the form and returns the question and what was sent. */
async function decide(of: Partial<Form>): Promise<[question: string, measures: unknown]> {
  const sent = answerOf('POST /v1/review/cases/:case/decisions', {});
  const form = new Form();
  form.view = { id: 'case_1', subject: 'form', room: null, accused: null } as unknown as CaseView;
  Object.assign(form, { groundKind: 'law', law: 'A law', reasons: 'Insults', ...of });
  await pressOf(form.render(), 'decision-act')();
  return [form.asked, sent.mock.calls[0]?.[0].measures];
}

test('the question names how long a suspension lasts, also if the date was left incomplete', async () => {
  const suspended = { accused: 'max', chosen: ['suspend_account'] } as const;
  const [timed, measures] = await decide({ ...suspended, until: { suspend_account: '2030-01-02T20:00' } });
  expect(timed).toContain('(until 2 Jan 2030, 20:00)');
  expect(measures).toEqual([{ kind: 'suspend_account', until: new Date('2030-01-02T20:00').toISOString() }]);
  expect((await decide({ ...suspended, until: { suspend_account: '' } }))[0]).toContain('(no end date)');
});

test('a measure on a person is not sent once the form names nobody', async () => {
  const [question, measures] = await decide({ accused: '', chosen: ['suspend_account'] });
  expect(measures).toEqual([]);
  expect(question).toContain('No action');
});
