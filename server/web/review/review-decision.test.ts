/** The form of a decision: what the reviewer is asked to confirm is what is sent. */
import { afterEach, expect, test, vi } from 'vitest';
import { submitOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { CaseView } from '../../protocol/trust/decisions.ts';
import type { DeskPart } from '../desk/desk-part.ts';
import '../texts/review-texts.ts';
import { ReviewDecision } from './review-decision.ts';

class Form extends ReviewDecision {
  asked = '';
  override ask: DeskPart['ask'] = async ({ text }) => {
    this.asked = String(text);
    return '';
  };
}
customElements.define('test-review-decision', Form);

afterEach(() => vi.unstubAllGlobals());

/** Confirms the form and returns the question and what was sent. */
async function decide(given: Record<string, string>): Promise<[question: string, measures: unknown]> {
  const sent = answerOf('POST /v1/review/cases/:case/decisions', {});
  answerOf('GET /v1/charter/versions', { versions: [] });
  const form = new Form();
  form.view = { id: 'case_1', subject: 'form', room: null, accused: null } as unknown as CaseView;
  form.data = [];
  await submitOf(form.render(), '<form')({ ground: 'law', law: 'A law', reasons: 'Insults', ...given });
  return [form.asked, sent.mock.calls[0]?.[0].measures];
}

test('the question names how long a suspension lasts, also if the date was left incomplete', async () => {
  const suspended = { accused: 'max', suspend_account: 'on' };
  const [timed, measures] = await decide({ ...suspended, 'until-suspend_account': '2030-01-02T20:00' });
  expect(timed).toContain('(until 2 Jan 2030, 20:00)');
  expect(measures).toEqual([{ kind: 'suspend_account', until: new Date('2030-01-02T20:00').toISOString() }]);
  expect((await decide({ ...suspended, 'until-suspend_account': '' }))[0]).toContain('(no end date)');
});

test('a measure on a person is not sent once the form names nobody', async () => {
  const [question, measures] = await decide({ accused: '', suspend_account: 'on' });
  expect(measures).toEqual([]);
  expect(question).toContain('No action');
});
