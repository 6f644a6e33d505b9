/** The account's invitations to moderate, opened by the link of one. */

import { afterEach, expect, test, vi } from 'vitest';
import { handlerOf, pressOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import { siteTexts } from '../texts/site-texts.ts';
import '../texts/account-texts.ts';
import { AccountModerating } from './account-moderating.ts';

afterEach(() => vi.unstubAllGlobals());

test('the link of an accepted invitation is not looked up again after the next act', async () => {
  vi.stubGlobal('location', { search: '?invitation=token', pathname: '/account' });
  vi.stubGlobal('history', { replaceState: () => {} });
  const creator = { id: 'camille', name: 'Camille', handle: null };
  const moderated = { moderating: [{ id: 'role_1', creator, room: null }], invitations: [] };
  answerOf('GET /v1/me/moderating', moderated);
  answerOf('POST /v1/me/invitation-links/accept', {});
  answerOf('DELETE /v1/me/moderators/:moderator', {});
  const findLink = answerOf('POST /v1/me/invitation-links', { id: 'invitation_1', creator, room: null });
  const part = new AccountModerating();
  await part.reload();
  const press = { currentTarget: null };
  await pressOf(part.render(), 'invitation-accept')(press);
  const { stopFor, stopped } = siteTexts('en').accounts.moderating;
  await handlerOf(part.render(), `aria-label="${stopFor('Camille')}"`, 'click')(press);
  expect(findLink).toHaveBeenCalledOnce();
  expect([part.note, part.data?.linked]).toEqual([stopped, undefined]);
});
