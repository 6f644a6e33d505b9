/** The draft of the charter, which is written while requests run. */

import { afterEach, expect, test, vi } from 'vitest';
import { parseWireError } from '../../../client-sdk/client/errors.ts';
import { handlerOf, pressOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { Article, CharterDraft } from '../../protocol/trust/charter.ts';
import '../texts/desk-texts.ts';
import { DeskCharter } from './desk-charter.ts';

afterEach(() => vi.unstubAllGlobals());

const article: Article = { id: 'conduct', title: { en: 'Conduct', fr: 'Conduite' }, text: { en: 'Be kind.', fr: '…' } };
const draft: CharterDraft = { version: 2, hash: 'hash', articles: [article], changedAt: '2030-01-01T20:00:00.000Z' };

/** Writes another id into the first article. */
function write(part: DeskCharter, id: string): void {
  handlerOf(part.render(), '<charter-editor', 'articles-changed')({ detail: [{ ...article, id }] });
}

function openDraft(): DeskCharter {
  const part = new DeskCharter();
  part.data = [];
  part.articles = draft.articles;
  write(part, 'rules');
  return part;
}

test('what is written while the draft is being saved stays to be saved', async () => {
  const saved = Promise.withResolvers<{ draft: CharterDraft }>();
  answerOf('PUT /v1/charter/draft').mockReturnValue(saved.promise);
  answerOf('GET /v1/charter/versions', { versions: [] });
  answerOf('GET /v1/charter/draft', { draft });
  const part = openDraft();
  const pressed = pressOf(part.render(), 'charter-save')({});
  write(part, 'rules-of-conduct');
  saved.resolve({ draft });
  await pressed;
  expect([part.articles[0]?.id, part.isChanged, part.draft]).toEqual(['rules-of-conduct', true, draft]);
});

test('what is written stays when the charter is read again', async () => {
  answerOf('GET /v1/charter/versions', { versions: [] });
  answerOf('GET /v1/charter/draft', { draft });
  const part = openDraft();
  await part.reload();
  expect([part.articles[0]?.id, part.isChanged]).toEqual(['rules', true]);
});

test('what somebody else has saved meanwhile is shown beside what was written, and replaced knowingly', async () => {
  const other: Article = { ...article, text: { en: 'Be kind to all.', fr: '…' } };
  const changed = parseWireError({ code: 'charter_changed', message: 'Changed.', retryable: false });
  const theirs: CharterDraft = { ...draft, hash: 'their-hash', articles: [other] };
  const save = answerOf('PUT /v1/charter/draft').mockRejectedValueOnce(changed);
  answerOf('GET /v1/charter/versions', { versions: [] });
  answerOf('GET /v1/charter/draft', { draft: theirs });
  const part = openDraft();
  part.draft = draft;
  await pressOf(part.render(), 'charter-save')({});
  expect(save).toHaveBeenLastCalledWith({ articles: part.articles, basedOn: 'hash' });
  expect([part.articles[0]?.id, part.isChanged, part.theirs]).toEqual(['rules', true, [other]]);
  const ours = { ...draft, articles: part.articles };
  save.mockResolvedValueOnce({ draft: ours });
  answerOf('GET /v1/charter/draft', { draft: ours });
  await pressOf(part.render(), 'charter-save')({});
  expect(save).toHaveBeenLastCalledWith({ articles: part.articles, basedOn: 'their-hash' });
  expect([part.articles[0]?.id, part.isChanged, part.theirs]).toEqual(['rules', false, undefined]);
});
