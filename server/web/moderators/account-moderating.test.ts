/** The account's invitations to moderate, opened by the link of one. */
import { afterEach, expect, test, vi } from 'vitest';
import { handlerOf, pressOf } from '../../../tests/support/browser/element-events.ts';
import type { ModeratingList, ReceivedInvitation } from '../../protocol/roles.ts';
import { moderatorsApi } from '../api/moderators-api.ts';
import { siteTexts } from '../site/site-language.ts';
import '../texts/account-texts.ts';
import { AccountModerating } from './account-moderating.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the link of an accepted invitation is not looked up again after the next act', async () => {
  vi.stubGlobal('location', { search: '?invitation=token', pathname: '/account' });
  vi.stubGlobal('history', { replaceState: () => {} });
  const creator = { id: 'camille', name: 'Camille', handle: null };
  const moderated = { moderating: [{ id: 'role_1', creator, room: null }], invitations: [] };
  vi.spyOn(moderatorsApi, 'moderating').mockResolvedValue(moderated as unknown as ModeratingList);
  vi.spyOn(moderatorsApi, 'acceptLink').mockResolvedValue({});
  vi.spyOn(moderatorsApi, 'end').mockResolvedValue({});
  const linked = { id: 'invitation_1', creator, room: null } as unknown as ReceivedInvitation;
  const findLink = vi.spyOn(moderatorsApi, 'findLink').mockResolvedValue(linked);
  const part = new AccountModerating();
  await part.reload();
  await pressOf(part.render(), 'invitation-accept')();
  await handlerOf(part.render(), 'class="link"', 'click')();
  expect(findLink).toHaveBeenCalledOnce();
  expect([part.note, part.linked]).toEqual([siteTexts('en').accounts.moderating.stopped, undefined]);
});
