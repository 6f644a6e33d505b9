/**
 * Attempts of the management to read, remove, change, delay or weaken what the committee does: as an operator who is
 * also a reviewer, with the house's API key, and in the database. What the owner of the database can still do is tried
 * too, and the committee's page has to say it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../../server/platform/db/sql.ts';
import { committeeCasePeople } from '../../../server/trust/committee/cases/cases.schema.ts';
import { startHttp, type TestHttp } from '../../support/houses/http.ts';
import { createOperator, giveSeat } from '../../support/people/site-person.ts';

const SECRET = 'amaranthine';
const both = (text: string) => ({ en: text, fr: text });
const OPINION = {
  title: both('Hear people first'),
  text: both('Ask before you suspend.'),
  ruling: null,
  articles: null,
};
const WATCHED = { figure: 'reports', comparison: 'above', limit: 3, windowDays: 7, tellsOperators: false } as const;
const ANSWER = { outcome: 'does_not_follow', reasons: both('It would take too long.'), steps: [] };

let http: TestHttp;
let operator: Awaited<ReturnType<typeof createOperator>>;
const ids = { draft: '', voting: '', adopted: '', case: '', threshold: '', term: '' };

beforeAll(async () => {
  http = await startHttp();
  const { opinions, committeeCases, thresholds, roles } = http.context;
  operator = await createOperator(http, 'morgan');
  await roles.give({ person: 'morgan', role: 'reviewer', by: 'test' });
  ids.term = await giveSeat(http, 'noor');
  await giveSeat(http, 'jean');
  const opened = await committeeCases.open('noor', { title: both('Raids'), question: both('Why?'), decisions: [] });
  ids.case = opened.id;
  const draft = { ...OPINION, title: both(`${SECRET} title`), text: both(`An ${SECRET} text`) };
  ids.draft = (await opinions.draft('noor', { ...draft, case: opened.id })).id;
  await opinions.remark('jean', ids.draft, `An ${SECRET} remark`);
  for (const [name, text] of [
    ['voting', draft],
    ['adopted', OPINION],
  ] as const) {
    ids[name] = (await opinions.draft('noor', text)).id;
    await opinions.callVote('noor', ids[name], 1);
    await opinions.vote('noor', ids[name], { vote: 'for' });
  }
  await opinions.vote('jean', ids.adopted, { vote: 'for' });
  const { thresholds: set } = await thresholds.set('noor', { title: both('Reports'), ...WATCHED, reason: 'To watch' });
  ids.threshold = set[0]?.id ?? '';
  const part = { case: opened.id, number: 1, person: 'noor', part: 'other' } as const;
  await http.context.db.orm.insert(committeeCasePeople).values(part);
});
afterAll(() => http[Symbol.asyncDispose]());

const answerOf = ({ status, json }: { status: number; json: { error?: { code: string } } | undefined }) =>
  json?.error ? `${status} ${json.error.code}` : String(status);

test('each attempt of an operator with every role, and of the API key, is refused', async () => {
  const { draft, voting, adopted, threshold, term } = ids;
  const attempts: [what: string, method: string, path: string, body: object, got: string][] = [
    ['read the drafts', 'GET', '/v1/committee/drafts', {}, '403 forbidden'],
    ['read a draft', 'GET', `/v1/committee/drafts/${draft}`, {}, '403 forbidden'],
    ['read a case', 'GET', `/v1/committee/cases/${ids.case}`, {}, '403 forbidden'],
    ['read the thresholds', 'GET', '/v1/committee/thresholds', {}, '403 forbidden'],
    ['close a case', 'POST', `/v1/committee/cases/${ids.case}/closing`, { reason: 'Enough' }, '403 forbidden'],
    ['remove a case', 'DELETE', `/v1/committee/cases/${ids.case}`, {}, '405 method_not_allowed'],
    ['change a draft', 'PUT', `/v1/committee/drafts/${draft}/text`, { ...OPINION, basedOn: 1 }, '403 forbidden'],
    ['change an opinion', 'PUT', `/v1/committee/drafts/${adopted}/text`, { ...OPINION, basedOn: 1 }, '403 forbidden'],
    ['remove an opinion', 'DELETE', `/v1/committee/drafts/${adopted}`, {}, '405 method_not_allowed'],
    ['withdraw a draft', 'POST', `/v1/committee/drafts/${draft}/withdrawal`, {}, '403 forbidden'],
    ['vote', 'PUT', `/v1/committee/drafts/${voting}/vote`, { vote: 'against' }, '403 forbidden'],
    ['answer before the vote', 'POST', `/v1/desk/committee/opinions/${voting}/answer`, ANSWER, '404 not_found'],
    [
      'move the date of an answer',
      ...(['PATCH', `/v1/desk/committee/opinions/${adopted}`, { answerDueAt: '2099-01-01T00:00:00Z' }] as const),
      '404 not_found',
    ],
    ['lower a threshold', 'PATCH', `/v1/committee/thresholds/${threshold}`, { limit: 9_000 }, '404 not_found'],
    ['end a threshold', 'POST', `/v1/committee/thresholds/${threshold}/end`, { reason: 'No' }, '403 forbidden'],
    ['remove a member silently', 'POST', `/v1/desk/committee/terms/${term}/removal`, {}, '400 invalid_request'],
  ];
  for (const [what, method, path, body, got] of attempts)
    expect([what, answerOf(await operator(method, path, body))]).toEqual([what, got]);
  for (const [what, method, path, body] of attempts.filter(([, , path]) => path.startsWith('/v1/committee/')))
    expect([what, answerOf(await http.server(method, path, method === 'GET' ? undefined : body))]).not.toEqual([
      what,
      expect.stringMatching(/^2/),
    ]);
});

test('nothing that the management can read has a word of a draft or a remark, or leads to an open case', async () => {
  const { json: document } = await http.call('GET', '/openapi.json');
  const paths = Object.entries(document.paths as Record<string, Record<string, object>>).flatMap(([path, methods]) =>
    'get' in methods ? path : [],
  );
  paths.push('/committee', '/charter/proposals', '/transparency', '/reports', '/desk', '/review');
  expect(paths.length).toBeGreaterThan(100);
  const values: Record<string, string> = { opinion: ids.draft, case: ids.case, identity: 'noor', person: 'noor' };
  const read: string[] = [];
  for (const path of paths) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ids.draft);
    for (const call of [operator, http.server.bind(http)]) {
      const { status, text } = await call('GET', filled);
      if (status === 200) read.push(path);
      expect([path, text.includes(SECRET), text.includes(ids.case)]).toEqual([path, false, false]);
    }
  }
  // Otherwise nothing was proved.
  const known = ['/v1/desk/committee/opinions', '/v1/participants/{identity}/data', '/committee'];
  expect(read).toEqual(expect.arrayContaining(known));
});

test('the answer is final, and its date was never theirs', async () => {
  const path = `/v1/desk/committee/opinions/${ids.adopted}/answer`;
  const { json: before } = await operator('GET', '/v1/desk/committee/opinions');
  expect(answerOf(await operator('POST', path, { ...ANSWER, answerDueAt: '2099-01-01T00:00:00Z' }))).toBe(
    '400 invalid_request',
  );
  expect(answerOf(await operator('POST', path, ANSWER))).toMatch(/^2/);
  expect(answerOf(await operator('POST', path, { ...ANSWER, outcome: 'follows' }))).toBe('409 already_decided');
  const { json: after } = await operator('GET', '/v1/desk/committee/opinions');
  const dueOf = ({ opinions }: { opinions: { answerDueAt: string }[] }) => opinions.map((each) => each.answerDueAt);
  expect(dueOf(after)).toEqual(dueOf(before));
});

test('the database refuses it too; what its owner can still do stands on the page', async () => {
  const { orm } = http.context.db;
  const { adopted, draft, threshold, term } = ids;
  const refused = [
    `delete from committee_cases where id = '${ids.case}'`,
    `update committee_cases set question = '{}' where id = '${ids.case}'`,
    `update committee_opinion_texts set text = '{}' where opinion = '${adopted}'`,
    `delete from committee_opinions where id = '${draft}'`,
    `update committee_opinions set answer_due_at = now() + interval '1 year' where id = '${adopted}'`,
    `update committee_answers set outcome = 'follows' where opinion = '${adopted}'`,
    `update committee_votes set vote = 'against'`,
    `update committee_thresholds set "limit" = 9000 where id = '${threshold}'`,
    `delete from committee_thresholds where id = '${threshold}'`,
    `update committee_terms set until = now() where id = '${term}'`,
    'truncate committee_alarms',
  ];
  for (const statement of refused) await expect(orm.execute(sql.raw(statement)), statement).rejects.toThrow();

  const found = await orm.execute(sql.raw(`select text ->> 'en' as text from committee_opinion_texts`));
  expect(JSON.stringify(found)).toContain(SECRET);
  await orm.execute(sql.raw('alter table committee_thresholds disable trigger user'));
  await orm.execute(sql.raw(`update committee_thresholds set "limit" = 9000 where id = '${threshold}'`));
  const { text } = await http.call('GET', '/committee?lang=en', { headers: { accept: 'text/html' } });
  for (const words of ['could read drafts', 'take these locks away first']) expect(text).toContain(words);
});
